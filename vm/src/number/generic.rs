//! The slow path of arithmetic instructions: operands that are not two fixnums or two flonums.

use std::cmp::Ordering;

use dashu_int::IBig;

use super::heap::{
    as_i128, as_integer, as_number, as_simple_double, as_small_integer, as_small_ratio,
    compare_integers, from_i64, from_i128, from_integer, from_number, from_small, from_wide_ratio,
};
use super::inexact_complex;
use super::real::Division;
use super::small::SmallInteger;
use super::small_ratio::SmallRatio;
use super::tower::{self, Number};
use super::{Problem, expected};
use crate::error::{PrimitiveResult, Raise};
use crate::mutator::Mutator;
use crate::value::Value;

/// Both operands as numbers.
///
/// # Errors
///
/// `wrong-type`.
pub(crate) fn operands<'m>(
    a: Value<'m>,
    b: Value<'m>,
    who: &'static str,
) -> PrimitiveResult<'m, (Number, Number)> {
    let operand = |number, value| {
        as_number(value).ok_or_else(|| Raise::wrong_type(who, number, "number", value))
    };
    Ok((operand(1, a)?, operand(2, b)?))
}

/// Applies `operation` to copies of two operands.
///
/// # Errors
///
/// Conditions, and [`Raise::Full`].
pub(crate) fn binary<'m>(
    m: &'m Mutator<'_>,
    a: Value<'m>,
    b: Value<'m>,
    who: &'static str,
    operation: impl FnOnce(&Number, &Number) -> Result<Number, Problem>,
) -> PrimitiveResult<'m> {
    let (x, y) = operands(a, b, who)?;
    let result = operation(&x, &y).map_err(|problem| problem.raise(who, &[a, b]))?;
    from_number(m, &result)
}

/// Two doubles, if one operand is a flonum and the other a flonum or fixnum.
#[inline(always)]
fn doubles(a: Value<'_>, b: Value<'_>) -> Option<(f64, f64)> {
    if a.is_fixnum() && b.is_fixnum() {
        return None;
    }
    Some((as_simple_double(a)?, as_simple_double(b)?))
}

/// Both operands as doubles, where that loses nothing.
#[inline]
fn exact_doubles(a: Value<'_>, b: Value<'_>) -> Option<(f64, f64)> {
    const EXACT_MAX: u64 = 1 << f64::MANTISSA_DIGITS;
    let fits = |value: Value<'_>| {
        value
            .as_fixnum()
            .is_none_or(|i| i.unsigned_abs() <= EXACT_MAX)
    };
    if fits(a) && fits(b) {
        Some((as_simple_double(a)?, as_simple_double(b)?))
    } else {
        None
    }
}

/// Two integers that fit a machine's widest arithmetic.
#[inline]
fn wides(a: Value<'_>, b: Value<'_>) -> Option<(i128, i128)> {
    Some((as_i128(a)?, as_i128(b)?))
}

/// Two integers of few limbs.
#[inline]
fn smalls(a: Value<'_>, b: Value<'_>) -> Option<(SmallInteger, SmallInteger)> {
    Some((as_small_integer(a)?, as_small_integer(b)?))
}

/// Two fractions of fixnums.
#[inline]
fn small_ratios(a: Value<'_>, b: Value<'_>) -> Option<(SmallRatio, SmallRatio)> {
    Some((as_small_ratio(a)?, as_small_ratio(b)?))
}

/// `(+ a b)`
///
/// # Errors
///
/// Conditions, and [`Raise::Full`], as of all functions of this file.
#[cold]
#[inline(never)]
pub(crate) fn add<'m>(
    m: &'m Mutator<'_>,
    a: Value<'m>,
    b: Value<'m>,
    who: &'static str,
) -> PrimitiveResult<'m> {
    if let Some((x, y)) = doubles(a, b) {
        return Ok(m.flonum(x + y));
    }
    if let Some(sum) = inexact_complex::add(m, a, b) {
        return Ok(sum);
    }
    add_others(m, a, b, who)
}

