//! Whether a unit works with flonums at all.
//!
//! The answer decides whether copies for flonums pay. The answer is no claim: a unit that mentions no flonum
//! may still get some from its callers, and its code is right for them.

use abi::primitive::Primitive;
use abi::tag;
use syntax::{DatumKind, Number};

use crate::core::ir::{Literal, LiteralId};
use crate::ssa::ir::{Operation, Unit};

/// Whether anything in the unit is, or makes, a flonum.
pub fn mentions_flonums(unit: &Unit) -> bool {
    let blocks = unit.procedures.iter().flat_map(|each| &each.blocks);
    let mut instructions = blocks.flat_map(|block| &block.instructions);
    instructions.any(|instruction| match &instruction.operation {
        Operation::Word(word) => tag::is_self_tagged_flonum(*word),
        Operation::Literal(literal) => is_flonum(unit, *literal),
        Operation::Primitive(primitive, _) => *primitive == Primitive::Inexact,
        _ => false,
    })
}

fn is_flonum(unit: &Unit, literal: LiteralId) -> bool {
    match &unit.tables.literals[literal] {
        Literal::Word(word) => tag::is_self_tagged_flonum(*word),
        Literal::Datum(datum) => matches!(
            unit.tables.data.kind(datum.0),
            DatumKind::Number(Number::Flonum(_))
        ),
    }
}
