//! A small language's objects, to show and test the collector with.
//!
//! [`ToyModel`] says what the objects are; [`Session`] is a safe way to make them, in which values
//! borrow from the heap.

mod model;
mod session;

pub use model::{Kind, ToyModel, ToyState};
pub use session::{Session, enter};
