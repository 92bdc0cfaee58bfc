//! Numbers as the report knows them: real and complex, exact and inexact (R7RS 6.2).

use std::cmp::Ordering;

use dashu_int::IBig;
use syntax::{Stop, Supervisor};

use super::complex::Pair;
use super::exact::{Exact, Rounding};
use super::real::{Division, Real};
use super::{Problem, expected};

/// A number, outside the heap.
#[derive(Clone, Debug)]
pub(crate) enum Number {
    /// A real number.
    Real(Real),
    /// Real and imaginary part, each exact or not; the imaginary part is not an exact zero.
    Complex(Real, Real),
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self::Real(Real::from(value))
    }
}

impl From<f64> for Number {
    fn from(value: f64) -> Self {
        Self::Real(Real::Flonum(value))
    }
}

impl From<IBig> for Number {
    fn from(value: IBig) -> Self {
        Self::Real(Real::from(value))
    }
}

impl From<Real> for Number {
    fn from(value: Real) -> Self {
        Self::Real(value)
    }
}

impl From<Exact> for Number {
    fn from(value: Exact) -> Self {
        Self::Real(Real::Exact(value))
    }
}

impl Number {
    /// The number of two parts: real where the imaginary part is an exact zero.
    pub(crate) fn rectangular(real: Real, imaginary: Real) -> Self {
        if imaginary.is_exactly(0) {
            Self::Real(real)
        } else {
            Self::Complex(real, imaginary)
        }
    }

    /// Real and imaginary part.
    pub(crate) fn parts(&self) -> (Real, Real) {
        match self {
            Self::Real(real) => (real.clone(), Real::from(0)),
            Self::Complex(real, imaginary) => (real.clone(), imaginary.clone()),
        }
    }

    /// The real number; a [`Problem`] with operand `argument` of a complex one.
    pub(crate) fn real(&self, argument: u8) -> Result<&Real, Problem> {
        match self {
            Self::Real(real) => Ok(real),
            Self::Complex(..) => Err(expected(argument, "real number")),
        }
    }

    /// The exact integer; a [`Problem`] with operand `argument` of any other number.
    pub(crate) fn exact_integer(&self, argument: u8) -> Result<&IBig, Problem> {
        match self {
            Self::Real(Real::Exact(Exact::Integer(value))) => Ok(value),
            _ => Err(expected(argument, "exact integer")),
        }
    }

    pub(crate) fn is_exact(&self) -> bool {
        match self {
            Self::Real(real) => real.is_exact(),
            Self::Complex(real, imaginary) => real.is_exact() && imaginary.is_exact(),
        }
    }

    pub(crate) fn is_zero(&self) -> bool {
        match self {
            Self::Real(real) => real.is_zero(),
            Self::Complex(real, imaginary) => real.is_zero() && imaginary.is_zero(),
        }
    }

    /// Whether it is the exact number `value`.
    pub(crate) fn is_exactly(&self, value: i64) -> bool {
        matches!(self, Self::Real(real) if real.is_exactly(value))
    }

    pub(crate) fn add(&self, other: &Self, supervisor: &dyn Supervisor) -> Result<Self, Stop> {
        if let (Self::Real(a), Self::Real(b)) = (self, other) {
            return a.add(b, supervisor).map(Self::Real);
        }
        let ((a, b), (c, d)) = (self.parts(), other.parts());
        let parts = Parts(supervisor);
        Ok(Self::rectangular(parts.add(&a, &c)?, parts.add(&b, &d)?))
    }

    pub(crate) fn subtract(&self, other: &Self, supervisor: &dyn Supervisor) -> Result<Self, Stop> {
        if let (Self::Real(a), Self::Real(b)) = (self, other) {
            return a.subtract(b, supervisor).map(Self::Real);
        }
        let ((a, b), (c, d)) = (self.parts(), other.parts());
        let parts = Parts(supervisor);
        let real = parts.subtract(&a, &c)?;
        Ok(Self::rectangular(real, parts.subtract(&b, &d)?))
    }

