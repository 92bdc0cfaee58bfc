//! The slow path of arithmetic instructions: operands that are not two fixnums or two flonums.

use std::cmp::Ordering;

use dashu_int::IBig;
use syntax::{Stop, Supervisor};

use super::Problem;
use super::heap::{
    as_i128, as_integer, as_number, as_simple_double, as_small_integer, as_small_ratio, bytes_of,
    compare_integers, from_i64, from_i128, from_integer, from_number, from_small, from_wide_ratio,
};
use super::inexact_complex;
use super::real::Division;
use super::small::SmallInteger;
use super::small_ratio::{SmallRatio, WideRatio};
use super::tower::{self, Number};
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
    reserve_copies(m, &[a, b])?;
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

/// Addition, subtraction or multiplication: what all sorts of numbers have.
trait RingOperation {
    fn doubles(x: f64, y: f64) -> f64;
    /// The result, if an operand is an inexact complex number and the other one simple.
    fn inexact_complex<'m>(m: &'m Mutator<'_>, a: Value<'m>, b: Value<'m>) -> Option<Value<'m>>;
    fn wides(x: i128, y: i128) -> Option<i128>;
    fn smalls(x: &SmallInteger, y: &SmallInteger) -> SmallInteger;
    fn small_ratios(x: SmallRatio, y: SmallRatio) -> WideRatio;
    fn numbers(x: &Number, y: &Number, supervisor: &dyn Supervisor) -> Result<Number, Stop>;
}

macro_rules! ring_operations {
    ($( $(#[$doc:meta])* $function:ident = $name:ident {
        $operator:tt, $checked:ident,
        |$x:ident, $y:ident| $smalls:expr, |$r:ident, $s:ident| $ratios:expr
    } )*) => { $(
        enum $name {}

        impl RingOperation for $name {
            #[inline(always)]
            fn doubles(x: f64, y: f64) -> f64 {
                x $operator y
            }

            #[inline(always)]
            fn inexact_complex<'m>(
                m: &'m Mutator<'_>, a: Value<'m>, b: Value<'m>,
            ) -> Option<Value<'m>> {
                inexact_complex::$function(m, a, b)
            }

            #[inline(always)]
            fn wides(x: i128, y: i128) -> Option<i128> {
                x.$checked(y)
            }

            #[inline(always)]
            fn smalls($x: &SmallInteger, $y: &SmallInteger) -> SmallInteger {
                $smalls
            }

            #[inline(always)]
            fn small_ratios($r: SmallRatio, $s: SmallRatio) -> WideRatio {
                $ratios
            }

            #[inline(always)]
            fn numbers(
                x: &Number, y: &Number, supervisor: &dyn Supervisor,
            ) -> Result<Number, Stop> {
                x.$function(y, supervisor)
            }
        }

        $(#[$doc])*
        #[cold]
        #[inline(never)]
        pub(crate) fn $function<'m>(
            m: &'m Mutator<'_>, a: Value<'m>, b: Value<'m>, who: &'static str,
        ) -> PrimitiveResult<'m> {
            compute::<$name>(m, a, b, who)
        }
    )* };
}

ring_operations! {
    /// `(+ a b)`
    ///
    /// # Errors
    ///
    /// Conditions, and [`Raise::Full`], as of all functions of this file.
    add = Addition { +, checked_add, |x, y| x.add(y), |x, y| x.add(y) }
    /// `(- a b)`
    subtract = Subtraction { -, checked_sub, |x, y| x.add(&y.negate()), |x, y| x.add(y.negate()) }
    /// `(* a b)`
    multiply = Multiplication { *, checked_mul, |x, y| x.multiply(y), |x, y| x.multiply(y) }
}

#[inline(always)]
fn compute<'m, O: RingOperation>(
    m: &'m Mutator<'_>,
    a: Value<'m>,
    b: Value<'m>,
    who: &'static str,
) -> PrimitiveResult<'m> {
    if let Some((x, y)) = doubles(a, b) {
        return Ok(m.flonum(O::doubles(x, y)));
    }
    if let Some(result) = O::inexact_complex(m, a, b) {
        return Ok(result);
    }
    compute_others::<O>(m, a, b, who)
}

