//! Numbers as text.

use std::fmt::{Display, Formatter, Result, Write};

use super::{Complex, Integer, Number, Ratio};

/// Decimal exponents for which a flonum is written without one, as Chez and Gambit do: from here...
const POSITIONAL_EXPONENT_MIN: i32 = -3;
/// ...to here.
const POSITIONAL_EXPONENT_MAX: i32 = 9;

/// Writes the shortest decimal that reads back as `value`: `1.0`, `0.001`, `1e-4`, `1.5e10`, `+inf.0`.
///
/// # Errors
///
/// Those of `out`.
pub fn write_flonum(value: f64, out: &mut impl Write) -> Result {
    if let Some(name) = special_name(value) {
        return out.write_str(name);
    }
    // The standard library's shortest digits: `-1.25e-7`.
    let mut scientific = Scientific::default();
    write!(scientific, "{value:e}")?;
    let scientific = scientific.text();
    let (significand, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let magnitude = significand.strip_prefix('-').unwrap_or(significand);
    if magnitude.len() < significand.len() {
        out.write_char('-')?;
    }
    let (first, rest) = magnitude.split_once('.').unwrap_or((magnitude, ""));
    if (POSITIONAL_EXPONENT_MIN..=POSITIONAL_EXPONENT_MAX).contains(&exponent) {
        write_positional(first, rest, exponent, out)
    } else {
        out.write_str(first)?;
        if !rest.is_empty() {
            write!(out, ".{rest}")?;
        }
        write!(out, "e{exponent}")
    }
}

/// How a double is written that has no digits.
pub(super) fn special_name(value: f64) -> Option<&'static str> {
    if value.is_nan() {
        Some("+nan.0")
    } else if value.is_infinite() {
        Some(if value > 0.0 { "+inf.0" } else { "-inf.0" })
    } else {
        None
    }
}

/// The longest double in scientific notation: `-1.2345678901234567e-308`.
const SCIENTIFIC_BYTES_MAX: usize = 24;

/// A double in scientific notation, on the stack.
#[derive(Default)]
struct Scientific {
    bytes: [u8; SCIENTIFIC_BYTES_MAX],
    length: usize,
}

impl Scientific {
    fn text(&self) -> &str {
        str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }
}

impl Write for Scientific {
    fn write_str(&mut self, text: &str) -> Result {
        let end = self.length + text.len();
        let place = self.bytes.get_mut(self.length..end);
        place
            .ok_or(std::fmt::Error)?
            .copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}

/// Writes `first.rest` times ten to `exponent` with the point where it belongs.
fn write_positional(first: &str, rest: &str, exponent: i32, out: &mut impl Write) -> Result {
    let zeros = |count: usize, out: &mut dyn Write| -> Result {
        (0..count).try_for_each(|_| out.write_char('0'))
    };
    let Ok(shift) = usize::try_from(exponent) else {
        out.write_str("0.")?;
        zeros(exponent.unsigned_abs() as usize - 1, out)?;
        out.write_str(first)?;
        return out.write_str(rest);
    };
    out.write_str(first)?;
    if let Some((integer, fraction)) = rest.split_at_checked(shift) {
        out.write_str(integer)?;
        out.write_char('.')?;
        out.write_str(if fraction.is_empty() { "0" } else { fraction })
    } else {
        out.write_str(rest)?;
        zeros(shift - rest.len(), out)?;
        out.write_str(".0")
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
