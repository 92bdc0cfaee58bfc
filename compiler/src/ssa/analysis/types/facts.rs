//! Which facts about values hold where.
//!
//! Two kinds of code tell facts: branches that lead to a block, and operations that would have
//! raised.
//!
//! Claim: at a place, a fact from a place that dominates it holds of the value that the place has.
//! An operation tells of its operands only behind itself. A condition tells only in blocks to which
//! its one outcome leads. Facts are about the values themselves, never about the contents of
//! objects, which change.

use super::lattice::Type;
use super::requirements::{each_requirement, each_requirement_of_condition};
use crate::id::IdVec;
use crate::ssa::analysis::{Dominators, Flow};
use crate::ssa::ir::{Condition, InstructionPlace, Procedure, Terminator, Truth, ValueId};

/// How many facts are kept of a value at most.
const FACTS_MAX: usize = 12;

/// Facts of all values of a procedure.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// For each value where something of it is known, in the order of the blocks.
    of: IdVec<ValueId, Vec<(InstructionPlace, Fact)>>,
    conditions: Vec<(Condition, Truth)>,
}

/// Something that is known of a value.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fact {
    /// It is a member.
    Is(Type),
    /// A condition in which it stands holds or does not.
    Condition(usize),
}

/// What [`Facts::each_at`] finds.
pub(super) enum Known<'facts> {
    /// The value is a member.
    Is(Type),
    /// A condition in which it stands, and whether that holds.
    Condition(&'facts Condition, Truth),
}

impl Facts {
    /// Collects what the procedure tells.
    pub(super) fn new(procedure: &Procedure, flow: &Flow, dominators: &Dominators) -> Self {
        let mut facts = Self {
            of: procedure.values.side_table(Vec::new()),
            conditions: Vec::new(),
        };
        let told = flow.facts_of_blocks(procedure);
        for &id in &flow.order {
            if let Some((condition, truth)) = &told[id] {
                let number = facts.conditions.len();
                facts.conditions.push((condition.clone(), *truth));
                condition.each_use(|value| {
                    facts.add(dominators, value, (id, 0), Fact::Condition(number));
                });
            }
            let block = &procedure.blocks[id];
            for (index, instruction) in block.instructions.iter().enumerate() {
                each_requirement(&instruction.operation, |value, is| {
                    facts.add(dominators, value, (id, index + 1), Fact::Is(is));
                });
            }
            if let Terminator::Branch(condition, ..) = &block.terminator {
                let end = (id, block.instructions.len() + 1);
                each_requirement_of_condition(condition, |value, is| {
                    facts.add(dominators, value, end, Fact::Is(is));
                });
            }
        }
        facts
    }

    fn add(
        &mut self,
        dominators: &Dominators,
        value: ValueId,
        place: InstructionPlace,
        fact: Fact,
    ) {
        let known = &mut self.of[value];
        let is_new = !known
            .iter()
            .any(|&(at, old)| old == fact && precedes(dominators, at, place));
        if is_new && known.len() < FACTS_MAX {
            known.push((place, fact));
        }
    }

    /// Calls `visit` with all that is known of `value` at `place`.
    pub(super) fn each_at(
        &self,
        dominators: &Dominators,
        value: ValueId,
        place: InstructionPlace,
        mut visit: impl FnMut(Known<'_>),
    ) {
        for &(at, fact) in &self.of[value] {
            if !precedes(dominators, at, place) {
                continue;
            }
            visit(match fact {
                Fact::Is(is) => Known::Is(is),
                Fact::Condition(number) => {
                    let (condition, truth) = &self.conditions[number];
                    Known::Condition(condition, *truth)
                }
            });
        }
    }
}

/// Whether all ways to `place` go through `at`.
pub(in super::super) fn precedes(
    dominators: &Dominators,
    at: InstructionPlace,
    place: InstructionPlace,
) -> bool {
    if at.0 == place.0 {
        at.1 <= place.1
    } else {
        dominators.dominates(at.0, place.0)
    }
}
