//! Exact numbers of any size: integers and fractions in lowest terms.
//!
//! These are copies outside the heap. Integers of up to 128 bits stay inside the value itself.

use std::cmp::Ordering;

use dashu_int::ops::{BitTest, DivRem};
use dashu_int::{IBig, Sign, UBig};
use syntax::number::{large, quotient_to_f64};
use syntax::{Stop, Supervisor};

/// An exact number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Exact {
    /// An integer.
    Integer(IBig),
    /// A fraction that is no integer, in lowest terms.
    Ratio {
        /// Carries the sign.
        numerator: IBig,
        /// Greater than one.
        denominator: UBig,
    },
}

/// Products and dividends of so few limbs are left to the operators.
const SMALL_LIMBS: usize = 512;

/// How a number becomes an integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rounding {
    /// Toward negative infinity.
    Floor,
    /// Toward positive infinity.
    Ceiling,
    /// Toward zero.
    Truncate,
    /// To the nearest, ties to even.
    Round,
}

impl Rounding {
    /// The integer next to a double.
    pub(crate) fn of(self, value: f64) -> f64 {
        match self {
            Self::Floor => value.floor(),
            Self::Ceiling => value.ceil(),
            Self::Truncate => value.trunc(),
            Self::Round => value.round_ties_even(),
        }
    }
}

impl From<i64> for Exact {
    fn from(value: i64) -> Self {
        Self::Integer(IBig::from(value))
    }
}

impl Exact {
    /// The fraction, whose parts have no factors in common.
    pub(crate) fn in_lowest_terms(numerator: IBig, denominator: UBig) -> Self {
        if denominator.is_one() {
            Self::Integer(numerator)
        } else {
            Self::Ratio {
                numerator,
                denominator,
            }
        }
    }

    /// The exact value of a double; `None` of an infinity or NaN.
    pub(crate) fn from_f64(value: f64) -> Option<Self> {
        const FRACTION_BITS: u64 = 52;
        const EXPONENT_MASK: u64 = 0x7ff;
        /// Exponent field of the doubles whose significand is an integer.
        const INTEGER_EXPONENT: u64 = 1075;
        if !value.is_finite() {
            return None;
        }
        let bits = value.to_bits();
        let field = bits >> FRACTION_BITS & EXPONENT_MASK;
        let fraction = bits & ((1 << FRACTION_BITS) - 1);
        let significand = if field == 0 {
            fraction
        } else {
            fraction | 1 << FRACTION_BITS
        };
        let magnitude = UBig::from(significand);
        let exponent = field.max(1);
        let sign = if value.is_sign_negative() {
            Sign::Negative
        } else {
            Sign::Positive
        };
        if exponent >= INTEGER_EXPONENT {
            let shifted = magnitude << (exponent - INTEGER_EXPONENT) as usize;
            return Some(Self::Integer(IBig::from_parts(sign, shifted)));
        }
        // All factors of the denominator are two.
        let exponent = (INTEGER_EXPONENT - exponent) as usize;
        let twos = magnitude.trailing_zeros().unwrap_or(exponent).min(exponent);
        let numerator = IBig::from_parts(sign, magnitude >> twos);
        let denominator = UBig::ONE << (exponent - twos);
        Some(Self::in_lowest_terms(numerator, denominator))
    }

    /// Two to the power of `exponent`.
    pub(crate) fn power_of_two(exponent: i64) -> Self {
        let power = UBig::ONE << exponent.unsigned_abs() as usize;
        if exponent < 0 {
            Self::in_lowest_terms(IBig::ONE, power)
        } else {
            Self::Integer(power.into())
        }
    }

    /// One with its sign, or zero.
    pub(crate) fn unit(&self) -> f64 {
        match self.sign() {
            Ordering::Less => -1.0,
            Ordering::Equal => 0.0,
            Ordering::Greater => 1.0,
        }
    }

    /// The nearest double, ties to even; an infinity beyond the range.
    pub(crate) fn to_f64(&self) -> f64 {
        match self {
            Self::Integer(value) => value.to_f64().value(),
            Self::Ratio {
                numerator,
                denominator,
            } => {
                let (sign, magnitude) = numerator.as_sign_words();
                let magnitude = quotient_to_f64(&UBig::from_words(magnitude), denominator);
                match sign {
                    Sign::Positive => magnitude,
                    Sign::Negative => -magnitude,
                }
            }
        }
    }

