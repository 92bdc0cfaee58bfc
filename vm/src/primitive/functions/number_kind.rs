//! Predicates of numbers (R7RS 6.2.6).

use std::cmp::Ordering;

use abi::tag::Kind;

use super::arithmetic::real_argument;
use crate::arguments::Args;
use crate::error::{PrimitiveResult, Raise};
use crate::mutator::Mutator;
use crate::number::heap::{as_flonum, as_number, integer_sign, is_inexact, lowest_integer_bit};
use crate::number::real::Real;
use crate::number::tower::Number;
use crate::value::Value;

pub(crate) fn is_integer<'m>(_m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    if let Some(value) = as_flonum(args[0]) {
        return Ok(Value::boolean(value.is_finite() && value.fract() == 0.0));
    }
    Ok(Value::boolean(integer_sign(args[0]).is_some()))
}

pub(crate) fn is_rational<'m>(_m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    if let Some(value) = as_flonum(args[0]) {
        return Ok(Value::boolean(value.is_finite()));
    }
    let is_exact = matches!(args[0].kind(), Some(Kind::Bignum | Kind::Ratnum));
    Ok(Value::boolean(is_exact || args[0].is_fixnum()))
}

pub(crate) fn is_complex<'m>(_m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    Ok(Value::boolean(is_inexact(args[0]).is_some()))
}

/// The parts of a number as doubles; exact parts count as zero.
fn inexact_parts<'m>(args: Args<'m>, who: &'static str) -> PrimitiveResult<'m, [f64; 2]> {
    let number = as_number(args[0]).ok_or_else(|| Raise::wrong_type(who, 1, "number", args[0]))?;
    let double = |part: Real| match part {
        Real::Exact(_) => 0.0,
        Real::Flonum(value) => value,
    };
    let (real, imaginary) = number.parts();
    Ok([double(real), double(imaginary)])
}

pub(crate) fn is_nan<'m>(_m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let parts = inexact_parts(args, "nan?")?;
    Ok(Value::boolean(parts.into_iter().any(f64::is_nan)))
}

pub(crate) fn is_finite<'m>(_m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let parts = inexact_parts(args, "finite?")?;
    Ok(Value::boolean(parts.into_iter().all(f64::is_finite)))
}

pub(crate) fn is_infinite<'m>(_m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let parts = inexact_parts(args, "infinite?")?;
    Ok(Value::boolean(parts.into_iter().any(f64::is_infinite)))
}

fn inexactness<'m>(args: Args<'m>, who: &'static str) -> PrimitiveResult<'m, bool> {
    is_inexact(args[0]).ok_or_else(|| Raise::wrong_type(who, 1, "number", args[0]))
}

pub(crate) fn is_exact<'m>(_m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    Ok(Value::boolean(!inexactness(args, "exact?")?))
}

pub(crate) fn is_inexact_number<'m>(_m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    Ok(Value::boolean(inexactness(args, "inexact?")?))
}

pub(crate) fn is_zero<'m>(_m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    if let Some(sign) = integer_sign(args[0]) {
        return Ok(Value::boolean(sign == Ordering::Equal));
    }
    let number =
        as_number(args[0]).ok_or_else(|| Raise::wrong_type("zero?", 1, "number", args[0]))?;
    Ok(Value::boolean(number.is_zero()))
}

/// The sign of a real number; `None` of a NaN.
fn sign<'m>(args: Args<'m>, who: &'static str) -> PrimitiveResult<'m, Option<Ordering>> {
    if let Some(sign) = integer_sign(args[0]) {
        return Ok(Some(sign));
    }
    if let Some(value) = as_flonum(args[0]) {
        return Ok(value.partial_cmp(&0.0));
    }
    match real_argument(args, 0, who)? {
        Number::Real(real) | Number::Complex(real, _) => Ok(real.sign()),
    }
}

pub(crate) fn is_positive<'m>(_m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    Ok(Value::boolean(
        sign(args, "positive?")? == Some(Ordering::Greater),
    ))
}

pub(crate) fn is_negative<'m>(_m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    Ok(Value::boolean(
        sign(args, "negative?")? == Some(Ordering::Less),
    ))
}

/// The lowest bit of an integer.
fn lowest_bit<'m>(args: Args<'m>, who: &'static str) -> PrimitiveResult<'m, bool> {
    if let Some(bit) = lowest_integer_bit(args[0]) {
        return Ok(bit);
    }
    if let Some(value) = as_flonum(args[0])
        && value.is_finite()
        && value.fract() == 0.0
    {
        return Ok(value % 2.0 != 0.0);
    }
    Err(Raise::wrong_type(who, 1, "integer", args[0]))
}

pub(crate) fn is_odd<'m>(_m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    Ok(Value::boolean(lowest_bit(args, "odd?")?))
}

pub(crate) fn is_even<'m>(_m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    Ok(Value::boolean(!lowest_bit(args, "even?")?))
}
