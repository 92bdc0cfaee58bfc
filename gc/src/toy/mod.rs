//! A small language's objects, to show and test the collector with.
//!
//! [`ToyModel`] describes the objects. [`Session`] is a safe way to make them: its values borrow
//! from the heap.

mod model;
mod session;

pub use model::{Kind, ToyModel, ToyState};
pub use session::{Session, enter};