#[inline(never)]
fn add_others<'m>(
    m: &'m Mutator<'_>,
    a: Value<'m>,
    b: Value<'m>,
    who: &'static str,
) -> PrimitiveResult<'m> {
    if let Some((x, y)) = wides(a, b)
        && let Some(result) = x.checked_add(y)
    {
        return Ok(from_i128(m, result));
    }
    if let Some((x, y)) = smalls(a, b) {
        return Ok(from_small(m, &x.add(&y)));
    }
    if let Some((x, y)) = small_ratios(a, b) {
        return Ok(from_wide_ratio(m, x.add(y)));
    }
    binary(m, a, b, who, |x, y| Ok(x.add(y)))
}

/// `(- a b)`
#[cold]
#[inline(never)]
pub(crate) fn subtract<'m>(
    m: &'m Mutator<'_>,
    a: Value<'m>,
    b: Value<'m>,
    who: &'static str,
) -> PrimitiveResult<'m> {
    if let Some((x, y)) = doubles(a, b) {
        return Ok(m.flonum(x - y));
    }
    if let Some(difference) = inexact_complex::subtract(m, a, b) {
        return Ok(difference);
    }
    subtract_others(m, a, b, who)
}

#[inline(never)]
fn subtract_others<'m>(
    m: &'m Mutator<'_>,
    a: Value<'m>,
    b: Value<'m>,
    who: &'static str,
) -> PrimitiveResult<'m> {
    if let Some((x, y)) = wides(a, b)
        && let Some(result) = x.checked_sub(y)
    {
        return Ok(from_i128(m, result));
    }
    if let Some((x, y)) = smalls(a, b) {
        return Ok(from_small(m, &x.add(&y.negate())));
    }
    if let Some((x, y)) = small_ratios(a, b) {
        return Ok(from_wide_ratio(m, x.add(y.negate())));
    }
    binary(m, a, b, who, |x, y| Ok(x.subtract(y)))
}

/// `(* a b)`
#[cold]
#[inline(never)]
pub(crate) fn multiply<'m>(
    m: &'m Mutator<'_>,
    a: Value<'m>,
    b: Value<'m>,
    who: &'static str,
) -> PrimitiveResult<'m> {
    if let Some((x, y)) = doubles(a, b) {
        return Ok(m.flonum(x * y));
    }
    if let Some(product) = inexact_complex::multiply(m, a, b) {
        return Ok(product);
    }
    multiply_others(m, a, b, who)
}

#[inline(never)]
fn multiply_others<'m>(
    m: &'m Mutator<'_>,
    a: Value<'m>,
    b: Value<'m>,
    who: &'static str,
) -> PrimitiveResult<'m> {
    if let Some((x, y)) = wides(a, b)
        && let Some(result) = x.checked_mul(y)
    {
        return Ok(from_i128(m, result));
    }
    if let Some((x, y)) = smalls(a, b) {
        return Ok(from_small(m, &x.multiply(&y)));
    }
    if let Some((x, y)) = small_ratios(a, b) {
        return Ok(from_wide_ratio(m, x.multiply(y)));
    }
    binary(m, a, b, who, |x, y| Ok(x.multiply(y)))
}

/// `(/ a b)`
#[cold]
#[inline(never)]
pub(crate) fn divide<'m>(
    m: &'m Mutator<'_>,
    a: Value<'m>,
    b: Value<'m>,
    who: &'static str,
) -> PrimitiveResult<'m> {
    if b == Value::ZERO {
        operands(a, b, who)?;
        return Err(Raise::division_by_zero(who));
    }
    if let Some((x, y)) = doubles(a, b) {
        return Ok(m.flonum(x / y));
    }
    if let Some(quotient) = inexact_complex::divide(m, a, b) {
        return Ok(quotient);
    }
    if let (Some(x), Some(y)) = (a.as_fixnum(), b.as_fixnum())
        && x % y == 0
    {
        return Ok(from_i64(m, x / y));
    }
    if let Some((x, y)) = small_ratios(a, b)
        && let Some(inverse) = y.invert()
    {
        return Ok(from_wide_ratio(m, x.multiply(inverse)));
    }
    binary(m, a, b, who, Number::divide)
}