    pub(crate) fn multiply(&self, other: &Self, supervisor: &dyn Supervisor) -> Result<Self, Stop> {
        let parts = Parts(supervisor);
        match (self, other) {
            (Self::Real(a), Self::Real(b)) => a.multiply(b, supervisor).map(Self::Real),
            (Self::Real(factor), Self::Complex(real, imaginary))
            | (Self::Complex(real, imaginary), Self::Real(factor)) => {
                let real = parts.multiply(real, factor)?;
                Ok(Self::rectangular(real, parts.multiply(imaginary, factor)?))
            }
            (Self::Complex(a, b), Self::Complex(c, d)) => {
                let real = parts.subtract(&parts.multiply(a, c)?, &parts.multiply(b, d)?)?;
                let imaginary = parts.add(&parts.multiply(a, d)?, &parts.multiply(b, c)?)?;
                Ok(Self::rectangular(real, imaginary))
            }
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
        let parts = Parts(supervisor);
        match (self, other) {
            (Self::Real(a), Self::Real(b)) => a.divide(b, supervisor).map(Self::Real),
            (Self::Complex(real, imaginary), Self::Real(divisor)) => Ok(Self::rectangular(
                parts.divide(real, divisor)?,
                parts.divide(imaginary, divisor)?,
            )),
            (_, Self::Complex(c, d)) if c.is_exactly(0) => {
                let (a, b) = self.parts();
                let imaginary = parts.divide(&a, d)?.negate();
                Ok(Self::rectangular(parts.divide(&b, d)?, imaginary))
            }
            (_, Self::Complex(c, d)) if self.is_exact() && other.is_exact() => {
                let square = |part: &Real| part.multiply(part, supervisor);
                let norm = square(c)?.add(&square(d)?, supervisor)?;
                let conjugate = Self::rectangular(c.clone(), d.negate());
                let dividend = self.multiply(&conjugate, supervisor)?;
                dividend.divide(&Self::Real(norm), supervisor)
            }
            _ if self.is_exactly(0) => Ok(Self::from(0)),
            _ => Ok(Pair::of(self).divide(Pair::of(other)).into()),
        }
    }

    /// The order of two real numbers; `None` when one is a NaN.
    ///
    /// # Errors
    ///
    /// A complex operand.
    pub(crate) fn compare(
        &self,
        other: &Self,
        supervisor: &dyn Supervisor,
    ) -> Result<Option<Ordering>, Problem> {
        Ok(self.real(1)?.compare(other.real(2)?, supervisor)?)
    }

    /// `=`.
    pub(crate) fn is_equal(&self, other: &Self) -> bool {
        let ((a, b), (c, d)) = (self.parts(), other.parts());
        a.is_equal(&c) && b.is_equal(&d)
    }

    /// `eqv?`: exactness counts, `0.0` and `-0.0` differ, a NaN is the same as any.
    pub(crate) fn is_eqv(&self, other: &Self) -> bool {
        let same = |a: &Real, b: &Real| match (a, b) {
            (Real::Exact(a), Real::Exact(b)) => a == b,
            (Real::Flonum(a), Real::Flonum(b)) => {
                a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
            }
            _ => false,
        };
        match (self, other) {
            (Self::Real(a), Self::Real(b)) => same(a, b),
            (Self::Complex(a, b), Self::Complex(c, d)) => same(a, c) && same(b, d),
            _ => false,
        }
    }

    /// # Errors
    ///
    /// An operand that is no integer, and a zero divisor.
    pub(crate) fn integer_divide(
        &self,
        other: &Self,
        division: Division,
        supervisor: &dyn Supervisor,
    ) -> Result<Self, Problem> {
        let a = self.real(1).map_err(|_| expected(1, "integer"))?;
        let b = other.real(2).map_err(|_| expected(2, "integer"))?;
        a.integer_divide(b, division, supervisor).map(Self::Real)
    }

    /// # Errors
    ///
    /// A complex number.
    pub(crate) fn round(
        &self,
        rounding: Rounding,
        supervisor: &dyn Supervisor,
    ) -> Result<Self, Problem> {
        let rounded = self.real(1)?.round(rounding, supervisor)?;
        Ok(Self::Real(rounded))
    }

    /// # Errors
    ///
    /// An infinity or NaN.
    pub(crate) fn to_exact(&self) -> Result<Self, Problem> {
        let exact = |part: &Real| {
            part.to_exact()
                .map(Real::Exact)
                .ok_or(expected(1, "finite number"))
        };
        match self {
            Self::Real(real) => exact(real).map(Self::Real),
            Self::Complex(real, imaginary) => {
                Ok(Self::rectangular(exact(real)?, exact(imaginary)?))
            }
        }
    }

    pub(crate) fn to_inexact(&self) -> Self {
        let inexact = |part: &Real| Real::Flonum(part.to_f64());
        match self {
            Self::Real(real) => Self::Real(inexact(real)),
            Self::Complex(real, imaginary) => Self::Complex(inexact(real), inexact(imaginary)),
        }
    }
}

/// Operations on parts of complex numbers: an exact zero stands for a part that is not there. It leaves the sign of
/// zeros alone, and is not made a NaN by an infinity.
#[derive(Clone, Copy)]
struct Parts<'s>(&'s dyn Supervisor);

impl Parts<'_> {
    fn add(self, a: &Real, b: &Real) -> Result<Real, Stop> {
        if a.is_exactly(0) {
            Ok(b.clone())
        } else if b.is_exactly(0) {
            Ok(a.clone())
        } else {
            a.add(b, self.0)
        }
    }

    fn subtract(self, a: &Real, b: &Real) -> Result<Real, Stop> {
        self.add(a, &b.negate())
    }

    fn multiply(self, a: &Real, b: &Real) -> Result<Real, Stop> {
        if a.is_exactly(0) || b.is_exactly(0) {
            Ok(Real::from(0))
        } else {
            a.multiply(b, self.0)
        }
    }

    fn divide(self, a: &Real, b: &Real) -> Result<Real, Problem> {
        if a.is_exactly(0) && !b.is_exactly(0) {
            Ok(Real::from(0))
        } else {
            a.divide(b, self.0)
        }
    }
}

/// `value` shifted left by `amount` bits, or right where that is negative; rounds down.
pub(crate) fn shift(value: &IBig, amount: i64) -> IBig {
    let bits = usize::try_from(amount.unsigned_abs()).unwrap_or(usize::MAX);
    if amount >= 0 {
        value << bits
    } else {
        value >> bits
    }
}
