//! Real numbers: exact ones and doubles, mixed as the report says (R7RS 6.2.2, 6.2.6).

use std::cmp::Ordering;

use dashu_int::ops::Gcd;
use dashu_int::{IBig, UBig};

use super::exact::{Exact, Rounding, floor_divide, simplest_between, truncate_divide};
use super::{Problem, expected};

/// A real number.
#[derive(Clone, Debug)]
pub(crate) enum Real {
    /// An exact one.
    Exact(Exact),
    /// An inexact one.
    Flonum(f64),
}

/// Which of the results of a division of integers is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Division {
    /// `truncate-quotient`
    TruncateQuotient,
    /// `truncate-remainder`
    TruncateRemainder,
    /// `floor-quotient`
    FloorQuotient,
    /// `floor-remainder`
    FloorRemainder,
}

/// Operands below this magnitude are divided as doubles: a multiple of the one next to the other is then
/// a double too, and its quotient an integer.
const DOUBLE_DIVISION_MAX: f64 = (1_u64 << (f64::MANTISSA_DIGITS - 1)) as f64;

impl From<i64> for Real {
    fn from(value: i64) -> Self {
        Self::Exact(Exact::from(value))
    }
}

impl From<IBig> for Real {
    fn from(value: IBig) -> Self {
        Self::Exact(Exact::Integer(value))
    }
}

impl Real {
    /// Whether the double of the number is near to the number, or both are zero or not finite.
    pub(super) fn is_in_range(&self) -> bool {
        match self {
            Self::Exact(value) => value.is_zero() || value.to_f64().is_normal(),
            Self::Flonum(_) => true,
        }
    }

    pub(crate) fn to_f64(&self) -> f64 {
        match self {
            Self::Exact(value) => value.to_f64(),
            Self::Flonum(value) => *value,
        }
    }

    pub(crate) fn is_exact(&self) -> bool {
        matches!(self, Self::Exact(_))
    }

    /// Whether it is the exact number `value`.
    pub(crate) fn is_exactly(&self, value: i64) -> bool {
        matches!(self, Self::Exact(Exact::Integer(integer)) if *integer == IBig::from(value))
    }

    pub(crate) fn is_integer(&self) -> bool {
        match self {
            Self::Exact(value) => value.as_integer().is_some(),
            Self::Flonum(value) => value.is_finite() && value.fract() == 0.0,
        }
    }

    /// Less than, equal to or greater than zero; `None` of a NaN.
    pub(crate) fn sign(&self) -> Option<Ordering> {
        match self {
            Self::Exact(value) => Some(value.sign()),
            Self::Flonum(value) => value.partial_cmp(&0.0),
        }
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.sign() == Some(Ordering::Equal)
    }

    pub(crate) fn is_negative(&self) -> bool {
        self.sign() == Some(Ordering::Less)
    }

    /// The exact number of the same value; `None` of an infinity or NaN.
    pub(crate) fn to_exact(&self) -> Option<Exact> {
        match self {
            Self::Exact(value) => Some(value.clone()),
            Self::Flonum(value) => Exact::from_f64(*value),
        }
    }

    /// `exact` as it is, or as a double where `like` is one.
    fn like(exact: Exact, like: &Self) -> Self {
        match like {
            Self::Exact(_) => Self::Exact(exact),
            Self::Flonum(_) => Self::Flonum(exact.to_f64()),
        }
    }

    fn mixed(
        &self,
        other: &Self,
        exact: impl FnOnce(&Exact, &Exact) -> Exact,
        inexact: impl FnOnce(f64, f64) -> f64,
    ) -> Self {
        match (self, other) {
            (Self::Exact(a), Self::Exact(b)) => Self::Exact(exact(a, b)),
            _ => Self::Flonum(inexact(self.to_f64(), other.to_f64())),
        }
    }

    /// A double and an exact number of the range of doubles that stands for the exact operand: beside an
    /// infinity or NaN only the sign of that matters, and it may itself be beyond the range.
    fn beside_infinity(&self, other: &Self) -> Option<(f64, f64)> {
        match (self, other) {
            (Self::Exact(a), Self::Flonum(b)) if !b.is_finite() => Some((a.unit(), *b)),
            (Self::Flonum(a), Self::Exact(b)) if !a.is_finite() => Some((*a, b.unit())),
            _ => None,
        }
    }

    /// The same for a product or quotient, of which a zero is as decided as an infinity.
    pub(super) fn beside_zero_or_infinity(&self, other: &Self) -> Option<(f64, f64)> {
        match (self, other) {
            (Self::Exact(a), Self::Flonum(b)) if *b == 0.0 => Some((a.unit(), *b)),
            (Self::Flonum(a), Self::Exact(b)) if *a == 0.0 => Some((*a, b.unit())),
            _ => self.beside_infinity(other),
        }
    }

