//! An argument of a call does not outlive the next run.
#![forbid(unsafe_code)]

use cozen::{Call, Error};

fn procedure(call: &mut Call<'_, '_>) -> Result<(), Error> {
    let argument = call.argument_value(0)?;
    call.scheme().run_text("(list 1 2 3)", "test")?;
    call.give(argument.is_pair())
}

fn main() {
    let mut runtime = cozen::Runtime::new().unwrap();
    runtime.enter(|scheme| scheme.define_procedure("p", procedure).unwrap());
}