/// `(truncate-quotient a b)`
#[cold]
#[inline(never)]
pub(crate) fn quotient<'m>(
    m: &'m Mutator<'_>,
    a: Value<'m>,
    b: Value<'m>,
    who: &'static str,
) -> PrimitiveResult<'m> {
    integer_divide(m, a, b, who, Division::TruncateQuotient)
}

/// `(truncate-remainder a b)`
#[cold]
#[inline(never)]
pub(crate) fn remainder<'m>(
    m: &'m Mutator<'_>,
    a: Value<'m>,
    b: Value<'m>,
    who: &'static str,
) -> PrimitiveResult<'m> {
    integer_divide(m, a, b, who, Division::TruncateRemainder)
}

/// `(floor-remainder a b)`
#[cold]
#[inline(never)]
pub(crate) fn modulo<'m>(
    m: &'m Mutator<'_>,
    a: Value<'m>,
    b: Value<'m>,
    who: &'static str,
) -> PrimitiveResult<'m> {
    integer_divide(m, a, b, who, Division::FloorRemainder)
}

/// One of the divisions of integers.
pub(crate) fn integer_divide<'m>(
    m: &'m Mutator<'_>,
    a: Value<'m>,
    b: Value<'m>,
    who: &'static str,
    division: Division,
) -> PrimitiveResult<'m> {
    if let Some((x, y)) = wides(a, b)
        && y != 0
    {
        // Magnitudes are below 2^127: there is no `i128::MIN / -1`.
        let (quotient, rest) = match (i64::try_from(x), i64::try_from(y)) {
            (Ok(x), Ok(y)) if y != -1 => (i128::from(x / y), i128::from(x % y)),
            _ => (x / y, x % y),
        };
        let corrects = rest != 0 && (rest < 0) != (y < 0);
        let result = match division {
            Division::TruncateQuotient => quotient,
            Division::TruncateRemainder => rest,
            Division::FloorQuotient => quotient - i128::from(corrects),
            Division::FloorRemainder => rest + if corrects { y } else { 0 },
        };
        return Ok(from_i128(m, result));
    }
    if let Some((x, y)) = smalls(a, b)
        && !y.is_zero()
    {
        return Ok(from_small(m, &divide_smalls(&x, &y, division)));
    }
    let integer = |number, value: Value<'m>| {
        as_number(value).ok_or_else(|| Raise::wrong_type(who, number, "integer", value))
    };
    let (x, y) = (integer(1, a)?, integer(2, b)?);
    let result = x
        .integer_divide(&y, division)
        .map_err(|problem| problem.raise(who, &[a, b]))?;
    from_number(m, &result)
}

fn divide_smalls(x: &SmallInteger, y: &SmallInteger, division: Division) -> SmallInteger {
    let (quotient, rest) = x.divide(y);
    let corrects = !rest.is_zero() && rest.is_negative() != y.is_negative();
    match division {
        Division::FloorQuotient if corrects => quotient.add(&SmallInteger::from(-1)),
        Division::FloorRemainder if corrects => rest.add(y),
        Division::TruncateQuotient | Division::FloorQuotient => quotient,
        Division::TruncateRemainder | Division::FloorRemainder => rest,
    }
}

/// The order of two real numbers; `None` when one is a NaN.
#[cold]
#[inline(never)]
pub(crate) fn compare<'m>(
    _m: &'m Mutator<'_>,
    a: Value<'m>,
    b: Value<'m>,
    who: &'static str,
) -> PrimitiveResult<'m, Option<Ordering>> {
    if let Some((x, y)) = exact_doubles(a, b) {
        return Ok(x.partial_cmp(&y));
    }
    if let Some(order) = compare_integers(a, b) {
        return Ok(Some(order));
    }
    if let Some((x, y)) = small_ratios(a, b) {
        return Ok(Some(x.compare(y)));
    }
    let real = |number, value: Value<'m>| {
        as_number(value).ok_or_else(|| Raise::wrong_type(who, number, "real number", value))
    };
    let (x, y) = (real(1, a)?, real(2, b)?);
    x.compare(&y).map_err(|problem| problem.raise(who, &[a, b]))
}

