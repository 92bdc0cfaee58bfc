//! What is known of all procedures of a unit before code is written.

use compiler::id::IdVec;
use compiler::ssa::analysis::{Proofs, UnitTypes};
use compiler::ssa::ir::ProcedureId;

use super::eligible::Reason;
use super::signature::Parameters;

/// How the procedures of a unit are reached.
pub(super) struct Reach {
    /// What each body takes, if it has native code.
    pub(super) bodies: IdVec<ProcedureId, Parameters>,
    /// Why a procedure has no native code.
    pub(super) reasons: IdVec<ProcedureId, Option<Reason>>,
    /// Whether numbers of which nothing is known are probably flonums.
    pub(super) mostly_doubles: bool,
}

impl Reach {
    /// Whether a procedure has native code.
    pub(super) fn is_native(&self, procedure: ProcedureId) -> bool {
        self.reasons[procedure].is_none()
    }
}

/// What is known of the procedures of a unit.
pub(super) struct UnitFacts<'unit> {
    /// How each is reached.
    pub(super) reach: Reach,
    /// What each value may be.
    pub(super) types: UnitTypes<'unit>,
    /// Which checks always pass.
    pub(super) proofs: Proofs,
}
