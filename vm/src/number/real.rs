//! Real numbers: exact ones and doubles, mixed as the report says (R7RS 6.2.2, 6.2.6).

use std::cmp::Ordering;

use dashu_int::{IBig, UBig};
use syntax::number::large;
use syntax::{Stop, Supervisor};

use super::exact::{Exact, Rounding, floor_divide, quotient, simplest_between, truncate_divide};
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
        self.double_in_range().is_some()
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

    /// One with the sign of the number, or zero, or a NaN.
    pub(super) fn unit(&self) -> f64 {
        match self {
            Self::Exact(value) => value.unit(),
            Self::Flonum(value) if *value == 0.0 => *value,
            Self::Flonum(value) => value.signum(),
        }
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

    /// The result of an operation on two exact numbers or two doubles. An exact operand becomes a double, unless
    /// that is beyond the range of doubles: then the exact result is rounded, once.
    fn mixed(
        &self,
        other: &Self,
        exact: impl FnOnce(&Exact, &Exact) -> Result<Exact, Stop>,
        inexact: impl FnOnce(f64, f64) -> f64,
    ) -> Result<Self, Stop> {
        if let (Self::Exact(a), Self::Exact(b)) = (self, other) {
            return exact(a, b).map(Self::Exact);
        }
        let doubles = (self.double_in_range(), other.double_in_range());
        if let (Some(a), Some(b)) = doubles {
            return Ok(Self::Flonum(inexact(a, b)));
        }
        Ok(Self::Flonum(match (self.to_exact(), other.to_exact()) {
            (Some(a), Some(b)) => exact(&a, &b)?.to_f64(),
            _ => inexact(self.to_f64(), other.to_f64()),
        }))
    }

    /// The double of the number, if it is near to the number, or the number is zero or not finite.
    pub(super) fn double_in_range(&self) -> Option<f64> {
        match self {
            Self::Exact(value) => {
                Some(value.to_f64()).filter(|double| double.is_normal() || value.is_zero())
            }
            Self::Flonum(value) => Some(*value),
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

    pub(crate) fn add(&self, other: &Self, supervisor: &dyn Supervisor) -> Result<Self, Stop> {
        match self.beside_infinity(other) {
            Some((a, b)) => Ok(Self::Flonum(a + b)),
            None => self.mixed(other, |a, b| a.add(b, supervisor), |a, b| a + b),
        }
    }

    pub(crate) fn subtract(&self, other: &Self, supervisor: &dyn Supervisor) -> Result<Self, Stop> {
        match self.beside_infinity(other) {
            Some((a, b)) => Ok(Self::Flonum(a - b)),
            None => self.mixed(other, |a, b| a.subtract(b, supervisor), |a, b| a - b),
        }
    }

    pub(crate) fn multiply(&self, other: &Self, supervisor: &dyn Supervisor) -> Result<Self, Stop> {
        match self.beside_zero_or_infinity(other) {
            Some((a, b)) => Ok(Self::Flonum(a * b)),
            None => self.mixed(other, |a, b| a.multiply(b, supervisor), |a, b| a * b),
        }
    }

    /// # Errors
    ///
    /// [`Problem::DivisionByZero`] when `other` is an exact zero.
    pub(crate) fn divide(
        &self,
        other: &Self,
        supervisor: &dyn Supervisor,
    ) -> Result<Self, Problem> {
        if matches!(other, Self::Exact(b) if b.is_zero()) {
            return Err(Problem::DivisionByZero);
        }
        if let Some((a, b)) = self.beside_zero_or_infinity(other) {
            return Ok(Self::Flonum(a / b));
        }
        let exact = |a: &Exact, b: &Exact| {
            let quotient = a.divide(b, supervisor)?;
            Ok(quotient.expect("zeros were told apart"))
        };
        Ok(self.mixed(other, exact, |a, b| a / b)?)
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
    pub(crate) fn compare(
        &self,
        other: &Self,
        supervisor: &dyn Supervisor,
    ) -> Result<Option<Ordering>, Stop> {
        match (self, other) {
            (Self::Exact(a), Self::Exact(b)) => a.compare(b, supervisor).map(Some),
            (Self::Flonum(a), Self::Flonum(b)) => Ok(a.partial_cmp(b)),
            (Self::Exact(a), Self::Flonum(b)) => compare_exact_flonum(a, *b, supervisor),
            (Self::Flonum(a), Self::Exact(b)) => {
                let order = compare_exact_flonum(b, *a, supervisor)?;
                Ok(order.map(Ordering::reverse))
            }
        }
    }

    /// Whether both have the same value.
    pub(crate) fn is_equal(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Flonum(a), Self::Flonum(b)) => a.partial_cmp(b) == Some(Ordering::Equal),
            _ => self
                .to_exact()
                .is_some_and(|a| other.to_exact().is_some_and(|b| a == b)),
        }
    }

    /// The integer next to it, exact if it is exact.
    pub(crate) fn round(
        &self,
        rounding: Rounding,
        supervisor: &dyn Supervisor,
    ) -> Result<Self, Stop> {
        match self {
            Self::Exact(value) => value.round(rounding, supervisor).map(Self::from),
            Self::Flonum(value) => Ok(Self::Flonum(rounding.of(*value))),
        }
    }

    /// One of the results of dividing two integers.
    ///
    /// # Errors
    ///
    /// An operand that is no integer, and a zero divisor.
    pub(crate) fn integer_divide(
        &self,
        other: &Self,
        division: Division,
        supervisor: &dyn Supervisor,
    ) -> Result<Self, Problem> {
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
                Division::TruncateQuotient => truncate_divide(a, b, supervisor)?.0,
                Division::TruncateRemainder => truncate_divide(a, b, supervisor)?.1,
                Division::FloorQuotient => floor_divide(a, b, supervisor)?.0,
                Division::FloorRemainder => floor_divide(a, b, supervisor)?.1,
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
            let divisor = Self::Exact(divisor);
            let result = Self::Exact(exact).integer_divide(&divisor, division, supervisor)?;
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
    pub(crate) fn common_divisor(
        &self,
        other: &Self,
        supervisor: &dyn Supervisor,
    ) -> Result<Self, Problem> {
        let gcd = |a: &UBig, b: &UBig| large::common_divisor(a, b, supervisor);
        self.common(other, gcd, |other| other)
    }

    /// The least common multiple of two integers.
    ///
    /// # Errors
    ///
    /// An operand that is no integer.
    pub(crate) fn common_multiple(
        &self,
        other: &Self,
        supervisor: &dyn Supervisor,
    ) -> Result<Self, Problem> {
        let lcm = |a: &UBig, b: &UBig| {
            let divisor = large::common_divisor(a, b, supervisor)?;
            large::multiply(&quotient(a, &divisor, supervisor)?, b, supervisor)
        };
        self.common(other, lcm, |_| UBig::ZERO)
    }

    fn common(
        &self,
        other: &Self,
        of_positive: impl Fn(&UBig, &UBig) -> Result<UBig, Stop>,
        of_zero: impl Fn(UBig) -> UBig,
    ) -> Result<Self, Problem> {
        let a = self.integer_magnitude().ok_or(expected(1, "integer"))?;
        let b = other.integer_magnitude().ok_or(expected(2, "integer"))?;
        let result = if a.is_zero() || b.is_zero() {
            of_zero(a + b)
        } else {
            of_positive(&a, &b)?
        };
        let inexact = if self.is_exact() { other } else { self };
        Ok(Self::like(Exact::Integer(result.into()), inexact))
    }

    fn integer_magnitude(&self) -> Option<UBig> {
        let value = self.to_exact()?;
        Some(value.as_integer()?.clone().into_parts().1)
    }

    /// The greater of two; inexact if either is; a NaN if either is.
    pub(crate) fn maximum(&self, other: &Self, supervisor: &dyn Supervisor) -> Result<Self, Stop> {
        self.unless(other, Ordering::Less, supervisor)
    }

    /// The less of two; inexact if either is; a NaN if either is.
    pub(crate) fn minimum(&self, other: &Self, supervisor: &dyn Supervisor) -> Result<Self, Stop> {
        self.unless(other, Ordering::Greater, supervisor)
    }

    /// This number, or the other one if the numbers compare like that.
    fn unless(
        &self,
        other: &Self,
        ordering: Ordering,
        supervisor: &dyn Supervisor,
    ) -> Result<Self, Stop> {
        let chosen = match self.compare(other, supervisor)? {
            None => return Ok(Self::Flonum(f64::NAN)),
            Some(order) if order == ordering => other,
            Some(_) => self,
        };
        Ok(if self.is_exact() == other.is_exact() {
            chosen.clone()
        } else {
            Self::Flonum(chosen.to_f64())
        })
    }

    /// Numerator and denominator in lowest terms, inexact if the number is.
    ///
    /// # Errors
    ///
    /// An infinity or NaN.
    pub(crate) fn parts(&self) -> Result<(Self, Self), Problem> {
        if matches!(self, Self::Flonum(value) if *value == 0.0) {
            // A zero keeps its sign.
            return Ok((self.clone(), Self::Flonum(1.0)));
        }
        let exact = self.to_exact().ok_or(expected(1, "rational number"))?;
        let (numerator, denominator) = exact.parts();
        let part = |value: IBig| Self::like(Exact::Integer(value), self);
        Ok((part(numerator), part(denominator.into())))
    }

    /// The simplest rational number that differs from `self` by no more than `tolerance`.
    pub(crate) fn rationalize(
        &self,
        tolerance: &Self,
        supervisor: &dyn Supervisor,
    ) -> Result<Self, Stop> {
        let (Some(value), Some(tolerance_exact)) = (self.to_exact(), tolerance.to_exact()) else {
            let (value, tolerance) = (self.to_f64(), tolerance.to_f64());
            return Ok(Self::Flonum(
                match (value.is_infinite(), tolerance.is_infinite()) {
                    (true, false) if !tolerance.is_nan() => value,
                    (false, true) if !value.is_nan() => 0.0,
                    _ => f64::NAN,
                },
            ));
        };
        let tolerance_exact = if tolerance.is_negative() {
            tolerance_exact.negate()
        } else {
            tolerance_exact
        };
        let low = value.subtract(&tolerance_exact, supervisor)?;
        let high = value.add(&tolerance_exact, supervisor)?;
        let simplest = if low.sign() == Ordering::Greater {
            simplest_between(&low, &high, supervisor)?
        } else if high.sign() == Ordering::Less {
            simplest_between(&high.negate(), &low.negate(), supervisor)?.negate()
        } else {
            Exact::from(0)
        };
        let inexact = if self.is_exact() { tolerance } else { self };
        Ok(Self::like(simplest, inexact))
    }
}

fn compare_exact_flonum(
    a: &Exact,
    b: f64,
    supervisor: &dyn Supervisor,
) -> Result<Option<Ordering>, Stop> {
    if b.is_nan() {
        return Ok(None);
    }
    Ok(Some(match Exact::from_f64(b) {
        Some(b) => a.compare(&b, supervisor)?,
        None if b > 0.0 => Ordering::Less,
        None => Ordering::Greater,
    }))
}
