//! The virtual machine: objects, frames, interpreter, primitives, continuations.
//!
//! A [`Mutator`] runs images. Rust code sees [`Value`]s, which borrow from the mutator, so that no
//! value is ever stale.

mod arguments;
mod chunk;
mod continuation;
mod datum;
mod embed;
mod error;
mod externals;
mod frame_walk;
mod heap;
pub mod hooks;
mod images;
mod interpreter;
mod live;
mod mutator;
mod native;
mod number;
mod object;
mod object_model;
mod place;
mod port;
mod primitive;
mod print;
mod read;
mod run;
mod stack;
mod state;
mod stubs;
#[cfg(test)]
mod testing;
mod value;
mod verify_frames;
mod vm;

pub use arguments::Args;
pub use embed::integer_of;
pub use error::{Condition, Irritant, Raise};
pub use hooks::{FrontendError, Handle, HostError};
pub use images::Retention;
pub use mutator::Mutator;
pub use place::Place;
pub use primitive::Leaf;
pub use run::VmError;
pub use value::Value;
pub use vm::{INTERRUPT_BIT, Vm, VmBuildError, VmOptions};
