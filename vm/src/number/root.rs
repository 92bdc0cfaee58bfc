//! Square roots and roots of exact numbers, exact where the result is (R7RS 6.2.6).

use std::cmp::Ordering;
use std::f64::consts::LN_2;

use dashu_int::ops::{BitTest, DivRem, SquareRootRem};
use dashu_int::{IBig, UBig};

use super::complex::{Pair, pair};
use super::exact::Exact;
use super::real::Real;
use super::tower::Number;
use super::{Problem, expected};

/// The root with a positive real part, or with a real part of zero and an imaginary part that is
/// not negative.
pub(crate) fn square_root(number: &Number) -> Number {
    let Number::Real(real) = number else {
        return exact_complex_root(number).unwrap_or_else(|| complex_root(number));
    };
    let root = match real.magnitude() {
        Real::Exact(value) => {
            exact_root(&value, 2).map_or_else(|| Real::Flonum(nearest_root(&value)), Real::Exact)
        }
        Real::Flonum(value) => Real::Flonum(value.sqrt()),
    };
    if real.is_negative() {
        Number::rectangular(Real::from(0), root)
    } else if matches!(real, Real::Flonum(value) if *value == 0.0) {
        // `(sqrt -0.0)` keeps its sign.
        number.clone()
    } else {
        Number::Real(root)
    }
}

fn complex_root(number: &Number) -> Number {
    let (argument, exponent) = scaled(number).unwrap_or_else(|| (Pair::of(number), 0));
    let root = argument.square_root();
    let root = pair(
        times_power_of_two(root.real, exponent / 2),
        times_power_of_two(root.imaginary, exponent / 2),
    );
    // The report knows but one side of the cut.
    let is_on_cut = argument.imaginary == 0.0 && argument.real < 0.0;
    Number::from(if is_on_cut {
        pair(root.real, root.imaginary.abs())
    } else {
        root
    })
}

/// A number over an even power of two, and that power's exponent: of a finite number with an exact part that
/// is out of the range of doubles.
fn scaled(number: &Number) -> Option<(Pair, i64)> {
    let (real, imaginary) = number.parts();
    if real.is_in_range() && imaginary.is_in_range() {
        return None;
    }
    let exact = [real.to_exact()?, imaginary.to_exact()?];
    let magnitudes = exact.each_ref().map(|part| match part.sign() {
        Ordering::Equal => f64::NEG_INFINITY,
        Ordering::Less => part.negate().logarithm(),
        Ordering::Greater => part.logarithm(),
    });
    let exponent = (magnitudes[0].max(magnitudes[1]) / LN_2 / 2.0) as i64 * 2;
    let factor = Exact::from(2).power(&IBig::from(-exponent))?;
    // A zero keeps its sign.
    let part = |exact: &Exact, part: &Real| match part {
        Real::Flonum(value) if *value == 0.0 => *value,
        _ => exact.multiply(&factor).to_f64(),
    };
    let scaled = pair(part(&exact[0], &real), part(&exact[1], &imaginary));
    Some((scaled, exponent))
}

/// In two steps, so that the power is a double where the product is.
fn times_power_of_two(value: f64, exponent: i64) -> f64 {
    let exponent = exponent.clamp(-2000, 2000) as i32;
    let half = exponent / 2;
    value * 2_f64.powi(half) * 2_f64.powi(exponent - half)
}

/// `(sqrt 3+4i)`: exact if the magnitude is and the parts of the root are.
fn exact_complex_root(number: &Number) -> Option<Number> {
    let Number::Complex(Real::Exact(a), Real::Exact(b)) = number else {
        return None;
    };
    let magnitude = exact_root(&a.multiply(a).add(&b.multiply(b)), 2)?;
    let half = Exact::ratio(IBig::ONE, UBig::from(2_u8));
    let real = exact_root(&magnitude.add(a).multiply(&half), 2)?;
    let imaginary = exact_root(&magnitude.subtract(a).multiply(&half), 2)?;
    let imaginary = if b.sign() == Ordering::Less {
        imaginary.negate()
    } else {
        imaginary
    };
    Some(Number::rectangular(
        Real::Exact(real),
        Real::Exact(imaginary),
    ))
}

/// The root of this degree of a number that is not negative, if the root is rational.
pub(super) fn exact_root(value: &Exact, degree: usize) -> Option<Exact> {
    let (numerator, denominator) = value.parts();
    let (_, numerator) = numerator.into_parts();
    let numerator = natural_root(&numerator, degree)?;
    let denominator = natural_root(&denominator, degree)?;
    Some(Exact::ratio(numerator.into(), denominator))
}

fn natural_root(value: &UBig, degree: usize) -> Option<UBig> {
    if value.is_zero() || value.is_one() {
        return Some(value.clone());
    }
    if degree == 2 {
        let (root, rest) = value.sqrt_rem();
        return rest.is_zero().then_some(root);
    }
    // A root of two or more has at least as many bits in its power.
    if degree >= value.bit_len() {
        return None;
    }
    let root = value.nth_root(degree);
    (root.pow(degree) == *value).then_some(root)
}

/// The double that is nearest to the square root of a positive number, also where the number is out
/// of a double's range.
fn nearest_root(value: &Exact) -> f64 {
    /// Bits of the root and a few to round with, twice.
    const SQUARE_BITS: isize = 128;
    let nearest = value.to_f64();
    if Exact::from_f64(nearest).is_some_and(|exact| exact == *value) {
        return nearest.sqrt();
    }
    let (numerator, denominator) = value.parts();
    let (_, numerator) = numerator.into_parts();
    let excess = numerator.bit_len() as isize - denominator.bit_len() as isize;
    // Half of it is the exponent of the root.
    let shift = (SQUARE_BITS - excess) & !1;
    let amount = shift.unsigned_abs();
    let (quotient, rest) = if shift >= 0 {
        (numerator << amount).div_rem(denominator)
    } else {
        numerator.div_rem(denominator << amount)
    };
    let (root, root_rest) = quotient.sqrt_rem();
    // Whatever was cut off counts as a last bit: one rounding then decides.
    let cut = !rest.is_zero() || !root_rest.is_zero();
    let root = IBig::from(root | UBig::from(u8::from(cut)));
    if shift >= 0 {
        Exact::ratio(root, UBig::ONE << (amount / 2)).to_f64()
    } else {
        Exact::Integer(root << (amount / 2)).to_f64()
    }
}

/// The largest integer whose square is not above `number`, and what is left.
///
/// # Errors
///
/// No exact integer, or a negative one.
pub(crate) fn integer_square_root(number: &Number) -> Result<(IBig, IBig), Problem> {
    let problem = expected(1, "exact nonnegative integer");
    let value = number.exact_integer(1).map_err(|_| problem)?;
    if *value < IBig::ZERO {
        return Err(problem);
    }
    let (root, rest) = value.clone().into_parts().1.sqrt_rem();
    Ok((root.into(), rest.into()))
}
