//! SSA: procedures as blocks with parameters, their tools and their passes.

pub mod analysis;
mod build;
pub mod claim;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod interpret;
pub mod ir;
mod names;
mod operands;
pub mod parse;
pub mod pass;
pub mod primitive_facts;
pub mod print;
pub mod verify;

pub use build::{BuildError, build};

use std::rc::Rc;

use syntax::Data;

use crate::core::activation::Activations;
use crate::core::ir::{Global, GlobalId, Literal, LiteralId};
use crate::id::IdVec;

/// What the procedures of a unit name by index.
#[derive(Clone, Debug, Default)]
pub struct Tables {
    /// All quoted data.
    pub literals: IdVec<LiteralId, Literal>,
    /// The arena of those that are not immediates.
    pub data: Data,
    /// All global variables that the unit names.
    pub globals: IdVec<GlobalId, Global>,
    /// The names of the source files that places refer to.
    pub files: Vec<Rc<str>>,
    /// The activations that places refer to.
    pub activations: Activations,
}
