//! What an operation that did not raise tells of its operands, and which operations never raise.
//!
//! Claim: [`each_requirement`] names a type for an operand of an operation. If the operand is not a
//! member of the type, the operation raises, whatever the other operands are. And an operation of
//! which [`cannot_raise`] holds returns. Each row is a property of its primitive:
//! `tests/rewrites/rules.rs` runs all primitives on values of all kinds.

use abi::primitive::{Effect, Primitive};

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
        Operation::Primitive(primitive, operands) => {
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
            primitive.effect() == Effect::Total || requires_types_alone(*primitive)
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

/// Whether a primitive returns whenever its operands are what [`of_operands`] says: there is no index that has to be inside,
/// no divisor that must not be zero.
const fn requires_types_alone(primitive: Primitive) -> bool {
    matches!(
        primitive,
        Primitive::Cons
            | Primitive::Car
            | Primitive::Cdr
            | Primitive::VectorLength
            | Primitive::StringLength
            | Primitive::BytevectorLength
            | Primitive::CharToInteger
            | Primitive::Add
            | Primitive::Subtract
            | Primitive::Multiply
            | Primitive::NumberEqual
            | Primitive::Less
            | Primitive::LessEqual
            | Primitive::Greater
            | Primitive::GreaterEqual
            | Primitive::BitwiseAnd
            | Primitive::BitwiseIor
            | Primitive::BitwiseXor
    )
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
    let number = Type::number();
    match primitive {
        Primitive::Car | Primitive::Cdr | Primitive::SetCar | Primitive::SetCdr => [PAIR, ANY, ANY],
        Primitive::VectorRef | Primitive::VectorSet => [VECTOR, INDEX, ANY],
        Primitive::VectorLength => [VECTOR, ANY, ANY],
        Primitive::StringRef | Primitive::StringSet => [STRING, INDEX, ANY],
        Primitive::StringLength => [STRING, ANY, ANY],
        Primitive::BytevectorRef => [BYTEVECTOR, INDEX, ANY],
        Primitive::BytevectorSet => [BYTEVECTOR, INDEX, Type::integer(Range::new(0, 0xff))],
        Primitive::BytevectorLength => [BYTEVECTOR, ANY, ANY],
        Primitive::BoxRef | Primitive::BoxSet => [Type::of_kinds(Kinds::BOX), ANY, ANY],
        Primitive::RecordRef | Primitive::RecordSet => [Type::of_kinds(Kinds::RECORD), ANY, ANY],
        Primitive::CharToInteger => [Type::of_kinds(Kinds::CHARACTER), ANY, ANY],
        Primitive::IntegerToChar => [Type::integer(Range::new(0, 0x10_ffff)), ANY, ANY],
        Primitive::Add
        | Primitive::Subtract
        | Primitive::Multiply
        | Primitive::Divide
        | Primitive::NumberEqual => [number, number, ANY],
        Primitive::Square
        | Primitive::Sqrt
        | Primitive::Exp
        | Primitive::Sin
        | Primitive::Cos
        | Primitive::Tan
        | Primitive::Atan1
        | Primitive::Inexact
        | Primitive::Exact => [number, ANY, ANY],
        Primitive::Less
        | Primitive::LessEqual
        | Primitive::Greater
        | Primitive::GreaterEqual
        | Primitive::Quotient
        | Primitive::Remainder
        | Primitive::Modulo
        | Primitive::Max2
        | Primitive::Min2
        | Primitive::Atan2 => [Type::REAL, Type::REAL, ANY],
        Primitive::Abs
        | Primitive::Floor
        | Primitive::Ceiling
        | Primitive::Round
        | Primitive::Truncate => [Type::REAL, ANY, ANY],
        Primitive::BitwiseAnd
        | Primitive::BitwiseIor
        | Primitive::BitwiseXor
        | Primitive::ArithmeticShift => [INTEGER, INTEGER, ANY],
        _ => [ANY; 3],
    }
}