    /// Numerator and denominator.
    pub(crate) fn parts(&self) -> (IBig, UBig) {
        match self {
            Self::Integer(value) => (value.clone(), UBig::ONE),
            Self::Ratio {
                numerator,
                denominator,
            } => (numerator.clone(), denominator.clone()),
        }
    }

    /// Less than, equal to or greater than zero.
    pub(crate) fn sign(&self) -> Ordering {
        let (Self::Integer(value)
        | Self::Ratio {
            numerator: value, ..
        }) = self;
        value.cmp(&IBig::ZERO)
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.sign() == Ordering::Equal
    }

    /// The integer, if it is one.
    pub(crate) fn as_integer(&self) -> Option<&IBig> {
        match self {
            Self::Integer(value) => Some(value),
            Self::Ratio { .. } => None,
        }
    }

    pub(crate) fn add(&self, other: &Self, supervisor: &dyn Supervisor) -> Result<Self, Stop> {
        if let (Self::Integer(a), Self::Integer(b)) = (self, other) {
            return Ok(Self::Integer(a + b));
        }
        let (a, b) = self.parts();
        let (c, d) = other.parts();
        let times = |a: &IBig, b: &UBig| multiply(a, b, supervisor);
        // What the denominators have in common is all that the sum can be reduced by (Knuth,
        // volume 2, 4.5.1).
        let divisor = large::common_divisor(&b, &d, supervisor)?;
        if divisor.is_one() {
            let numerator = times(&a, &d)? + times(&c, &b)?;
            let denominator = large::multiply(&b, &d, supervisor)?;
            return Ok(Self::in_lowest_terms(numerator, denominator));
        }
        let b = quotient(&b, &divisor, supervisor)?;
        let numerator = times(&a, &quotient(&d, &divisor, supervisor)?)? + times(&c, &b)?;
        let (sign, numerator) = numerator.into_parts();
        let second = large::common_divisor(&divisor, &numerator, supervisor)?;
        let numerator = quotient(&numerator, &second, supervisor)?;
        let d = quotient(&d, &second, supervisor)?;
        let denominator = large::multiply(&b, &d, supervisor)?;
        Ok(Self::in_lowest_terms(
            IBig::from_parts(sign, numerator),
            denominator,
        ))
    }

    pub(crate) fn subtract(&self, other: &Self, supervisor: &dyn Supervisor) -> Result<Self, Stop> {
        if let (Self::Integer(a), Self::Integer(b)) = (self, other) {
            return Ok(Self::Integer(a - b));
        }
        self.add(&other.negate(), supervisor)
    }

    pub(crate) fn multiply(&self, other: &Self, supervisor: &dyn Supervisor) -> Result<Self, Stop> {
        if let (Self::Integer(a), Self::Integer(b)) = (self, other) {
            return multiply_integers(a, b, supervisor).map(Self::Integer);
        }
        let (a, b) = self.parts();
        let (c, d) = other.parts();
        let (a, d) = without_common_factors(a, d, supervisor)?;
        let (c, b) = without_common_factors(c, b, supervisor)?;
        Ok(Self::in_lowest_terms(
            multiply_integers(&a, &c, supervisor)?,
            large::multiply(&b, &d, supervisor)?,
        ))
    }

    /// One over the number; `None` of zero.
    pub(crate) fn invert(&self) -> Option<Self> {
        let (numerator, denominator) = self.parts();
        let (sign, numerator) = numerator.into_parts();
        if numerator.is_zero() {
            return None;
        }
        let inverse = IBig::from_parts(sign, denominator);
        Some(Self::in_lowest_terms(inverse, numerator))
    }

    /// `None` when `other` is zero.
    pub(crate) fn divide(
        &self,
        other: &Self,
        supervisor: &dyn Supervisor,
    ) -> Result<Option<Self>, Stop> {
        let inverse = other.invert();
        let quotient = inverse.map(|inverse| self.multiply(&inverse, supervisor));
        quotient.transpose()
    }

    pub(crate) fn negate(&self) -> Self {
        match self {
            Self::Integer(value) => Self::Integer(-value),
            Self::Ratio {
                numerator,
                denominator,
            } => Self::Ratio {
                numerator: -numerator,
                denominator: denominator.clone(),
            },
        }
    }

