//! Raw words and doubles of the reference.

use abi::primitive::Primitive;
use dashu_int::IBig;

use super::number::Number;
use super::primitive::wrong;
use super::value::{Raise, Value};
use crate::ssa::ir::{Comparison, RawBinary, RawUnary};

/// A raw operation with one operand.
pub(super) fn unary(raw: RawUnary, operand: &Value) -> Result<Value, Raise> {
    if let Value::Raw(word) = *operand {
        let double = f64::from_bits(word);
        let of_double = |value: f64| Value::Raw(value.to_bits());
        return Ok(match raw {
            RawUnary::F64Negate => of_double(-double),
            RawUnary::F64Sqrt => of_double(double.sqrt()),
            RawUnary::F64Abs => of_double(double.abs()),
            RawUnary::BoxF64 => Value::Number(Number::Flonum(double)),
            RawUnary::I64ToF64 => of_double(word.cast_signed() as f64),
            RawUnary::BoxI64 => Value::small(word.cast_signed()),
            RawUnary::BoxU64 => Value::Number(Number::Integer(IBig::from(word))),
            RawUnary::UnboxF64 | RawUnary::RealToF64 | RawUnary::UnboxI64 | RawUnary::UnboxU64 => {
                return Err(Raise::Broken("a raw word is unboxed".to_owned()));
            }
        });
    }
    let number = operand.as_number().ok_or_else(|| wrong(&[operand]))?;
    let integer = || number.as_integer().ok_or_else(|| wrong(&[operand]));
    let word = match raw {
        RawUnary::UnboxF64 => operand.as_flonum().map(f64::to_bits),
        RawUnary::RealToF64 => Some(number.to_f64().to_bits()),
        RawUnary::UnboxI64 => i64::try_from(integer()?).ok().map(i64::cast_unsigned),
        RawUnary::UnboxU64 => u64::try_from(integer()?).ok(),
        _ => return Err(Raise::Broken("a tagged value is taken for raw".to_owned())),
    };
    word.map(Value::Raw).ok_or_else(|| wrong(&[operand]))
}

/// A raw operation with two operands.
pub(super) fn binary(raw: RawBinary, a: u64, b: u64) -> Value {
    let (x, y) = (f64::from_bits(a), f64::from_bits(b));
    let by = b as u32;
    Value::Raw(match raw {
        RawBinary::F64Add => (x + y).to_bits(),
        RawBinary::F64Subtract => (x - y).to_bits(),
        RawBinary::F64Multiply => (x * y).to_bits(),
        RawBinary::F64Divide => (x / y).to_bits(),
        RawBinary::WordAdd => a.wrapping_add(b),
        RawBinary::WordSubtract => a.wrapping_sub(b),
        RawBinary::WordMultiply => a.wrapping_mul(b),
        RawBinary::WordAnd => a & b,
        RawBinary::WordOr => a | b,
        RawBinary::WordXor => a ^ b,
        RawBinary::WordShiftLeft => a.wrapping_shl(by),
        RawBinary::WordShiftRight => a.wrapping_shr(by),
        RawBinary::WordShiftRightSigned => a.cast_signed().wrapping_shr(by).cast_unsigned(),
    })
}

/// The primitive that tests for a relation.
pub(super) fn primitive_of(relation: Comparison) -> Primitive {
    match relation {
        Comparison::Equal => Primitive::NumberEqual,
        Comparison::Less => Primitive::Less,
        Comparison::LessEqual => Primitive::LessEqual,
        Comparison::Greater => Primitive::Greater,
        Comparison::GreaterEqual => Primitive::GreaterEqual,
    }
}
