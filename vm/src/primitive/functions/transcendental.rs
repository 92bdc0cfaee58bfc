//! Roots, powers and trigonometry (R7RS 6.2.6).

use super::arithmetic::{binary_real, unary};
use crate::arguments::Args;
use crate::error::{PrimitiveResult, Raise};
use crate::mutator::Mutator;
use crate::number::heap::{as_flonum, as_number, from_integer, from_number, integer_bytes};
use crate::number::transcendental::{self, Function};
use crate::number::{Problem, generic, power, root};

fn apply<'m>(
    m: &'m Mutator<'_>,
    args: Args<'m>,
    who: &'static str,
    function: Function,
) -> PrimitiveResult<'m> {
    unary(m, args, who, |number| {
        Ok(transcendental::apply(function, number, m)?)
    })
}

pub(crate) fn exp<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    apply(m, args, "exp", Function::Exp)
}

pub(crate) fn sin<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    apply(m, args, "sin", Function::Sin)
}

pub(crate) fn cos<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    apply(m, args, "cos", Function::Cos)
}

pub(crate) fn tan<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    apply(m, args, "tan", Function::Tan)
}

pub(crate) fn asin<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    apply(m, args, "asin", Function::Asin)
}

pub(crate) fn acos<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    apply(m, args, "acos", Function::Acos)
}

pub(crate) fn atan1<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    apply(m, args, "atan", Function::Atan)
}

pub(crate) fn atan2<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    binary_real(m, args, "atan", |y, x| {
        if y.is_exactly(0) && x.is_exactly(0) {
            return Err(Problem::DivisionByZero);
        }
        Ok(transcendental::angle(y, x, m)?.into())
    })
}

pub(crate) fn log1<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    unary(m, args, "log", |number| {
        Ok(transcendental::logarithm(number, m)?)
    })
}

pub(crate) fn sqrt<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    if let Some(value) = as_flonum(args[0])
        && value >= 0.0
    {
        return Ok(m.flonum(value.sqrt()));
    }
    unary(m, args, "sqrt", |number| Ok(root::square_root(number, m)?))
}

pub(crate) fn expt<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    generic::reserve_copies(m, &[args[0], args[1]])?;
    let (base, exponent) = generic::operands(args[0], args[1], "expt")?;
    // Announced before the result exists anywhere: it may be larger than any memory.
    generic::reserve_large(m, power::power_bytes(&base, &exponent))?;
    let power = power::power(&base, &exponent, m)
        .map_err(|problem| problem.raise("expt", &[args[0], args[1]]))?;
    from_number(m, &power)
}

/// The pair of the root and what is left.
pub(crate) fn exact_integer_sqrt<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    const WHO: &str = "exact-integer-sqrt";
    const WANTED: &str = "exact nonnegative integer";
    generic::reserve_copies(m, &[args[0]])?;
    let number = as_number(args[0]).ok_or_else(|| Raise::wrong_type(WHO, 1, WANTED, args[0]))?;
    let (root, rest) =
        root::integer_square_root(&number, m).map_err(|problem| problem.raise(WHO, &[args[0]]))?;
    m.reserve(integer_bytes(&root) + integer_bytes(&rest))?;
    let root = from_integer(m, &root)?;
    let rest = from_integer(m, &rest)?;
    Ok(m.cons(root, rest))
}

pub(crate) fn make_polar<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    binary_real(m, args, "make-polar", |magnitude, angle| {
        Ok(transcendental::polar(magnitude, angle))
    })
}

pub(crate) fn magnitude<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    unary(m, args, "magnitude", |number| {
        Ok(transcendental::magnitude(number, m)?.into())
    })
}

pub(crate) fn angle<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    unary(m, args, "angle", |number| {
        let (real, imaginary) = number.parts();
        Ok(transcendental::angle(&imaginary, &real, m)?.into())
    })
}
