//! Numbers of the reference: exact integers and fractions without bounds, and doubles.

use std::cmp::Ordering;

use abi::primitive::Primitive;
use dashu_int::IBig;

use super::value::Raise;
use crate::ssa::ir::Comparison;

/// A real number.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Number {
    /// An exact integer.
    Integer(IBig),
    /// A fraction in lowest terms; the denominator is above one.
    Ratio(IBig, IBig),
    /// A double.
    Flonum(f64),
}

/// How many bits an integer may have before a run is given up.
const BITS_MAX: usize = 1 << 12;

impl Number {
    pub(super) fn small(value: i64) -> Self {
        Self::Integer(IBig::from(value))
    }

    /// The number as a double, rounded.
    pub(super) fn to_f64(&self) -> f64 {
        match self {
            Self::Integer(value) => value.to_f64().value(),
            Self::Ratio(above, below) => above.to_f64().value() / below.to_f64().value(),
            Self::Flonum(value) => *value,
        }
    }

    pub(super) fn as_integer(&self) -> Option<&IBig> {
        match self {
            Self::Integer(value) => Some(value),
            _ => None,
        }
    }

    /// Numerator and denominator of an exact number.
    fn exact(&self) -> Option<(IBig, IBig)> {
        match self {
            Self::Integer(value) => Some((value.clone(), IBig::ONE)),
            Self::Ratio(above, below) => Some((above.clone(), below.clone())),
            Self::Flonum(_) => None,
        }
    }

    /// The exact value of a finite number.
    fn exactly(&self) -> Option<(IBig, IBig)> {
        let Self::Flonum(value) = *self else {
            return self.exact();
        };
        if !value.is_finite() {
            return None;
        }
        let bits = value.to_bits();
        let exponent = (bits >> 52 & 0x7ff) as i32;
        let fraction = bits & ((1 << 52) - 1);
        let mantissa = if exponent == 0 {
            fraction
        } else {
            fraction | 1 << 52
        };
        let scale = exponent.max(1) - 1075;
        let signed = if value.is_sign_negative() {
            -IBig::from(mantissa)
        } else {
            IBig::from(mantissa)
        };
        let power = IBig::ONE << scale.unsigned_abs() as usize;
        Some(if scale >= 0 {
            (signed * power, IBig::ONE)
        } else {
            (signed, power)
        })
    }

    /// The text of a number.
    pub(super) fn show(&self) -> String {
        match self {
            Self::Integer(value) => value.to_string(),
            Self::Ratio(above, below) => format!("{above}/{below}"),
            Self::Flonum(value) if value.is_nan() => "nan".to_owned(),
            Self::Flonum(value) => format!("{value:?}f"),
        }
    }

    /// Whether two numbers are of the same exactness and the same.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Flonum(a), Self::Flonum(b)) => {
                a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
            }
            _ => self == other,
        }
    }
}

/// `above / below` in lowest terms; `below` is not zero.
fn fraction(above: IBig, below: IBig) -> Number {
    let (mut a, mut b) = (above.clone(), below.clone());
    while b != IBig::ZERO {
        let rest = &a % &b;
        (a, b) = (b, rest);
    }
    let divisor = if (a < IBig::ZERO) == (below < IBig::ZERO) {
        a
    } else {
        -a
    };
    let (above, below) = (above / &divisor, below / &divisor);
    if below == IBig::ONE {
        Number::Integer(above)
    } else {
        Number::Ratio(above, below)
    }
}

