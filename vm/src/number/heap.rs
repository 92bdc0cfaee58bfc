//! Numbers in the heap: decoding operands, encoding results.

use std::cell::Cell;
use std::cmp::Ordering;

use abi::object_layout::{PAYLOAD, WORD_BYTES, compnum};
use abi::tag::{FLAG_NEGATIVE, Kind};
use dashu_int::{IBig, Sign, UBig};

use super::Problem;
use super::complex::Pair;
use super::exact::Exact;
use super::real::Real;
use super::small::SmallInteger;
use super::small_ratio::{SmallRatio, WideRatio};
use super::tower::Number;
use crate::error::Raise;
use crate::mutator::Mutator;
use crate::object::Object;
use crate::value::Value;

/// What an object costs that is so small that nobody has to announce it, in bytes.
const UNANNOUNCED_BYTES: usize = 128;

// Ratnums and compnums are two values in this order.
const _: () = assert!(
    compnum::REAL == PAYLOAD && compnum::IMAGINARY == PAYLOAD + WORD_BYTES && PAYLOAD == WORD_BYTES
);

/// The double of a flonum, boxed or not.
#[inline]
pub(crate) fn as_flonum(value: Value<'_>) -> Option<f64> {
    value.as_self_tagged_flonum().or_else(|| {
        let object = Object::of_kind(value, Kind::Flonum)?;
        Some(object.double())
    })
}

/// The nearest double of a real number.
pub(crate) fn to_f64(_m: &Mutator<'_>, value: Value<'_>) -> Option<f64> {
    as_simple_double(value).or_else(|| as_real(value).map(|real| real.to_f64()))
}

/// The exact integer, if it is one that fits 64 bits with a sign.
#[inline]
pub(crate) fn as_i64(value: Value<'_>) -> Option<i64> {
    value.as_fixnum().or_else(|| {
        let small = as_small_integer(value)?;
        let [magnitude] = *small.limbs() else {
            return None;
        };
        if small.is_negative() {
            0_i64.checked_sub_unsigned(magnitude)
        } else {
            i64::try_from(magnitude).ok()
        }
    })
}

/// The exact integer, if it is one that fits 64 bits without a sign.
#[inline]
pub(crate) fn as_u64(value: Value<'_>) -> Option<u64> {
    if let Some(integer) = value.as_fixnum() {
        return u64::try_from(integer).ok();
    }
    let small = as_small_integer(value)?;
    match *small.limbs() {
        [magnitude] if !small.is_negative() => Some(magnitude),
        _ => None,
    }
}

/// The nearest double of a fixnum or flonum; `None` of other numbers.
#[inline]
pub(crate) fn as_simple_double(value: Value<'_>) -> Option<f64> {
    match value.as_fixnum() {
        Some(integer) => Some(integer as f64),
        None => as_flonum(value),
    }
}

/// The complex number, if its parts are both flonums.
#[inline]
pub(super) fn as_inexact_complex(value: Value<'_>) -> Option<Pair> {
    let (real, imaginary) = Object::two_fields(value, Kind::Compnum)?;
    Some(Pair {
        real: as_flonum(real)?,
        imaginary: as_flonum(imaginary)?,
    })
}

/// The complex number, if its parts are both flonums that are not boxed.
#[inline(always)]
pub(super) fn as_self_tagged_complex(value: Value<'_>) -> Option<Pair> {
    let (real, imaginary) = Object::two_fields(value, Kind::Compnum)?;
    Some(Pair {
        real: real.as_self_tagged_flonum()?,
        imaginary: imaginary.as_self_tagged_flonum()?,
    })
}

/// The complex number with these parts.
#[inline(always)]
pub(super) fn from_inexact_complex<'m>(m: &'m Mutator<'_>, parts: Pair) -> Value<'m> {
    let parts = [m.flonum(parts.real), m.flonum(parts.imaginary)];
    m.allocate_fields(Kind::Compnum, parts).value()
}

/// The number of two real parts, which stay as they are. `None` if one is no real number.
pub(crate) fn from_parts<'m>(
    m: &'m Mutator<'_>,
    real: Value<'m>,
    imaginary: Value<'m>,
) -> Option<Value<'m>> {
    let is_real = |part: Value<'_>| !part.is_kind(Kind::Compnum) && is_inexact(part).is_some();
    if !is_real(real) || !is_real(imaginary) {
        return None;
    }
    if imaginary == Value::ZERO {
        return Some(real);
    }
    Some(allocate_two(m, Kind::Compnum, [real, imaginary]))
}

