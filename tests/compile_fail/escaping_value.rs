//! A value does not leave the runtime it was entered for.

fn main() {
    let mut runtime = cozen::Runtime::new().unwrap();
    let _ = runtime.enter(|scheme| scheme.value());
}
