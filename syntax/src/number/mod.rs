//! Numbers as text denotes them (R7RS 6.2): exact ones of any size, doubles, complex ones.

pub mod large;
pub mod parse;
mod print;
mod radix;
#[cfg(test)]
mod tests;

use dashu_int::ops::{BitTest, DivRem};
use dashu_int::{IBig, Sign, UBig};

use crate::supervisor::{Stop, Supervisor};

pub use print::write_flonum;
pub use radix::write_flonum_in_radix;

/// A number.
///
/// Equality is that of `eqv?`: exactness counts, `0.0` and `-0.0` differ, a NaN equals itself.
#[derive(Clone, Debug)]
pub enum Number {
    /// An exact integer.
    Integer(Integer),
    /// An exact number that is no integer.
    Ratio(Box<Ratio>),
    /// An inexact real number.
    Flonum(f64),
    /// A number with an imaginary part that is not an exact zero.
    Complex(Box<Complex>),
}

/// An exact integer: small whenever it fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Integer {
    /// Any 64-bit integer.
    Small(i64),
    /// An integer that does not fit 64 bits.
    Big {
        /// Whether it is below zero.
        negative: bool,
        /// The magnitude in limbs of 64 bits, least significant first; the last is not zero.
        magnitude: Vec<u64>,
    },
}

/// A fraction in lowest terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ratio {
    /// Carries the sign.
    pub numerator: Integer,
    /// Greater than one.
    pub denominator: Integer,
}

/// A number in two parts, both real, each exact or a flonum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complex {
    /// The real part.
    pub real: Number,
    /// The imaginary part, not an exact zero.
    pub imaginary: Number,
}

/// The largest decimal exponent of an exact number, either way: `#e1e100000`.
///
/// A short text must not be able to fill the memory, nor to take long: such a number takes a millisecond
/// and 42 kB, one with ten times the exponent twenty times as long.
pub const EXACT_EXPONENT_MAX: u64 = 100_000;

/// Why a text has no number as its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NumberError {
    /// It has not the form of a number.
    #[error("expected digits in the radix, or another part of a number")]
    NotANumber,
    /// A fraction with the denominator zero.
    #[error("the denominator is zero")]
    DivisionByZero,
    /// An infinity or NaN after `#e`.
    #[error("infinities and NaNs have no exact value")]
    NotExact,
    /// An exact number whose digits would fill the memory.
    #[error(
        "the exponent of an exact number is at most {} either way",
        EXACT_EXPONENT_MAX
    )]
    ExponentTooLarge,
    /// The work was stopped before its end.
    #[error("{0}")]
    Stopped(Stop),
}

impl From<Stop> for NumberError {
    fn from(stop: Stop) -> Self {
        Self::Stopped(stop)
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Integer(a), Self::Integer(b)) => a == b,
            (Self::Ratio(a), Self::Ratio(b)) => a == b,
            (Self::Flonum(a), Self::Flonum(b)) => {
                a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
            }
            (Self::Complex(a), Self::Complex(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Number {}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self::Integer(Integer::Small(value))
    }
}

impl From<f64> for Number {
    fn from(value: f64) -> Self {
        Self::Flonum(value)
    }
}

impl Number {
    /// The nearest double of a real number (ties to even); of a complex one, of its real part.
    pub fn to_f64(&self) -> f64 {
        match self {
            Self::Integer(integer) => integer.to_f64(),
            Self::Ratio(ratio) => ratio.to_f64(),
            Self::Flonum(value) => *value,
            Self::Complex(complex) => complex.real.to_f64(),
        }
    }

    /// Whether no part is a flonum.
    pub fn is_exact(&self) -> bool {
        match self {
            Self::Integer(_) | Self::Ratio(_) => true,
            Self::Flonum(_) => false,
            Self::Complex(complex) => complex.real.is_exact() && complex.imaginary.is_exact(),
        }
    }

    /// The complex number of two real parts: a real number where the imaginary part is an exact
    /// zero.
    pub(crate) fn rectangular(real: Self, imaginary: Self) -> Self {
        if imaginary == Self::from(0) {
            real
        } else {
            Self::Complex(Box::new(Complex { real, imaginary }))
        }
    }