/// The parts of a number as they stand in the heap. `None` if `value` is no number.
pub(crate) fn complex_parts(value: Value<'_>) -> Option<(Value<'_>, Value<'_>)> {
    if let Some(parts) = Object::two_fields(value, Kind::Compnum) {
        return Some(parts);
    }
    is_inexact(value).map(|_| (value, Value::ZERO))
}

/// The exact integer, if it is one with a magnitude below 2^127.
#[inline]
pub(crate) fn as_i128(value: Value<'_>) -> Option<i128> {
    if let Some(integer) = value.as_fixnum() {
        return Some(i128::from(integer));
    }
    let object = Object::of_kind(value, Kind::Bignum)?;
    let magnitude = match object.limbs() {
        [low] => u128::from(low.get()),
        [low, high] => u128::from(high.get()) << 64 | u128::from(low.get()),
        _ => return None,
    };
    let magnitude = i128::try_from(magnitude).ok()?;
    let is_negative = object.header().has_flags(FLAG_NEGATIVE);
    Some(if is_negative { -magnitude } else { magnitude })
}

/// A fixnum, or a bignum of few limbs.
#[inline]
pub(crate) fn as_small_integer(value: Value<'_>) -> Option<SmallInteger> {
    if let Some(integer) = value.as_fixnum() {
        return Some(SmallInteger::from(integer));
    }
    let object = Object::of_kind(value, Kind::Bignum)?;
    let sign = if object.header().has_flags(FLAG_NEGATIVE) {
        Sign::Negative
    } else {
        Sign::Positive
    };
    SmallInteger::from_limbs(sign, object.limbs().iter().map(Cell::get))
}

/// A fixnum, or a fraction of fixnums.
#[inline]
pub(crate) fn as_small_ratio(value: Value<'_>) -> Option<SmallRatio> {
    if let Some(numerator) = value.as_fixnum() {
        return Some(SmallRatio {
            numerator,
            denominator: 1,
        });
    }
    let (numerator, denominator) = Object::two_fields(value, Kind::Ratnum)?;
    Some(SmallRatio {
        numerator: numerator.as_fixnum()?,
        denominator: denominator.as_fixnum()?,
    })
}

/// The fraction of these parts, which are in lowest terms.
pub(crate) fn from_wide_ratio<'m>(m: &'m Mutator<'_>, ratio: WideRatio) -> Value<'m> {
    let (numerator, denominator) = ratio;
    if denominator == 1 {
        return from_i128(m, numerator);
    }
    let parts = [from_i128(m, numerator), from_i128(m, denominator)];
    allocate_two(m, Kind::Ratnum, parts)
}

/// The sign of a bignum.
fn bignum_sign(bignum: Object<'_>) -> Ordering {
    if bignum.header().has_flags(FLAG_NEGATIVE) {
        Ordering::Less
    } else {
        Ordering::Greater
    }
}

/// Whether the exact integer is less than, equal to or greater than zero, if `value` is one.
pub(crate) fn integer_sign(value: Value<'_>) -> Option<Ordering> {
    match value.as_fixnum() {
        Some(integer) => Some(integer.cmp(&0)),
        None => Object::of_kind(value, Kind::Bignum).map(bignum_sign),
    }
}

/// The lowest bit of the exact integer, if `value` is one.
pub(crate) fn lowest_integer_bit(value: Value<'_>) -> Option<bool> {
    if let Some(integer) = value.as_fixnum() {
        return Some(integer & 1 == 1);
    }
    let bignum = Object::of_kind(value, Kind::Bignum)?;
    bignum.limbs().first().map(|limb| limb.get() & 1 == 1)
}

/// The order of two exact integers, if both are, by their limbs where these lie.
pub(crate) fn compare_integers(a: Value<'_>, b: Value<'_>) -> Option<Ordering> {
    if let (Some(x), Some(y)) = (a.as_fixnum(), b.as_fixnum()) {
        return Some(x.cmp(&y));
    }
    // A bignum is farther from zero than any fixnum.
    let Some(x) = Object::of_kind(a, Kind::Bignum) else {
        a.as_fixnum()?;
        return Object::of_kind(b, Kind::Bignum).map(|y| bignum_sign(y).reverse());
    };
    let Some(y) = Object::of_kind(b, Kind::Bignum) else {
        b.as_fixnum()?;
        return Some(bignum_sign(x));
    };
    let sign = bignum_sign(x);
    if sign != bignum_sign(y) {
        return Some(sign);
    }
    let (x, y) = (x.limbs(), y.limbs());
    let highest_first = || {
        let (x, y) = (x.iter().rev(), y.iter().rev());
        x.map(Cell::get).cmp(y.map(Cell::get))
    };
    let magnitudes = x.len().cmp(&y.len()).then_with(highest_first);
    Some(if sign == Ordering::Less {
        magnitudes.reverse()
    } else {
        magnitudes
    })
}

