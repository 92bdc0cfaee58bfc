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
const FACTS_MAX: u8 = 12;

/// Facts of all values of a procedure.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// The facts of each value, in the order of the blocks.
    of: IdVec<ValueId, Chain>,
    links: Vec<Link>,
    conditions: Vec<(Condition, Truth)>,
}

/// The facts of a value.
#[derive(Clone, Copy, Debug)]
struct Chain {
    /// Where the first one lies, and the last one; nowhere if there is none.
    first: u32,
    last: u32,
    count: u8,
}

impl Chain {
    const EMPTY: Self = Self {
        first: NOWHERE,
        last: NOWHERE,
        count: 0,
    };
}

/// No place among the links.
const NOWHERE: u32 = u32::MAX;

/// Where something is known of a value.
#[derive(Clone, Copy, Debug)]
struct Link {
    place: InstructionPlace,
    fact: Fact,
    /// Where the next fact of the value lies.
    next: u32,
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
            of: procedure.values.side_table(Chain::EMPTY),
            links: Vec::new(),
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
        let is_known = |old: &Link| old.fact == fact && precedes(dominators, old.place, place);
        let is_new = !self.of(value).any(is_known);
        let chain = &mut self.of[value];
        if !is_new || chain.count == FACTS_MAX {
            return;
        }
        let number = self.links.len() as u32;
        match self.links.get_mut(chain.last as usize) {
            Some(last) => last.next = number,
            None => chain.first = number,
        }
        chain.last = number;
        chain.count += 1;
        self.links.push(Link {
            place,
            fact,
            next: NOWHERE,
        });
    }

    /// The facts of a value.
    fn of(&self, value: ValueId) -> impl Iterator<Item = &Link> {
        let link = |number: u32| self.links.get(number as usize);
        std::iter::successors(link(self.of[value].first), move |before| link(before.next))
    }

    /// Whether nothing is known of `value` at any place.
    #[inline]
    pub(super) fn are_none_of(&self, value: ValueId) -> bool {
        self.of[value].count == 0
    }

    /// Calls `visit` with all that is known of `value` at `place`.
    pub(super) fn each_at(
        &self,
        dominators: &Dominators,
        value: ValueId,
        place: InstructionPlace,
        mut visit: impl FnMut(Known<'_>),
    ) {
        for Link {
            place: at, fact, ..
        } in self.of(value)
        {
            if !precedes(dominators, *at, place) {
                continue;
            }
            visit(match *fact {
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
