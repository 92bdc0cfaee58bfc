//! Exact numbers of any size: integers and fractions in lowest terms.
//!
//! These are copies outside the heap. Integers of up to 128 bits stay inside the value itself.

use std::cmp::Ordering;

use dashu_int::ops::{BitTest, DivRem, DivRemEuclid, Gcd};
use dashu_int::{IBig, Sign, UBig};

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

impl From<i64> for Exact {
    fn from(value: i64) -> Self {
        Self::Integer(IBig::from(value))
    }
}

impl Exact {
    /// `numerator / denominator` in lowest terms. The denominator is not zero.
    pub(crate) fn ratio(numerator: IBig, denominator: UBig) -> Self {
        debug_assert!(!denominator.is_zero(), "fractions have denominators");
        if denominator.is_one() {
            return Self::Integer(numerator);
        }
        let (numerator, denominator) = without_common_factors(numerator, denominator);
        Self::in_lowest_terms(numerator, denominator)
    }

    fn in_lowest_terms(numerator: IBig, denominator: UBig) -> Self {
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
        let denominator = UBig::ONE << (INTEGER_EXPONENT - exponent) as usize;
        Some(Self::ratio(IBig::from_parts(sign, magnitude), denominator))
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
            } => syntax::Ratio {
                numerator: numerator.clone().into(),
                denominator: IBig::from(denominator.clone()).into(),
            }
            .to_f64(),
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

    pub(crate) fn add(&self, other: &Self) -> Self {
        if let (Self::Integer(a), Self::Integer(b)) = (self, other) {
            return Self::Integer(a + b);
        }
        let (a, b) = self.parts();
        let (c, d) = other.parts();
        // What the denominators have in common is all that the sum can be reduced by (Knuth,
        // volume 2, 4.5.1).
        let divisor = (&b).gcd(&d);
        if divisor.is_one() {
            return Self::in_lowest_terms(a * &d + c * &b, b * d);
        }
        let (b, d) = (b / &divisor, d / &divisor);
        let numerator = a * &d + c * &b;
        let second = divisor.clone().gcd(numerator.clone().into_parts().1);
        Self::in_lowest_terms(
            numerator / IBig::from(second.clone()),
            b * (d * divisor / second),
        )
    }

    pub(crate) fn subtract(&self, other: &Self) -> Self {
        if let (Self::Integer(a), Self::Integer(b)) = (self, other) {
            return Self::Integer(a - b);
        }
        self.add(&other.negate())
    }

    pub(crate) fn multiply(&self, other: &Self) -> Self {
        if let (Self::Integer(a), Self::Integer(b)) = (self, other) {
            return Self::Integer(a * b);
        }
        let (a, b) = self.parts();
        let (c, d) = other.parts();
        let (a, d) = without_common_factors(a, d);
        let (c, b) = without_common_factors(c, b);
        Self::in_lowest_terms(a * c, b * d)
    }

    /// `None` when `other` is zero.
    pub(crate) fn divide(&self, other: &Self) -> Option<Self> {
        if other.is_zero() {
            return None;
        }
        let (a, b) = self.parts();
        let (c, d) = other.parts();
        let (sign, c) = c.into_parts();
        let numerator = IBig::from_parts(sign, d) * a;
        Some(Self::ratio(numerator, b * c))
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

    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        if let (Self::Integer(a), Self::Integer(b)) = (self, other) {
            return a.cmp(b);
        }
        let (a, b) = self.parts();
        let (c, d) = other.parts();
        (a * d).cmp(&(c * b))
    }

    /// The integer next to the number, as `rounding` says.
    pub(crate) fn round(&self, rounding: Rounding) -> IBig {
        match self {
            Self::Integer(value) => value.clone(),
            Self::Ratio {
                numerator,
                denominator,
            } => {
                // Euclidean: the remainder is positive, as is the denominator, so this is the floor.
                let (floor, rest) = numerator.div_rem_euclid(IBig::from(denominator.clone()));
                let up = match rounding {
                    Rounding::Floor => false,
                    Rounding::Ceiling => true,
                    Rounding::Truncate => *numerator < IBig::ZERO,
                    Rounding::Round => match (rest * UBig::from(2_u8)).cmp(denominator) {
                        Ordering::Less => false,
                        Ordering::Greater => true,
                        Ordering::Equal => floor.bit(0),
                    },
                };
                if up { floor + IBig::ONE } else { floor }
            }
        }
    }

