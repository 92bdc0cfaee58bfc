//! What native code promises beyond right answers: it heeds interrupts, its faults are conditions, stock
//! tools find their way through it.

mod faults;
mod images;
mod interrupts;
mod tools;

use cozen::{Runtime, Tier};

fn native_runtime() -> Runtime {
    let runtime = Runtime::builder().tier(Tier::Native).build();
    runtime.expect("a runtime")
}
