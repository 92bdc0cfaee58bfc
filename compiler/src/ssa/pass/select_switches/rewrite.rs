//! Writing switches in place of tests.

use std::collections::{BTreeMap, HashSet};

use abi::primitive::Primitive;
use abi::text_hash;
use abi::type_test::TypeTest;
use syntax::DatumKind;

use super::chain::{Chain, Key, Kind};
use crate::core::ir::{Literal, LiteralId, SourcePlace};
use crate::ssa::Tables;
use crate::ssa::ir::{
    Block, Condition, Instruction, Operation, Procedure, Repr, Switch, SwitchKey, Target,
    Terminator, Value, ValueId,
};

/// From this many immediates on, a switch is quicker than tests: in bytecode from 4 on where the same
/// sequence of values comes again and again (6 take 0.7 of the time), from 7 on where it is random.
const WORDS_MIN: usize = 5;
/// From this many symbols on: the same, and outside of loops each test loads one.
const SYMBOLS_MIN: usize = 5;
/// From this many strings on.
const STRINGS_MIN: usize = 3;

/// Whether any switch would be made.
pub(super) fn is_worth_it(chain: &Chain) -> bool {
    let count = |holds: fn(&Key) -> bool| chain.tests.iter().filter(|test| holds(&test.0)).count();
    count(|key| matches!(key, Key::Word(_))) >= WORDS_MIN
        || count(|key| matches!(key, Key::Symbol(_))) >= SYMBOLS_MIN
        || count(|key| matches!(key, Key::String(_))) >= STRINGS_MIN
}

/// Replaces the tests of `chain` by switches.
pub(super) fn rewrite(procedure: &mut Procedure, tables: &Tables, chain: Chain) {
    let place = procedure.blocks[chain.head].place;
    let mut rewriter = Rewriter {
        procedure,
        tables,
        value: chain.value,
        place,
    };
    let first = match chain.kind {
        Kind::Identity => rewriter.identities(&chain.tests, chain.default),
        Kind::Number => rewriter.numbers(&chain),
        Kind::String => rewriter.strings(&chain.tests, chain.default),
    };
    let head = &mut procedure.blocks[chain.head];
    if chain.outcome.is_some() {
        head.instructions
            .retain(|each| each.result != chain.outcome);
    }
    head.terminator = Terminator::Jump(first);
}

struct Rewriter<'a> {
    procedure: &'a mut Procedure,
    tables: &'a Tables,
    value: ValueId,
    place: SourcePlace,
}

