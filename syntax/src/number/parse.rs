//! The syntax of numbers (R7RS 7.1.1): radix and exactness prefixes, fractions, decimals, complex.

use dashu_int::{IBig, Sign, UBig};

use super::{EXACT_EXPONENT_MAX, Integer, Number, NumberError, large};
use crate::supervisor::{Supervisor, Unsupervised, check_at};

/// The number that `text` denotes, as `string->number` reads it; `None` if it denotes none.
///
/// `default_radix` is 2 to 36 and holds unless the text has a radix prefix.
pub fn parse_number(text: &str, default_radix: u32) -> Option<Number> {
    parse(text, default_radix).ok()
}

/// The number that `text` denotes.
///
/// # Errors
///
/// Says why there is none.
pub fn parse(text: &str, default_radix: u32) -> Result<Number, NumberError> {
    parse_supervised(text, default_radix, &Unsupervised)
}

/// As [`parse`], of a text that may be long.
///
/// # Errors
///
/// Also [`NumberError::Stopped`].
pub fn parse_supervised<'a>(
    text: &'a str,
    default_radix: u32,
    supervisor: &'a dyn Supervisor,
) -> Result<Number, NumberError> {
    if !(2..=36).contains(&default_radix) {
        return Err(NumberError::NotANumber);
    }
    if let Some(small) = small_decimal(text, default_radix) {
        return Ok(Number::from(small));
    }
    let mut reader = Reader {
        text,
        position: 0,
        radix: default_radix,
        exactness: None,
        supervisor,
    };
    reader.prefixes()?;
    reader.complex()
}

/// The common case: a few decimal digits.
fn small_decimal(text: &str, radix: u32) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = radix == 10
        && (1..=18).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

/// Longer decimals are read step by step.
const LONG_DECIMAL_BYTES: usize = 1 << 12;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Exactness {
    Exact,
    Inexact,
}

struct Reader<'text> {
    text: &'text str,
    position: usize,
    radix: u32,
    exactness: Option<Exactness>,
    supervisor: &'text dyn Supervisor,
}

impl<'text> Reader<'text> {
    /// The next byte in lower case; 0 at the end.
    fn peek(&self) -> u8 {
        self.text
            .as_bytes()
            .get(self.position)
            .map_or(0, u8::to_ascii_lowercase)
    }

    fn at_end(&self) -> bool {
        self.position >= self.text.len()
    }

    fn rest_is(&self, expected: &str) -> bool {
        let rest = self
            .text
            .as_bytes()
            .get(self.position..)
            .unwrap_or_default();
        rest.eq_ignore_ascii_case(expected.as_bytes())
    }

    fn take(&mut self, expected: u8) -> bool {
        let found = self.peek() == expected && !self.at_end();
        self.position += usize::from(found);
        found
    }

    fn expect_end(&self) -> Result<(), NumberError> {
        if self.at_end() {
            Ok(())
        } else {
            Err(NumberError::NotANumber)
        }
    }

    /// Reads `#x` and its like, at most one of each sort.
    fn prefixes(&mut self) -> Result<(), NumberError> {
        let mut has_radix = false;
        while self.take(b'#') {
            let letter = self.peek();
            self.position += 1;
            let radix = match letter {
                b'b' => Some(2),
                b'o' => Some(8),
                b'd' => Some(10),
                b'x' => Some(16),
                _ => None,
            };
            match (radix, letter) {
                (Some(radix), _) if !has_radix => {
                    has_radix = true;
                    self.radix = radix;
                }
                (None, b'e') if self.exactness.is_none() => {
                    self.exactness = Some(Exactness::Exact);
                }
                (None, b'i') if self.exactness.is_none() => {
                    self.exactness = Some(Exactness::Inexact);
                }
                _ => return Err(NumberError::NotANumber),
            }
        }
        Ok(())
    }

    fn complex(&mut self) -> Result<Number, NumberError> {
        let signed = matches!(self.peek(), b'+' | b'-');
        if signed && let Some(unit) = self.unit() {
            return Ok(Number::rectangular(self.zero(), unit));
        }
        let first = self.real()?;
        match self.peek() {
            _ if self.at_end() => Ok(first),
            b'i' if signed && self.rest_is("i") => Ok(Number::rectangular(self.zero(), first)),
            b'@' => {
                self.position += 1;
                let angle = self.real()?;
                self.expect_end()?;
                self.polar(&first, &angle)
            }
            b'+' | b'-' => {
                let imaginary = match self.unit() {
                    Some(unit) => unit,
                    None => self.imaginary()?,
                };
                Ok(Number::rectangular(first, imaginary))
            }
            _ => Err(NumberError::NotANumber),
        }
    }

