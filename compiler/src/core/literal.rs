//! Quoted data: immediates become words, and all other data are copied into the program's own
//! arena.

use abi::tag;
use syntax::{Constant, Data, DatumId, DatumKind, Integer, Number};

use super::ir::{Literal, LiteralDatum, LiteralId, Program};
use crate::id_map::IdMap;

impl Program {
    /// Adds the quoted `datum` of `source`, copied so that the source can go. Circular data stay so.
    pub fn add_literal(&mut self, source: &Data, datum: DatumId) -> LiteralId {
        let literal = match immediate_word(source.kind(datum)) {
            Some(word) => Literal::Word(word),
            None => Literal::Datum(LiteralDatum(copy(source, datum, &mut self.data))),
        };
        self.push_literal(literal)
    }

    /// Adds an immediate.
    pub fn add_word(&mut self, word: u64) -> LiteralId {
        self.push_literal(Literal::Word(word))
    }

    fn push_literal(&mut self, literal: Literal) -> LiteralId {
        self.literals.push(literal)
    }
}

/// The word of a datum that is not an object in memory.
pub(crate) fn immediate_word(kind: &DatumKind) -> Option<u64> {
    match kind {
        DatumKind::Null => Some(tag::NULL),
        DatumKind::Boolean(value) => Some(tag::boolean(*value)),
        DatumKind::Constant(constant) => Some(constant_word(*constant)),
        DatumKind::Character(value) => Some(tag::character(*value)),
        DatumKind::Number(Number::Integer(Integer::Small(value))) => tag::fixnum(*value),
        DatumKind::Number(Number::Flonum(value)) => tag::flonum(*value),
        _ => None,
    }
}

/// The word of `#!eof` and its like.
pub(crate) fn constant_word(constant: Constant) -> u64 {
    match constant {
        Constant::Eof => tag::EOF,
        Constant::Default => tag::DEFAULT,
        Constant::Unspecific => tag::UNSPECIFIED,
        Constant::Optional => tag::OPTIONAL_MARK,
        Constant::Rest => tag::REST_MARK,
        Constant::Key => tag::KEY_MARK,
    }
}

/// Copies `datum` and all it consists of from `source` to `target`.
fn copy(source: &Data, datum: DatumId, target: &mut Data) -> DatumId {
    let mut copies = IdMap::default();
    let mut pending = Vec::new();
    let root = reserve(source, datum, target, &mut copies, &mut pending);
    while let Some(original) = pending.pop() {
        let mut reach = |part| reserve(source, part, target, &mut copies, &mut pending);
        let kind = match source.kind(original) {
            DatumKind::Pair(car, cdr) => DatumKind::Pair(reach(*car), reach(*cdr)),
            DatumKind::Vector(items) => {
                DatumKind::Vector(items.iter().map(|&item| reach(item)).collect())
            }
            DatumKind::Symbol(symbol) => {
                DatumKind::Symbol(target.intern(source.symbol_name(*symbol)))
            }
            leaf => leaf.clone(),
        };
        target.set_kind(copies[&original], kind);
    }
    root
}

/// The copy of `part`: a new one is empty until its turn in `pending` comes.
fn reserve(
    source: &Data,
    part: DatumId,
    target: &mut Data,
    copies: &mut IdMap<DatumId, DatumId>,
    pending: &mut Vec<DatumId>,
) -> DatumId {
    *copies.entry(part).or_insert_with(|| {
        pending.push(part);
        target.push(DatumKind::Null, source.span(part))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(text: &str) -> (Program, Literal) {
        let (data, forms) = Data::parse(text).unwrap();
        let mut program = Program::default();
        let id = program.add_literal(&data, forms[0]);
        let literal = program.literals[id].clone();
        (program, literal)
    }

    #[test]
    fn immediates_become_words() {
        assert_eq!(added("7").1, Literal::Word(7 << tag::TAG_BITS));
        assert_eq!(added("#\\a").1, Literal::Word(tag::character('a')));
        assert_eq!(added("()").1, Literal::Word(tag::NULL));
    }

    #[test]
    fn structures_are_copied_and_circles_kept() {
        let (program, literal) = added("#0=(a #(1 \"s\") . #0#)");
        let Literal::Datum(LiteralDatum(datum)) = literal else {
            panic!("a list is no immediate");
        };
        assert_eq!(program.data.to_text(datum), "#0=(a #(1 \"s\") . #0#)");
    }
}
