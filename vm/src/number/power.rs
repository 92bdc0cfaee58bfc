//! `expt` (R7RS 6.2.6), exact where the result is.

use std::cmp::Ordering;

use dashu_int::ops::BitTest;
use dashu_int::{IBig, Sign};
use syntax::{Stop, Supervisor};

use super::Problem;
use super::complex::{Pair, pair, product, sine_cosine_of_half_turns};
use super::exact::Exact;
use super::real::Real;
use super::root::exact_root;
use super::tower::Number;
use super::transcendental::logarithm;

/// `base` to the power of `exponent`.
///
/// # Errors
///
/// An exact zero to a power without a positive real part.
pub(crate) fn power(
    base: &Number,
    exponent: &Number,
    supervisor: &dyn Supervisor,
) -> Result<Number, Problem> {
    if exponent.is_exactly(0) {
        return Ok(if base.is_exact() {
            Number::from(1)
        } else {
            Number::from(1.0)
        });
    }
    if let Ok(exponent) = exponent.exact_integer(2) {
        return integer_power(base, exponent, supervisor);
    }
    if base.is_zero() {
        return zero_power(base, exponent);
    }
    if base.is_exactly(1) && exponent.is_exact() {
        return Ok(Number::from(1));
    }
    if let (Number::Real(base), Number::Real(exponent)) = (base, exponent) {
        return match rational_power(base, exponent, supervisor)? {
            Some(power) => Ok(power),
            None => Ok(real_power(base, exponent, supervisor)?),
        };
    }
    if base.is_exactly(1) {
        return Ok(Number::from(1));
    }
    let logarithm = logarithm(base, supervisor)?;
    let product = Pair::of(exponent).multiply(Pair::of(&logarithm));
    Ok(product.exponential().into())
}

/// `(expt 4 1/2)`: exact where the root is.
fn rational_power(
    base: &Real,
    exponent: &Real,
    supervisor: &dyn Supervisor,
) -> Result<Option<Number>, Problem> {
    /// Roots of a higher degree are looked for among doubles only.
    const DEGREE_MAX: usize = 1 << 10;
    let (
        Real::Exact(base),
        Real::Exact(Exact::Ratio {
            numerator,
            denominator,
        }),
    ) = (base, exponent)
    else {
        return Ok(None);
    };
    let degree = usize::try_from(denominator).ok();
    let Some(degree) = degree.filter(|degree| *degree <= DEGREE_MAX) else {
        return Ok(None);
    };
    let is_negative = base.sign() == Ordering::Less;
    if is_negative && degree != 2 {
        return Ok(None);
    }
    let magnitude = if is_negative {
        base.negate()
    } else {
        base.clone()
    };
    let Some(root) = exact_root(&magnitude, degree, supervisor)? else {
        return Ok(None);
    };
    let root = Real::Exact(root);
    let root = if is_negative {
        Number::rectangular(Real::from(0), root)
    } else {
        Number::Real(root)
    };
    integer_power(&root, numerator, supervisor).map(Some)
}

/// A base that is not zero, by doubles.
fn real_power(base: &Real, exponent: &Real, supervisor: &dyn Supervisor) -> Result<Number, Stop> {
    let (value, exponent) = (base.to_f64(), exponent.to_f64());
    let is_in_range = value.is_normal() || !base.is_exact();
    let magnitude = if is_in_range {
        value.abs().powf(exponent)
    } else {
        // An exact base beyond all doubles.
        let logarithm = logarithm(&Number::Real(base.magnitude()), supervisor)?;
        (exponent * Pair::of(&logarithm).real).exp()
    };
    if exponent.is_nan() && base.is_negative() {
        return Ok(Number::from(f64::NAN));
    }
    if !base.is_negative() || value.is_nan() || exponent.is_nan() {
        return Ok(Number::from(magnitude));
    }
    if exponent.is_infinite() {
        return Ok(Number::from(value.powf(exponent)));
    }
    let (sine, cosine) = sine_cosine_of_half_turns(exponent);
    Ok(if exponent.fract() == 0.0 {
        Number::from(magnitude * cosine)
    } else {
        // A power of minus infinity keeps the parts that are zero.
        pair(product(magnitude, cosine), product(magnitude, sine)).into()
    })
}

