//! Square roots and roots of exact numbers, exact where the result is (R7RS 6.2.6).

use std::cmp::Ordering;
use std::f64::consts::LN_2;

use dashu_int::ops::BitTest;
use dashu_int::{IBig, UBig};
use syntax::number::{large, quotient_to_f64};
use syntax::{Stop, Supervisor};

use super::complex::{Pair, pair};
use super::exact::Exact;
use super::real::Real;
use super::tower::Number;
use super::{Problem, expected};

/// The root with a positive real part, or with a real part of zero and an imaginary part that is
/// not negative: but on the negative real axis, a negative zero as the imaginary part says that the
/// number comes from below (C99, G.6.4.2, as Chez Scheme and Racket have it).
///
/// # Errors
///
/// [`Stop`].
pub(crate) fn square_root(number: &Number, supervisor: &dyn Supervisor) -> Result<Number, Stop> {
    let Number::Real(real) = number else {
        return match exact_complex_root(number, supervisor)? {
            Some(root) => Ok(root),
            None => complex_root(number, supervisor),
        };
    };
    let root = match real.magnitude() {
        Real::Exact(value) => match exact_root(&value, 2, supervisor)? {
            Some(root) => Real::Exact(root),
            None => Real::Flonum(nearest_root(&value, supervisor)?),
        },
        Real::Flonum(value) => Real::Flonum(value.sqrt()),
    };
    Ok(if real.is_negative() {
        Number::rectangular(Real::from(0), root)
    } else if matches!(real, Real::Flonum(value) if *value == 0.0) {
        // `(sqrt -0.0)` keeps its sign.
        number.clone()
    } else {
        Number::Real(root)
    })
}

fn complex_root(number: &Number, supervisor: &dyn Supervisor) -> Result<Number, Stop> {
    let scaled = scaled(number, supervisor)?;
    let (argument, exponent) = scaled.unwrap_or_else(|| (Pair::of(number), 0));
    let root = argument.square_root();
    let root = pair(
        times_power_of_two(root.real, exponent / 2),
        times_power_of_two(root.imaginary, exponent / 2),
    );
    Ok(root.into())
}

/// A number over an even power of two, and that power's exponent: of a finite number with an exact part that
/// is out of the range of doubles.
fn scaled(number: &Number, supervisor: &dyn Supervisor) -> Result<Option<(Pair, i64)>, Stop> {
    let (real, imaginary) = number.parts();
    if real.is_in_range() && imaginary.is_in_range() {
        return Ok(None);
    }
    let (Some(exact_real), Some(exact_imaginary)) = (real.to_exact(), imaginary.to_exact()) else {
        return Ok(None);
    };
    let exact = [exact_real, exact_imaginary];
    let magnitudes = exact.each_ref().map(|part| match part.sign() {
        Ordering::Equal => f64::NEG_INFINITY,
        Ordering::Less => part.negate().logarithm(),
        Ordering::Greater => part.logarithm(),
    });
    let exponent = (magnitudes[0].max(magnitudes[1]) / LN_2 / 2.0) as i64 * 2;
    let factor = Exact::power_of_two(-exponent);
    // A zero keeps its sign.
    let part = |exact: &Exact, part: &Real| match part {
        Real::Flonum(value) if *value == 0.0 => Ok(*value),
        _ => Ok(exact.multiply(&factor, supervisor)?.to_f64()),
    };
    let scaled = pair(part(&exact[0], &real)?, part(&exact[1], &imaginary)?);
    Ok(Some((scaled, exponent)))
}

/// In two steps, so that the power is a double where the product is.
fn times_power_of_two(value: f64, exponent: i64) -> f64 {
    let exponent = exponent.clamp(-2000, 2000) as i32;
    let half = exponent / 2;
    value * 2_f64.powi(half) * 2_f64.powi(exponent - half)
}