/// `+`, `-`, `*` or `/`.
pub(super) fn arithmetic(primitive: Primitive, a: &Number, b: &Number) -> Result<Number, Raise> {
    if let (Some((a, a_below)), Some((b, b_below))) = (a.exact(), b.exact()) {
        if a.bit_len() + b.bit_len() > BITS_MAX {
            return Err(Raise::Limit);
        }
        let (above, below) = match primitive {
            Primitive::Add => (a * &b_below + b * &a_below, a_below * b_below),
            Primitive::Subtract => (a * &b_below - b * &a_below, a_below * b_below),
            Primitive::Multiply => (a * b, a_below * b_below),
            _ if b == IBig::ZERO => return Err(Raise::error("divide", &[])),
            _ => (a * b_below, a_below * b),
        };
        return Ok(fraction(above, below));
    }
    if primitive == Primitive::Divide && b.as_integer() == Some(&IBig::ZERO) {
        return Err(Raise::error("divide", &[]));
    }
    let (a, b) = (a.to_f64(), b.to_f64());
    Ok(Number::Flonum(match primitive {
        Primitive::Add => a + b,
        Primitive::Subtract => a - b,
        Primitive::Multiply => a * b,
        _ => a / b,
    }))
}

/// Whether two numbers are in a relation.
pub(super) fn compare(relation: Comparison, a: &Number, b: &Number) -> bool {
    let order = match (a.exactly(), b.exactly()) {
        (Some((a, a_below)), Some((b, b_below))) => Some((a * b_below).cmp(&(b * a_below))),
        // An infinity or not a number against a number that a double can be near enough to.
        _ => a.to_f64().partial_cmp(&b.to_f64()),
    };
    is_in(relation, order)
}

/// Whether an order is one that the relation wants.
pub(super) fn is_in(relation: Comparison, order: Option<Ordering>) -> bool {
    order.is_some_and(|order| match relation {
        Comparison::Equal => order.is_eq(),
        Comparison::Less => order.is_lt(),
        Comparison::LessEqual => order.is_le(),
        Comparison::Greater => order.is_gt(),
        Comparison::GreaterEqual => order.is_ge(),
    })
}

/// `quotient`, `remainder` or `modulo` of two integers, one of which may be a flonum.
pub(super) fn divide(primitive: Primitive, a: &Number, b: &Number) -> Result<Number, Raise> {
    let integer = |number: &Number| match number.exactly() {
        Some((above, below)) if (&above % &below) == IBig::ZERO => Ok(above / below),
        _ => Err(Raise::error("type", &[number.show()])),
    };
    let inexact = a.as_integer().is_none() || b.as_integer().is_none();
    let (a, b) = (integer(a)?, integer(b)?);
    if b == IBig::ZERO {
        return Err(Raise::error("divide", &[]));
    }
    let (quotient, remainder) = (&a / &b, &a % &b);
    let result = match primitive {
        Primitive::Quotient => quotient,
        Primitive::Remainder => remainder,
        _ if remainder != IBig::ZERO && (remainder < IBig::ZERO) != (b < IBig::ZERO) => {
            remainder + b
        }
        _ => remainder,
    };
    let result = Number::Integer(result);
    Ok(if inexact {
        Number::Flonum(result.to_f64())
    } else {
        result
    })
}

/// `bitwise-and`, `bitwise-ior`, `bitwise-xor` or `arithmetic-shift`.
pub(super) fn bitwise(primitive: Primitive, a: &IBig, b: &IBig) -> Result<IBig, Raise> {
    Ok(match primitive {
        Primitive::BitwiseAnd => a & b,
        Primitive::BitwiseIor => a | b,
        Primitive::BitwiseXor => a ^ b,
        _ => {
            let by = i64::try_from(b).map_err(|_| Raise::Limit)?;
            let count = by.unsigned_abs() as usize;
            if by < 0 {
                return Ok(a >> count.min(1 << 20));
            }
            if a.bit_len() + count > BITS_MAX {
                return Err(Raise::Limit);
            }
            a << count
        }
    })
}

trait BitLength {
    /// Bits of the magnitude.
    fn bit_len(&self) -> usize;
}

impl BitLength for IBig {
    fn bit_len(&self) -> usize {
        dashu_int::ops::BitTest::bit_len(self)
    }
}
