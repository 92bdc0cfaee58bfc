//! Inference over all procedures of a unit.
//!
//! A parameter has the values that known calls give. A known call has the values that its procedure
//! returns. Cells and free variables have the values that are put into them.
//!
//! The inference is optimistic, as within a procedure: nothing reaches a parameter until a call is
//! found to give it, and types only grow. A procedure is looked at again when something on which it
//! depends has grown.
//!
//! Claim: the claim of `infer.rs`, for all procedures of the unit. The following has to be shown
//! besides:
//!
//! * A parameter gets only the values that calls of this unit give, if known calls alone lead to
//!   its procedure (`known_calls.rs`). Any other parameter has any type.
//! * A result has the values that returns and tail calls give. A program that captures the
//!   continuation of a procedure can return anything from the procedure. So [`Primitive::Capture`]
//!   makes the result anything.
//! * A cell has the values that the unit stores, because a unit's cells are its own. It has no
//!   value before, if some read of it is checked. A pass that removes checks has to leave one check
//!   for each cell that can be read early.
//! * A free variable has the values with which closures of its procedure were initialised. For
//!   that, each closure is initialised where it was made, and no procedure runs with another
//!   procedure's closure.

use std::collections::VecDeque;

use abi::primitive::Primitive;

use super::infer::{Inferred, Types};
use super::kinds::Kinds;
use super::lattice::Type;
use super::signatures::Signatures;
use crate::checkpoint;
use crate::id::IdVec;
use crate::ssa::analysis::{Graph, KnownCalls};
use crate::ssa::ir::{
    BlockId, Callee, CellId, InstructionPlace, Operation, ProcedureId, Terminator, Unit, ValueId,
};

/// Types of all values of all procedures.
pub struct UnitTypes<'a> {
    /// Of each procedure.
    pub procedures: IdVec<ProcedureId, Types<'a>>,
    /// Who calls them.
    pub known: KnownCalls,
    signatures: Signatures,
}

/// The types of a unit, apart from the unit.
#[derive(Debug)]
pub(super) struct UnitInferred {
    procedures: IdVec<ProcedureId, Inferred>,
    known: KnownCalls,
    signatures: Signatures,
}

impl<'a> UnitTypes<'a> {
    /// Infers the types of all values of `unit`, of whose procedures `graphs` are the shapes.
    pub fn infer(unit: &'a Unit, graphs: &'a IdVec<ProcedureId, Graph>) -> Self {
        let known = KnownCalls::new(unit);
        let types = |number: ProcedureId| Types::new(unit, number, &graphs[number]);
        let mut inference = Inference {
            unit,
            signatures: Signatures::new(unit, &known),
            types: unit.procedures.ids().map(types).collect(),
            users: Users::new(unit),
            pending: VecDeque::new(),
            is_pending: unit.procedures.side_table(false),
            is_reached: unit.procedures.side_table(false),
        };
        for number in unit.procedures.ids().filter(|&id| !known.are_all[id]) {
            inference.reach(number);
        }
        inference.run();
        Self {
            procedures: inference.types,
            known,
            signatures: inference.signatures,
        }
    }

    /// The types of `unit` that were inferred before.
    pub(super) fn of_inferred(
        unit: &'a Unit,
        graphs: &'a IdVec<ProcedureId, Graph>,
        inferred: UnitInferred,
    ) -> Self {
        let procedures = graphs.entries().zip(inferred.procedures);
        Self {
            procedures: procedures
                .map(|((id, graph), inferred)| Types::of_inferred(unit, id, graph, inferred))
                .collect(),
            known: inferred.known,
            signatures: inferred.signatures,
        }
    }

    /// What was inferred.
    pub(super) fn into_inferred(self) -> UnitInferred {
        UnitInferred {
            procedures: (self.procedures.into_iter())
                .map(Types::into_inferred)
                .collect(),
            known: self.known,
            signatures: self.signatures,
        }
    }

    /// Whether inference finds the same anew, and the shapes of the procedures as well.
    pub(super) fn is_fresh(&self, unit: &Unit) -> bool {
        let graphs = unit.procedures.iter().map(Graph::new).collect();
        let fresh = UnitTypes::infer(unit, &graphs);
        let mut pairs = self.procedures.iter().zip(&fresh.procedures);
        self.procedures.len() == fresh.procedures.len()
            && pairs.all(|(kept, fresh)| kept.is_equal_to(fresh))
            && self.signatures == fresh.signatures
            && self.known == fresh.known
    }

    /// What known calls of a procedure get.
    pub fn result(&self, procedure: ProcedureId) -> Type {
        self.signatures.result(procedure)
    }
}

/// Who depends on what.
struct Users {
    callers: IdVec<ProcedureId, Vec<ProcedureId>>,
    cell_readers: IdVec<CellId, Vec<ProcedureId>>,
}

impl Users {
    fn new(unit: &Unit) -> Self {
        let mut users = Self {
            callers: unit.procedures.side_table(Vec::new()),
            cell_readers: unit.cells.side_table(Vec::new()),
        };
        let note = |list: &mut Vec<ProcedureId>, user: ProcedureId| {
            if list.last() != Some(&user) {
                list.push(user);
            }
        };
        for (user, procedure) in unit.procedures.entries() {
            super::super::each_known_call(procedure, |callee, _, _| {
                if let Some(callers) = users.callers.get_mut(callee) {
                    note(callers, user);
                }
            });
            for instruction in procedure
                .blocks
                .iter()
                .flat_map(|block| &block.instructions)
            {
                if let Operation::CellRef(cell) = instruction.operation
                    && let Some(readers) = users.cell_readers.get_mut(cell)
                {
                    note(readers, user);
                }
            }
        }
        users
    }
}