/// `(= a b)`
#[cold]
#[inline(never)]
pub(crate) fn equal<'m>(
    _m: &'m Mutator<'_>,
    a: Value<'m>,
    b: Value<'m>,
    who: &'static str,
) -> PrimitiveResult<'m, bool> {
    if let Some((x, y)) = exact_doubles(a, b) {
        return Ok(x.partial_cmp(&y) == Some(Ordering::Equal));
    }
    if let Some(order) = compare_integers(a, b) {
        return Ok(order == Ordering::Equal);
    }
    let (x, y) = operands(a, b, who)?;
    Ok(x.is_equal(&y))
}

fn bitwise<'m>(
    m: &'m Mutator<'_>,
    (a, b): (Value<'m>, Value<'m>),
    who: &'static str,
    limbs: impl Fn(u64, u64) -> u64,
    integers: impl FnOnce(IBig, IBig) -> IBig,
) -> PrimitiveResult<'m> {
    if let Some((x, y)) = smalls(a, b) {
        return Ok(from_small(m, &x.bitwise(&y, limbs)));
    }
    from_integer(
        m,
        &integers(exact_integer(a, 1, who)?, exact_integer(b, 2, who)?),
    )
}

/// The exact integer that is argument `number` of `who`.
///
/// # Errors
///
/// `wrong-type`.
pub(crate) fn exact_integer<'m>(
    value: Value<'m>,
    number: u8,
    who: &'static str,
) -> PrimitiveResult<'m, IBig> {
    as_integer(value)
        .ok_or_else(|| Raise::wrong_type(who, usize::from(number), "exact integer", value))
}

/// `(bitwise-and a b)`
#[cold]
#[inline(never)]
pub(crate) fn bit_and<'m>(
    m: &'m Mutator<'_>,
    a: Value<'m>,
    b: Value<'m>,
    who: &'static str,
) -> PrimitiveResult<'m> {
    bitwise(m, (a, b), who, |x, y| x & y, |x, y| x & y)
}

/// `(bitwise-ior a b)`
#[cold]
#[inline(never)]
pub(crate) fn bit_or<'m>(
    m: &'m Mutator<'_>,
    a: Value<'m>,
    b: Value<'m>,
    who: &'static str,
) -> PrimitiveResult<'m> {
    bitwise(m, (a, b), who, |x, y| x | y, |x, y| x | y)
}

/// `(bitwise-xor a b)`
#[cold]
#[inline(never)]
pub(crate) fn bit_xor<'m>(
    m: &'m Mutator<'_>,
    a: Value<'m>,
    b: Value<'m>,
    who: &'static str,
) -> PrimitiveResult<'m> {
    bitwise(m, (a, b), who, |x, y| x ^ y, |x, y| x ^ y)
}

/// `(arithmetic-shift a b)`
#[cold]
#[inline(never)]
pub(crate) fn shift<'m>(
    m: &'m Mutator<'_>,
    a: Value<'m>,
    b: Value<'m>,
    who: &'static str,
) -> PrimitiveResult<'m> {
    let Some(amount) = b.as_fixnum() else {
        exact_integer(a, 1, who)?;
        return Err(expected(2, "fixnum").raise(who, &[a, b]));
    };
    if a == Value::ZERO {
        return Ok(a);
    }
    if let Some(result) = as_small_integer(a).and_then(|value| value.shift(amount)) {
        return Ok(from_small(m, &result));
    }
    let value = exact_integer(a, 1, who)?;
    if amount > 0 {
        // Announced before the result exists anywhere: it may be larger than any memory.
        let bytes = usize::try_from(amount / 8).unwrap_or(usize::MAX);
        reserve_large(m, bytes)?;
    }
    from_integer(m, &tower::shift(&value, amount))
}

/// Announces what a power or shift is about to take, if that is much.
///
/// # Errors
///
/// [`Raise::Full`].
pub(crate) fn reserve_large<'m>(m: &Mutator<'_>, bytes: usize) -> PrimitiveResult<'m, ()> {
    const LARGE_BYTES: usize = 4096;
    if bytes > LARGE_BYTES {
        m.reserve(bytes)
    } else {
        Ok(())
    }
}