    /// `self` to an integer power; `None` for zero to a negative one.
    pub(crate) fn power(&self, exponent: &IBig) -> Option<Self> {
        let (sign, magnitude) = exponent.clone().into_parts();
        let base = if sign == Sign::Negative {
            Self::from(1).divide(self)?
        } else {
            self.clone()
        };
        let (numerator, denominator) = base.parts();
        // Larger exponents than an address are of 0, 1 and -1 only: the caller reserved memory.
        let exponent = match usize::try_from(&magnitude) {
            Ok(exponent) => exponent,
            Err(_) => 2 - usize::from(magnitude.bit(0)),
        };
        let numerator = numerator.pow(exponent);
        let denominator = denominator.pow(exponent);
        Some(if denominator.is_one() {
            Self::Integer(numerator)
        } else {
            Self::Ratio {
                numerator,
                denominator,
            }
        })
    }

    /// The natural logarithm of a positive number, also where the number is out of a double's range.
    pub(crate) fn logarithm(&self) -> f64 {
        let value = self.to_f64();
        if (0.5..=2.0).contains(&value) {
            // Near one, the double has lost what the logarithm is made of.
            return self.subtract(&Self::from(1)).to_f64().ln_1p();
        }
        if value.is_finite() && value >= f64::MIN_POSITIVE {
            return value.ln();
        }
        let (numerator, denominator) = self.parts();
        let (_, numerator) = numerator.into_parts();
        magnitude_logarithm(&numerator) - magnitude_logarithm(&denominator)
    }
}

fn without_common_factors(numerator: IBig, denominator: UBig) -> (IBig, UBig) {
    let (sign, magnitude) = numerator.into_parts();
    if magnitude.is_zero() {
        return (IBig::ZERO, UBig::ONE);
    }
    let divisor = (&magnitude).gcd(&denominator);
    if divisor.is_one() {
        return (IBig::from_parts(sign, magnitude), denominator);
    }
    let numerator = IBig::from_parts(sign, magnitude / &divisor);
    (numerator, denominator / divisor)
}

fn magnitude_logarithm(value: &UBig) -> f64 {
    const KEPT_BITS: usize = 64;
    let dropped = value.bit_len().saturating_sub(KEPT_BITS);
    let high = (value >> dropped).to_f64().value();
    high.ln() + dropped as f64 * std::f64::consts::LN_2
}

/// Quotient and remainder, of which the remainder has the sign of `a`. `b` is not zero.
pub(crate) fn truncate_divide(a: &IBig, b: &IBig) -> (IBig, IBig) {
    a.div_rem(b)
}

/// Quotient and remainder, of which the remainder has the sign of `b`. `b` is not zero.
pub(crate) fn floor_divide(a: &IBig, b: &IBig) -> (IBig, IBig) {
    let (quotient, rest) = a.div_rem(b);
    if rest == IBig::ZERO || (rest < IBig::ZERO) == (*b < IBig::ZERO) {
        (quotient, rest)
    } else {
        (quotient - IBig::ONE, rest + b)
    }
}

/// The simplest fraction from `low` to `high` (the one with the least denominator, then
/// numerator). `0 < low <= high`. Walks down the continued fractions of both ends.
pub(crate) fn simplest_between(low: &Exact, high: &Exact) -> Exact {
    let mut terms = Vec::new();
    let (mut low, mut high) = (low.clone(), high.clone());
    let mut result = loop {
        let floor = low.round(Rounding::Floor);
        let whole = Exact::Integer(floor.clone());
        if low.compare(&whole) == Ordering::Equal {
            break whole;
        }
        if whole.compare(&Exact::Integer(high.round(Rounding::Floor))) == Ordering::Less {
            break Exact::Integer(floor + IBig::ONE);
        }
        let invert = |end: &Exact| {
            Exact::from(1)
                .divide(&end.subtract(&whole))
                .expect("neither end is an integer here")
        };
        let (next_low, next_high) = (invert(&high), invert(&low));
        terms.push(whole);
        (low, high) = (next_low, next_high);
    };
    while let Some(term) = terms.pop() {
        let inverse = Exact::from(1)
            .divide(&result)
            .expect("simplest fractions are positive");
        result = term.add(&inverse);
    }
    result
}