/// `(sqrt 3+4i)`: exact if the magnitude is and the parts of the root are.
fn exact_complex_root(
    number: &Number,
    supervisor: &dyn Supervisor,
) -> Result<Option<Number>, Stop> {
    let Number::Complex(Real::Exact(a), Real::Exact(b)) = number else {
        return Ok(None);
    };
    let square = |part: &Exact| part.multiply(part, supervisor);
    let Some(magnitude) = exact_root(&square(a)?.add(&square(b)?, supervisor)?, 2, supervisor)?
    else {
        return Ok(None);
    };
    let root_of_half = |double: Exact| {
        let half = double.multiply(&Exact::power_of_two(-1), supervisor)?;
        exact_root(&half, 2, supervisor)
    };
    let Some(real) = root_of_half(magnitude.add(a, supervisor)?)? else {
        return Ok(None);
    };
    let Some(imaginary) = root_of_half(magnitude.subtract(a, supervisor)?)? else {
        return Ok(None);
    };
    let imaginary = if b.sign() == Ordering::Less {
        imaginary.negate()
    } else {
        imaginary
    };
    let root = Number::rectangular(Real::Exact(real), Real::Exact(imaginary));
    Ok(Some(root))
}

/// The root of this degree of a number that is not negative, if the root is rational.
pub(super) fn exact_root(
    value: &Exact,
    degree: usize,
    supervisor: &dyn Supervisor,
) -> Result<Option<Exact>, Stop> {
    let (numerator, denominator) = value.parts();
    let (_, numerator) = numerator.into_parts();
    let Some(numerator) = natural_root(&numerator, degree, supervisor)? else {
        return Ok(None);
    };
    let denominator = natural_root(&denominator, degree, supervisor)?;
    // Roots of numbers without common factors have none.
    let root = |denominator| Exact::in_lowest_terms(numerator.into(), denominator);
    Ok(denominator.map(root))
}

fn natural_root(
    value: &UBig,
    degree: usize,
    supervisor: &dyn Supervisor,
) -> Result<Option<UBig>, Stop> {
    if value.is_zero() || value.is_one() {
        return Ok(Some(value.clone()));
    }
    if degree == 2 {
        let (root, rest) = large::square_root(value, supervisor)?;
        return Ok(rest.is_zero().then_some(root));
    }
    // A root of two or more has at least as many bits in its power.
    if degree >= value.bit_len() {
        return Ok(None);
    }
    let root = large::root(value, degree, supervisor)?;
    let power = large::power(&root, degree, supervisor)?;
    Ok((power == *value).then_some(root))
}

/// The double that is nearest to the square root of a positive number, also where the number is out
/// of a double's range.
fn nearest_root(value: &Exact, supervisor: &dyn Supervisor) -> Result<f64, Stop> {
    /// Bits of the root and a few to round with, twice.
    const SQUARE_BITS: isize = 128;
    let nearest = value.to_f64();
    if Exact::from_f64(nearest).is_some_and(|exact| exact == *value) {
        return Ok(nearest.sqrt());
    }
    let (numerator, denominator) = value.parts();
    let (_, numerator) = numerator.into_parts();
    let excess = numerator.bit_len() as isize - denominator.bit_len() as isize;
    // Half of it is the exponent of the root.
    let shift = (SQUARE_BITS - excess) & !1;
    let amount = shift.unsigned_abs();
    let (quotient, rest) = if shift >= 0 {
        large::divide(&(numerator << amount), &denominator, supervisor)?
    } else {
        large::divide(&numerator, &(denominator << amount), supervisor)?
    };
    let (root, root_rest) = large::square_root(&quotient, supervisor)?;
    // Whatever was cut off counts as a last bit: one rounding then decides.
    let cut = !rest.is_zero() || !root_rest.is_zero();
    let root = root | UBig::from(u8::from(cut));
    Ok(if shift >= 0 {
        quotient_to_f64(&root, &(UBig::ONE << (amount / 2)))
    } else {
        Exact::Integer((root << (amount / 2)).into()).to_f64()
    })
}

/// The largest integer whose square is not above `number`, and what is left.
///
/// # Errors
///
/// No exact integer, or a negative one.
pub(crate) fn integer_square_root(
    number: &Number,
    supervisor: &dyn Supervisor,
) -> Result<(IBig, IBig), Problem> {
    let problem = expected(1, "exact nonnegative integer");
    let value = number.exact_integer(1).map_err(|_| problem)?;
    if *value < IBig::ZERO {
        return Err(problem);
    }
    let (_, magnitude) = value.clone().into_parts();
    let (root, rest) = large::square_root(&magnitude, supervisor)?;
    Ok((root.into(), rest.into()))
}
