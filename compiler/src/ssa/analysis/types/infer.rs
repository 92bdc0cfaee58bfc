//! Optimistic inference: a value has no type until something reaches it, and types only grow.
//!
//! Claim: whenever control is at a place, each value that is defined there is a member of its type
//! at that place. The result is a solution of the equations between types. By induction over the
//! steps of a run, every solution truth:
//!
//! * The type of a result is the answer of the transfer function about the operands at the place
//!   (`transfer.rs`, `words.rs`). The type of a parameter has the members that every jump, call and
//!   receiving gives. A parameter that unknown code may give has [`Type::ANY`].
//! * A fact narrows a type only where all paths go through the fact's place ([`Facts`]). No value
//!   is defined anew between that place and the place where the fact is used, as `bounds.rs` says
//!   of such paths.
//! * A comparison tells nothing of members that are not exact integers. A test that fails tells
//!   nothing of kinds of which only some members fail. Not-a-number fails every comparison, so the
//!   negation of `<` is not `>=` of flonums.
//! * Where a fact leaves no member, control does not come to the place, or not yet: the type stays.
//!   So types do not grow monotonically in each step. But parameters grow, a bounded number of
//!   times, and all other types follow from these.

use super::facts::{Facts, Known};
use super::kinds::Kinds;
use super::lattice::Type;
use super::range::Range;
use super::signatures::Signatures;
use super::transfer::{is_settled, of_operation};
use super::words;
use crate::id::IdVec;
use crate::ssa::analysis::{Dominators, Flow, Graph};
use crate::ssa::ir::{
    BlockId, Comparison, Condition, InstructionPlace, Operation, Procedure, ProcedureId,
    Terminator, Truth, Unit, ValueId,
};
use abi::primitive::Primitive;
use abi::tag;
use abi::type_test::TypeTest;

/// How often a parameter's range may grow freely; then it grows to the next likely bound.
pub(super) const GROWTHS_FREE: u8 = 3;
/// How often it may grow at all before it becomes infinite.
pub(super) const GROWTHS_MAX: u8 = 16;

/// Types of all values of a procedure.
pub struct Types<'a> {
    unit: &'a Unit,
    id: ProcedureId,
    procedure: &'a Procedure,
    flow: &'a Flow,
    dominators: &'a Dominators,
    inferred: Inferred,
}

/// What is inferred of a procedure, apart from the procedure.
#[derive(Debug)]
pub(super) struct Inferred {
    of: IdVec<ValueId, Type>,
    growths: IdVec<ValueId, u8>,
    /// Bounds at which ranges are likely to end, ascending; none before one is needed.
    bounds: Option<Vec<i128>>,
    facts: Facts,
    noted: Noted,
    open: Open,
}

/// The instructions that matter beyond their procedure.
#[derive(Debug, Default)]
struct Noted {
    /// Closures made here and the procedures that they are for, ascending.
    made: Vec<(ValueId, ProcedureId)>,
    /// What hands values to other procedures or to cells, or captures the continuation.
    handing: Vec<InstructionPlace>,
}

/// For each block the instructions whose types may still change.
#[derive(Debug)]
struct Open {
    /// Where those of each block lie, and how many there are.
    of: IdVec<BlockId, (u32, u32)>,
    indices: Vec<u32>,
}

impl<'a> Types<'a> {
    /// Nothing is inferred yet.
    pub(super) fn new(unit: &'a Unit, id: ProcedureId, graph: &'a Graph) -> Self {
        let procedure = &unit.procedures[id];
        let inferred = Inferred {
            of: procedure.values.side_table(Type::NONE),
            growths: procedure.values.side_table(0),
            bounds: None,
            facts: Facts::new(procedure, &graph.flow, &graph.dominators),
            noted: Noted::new(procedure),
            open: Open::new(procedure),
        };
        Self::of_inferred(unit, id, graph, inferred)
    }

    /// The types of a procedure of `unit` that were inferred before.
    pub(super) fn of_inferred(
        unit: &'a Unit,
        id: ProcedureId,
        graph: &'a Graph,
        inferred: Inferred,
    ) -> Self {
        Self {
            unit,
            id,
            procedure: &unit.procedures[id],
            flow: &graph.flow,
            dominators: &graph.dominators,
            inferred,
        }
    }

