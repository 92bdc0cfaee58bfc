//! The virtual machine: objects, frames, interpreter, primitives, continuations.
//!
//! A [`Mutator`] runs images. Rust code sees [`Value`]s, which borrow from the mutator, so that no
//! value is ever stale.

mod allocate;
mod arguments;
mod backtrace;
mod chunk;
mod continuation;
mod datum;
mod embed;
mod ending;
mod error;
mod exit;
mod externals;
mod frame;
mod frame_walk;
mod handles;
pub mod hooks;
mod host_arguments;
mod images;
mod interpreter;
mod live;
mod mutator;
mod native;
mod number;
mod object;
mod object_model;
mod port;
mod primitive;
mod print;
mod promises;
mod read;
mod return_barrier;
mod return_word;
mod roots;
mod run;
mod stack;
#[cfg(test)]
mod testing;
mod value;
mod verify_frames;
mod vm;

pub use arguments::Args;
pub use embed::integer_of;
pub use ending::{Handle, HostError, SourcePlace, VmError};
pub use error::{Condition, Irritant, Raise};
pub use hooks::FrontendError;
pub use images::Retention;
pub use mutator::{HostClosure, Mutator};
pub use primitive::Leaf;
pub use value::Value;
pub use vm::{INTERRUPT_BIT, Vm, VmBuildError, VmOptions};