struct Inference<'a> {
    unit: &'a Unit,
    signatures: Signatures,
    types: IdVec<ProcedureId, Types<'a>>,
    users: Users,
    pending: VecDeque<ProcedureId>,
    is_pending: IdVec<ProcedureId, bool>,
    is_reached: IdVec<ProcedureId, bool>,
}

impl Inference<'_> {
    /// Lets a procedure be looked at, again or for the first time.
    fn reach(&mut self, number: ProcedureId) {
        self.is_reached[number] = true;
        if !std::mem::replace(&mut self.is_pending[number], true) {
            self.pending.push_back(number);
        }
    }

    fn reach_all(&mut self, numbers: &[ProcedureId]) {
        for &number in numbers {
            if self.is_reached[number] {
                self.reach(number);
            }
        }
    }

    fn run(&mut self) {
        while let Some(number) = self.pending.pop_front() {
            checkpoint::step();
            self.is_pending[number] = false;
            let procedure = &self.unit.procedures[number];
            let types = &mut self.types[number];
            if procedure.free > 0 {
                types.give(
                    procedure.blocks[BlockId::ENTRY].parameters[0],
                    Type::of_kinds(Kinds::PROCEDURE),
                );
            }
            let parameters = procedure.parameters().iter();
            for (&parameter, given) in parameters.zip(&self.signatures.parameters[number]) {
                types.give(parameter, given.of);
            }
            types.run(&self.signatures);
            self.harvest(number);
        }
    }

    /// Hands on what was found in a procedure.
    fn harvest(&mut self, number: ProcedureId) {
        let procedure = &self.unit.procedures[number];
        let mut result = Type::NONE;
        let mut next = 0;
        for (id, block) in procedure.blocks.entries() {
            while let Some(&place) = self.types[number].handing().get(next)
                && place.0 == id
            {
                let operation = &block.instructions[place.1].operation;
                self.harvest_operation(number, place, operation);
                if let Operation::Primitive(Primitive::Capture, _) = operation {
                    result = Type::ANY;
                }
                next += 1;
            }
            let end = (id, block.instructions.len());
            result = result.join(match &block.terminator {
                Terminator::Return(value) => self.types[number].at(*value, end),
                Terminator::TailCallKnown(callee, _, arguments) => {
                    self.call(number, end, *callee, arguments);
                    self.signatures.result(*callee)
                }
                Terminator::CallReceive {
                    callee, arguments, ..
                } => {
                    if let Callee::Known(callee, _) = callee {
                        self.call(number, end, *callee, arguments);
                    }
                    Type::NONE
                }
                Terminator::None
                | Terminator::Jump(_)
                | Terminator::Branch(..)
                | Terminator::Switch(_)
                | Terminator::Reinstate(..) => Type::NONE,
                Terminator::ReturnValues(_)
                | Terminator::TailCall(..)
                | Terminator::TailApply(..)
                // Native code jumps there as to a procedure with a tagged result.
                | Terminator::ReinstateValue(..) => Type::ANY,
            });
        }
        if self.signatures.results[number].grow(result) {
            let callers = std::mem::take(&mut self.users.callers[number]);
            self.reach_all(&callers);
            self.users.callers[number] = callers;
        }
    }

    fn harvest_operation(
        &mut self,
        number: ProcedureId,
        place: InstructionPlace,
        operation: &Operation,
    ) {
        match operation {
            Operation::CallKnown(callee, _, arguments) => {
                self.call(number, place, *callee, arguments);
            }
            Operation::ClosureInit(closure, index, value) => {
                let given = self.types[number].at(*value, place);
                self.initialise(number, *closure, *index, given);
            }
            Operation::CellSet(cell, value) => {
                let given = self.types[number].at(*value, place);
                if self.signatures.cells[*cell].grow(given) {
                    let readers = std::mem::take(&mut self.users.cell_readers[*cell]);
                    self.reach_all(&readers);
                    self.users.cell_readers[*cell] = readers;
                }
            }
            _ => {}
        }
    }

    fn call(
        &mut self,
        number: ProcedureId,
        place: InstructionPlace,
        callee: ProcedureId,
        arguments: &[ValueId],
    ) {
        if !self.unit.procedures.contains(callee) {
            return;
        }
        let mut has_grown = !self.is_reached[callee];
        for (index, &argument) in arguments.iter().enumerate() {
            let given = self.types[number].at(argument, place);
            if let Some(parameter) = self.signatures.parameters[callee].get_mut(index) {
                has_grown |= parameter.grow(given);
            }
        }
        if has_grown {
            self.reach(callee);
        }
    }

    fn initialise(&mut self, number: ProcedureId, closure: ValueId, index: u16, given: Type) {
        let Some(owner) = self.types[number].made_for(closure) else {
            return;
        };
        let free = self.signatures.free.get_mut(owner);
        if let Some(variable) = free.and_then(|free| free.get_mut(usize::from(index)))
            && variable.grow(given)
            && self.is_reached[owner]
        {
            self.reach(owner);
        }
    }
}
