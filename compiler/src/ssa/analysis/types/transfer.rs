//! From types of operands to types of results.
//!
//! Claim: if the operands are members of their types and the operation returns, its result is a
//! member of the result's type. `laws.rs` shows it for integers, `tests/rewrites/rules.rs` for
//! numbers of all kinds, by programs.

use abi::primitive::{Primitive, ResultType};
use syntax::{DatumKind, Integer, Number};

use super::bitwise::bitwise;
use super::kinds::Kinds;
use super::lattice::Type;
use super::range::Range;
use super::signatures::Signatures;
use super::words;
use crate::core::ir::Literal;
use crate::ssa::ir::{Operation, Repr, Unit, ValueId};

fn of_literal(unit: &Unit, literal: &Literal) -> Type {
    let datum = match literal {
        Literal::Word(word) => return Type::of_word(*word),
        Literal::Datum(datum) => datum.0,
    };
    match unit.tables.data.kind(datum) {
        DatumKind::Number(Number::Flonum(_)) => Type::FLONUM,
        DatumKind::Number(Number::Integer(integer)) => Type::integer(range_of(integer)),
        DatumKind::Number(Number::Ratio { .. }) => Type::of_kinds(Kinds::RATIO),
        DatumKind::Symbol(_) => Type::of_kinds(Kinds::SYMBOL),
        DatumKind::String(_) => Type::of_kinds(Kinds::STRING),
        DatumKind::Vector(_) => Type::of_kinds(Kinds::VECTOR),
        DatumKind::Pair(..) => Type::of_kinds(Kinds::PAIR),
        _ => Type::ANY,
    }
}

fn range_of(integer: &Integer) -> Range {
    match integer {
        Integer::Small(value) => Range::only(i128::from(*value)),
        Integer::Big {
            negative,
            magnitude,
        } if magnitude.len() == 1 => {
            let value = i128::from(magnitude[0]);
            Range::only(if *negative { -value } else { value })
        }
        Integer::Big { .. } => Range::ALL,
    }
}

/// The type of an operation's result, which is represented as `repr`; `type_of` gives those of operands.
pub(super) fn of_operation(
    unit: &Unit,
    signatures: &Signatures,
    operation: &Operation,
    repr: Repr,
    type_of: impl Fn(ValueId) -> Type,
) -> Type {
    match operation {
        Operation::Word(word) => Type::of_word(*word),
        Operation::Literal(literal) => of_literal(unit, &unit.tables.literals[*literal]),
        Operation::AddSmall(value, small) => {
            arithmetic(Primitive::Add, type_of(*value), of_small(*small))
        }
        Operation::CheckInitialized(value, _) => type_of(*value).without(Kinds::UNBOUND),
        Operation::CellRef(cell) => signatures.cell(*cell),
        Operation::CallKnown(procedure, ..) => signatures.result(*procedure),
        Operation::Raw(_) | Operation::Raw1(..) | Operation::Raw2(..) => {
            words::of_operation(operation, repr, type_of)
        }
        Operation::StaticClosure(_) | Operation::MakeClosure(..) => {
            Type::of_kinds(Kinds::PROCEDURE)
        }
        Operation::Primitive(Primitive::List, operands) if !operands.is_empty() => {
            Type::of_kinds(Kinds::PAIR)
        }
        Operation::Primitive(Primitive::ConsStar, operands) if operands.len() > 1 => {
            Type::of_kinds(Kinds::PAIR)
        }
        Operation::Primitive(Primitive::MakeBox, _) => Type::of_kinds(Kinds::BOX),
        Operation::Primitive(primitive, operands) => match operands[..] {
            [a, b] => of_binary(*primitive, type_of(a), type_of(b)),
            [a] => of_unary(*primitive, type_of(a)),
            _ => of_result(*primitive),
        },
        _ => Type::ANY,
    }
}

/// Whether the type of an operation's result, which is `known` now, stays what it is, whatever the types of operands
/// and signatures grow to: operands that have members keep some, and nothing grows beyond [`Type::ANY`].
pub(super) fn is_settled(operation: &Operation, known: Type) -> bool {
    match operation {
        Operation::Word(_)
        | Operation::Literal(_)
        | Operation::StaticClosure(_)
        | Operation::MakeClosure(..)
        | Operation::GlobalRef(_)
        | Operation::Call(..)
        | Operation::CallHost(..) => true,
        Operation::CellRef(_) | Operation::CallKnown(..) | Operation::ClosureRef(..) => {
            known == Type::ANY
        }
        Operation::Primitive(primitive, _) => !known.is_none() && !depends_on_types(*primitive),
        _ => false,
    }
}

/// Whether the type of a result depends on more than whether the operands have members.
fn depends_on_types(primitive: Primitive) -> bool {
    let is_computed = matches!(
        primitive,
        Primitive::Add
            | Primitive::Subtract
            | Primitive::Multiply
            | Primitive::Divide
            | Primitive::BitwiseAnd
            | Primitive::BitwiseIor
            | Primitive::BitwiseXor
            | Primitive::ArithmeticShift
            | Primitive::Quotient
            | Primitive::Remainder
            | Primitive::Modulo
    );
    is_computed || primitive.result() == ResultType::FlonumOfFlonums
}

