//! To enter a machine itself is a promise: its values have no brand.
#![forbid(unsafe_code)]

fn confuse(one: &mut vm::Vm, two: &mut vm::Vm) {
    one.enter(|one| {
        two.enter(|two| {
            let pair = one.cons(vm::Value::NULL, vm::Value::NULL);
            two.set_winders(two.cons(pair, vm::Value::NULL));
        });
    });
}

fn main() {}