    pub(crate) fn add(&self, other: &Self) -> Self {
        match self.beside_infinity(other) {
            Some((a, b)) => Self::Flonum(a + b),
            None => self.mixed(other, Exact::add, |a, b| a + b),
        }
    }

    pub(crate) fn subtract(&self, other: &Self) -> Self {
        match self.beside_infinity(other) {
            Some((a, b)) => Self::Flonum(a - b),
            None => self.mixed(other, Exact::subtract, |a, b| a - b),
        }
    }

    pub(crate) fn multiply(&self, other: &Self) -> Self {
        match self.beside_zero_or_infinity(other) {
            Some((a, b)) => Self::Flonum(a * b),
            None => self.mixed(other, Exact::multiply, |a, b| a * b),
        }
    }

    /// # Errors
    ///
    /// [`Problem::DivisionByZero`] when `other` is an exact zero.
    pub(crate) fn divide(&self, other: &Self) -> Result<Self, Problem> {
        match (self, other) {
            (Self::Exact(a), Self::Exact(b)) => {
                a.divide(b).map(Self::Exact).ok_or(Problem::DivisionByZero)
            }
            (_, Self::Exact(b)) if b.is_zero() => Err(Problem::DivisionByZero),
            _ if let Some((a, b)) = self.beside_zero_or_infinity(other) => Ok(Self::Flonum(a / b)),
            _ => Ok(Self::Flonum(self.to_f64() / other.to_f64())),
        }
    }

    pub(crate) fn negate(&self) -> Self {
        match self {
            Self::Exact(value) => Self::Exact(value.negate()),
            Self::Flonum(value) => Self::Flonum(-value),
        }
    }

    pub(crate) fn magnitude(&self) -> Self {
        match self {
            Self::Exact(value) if value.sign() == Ordering::Less => Self::Exact(value.negate()),
            Self::Exact(_) => self.clone(),
            Self::Flonum(value) => Self::Flonum(value.abs()),
        }
    }

