//! A value does not outlive the next run.

fn main() {
    let mut runtime = cozen::Runtime::new().unwrap();
    runtime.enter(|scheme| {
        let value = scheme.value();
        scheme.run_text("(list 1 2 3)", "test").unwrap();
        value.is_null()
    });
}
