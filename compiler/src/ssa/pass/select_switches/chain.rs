//! Finding tests of one value that follow each other.

use abi::primitive::Primitive;
use abi::tag;
use abi::type_test::TypeTest;
use syntax::{DatumId, DatumKind};

use crate::core::LiteralDatum;
use crate::core::immediate_word;
use crate::core::ir::{Literal, LiteralId};
use crate::id::IdVec;
use crate::ssa::Tables;
use crate::ssa::analysis::Flow;
use crate::ssa::ir::{
    BlockId, Comparison, Condition, Operation, Procedure, Target, Terminator, ValueId,
};

/// Tests of one value, to the first of which one control comes.
#[derive(Debug)]
pub(super) struct Chain {
    /// The block of the first test.
    pub(super) head: BlockId,
    /// What is tested.
    pub(super) value: ValueId,
    /// How.
    pub(super) kind: Kind,
    /// What it is compared with, and where it leads to be that.
    pub(super) tests: Vec<(Key, Target)>,
    /// Where control goes when no test holds.
    pub(super) default: Target,
    /// The value of the first test, if an instruction of the head computes it for that alone.
    pub(super) outcome: Option<ValueId>,
}

/// How values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The same word.
    Identity,
    /// The same number: raises for what is none.
    Number,
    /// The same characters: raises for what is no string.
    String,
}

/// What a value is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// The sign-extended half of an immediate's word.
    Word(i32),
    /// A symbol.
    Symbol(LiteralId),
    /// A string.
    String(LiteralId),
}

/// What is known of how a value is computed.
#[derive(Clone, Copy)]
enum Known {
    Nothing,
    Symbol(LiteralId),
    String(LiteralId),
    /// A list.
    List(DatumId),
    /// The code of a character.
    Code(ValueId),
    /// Whether a value is the string.
    IsString(ValueId, LiteralId),
    /// Whether a value is in the list.
    IsMember(ValueId, DatumId),
}

/// One test at the end of a block.
struct Test {
    kind: Kind,
    value: ValueId,
    keys: Vec<Key>,
    /// Computed for this test.
    outcome: Option<ValueId>,
}

/// What is known of a procedure.
pub(super) struct Survey<'a> {
    procedure: &'a Procedure,
    tables: &'a mut Tables,
    flow: &'a Flow,
    known: IdVec<ValueId, Known>,
    uses: IdVec<ValueId, u32>,
}

impl<'a> Survey<'a> {
    pub(super) fn new(procedure: &'a Procedure, tables: &'a mut Tables, flow: &'a Flow) -> Self {
        let mut known = procedure.values.side_table(Known::Nothing);
        let mut uses = procedure.values.side_table(0);
        for &id in &flow.order {
            let block = &procedure.blocks[id];
            for instruction in &block.instructions {
                if let Some(result) = instruction.result {
                    known[result] = what_is_known(&instruction.operation, tables, &known);
                }
                let note = |value: ValueId| uses[value] += 1;
                instruction.operation.each_use(note);
            }
            block.terminator.each_use(|value| uses[value] += 1);
        }
        Self {
            procedure,
            tables,
            flow,
            known,
            uses,
        }
    }

    /// The tests from the end of `head` on, and the blocks that make them, if there is one.
    pub(super) fn chain_from(&mut self, head: BlockId) -> Option<(Chain, Vec<BlockId>)> {
        let (first, matched, mut next) = self.test(head)?;
        if let Some(outcome) = first.outcome
            && !self.ends_with(head, outcome)
        {
            return None;
        }
        let mut chain = Chain {
            head,
            value: first.value,
            kind: first.kind,
            tests: first
                .keys
                .iter()
                .map(|&key| (key, matched.clone()))
                .collect(),
            default: next.clone(),
            outcome: first.outcome,
        };
        let mut blocks = vec![head];
        while let Some((test, matched, after)) = self.next_test(&next, &first) {
            blocks.push(next.block);
            chain
                .tests
                .extend(test.keys.iter().map(|&key| (key, matched.clone())));
            next = after;
        }
        chain.default = next;
        Some((chain, blocks))
    }

    /// The test in the block that `target` leads to, if that does nothing else and is of the same value.
    fn next_test(&mut self, target: &Target, first: &Test) -> Option<(Test, Target, Target)> {
        let id = target.block;
        let block = &self.procedure.blocks[id];
        if !block.parameters.is_empty() || self.flow.predecessors[id].len() != 1 {
            return None;
        }
        let (test, matched, after) = self.test(id)?;
        let only_tests = block.instructions.iter().all(|instruction| {
            let result = instruction.result;
            let is_part = match &instruction.operation {
                Operation::Word(_) | Operation::Literal(_) => true,
                // The first test has done the same, and raised what it raises.
                Operation::Primitive(Primitive::CharToInteger, _) => result == Some(test.value),
                _ => result.is_some() && result == test.outcome,
            };
            is_part && result.is_some_and(|result| self.is_used_in(result, id))
        });
        let is_same = test.kind == first.kind && self.is_same(test.value, first.value);
        (only_tests && is_same).then_some((test, matched, after))
    }

    fn is_same(&self, a: ValueId, b: ValueId) -> bool {
        match (self.known[a], self.known[b]) {
            (Known::Code(a), Known::Code(b)) => a == b,
            _ => a == b,
        }
    }