    pub(crate) fn compare(
        &self,
        other: &Self,
        supervisor: &dyn Supervisor,
    ) -> Result<Ordering, Stop> {
        if let (Self::Integer(a), Self::Integer(b)) = (self, other) {
            return Ok(a.cmp(b));
        }
        let signs = self.sign().cmp(&other.sign());
        if signs.is_ne() {
            return Ok(signs);
        }
        let ((a, b), (c, d)) = (self.parts(), other.parts());
        // A product has as many bits as its factors, or one less.
        let bits = |x: &IBig, y: &UBig| x.bit_len() + y.bit_len();
        let (left, right) = (bits(&a, &d), bits(&c, &b));
        if left.abs_diff(right) > 1 {
            let magnitudes = left.cmp(&right);
            return Ok(match self.sign() {
                Ordering::Less => magnitudes.reverse(),
                _ => magnitudes,
            });
        }
        let left = multiply(&a, &d, supervisor)?;
        Ok(left.cmp(&multiply(&c, &b, supervisor)?))
    }

    /// The integer next to the number, as `rounding` says.
    pub(crate) fn round(
        &self,
        rounding: Rounding,
        supervisor: &dyn Supervisor,
    ) -> Result<IBig, Stop> {
        let Self::Ratio {
            numerator,
            denominator,
        } = self
        else {
            return Ok(self.parts().0);
        };
        let divisor = IBig::from(denominator.clone());
        let (floor, rest) = floor_divide(numerator, &divisor, supervisor)?;
        let up = match rounding {
            Rounding::Floor => false,
            Rounding::Ceiling => true,
            Rounding::Truncate => *numerator < IBig::ZERO,
            Rounding::Round => match (rest << 1).cmp(&divisor) {
                Ordering::Less => false,
                Ordering::Greater => true,
                Ordering::Equal => floor.bit(0),
            },
        };
        Ok(if up { floor + IBig::ONE } else { floor })
    }

    /// `self` to an integer power; `None` for zero to a negative one.
    pub(crate) fn power(
        &self,
        exponent: &IBig,
        supervisor: &dyn Supervisor,
    ) -> Result<Option<Self>, Stop> {
        let (sign, magnitude) = exponent.clone().into_parts();
        let base = match sign {
            Sign::Negative => self.invert(),
            Sign::Positive => Some(self.clone()),
        };
        let Some(base) = base else { return Ok(None) };
        let (numerator, denominator) = base.parts();
        let (sign, numerator) = numerator.into_parts();
        let sign = if magnitude.bit(0) {
            sign
        } else {
            Sign::Positive
        };
        // Larger exponents than an address leave room for powers of zero and one only.
        let exponent = usize::try_from(&magnitude).unwrap_or(usize::MAX);
        let numerator = large::power(&numerator, exponent, supervisor)?;
        let denominator = large::power(&denominator, exponent, supervisor)?;
        let numerator = IBig::from_parts(sign, numerator);
        Ok(Some(Self::in_lowest_terms(numerator, denominator)))
    }

    /// The natural logarithm of a positive number, also where the number is out of a double's range.
    pub(crate) fn logarithm(&self) -> f64 {
        let value = self.to_f64();
        if (0.5..=2.0).contains(&value) {
            // Near one, the double has lost what the logarithm is made of.
            let (numerator, denominator) = self.parts();
            let excess = numerator - denominator.as_ibig();
            return Self::in_lowest_terms(excess, denominator).to_f64().ln_1p();
        }
        if value.is_finite() && value >= f64::MIN_POSITIVE {
            return value.ln();
        }
        let (numerator, denominator) = self.parts();
        let (_, numerator) = numerator.into_parts();
        magnitude_logarithm(&numerator) - magnitude_logarithm(&denominator)
    }
}

fn without_common_factors(
    numerator: IBig,
    denominator: UBig,
    supervisor: &dyn Supervisor,
) -> Result<(IBig, UBig), Stop> {
    let (sign, magnitude) = numerator.into_parts();
    if magnitude.is_zero() {
        return Ok((IBig::ZERO, UBig::ONE));
    }
    let divisor = large::common_divisor(&magnitude, &denominator, supervisor)?;
    if divisor.is_one() {
        return Ok((IBig::from_parts(sign, magnitude), denominator));
    }
    let magnitude = quotient(&magnitude, &divisor, supervisor)?;
    let denominator = quotient(&denominator, &divisor, supervisor)?;
    Ok((IBig::from_parts(sign, magnitude), denominator))
}

