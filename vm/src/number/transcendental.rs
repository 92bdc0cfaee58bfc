//! Exponentials, logarithms and trigonometry (R7RS 6.2.6), exact where the result is.
//!
//! An exact argument may be beyond all doubles, or so near to zero that its double is zero, where the result
//! is an ordinary double. Then the double of the argument tells nothing: see [`Real::is_in_range`].

use std::cmp::Ordering;
use std::f64::consts::{LN_2, PI};

use syntax::{Stop, Supervisor};

use super::complex::{Pair, pair};
use super::exact::Exact;
use super::real::Real;
use super::root::square_root;
use super::tower::Number;

/// The functions of one argument that are computed with doubles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    Exp,
    Sin,
    Cos,
    Tan,
    Asin,
    Acos,
    Atan,
}

/// `function` of `number`. Exact zeros lead to exact results where these are integers.
///
/// # Errors
///
/// [`Stop`].
pub(crate) fn apply(
    function: Function,
    number: &Number,
    supervisor: &dyn Supervisor,
) -> Result<Number, Stop> {
    if number.is_exactly(0) {
        match function {
            Function::Exp | Function::Cos => return Ok(Number::from(1)),
            Function::Acos => {}
            _ => return Ok(Number::from(0)),
        }
    }
    if function == Function::Acos && number.is_exactly(1) {
        return Ok(Number::from(0));
    }
    let result = match number {
        Number::Real(real) => {
            let value = real.to_f64();
            // A NaN is no reason to become complex.
            let in_domain = !matches!(function, Function::Asin | Function::Acos)
                || value.is_nan()
                || value.abs() <= 1.0;
            if in_domain {
                return Ok(Number::from(apply_real(function, value)));
            }
            // The cuts belong to the second and fourth quadrant: there, asin z is
            // -i log(iz + sqrt(1 - zz)), as the report has it.
            apply_complex(function, pair(value, 0.0_f64.copysign(-value)))
        }
        Number::Complex(real, imaginary) => {
            let mut argument = Pair::of(number);
            if function == Function::Atan && real.is_exactly(0) && imaginary.is_negative() {
                // The lower cut belongs to the left, by the report's definition.
                argument.real = -0.0;
            }
            apply_complex(function, argument)
        }
    };
    Ok(far_from_zero(function, number, result, supervisor)?.into())
}

/// The `result` of a function of a pair of doubles; anew if the function is an inverse sine or cosine, and
/// the argument is finite, but beyond all doubles. There, both are logarithms of twice the argument, turned.
fn far_from_zero(
    function: Function,
    number: &Number,
    result: Pair,
    supervisor: &dyn Supervisor,
) -> Result<Pair, Stop> {
    let (real, imaginary) = number.parts();
    if !Pair::of(number).is_infinite() || exact_square(number, supervisor)?.is_none() {
        return Ok(result);
    }
    let (y, x) = direction(&imaginary.magnitude(), &real, supervisor)?;
    let angle = match function {
        Function::Asin => x.atan2(y),
        Function::Acos => y.atan2(x),
        _ => return Ok(result),
    };
    let height = LN_2 + Pair::of(&logarithm(number, supervisor)?).real;
    Ok(pair(angle, height.copysign(result.imaginary)))
}

/// The square of the distance from zero, unless that is infinite or no number.
fn exact_square(number: &Number, supervisor: &dyn Supervisor) -> Result<Option<Exact>, Stop> {
    let (real, imaginary) = number.parts();
    let (Some(a), Some(b)) = (real.to_exact(), imaginary.to_exact()) else {
        return Ok(None);
    };
    sum_of_squares(&a, &b, supervisor).map(Some)
}

fn sum_of_squares(a: &Exact, b: &Exact, supervisor: &dyn Supervisor) -> Result<Exact, Stop> {
    let square = |part: &Exact| part.multiply(part, supervisor);
    square(a)?.add(&square(b)?, supervisor)
}

fn apply_real(function: Function, value: f64) -> f64 {
    match function {
        Function::Exp => value.exp(),
        Function::Sin => value.sin(),
        Function::Cos => value.cos(),
        Function::Tan => value.tan(),
        Function::Asin => value.asin(),
        Function::Acos => value.acos(),
        Function::Atan => value.atan(),
    }
}

fn apply_complex(function: Function, argument: Pair) -> Pair {
    match function {
        Function::Exp => argument.exponential(),
        Function::Sin => argument.sine(),
        Function::Cos => argument.cosine(),
        Function::Tan => argument.tangent(),
        Function::Asin => argument.inverse_sine(),
        Function::Acos => argument.inverse_cosine(),
        Function::Atan => argument.inverse_tangent(),
    }
}

