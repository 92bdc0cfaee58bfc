//! Arithmetic beyond the instructions (R7RS 6.2.6).

use dashu_int::IBig;
use dashu_int::ops::BitTest;

use crate::arguments::Args;
use crate::error::{PrimitiveResult, Raise};
use crate::mutator::Mutator;
use crate::number::exact::Rounding;
use crate::number::heap::{
    as_flonum, as_number, complex_parts, from_i64, from_integer, from_number, from_parts,
};
use crate::number::real::{Division, Real};
use crate::number::tower::Number;
use crate::number::{Problem, expected, generic};
use crate::value::Value;

/// Applies `operation` to a copy of the only argument.
pub(super) fn unary<'m>(
    m: &'m Mutator<'_>,
    args: Args<'m>,
    who: &'static str,
    operation: impl FnOnce(&Number) -> Result<Number, Problem>,
) -> PrimitiveResult<'m> {
    generic::reserve_copies(m, &[args[0]])?;
    let number = as_number(args[0]).ok_or_else(|| Raise::wrong_type(who, 1, "number", args[0]))?;
    let result = operation(&number).map_err(|problem| problem.raise(who, &[args[0]]))?;
    from_number(m, &result)
}

/// Applies `operation` to copies of two real arguments.
pub(super) fn binary_real<'m>(
    m: &'m Mutator<'_>,
    args: Args<'m>,
    who: &'static str,
    operation: impl FnOnce(&Real, &Real) -> Result<Number, Problem>,
) -> PrimitiveResult<'m> {
    generic::binary(m, args[0], args[1], who, |a, b| {
        operation(a.real(1)?, b.real(2)?)
    })
}

pub(crate) fn floor_quotient<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    generic::integer_divide(
        m,
        args[0],
        args[1],
        "floor-quotient",
        Division::FloorQuotient,
    )
}

pub(crate) fn bitwise_not<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    generic::reserve_copies(m, &[args[0]])?;
    let value = generic::exact_integer(args[0], 1, "bitwise-not")?;
    from_integer(m, &!value)
}

/// The ones of an integer, or the zeros of a negative one.
pub(crate) fn bit_count<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    generic::reserve_copies(m, &[args[0]])?;
    let value = generic::exact_integer(args[0], 1, "bit-count")?;
    let value = if value < IBig::ZERO { !value } else { value };
    Ok(Value::count(value.into_parts().1.count_ones()))
}

/// The bits of an integer without its sign.
pub(crate) fn integer_length<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    generic::reserve_copies(m, &[args[0]])?;
    let value = generic::exact_integer(args[0], 1, "integer-length")?;
    let value = if value < IBig::ZERO { !value } else { value };
    Ok(Value::count(value.bit_len()))
}

/// Two fixnums, the usual case.
fn fixnums(args: Args<'_>) -> Option<(i64, i64)> {
    Some((args[0].as_fixnum()?, args[1].as_fixnum()?))
}

pub(crate) fn max2<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    if let Some((a, b)) = fixnums(args) {
        return Ok(args[usize::from(a < b)]);
    }
    binary_real(m, args, "max", |a, b| Ok(a.maximum(b, m)?.into()))
}

pub(crate) fn min2<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    if let Some((a, b)) = fixnums(args) {
        return Ok(args[usize::from(b < a)]);
    }
    binary_real(m, args, "min", |a, b| Ok(a.minimum(b, m)?.into()))
}

pub(crate) fn gcd2<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    if let Some((mut a, mut b)) = fixnums(args) {
        while b != 0 {
            (a, b) = (b, a % b);
        }
        return Ok(from_i64(m, a.abs()));
    }
    binary_real(m, args, "gcd", |a, b| {
        a.common_divisor(b, m).map(Number::from)
    })
}

pub(crate) fn lcm2<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    binary_real(m, args, "lcm", |a, b| {
        a.common_multiple(b, m).map(Number::from)
    })
}

