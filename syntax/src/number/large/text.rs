//! Digits of natural numbers, both ways: by halves, as Brent and Zimmermann, Modern Computer Arithmetic (2010),
//! have it in algorithms 1.25 and 1.26.

use dashu_int::UBig;
use dashu_int::ops::BitTest;

use super::divide::divide;
use super::multiply::{multiply, square};
use super::power::power;
use super::{UNANNOUNCED_LIMBS, limbs};
use crate::supervisor::{Stop, Supervisor, check_at};

/// Numbers of so many digits are left to `dashu-int`.
const LEAF_DIGITS: usize = 1 << 14;

/// What the conversions take on the way for each digit, in bytes.
const DIGIT_BYTES: usize = 12;

/// The digits of `value` in `radix`, 2 to 36, lower case.
///
/// # Errors
///
/// [`Stop`].
///
/// # Panics
///
/// When the radix is out of range.
pub fn to_digits(value: &UBig, radix: u32, supervisor: &dyn Supervisor) -> Result<String, Stop> {
    if limbs(value) <= UNANNOUNCED_LIMBS {
        return Ok(value.in_radix(radix).to_string());
    }
    let digits = value.bit_len() / radix.ilog2() as usize + 1;
    supervisor.reserve(digits.saturating_mul(DIGIT_BYTES))?;
    let mut text = String::with_capacity(digits);
    let powers = Powers::up_to(value, radix, supervisor)?;
    write_digits(value, &powers, powers.count(), None, &mut text)?;
    Ok(text)
}

/// The number of digits in `radix`, 2 to 36; `None` if a character is no such digit, or there are none.
///
/// # Errors
///
/// [`Stop`].
pub fn from_digits(
    digits: &str,
    radix: u32,
    supervisor: &dyn Supervisor,
) -> Result<Option<UBig>, Stop> {
    if digits.len() <= LEAF_DIGITS {
        return Ok(UBig::from_str_radix(digits, radix).ok());
    }
    for (index, digit) in digits.bytes().enumerate() {
        check_at(supervisor, index)?;
        if !char::from(digit).is_digit(radix) {
            return Ok(None);
        }
    }
    supervisor.reserve(digits.len().saturating_mul(DIGIT_BYTES))?;
    let mut powers = Powers::first(radix, supervisor)?;
    while digits_below(powers.count()) < digits.len() {
        powers.extend()?;
    }
    read_digits(digits, &powers, powers.count()).map(Some)
}

/// The powers of a radix that split numbers.
struct Powers<'s> {
    radix: u32,
    /// The radix to the power of [`digits_below`] of each index.
    values: Vec<UBig>,
    supervisor: &'s dyn Supervisor,
}

impl<'s> Powers<'s> {
    /// The first of them.
    fn first(radix: u32, supervisor: &'s dyn Supervisor) -> Result<Self, Stop> {
        let first = power(&UBig::from(radix), LEAF_DIGITS, supervisor)?;
        Ok(Self {
            radix,
            values: vec![first],
            supervisor,
        })
    }

    /// Those that split `value`.
    fn up_to(value: &UBig, radix: u32, supervisor: &'s dyn Supervisor) -> Result<Self, Stop> {
        let mut powers = Self::first(radix, supervisor)?;
        while powers.values[powers.count() - 1].bit_len() * 2 <= value.bit_len() + 1 {
            powers.extend()?;
        }
        Ok(powers)
    }

    fn extend(&mut self) -> Result<(), Stop> {
        self.supervisor.check()?;
        let last = &self.values[self.count() - 1];
        let next = if self.radix.is_power_of_two() {
            UBig::ONE << (2 * (last.bit_len() - 1))
        } else {
            square(last, self.supervisor)?
        };
        self.values.push(next);
        Ok(())
    }

    fn count(&self) -> usize {
        self.values.len()
    }

    /// What stands in front of so many digits, and what these are.
    fn split(&self, value: &UBig, index: usize) -> Result<(UBig, UBig), Stop> {
        let power = &self.values[index];
        if !self.radix.is_power_of_two() {
            return divide(value, power, self.supervisor);
        }
        let bits = power.bit_len() - 1;
        Ok((value >> bits, value & UBig::ones(bits)))
    }
}

/// The digits of numbers below the power at `index`.
const fn digits_below(index: usize) -> usize {
    LEAF_DIGITS << index
}

/// Writes `value`, which is below the square of the highest of `count` powers; with leading zeros up to so many
/// digits, if a number is given.
fn write_digits(
    value: &UBig,
    powers: &Powers<'_>,
    count: usize,
    width: Option<usize>,
    text: &mut String,
) -> Result<(), Stop> {
    let Some(index) = count.checked_sub(1) else {
        powers.supervisor.check()?;
        let digits = value.in_radix(powers.radix).to_string();
        let zeros = width.map_or(0, |width| width - digits.len());
        text.extend(std::iter::repeat_n('0', zeros));
        text.push_str(&digits);
        return Ok(());
    };
    if width.is_none() && *value < powers.values[index] {
        return write_digits(value, powers, index, None, text);
    }
    let (high, low) = powers.split(value, index)?;
    let low_digits = digits_below(index);
    let high_digits = width.map(|width| width - low_digits);
    write_digits(&high, powers, index, high_digits, text)?;
    write_digits(&low, powers, index, Some(low_digits), text)
}

/// The number of digits, which are no more than the square of the highest of `count` powers has.
fn read_digits(digits: &str, powers: &Powers<'_>, count: usize) -> Result<UBig, Stop> {
    let Some(index) = count.checked_sub(1) else {
        powers.supervisor.check()?;
        let value = UBig::from_str_radix(digits, powers.radix);
        return Ok(value.expect("all of these are digits of the radix"));
    };
    let Some(high_digits) = digits.len().checked_sub(digits_below(index)) else {
        return read_digits(digits, powers, index);
    };
    let (high, low) = digits.split_at(high_digits);
    let low = read_digits(low, powers, index)?;
    if high.is_empty() {
        return Ok(low);
    }
    let high = read_digits(high, powers, index)?;
    if powers.radix.is_power_of_two() {
        return Ok((high << (powers.values[index].bit_len() - 1)) | low);
    }
    Ok(multiply(&high, &powers.values[index], powers.supervisor)? + low)
}
