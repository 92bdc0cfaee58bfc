//! Candidates across procedures: which arguments and results could be raw.
//!
//! A parameter of a procedure that only known calls lead to is a candidate if every call can give
//! it raw. The result is a candidate if every way out can give it raw and no call takes another
//! number of values.

use super::candidates::{Callers, Facts, repr_across_calls};
use crate::id::IdVec;
use crate::ssa::analysis::{Graph, UnitTypes};
use crate::ssa::ir::{
    BlockId, Callee, InstructionPlace, Operation, Procedure, ProcedureId, Repr, Terminator, Unit,
    ValueId,
};

/// What is known of the procedures of a unit.
pub(super) struct UnitFacts {
    /// Of each procedure.
    pub(super) procedures: IdVec<ProcedureId, Facts>,
    /// How the result of each could be represented.
    pub(super) results: IdVec<ProcedureId, Option<Repr>>,
}

impl UnitFacts {
    /// Finds all candidates.
    pub(super) fn new(
        unit: &Unit,
        graphs: &IdVec<ProcedureId, Graph>,
        types: &UnitTypes<'_>,
    ) -> Self {
        let procedures = unit.procedures.entries();
        let mut facts = Self {
            procedures: procedures
                .map(|(id, procedure)| {
                    let callers = if types.known.are_all[id] {
                        Callers::AllKnown
                    } else {
                        Callers::Any
                    };
                    let types = &types.procedures[id];
                    Facts::new(unit, procedure, &graphs[id].flow, types, callers)
                })
                .collect(),
            results: (types.known.are_all.entries())
                .map(|(id, &is_known)| repr_across_calls(types.result(id)).filter(|_| is_known))
                .collect(),
        };
        facts.withdraw_received(unit);
        while facts.withdraw(unit, graphs) {}
        facts
    }

    /// Receiving calls take tagged values.
    fn withdraw_received(&mut self, unit: &Unit) {
        for block in unit
            .procedures
            .iter()
            .flat_map(|procedure| &procedure.blocks)
        {
            if let Terminator::CallReceive {
                callee: Callee::Known(callee, _),
                ..
            } = block.terminator
            {
                self.results[callee] = None;
            }
        }
    }

    fn withdraw(&mut self, unit: &Unit, graphs: &IdVec<ProcedureId, Graph>) -> bool {
        let mut changed = false;
        for (id, procedure) in unit.procedures.entries() {
            changed |= self.procedures[id].withdraw(procedure, &graphs[id].flow);
            changed |= self.withdraw_calls(unit, id);
            changed |= self.withdraw_result(id, procedure);
        }
        changed
    }

    /// Parameters must get what can be converted, results of calls be what the callee gives.
    fn withdraw_calls(&mut self, unit: &Unit, id: ProcedureId) -> bool {
        let mut changed = false;
        each_call(&unit.procedures[id], |place, call| {
            let callee = call.callee;
            let parameters = unit.procedures[callee].parameters();
            for (&parameter, &argument) in parameters.iter().zip(call.arguments) {
                let Some(repr) = self.procedures[callee].candidates[parameter] else {
                    continue;
                };
                if !self.procedures[id].can_give(argument, repr, place) {
                    self.procedures[callee].candidates[parameter] = None;
                    changed = true;
                }
            }
            let Some(result) = call.result else { return };
            let candidate = &mut self.procedures[id].candidates[result];
            if candidate.is_some() && *candidate != self.results[callee] {
                *candidate = None;
                changed = true;
            }
        });
        changed
    }

    fn withdraw_result(&mut self, id: ProcedureId, procedure: &Procedure) -> bool {
        let Some(repr) = self.results[id] else {
            return false;
        };
        let facts = &self.procedures[id];
        let can_give = |(id, block): (BlockId, &crate::ssa::ir::Block)| match &block.terminator {
            Terminator::Return(value) => {
                facts.can_give(*value, repr, (id, block.instructions.len()))
            }
            Terminator::TailCallKnown(callee, ..) => self.results[*callee] == Some(repr),
            terminator => terminator.successors().next().is_some(),
        };
        let stays = procedure.blocks.entries().all(can_give);
        if !stays {
            self.results[id] = None;
        }
        !stays
    }
}

/// A known call.
pub(super) struct KnownCall<'procedure> {
    /// What is called.
    pub(super) callee: ProcedureId,
    /// Its arguments.
    pub(super) arguments: &'procedure [ValueId],
    /// The value that it gives, if that is used here.
    pub(super) result: Option<ValueId>,
}

/// Calls `visit` with all known calls and their places.
pub(super) fn each_call<'procedure>(
    procedure: &'procedure Procedure,
    mut visit: impl FnMut(InstructionPlace, KnownCall<'procedure>),
) {
    for (id, block) in procedure.blocks.entries() {
        for (index, instruction) in block.instructions.iter().enumerate() {
            if let Operation::CallKnown(callee, _, arguments) = &instruction.operation {
                let call = KnownCall {
                    callee: *callee,
                    arguments,
                    result: instruction.result,
                };
                visit((id, index), call);
            }
        }
        if let Terminator::TailCallKnown(callee, _, arguments)
        | Terminator::CallReceive {
            callee: Callee::Known(callee, _),
            arguments,
            ..
        } = &block.terminator
        {
            let call = KnownCall {
                callee: *callee,
                arguments,
                result: None,
            };
            visit((id, block.instructions.len()), call);
        }
    }
}
