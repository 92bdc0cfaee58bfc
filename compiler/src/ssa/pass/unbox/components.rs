//! Which candidates become raw: all of a group of values that flow into each other, or none.

use super::candidates::{Facts, RawOperation, jump_target, raw_takes_tagged};
use crate::ssa::analysis::{Flow, Loops, Range};
use crate::ssa::ir::{BlockId, Procedure, Repr, Terminator, ValueId};

/// Work saved or spent, in tenths of an instruction.
type Work = i64;

/// Saved by arithmetic on raw instead of tagged doubles.
const SAVED_F64: Work = 15;
/// Saved by arithmetic on words instead of fixnums.
const SAVED_WORD: Work = 2;
/// Saved by arithmetic on words instead of bignums.
const SAVED_BIGNUM: Work = 200;
/// Spent on unboxing.
const UNBOX: Work = 10;
/// Spent on boxing what fits a tagged word.
const BOX: Work = 12;
/// Spent on making a bignum.
const BOX_BIGNUM: Work = 100;
/// How many times more a loop runs than what is around it, as a power of two.
const LOOP_SHIFT: u32 = 3;
/// Loops deeper than this count as if they were this deep.
const DEPTH_MAX: u32 = 6;

/// The representation of each value that is to be raw.
pub(super) fn choose(
    procedure: &Procedure,
    flow: &Flow,
    loops: &Loops,
    facts: &Facts,
) -> Vec<Option<Repr>> {
    let mut groups = Groups::new(facts);
    groups.link(procedure, flow);
    groups.weigh(procedure, flow, loops);
    (0..facts.candidates.len())
        .map(|value| {
            let group = groups.find(value as u32);
            facts.candidates[value].filter(|_| groups.saved[group as usize] > 0)
        })
        .collect()
}

struct Groups<'a> {
    facts: &'a Facts,
    parent: Vec<u32>,
    saved: Vec<Work>,
}

impl<'a> Groups<'a> {
    fn new(facts: &'a Facts) -> Self {
        let count = facts.candidates.len();
        Self {
            facts,
            parent: (0..count as u32).collect(),
            saved: vec![0; count],
        }
    }

    fn find(&mut self, mut value: u32) -> u32 {
        while self.parent[value as usize] != value {
            let up = self.parent[value as usize];
            self.parent[value as usize] = self.parent[up as usize];
            value = up;
        }
        value
    }

    fn join(&mut self, a: ValueId, b: ValueId) {
        let candidates = &self.facts.candidates;
        let (a_repr, b_repr) = (candidates[a.0 as usize], candidates[b.0 as usize]);
        if a_repr.is_some() && a_repr == b_repr {
            let (a, b) = (self.find(a.0), self.find(b.0));
            self.parent[a as usize] = b;
        }
    }

    fn link(&mut self, procedure: &Procedure, flow: &Flow) {
        for (value, raw) in self.facts.operations.iter().enumerate() {
            if let Some(raw) = raw.filter(|&raw| !raw_takes_tagged(raw)) {
                raw.operands()
                    .for_each(|operand| self.join(ValueId(value as u32), operand));
            }
        }
        for &id in &flow.order {
            let Some(target) = jump_target(&procedure.blocks[id.0 as usize].terminator) else {
                continue;
            };
            let parameters = &procedure.blocks[target.block.0 as usize].parameters;
            for (&parameter, &argument) in parameters.iter().zip(&target.arguments) {
                self.join(parameter, argument);
            }
        }
    }

    fn weigh(&mut self, procedure: &Procedure, flow: &Flow, loops: &Loops) {
        for &id in &flow.order {
            let block = &procedure.blocks[id.0 as usize];
            let weight = 1 << (LOOP_SHIFT * loops.depth[id.0 as usize].min(DEPTH_MAX));
            for instruction in &block.instructions {
                let raw_result = instruction
                    .result
                    .filter(|result| self.facts.candidates[result.0 as usize].is_some());
                if let Some(result) = raw_result {
                    self.weigh_operation(result, weight);
                } else {
                    instruction
                        .operation
                        .each_use(|value| self.charge_boxing(value, weight, loops));
                }
            }
            self.weigh_terminator(procedure, id, weight, loops);
        }
    }

    fn add(&mut self, value: ValueId, work: Work) {
        let group = self.find(value.0);
        self.saved[group as usize] += work;
    }

    fn weigh_operation(&mut self, result: ValueId, weight: Work) {
        let raw = self.facts.operations[result.0 as usize].expect("candidates have operations");
        let repr = self.facts.candidates[result.0 as usize].expect("a candidate");
        let saved = self.saved_by(result, repr);
        self.add(result, saved * weight);
        if raw != RawOperation::Parameter && !raw_takes_tagged(raw) {
            for operand in raw.operands() {
                self.charge_unboxing(result, operand, repr, weight);
            }
        }
    }

    /// What working with `value` saves when it is raw.
    fn saved_by(&self, value: ValueId, repr: Repr) -> Work {
        if repr == Repr::F64 {
            SAVED_F64
        } else if self.is_fixnum(value) {
            SAVED_WORD
        } else {
            SAVED_BIGNUM
        }
    }

    fn charge_unboxing(&mut self, user: ValueId, operand: ValueId, repr: Repr, weight: Work) {
        let is_raw = self.facts.candidates[operand.0 as usize] == Some(repr);
        if !is_raw && self.facts.constant(operand, repr).is_none() {
            self.add(user, -UNBOX * weight);
        }
    }

    /// A value that is boxed for a use in a deeper loop is boxed where it is defined.
    fn charge_boxing(&mut self, value: ValueId, weight: Work, loops: &Loops) {
        if self.facts.candidates[value.0 as usize].is_none() {
            return;
        }
        let home = self.facts.block_of[value.0 as usize];
        let home_weight = 1 << (LOOP_SHIFT * loops.depth[home.0 as usize].min(DEPTH_MAX));
        let spent = if self.facts.candidates[value.0 as usize] == Some(Repr::F64)
            || self.is_fixnum(value)
        {
            BOX
        } else {
            BOX_BIGNUM
        };
        self.add(value, -spent * weight.min(home_weight));
    }

    fn weigh_terminator(
        &mut self,
        procedure: &Procedure,
        id: BlockId,
        weight: Work,
        loops: &Loops,
    ) {
        let terminator = &procedure.blocks[id.0 as usize].terminator;
        match terminator {
            Terminator::Jump(target) => {
                let parameters = &procedure.blocks[target.block.0 as usize].parameters;
                for (&parameter, &argument) in parameters.iter().zip(&target.arguments) {
                    match self.facts.candidates[parameter.0 as usize] {
                        Some(repr) => self.charge_unboxing(parameter, argument, repr, weight),
                        None => self.charge_boxing(argument, weight, loops),
                    }
                }
            }
            Terminator::Branch(condition, ..) => {
                match self.facts.raw_condition(condition, &self.facts.candidates) {
                    Some((repr, a, b)) => {
                        self.add(a, self.saved_by(a, repr) * weight);
                        if let Some(operand) = b {
                            self.add(operand, self.saved_by(operand, repr) * weight);
                            self.charge_unboxing(a, operand, repr, weight);
                        }
                    }
                    None => condition.each_use(|value| self.charge_boxing(value, weight, loops)),
                }
            }
            other => other.each_use(|value| self.charge_boxing(value, weight, loops)),
        }
    }

    fn is_fixnum(&self, value: ValueId) -> bool {
        let range = self.facts.types[value.0 as usize].as_integer();
        range.is_some_and(|range| range.is_within(Range::FIXNUM))
    }
}
