//! Numbers to text and back, by the syntax of the reader.

use dashu_int::{IBig, Sign, UBig};
use syntax::number::large;
use syntax::{Stop, Supervisor};

use super::exact::Exact;
use super::real::Real;
use super::tower::Number;

impl From<&syntax::Number> for Number {
    fn from(number: &syntax::Number) -> Self {
        match number {
            syntax::Number::Complex(complex) => {
                Self::rectangular(Real::from(&complex.real), Real::from(&complex.imaginary))
            }
            real => Self::Real(Real::from(real)),
        }
    }
}

impl From<&syntax::Number> for Real {
    /// The number, or the real part of a complex one.
    fn from(number: &syntax::Number) -> Self {
        match number {
            syntax::Number::Integer(integer) => Self::from(IBig::from(integer)),
            syntax::Number::Ratio(ratio) => Self::Exact(Exact::in_lowest_terms(
                IBig::from(&ratio.numerator),
                IBig::from(&ratio.denominator).into_parts().1,
            )),
            syntax::Number::Flonum(value) => Self::Flonum(*value),
            syntax::Number::Complex(complex) => Self::from(&complex.real),
        }
    }
}

/// The external representation of `number` in `radix`, 2 to 36.
///
/// # Errors
///
/// [`Stop`].
pub(crate) fn write_number(
    number: &Number,
    radix: u32,
    supervisor: &dyn Supervisor,
) -> Result<String, Stop> {
    let mut writer = Writer {
        radix,
        supervisor,
        text: String::new(),
    };
    match number {
        Number::Real(real) => writer.real(real)?,
        Number::Complex(real, imaginary) => {
            if !real.is_exactly(0) {
                writer.real(real)?;
            }
            writer.imaginary(imaginary)?;
        }
    }
    Ok(writer.text)
}

struct Writer<'s> {
    radix: u32,
    supervisor: &'s dyn Supervisor,
    text: String,
}

impl Writer<'_> {
    fn imaginary(&mut self, imaginary: &Real) -> Result<(), Stop> {
        if imaginary.is_exactly(1) {
            self.text.push('+');
        } else if imaginary.is_exactly(-1) {
            self.text.push('-');
        } else {
            let start = self.text.len();
            self.real(imaginary)?;
            if !self.text[start..].starts_with(['+', '-']) {
                self.text.insert(start, '+');
            }
        }
        self.text.push('i');
        Ok(())
    }

    fn real(&mut self, real: &Real) -> Result<(), Stop> {
        match real {
            Real::Flonum(value) => {
                let written = if self.radix == 10 {
                    syntax::number::write_flonum(*value, &mut self.text)
                } else {
                    syntax::number::write_flonum_in_radix(*value, self.radix, &mut self.text)
                };
                written.expect("writing to a string never fails");
                Ok(())
            }
            Real::Exact(Exact::Integer(value)) => self.integer(value),
            Real::Exact(Exact::Ratio {
                numerator,
                denominator,
            }) => {
                self.integer(numerator)?;
                self.text.push('/');
                self.integer(denominator.as_ibig())
            }
        }
    }

    fn integer(&mut self, value: &IBig) -> Result<(), Stop> {
        let (sign, magnitude) = value.as_sign_words();
        if sign == Sign::Negative {
            self.text.push('-');
        }
        let magnitude = UBig::from_words(magnitude);
        let digits = large::to_digits(&magnitude, self.radix, self.supervisor)?;
        if self.text.is_empty() {
            self.text = digits;
        } else {
            self.text.push_str(&digits);
        }
        Ok(())
    }
}
