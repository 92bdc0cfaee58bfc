//! What the procedures of a unit give to each other: types of parameters, results, free variables and cells,
//! while they grow. `unit.rs` says why they hold.

use super::kinds::Kinds;
use super::lattice::Type;
use super::range::Range;
use crate::id::IdVec;
use crate::ssa::analysis::KnownCalls;
use crate::ssa::ir::{CellId, Operation, ProcedureId, Unit};

/// How often the range of a parameter or result may grow freely.
pub(super) const GROWTHS_FREE: u8 = 3;
/// How often it may grow at all before it becomes infinite.
pub(super) const GROWTHS_MAX: u8 = 8;

/// What is known across procedures.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Signatures {
    pub(super) parameters: IdVec<ProcedureId, Vec<Growing>>,
    pub(super) results: IdVec<ProcedureId, Growing>,
    pub(super) free: IdVec<ProcedureId, Vec<Growing>>,
    pub(super) cells: IdVec<CellId, Growing>,
}

impl Signatures {
    /// At first, nothing reaches what known calls alone give.
    pub(super) fn new(unit: &Unit, known: &KnownCalls) -> Self {
        let start = |is_known: bool| Growing {
            of: if is_known { Type::NONE } else { Type::ANY },
            growths: 0,
        };
        let procedures = unit.procedures.iter().zip(&known.are_all);
        Self {
            parameters: procedures
                .map(|(procedure, &is_known)| vec![start(is_known); procedure.parameters().len()])
                .collect(),
            results: unit.procedures.side_table(start(true)),
            free: unit
                .procedures
                .iter()
                .map(|each| vec![start(known.closures_are_own); usize::from(each.free)])
                .collect(),
            cells: cells_at_first(unit),
        }
    }

    /// What a known call of `procedure` gets.
    pub(super) fn result(&self, procedure: ProcedureId) -> Type {
        let result = self.results.get(procedure);
        result.map_or(Type::ANY, |result| result.of)
    }

    /// What a cell holds once it is initialised.
    pub(super) fn cell(&self, cell: CellId) -> Type {
        self.cells.get(cell).map_or(Type::ANY, |cell| cell.of)
    }

    /// What a free variable of `procedure` is.
    pub(super) fn free(&self, procedure: ProcedureId, index: u16) -> Type {
        let variable = self.free[procedure].get(usize::from(index));
        variable.map_or(Type::ANY, |variable| variable.of)
    }
}

/// A cell that is checked somewhere may be read before it is initialised; the others never are.
fn cells_at_first(unit: &Unit) -> IdVec<CellId, Growing> {
    let none = Growing {
        of: Type::NONE,
        growths: 0,
    };
    let mut cells = unit.cells.side_table(none);
    for procedure in &unit.procedures {
        let instructions = || procedure.blocks.iter().flat_map(|each| &each.instructions);
        let mut cell_of = procedure.values.side_table(None);
        for instruction in instructions() {
            if let (Operation::CellRef(cell), Some(result)) =
                (&instruction.operation, instruction.result)
            {
                cell_of[result] = Some(*cell);
            }
        }
        // Only now: blocks are numbered in any order.
        for instruction in instructions() {
            if let Operation::CheckInitialized(value, _) = &instruction.operation
                && let Some(cell) = cell_of[*value]
                && let Some(checked) = cells.get_mut(cell)
            {
                checked.of = Type::of_kinds(Kinds::UNBOUND);
            }
        }
    }
    cells
}

/// A type that grows a bounded number of times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Growing {
    pub(super) of: Type,
    pub(super) growths: u8,
}

impl Growing {
    /// Whether it grew.
    pub(super) fn grow(&mut self, given: Type) -> bool {
        let mut joined = self.of.join(given);
        if joined == self.of {
            return false;
        }
        if let (Some(old), Some(new)) = (self.of.integer, joined.integer)
            && old != new
        {
            self.growths += 1;
            joined.integer = Some(widen(old, new, self.growths));
        }
        self.of = joined;
        true
    }
}

pub(super) fn widen(old: Range, new: Range, growths: u8) -> Range {
    if growths <= GROWTHS_FREE {
        return new;
    }
    let bounds = [Range::FIXNUM.low, 0, 0xff, Range::FIXNUM.high];
    let is_bounded = growths <= GROWTHS_MAX;
    let low = bounds
        .iter()
        .rev()
        .find(|&&bound| bound <= new.low && is_bounded);
    let high = bounds
        .iter()
        .find(|&&bound| bound >= new.high && is_bounded);
    Range::new(
        if new.low < old.low {
            *low.unwrap_or(&i128::MIN)
        } else {
            new.low
        },
        if new.high > old.high {
            *high.unwrap_or(&i128::MAX)
        } else {
            new.high
        },
    )
}
