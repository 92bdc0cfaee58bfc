//! A host program: Rust calls Scheme, and Scheme calls Rust.
//!
//! Run it with: `cargo run --release --example embed`

use cozen::{Call, Error, Runtime};

fn main() -> Result<(), Error> {
    let mut runtime = Runtime::builder().heap_bytes_max(256 << 20).build()?;
    runtime.enter(|scheme| {
        // A Rust closure becomes a Scheme procedure.
        scheme.define_procedure("host-double", |call: &mut Call<'_, '_>| {
            let number: i64 = call.argument(0)?;
            call.give(number * 2)
        })?;
        let answer: i64 = scheme.evaluate("(host-double (+ 20 1))")?;
        assert_eq!(answer, 42);

        // A handle keeps a Scheme procedure. Rust calls the procedure as often as it likes.
        scheme.run_text("(define (add a b) (+ a b))", "example")?;
        let add = scheme.handle(scheme.variable("add")?);
        let sum: i64 = scheme.call(&add, &[&40, &2])?;
        assert_eq!(sum, 42);

        // A condition that no handler of the program takes becomes an error of Rust.
        let result = scheme.evaluate::<i64>("(vector-ref (vector 1 2) 9)");
        assert!(result.is_err_and(|error| error.to_string().contains("vector-ref")));
        Ok(())
    })
}
