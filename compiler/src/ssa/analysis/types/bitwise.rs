//! Types of the results of bitwise operations.

use abi::primitive::Primitive;

use super::lattice::Type;
use super::range::Range;

/// The type of the result of a bitwise operation with two operands.
pub(super) fn bitwise(primitive: Primitive, a: Type, b: Type) -> Type {
    // Anything but exact integers raises, so only those reach the result.
    let (Some(a), Some(b)) = (a.integer, b.integer) else {
        return Type::NONE;
    };
    let range = match primitive {
        Primitive::BitwiseAnd => match (a.low >= 0, b.low >= 0) {
            (true, true) => Range::new(0, a.high.min(b.high)),
            (true, false) => Range::new(0, a.high),
            (false, true) => Range::new(0, b.high),
            (false, false) => Range::ALL,
        },
        Primitive::ArithmeticShift => match b.single() {
            Some(by @ -120..=120) => shifted(a, by as i32),
            _ if a.low >= 0 && b.high <= 0 => Range::new(0, a.high),
            _ => Range::ALL,
        },
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
