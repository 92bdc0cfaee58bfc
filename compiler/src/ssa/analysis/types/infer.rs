//! Optimistic inference: values have no type until something reaches them, and types only grow.

use super::transfer::{of_operation, of_word};
use super::{Range, Type};
use crate::ssa::analysis::{Dominators, Flow};
use crate::ssa::ir::{BlockId, Comparison, Condition, Procedure, Terminator, Unit, ValueId};
use abi::tag;
use abi::type_test::TypeTest;

/// How often a parameter's range may grow freely; then it grows to the next likely bound.
const GROWTHS_FREE: u8 = 3;
/// How often it may grow at all before it becomes infinite.
const GROWTHS_MAX: u8 = 16;
/// How many conditions around a block are taken into account.
const CONDITIONS_MAX: u32 = 16;

/// Types of all values of a procedure.
pub struct Types<'a> {
    unit: &'a Unit,
    procedure: &'a Procedure,
    dominators: &'a Dominators,
    of: Vec<Type>,
    growths: Vec<u8>,
    /// Bounds at which ranges are likely to end, ascending.
    bounds: Vec<i128>,
    /// For blocks that one branch leads to: the condition and whether it holds there.
    facts: Vec<Option<(Condition, bool)>>,
}

impl<'a> Types<'a> {
    /// Infers the types of all values of `procedure`.
    pub fn infer(
        unit: &'a Unit,
        procedure: &'a Procedure,
        flow: &Flow,
        dominators: &'a Dominators,
    ) -> Self {
        let mut types = Self {
            unit,
            procedure,
            dominators,
            of: vec![Type::NONE; procedure.values.len()],
            growths: vec![0; procedure.values.len()],
            bounds: likely_bounds(procedure, unit),
            facts: flow.facts_of_blocks(procedure),
        };
        for &parameter in &procedure.blocks[0].parameters {
            types.of[parameter.0 as usize] = Type::ANY;
        }
        while flow
            .order
            .iter()
            .fold(false, |changed, &block| types.visit(block) | changed)
        {}
        types
    }

    /// The type of `value` wherever it is defined.
    pub fn of(&self, value: ValueId) -> Type {
        self.of[value.0 as usize]
    }

    /// The type of `value` in `block`, where conditions tell more of it.
    pub fn at(&self, value: ValueId, block: BlockId) -> Type {
        let mut known = self.of(value);
        let mut block = block;
        for _ in 0..CONDITIONS_MAX {
            if let Some((condition, holds)) = &self.facts[block.0 as usize] {
                known = self.refine(known, value, condition, *holds);
            }
            let Some(above) = self.dominators.immediate(block) else {
                break;
            };
            block = above;
        }
        known
    }

    fn visit(&mut self, id: BlockId) -> bool {
        let mut changed = false;
        let block = &self.procedure.blocks[id.0 as usize];
        for instruction in &block.instructions {
            let Some(result) = instruction.result else {
                continue;
            };
            let found = of_operation(self.unit, &instruction.operation, |value| {
                self.at(value, id)
            });
            if self.of[result.0 as usize] != found {
                self.of[result.0 as usize] = found;
                changed = true;
            }
        }
        for target in block.terminator.targets() {
            let parameters = &self.procedure.blocks[target.block.0 as usize].parameters;
            for (&parameter, &argument) in parameters.iter().zip(&target.arguments) {
                let given = self.at_edge(argument, id, target.block);
                changed |= self.grow(parameter, given);
            }
        }
        if let Terminator::CallReceive { block, .. } = block.terminator {
            for &parameter in &self.procedure.blocks[block.0 as usize].parameters {
                changed |=
                    std::mem::replace(&mut self.of[parameter.0 as usize], Type::ANY) != Type::ANY;
            }
        }
        changed
    }

    /// The type of an argument, with what the branch that hands it over tells.
    fn at_edge(&self, argument: ValueId, from: BlockId, to: BlockId) -> Type {
        let known = self.at(argument, from);
        match &self.procedure.blocks[from.0 as usize].terminator {
            Terminator::Branch(condition, yes, no) if yes.block != no.block => {
                self.refine(known, argument, condition, yes.block == to)
            }
            _ => known,
        }
    }

    fn grow(&mut self, parameter: ValueId, given: Type) -> bool {
        let index = parameter.0 as usize;
        let before = self.of[index];
        let mut joined = before.join(given);
        if joined == before {
            return false;
        }
        if let (Some(old), Some(new)) = (before.integer, joined.integer)
            && old != new
        {
            self.growths[index] = self.growths[index].saturating_add(1);
            joined.integer = Some(self.widen(old, new, self.growths[index]));
        }
        self.of[index] = joined;
        true
    }