/// The exact integer, if `value` is one.
pub(crate) fn as_integer(value: Value<'_>) -> Option<IBig> {
    if let Some(integer) = value.as_fixnum() {
        return Some(IBig::from(integer));
    }
    let object = Object::of_kind(value, Kind::Bignum)?;
    let sign = if object.header().has_flags(FLAG_NEGATIVE) {
        Sign::Negative
    } else {
        Sign::Positive
    };
    let magnitude = match object.limbs() {
        [low] => UBig::from(low.get()),
        [low, high] => UBig::from(u128::from(high.get()) << 64 | u128::from(low.get())),
        limbs => {
            let copy: Vec<u64> = limbs.iter().map(Cell::get).collect();
            UBig::from_words(&copy)
        }
    };
    Some(IBig::from_parts(sign, magnitude))
}

/// The real number, if `value` is one.
pub(crate) fn as_real(value: Value<'_>) -> Option<Real> {
    if let Some(double) = as_flonum(value) {
        return Some(Real::Flonum(double));
    }
    if let Some(integer) = as_integer(value) {
        return Some(Real::from(integer));
    }
    let (numerator, denominator) = Object::two_fields(value, Kind::Ratnum)?;
    let numerator = as_integer(numerator).expect("numerators are exact integers");
    let denominator = as_integer(denominator).expect("denominators are exact integers");
    let denominator = denominator.into_parts().1;
    Some(Real::Exact(Exact::Ratio {
        numerator,
        denominator,
    }))
}

/// The number, if `value` is one.
pub(crate) fn as_number(value: Value<'_>) -> Option<Number> {
    if let Some(real) = as_real(value) {
        return Some(Number::Real(real));
    }
    let (real, imaginary) = Object::two_fields(value, Kind::Compnum)?;
    let real = as_real(real).expect("real parts are real");
    let imaginary = as_real(imaginary).expect("imaginary parts are real");
    Some(Number::Complex(real, imaginary))
}

/// Whether `value` is a number that is not exact. `None` if it is no number.
pub(crate) fn is_inexact(value: Value<'_>) -> Option<bool> {
    if value.is_fixnum() {
        return Some(false);
    }
    if value.as_self_tagged_flonum().is_some() {
        return Some(true);
    }
    match value.kind()? {
        Kind::Flonum => Some(true),
        Kind::Bignum | Kind::Ratnum => Some(false),
        Kind::Compnum => {
            let (real, imaginary) = Object::two_fields(value, Kind::Compnum)?;
            Some(is_inexact(real)? || is_inexact(imaginary)?)
        }
        _ => None,
    }
}

/// The exact integer `integer`.
#[inline]
pub(crate) fn from_i64<'m>(m: &'m Mutator<'_>, integer: i64) -> Value<'m> {
    Value::fixnum(integer)
        .unwrap_or_else(|| allocate_bignum(m, sign_of(integer.into()), &[integer.unsigned_abs()]))
}

/// The exact integer `integer`.
#[inline]
pub(crate) fn from_u64<'m>(m: &'m Mutator<'_>, integer: u64) -> Value<'m> {
    match i64::try_from(integer) {
        Ok(integer) => from_i64(m, integer),
        Err(_) => allocate_bignum(m, Sign::Positive, &[integer]),
    }
}

/// The exact integer `integer`.
#[inline]
pub(crate) fn from_i128<'m>(m: &'m Mutator<'_>, integer: i128) -> Value<'m> {
    if let Ok(integer) = i64::try_from(integer) {
        return from_i64(m, integer);
    }
    let magnitude = integer.unsigned_abs();
    from_limbs(
        m,
        sign_of(integer),
        &[magnitude as u64, (magnitude >> 64) as u64],
    )
}

/// The exact integer of a few limbs.
pub(crate) fn from_small<'m>(m: &'m Mutator<'_>, integer: &SmallInteger) -> Value<'m> {
    from_limbs(m, integer.sign(), integer.limbs())
}

/// The exact integer `integer`.
///
/// # Errors
///
/// [`Raise::Full`].
pub(crate) fn from_integer<'m>(m: &'m Mutator<'_>, integer: &IBig) -> Result<Value<'m>, Raise<'m>> {
    reserve(m, integer_bytes(integer))?;
    Ok(encode_integer(m, integer))
}

/// The number `number`.
///
/// # Errors
///
/// [`Raise::Full`].
pub(crate) fn from_number<'m>(m: &'m Mutator<'_>, number: &Number) -> Result<Value<'m>, Raise<'m>> {
    reserve(m, number_bytes(number))?;
    Ok(match number {
        Number::Real(real) => encode_real(m, real),
        Number::Complex(real, imaginary) => {
            let parts = [encode_real(m, real), encode_real(m, imaginary)];
            allocate_two(m, Kind::Compnum, parts)
        }
    })
}