fn of_small(small: i16) -> Type {
    Type::integer(Range::only(i128::from(small)))
}

fn of_result(primitive: Primitive) -> Type {
    let kinds = Kinds::of_result(primitive.result());
    let (flonum, integer) = match primitive.result() {
        ResultType::Any | ResultType::Number | ResultType::FlonumOfFlonums => {
            (true, Some(Range::ALL))
        }
        ResultType::Flonum => (true, None),
        ResultType::ExactInteger => (false, Some(Range::ALL)),
        ResultType::Byte => (false, Some(Range::BYTE)),
        ResultType::CodePoint => (false, Some(Range::CODE_POINT)),
        ResultType::Length => (false, Some(Range::LENGTH)),
        ResultType::Natural => (false, Some(Range::new(0, Range::FIXNUM.high))),
        ResultType::Fixnum => (false, Some(Range::FIXNUM)),
        ResultType::Boolean
        | ResultType::Character
        | ResultType::String
        | ResultType::Symbol
        | ResultType::Pair
        | ResultType::Vector
        | ResultType::Bytevector
        | ResultType::Record
        | ResultType::Unspecified => (false, None),
    };
    Type {
        flonum,
        integer,
        kinds,
    }
}

pub(super) fn of_unary(primitive: Primitive, a: Type) -> Type {
    if a.is_none() {
        return Type::NONE;
    }
    let keeps_flonums = primitive.result() == ResultType::FlonumOfFlonums;
    if keeps_flonums && (a.is_flonum() || (primitive == Primitive::Inexact && a.is_real())) {
        return Type::FLONUM;
    }
    of_result(primitive)
}

pub(super) fn of_binary(primitive: Primitive, a: Type, b: Type) -> Type {
    if a.is_none() || b.is_none() {
        return Type::NONE;
    }
    match primitive {
        Primitive::Add | Primitive::Subtract | Primitive::Multiply | Primitive::Divide => {
            arithmetic(primitive, a, b)
        }
        Primitive::BitwiseAnd
        | Primitive::BitwiseIor
        | Primitive::BitwiseXor
        | Primitive::ArithmeticShift => bitwise(primitive, a, b),
        Primitive::Quotient | Primitive::Remainder | Primitive::Modulo => division(primitive, a, b),
        _ if primitive.result() == ResultType::FlonumOfFlonums
            && a.is_flonum()
            && b.is_flonum() =>
        {
            Type::FLONUM
        }
        _ => of_result(primitive),
    }
}

/// `+`, `-`, `*`, `/`. What is not a number raises. A flonum and a real number give a flonum, even where
/// the other is an exact zero (which the report leaves open); a dividend that is zero too.
fn arithmetic(primitive: Primitive, a: Type, b: Type) -> Type {
    let (a, b) = (a.meet(Type::number()), b.meet(Type::number()));
    if a.kinds.meets(Kinds::COMPLEX) || b.kinds.meets(Kinds::COMPLEX) {
        return Type::number();
    }
    let is_exact = |operand: Type| operand.integer.is_some() || !operand.kinds.is_empty();
    let has_ratio = !a.kinds.is_empty() && is_exact(b) || !b.kinds.is_empty() && is_exact(a);
    let integer = match (a.integer, b.integer) {
        _ if has_ratio => Some(Range::ALL),
        (Some(a), Some(b)) => Some(match primitive {
            Primitive::Add => a.plus(b),
            Primitive::Subtract => a.plus(b.negate()),
            Primitive::Multiply => a.of_corners(b, i128::checked_mul),
            _ => Range::ALL,
        }),
        _ => None,
    };
    let makes_ratios = primitive == Primitive::Divide && is_exact(a) && is_exact(b);
    Type {
        flonum: a.flonum && !b.is_none() || b.flonum && !a.is_none(),
        integer,
        kinds: if has_ratio || makes_ratios {
            Kinds::RATIO
        } else {
            Kinds::NONE
        },
    }
}

fn division(primitive: Primitive, a: Type, b: Type) -> Type {
    let (Some(dividend), Some(divisor)) = (a.as_integer(), b.as_integer()) else {
        return of_result(primitive);
    };
    let below_divisor = Range::new(0, divisor.high.saturating_sub(1));
    let range = match primitive {
        Primitive::Modulo if divisor.low > 0 => below_divisor,
        Primitive::Remainder if divisor.low > 0 && dividend.low >= 0 => {
            Range::new(0, below_divisor.high.min(dividend.high))
        }
        Primitive::Remainder if divisor.low > 0 => below_divisor.join(below_divisor.negate()),
        Primitive::Quotient if divisor.low > 0 && dividend.low >= 0 => Range::new(0, dividend.high),
        _ => Range::ALL,
    };
    Type::integer(range)
}
