//! Roots, powers, exponentials and trigonometry (R7RS 6.2.6), exact where the result is.

use std::cmp::Ordering;
use std::f64::consts::{FRAC_PI_2, PI};

use dashu_int::IBig;
use dashu_int::ops::BitTest;

use super::exact::Exact;
use super::real::Real;
use super::tower::Number;
use super::{Problem, expected};

/// A complex number of two doubles.
#[derive(Clone, Copy, Debug)]
struct Pair {
    real: f64,
    imaginary: f64,
}

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
pub(crate) fn apply(function: Function, number: &Number) -> Number {
    if number.is_exactly(0) {
        match function {
            Function::Exp | Function::Cos => return Number::from(1),
            Function::Acos => {}
            _ => return Number::from(0),
        }
    }
    if function == Function::Acos && number.is_exactly(1) {
        return Number::from(0);
    }
    match number {
        Number::Real(real) => {
            let value = real.to_f64();
            // A NaN is no reason to become complex.
            let in_domain = !matches!(function, Function::Asin | Function::Acos)
                || value.is_nan()
                || value.abs() <= 1.0;
            if in_domain {
                return Number::from(apply_real(function, value));
            }
            apply_complex(
                function,
                Pair {
                    real: value,
                    imaginary: 0.0,
                },
            )
            .into()
        }
        Number::Complex(real, imaginary) => {
            let pair = Pair {
                real: real.to_f64(),
                imaginary: imaginary.to_f64(),
            };
            apply_complex(function, pair).into()
        }
    }
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

/// The definitions of R7RS 6.2.6 (after Steele, Common Lisp, 12.5) by exponentials and logarithms.
fn apply_complex(function: Function, z: Pair) -> Pair {
    let i = Pair {
        real: 0.0,
        imaginary: 1.0,
    };
    let one = Pair {
        real: 1.0,
        imaginary: 0.0,
    };
    match function {
        Function::Exp => z.exponential(),
        Function::Sin => Pair {
            real: z.real.sin() * z.imaginary.cosh(),
            imaginary: z.real.cos() * z.imaginary.sinh(),
        },
        Function::Cos => Pair {
            real: z.real.cos() * z.imaginary.cosh(),
            imaginary: -(z.real.sin() * z.imaginary.sinh()),
        },
        Function::Tan => apply_complex(Function::Sin, z).divide(apply_complex(Function::Cos, z)),
        Function::Asin => {
            let root = one.subtract(z.multiply(z)).square_root();
            let logarithm = i.multiply(z).add(root).logarithm();
            Pair {
                real: logarithm.imaginary,
                imaginary: -logarithm.real,
            }
        }
        Function::Acos => {
            let sine = apply_complex(Function::Asin, z);
            Pair {
                real: FRAC_PI_2 - sine.real,
                imaginary: -sine.imaginary,
            }
        }
        Function::Atan => {
            let turned = i.multiply(z);
            let difference = one
                .add(turned)
                .logarithm()
                .subtract(one.subtract(turned).logarithm());
            Pair {
                real: difference.imaginary / 2.0,
                imaginary: -difference.real / 2.0,
            }
        }
    }
}

impl From<Pair> for Number {
    fn from(pair: Pair) -> Self {
        Self::Complex(Real::Flonum(pair.real), Real::Flonum(pair.imaginary))
    }
}

impl Pair {
    fn of(number: &Number) -> Self {
        let (real, imaginary) = number.parts();
        Self {
            real: real.to_f64(),
            imaginary: imaginary.to_f64(),
        }
    }

    fn add(self, other: Self) -> Self {
        Self {
            real: self.real + other.real,
            imaginary: self.imaginary + other.imaginary,
        }
    }

    fn subtract(self, other: Self) -> Self {
        Self {
            real: self.real - other.real,
            imaginary: self.imaginary - other.imaginary,
        }
    }

    fn multiply(self, other: Self) -> Self {
        Self {
            real: self.real * other.real - self.imaginary * other.imaginary,
            imaginary: self.real * other.imaginary + self.imaginary * other.real,
        }
    }

    fn divide(self, other: Self) -> Self {
        let norm = other.real * other.real + other.imaginary * other.imaginary;
        let product = self.multiply(Self {
            real: other.real,
            imaginary: -other.imaginary,
        });
        Self {
            real: product.real / norm,
            imaginary: product.imaginary / norm,
        }
    }

    fn exponential(self) -> Self {
        let (sine, cosine) = self.imaginary.sin_cos();
        let magnitude = self.real.exp();
        Self {
            real: magnitude * cosine,
            imaginary: magnitude * sine,
        }
    }

    fn logarithm(self) -> Self {
        Self {
            real: self.real.hypot(self.imaginary).ln(),
            imaginary: self.imaginary.atan2(self.real),
        }
    }

    /// The root with a real part that is not negative.
    fn square_root(self) -> Self {
        let magnitude = self.real.hypot(self.imaginary);
        let real = f64::midpoint(magnitude, self.real).max(0.0).sqrt();
        let imaginary = f64::midpoint(magnitude, -self.real).max(0.0).sqrt();
        Self {
            real,
            imaginary: imaginary.copysign(self.imaginary),
        }
    }
}

/// The natural logarithm.
pub(crate) fn logarithm(number: &Number) -> Number {
    if number.is_exactly(1) {
        return Number::from(0);
    }
    match number {
        Number::Real(real) => {
            let magnitude = match real.magnitude() {
                Real::Exact(value) if value.sign() == Ordering::Greater => value.logarithm(),
                value => value.to_f64().ln(),
            };
            if real.is_negative() {
                Pair {
                    real: magnitude,
                    imaginary: PI,
                }
                .into()
            } else {
                Number::from(magnitude)
            }
        }
        Number::Complex(..) => Pair::of(number).logarithm().into(),
    }
}

/// The angle of the point (`x`, `y`): `(atan y x)`. Exact zero on the positive exact axis.
pub(crate) fn angle(y: &Real, x: &Real) -> Real {
    if y.is_exactly(0) && x.is_exact() && !x.is_negative() {
        return Real::from(0);
    }
    Real::Flonum(y.to_f64().atan2(x.to_f64()))
}

/// The square root with a real part that is not negative.
pub(crate) fn square_root(number: &Number) -> Number {
    let Number::Real(real) = number else {
        return Pair::of(number).square_root().into();
    };
    let root = match real.magnitude() {
        Real::Exact(value) => value
            .square_root()
            .map_or_else(|| Real::Flonum(inexact_root(&value)), Real::Exact),
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

/// The root of a positive number, also where the number is out of a double's range.
fn inexact_root(value: &Exact) -> f64 {
    let nearest = value.to_f64();
    if nearest.is_finite() && nearest >= f64::MIN_POSITIVE {
        nearest.sqrt()
    } else {
        (value.logarithm() / 2.0).exp()
    }
}

/// Bytes that an exact `base` to an exact integer `exponent` takes, roughly; 0 for other powers.
pub(crate) fn power_bytes(base: &Number, exponent: &Number) -> usize {
    let (Number::Real(Real::Exact(base)), Ok(exponent)) = (base, exponent.exact_integer(2)) else {
        return 0;
    };
    let (numerator, denominator) = base.parts();
    let bits = numerator.bit_len().max(denominator.bit_len());
    if bits <= 1 {
        return 0;
    }
    let (_, exponent) = exponent.clone().into_parts();
    let exponent = usize::try_from(&exponent).unwrap_or(usize::MAX);
    // Numerator and denominator.
    bits.saturating_mul(exponent) / 4
}

/// `base` to the power of `exponent`.
///
/// # Errors
///
/// Zero to a negative power.
pub(crate) fn power(base: &Number, exponent: &Number) -> Result<Number, Problem> {
    if exponent.is_exactly(0) {
        return Ok(Number::from(1));
    }
    if let Ok(exponent) = exponent.exact_integer(2) {
        return integer_power(base, exponent);
    }
    if base.is_zero() {
        return zero_power(base, exponent);
    }
    if let (Number::Real(real), Number::Real(exponent_real)) = (base, exponent) {
        if let Some(result) = root_power(real, exponent_real) {
            return Ok(result);
        }
        let (value, exponent) = (real.to_f64(), exponent_real.to_f64());
        if value >= 0.0 || exponent.fract() == 0.0 || value.is_nan() || !exponent.is_finite() {
            return Ok(Number::from(value.powf(exponent)));
        }
    }
    if base.is_exactly(1) {
        return Ok(Number::from(1));
    }
    let product = Pair::of(exponent).multiply(Pair::of(&logarithm(base)));
    Ok(product.exponential().into())
}

/// `(expt 4 1/2)`: exact where both the root and the power are.
fn root_power(base: &Real, exponent: &Real) -> Option<Number> {
    let (
        Real::Exact(base),
        Real::Exact(Exact::Ratio {
            numerator,
            denominator,
        }),
    ) = (base, exponent)
    else {
        return None;
    };
    if *denominator != dashu_int::UBig::from(2_u8) || base.sign() == Ordering::Less {
        return None;
    }
    base.square_root()?.power(numerator).map(Number::from)
}

fn zero_power(base: &Number, exponent: &Number) -> Result<Number, Problem> {
    let (real, _) = exponent.parts();
    match real.sign() {
        Some(Ordering::Greater) if base.is_exact() && exponent.is_exact() => Ok(Number::from(0)),
        Some(Ordering::Greater) => Ok(Number::from(0.0)),
        Some(Ordering::Less) if base.is_exact() => Err(Problem::DivisionByZero),
        Some(Ordering::Less) => Ok(Number::from(f64::INFINITY)),
        Some(Ordering::Equal) => Ok(Number::from(1.0)),
        None => Ok(Number::from(f64::NAN)),
    }
}

fn integer_power(base: &Number, exponent: &IBig) -> Result<Number, Problem> {
    match base {
        Number::Real(Real::Exact(base)) => base
            .power(exponent)
            .map(Number::from)
            .ok_or(Problem::DivisionByZero),
        Number::Real(Real::Flonum(base)) => Ok(Number::from(base.powf(exponent.to_f64().value()))),
        Number::Complex(..) => {
            let (sign, magnitude) = exponent.clone().into_parts();
            let mut result = Number::from(1);
            for index in (0..magnitude.bit_len()).rev() {
                result = result.multiply(&result);
                if magnitude.bit(index) {
                    result = result.multiply(base);
                }
            }
            if sign == dashu_int::Sign::Negative {
                Number::from(1).divide(&result)
            } else {
                Ok(result)
            }
        }
    }
}

/// The largest integer whose square is not above `number`, and what is left.
///
/// # Errors
///
/// No exact integer, or a negative one.
pub(crate) fn integer_square_root(number: &Number) -> Result<(IBig, IBig), Problem> {
    use dashu_int::ops::SquareRootRem;
    let problem = expected(1, "exact nonnegative integer");
    let value = number.exact_integer(1).map_err(|_| problem)?;
    if *value < IBig::ZERO {
        return Err(problem);
    }
    let (root, rest) = value.clone().into_parts().1.sqrt_rem();
    Ok((root.into(), rest.into()))
}

/// The point at `angle` (in radians) and distance `magnitude`.
pub(crate) fn polar(magnitude: &Real, angle: &Real) -> Number {
    if angle.is_exactly(0) {
        return Number::Real(magnitude.clone());
    }
    let (sine, cosine) = angle.to_f64().sin_cos();
    let length = magnitude.to_f64();
    Number::rectangular(Real::Flonum(length * cosine), Real::Flonum(length * sine))
}

/// The distance from zero.
pub(crate) fn magnitude(number: &Number) -> Real {
    match number {
        Number::Real(real) => real.magnitude(),
        Number::Complex(Real::Exact(a), Real::Exact(b)) => {
            let square = a.multiply(a).add(&b.multiply(b));
            match square_root(&Number::from(square)) {
                Number::Real(root) | Number::Complex(root, _) => root,
            }
        }
        Number::Complex(a, b) => Real::Flonum(a.to_f64().hypot(b.to_f64())),
    }
}
