//! Native code: how the machine runs it, and how it and the interpreter call each other.
//!
//! Native frames lie on the stack of Scheme frames, and native code runs with the machine's stack
//! pointer on it. Everything of Rust stays on the system stack: [`driver`] switches to native code
//! and gets control back when native code needs the interpreter; slow paths are called by
//! [`stubs`], which change the stack around them.
//!
//! A direct stub (a primitive, a poll) calls its slow path and returns to native code. Where it
//! cannot, because a condition was raised, it leaves for the driver, which goes on in bytecode: the
//! handler's frame lies below the native frame, with a border between (see [`abi::native`]).

mod arrange;
mod border;
mod call_stubs;
mod context;
mod control;
mod control_stubs;
mod driver;
mod returns;
mod slow_path;
pub(crate) mod stubs;

pub(crate) use border::border_below_restored;
pub(crate) use context::Context;
pub(crate) use driver::run;
pub(crate) use returns::{value_for_native, value_received};
