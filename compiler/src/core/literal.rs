//! Quoted data that are not immediates: where they live, and how they get there.

use syntax::DatumId;

/// A datum of [`super::ir::Program::data`] (later of [`crate::ssa::Tables::data`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LiteralDatum(pub DatumId);
