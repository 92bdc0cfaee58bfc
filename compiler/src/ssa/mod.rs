//! SSA: procedures as blocks with parameters, their tools and their passes.

pub mod analysis;
mod build;
pub mod ir;
mod operands;
pub mod pass;
pub mod primitive_facts;

pub use build::build;

use std::rc::Rc;

use syntax::Data;

use crate::core::ir::{Global, Literal};

/// What the procedures of a unit name by index.
#[derive(Clone, Debug, Default)]
pub struct Tables {
    /// All quoted data.
    pub literals: Vec<Literal>,
    /// The arena of those that are not immediates.
    pub data: Data,
    /// All global variables that the unit names.
    pub globals: Vec<Global>,
    /// The names of the source files that places refer to.
    pub files: Vec<Rc<str>>,
}
