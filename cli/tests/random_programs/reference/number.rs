//! Numbers of the reference: exact integers and ratios of any size, and flonums.

use std::cmp::Ordering;
use std::fmt;

use dashu_int::IBig;
use dashu_int::ops::{Abs, BitTest, Gcd};

#[derive(Clone, Debug)]
pub(crate) enum Number {
    /// Numerator and denominator, without common factors; the denominator is positive.
    Exact(IBig, IBig),
    Float(f64),
}

use Number::{Exact, Float};

fn ratio(numerator: IBig, denominator: IBig) -> Number {
    if denominator == IBig::ONE {
        return Exact(numerator, denominator);
    }
    let divisor = IBig::from((&numerator).gcd(&denominator));
    let sign = IBig::from(if denominator < IBig::ZERO { -1 } else { 1 });
    Exact(numerator / &divisor * &sign, denominator / &divisor * &sign)
}

impl Number {
    pub(crate) fn integer(value: impl Into<IBig>) -> Self {
        Exact(value.into(), IBig::ONE)
    }

    /// A number as written, if `text` is one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "+nan.0" | "-nan.0" => return Some(Float(f64::NAN)),
            "+inf.0" => return Some(Float(f64::INFINITY)),
            "-inf.0" => return Some(Float(f64::NEG_INFINITY)),
            _ => {}
        }
        if let Some((numerator, denominator)) = text.split_once('/') {
            return Some(ratio(numerator.parse().ok()?, denominator.parse().ok()?));
        }
        let digits = text.strip_prefix('+').unwrap_or(text);
        if let Ok(integer) = digits.parse::<IBig>() {
            return Some(Self::integer(integer));
        }
        text.parse().ok().map(Float)
    }

    pub(crate) fn is_exact(&self) -> bool {
        matches!(self, Exact(..))
    }

    pub(crate) fn as_integer(&self) -> Option<&IBig> {
        match self {
            Exact(value, denominator) if *denominator == IBig::ONE => Some(value),
            _ => None,
        }
    }

    pub(crate) fn as_index(&self) -> Option<usize> {
        usize::try_from(self.as_integer()?).ok()
    }

    pub(crate) fn to_float(&self) -> f64 {
        let (numerator, denominator) = match self {
            Float(value) => return *value,
            Exact(numerator, denominator) => (numerator, denominator),
        };
        if *denominator == IBig::ONE {
            return numerator.to_f64().value();
        }
        // A quotient of at least 65 bits, whose last bit says whether there is a remainder.
        let shift = 66 + denominator.bit_len() as i64 - numerator.bit_len() as i64;
        let (mut dividend, mut divisor) = (numerator.clone().abs(), denominator.clone());
        if shift >= 0 {
            dividend <<= shift as usize;
        } else {
            divisor <<= (-shift) as usize;
        }
        let mut quotient = &dividend / &divisor;
        if &quotient * &divisor != dividend {
            quotient |= IBig::ONE;
        }
        let magnitude = quotient.to_f64().value() * 2f64.powi(-shift as i32);
        if *numerator < IBig::ZERO {
            -magnitude
        } else {
            magnitude
        }
    }

    /// `None` for NaN and infinities.
    pub(crate) fn to_exact(&self) -> Option<Self> {
        let Float(value) = self else {
            return Some(self.clone());
        };
        if !value.is_finite() {
            return None;
        }
        let bits = value.to_bits();
        let (fraction, exponent) = (bits & ((1 << 52) - 1), (bits >> 52 & 0x7ff) as i64);
        let mantissa = if exponent == 0 {
            fraction
        } else {
            fraction | 1 << 52
        };
        let power = exponent.max(1) - 1075;
        let sign = IBig::from(if *value < 0.0 { -1 } else { 1 });
        let (mut numerator, mut denominator) = (IBig::from(mantissa) * sign, IBig::ONE);
        if power >= 0 {
            numerator <<= power as usize;
        } else {
            denominator <<= (-power) as usize;
        }
        Some(ratio(numerator, denominator))
    }

    pub(crate) fn add(&self, other: &Self) -> Self {
        match (self, other) {
            (Exact(a, b), Exact(c, d)) => ratio(a * d + c * b, b * d),
            _ => Float(self.to_float() + other.to_float()),
        }
    }

    pub(crate) fn subtract(&self, other: &Self) -> Self {
        match (self, other) {
            (Exact(a, b), Exact(c, d)) => ratio(a * d - c * b, b * d),
            _ => Float(self.to_float() - other.to_float()),
        }
    }

    pub(crate) fn negate(&self) -> Self {
        match self {
            Exact(a, b) => Exact(-a, b.clone()),
            Float(value) => Float(-value),
        }
    }

    pub(crate) fn multiply(&self, other: &Self) -> Self {
        match (self, other) {
            (Exact(a, b), Exact(c, d)) => ratio(a * c, b * d),
            _ => Float(self.to_float() * other.to_float()),
        }
    }

    /// `None` for a division by an exact zero.
    pub(crate) fn divide(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (_, Exact(c, _)) if *c == IBig::ZERO => None,
            (Exact(a, b), Exact(c, d)) => Some(ratio(a * d, b * c)),
            _ => Some(Float(self.to_float() / other.to_float())),
        }
    }

    /// `None` where one is NaN. A flonum counts as the exact number that it is.
    pub(crate) fn compare(&self, other: &Self) -> Option<Ordering> {
        if let (Float(a), Float(b)) = (self, other) {
            return a.partial_cmp(b);
        }
        match (self.to_exact(), other.to_exact()) {
            (Some(Exact(a, b)), Some(Exact(c, d))) => Some((a * d).cmp(&(c * b))),
            (None, _) => self.to_float().partial_cmp(&0.0),
            _ => 0.0.partial_cmp(&other.to_float()),
        }
    }

    pub(crate) fn is_equivalent(&self, other: &Self) -> bool {
        match (self, other) {
            (Exact(a, b), Exact(c, d)) => a == c && b == d,
            (Float(a), Float(b)) => a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan(),
            _ => false,
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Exact(value, denominator) if *denominator == IBig::ONE => write!(out, "{value}"),
            Exact(numerator, denominator) => write!(out, "{numerator}/{denominator}"),
            Float(value) if value.is_nan() => out.write_str("+nan.0"),
            Float(value) if value.is_infinite() => {
                out.write_str(if *value > 0.0 { "+inf.0" } else { "-inf.0" })
            }
            Float(value) => write!(out, "{value:?}"),
        }
    }
}