/// Bytes that a number takes in the heap; of numbers that are never large, 0.
#[inline]
pub(crate) fn bytes_of(number: Value<'_>) -> usize {
    match number.kind() {
        Some(Kind::Bignum) => {
            let limbs = Object::of(number).map_or(0, |object| object.limbs().len());
            limbs * WORD_BYTES
        }
        Some(kind @ (Kind::Ratnum | Kind::Compnum)) => Object::two_fields(number, kind)
            .map_or(0, |(first, second)| bytes_of(first) + bytes_of(second)),
        _ => 0,
    }
}

/// Bytes that the number takes in the heap, at most.
pub(crate) fn number_bytes(number: &Number) -> usize {
    match number {
        Number::Real(real) => real_bytes(real),
        Number::Complex(real, imaginary) => real_bytes(real) + real_bytes(imaginary) + 32,
    }
}

fn reserve<'m>(m: &Mutator<'_>, bytes: usize) -> Result<(), Raise<'m>> {
    if bytes > UNANNOUNCED_BYTES {
        m.reserve(bytes)
    } else {
        Ok(())
    }
}

/// Bytes that the integer takes in the heap, at most.
pub(crate) fn integer_bytes(integer: &IBig) -> usize {
    integer.as_sign_words().1.len() * WORD_BYTES + 24
}

fn real_bytes(real: &Real) -> usize {
    match real {
        Real::Exact(Exact::Integer(integer)) => integer_bytes(integer),
        Real::Exact(Exact::Ratio {
            numerator,
            denominator,
        }) => integer_bytes(numerator) + integer_bytes(denominator.as_ibig()) + 32,
        Real::Flonum(_) => 16,
    }
}

fn encode_real<'m>(m: &'m Mutator<'_>, real: &Real) -> Value<'m> {
    match real {
        Real::Exact(Exact::Integer(integer)) => encode_integer(m, integer),
        Real::Exact(Exact::Ratio {
            numerator,
            denominator,
        }) => {
            let parts = [
                encode_integer(m, numerator),
                encode_integer(m, denominator.as_ibig()),
            ];
            allocate_two(m, Kind::Ratnum, parts)
        }
        Real::Flonum(value) => m.flonum(*value),
    }
}

fn encode_integer<'m>(m: &'m Mutator<'_>, integer: &IBig) -> Value<'m> {
    let (sign, limbs) = integer.as_sign_words();
    from_limbs(m, sign, limbs)
}

fn sign_of(integer: i128) -> Sign {
    if integer < 0 {
        Sign::Negative
    } else {
        Sign::Positive
    }
}

/// The highest limb may be zero, but not the one below.
fn from_limbs<'m>(m: &'m Mutator<'_>, sign: Sign, limbs: &[u64]) -> Value<'m> {
    let limbs = match limbs {
        [lower @ .., 0] => lower,
        _ => limbs,
    };
    let small = match *limbs {
        [] => Some(0),
        [limb] => i64::try_from(limb).ok(),
        _ => None,
    };
    small
        .and_then(|magnitude| {
            Value::fixnum(match sign {
                Sign::Positive => magnitude,
                Sign::Negative => -magnitude,
            })
        })
        .unwrap_or_else(|| allocate_bignum(m, sign, limbs))
}

fn allocate_bignum<'m>(m: &'m Mutator<'_>, sign: Sign, limbs: &[u64]) -> Value<'m> {
    let object = m.allocate_raw(Kind::Bignum, limbs.len());
    for (place, &limb) in object.limbs().iter().zip(limbs) {
        place.set(limb);
    }
    if sign == Sign::Negative {
        object.add_flags(FLAG_NEGATIVE);
    }
    object.value()
}

fn allocate_two<'m>(m: &'m Mutator<'_>, kind: Kind, parts: [Value<'m>; 2]) -> Value<'m> {
    m.allocate_fields(kind, parts).value()
}

impl Problem {
    /// The condition to raise in `who`, whose operands are `operands`.
    #[cold]
    pub(crate) fn raise<'m>(self, who: &'static str, operands: &[Value<'m>]) -> Raise<'m> {
        match self {
            Self::DivisionByZero => Raise::division_by_zero(who),
            Self::Stopped(stop) => stop.into(),
            Self::WrongType { argument, expected } => {
                let number = usize::from(argument);
                let value = operands
                    .get(number - 1)
                    .copied()
                    .unwrap_or(Value::UNSPECIFIED);
                Raise::wrong_type(who, number, expected, value)
            }
        }
    }
}