fn zero_power(base: &Number, exponent: &Number) -> Result<Number, Problem> {
    if let (Number::Real(Real::Flonum(base)), Number::Real(exponent)) = (base, exponent) {
        // The signs of zeros and infinities are those of C99, 7.12.7.4 and F.9.4.4.
        let exponent = exponent
            .double_in_range()
            .unwrap_or_else(|| exponent.unit());
        return Ok(Number::from(base.powf(exponent)));
    }
    let is_exact = base.is_exact() && exponent.is_exact();
    let (real, _) = exponent.parts();
    match real.sign() {
        Some(Ordering::Greater) if is_exact => Ok(Number::from(0)),
        Some(Ordering::Greater) => Ok(Number::from(0.0)),
        Some(Ordering::Equal) if exponent.is_zero() => Ok(Number::from(1.0)),
        Some(_) if base.is_exact() => Err(Problem::DivisionByZero),
        Some(Ordering::Less) if exponent.real(2).is_ok() => Ok(Number::from(f64::INFINITY)),
        _ => Ok(Number::from(f64::NAN)),
    }
}

fn integer_power(
    base: &Number,
    exponent: &IBig,
    supervisor: &dyn Supervisor,
) -> Result<Number, Problem> {
    /// Inexact complex powers up to here are products; higher ones would gather errors.
    const PRODUCT_BITS_MAX: usize = 10;
    match base {
        Number::Real(Real::Exact(base)) => base
            .power(exponent, supervisor)?
            .map(Number::from)
            .ok_or(Problem::DivisionByZero),
        Number::Real(Real::Flonum(base)) => {
            let magnitude = base.abs().powf(exponent.to_f64().value());
            let is_negative = base.is_sign_negative() && exponent.bit(0);
            Ok(Number::from(if is_negative {
                -magnitude
            } else {
                magnitude
            }))
        }
        Number::Complex(..) if !base.is_exact() && exponent.bit_len() > PRODUCT_BITS_MAX => {
            let factor = exponent.to_f64().value();
            let logarithm = Pair::of(base).logarithm();
            let product = pair(factor * logarithm.real, factor * logarithm.imaginary);
            Ok(product.exponential().into())
        }
        Number::Complex(..) => product_power(base, exponent, supervisor),
    }
}

/// A power as products of squares.
fn product_power(
    base: &Number,
    exponent: &IBig,
    supervisor: &dyn Supervisor,
) -> Result<Number, Problem> {
    let (sign, magnitude) = exponent.clone().into_parts();
    let mut result = Number::from(1);
    for index in (0..magnitude.bit_len()).rev() {
        result = result.multiply(&result, supervisor)?;
        if magnitude.bit(index) {
            result = result.multiply(base, supervisor)?;
        }
    }
    if sign == Sign::Negative {
        Number::from(1).divide(&result, supervisor)
    } else {
        Ok(result)
    }
}

/// Bytes that an exact `base` to an exact integer `exponent` takes, roughly; 0 for other powers.
pub(crate) fn power_bytes(base: &Number, exponent: &Number) -> usize {
    let (true, Ok(exponent)) = (base.is_exact(), exponent.exact_integer(2)) else {
        return 0;
    };
    let part_bits = |part: &Real| {
        part.to_exact().map_or(0, |exact| {
            let (numerator, denominator) = exact.parts();
            numerator.bit_len().max(denominator.bit_len())
        })
    };
    let bits = match base {
        Number::Real(real) => part_bits(real),
        // The powers of the imaginary unit do not grow.
        Number::Complex(real, imaginary) if real.is_exactly(0) => part_bits(imaginary),
        Number::Complex(real, imaginary) => part_bits(real).max(part_bits(imaginary)) + 1,
    };
    if bits <= 1 {
        return 0;
    }
    let (_, exponent) = exponent.clone().into_parts();
    let exponent = usize::try_from(&exponent).unwrap_or(usize::MAX);
    // Numerator and denominator.
    bits.saturating_mul(exponent) / 4
}
