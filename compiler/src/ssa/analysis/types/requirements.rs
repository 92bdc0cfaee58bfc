//! What an operation that did not raise tells of its operands, and which operations never raise.
//!
//! Claim: [`each_requirement`] names a type for an operand of an operation. If the operand is not a
//! member of the type, the operation raises, whatever the other operands are. And an operation of
//! which [`cannot_raise`] holds returns. Each row is a property of its primitive:
//! `tests/rewrites/rules.rs` runs all primitives on values of all kinds.

use abi::primitive::{OperandTypes, Primitive, Raises};

use super::kinds::Kinds;
use super::lattice::Type;
use super::range::Range;
use crate::ssa::ir::{Comparison, Condition, Operation, RawUnary, ValueId};

/// Indices into anything.
const INDEX: Type = Type::integer(Range::LENGTH);

/// Calls `tell` with operands of `operation` and what they are if it does not raise.
pub fn each_requirement(operation: &Operation, mut tell: impl FnMut(ValueId, Type)) {
    match operation {
        Operation::AddSmall(value, _) => tell(*value, Type::number()),
        Operation::Raw1(RawUnary::UnboxF64, value) => tell(*value, Type::FLONUM),
        Operation::Raw1(RawUnary::RealToF64, value) => tell(*value, Type::REAL),
        Operation::Raw1(RawUnary::UnboxI64, value) => tell(*value, Type::integer(Range::I64)),
        Operation::Raw1(RawUnary::UnboxU64, value) => tell(*value, Type::integer(Range::U64)),
        Operation::Primitive(primitive, operands)
            if primitive.operand_types() != OperandTypes::Any =>
        {
            for (&operand, required) in operands.iter().zip(of_operands(*primitive)) {
                if required != Type::ANY {
                    tell(operand, required);
                }
            }
        }
        _ => {}
    }
}

/// Whether an operation returns, given operands of these types. Memory that runs out is no matter here.
pub fn cannot_raise(operation: &Operation, type_of: impl Fn(ValueId) -> Type) -> bool {
    let is_enough = match operation {
        Operation::AddSmall(..) => true,
        Operation::Primitive(primitive, _) => {
            matches!(primitive.raises(), Raises::Never | Raises::ForTypes)
        }
        _ => false,
    };
    let mut meets_all = true;
    each_requirement(operation, |value, is| {
        let known = type_of(value);
        meets_all &= known.is_within(is) && !known.is_none();
    });
    is_enough && meets_all
}

/// Calls `tell` with what `condition` tells whether or not it holds.
pub(super) fn each_requirement_of_condition(
    condition: &Condition,
    mut tell: impl FnMut(ValueId, Type),
) {
    let of = |relation: Comparison| match relation {
        Comparison::Equal => Type::number(),
        _ => Type::REAL,
    };
    match *condition {
        Condition::Compare(relation, a, b) => {
            tell(a, of(relation));
            tell(b, of(relation));
        }
        Condition::CompareSmall(relation, a, _) => tell(a, of(relation)),
        _ => {}
    }
}

/// What a primitive that does not raise got as its first three operands.
fn of_operands(primitive: Primitive) -> [Type; 3] {
    const ANY: Type = Type::ANY;
    const PAIR: Type = Type::of_kinds(Kinds::PAIR);
    const VECTOR: Type = Type::of_kinds(Kinds::VECTOR);
    const STRING: Type = Type::of_kinds(Kinds::STRING);
    const BYTEVECTOR: Type = Type::of_kinds(Kinds::BYTEVECTOR);
    const INTEGER: Type = Type::integer(Range::ALL);
    const BYTE: Type = Type::integer(Range::BYTE);
    let number = Type::number();
    match primitive.operand_types() {
        OperandTypes::Any => [ANY; 3],
        OperandTypes::Pair => [PAIR, ANY, ANY],
        OperandTypes::Vector => [VECTOR, ANY, ANY],
        OperandTypes::VectorAt => [VECTOR, INDEX, ANY],
        OperandTypes::String => [STRING, ANY, ANY],
        OperandTypes::StringAt => [STRING, INDEX, ANY],
        OperandTypes::Bytevector => [BYTEVECTOR, ANY, ANY],
        OperandTypes::BytevectorAt => [BYTEVECTOR, INDEX, ANY],
        OperandTypes::BytevectorAtByte => [BYTEVECTOR, INDEX, BYTE],
        OperandTypes::Box => [Type::of_kinds(Kinds::BOX), ANY, ANY],
        OperandTypes::Record => [Type::of_kinds(Kinds::RECORD), ANY, ANY],
        OperandTypes::Character => [Type::of_kinds(Kinds::CHARACTER), ANY, ANY],
        OperandTypes::CodePoint => [Type::integer(Range::CODE_POINT), ANY, ANY],
        OperandTypes::Number => [number, ANY, ANY],
        OperandTypes::Numbers => [number, number, ANY],
        OperandTypes::Real => [Type::REAL, ANY, ANY],
        OperandTypes::Reals => [Type::REAL, Type::REAL, ANY],
        OperandTypes::Integers => [INTEGER, INTEGER, ANY],
    }
}