    /// `numerator / denominator` in lowest terms.
    pub(crate) fn quotient(
        numerator: IBig,
        denominator: UBig,
        supervisor: &dyn Supervisor,
    ) -> Result<Self, NumberError> {
        if denominator == UBig::ZERO {
            return Err(NumberError::DivisionByZero);
        }
        let (sign, mut magnitude) = numerator.into_parts();
        let mut denominator = denominator;
        let divisor = large::common_divisor(&magnitude, &denominator, supervisor)?;
        if !divisor.is_one() {
            magnitude = large::divide(&magnitude, &divisor, supervisor)?.0;
            denominator = large::divide(&denominator, &divisor, supervisor)?.0;
        }
        let numerator = Integer::from(IBig::from_parts(sign, magnitude));
        Ok(match Integer::from(IBig::from(denominator)) {
            Integer::Small(1) => Self::Integer(numerator),
            denominator => Self::Ratio(Box::new(Ratio {
                numerator,
                denominator,
            })),
        })
    }
}

impl From<IBig> for Integer {
    fn from(value: IBig) -> Self {
        if let Ok(small) = i64::try_from(&value) {
            return Self::Small(small);
        }
        let (sign, words) = value.as_sign_words();
        Self::Big {
            negative: sign == Sign::Negative,
            magnitude: words.to_vec(),
        }
    }
}

impl From<&Integer> for IBig {
    fn from(value: &Integer) -> Self {
        match value {
            Integer::Small(small) => Self::from(*small),
            Integer::Big {
                negative,
                magnitude,
            } => {
                let sign = if *negative {
                    Sign::Negative
                } else {
                    Sign::Positive
                };
                Self::from_parts(sign, UBig::from_words(magnitude))
            }
        }
    }
}

impl Integer {
    /// The nearest double, ties to even; an infinity beyond the range.
    pub fn to_f64(&self) -> f64 {
        IBig::from(self).to_f64().value()
    }

    /// Its digits in `radix`, 2 to 36, lower case, with a minus sign if negative.
    ///
    /// # Panics
    ///
    /// When the radix is out of range.
    pub fn to_text(&self, radix: u32) -> String {
        IBig::from(self).in_radix(radix).to_string()
    }
}

impl Ratio {
    /// The nearest double, ties to even.
    pub fn to_f64(&self) -> f64 {
        let (sign, numerator) = IBig::from(&self.numerator).into_parts();
        let (_, denominator) = IBig::from(&self.denominator).into_parts();
        let magnitude = quotient_to_f64(&numerator, &denominator);
        if sign == Sign::Negative {
            -magnitude
        } else {
            magnitude
        }
    }
}

/// Bits of the significand of a normal double.
const SIGNIFICAND_BITS: i64 = 53;
/// Exponent of the lowest bit that a double can have.
const LOWEST_BIT_EXPONENT: i64 = -1074;

/// The double nearest to `numerator / denominator`, ties to even. The denominator is not zero.
///
/// Divides with two more bits than the result holds and remembers whether anything was cut off:
/// then one rounding decides.
///
/// # Panics
///
/// If the denominator is zero.
pub fn quotient_to_f64(numerator: &UBig, denominator: &UBig) -> f64 {
    if *numerator == UBig::ZERO {
        return 0.0;
    }
    let bits = |value: &UBig| i64::try_from(value.bit_len()).unwrap_or(i64::MAX);
    // The quotient's highest bit has this exponent, or one more.
    let exponent = bits(numerator) - bits(denominator) - 1;
    if exponent > 1024 {
        return f64::INFINITY;
    }
    // The lowest bit that is kept before rounding.
    let lowest = (exponent - SIGNIFICAND_BITS - 1).max(LOWEST_BIT_EXPONENT - 2);
    let amount = usize::try_from(lowest.unsigned_abs()).unwrap_or(usize::MAX);
    let (quotient, rest) = if lowest < 0 {
        (numerator << amount).div_rem(denominator)
    } else {
        numerator.div_rem(denominator << amount)
    };
    let quotient = u64::try_from(quotient).expect("at most 56 bits were asked for");
    round(quotient | u64::from(!rest.is_zero()), lowest)
}

/// `bits * 2^exponent` as a double; the lowest of the bits stands for everything below it.
fn round(bits: u64, exponent: i64) -> f64 {
    let width = i64::from(u64::BITS - bits.leading_zeros());
    let drop = (width - SIGNIFICAND_BITS)
        .max(LOWEST_BIT_EXPONENT - exponent)
        .max(0);
    if drop > 63 {
        return 0.0;
    }
    let half = if drop == 0 { 0 } else { 1_u64 << (drop - 1) };
    let kept = bits >> drop;
    let rest = bits & ((1_u64 << drop) - 1);
    let up = drop > 0 && (rest > half || rest == half && kept & 1 == 1);
    scale(kept + u64::from(up), exponent + drop)
}

/// `bits * 2^exponent`, which is a double exactly, or overflows to infinity.
#[expect(clippy::cast_precision_loss, reason = "the caller rounded to 53 bits")]
fn scale(bits: u64, exponent: i64) -> f64 {
    // Two steps, so that no factor is out of range; both multiplications are exact.
    let clamped = i32::try_from(exponent.clamp(-1200, 1200)).expect("clamped to a small range");
    let first = clamped / 2;
    bits as f64 * 2_f64.powi(first) * 2_f64.powi(clamped - first)
}