    /// The real part that is not written.
    fn zero(&self) -> Number {
        match self.exactness {
            Some(Exactness::Inexact) => Number::Flonum(0.0),
            _ => Number::from(0),
        }
    }

    /// `+i` or `-i` up to the end of the text, which is then consumed: one or minus one.
    fn unit(&mut self) -> Option<Number> {
        let one = if self.rest_is("+i") {
            1
        } else if self.rest_is("-i") {
            -1
        } else {
            return None;
        };
        self.position = self.text.len();
        Some(match self.exactness {
            Some(Exactness::Inexact) => Number::Flonum(f64::from(one)),
            _ => Number::from(i64::from(one)),
        })
    }

    /// A real number and the `i` that ends the text.
    fn imaginary(&mut self) -> Result<Number, NumberError> {
        let part = self.real()?;
        if self.rest_is("i") {
            Ok(part)
        } else {
            Err(NumberError::NotANumber)
        }
    }

    fn polar(&self, magnitude: &Number, angle: &Number) -> Result<Number, NumberError> {
        if *angle == Number::from(0) {
            return Ok(magnitude.clone());
        }
        if *magnitude == Number::from(0) {
            return Ok(Number::from(0));
        }
        let (sine, cosine) = angle.to_f64().sin_cos();
        let real = magnitude.to_f64() * cosine;
        let imaginary = magnitude.to_f64() * sine;
        if self.exactness == Some(Exactness::Exact) {
            Ok(Number::rectangular(exact(real)?, exact(imaginary)?))
        } else {
            Ok(Number::rectangular(
                Number::Flonum(real),
                Number::Flonum(imaginary),
            ))
        }
    }

    fn real(&mut self) -> Result<Number, NumberError> {
        let signed = matches!(self.peek(), b'+' | b'-');
        let sign = match self.peek() {
            b'-' => Sign::Negative,
            _ => Sign::Positive,
        };
        self.position += usize::from(signed);
        if signed && let Some(value) = self.special() {
            if self.exactness == Some(Exactness::Exact) {
                return Err(NumberError::NotExact);
            }
            return Ok(Number::Flonum(signed_flonum(sign, value)));
        }
        self.unsigned(sign)
    }

    /// `inf.0` or `nan.0`, after a sign.
    fn special(&mut self) -> Option<f64> {
        let word = self.text.as_bytes().get(self.position..self.position + 5)?;
        let value = if word.eq_ignore_ascii_case(b"inf.0") {
            f64::INFINITY
        } else if word.eq_ignore_ascii_case(b"nan.0") {
            f64::NAN
        } else {
            return None;
        };
        self.position += 5;
        Some(value)
    }

    fn unsigned(&mut self, sign: Sign) -> Result<Number, NumberError> {
        let start = self.position;
        let integer = self.digits(self.radix)?;
        let has_exponent = is_exponent_marker(self.peek()) && !integer.is_empty();
        if self.radix == 10 && (self.peek() == b'.' || has_exponent) {
            return self.decimal(start, sign);
        }
        if self.take(b'.') {
            return self.radix_fraction(integer, sign);
        }
        let numerator = self.natural(integer, self.radix)?;
        let numerator = IBig::from_parts(sign, numerator);
        let value = if self.take(b'/') {
            let digits = self.digits(self.radix)?;
            let denominator = self.natural(digits, self.radix)?;
            self.fraction(numerator, denominator)?
        } else {
            Number::Integer(Integer::from(numerator))
        };
        if self.exactness == Some(Exactness::Inexact) {
            let magnitude = value.to_f64();
            // `#i-0` is the negative zero that its sign says.
            let is_negative_zero = sign == Sign::Negative && magnitude == 0.0;
            return Ok(Number::Flonum(if is_negative_zero {
                -0.0
            } else {
                magnitude
            }));
        }
        Ok(value)
    }