impl Rewriter<'_> {
    /// Immediates by a switch on the word, then symbols by one on the hash; few of either by tests.
    fn identities(&mut self, tests: &[(Key, Target)], default: Target) -> Target {
        let mut words = BTreeMap::new();
        let mut symbols = Vec::new();
        let mut seen = HashSet::new();
        for (key, target) in tests {
            match *key {
                Key::Word(word) => {
                    words.entry(word).or_insert_with(|| target.clone());
                }
                Key::Symbol(literal) if seen.insert(self.name(literal)) => {
                    symbols.push((literal, target.clone()));
                }
                Key::Symbol(_) => {}
                Key::String(_) => unreachable!("strings are not compared by identity"),
            }
        }
        let by_hash = symbols.len() >= SYMBOLS_MIN;
        let rest = if by_hash {
            self.symbols(&symbols, default)
        } else {
            self.few_symbols(&symbols, default)
        };
        if words.len() >= WORDS_MIN {
            let cases = words.into_iter().collect();
            return self.switch(SwitchKey::Word, cases, rest);
        }
        words.into_iter().rev().fold(rest, |rest, (word, target)| {
            let condition = Condition::EqWord(self.value, word);
            self.block(Vec::new(), Terminator::Branch(condition, target, rest))
        })
    }

    fn symbols(&mut self, symbols: &[(LiteralId, Target)], default: Target) -> Target {
        let hashes: Vec<u64> = symbols
            .iter()
            .map(|&(literal, _)| text_hash::text_hash(&self.name(literal)))
            .collect();
        let (shift, bits) = hash_bits(&hashes);
        let mut buckets: BTreeMap<i32, Vec<(LiteralId, Target)>> = BTreeMap::new();
        for (hash, symbol) in hashes.iter().zip(symbols) {
            let bucket = bucket_of(*hash, shift, bits) as i32;
            buckets.entry(bucket).or_default().push(symbol.clone());
        }
        let cases = buckets
            .into_iter()
            .map(|(key, symbols)| (key, self.few_symbols(&symbols, default.clone())))
            .collect();
        self.switch(SwitchKey::SymbolHash { shift, bits }, cases, default)
    }

    fn few_symbols(&mut self, symbols: &[(LiteralId, Target)], default: Target) -> Target {
        symbols
            .iter()
            .rev()
            .fold(default, |rest, (literal, target)| {
                let (load, symbol) = self.instruction(Operation::Literal(*literal));
                let condition = Condition::Eq(self.value, symbol);
                let branch = Terminator::Branch(condition, target.clone(), rest);
                self.block(vec![load], branch)
            })
    }

    /// Fixnums by a switch; what is none goes through the tests as they were.
    fn numbers(&mut self, chain: &Chain) -> Target {
        let mut words = BTreeMap::new();
        for (key, target) in &chain.tests {
            let Key::Word(word) = *key else {
                unreachable!("numbers are compared with small ones only");
            };
            words.entry(word).or_insert_with(|| target.clone());
        }
        let tests = self.procedure.blocks[chain.head].terminator.clone();
        let tests = self.block(Vec::new(), tests);
        let is_fixnum = Condition::Type(TypeTest::Fixnum, self.value);
        let branch = Terminator::Branch(is_fixnum, chain.default.clone(), tests);
        let rest = self.block(Vec::new(), branch);
        self.switch(SwitchKey::Word, words.into_iter().collect(), rest)
    }

    /// Strings by their length, then by tests; one test is left to raise for what is no string.
    fn strings(&mut self, tests: &[(Key, Target)], default: Target) -> Target {
        let mut lengths: BTreeMap<i32, Vec<(Key, Target)>> = BTreeMap::new();
        for (key, target) in tests {
            let test = (*key, target.clone());
            lengths.entry(self.length(*key)).or_default().push(test);
        }
        let cases = lengths
            .into_iter()
            .map(|(length, tests)| (length, self.string_tests(&tests, default.clone())))
            .collect();
        let rest = self.string_tests(&tests[..1], default);
        self.switch(SwitchKey::StringLength, cases, rest)
    }

    fn string_tests(&mut self, tests: &[(Key, Target)], default: Target) -> Target {
        tests.iter().rev().fold(default, |rest, (key, target)| {
            let (load, string) = self.instruction(Operation::Literal(literal_of(*key)));
            let operands = vec![self.value, string];
            let test = Operation::Primitive(Primitive::StringEqual, operands);
            let (test, outcome) = self.instruction(test);
            let condition = Condition::True(outcome);
            let branch = Terminator::Branch(condition, target.clone(), rest);
            self.block(vec![load, test], branch)
        })
    }

    fn switch(&mut self, key: SwitchKey, cases: Vec<(i32, Target)>, default: Target) -> Target {
        let value = self.value;
        let switch = Switch {
            key,
            value,
            cases,
            default,
        };
        self.block(Vec::new(), Terminator::Switch(switch))
    }

    fn block(&mut self, instructions: Vec<Instruction>, terminator: Terminator) -> Target {
        let block = self.procedure.blocks.push(Block {
            parameters: Vec::new(),
            instructions,
            terminator,
            place: self.place,
        });
        let arguments = Vec::new();
        Target { block, arguments }
    }

    fn instruction(&mut self, operation: Operation) -> (Instruction, ValueId) {
        let value = self.procedure.values.push(Value {
            repr: Repr::Tagged,
            name: None,
        });
        let instruction = Instruction {
            operation,
            result: Some(value),
            place: self.place,
        };
        (instruction, value)
    }

    /// The name of a literal symbol.
    fn name(&self, literal: LiteralId) -> String {
        let Literal::Datum(datum) = &self.tables.literals[literal] else {
            unreachable!("symbols are data");
        };
        let name = self.tables.data.as_symbol(datum.0);
        name.expect("only symbols are asked for their names")
            .to_owned()
    }

    /// The length of a literal string in characters.
    fn length(&self, key: Key) -> i32 {
        let Literal::Datum(datum) = &self.tables.literals[literal_of(key)] else {
            unreachable!("strings are data");
        };
        let DatumKind::String(text) = self.tables.data.kind(datum.0) else {
            unreachable!("only strings are asked for their lengths");
        };
        i32::try_from(text.chars().count()).expect("a source text is shorter")
    }
}

fn literal_of(key: Key) -> LiteralId {
    match key {
        Key::String(literal) | Key::Symbol(literal) => literal,
        Key::Word(_) => unreachable!("words are not compared with strings"),
    }
}

fn bucket_of(hash: u64, shift: u8, bits: u8) -> usize {
    (hash >> shift) as usize & ((1 << bits) - 1)
}

/// The bits of the hashes that tell most of them apart, with about twice as many values as there are hashes.
fn hash_bits(hashes: &[u64]) -> (u8, u8) {
    let wanted = hashes.len().next_power_of_two().trailing_zeros() + 1;
    let bits = wanted.min(SwitchKey::BITS_MAX.into()) as u8;
    let shifts = 0..=text_hash::BITS as u8 - bits;
    let tests = |shift: &u8| {
        let mut buckets = vec![0_usize; 1 << bits];
        for &hash in hashes {
            buckets[bucket_of(hash, *shift, bits)] += 1;
        }
        buckets
            .into_iter()
            .map(|count| count * count)
            .sum::<usize>()
    };
    let shift = shifts.min_by_key(tests).expect("there is one at least");
    (shift, bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_found_that_tell_names_apart() {
        let names = [
            "quote", "lambda", "if", "set!", "begin", "define", "let", "cond",
        ];
        let hashes = names.map(text_hash::text_hash);
        let (shift, bits) = hash_bits(&hashes);
        let buckets: HashSet<usize> = hashes
            .iter()
            .map(|&hash| bucket_of(hash, shift, bits))
            .collect();
        assert_eq!((buckets.len(), bits), (names.len(), 4));
    }

    #[test]
    fn equal_hashes_share_a_bucket() {
        assert_eq!(hash_bits(&[7, 7, 7, 7]), (0, 3));
    }
}
