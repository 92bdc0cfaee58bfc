//! Types of results from types of operands.

use abi::primitive::{Primitive, ResultType};
use abi::tag;
use syntax::{DatumKind, Integer, Number};

use super::{Range, Type};
use crate::core::ir::Literal;
use crate::ssa::ir::{Operation, Unit, ValueId};

/// The type of a tagged word.
pub(super) fn of_word(word: u64) -> Type {
    if tag::is_fixnum(word) {
        Type::integer(Range::only(i128::from(tag::fixnum_value(word))))
    } else if tag::is_self_tagged_flonum(word) {
        Type::FLONUM
    } else {
        Type::OTHER
    }
}

fn of_literal(unit: &Unit, literal: &Literal) -> Type {
    let datum = match literal {
        Literal::Word(word) => return of_word(*word),
        Literal::Datum(datum) => datum.0,
    };
    match unit.tables.data.kind(datum) {
        DatumKind::Number(Number::Flonum(_)) => Type::FLONUM,
        DatumKind::Number(Number::Integer(integer)) => Type::integer(range_of(integer)),
        DatumKind::External(_) => Type::ANY,
        _ => Type::OTHER,
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

/// The type of an operation's result; `type_of` gives those of operands.
pub(super) fn of_operation(
    unit: &Unit,
    operation: &Operation,
    type_of: impl Fn(ValueId) -> Type,
) -> Type {
    match operation {
        Operation::Word(word) => of_word(*word),
        Operation::Literal(literal) => of_literal(unit, &unit.tables.literals[literal.0 as usize]),
        Operation::AddSmall(value, small) => {
            arithmetic(Primitive::Add, type_of(*value), of_small(*small))
        }
        Operation::CheckInitialized(value, _) => type_of(*value),
        Operation::StaticClosure(_) | Operation::MakeClosure(..) => Type::OTHER,
        Operation::Primitive(primitive, operands) => match operands[..] {
            [a, b] => of_binary(*primitive, type_of(a), type_of(b)),
            [a] => of_unary(*primitive, type_of(a)),
            _ => of_result(*primitive),
        },
        _ => Type::ANY,
    }
}

fn of_small(small: i16) -> Type {
    Type::integer(Range::only(i128::from(small)))
}

fn of_result(primitive: Primitive) -> Type {
    match primitive.result() {
        ResultType::Any | ResultType::Number => Type::ANY,
        ResultType::Flonum => Type::FLONUM,
        ResultType::ExactInteger => Type::integer(Range::ALL),
        ResultType::Fixnum => Type::integer(match primitive {
            Primitive::BytevectorRef => Range::new(0, 0xff),
            Primitive::CharToInteger => Range::new(0, 0x10_ffff),
            Primitive::VectorLength
            | Primitive::StringLength
            | Primitive::BytevectorLength
            | Primitive::Length
            | Primitive::BitCount
            | Primitive::IntegerLength => Range::new(0, Range::FIXNUM.high),
            _ => Range::FIXNUM,
        }),
        _ => Type::OTHER,
    }
}

fn of_unary(primitive: Primitive, a: Type) -> Type {
    if a.is_none() {
        return Type::NONE;
    }
    let keeps_flonums = matches!(
        primitive,
        Primitive::Abs
            | Primitive::Floor
            | Primitive::Ceiling
            | Primitive::Round
            | Primitive::Truncate
            | Primitive::Square
            | Primitive::Exp
            | Primitive::Sin
            | Primitive::Cos
            | Primitive::Tan
            | Primitive::Atan1
            | Primitive::Inexact
    );
    if keeps_flonums && (a.is_flonum() || (primitive == Primitive::Inexact && !a.other)) {
        return Type::FLONUM;
    }
    of_result(primitive)
}

fn of_binary(primitive: Primitive, a: Type, b: Type) -> Type {
    if a.is_none() || b.is_none() {
        return Type::NONE;
    }
    match primitive {
        Primitive::Add | Primitive::Subtract | Primitive::Multiply | Primitive::Divide => {
            arithmetic(primitive, a, b)
        }
        Primitive::Max2 | Primitive::Min2 | Primitive::Atan2 if a.is_flonum() && b.is_flonum() => {
            Type::FLONUM
        }
        Primitive::BitwiseAnd
        | Primitive::BitwiseIor
        | Primitive::BitwiseXor
        | Primitive::ArithmeticShift => bitwise(primitive, a, b),
        Primitive::Quotient | Primitive::Remainder | Primitive::Modulo => division(primitive, a, b),
        _ => of_result(primitive),
    }
}

/// `+`, `-`, `*`, `/`. A product with, or quotient of, exact zero may be exact.
fn arithmetic(primitive: Primitive, a: Type, b: Type) -> Type {
    if a.is_none() || b.is_none() {
        return Type::NONE;
    }
    let integer = match (a.integer, b.integer) {
        (Some(a), Some(b)) => match primitive {
            Primitive::Add => Some(a.plus(b)),
            Primitive::Subtract => Some(a.plus(b.negate())),
            Primitive::Multiply => Some(a.of_corners(b, i128::checked_mul)),
            _ => Some(Range::ALL),
        },
        _ => None,
    };
    let zero = Some(Range::only(0));
    let integer = match primitive {
        Primitive::Multiply
            if (a.flonum && b.may_be_exact_zero()) || (b.flonum && a.may_be_exact_zero()) =>
        {
            Some(integer.map_or(Range::only(0), |range| range.join(Range::only(0))))
        }
        Primitive::Divide if b.flonum && a.may_be_exact_zero() => integer.or(zero),
        _ => integer,
    };
    let makes_ratios = primitive == Primitive::Divide && a.integer.is_some() && b.integer.is_some();
    Type {
        flonum: a.flonum || b.flonum,
        integer,
        other: a.other || b.other || makes_ratios,
    }
}

fn bitwise(primitive: Primitive, a: Type, b: Type) -> Type {
    // Anything but exact integers raises, so only those reach the result.
    let (a, b) = (
        a.integer.unwrap_or(Range::ALL),
        b.integer.unwrap_or(Range::ALL),
    );
    let range = match primitive {
        Primitive::BitwiseAnd => match (a.low >= 0, b.low >= 0) {
            (true, true) => Range::new(0, a.high.min(b.high)),
            (true, false) => Range::new(0, a.high),
            (false, true) => Range::new(0, b.high),
            (false, false) => Range::ALL,
        },
        Primitive::ArithmeticShift if b.low == b.high && (-120..=120).contains(&b.low) => {
            shifted(a, b.low as i32)
        }
        Primitive::ArithmeticShift if a.low >= 0 && b.high <= 0 => Range::new(0, a.high),
        Primitive::BitwiseIor | Primitive::BitwiseXor if a.low >= 0 && b.low >= 0 => {
            let high = a.high.max(b.high);
            if high == i128::MAX {
                Range::new(0, i128::MAX)
            } else {
                let bits = i128::BITS - high.leading_zeros();
                Range::new(0, (1 << bits) - 1)
            }
        }
        _ => Range::ALL,
    };
    Type::integer(range)
}

fn shifted(range: Range, by: i32) -> Range {
    if !range.is_finite() {
        return if range.low >= 0 {
            Range::new(0, i128::MAX)
        } else {
            Range::ALL
        };
    }
    if by <= 0 {
        return Range::new(range.low >> -by, range.high >> -by);
    }
    range.of_corners(Range::only(1 << by), i128::checked_mul)
}

fn division(primitive: Primitive, a: Type, b: Type) -> Type {
    let (Some(dividend), Some(divisor)) = (a.as_integer(), b.as_integer()) else {
        return of_result(primitive);
    };
    let below_divisor = Range::new(0, divisor.high.saturating_sub(1));
    let range = match primitive {
        Primitive::Modulo if divisor.low > 0 => below_divisor,
        Primitive::Remainder if divisor.low > 0 && dividend.low >= 0 => Range {
            low: 0,
            high: below_divisor.high.min(dividend.high),
        },
        Primitive::Remainder if divisor.low > 0 => below_divisor.join(below_divisor.negate()),
        Primitive::Quotient if divisor.low > 0 && dividend.low >= 0 => Range::new(0, dividend.high),
        _ => Range::ALL,
    };
    Type::integer(range)
}
