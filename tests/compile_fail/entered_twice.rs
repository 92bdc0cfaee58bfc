//! A runtime that is entered cannot be entered again, nor dropped.
#![forbid(unsafe_code)]

fn main() {
    let mut runtime = cozen::Runtime::new().unwrap();
    runtime.enter(|scheme| {
        let value = scheme.value();
        runtime.enter(|again| again.collect());
        drop(runtime);
        value.is_null()
    });
}