    fn widen(&self, old: Range, new: Range, growths: u8) -> Range {
        if growths <= GROWTHS_FREE {
            return new;
        }
        let mut wide = new;
        if new.low < old.low {
            let below = self.bounds.partition_point(|&bound| bound <= new.low);
            let next = below.checked_sub(1).map(|place| self.bounds[place]);
            wide.low = next.filter(|_| growths <= GROWTHS_MAX).unwrap_or(i128::MIN);
        }
        if new.high > old.high {
            let above = self.bounds.partition_point(|&bound| bound < new.high);
            let next = self.bounds.get(above).copied();
            wide.high = next.filter(|_| growths <= GROWTHS_MAX).unwrap_or(i128::MAX);
        }
        wide
    }

    fn refine(&self, known: Type, value: ValueId, condition: &Condition, holds: bool) -> Type {
        match *condition {
            Condition::Type(test, tested) if tested == value && holds => {
                refine_by_test(known, test)
            }
            Condition::CompareSmall(relation, a, small) if a == value => {
                let bound = of_word(tag::fixnum(i64::from(small)).expect("16 bits fit a fixnum"));
                refine_by_comparison(known, relation, bound, holds)
            }
            Condition::Compare(relation, a, b) if a == value => {
                refine_by_comparison(known, relation, self.of(b), holds)
            }
            Condition::Compare(relation, a, b) if b == value => {
                refine_by_comparison(known, relation.mirrored(), self.of(a), holds)
            }
            _ => known,
        }
    }
}

/// Bounds of number types, and constants of the procedure with their neighbours.
fn likely_bounds(procedure: &Procedure, unit: &Unit) -> Vec<i128> {
    let mut bounds = vec![0, 0xff];
    for range in [Range::FIXNUM, Range::I64, Range::U64] {
        bounds.extend([range.low, range.high]);
    }
    let mut note = |value: i128| bounds.extend([value - 1, value, value + 1]);
    for block in &procedure.blocks {
        for instruction in &block.instructions {
            let word = unit.immediate_word(&instruction.operation);
            if let Some(word) = word.filter(|&word| tag::is_fixnum(word)) {
                note(i128::from(tag::fixnum_value(word)));
            }
        }
        if let Terminator::Branch(Condition::CompareSmall(_, _, small), ..) = block.terminator {
            note(i128::from(small));
        }
    }
    bounds.sort_unstable();
    bounds.dedup();
    bounds
}

fn refine_by_test(known: Type, test: TypeTest) -> Type {
    match test {
        TypeTest::Flonum => Type::FLONUM,
        TypeTest::Fixnum => {
            let range = known.integer.and_then(|range| range.meet(Range::FIXNUM));
            Type::integer(range.unwrap_or(Range::FIXNUM))
        }
        TypeTest::ExactInteger => Type::integer(known.integer.unwrap_or(Range::ALL)),
        _ => known,
    }
}

/// What is left of an integer that is, or is not, in a relation to another one.
fn refine_by_comparison(known: Type, relation: Comparison, other: Type, holds: bool) -> Type {
    let (Some(range), Some(other)) = (known.as_integer(), other.as_integer()) else {
        return known;
    };
    let below = |high: i128| Range {
        low: i128::MIN,
        high,
    };
    let above = |low: i128| Range {
        low,
        high: i128::MAX,
    };
    let limit = match (relation, holds) {
        (Comparison::Equal, true) => other,
        (Comparison::Equal, false) => return Type::integer(without(range, other)),
        (Comparison::Less, true) | (Comparison::GreaterEqual, false) => below(
            other
                .high
                .saturating_sub(i128::from(other.high != i128::MAX)),
        ),
        (Comparison::LessEqual, true) | (Comparison::Greater, false) => below(other.high),
        (Comparison::Greater, true) | (Comparison::LessEqual, false) => {
            above(other.low.saturating_add(i128::from(other.low != i128::MIN)))
        }
        (Comparison::GreaterEqual, true) | (Comparison::Less, false) => above(other.low),
    };
    range.meet(limit).map_or(known, Type::integer)
}

/// A range without a single integer, where that is one of its bounds.
fn without(range: Range, other: Range) -> Range {
    if other.low != other.high || range.low == range.high {
        return range;
    }
    Range {
        low: range.low + i128::from(range.low == other.low),
        high: range.high - i128::from(range.high == other.high),
    }
}