#[inline(never)]
fn compute_others<'m, O: RingOperation>(
    m: &'m Mutator<'_>,
    a: Value<'m>,
    b: Value<'m>,
    who: &'static str,
) -> PrimitiveResult<'m> {
    if let Some((x, y)) = wides(a, b)
        && let Some(result) = O::wides(x, y)
    {
        return Ok(from_i128(m, result));
    }
    if let Some((x, y)) = smalls(a, b) {
        return Ok(from_small(m, &O::smalls(&x, &y)));
    }
    if let Some((x, y)) = small_ratios(a, b) {
        return Ok(from_wide_ratio(m, O::small_ratios(x, y)));
    }
    binary(m, a, b, who, |x, y| Ok(O::numbers(x, y, m)?))
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
    binary(m, a, b, who, |x, y| x.divide(y, m))
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
    reserve_copies(m, &[a, b])?;
    let (x, y) = (integer(1, a)?, integer(2, b)?);
    let result = x
        .integer_divide(&y, division, m)
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
    m: &'m Mutator<'_>,
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
    reserve_copies(m, &[a, b])?;
    let (x, y) = (real(1, a)?, real(2, b)?);
    x.compare(&y, m)
        .map_err(|problem| problem.raise(who, &[a, b]))
}

/// `(= a b)`
#[cold]
#[inline(never)]
pub(crate) fn equal<'m>(
    m: &'m Mutator<'_>,
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
    reserve_copies(m, &[a, b])?;
    let (x, y) = operands(a, b, who)?;
    Ok(x.is_equal(&y))
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

/// An operation on the bits of integers.
trait BitOperation {
    fn limbs(x: u64, y: u64) -> u64;
    fn integers(x: IBig, y: IBig) -> IBig;
}

macro_rules! bit_operations {
    ($( $(#[$doc:meta])* $function:ident = $name:ident { $operator:tt } )*) => { $(
        enum $name {}

        impl BitOperation for $name {
            #[inline(always)]
            fn limbs(x: u64, y: u64) -> u64 {
                x $operator y
            }

            #[inline(always)]
            fn integers(x: IBig, y: IBig) -> IBig {
                x $operator y
            }
        }

        $(#[$doc])*
        #[cold]
        #[inline(never)]
        pub(crate) fn $function<'m>(
            m: &'m Mutator<'_>, a: Value<'m>, b: Value<'m>, who: &'static str,
        ) -> PrimitiveResult<'m> {
            bitwise::<$name>(m, a, b, who)
        }
    )* };
}

bit_operations! {
    /// `(bitwise-and a b)`
    bit_and = And { & }
    /// `(bitwise-ior a b)`
    bit_or = InclusiveOr { | }
    /// `(bitwise-xor a b)`
    bit_xor = ExclusiveOr { ^ }
}

fn bitwise<'m, O: BitOperation>(
    m: &'m Mutator<'_>,
    a: Value<'m>,
    b: Value<'m>,
    who: &'static str,
) -> PrimitiveResult<'m> {
    if let Some((x, y)) = smalls(a, b) {
        return Ok(from_small(m, &x.bitwise(&y, O::limbs)));
    }
    reserve_copies(m, &[a, b])?;
    let (x, y) = (exact_integer(a, 1, who)?, exact_integer(b, 2, who)?);
    from_integer(m, &O::integers(x, y))
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
    let amount = if let Some(amount) = b.as_fixnum() {
        amount
    } else {
        exact_integer(a, 1, who)?;
        // No integer has as many bits: all of them leave, or more are asked for than memory has.
        if exact_integer(b, 2, who)? > IBig::ZERO {
            i64::MAX
        } else {
            i64::MIN
        }
    };
    if a == Value::ZERO {
        return Ok(a);
    }
    if let Some(result) = as_small_integer(a).and_then(|value| value.shift(amount)) {
        return Ok(from_small(m, &result));
    }
    reserve_copies(m, &[a])?;
    let value = exact_integer(a, 1, who)?;
    if amount > 0 {
        // Announced before the result exists anywhere: it may be larger than any memory.
        let bytes = usize::try_from(amount / 8).unwrap_or(usize::MAX);
        reserve_large(m, bytes.saturating_mul(2))?;
    }
    from_integer(m, &tower::shift(&value, amount))
}

/// Announces what copies of large operands take, and results of that size.
///
/// # Errors
///
/// [`Raise::Full`].
pub(crate) fn reserve_copies<'m>(
    m: &Mutator<'_>,
    operands: &[Value<'_>],
) -> PrimitiveResult<'m, ()> {
    /// Copies of the operands, and on the way to the result twice as much.
    const COPIES: usize = 3;
    let bytes: usize = operands.iter().map(|&operand| bytes_of(operand)).sum();
    reserve_large(m, bytes.saturating_mul(COPIES))
}

/// Announces what a power or shift is about to take, if that is much.
///
/// # Errors
///
/// [`Raise::Full`].
pub(crate) fn reserve_large<'m>(m: &Mutator<'_>, bytes: usize) -> PrimitiveResult<'m, ()> {
    const LARGE_BYTES: usize = 4096;
    if bytes > LARGE_BYTES {
        Supervisor::reserve(m, bytes)?;
    }
    Ok(())
}
