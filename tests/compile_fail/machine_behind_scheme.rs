//! The machine, whose values have no brand, is not reached from an entered runtime.
#![forbid(unsafe_code)]

fn main() {
    let mut runtime = cozen::Runtime::new().unwrap();
    runtime.enter(|scheme| {
        let mutator = scheme.mutator();
        mutator.collect_now();
    });
}
