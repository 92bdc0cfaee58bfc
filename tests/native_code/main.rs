//! Promises of native code beyond right answers: interrupts stop it, and its faults are conditions.

mod faults;
mod interrupts;
#[path = "../support/runtime.rs"]
mod runtime;

use cozen::{Runtime, Tier};
use runtime::runtime_builder;

fn native_runtime() -> Runtime {
    let runtime = runtime_builder().tier(Tier::Native).build();
    runtime.expect("a runtime")
}