impl From<Pair> for Number {
    fn from(pair: Pair) -> Self {
        Self::Complex(Real::Flonum(pair.real), Real::Flonum(pair.imaginary))
    }
}

impl Pair {
    /// The nearest doubles of both parts.
    pub(super) fn of(number: &Number) -> Self {
        match number {
            Number::Real(real) => pair(real.to_f64(), 0.0),
            Number::Complex(real, imaginary) => pair(real.to_f64(), imaginary.to_f64()),
        }
    }
}

/// The natural logarithm.
///
/// # Errors
///
/// [`Stop`].
pub(crate) fn logarithm(number: &Number, supervisor: &dyn Supervisor) -> Result<Number, Stop> {
    if number.is_exactly(1) {
        return Ok(Number::from(0));
    }
    Ok(match number {
        Number::Real(real) => {
            let magnitude = match real.magnitude() {
                Real::Exact(value) if value.sign() == Ordering::Greater => value.logarithm(),
                value => value.to_f64().ln(),
            };
            // The angle of a negative zero is that of the negative numbers (C99, 7.12.4.4).
            if real.is_negative() || matches!(real, Real::Flonum(value) if is_negative_zero(*value))
            {
                pair(magnitude, PI).into()
            } else {
                Number::from(magnitude)
            }
        }
        Number::Complex(real, imaginary) => {
            let mut result = Pair::of(number).logarithm();
            if !(real.is_in_range() && imaginary.is_in_range())
                && let Some(square) = exact_square(number, supervisor)?
            {
                let angle = angle(imaginary, real, supervisor)?;
                result = pair(square.logarithm() / 2.0, angle.to_f64());
            }
            result.into()
        }
    })
}

fn is_negative_zero(value: f64) -> bool {
    value == 0.0 && value.is_sign_negative()
}

/// The angle of the point (`x`, `y`): `(atan y x)`. Exact zero on the positive exact axis.
///
/// # Errors
///
/// [`Stop`].
pub(crate) fn angle(y: &Real, x: &Real, supervisor: &dyn Supervisor) -> Result<Real, Stop> {
    if y.is_exactly(0) && x.is_exact() && !x.is_negative() {
        return Ok(Real::from(0));
    }
    let (y, x) = direction(y, x, supervisor)?;
    Ok(Real::Flonum(y.atan2(x)))
}

/// Two doubles with the signs and the ratio of `y` and `x`.
fn direction(y: &Real, x: &Real, supervisor: &dyn Supervisor) -> Result<(f64, f64), Stop> {
    if let Some(doubles) = y.beside_zero_or_infinity(x) {
        return Ok(doubles);
    }
    let (Real::Exact(exact_y), Real::Exact(exact_x)) = (y, x) else {
        return Ok((y.to_f64(), x.to_f64()));
    };
    if y.is_in_range() && x.is_in_range() {
        return Ok((y.to_f64(), x.to_f64()));
    }
    let [a, b] = [exact_y, exact_x].map(|value| {
        if value.sign().is_lt() {
            value.negate()
        } else {
            value.clone()
        }
    });
    let largest = if a.compare(&b, supervisor)?.is_lt() {
        b
    } else {
        a
    };
    let scaled = |value: &Exact| {
        let quotient = value.divide(&largest, supervisor)?;
        let scaled = quotient.map_or(0.0, |quotient| quotient.to_f64());
        Ok(scaled.copysign(value.unit()))
    };
    Ok((scaled(exact_y)?, scaled(exact_x)?))
}

/// The point at `angle` (in radians) and distance `magnitude`.
pub(crate) fn polar(magnitude: &Real, angle: &Real) -> Number {
    if angle.is_exactly(0) || magnitude.is_exactly(0) {
        return Number::Real(magnitude.clone());
    }
    let (sine, cosine) = angle.to_f64().sin_cos();
    let length = magnitude.to_f64();
    pair(length * cosine, length * sine).into()
}

/// The distance from zero.
///
/// # Errors
///
/// [`Stop`].
pub(crate) fn magnitude(number: &Number, supervisor: &dyn Supervisor) -> Result<Real, Stop> {
    Ok(match number {
        Number::Real(real) => real.magnitude(),
        Number::Complex(real, imaginary) if real.is_exactly(0) => imaginary.magnitude(),
        Number::Complex(Real::Exact(a), Real::Exact(b)) => {
            let square = sum_of_squares(a, b, supervisor)?;
            match square_root(&Number::from(square), supervisor)? {
                Number::Real(root) | Number::Complex(root, _) => root,
            }
        }
        Number::Complex(a, b) => Real::Flonum(a.to_f64().hypot(b.to_f64())),
    })
}
