//! Types of raw words: the integers for which words stand.
//!
//! The range of a word has a member that is the same modulo 2^64. So ranges of sums and products
//! are computed as if words had no end. Only where a word becomes a number again, its range has to
//! fit.
//!
//! Claim: some member of the range is equal to the word modulo 2^64. `types::laws` and the tests here fail
//! where this is false.

use abi::primitive::Primitive;

use super::bitwise::bitwise;
use super::lattice::Type;
use super::range::Range;
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
        // The low 64 bits of an intersection of bits are the intersection of low 64 bits.
        RawBinary::WordAnd => (bitwise(Primitive::BitwiseAnd, a, b).integer).unwrap_or(Range::U64),
        _ => Range::U64,
    };
    Type::integer(if range.is_finite() { range } else { Range::U64 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Id;

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
    fn products_and_common_bits_are_those_of_the_ranges() {
        let of = |binary: RawBinary, a: Range, b: Range| {
            of_binary(binary, Type::integer(a), Type::integer(b)).as_integer()
        };
        let (small, signed) = (Range::new(4, 15), Range::new(-7, 3));
        let product = of(RawBinary::WordMultiply, Range::new(2, 3), small);
        assert_eq!(product, Some(Range::new(8, 45)));
        assert_eq!(
            of(RawBinary::WordAnd, small, signed),
            Some(Range::new(0, 15))
        );
        assert_eq!(
            of(RawBinary::WordAnd, signed, small),
            Some(Range::new(0, 15))
        );
        assert_eq!(
            of(RawBinary::WordAnd, small, small),
            Some(Range::new(0, 15))
        );
        // What has no end is a word for all that.
        assert_eq!(of(RawBinary::WordAnd, signed, signed), Some(Range::U64));
        let endless = Range::at_least(0);
        assert_eq!(of(RawBinary::WordAdd, endless, small), Some(Range::U64));
    }

    #[test]
    fn words_of_which_nothing_is_known_yet_are_none_and_doubles_no_words() {
        let none = |_: ValueId| Type::NONE;
        let (a, b) = (ValueId::new(0), ValueId::new(1));
        for unary in [RawUnary::UnboxI64, RawUnary::BoxU64, RawUnary::BoxF64] {
            let operation = Operation::Raw1(unary, a);
            assert!(of_operation(&operation, Repr::I64, none).is_none());
        }
        let ten = Type::integer(Range::only(10));
        for known in [[Type::NONE, ten], [ten, Type::NONE], [Type::NONE; 2]] {
            let operation = Operation::Raw2(RawBinary::WordXor, a, b);
            let found = of_operation(&operation, Repr::I64, |value| known[value.index()]);
            assert!(found.is_none());
        }
        let sum = Operation::Raw2(RawBinary::F64Add, a, b);
        assert_eq!(
            of_operation(&sum, Repr::F64, |_| Type::FLONUM),
            Type::FLONUM
        );
        assert!(!is_unsigned(Type::NONE) && !is_unsigned(Type::FLONUM));
    }

    #[test]
    fn the_bits_of_a_double_are_no_integer() {
        let one = Operation::Raw(1.0_f64.to_bits());
        let of = |repr: Repr| of_operation(&one, repr, |_| Type::NONE);
        assert_eq!(of(Repr::F64), Type::FLONUM);
        assert!(of(Repr::U64).as_integer().is_some() && of(Repr::I64).as_integer().is_some());
    }
}