pub(crate) fn abs<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    if let Some(value) = args[0].as_fixnum() {
        return Ok(from_i64(m, value.abs()));
    }
    unary(m, args, "abs", |number| {
        Ok(number.real(1)?.magnitude().into())
    })
}

fn round_to<'m>(
    m: &'m Mutator<'_>,
    args: Args<'m>,
    who: &'static str,
    rounding: Rounding,
) -> PrimitiveResult<'m> {
    if args[0].is_fixnum() {
        return Ok(args[0]);
    }
    if let Some(value) = as_flonum(args[0]) {
        return Ok(m.flonum(rounding.of(value)));
    }
    unary(m, args, who, |number| number.round(rounding, m))
}

pub(crate) fn floor<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    round_to(m, args, "floor", Rounding::Floor)
}

pub(crate) fn ceiling<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    round_to(m, args, "ceiling", Rounding::Ceiling)
}

pub(crate) fn round<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    round_to(m, args, "round", Rounding::Round)
}

pub(crate) fn truncate<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    round_to(m, args, "truncate", Rounding::Truncate)
}

pub(crate) fn numerator<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    unary(m, args, "numerator", |number| {
        Ok(number.real(1)?.parts()?.0.into())
    })
}

pub(crate) fn denominator<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    unary(m, args, "denominator", |number| {
        Ok(number.real(1)?.parts()?.1.into())
    })
}

pub(crate) fn exact<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    /// Doubles below this magnitude that are integers fit a fixnum.
    const FIXNUM_LIMIT: f64 = (1_i64 << 59) as f64;
    if args[0].is_fixnum() {
        return Ok(args[0]);
    }
    if let Some(value) = as_flonum(args[0])
        && value.abs() < FIXNUM_LIMIT
        && value.fract() == 0.0
    {
        return Ok(from_i64(m, value as i64));
    }
    unary(m, args, "exact", Number::to_exact)
}

pub(crate) fn inexact<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    if let Some(value) = args[0].as_fixnum() {
        return Ok(m.flonum(value as f64));
    }
    unary(m, args, "inexact", |number| Ok(number.to_inexact()))
}

pub(crate) fn square<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    if let Some(value) = as_flonum(args[0]) {
        return Ok(m.flonum(value * value));
    }
    generic::multiply(m, args[0], args[0], "square")
}

pub(crate) fn exact_rational_approximation<'m>(
    m: &'m Mutator<'_>,
    args: Args<'m>,
) -> PrimitiveResult<'m> {
    binary_real(m, args, "rationalize", |a, b| {
        Ok(a.rationalize(b, m)?.into())
    })
}

pub(crate) fn make_rectangular<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    if let Some(number) = from_parts(m, args[0], args[1]) {
        return Ok(number);
    }
    binary_real(m, args, "make-rectangular", |real, imaginary| {
        Ok(Number::rectangular(real.clone(), imaginary.clone()))
    })
}

pub(crate) fn real_part<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    part(m, args, "real-part", |(real, _)| real)
}

pub(crate) fn imag_part<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    part(m, args, "imag-part", |(_, imaginary)| imaginary)
}

fn part<'m>(
    _: &'m Mutator<'_>,
    args: Args<'m>,
    who: &'static str,
    select: impl FnOnce((Value<'m>, Value<'m>)) -> Value<'m>,
) -> PrimitiveResult<'m> {
    let parts = complex_parts(args[0]);
    let parts = parts.ok_or_else(|| Raise::wrong_type(who, 1, "number", args[0]))?;
    Ok(select(parts))
}

/// The real argument `index` (from 0), or what is wrong with it.
pub(super) fn real_argument<'m>(
    args: Args<'m>,
    index: usize,
    who: &'static str,
) -> PrimitiveResult<'m, Number> {
    let number = as_number(args[index]).filter(|number| number.real(1).is_ok());
    let problem = || expected(index as u8 + 1, "real number");
    number.ok_or_else(|| {
        let operands: Vec<_> = args.iter().collect();
        problem().raise(who, &operands)
    })
}
