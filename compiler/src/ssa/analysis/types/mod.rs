//! Types of values: kinds of numbers, ranges of integers, kinds of objects.
//!
//! Inference first finds the types in one procedure, then in all procedures of a unit. Known calls
//! tell of parameters and results.

mod bitwise;
mod facts;
#[cfg(test)]
mod golden;
mod infer;
mod kept;
mod kinds;
mod lattice;
#[cfg(test)]
mod laws;
mod range;
mod requirements;
mod signatures;
mod transfer;
#[cfg(test)]
mod type_laws;
mod unit;
mod words;

pub(super) use facts::precedes;
pub use infer::Types;
pub use kept::KeptTypes;
pub use kinds::Kinds;
pub use lattice::Type;
pub use range::Range;
pub use requirements::{cannot_raise, each_requirement};
pub use unit::UnitTypes;
