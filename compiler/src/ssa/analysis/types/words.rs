//! Types of raw words: the integers for which words stand.
//!
//! The range of a word has a member that is the same modulo 2^64. So ranges of sums and products
//! are computed as if words had no end. Only where a word becomes a number again, its range has to
//! fit.

use abi::primitive::Primitive;

use super::lattice::Type;
use super::range::Range;
use super::transfer::bitwise;
use crate::ssa::ir::{Operation, RawBinary, RawUnary, Repr, ValueId};

/// Whether a word is known not to be anything but what its range says.
pub(super) fn is_unsigned(known: Type) -> bool {
    let range = known.as_integer();
    range.is_some_and(|range| range.is_within(Range::U64))
}

/// The type of the result of a raw operation, which is represented as `repr`; a double is a flonum.
pub(super) fn of_operation(
    operation: &Operation,
    repr: Repr,
    type_of: impl Fn(ValueId) -> Type,
) -> Type {
    match *operation {
        Operation::Raw(_) if repr == Repr::F64 => Type::FLONUM,
        Operation::Raw(bits) => Type::integer(Range::only(i128::from(bits as i64))),
        Operation::Raw1(unary, value) => of_unary(unary, type_of(value)),
        Operation::Raw2(binary, a, b) if !binary.is_f64() => {
            of_binary(binary, type_of(a), type_of(b))
        }
        _ => Type::FLONUM,
    }
}

fn of_unary(unary: RawUnary, a: Type) -> Type {
    if a.is_none() {
        return Type::NONE;
    }
    let within = |range: Range| {
        let known = a.as_integer().filter(|known| known.is_within(range));
        Type::integer(known.unwrap_or(range))
    };
    match unary {
        RawUnary::UnboxI64 | RawUnary::BoxI64 => within(Range::I64),
        RawUnary::UnboxU64 | RawUnary::BoxU64 => within(Range::U64),
        _ => Type::FLONUM,
    }
}

fn of_binary(binary: RawBinary, a: Type, b: Type) -> Type {
    if a.is_none() || b.is_none() {
        return Type::NONE;
    }
    let (Some(x), Some(y)) = (a.as_integer(), b.as_integer()) else {
        return Type::integer(Range::U64);
    };
    let range = match binary {
        RawBinary::WordAdd => x.plus(y),
        RawBinary::WordSubtract => x.plus(y.negate()),
        RawBinary::WordMultiply => x.of_corners(y, i128::checked_mul),
        RawBinary::WordAnd if is_unsigned(a) && is_unsigned(b) => {
            return bitwise(Primitive::BitwiseAnd, a, b);
        }
        _ => Range::U64,
    };
    Type::integer(if range.is_finite() { range } else { Range::U64 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_wrap_around_come_back_into_range() {
        let minus_one = of_operation(&Operation::Raw(u64::MAX), Repr::I64, |_| Type::NONE);
        let ten = Type::integer(Range::new(1, 10));
        let less = of_binary(RawBinary::WordAdd, ten, minus_one);
        assert_eq!(
            of_unary(RawUnary::BoxU64, less),
            Type::integer(Range::new(0, 9))
        );
        let around = of_binary(RawBinary::WordAdd, minus_one, minus_one);
        assert_eq!(
            of_unary(RawUnary::BoxU64, around),
            Type::integer(Range::U64)
        );
        assert!(!is_unsigned(minus_one) && is_unsigned(ten));
    }

    #[test]
    fn the_bits_of_a_double_are_no_integer() {
        let one = Operation::Raw(1.0_f64.to_bits());
        let of = |repr: Repr| of_operation(&one, repr, |_| Type::NONE);
        assert_eq!(of(Repr::F64), Type::FLONUM);
        assert!(of(Repr::U64).as_integer().is_some() && of(Repr::I64).as_integer().is_some());
    }
}