    /// What follows a point in another radix than ten, after the `integer` digits: what
    /// `number->string` writes, although the report has decimals only.
    fn radix_fraction(&mut self, integer: &str, sign: Sign) -> Result<Number, NumberError> {
        let fraction = self.digits(self.radix)?;
        let digits = self.natural(&format!("{integer}{fraction}"), self.radix)?;
        let radix = UBig::from(self.radix);
        let denominator = large::power(&radix, fraction.len(), self.supervisor)?;
        let numerator = IBig::from_parts(sign, digits);
        let value = Number::quotient(numerator, denominator, self.supervisor)?;
        if self.exactness == Some(Exactness::Exact) {
            return Ok(value);
        }
        let magnitude = value.to_f64().abs();
        Ok(Number::Flonum(signed_flonum(sign, magnitude)))
    }

    fn fraction(&self, numerator: IBig, denominator: UBig) -> Result<Number, NumberError> {
        let is_inexact = self.exactness == Some(Exactness::Inexact);
        if is_inexact && denominator == UBig::ZERO {
            let numerator = numerator.to_f64().value();
            return Ok(Number::Flonum(numerator / 0.0));
        }
        Number::quotient(numerator, denominator, self.supervisor)
    }

    /// The natural number of `digits`, of which there must be one.
    fn natural(&self, digits: &str, radix: u32) -> Result<UBig, NumberError> {
        let number = large::from_digits(digits, radix, self.supervisor)?;
        number.ok_or(NumberError::NotANumber)
    }

    /// Takes digits of `radix`, none or more.
    fn digits(&mut self, radix: u32) -> Result<&'text str, NumberError> {
        let start = self.position;
        while char::from(self.peek()).is_digit(radix) {
            self.position += 1;
            check_at(self.supervisor, self.position)?;
        }
        Ok(&self.text[start..self.position])
    }

    /// A decimal whose integer digits, from `start` on, are taken already.
    fn decimal(&mut self, start: usize, sign: Sign) -> Result<Number, NumberError> {
        let integer_end = self.position;
        let fraction_start = integer_end + usize::from(self.take(b'.'));
        self.digits(10)?;
        let fraction_end = self.position;
        if integer_end == start && fraction_end == fraction_start {
            return Err(NumberError::NotANumber);
        }
        let exponent_text = if is_exponent_marker(self.peek()) {
            self.position += 1;
            Some(self.exponent()?)
        } else {
            None
        };
        let integer = &self.text[start..integer_end];
        let fraction = &self.text[fraction_start..fraction_end];
        if self.exactness == Some(Exactness::Exact) {
            let exponent = exponent_text.map_or(Some(0), |range| self.text[range].parse().ok());
            return self.exact_decimal(integer, fraction, exponent, sign);
        }
        let text = &self.text[start..self.position];
        if text.len() > LONG_DECIMAL_BYTES {
            let exponent = exponent_text.map_or("0", |range| &self.text[range]);
            let magnitude = self.long_decimal(integer, fraction, exponent)?;
            return Ok(Number::Flonum(signed_flonum(sign, magnitude)));
        }
        let value: Result<f64, _> = match text.find(|letter| is_exponent_marker(letter as u8)) {
            Some(marker) if !matches!(text.as_bytes()[marker], b'e' | b'E') => {
                format!("{}e{}", &text[..marker], &text[marker + 1..]).parse()
            }
            _ => text.parse(),
        };
        let value = value.map_err(|_| NumberError::NotANumber)?;
        Ok(Number::Flonum(signed_flonum(sign, value)))
    }

    /// The flonum nearest to `integer.fraction` times ten to `exponent`, all of them digits that may be many.
    fn long_decimal(
        &self,
        integer: &str,
        fraction: &str,
        exponent: &str,
    ) -> Result<f64, NumberError> {
        /// What stands exactly between two doubles has fewer digits. Of those behind, it counts whether all are zero.
        const DIGITS_MAX: usize = 800;
        /// A larger exponent makes no difference, and no sum with this one overflows.
        const EXPONENT_MAX: i64 = 1 << 40;
        let mut digits = String::with_capacity(DIGITS_MAX + 1);
        let mut scale: i64 = 0;
        let mut is_exact = true;
        for (index, digit) in integer.bytes().chain(fraction.bytes()).enumerate() {
            check_at(self.supervisor, index)?;
            let is_kept = digits.len() < DIGITS_MAX;
            let is_leading_zero = digit == b'0' && digits.is_empty();
            if is_kept && !is_leading_zero {
                digits.push(char::from(digit));
            }
            is_exact &= is_kept || digit == b'0';
            scale += i64::from(!is_kept) - i64::from(index >= integer.len());
        }
        if digits.is_empty() {
            return Ok(0.0);
        }
        if !is_exact {
            digits.push('1');
            scale -= 1;
        }
        let mut magnitude: i64 = 0;
        for (index, digit) in exponent.trim_start_matches(['+', '-']).bytes().enumerate() {
            check_at(self.supervisor, index)?;
            magnitude = (10 * magnitude + i64::from(digit - b'0')).min(EXPONENT_MAX);
        }
        let exponent = if exponent.starts_with('-') {
            scale - magnitude
        } else {
            scale + magnitude
        };
        let value = format!("{digits}e{exponent}").parse();
        value.map_err(|_| NumberError::NotANumber)
    }

    /// The exact value of `integer.fraction` times ten to `exponent`, which is `None` when it does not
    /// even fit an integer.
    fn exact_decimal(
        &self,
        integer: &str,
        fraction: &str,
        exponent: Option<i64>,
        sign: Sign,
    ) -> Result<Number, NumberError> {
        let digits = self.natural(&format!("{integer}{fraction}"), 10)?;
        if digits == UBig::ZERO {
            return Ok(Number::from(0));
        }
        let exponent = exponent
            .filter(|exponent| exponent.unsigned_abs() <= EXACT_EXPONENT_MAX)
            .ok_or(NumberError::ExponentTooLarge)?;
        let scale = usize::try_from(exponent.unsigned_abs()).unwrap_or(usize::MAX);
        let power = |exponent| large::power(&UBig::from(10_u8), exponent, self.supervisor);
        if exponent >= 0 && scale >= fraction.len() {
            let factor = power(scale - fraction.len())?;
            let magnitude = large::multiply(&digits, &factor, self.supervisor)?;
            let integer = Integer::from(IBig::from_parts(sign, magnitude));
            return Ok(Number::Integer(integer));
        }
        let places = if exponent < 0 {
            fraction.len() + scale
        } else {
            fraction.len() - scale
        };
        let numerator = IBig::from_parts(sign, digits);
        Number::quotient(numerator, power(places)?, self.supervisor)
    }

    /// Takes an exponent after its `e`: where its sign and digits stand.
    fn exponent(&mut self) -> Result<std::ops::Range<usize>, NumberError> {
        let start = self.position;
        let _sign = self.take(b'+') || self.take(b'-');
        if self.digits(10)?.is_empty() {
            return Err(NumberError::NotANumber);
        }
        Ok(start..self.position)
    }
}