    /// What was inferred.
    pub(super) fn into_inferred(self) -> Inferred {
        self.inferred
    }

    /// Whether the same was inferred.
    pub(super) fn is_equal_to(&self, other: &Self) -> bool {
        self.inferred.of == other.inferred.of
    }

    /// The procedure that `closure` was made for, if that happened here.
    pub(super) fn made_for(&self, closure: ValueId) -> Option<ProcedureId> {
        let made = (self.inferred.noted.made).binary_search_by_key(&closure, |&(value, _)| value);
        made.ok().map(|place| self.inferred.noted.made[place].1)
    }

    /// Lets a parameter of the entry be what callers give.
    pub(super) fn give(&mut self, parameter: ValueId, given: Type) {
        self.grow(parameter, given);
    }

    /// Infers the types of all values from what the parameters of the entry are. Only parameters can change anew:
    /// in this order a result comes after all that it is computed from. So a round is followed by another one only
    /// where it gave more to a block that it had been at.
    pub(super) fn run(&mut self, signatures: &Signatures) {
        while self.flow.order.iter().fold(false, |changed, &block| {
            self.visit(block, signatures) | changed
        }) {}
    }

    /// The type of `value` wherever it is defined.
    pub fn of(&self, value: ValueId) -> Type {
        self.inferred.of[value]
    }

    /// The type of `value` at a place, where more may be known of it.
    pub fn at(&self, value: ValueId, place: InstructionPlace) -> Type {
        let mut known = self.of(value);
        if self.inferred.facts.are_none_of(value) {
            return known;
        }
        self.inferred
            .facts
            .each_at(self.dominators, value, place, |fact| {
                known = match fact {
                    Known::Is(is) => narrow(known, is),
                    Known::Condition(condition, truth) => {
                        self.refine(known, value, condition, truth)
                    }
                };
            });
        known
    }

    /// The instructions that hand values to other procedures or to cells, or capture the continuation, block by block.
    pub(super) fn handing(&self) -> &[InstructionPlace] {
        &self.inferred.noted.handing
    }

    /// Calls `visit` with the conditions in which `value` stands that are decided at a place.
    pub(in super::super) fn each_condition(
        &self,
        value: ValueId,
        place: InstructionPlace,
        mut visit: impl FnMut(&Condition, Truth),
    ) {
        self.inferred
            .facts
            .each_at(self.dominators, value, place, |known| {
                if let Known::Condition(condition, truth) = known {
                    visit(condition, truth);
                }
            });
    }

    /// Whether a parameter has grown of a block that does not come later.
    fn visit(&mut self, id: BlockId, signatures: &Signatures) -> bool {
        let mut changed = false;
        let block = &self.procedure.blocks[id];
        let (start, count) = self.inferred.open.of[id];
        let mut left = 0;
        for number in start..start + count {
            let index = self.inferred.open.indices[number as usize];
            let instruction = &block.instructions[index as usize];
            let result = instruction.result.expect("an open one has a result");
            let (operation, place) = (&instruction.operation, (id, index as usize));
            let known = self.of_operation(operation, result, place, signatures);
            self.inferred.of[result] = known;
            if !is_settled(operation, known) {
                self.inferred.open.indices[(start + left) as usize] = index;
                left += 1;
            }
        }
        self.inferred.open.of[id].1 = left;
        for target in block.terminator.targets() {
            let parameters = &self.procedure.blocks[target.block].parameters;
            let is_retreating = self.flow.is_retreating(id, target.block);
            for (&parameter, &argument) in parameters.iter().zip(&target.arguments) {
                let given = self.at_edge(argument, id, target.block);
                changed |= self.grow(parameter, given) && is_retreating;
            }
        }
        if let Terminator::CallReceive { block, .. } = block.terminator {
            // That block has no other predecessor: it comes later.
            for &parameter in &self.procedure.blocks[block].parameters {
                self.grow(parameter, Type::ANY);
            }
        }
        changed
    }

