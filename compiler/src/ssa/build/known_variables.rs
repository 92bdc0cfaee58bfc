//! Where variables are in the procedure that is being built.

use crate::core::ir::{Program, VariableId};
use crate::id::IdVec;
use crate::ssa::ir::{ProcedureId, ValueId};

/// What is known of all variables.
pub(super) struct KnownVariables {
    /// The value of a variable in the procedure that is named: where it is bound, or loaded.
    pub(super) known: IdVec<VariableId, Option<(ProcedureId, ValueId)>>,
    /// Where the procedure that is named finds a variable of others.
    pub(super) captured: IdVec<VariableId, Option<(ProcedureId, Capture)>>,
}

/// A place in a closure.
#[derive(Clone, Copy)]
pub(super) enum Capture {
    /// In the procedure's own.
    Own(u16),
    /// In the one that a variable stands for.
    Through(VariableId, u16),
}

impl KnownVariables {
    /// Nothing is known.
    pub(super) fn new(program: &Program) -> Self {
        Self {
            known: program.variables.side_table(None),
            captured: program.variables.side_table(None),
        }
    }

    /// `procedure` finds a variable there.
    pub(super) fn capture(
        &mut self,
        procedure: ProcedureId,
        variable: VariableId,
        capture: Capture,
    ) {
        self.captured[variable] = Some((procedure, capture));
    }
}
