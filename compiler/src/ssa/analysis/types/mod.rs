//! What kinds of numbers values are, and integers of which range.

mod infer;
mod lattice;
mod transfer;

pub use infer::Types;
pub use lattice::{Range, Type};