    /// Whether every use of `value` is in the block, where it is no argument.
    fn is_used_in(&self, value: ValueId, id: BlockId) -> bool {
        let block = &self.procedure.blocks[id];
        let mut here = 0;
        let mut note = |used: ValueId| here += u32::from(used == value);
        block
            .instructions
            .iter()
            .for_each(|each| each.operation.each_use(&mut note));
        if let Terminator::Branch(condition, ..) = &block.terminator {
            condition.each_use(&mut note);
        }
        here == self.uses[value]
    }

    /// Whether `outcome` is computed at the end of the block, and used there only.
    fn ends_with(&self, id: BlockId, outcome: ValueId) -> bool {
        let block = &self.procedure.blocks[id];
        let is_constant =
            |operation: &Operation| matches!(operation, Operation::Word(_) | Operation::Literal(_));
        let mut backwards = block.instructions.iter().rev();
        backwards
            .find(|each| !is_constant(&each.operation))
            .is_some_and(|each| each.result == Some(outcome))
            && self.is_used_in(outcome, id)
    }

    /// The test at the end of a block, where it leads if it holds, and where else.
    fn test(&mut self, id: BlockId) -> Option<(Test, Target, Target)> {
        let Terminator::Branch(condition, yes, no) = &self.procedure.blocks[id].terminator else {
            return None;
        };
        let known = |value: ValueId| self.known[value];
        let (kind, value, key) = match *condition {
            Condition::EqWord(value, word) => (Kind::Identity, value, Key::Word(word)),
            Condition::Type(TypeTest::Null, value) => (Kind::Identity, value, word_key(tag::NULL)?),
            Condition::Eq(a, b) => match (known(a), known(b)) {
                (_, Known::Symbol(symbol)) => (Kind::Identity, a, Key::Symbol(symbol)),
                (Known::Symbol(symbol), _) => (Kind::Identity, b, Key::Symbol(symbol)),
                _ => return None,
            },
            Condition::CompareSmall(Comparison::Equal, value, small) => {
                let kind = match known(value) {
                    Known::Code(_) => Kind::Identity,
                    _ => Kind::Number,
                };
                (kind, value, word_key(tag::fixnum(small.into())?)?)
            }
            Condition::True(outcome) => {
                let test = self.computed_test(outcome)?;
                return Some((test, yes.clone(), no.clone()));
            }
            _ => return None,
        };
        let test = Test {
            kind,
            value,
            keys: vec![key],
            outcome: None,
        };
        Some((test, yes.clone(), no.clone()))
    }

    fn computed_test(&mut self, outcome: ValueId) -> Option<Test> {
        let (kind, value, keys) = match self.known[outcome] {
            Known::IsString(value, literal) => (Kind::String, value, vec![Key::String(literal)]),
            Known::IsMember(value, list) => (Kind::Identity, value, self.members(list)?),
            _ => return None,
        };
        let outcome = Some(outcome);
        Some(Test {
            kind,
            value,
            keys,
            outcome,
        })
    }

    /// The elements of a list, if each of them is equal only to itself.
    fn members(&mut self, list: DatumId) -> Option<Vec<Key>> {
        let elements = self.tables.data.proper_list(list)?;
        let mut keys = Vec::with_capacity(elements.len());
        for element in elements {
            let kind = self.tables.data.kind(element);
            keys.push(match kind {
                DatumKind::Symbol(_) => {
                    let literal = Literal::Datum(LiteralDatum(element));
                    Key::Symbol(self.tables.literals.push(literal))
                }
                kind => {
                    let word = immediate_word(kind)?;
                    word_key((!tag::is_self_tagged_flonum(word)).then_some(word)?)?
                }
            });
        }
        Some(keys)
    }
}

fn word_key(word: u64) -> Option<Key> {
    i32::try_from(word.cast_signed()).ok().map(Key::Word)
}

fn what_is_known(operation: &Operation, tables: &Tables, known: &IdVec<ValueId, Known>) -> Known {
    let of = |value: ValueId| known[value];
    match operation {
        Operation::Literal(literal) => known_literal(*literal, tables),
        Operation::Primitive(Primitive::CharToInteger, operands) => Known::Code(operands[0]),
        Operation::Primitive(Primitive::StringEqual, operands) => {
            match (of(operands[0]), of(operands[1])) {
                (_, Known::String(literal)) => Known::IsString(operands[0], literal),
                (Known::String(literal), _) => Known::IsString(operands[1], literal),
                _ => Known::Nothing,
            }
        }
        Operation::Primitive(Primitive::Memq | Primitive::Memv | Primitive::Member, operands) => {
            match of(operands[1]) {
                Known::List(list) => Known::IsMember(operands[0], list),
                _ => Known::Nothing,
            }
        }
        _ => Known::Nothing,
    }
}

fn known_literal(literal: LiteralId, tables: &Tables) -> Known {
    let Literal::Datum(LiteralDatum(datum)) = tables.literals[literal] else {
        return Known::Nothing;
    };
    match tables.data.kind(datum) {
        DatumKind::Symbol(_) => Known::Symbol(literal),
        DatumKind::String(_) => Known::String(literal),
        DatumKind::Pair(..) => Known::List(datum),
        _ => Known::Nothing,
    }
}
