//! Numbers as text.

use std::fmt::{Display, Formatter, Result, Write};

use super::{Complex, Integer, Number, Ratio};

/// Decimal exponents for which a flonum is written without one: from here...
const POSITIONAL_EXPONENT_MIN: i32 = -7;
/// ...to here.
const POSITIONAL_EXPONENT_MAX: i32 = 20;

/// Writes the shortest decimal that reads back as `value`: `1.0`, `0.5`, `1e100`, `+inf.0`.
///
/// # Errors
///
/// Those of `out`.
pub fn write_flonum(value: f64, out: &mut impl Write) -> Result {
    if value.is_nan() {
        return out.write_str("+nan.0");
    }
    if value.is_infinite() {
        return out.write_str(if value > 0.0 { "+inf.0" } else { "-inf.0" });
    }
    // The standard library's shortest digits: `-1.25e-7`.
    let scientific = format!("{value:e}");
    let (significand, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(POSITIONAL_EXPONENT_MIN..=POSITIONAL_EXPONENT_MAX).contains(&exponent) {
        return out.write_str(&scientific);
    }
    let negative = significand.starts_with('-');
    let digits: String = significand.chars().filter(char::is_ascii_digit).collect();
    if negative {
        out.write_char('-')?;
    }
    write_positional(&digits, exponent, out)
}

/// Writes `d.ddd` times ten to `exponent` with the point where it belongs.
fn write_positional(digits: &str, exponent: i32, out: &mut impl Write) -> Result {
    let Ok(exponent) = usize::try_from(exponent) else {
        let zeros = exponent.unsigned_abs() as usize - 1;
        return write!(out, "0.{}{digits}", "0".repeat(zeros));
    };
    let integer_digits = exponent + 1;
    match digits.split_at_checked(integer_digits) {
        Some((integer, "")) => write!(out, "{integer}.0"),
        Some((integer, fraction)) => write!(out, "{integer}.{fraction}"),
        None => write!(
            out,
            "{digits}{}.0",
            "0".repeat(integer_digits - digits.len())
        ),
    }
}

impl Display for Integer {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        match self {
            Self::Small(value) => write!(formatter, "{value}"),
            Self::Big { .. } => formatter.write_str(&self.to_text(10)),
        }
    }
}

impl Display for Ratio {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        write!(formatter, "{}/{}", self.numerator, self.denominator)
    }
}

impl Display for Complex {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        if self.real != Number::from(0) {
            write!(formatter, "{}", self.real)?;
        }
        if self.imaginary == Number::from(1) {
            return formatter.write_str("+i");
        }
        if self.imaginary == Number::from(-1) {
            return formatter.write_str("-i");
        }
        let imaginary = self.imaginary.to_string();
        let sign = if imaginary.starts_with(['+', '-']) {
            ""
        } else {
            "+"
        };
        write!(formatter, "{sign}{imaginary}i")
    }
}

impl Display for Number {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        match self {
            Self::Integer(integer) => write!(formatter, "{integer}"),
            Self::Ratio(ratio) => write!(formatter, "{ratio}"),
            Self::Flonum(value) => write_flonum(*value, formatter),
            Self::Complex(complex) => write!(formatter, "{complex}"),
        }
    }
}
