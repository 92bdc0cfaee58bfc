//! The virtual machine: objects, frames, interpreter, primitives, continuations.
//!
//! A [`Mutator`] runs images. Rust code sees [`Value`]s, which borrow from it, so that none is ever
//! stale.

mod arguments;
mod error;
mod mutator;
mod number;
mod object;
mod object_model;
mod port;
mod primitive;
mod print;
mod read;
mod state;
mod value;

pub use arguments::Args;
pub use error::{Condition, Irritant, Raise};
pub use mutator::Mutator;
pub use primitive::Leaf;
pub use value::Value;
