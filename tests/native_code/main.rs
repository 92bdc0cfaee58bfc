//! Promises of native code beyond right answers: interrupts stop it, its faults are conditions, and
//! stock tools find their way through it.

mod faults;
mod images;
mod interrupts;
mod tools;

use cozen::{Runtime, Tier};

fn native_runtime() -> Runtime {
    let runtime = Runtime::builder().tier(Tier::Native).build();
    runtime.expect("a runtime")
}