    fn of_operation(
        &self,
        operation: &Operation,
        result: ValueId,
        place: InstructionPlace,
        signatures: &Signatures,
    ) -> Type {
        match *operation {
            Operation::ClosureRef(closure, index)
                if self.procedure.free > 0
                    && closure == self.procedure.blocks[BlockId::ENTRY].parameters[0] =>
            {
                signatures.free(self.id, index)
            }
            _ => {
                let repr = self.procedure.values[result].repr;
                let type_of = |value: ValueId| self.at(value, place);
                of_operation(self.unit, signatures, operation, repr, type_of)
            }
        }
    }

    /// The type of an argument, with what the branch that hands it over tells.
    pub fn at_edge(&self, argument: ValueId, from: BlockId, to: BlockId) -> Type {
        let block = &self.procedure.blocks[from];
        let known = self.at(argument, (from, block.instructions.len() + 1));
        match &block.terminator {
            Terminator::Branch(condition, yes, no)
                if yes.block != no.block && condition.uses(argument) =>
            {
                self.refine(known, argument, condition, Truth::of(yes.block == to))
            }
            _ => known,
        }
    }

    fn grow(&mut self, parameter: ValueId, given: Type) -> bool {
        let before = self.inferred.of[parameter];
        if before == Type::ANY {
            return false;
        }
        let mut joined = before.join(given);
        if joined == before {
            return false;
        }
        if let (Some(old), Some(new)) = (before.integer, joined.integer)
            && old != new
        {
            self.inferred.growths[parameter] = self.inferred.growths[parameter].saturating_add(1);
            joined.integer = Some(self.widen(old, new, self.inferred.growths[parameter]));
        }
        self.inferred.of[parameter] = joined;
        true
    }

    fn widen(&mut self, old: Range, new: Range, growths: u8) -> Range {
        if growths <= GROWTHS_FREE {
            return new;
        }
        let (procedure, unit) = (self.procedure, self.unit);
        let bounds = (self.inferred.bounds).get_or_insert_with(|| likely_bounds(procedure, unit));
        widen(bounds, old, new, growths)
    }

    fn refine(&self, known: Type, value: ValueId, condition: &Condition, truth: Truth) -> Type {
        match *condition {
            Condition::True(_) if truth == Truth::Holds => excluding(known, Kinds::FALSE),
            Condition::True(_) => narrow(known, Type::of_kinds(Kinds::FALSE)),
            Condition::Type(test, _) if truth == Truth::Holds => {
                narrow(known, Type::that_passes(test))
            }
            Condition::Type(test, _) => refine_by_failed_test(known, test),
            Condition::EqWord(_, word) => refine_by_word(known, i64::from(word) as u64, truth),
            Condition::Eq(a, b) if truth == Truth::Holds => {
                narrow(known, self.of(if a == value { b } else { a }))
            }
            Condition::CompareSmall(relation, _, small) => {
                let word = tag::fixnum(i64::from(small)).expect("16 bits fit a fixnum");
                refine_by_comparison(known, relation, Type::of_word(word), truth)
            }
            Condition::CompareU64(relation, a, b) => {
                let other = self.of(if a == value { b } else { a });
                let relation = if a == value {
                    relation
                } else {
                    relation.mirrored()
                };
                if words::is_unsigned(known) && words::is_unsigned(other) {
                    refine_by_comparison(known, relation, other, truth)
                } else {
                    known
                }
            }
            Condition::Compare(relation, a, b) if a == value => {
                refine_by_comparison(known, relation, self.of(b), truth)
            }
            Condition::Compare(relation, a, _) => {
                refine_by_comparison(known, relation.mirrored(), self.of(a), truth)
            }
            _ => known,
        }
    }
}

impl Noted {
    fn new(procedure: &Procedure) -> Self {
        let mut noted = Self::default();
        for (id, block) in procedure.blocks.entries() {
            for (index, instruction) in block.instructions.iter().enumerate() {
                match instruction.operation {
                    Operation::MakeClosure(made, _) => {
                        noted
                            .made
                            .extend(instruction.result.map(|result| (result, made)));
                    }
                    Operation::CallKnown(..)
                    | Operation::ClosureInit(..)
                    | Operation::CellSet(..)
                    | Operation::Primitive(Primitive::Capture, _) => {
                        noted.handing.push((id, index));
                    }
                    _ => {}
                }
            }
        }
        noted.made.sort_unstable();
        noted
    }
}