    /// The order of the values themselves, without rounding; `None` when one is a NaN.
    pub(crate) fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Exact(a), Self::Exact(b)) => Some(a.compare(b)),
            (Self::Flonum(a), Self::Flonum(b)) => a.partial_cmp(b),
            (Self::Exact(a), Self::Flonum(b)) => compare_exact_flonum(a, *b),
            (Self::Flonum(a), Self::Exact(b)) => compare_exact_flonum(b, *a).map(Ordering::reverse),
        }
    }

    /// The integer next to it, exact if it is exact.
    pub(crate) fn round(&self, rounding: Rounding) -> Self {
        match self {
            Self::Exact(value) => Self::from(value.round(rounding)),
            Self::Flonum(value) => Self::Flonum(match rounding {
                Rounding::Floor => value.floor(),
                Rounding::Ceiling => value.ceil(),
                Rounding::Truncate => value.trunc(),
                Rounding::Round => value.round_ties_even(),
            }),
        }
    }

    /// One of the results of dividing two integers.
    ///
    /// # Errors
    ///
    /// An operand that is no integer, and a zero divisor.
    pub(crate) fn integer_divide(&self, other: &Self, division: Division) -> Result<Self, Problem> {
        for (number, operand) in [(1, self), (2, other)] {
            if !operand.is_integer() {
                return Err(expected(number, "integer"));
            }
        }
        if other.is_zero() {
            return Err(Problem::DivisionByZero);
        }
        if let (Self::Exact(Exact::Integer(a)), Self::Exact(Exact::Integer(b))) = (self, other) {
            return Ok(Self::from(match division {
                Division::TruncateQuotient => truncate_divide(a, b).0,
                Division::TruncateRemainder => truncate_divide(a, b).1,
                Division::FloorQuotient => floor_divide(a, b).0,
                Division::FloorRemainder => floor_divide(a, b).1,
            }));
        }
        let (a, b) = (self.to_f64(), other.to_f64());
        let is_quotient = matches!(
            division,
            Division::TruncateQuotient | Division::FloorQuotient
        );
        // A quotient that is zero has the sign that the quotient would have, a remainder has none (as
        // Chez and Guile have it).
        let signed = |result: f64| match result == 0.0 {
            true if is_quotient && a.is_sign_negative() != b.is_sign_negative() => -0.0,
            true => 0.0,
            false => result,
        };
        // An exact operand may be none of the doubles, which are what `%` takes.
        let is_mixed = self.is_exact() || other.is_exact();
        if (is_quotient || is_mixed)
            && a.abs().max(b.abs()) >= DOUBLE_DIVISION_MAX
            && let (Some(exact), Some(divisor)) = (self.to_exact(), other.to_exact())
        {
            let result = Self::Exact(exact).integer_divide(&Self::Exact(divisor), division)?;
            return Ok(Self::Flonum(signed(result.to_f64())));
        }
        // `%` is exact.
        let truncated = a % b;
        let floored = if truncated != 0.0 && (truncated < 0.0) != (b < 0.0) {
            truncated + b
        } else {
            truncated
        };
        Ok(Self::Flonum(signed(match division {
            Division::TruncateQuotient => (a - truncated) / b,
            Division::TruncateRemainder => truncated,
            Division::FloorQuotient => (a - floored) / b,
            Division::FloorRemainder => floored,
        })))
    }

    /// The greatest common divisor of two integers.
    ///
    /// # Errors
    ///
    /// An operand that is no integer.
    pub(crate) fn common_divisor(&self, other: &Self) -> Result<Self, Problem> {
        self.common(other, |a, b| a.gcd(b), |other| other)
    }

    /// The least common multiple of two integers.
    ///
    /// # Errors
    ///
    /// An operand that is no integer.
    pub(crate) fn common_multiple(&self, other: &Self) -> Result<Self, Problem> {
        self.common(other, |a, b| a / a.gcd(b) * b, |_| UBig::ZERO)
    }

    fn common(
        &self,
        other: &Self,
        of_positive: impl Fn(&UBig, &UBig) -> UBig,
        of_zero: impl Fn(UBig) -> UBig,
    ) -> Result<Self, Problem> {
        let a = self.integer_magnitude().ok_or(expected(1, "integer"))?;
        let b = other.integer_magnitude().ok_or(expected(2, "integer"))?;
        let result = if a.is_zero() || b.is_zero() {
            of_zero(a + b)
        } else {
            of_positive(&a, &b)
        };
        let inexact = if self.is_exact() { other } else { self };
        Ok(Self::like(Exact::Integer(result.into()), inexact))
    }

    fn integer_magnitude(&self) -> Option<UBig> {
        let value = self.to_exact()?;
        Some(value.as_integer()?.clone().into_parts().1)
    }

    /// The greater of two; inexact if either is; a NaN if either is.
    pub(crate) fn maximum(&self, other: &Self) -> Self {
        self.unless(other, Ordering::Less)
    }

    /// The less of two; inexact if either is; a NaN if either is.
    pub(crate) fn minimum(&self, other: &Self) -> Self {
        self.unless(other, Ordering::Greater)
    }

    /// This number, or the other one if the numbers compare like that.
    fn unless(&self, other: &Self, ordering: Ordering) -> Self {
        let chosen = match self.compare(other) {
            None => return Self::Flonum(f64::NAN),
            Some(order) if order == ordering => other,
            Some(_) => self,
        };
        if self.is_exact() == other.is_exact() {
            chosen.clone()
        } else {
            Self::Flonum(chosen.to_f64())
        }
    }

    /// Numerator and denominator in lowest terms, inexact if the number is.
    ///
    /// # Errors
    ///
    /// An infinity or NaN.
    pub(crate) fn parts(&self) -> Result<(Self, Self), Problem> {
        let exact = self.to_exact().ok_or(expected(1, "rational number"))?;
        let (numerator, denominator) = exact.parts();
        let part = |value: IBig| Self::like(Exact::Integer(value), self);
        Ok((part(numerator), part(denominator.into())))
    }

    /// The simplest rational number that differs from `self` by no more than `tolerance`.
    pub(crate) fn rationalize(&self, tolerance: &Self) -> Self {
        let (Some(value), Some(tolerance_exact)) = (self.to_exact(), tolerance.to_exact()) else {
            let (value, tolerance) = (self.to_f64(), tolerance.to_f64());
            return Self::Flonum(match (value.is_infinite(), tolerance.is_infinite()) {
                (true, false) if !tolerance.is_nan() => value,
                (false, true) if !value.is_nan() => 0.0,
                _ => f64::NAN,
            });
        };
        let tolerance_exact = if tolerance.is_negative() {
            tolerance_exact.negate()
        } else {
            tolerance_exact
        };
        let low = value.subtract(&tolerance_exact);
        let high = value.add(&tolerance_exact);
        let simplest = if low.sign() == Ordering::Greater {
            simplest_between(&low, &high)
        } else if high.sign() == Ordering::Less {
            simplest_between(&high.negate(), &low.negate()).negate()
        } else {
            Exact::from(0)
        };
        Self::like(simplest, if self.is_exact() { tolerance } else { self })
    }
}

fn compare_exact_flonum(a: &Exact, b: f64) -> Option<Ordering> {
    if b.is_nan() {
        return None;
    }
    Some(match Exact::from_f64(b) {
        Some(b) => a.compare(&b),
        None if b > 0.0 => Ordering::Less,
        None => Ordering::Greater,
    })
}
