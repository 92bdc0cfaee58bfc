//! Numbers to text and back, by the syntax of the reader.

use std::fmt::Write;

use dashu_int::IBig;

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
            syntax::Number::Ratio(ratio) => Self::Exact(Exact::ratio(
                IBig::from(&ratio.numerator),
                IBig::from(&ratio.denominator).into_parts().1,
            )),
            syntax::Number::Flonum(value) => Self::Flonum(*value),
            syntax::Number::Complex(complex) => Self::from(&complex.real),
        }
    }
}

/// The external representation of `number` in `radix`, 2 to 36.
pub(crate) fn write_number(number: &Number, radix: u32) -> String {
    let mut text = String::new();
    match number {
        Number::Real(real) => write_real(real, radix, &mut text),
        Number::Complex(real, imaginary) => {
            if !real.is_exactly(0) {
                write_real(real, radix, &mut text);
            }
            write_imaginary(imaginary, radix, &mut text);
        }
    }
    text
}

fn write_imaginary(imaginary: &Real, radix: u32, text: &mut String) {
    if imaginary.is_exactly(1) {
        text.push('+');
    } else if imaginary.is_exactly(-1) {
        text.push('-');
    } else {
        let mut digits = String::new();
        write_real(imaginary, radix, &mut digits);
        if !digits.starts_with(['+', '-']) {
            text.push('+');
        }
        text.push_str(&digits);
    }
    text.push('i');
}

fn write_real(real: &Real, radix: u32, text: &mut String) {
    let written = match real {
        Real::Flonum(value) if radix == 10 => syntax::number::write_flonum(*value, text),
        Real::Flonum(value) => syntax::number::write_flonum_in_radix(*value, radix, text),
        Real::Exact(Exact::Integer(value)) => write!(text, "{}", value.in_radix(radix)),
        Real::Exact(Exact::Ratio {
            numerator,
            denominator,
        }) => {
            write!(
                text,
                "{}/{}",
                numerator.in_radix(radix),
                denominator.in_radix(radix)
            )
        }
    };
    written.expect("writing to a string never fails");
}
