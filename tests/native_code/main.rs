//! What native code promises beyond right answers: it heeds interrupts, its faults are conditions.

mod faults;
mod interrupts;

use cozen::{Runtime, Tier};

fn native_runtime() -> Runtime {
    let runtime = Runtime::builder().tier(Tier::Native).build();
    runtime.expect("a runtime")
}
