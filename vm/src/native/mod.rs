//! Native code: how the machine runs it, and how native code and the interpreter call each other.
//!
//! Native frames lie on the stack of Scheme frames, and native code runs with the machine's stack
//! pointer on this stack. All frames of Rust stay on the system stack. [`driver`] switches to
//! native code, and gets control back when native code needs the interpreter. [`stubs`] call slow
//! paths, and change the stack around these calls.
//!
//! A direct stub (a primitive, a poll) calls its slow path and returns to native code. If a
//! condition was raised, the stub cannot return. Then the stub leaves for the driver, which goes on
//! in bytecode: the handler's frame lies below the native frame, with a border between (see
//! [`abi::native`]).

mod arrange;
mod border;
mod call_stubs;
mod context;
mod control;
mod control_stubs;
mod crossing;
mod driver;
mod next;
mod receiver;
mod returns;
mod slow_path;
pub(crate) mod stubs;
mod waiting;

pub(crate) use border::border_below_restored;
pub(crate) use context::Context;
pub(crate) use crossing::word_to_bytecode;
pub(crate) use driver::run;
pub(crate) use receiver::{value_for_native, value_received};
