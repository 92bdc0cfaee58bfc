//! Doubles in any radix: the shortest digits that read back as the same double.
//!
//! After Burger and Dybvig, Printing floating-point numbers quickly and accurately (1996), free
//! format. There are no exponents: in many radices `e` is a digit.

use std::fmt::{Result, Write};

use dashu_int::UBig;
use dashu_int::ops::DivRem;

use super::print::special_name;

/// Bits of a double's significand that are stored.
const FRACTION_BITS: u64 = 52;
/// The biased exponent of a double whose significand is an integer as it stands.
const INTEGER_EXPONENT: u64 = 1075;

/// Writes the shortest digits in `radix` (2 to 36) that read back as `value`.
///
/// # Errors
///
/// Those of `out`.
pub fn write_flonum_in_radix(value: f64, radix: u32, out: &mut impl Write) -> Result {
    if let Some(name) = special_name(value) {
        return out.write_str(name);
    }
    if value.is_sign_negative() {
        out.write_char('-')?;
    }
    if value == 0.0 {
        return out.write_str("0.0");
    }
    let (digits, point) = shortest_digits(value.abs(), radix);
    let integer_digits = usize::try_from(point).unwrap_or(0);
    let leading_zeros = usize::try_from(-point).unwrap_or(0);
    if integer_digits == 0 {
        out.write_char('0')?;
    }
    let write = |digit: &u32, out: &mut dyn Write| {
        out.write_char(char::from_digit(*digit, radix).unwrap_or('0'))
    };
    for index in 0..integer_digits {
        write(digits.get(index).unwrap_or(&0), out)?;
    }
    out.write_char('.')?;
    for _ in 0..leading_zeros {
        out.write_char('0')?;
    }
    match digits.get(integer_digits..) {
        None | Some([]) => out.write_char('0'),
        Some(fraction) => fraction.iter().try_for_each(|digit| write(digit, out)),
    }
}

/// The shortest digits of a positive double, and how many of them stand before the point.
fn shortest_digits(value: f64, radix: u32) -> (Vec<u32>, i64) {
    let mut interval = Interval::around(value);
    let radix_big = UBig::from(radix);
    let point = interval.scale(value, radix, &radix_big);
    let mut digits = Vec::new();
    loop {
        let (digit, rest) = (&interval.value * &radix_big).div_rem(&interval.unit);
        interval.value = rest;
        interval.below *= &radix_big;
        interval.above *= &radix_big;
        let low = interval.is_near_zero();
        let high = interval.is_near_one();
        let digit = u32::try_from(digit).unwrap_or(0);
        if !low && !high {
            digits.push(digit);
            continue;
        }
        let up = if low && high {
            &interval.value * 2_u8 >= interval.unit
        } else {
            high
        };
        digits.push(digit + u32::from(up));
        return (digits, point);
    }
}

/// A number `value / unit` and how far one may go from it, in `unit`s too.
struct Interval {
    value: UBig,
    unit: UBig,
    above: UBig,
    below: UBig,
    /// Whether the ends read as the same double: ties go to even.
    closed: bool,
}

impl Interval {
    /// The numbers that are rounded to a positive double: half a step either way.
    fn around(value: f64) -> Self {
        let bits = value.to_bits();
        let stored = bits & ((1 << FRACTION_BITS) - 1);
        let field = bits >> FRACTION_BITS;
        let significand = if field == 0 {
            stored
        } else {
            stored | 1 << FRACTION_BITS
        };
        let exponent = field.max(1);
        // Below a power of two, doubles are half as far apart.
        let is_border = stored == 0 && field > 1;
        let left = usize::try_from(exponent.saturating_sub(INTEGER_EXPONENT)).unwrap_or(0);
        let right = usize::try_from(INTEGER_EXPONENT.saturating_sub(exponent)).unwrap_or(0);
        let extra = usize::from(is_border);
        let below = UBig::ONE << left;
        Self {
            value: UBig::from(significand) << (left + 1 + extra),
            unit: UBig::ONE << (right + 1 + extra),
            above: &below << extra,
            below,
            closed: significand.is_multiple_of(2),
        }
    }

    fn is_near_zero(&self) -> bool {
        self.value < self.below || self.closed && self.value == self.below
    }

    fn is_near_one(&self) -> bool {
        let end = &self.value + &self.above;
        end > self.unit || self.closed && end == self.unit
    }

    /// Multiplies or divides by powers of the radix, so that the first digit is the one after the
    /// point. Answers where the point was.
    fn scale(&mut self, value: f64, radix: u32, radix_big: &UBig) -> i64 {
        // A guess that is right or one too low.
        let guess = (value.log2() / f64::from(radix).log2() - 1e-10).ceil();
        #[expect(clippy::cast_possible_truncation, reason = "below 1100 either way")]
        let mut point = guess as i64;
        let factor = radix_big.pow(usize::try_from(point.unsigned_abs()).unwrap_or(0));
        if point >= 0 {
            self.unit *= factor;
        } else {
            self.value *= &factor;
            self.above *= &factor;
            self.below *= factor;
        }
        if self.is_near_one() {
            self.unit *= radix_big;
            point += 1;
        }
        point
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::number::{Number, parse::parse_number};

    fn text(value: f64, radix: u32) -> String {
        let mut text = String::new();
        write_flonum_in_radix(value, radix, &mut text).expect("strings take any text");
        text
    }

    #[test]
    fn digits_are_the_fewest() {
        assert_eq!(text(0.5, 2), "0.1");
        assert_eq!(text(-3.75, 16), "-3.c");
        assert_eq!(text(0.0, 7), "0.0");
        assert_eq!(text(-0.0, 7), "-0.0");
        assert_eq!(text(100.0, 3), "10201.0");
        assert_eq!(text(1.0 / 3.0, 3), "0.1");
        assert_eq!(text(1.0 / 81.0, 3), "0.0001");
        assert_eq!(text(35.5, 36), "z.i");
        assert_eq!(text(f64::INFINITY, 2), "+inf.0");
        assert_eq!(text(f64::from_bits(1), 2).len(), 2 + 1074);
    }

    proptest! {
        #[test]
        fn doubles_come_back_from_every_radix(bits in any::<u64>(), radix in 2_u32..=36) {
            let value = f64::from_bits(bits);
            let found = parse_number(&text(value, radix), radix);
            prop_assert_eq!(found, Some(Number::Flonum(value)));
        }

        #[test]
        fn radix_ten_has_the_digits_of_decimal_printing(bits in any::<u64>()) {
            let value = f64::from_bits(bits);
            prop_assume!(value.is_finite());
            let significant = |text: &str| {
                let digits: String = text.chars().filter(char::is_ascii_digit).collect();
                digits.trim_matches('0').to_owned()
            };
            let decimal = format!("{value:e}");
            let (decimal, _) = decimal.split_once('e').expect("asked for an exponent");
            prop_assert_eq!(significant(&text(value, 10)), significant(decimal));
        }
    }
}