impl Open {
    /// All instructions with results.
    fn new(procedure: &Procedure) -> Self {
        let mut open = Self {
            of: IdVec::new(),
            indices: Vec::with_capacity(procedure.values.len()),
        };
        for block in &procedure.blocks {
            let start = open.indices.len();
            let numbered = (0..).zip(&block.instructions);
            let with_result = numbered.filter(|(_, instruction)| instruction.result.is_some());
            open.indices.extend(with_result.map(|(index, _)| index));
            let count = open.indices.len() - start;
            open.of.push((start as u32, count as u32));
        }
        open
    }
}

/// What a range that grew from `old` to `new` is let grow to; `bounds` ascend.
pub(super) fn widen(bounds: &[i128], old: Range, new: Range, growths: u8) -> Range {
    if growths <= GROWTHS_FREE {
        return new;
    }
    let mut wide = new;
    if new.low < old.low {
        let below = bounds.partition_point(|&bound| bound <= new.low);
        let next = below.checked_sub(1).map(|place| bounds[place]);
        wide.low = next.filter(|_| growths <= GROWTHS_MAX).unwrap_or(i128::MIN);
    }
    if new.high > old.high {
        let above = bounds.partition_point(|&bound| bound < new.high);
        let next = bounds.get(above).copied();
        wide.high = next.filter(|_| growths <= GROWTHS_MAX).unwrap_or(i128::MAX);
    }
    wide
}

/// Bounds of number types, and constants of the procedure with their neighbours.
pub(super) fn likely_bounds(procedure: &Procedure, unit: &Unit) -> Vec<i128> {
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

/// The members of both. Where there are none, control does not come, and `known` will do.
pub(super) fn narrow(known: Type, is: Type) -> Type {
    let met = known.meet(is);
    if met.is_none() { known } else { met }
}

pub(super) fn excluding(known: Type, kinds: Kinds) -> Type {
    let left = known.without(kinds);
    if left.is_none() { known } else { left }
}

/// What does not pass a test; of [`Kinds::OTHER`] only a part may pass.
pub(super) fn refine_by_failed_test(known: Type, test: TypeTest) -> Type {
    let passes = Type::that_passes(test);
    let mut left = known.without(passes.kinds.without(Kinds::OTHER));
    left.flonum &= !passes.flonum;
    if passes.integer == Some(Range::ALL) {
        left.integer = None;
    }
    if left.is_none() { known } else { left }
}

/// What is, or is not, a word.
pub(super) fn refine_by_word(known: Type, word: u64, truth: Truth) -> Type {
    let is = Type::of_word(word);
    if truth == Truth::Holds {
        return narrow(known, is);
    }
    let only = Kinds::NULL | Kinds::FALSE | Kinds::TRUE | Kinds::UNBOUND;
    match is.as_integer() {
        Some(range) => {
            refine_by_comparison(known, Comparison::Equal, Type::integer(range), Truth::Fails)
        }
        None => excluding(known, is.kinds & only),
    }
}

/// What is left of a value that is, or is not, in a relation to an integer: of its flonums and
/// fractions all.
pub(super) fn refine_by_comparison(
    known: Type,
    relation: Comparison,
    other: Type,
    truth: Truth,
) -> Type {
    let (Some(range), Some(other)) = (known.integer, other.as_integer()) else {
        return known;
    };
    let left = |integer: Option<Range>| {
        let left = Type { integer, ..known };
        if left.is_none() { known } else { left }
    };
    let limit = match (relation, truth) {
        (Comparison::Equal, Truth::Holds) => other,
        (Comparison::Equal, Truth::Fails) => {
            let excluded = other.single();
            return left(Some(excluded.map_or(range, |other| range.without(other))));
        }
        (Comparison::Less, Truth::Holds) | (Comparison::GreaterEqual, Truth::Fails) => {
            Range::at_most(other.high.saturating_sub(1))
        }
        (Comparison::LessEqual, Truth::Holds) | (Comparison::Greater, Truth::Fails) => {
            Range::at_most(other.high)
        }
        (Comparison::Greater, Truth::Holds) | (Comparison::LessEqual, Truth::Fails) => {
            Range::at_least(other.low.saturating_add(1))
        }
        (Comparison::GreaterEqual, Truth::Holds) | (Comparison::Less, Truth::Fails) => {
            Range::at_least(other.low)
        }
    };
    left(range.meet(limit))
}