/// `a / b`, where `b` is not zero.
pub(super) fn quotient(a: &UBig, b: &UBig, supervisor: &dyn Supervisor) -> Result<UBig, Stop> {
    if b.is_one() {
        return Ok(a.clone());
    }
    Ok(large::divide(a, b, supervisor)?.0)
}

fn multiply(a: &IBig, b: &UBig, supervisor: &dyn Supervisor) -> Result<IBig, Stop> {
    if b.is_one() {
        return Ok(a.clone());
    }
    multiply_integers(a, b.as_ibig(), supervisor)
}

fn multiply_integers(a: &IBig, b: &IBig, supervisor: &dyn Supervisor) -> Result<IBig, Stop> {
    let ((a_sign, x), (b_sign, y)) = (a.as_sign_words(), b.as_sign_words());
    if x.len() + y.len() <= SMALL_LIMBS {
        return Ok(a * b);
    }
    let product = if x == y {
        large::square(&UBig::from_words(x), supervisor)?
    } else {
        large::multiply(&UBig::from_words(x), &UBig::from_words(y), supervisor)?
    };
    Ok(IBig::from_parts(a_sign * b_sign, product))
}

fn magnitude_logarithm(value: &UBig) -> f64 {
    const KEPT_BITS: usize = 64;
    let dropped = value.bit_len().saturating_sub(KEPT_BITS);
    let high = (value >> dropped).to_f64().value();
    high.ln() + dropped as f64 * std::f64::consts::LN_2
}

/// Quotient and remainder, of which the remainder has the sign of `a`. `b` is not zero.
pub(crate) fn truncate_divide(
    a: &IBig,
    b: &IBig,
    supervisor: &dyn Supervisor,
) -> Result<(IBig, IBig), Stop> {
    if a.as_sign_words().1.len() <= SMALL_LIMBS {
        return Ok(a.div_rem(b));
    }
    let ((a_sign, a), (b_sign, b)) = (a.clone().into_parts(), b.clone().into_parts());
    let (quotient, rest) = large::divide(&a, &b, supervisor)?;
    Ok((
        IBig::from_parts(a_sign * b_sign, quotient),
        IBig::from_parts(a_sign, rest),
    ))
}

/// Quotient and remainder, of which the remainder has the sign of `b`. `b` is not zero.
pub(crate) fn floor_divide(
    a: &IBig,
    b: &IBig,
    supervisor: &dyn Supervisor,
) -> Result<(IBig, IBig), Stop> {
    let (quotient, rest) = truncate_divide(a, b, supervisor)?;
    Ok(
        if rest == IBig::ZERO || (rest < IBig::ZERO) == (*b < IBig::ZERO) {
            (quotient, rest)
        } else {
            (quotient - IBig::ONE, rest + b)
        },
    )
}

/// The simplest fraction from `low` to `high` (the one with the least denominator, then
/// numerator). `0 < low <= high`. Walks down the continued fractions of both ends.
pub(crate) fn simplest_between(
    low: &Exact,
    high: &Exact,
    supervisor: &dyn Supervisor,
) -> Result<Exact, Stop> {
    let mut terms = Vec::new();
    let (mut low, mut high) = (low.clone(), high.clone());
    let mut result = loop {
        supervisor.check()?;
        let floor = low.round(Rounding::Floor, supervisor)?;
        let whole = Exact::Integer(floor.clone());
        if low == whole {
            break whole;
        }
        let high_floor = high.round(Rounding::Floor, supervisor)?;
        if floor < high_floor {
            break Exact::Integer(floor + IBig::ONE);
        }
        let invert = |end: &Exact| {
            let rest = end.subtract(&whole, supervisor)?;
            Ok(rest.invert().expect("neither end is an integer here"))
        };
        let (next_low, next_high) = (invert(&high)?, invert(&low)?);
        terms.push(whole);
        (low, high) = (next_low, next_high);
    };
    while let Some(term) = terms.pop() {
        supervisor.check()?;
        let inverse = result.invert().expect("simplest fractions are positive");
        result = term.add(&inverse, supervisor)?;
    }
    Ok(result)
}