/// Whether a letter introduces a decimal exponent. All precisions are that of a double (R7RS 6.2.5).
fn is_exponent_marker(letter: u8) -> bool {
    matches!(
        letter.to_ascii_lowercase(),
        b'e' | b's' | b'f' | b'd' | b'l'
    )
}

/// The flonum with this sign, of a magnitude.
fn signed_flonum(sign: Sign, magnitude: f64) -> f64 {
    match sign {
        Sign::Negative => -magnitude,
        Sign::Positive => magnitude,
    }
}

/// The exact value of a double.
fn exact(value: f64) -> Result<Number, NumberError> {
    if !value.is_finite() {
        return Err(NumberError::NotExact);
    }
    let bits = value.to_bits();
    let exponent_field = (bits >> 52) & 0x7ff;
    let fraction = bits & ((1 << 52) - 1);
    let significand = if exponent_field == 0 {
        fraction
    } else {
        fraction | 1 << 52
    };
    let shift_right = 1075_u64.saturating_sub(exponent_field.max(1));
    let shift_left = exponent_field.saturating_sub(1075);
    let shift = |amount: u64| UBig::ONE << usize::try_from(amount).unwrap_or(0);
    let sign = if value < 0.0 {
        Sign::Negative
    } else {
        Sign::Positive
    };
    let numerator = IBig::from_parts(sign, UBig::from(significand) * shift(shift_left));
    Number::quotient(numerator, shift(shift_right), &Unsupervised)
}
