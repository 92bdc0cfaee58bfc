//! A value of one runtime is not given as the result of a procedure of another.
#![forbid(unsafe_code)]

use cozen::{Call, Runtime};

fn main() {
    let mut one = Runtime::new().unwrap();
    let mut two = Runtime::new().unwrap();
    one.enter(|one| {
        two.enter(|two| {
            let foreign = one.value();
            two.define_procedure("p", |call: &mut Call<'_, '_>| call.give_value(|_| foreign)).unwrap();
            two.apply(|_| (foreign, Vec::new())).unwrap();
        });
    });
}
