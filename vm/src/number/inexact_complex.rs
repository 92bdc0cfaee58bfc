//! Arithmetic on complex numbers of two flonums, with each other and with flonums and fixnums.
//!
//! The results are those of [`super::tower::Number`], computed without copies. A fixnum becomes a
//! double, except for zero: an exact zero changes nothing where it is added (not even the sign of a
//! zero), and a product with an exact zero is an exact zero. A real number has no imaginary part.
//! So it changes no imaginary part that it is added to.

use abi::tag::Kind;

use super::complex::{Pair, pair};
use super::heap::{
    as_inexact_complex, as_self_tagged_complex, as_simple_double, from_inexact_complex,
};
use crate::mutator::Mutator;
use crate::value::Value;

/// The sum, if an operand is such a complex number, and the other too, or a flonum or fixnum.
#[inline(always)]
pub(super) fn add<'m>(m: &'m Mutator<'_>, a: Value<'m>, b: Value<'m>) -> Option<Value<'m>> {
    compute(m, a, b, Pair::add, add_mixed)
}

/// The difference, of operands as for [`add`].
#[inline(always)]
pub(super) fn subtract<'m>(m: &'m Mutator<'_>, a: Value<'m>, b: Value<'m>) -> Option<Value<'m>> {
    compute(m, a, b, Pair::subtract, subtract_mixed)
}

/// The product, of operands as for [`add`].
#[inline(always)]
pub(super) fn multiply<'m>(m: &'m Mutator<'_>, a: Value<'m>, b: Value<'m>) -> Option<Value<'m>> {
    compute(m, a, b, Pair::multiply, multiply_mixed)
}

/// The quotient, of operands as for [`add`], but that the divisor is no exact zero.
#[inline]
pub(super) fn divide<'m>(m: &'m Mutator<'_>, a: Value<'m>, b: Value<'m>) -> Option<Value<'m>> {
    compute(m, a, b, Pair::divide, divide_mixed)
}

type Mixed = for<'m> fn(&'m Mutator<'_>, Operands, [Value<'m>; 2]) -> Value<'m>;

#[inline(always)]
fn compute<'m>(
    m: &'m Mutator<'_>,
    a: Value<'m>,
    b: Value<'m>,
    complex: impl Fn(Pair, Pair) -> Pair,
    mixed: Mixed,
) -> Option<Value<'m>> {
    if let (Some(x), Some(y)) = (as_self_tagged_complex(a), as_self_tagged_complex(b)) {
        return Some(from_inexact_complex(m, complex(x, y)));
    }
    if a.is_kind(Kind::Compnum) || b.is_kind(Kind::Compnum) {
        return compute_slowly(m, a, b, complex, mixed);
    }
    None
}

/// As [`compute`], where an operand is real, or a part is boxed. Apart, so that the parts stay in
/// registers there.
#[inline(never)]
fn compute_slowly<'m>(
    m: &'m Mutator<'_>,
    a: Value<'m>,
    b: Value<'m>,
    complex: impl Fn(Pair, Pair) -> Pair,
    mixed: Mixed,
) -> Option<Value<'m>> {
    let operands = match (as_inexact_complex(a), as_inexact_complex(b)) {
        (Some(x), Some(y)) => return Some(from_inexact_complex(m, complex(x, y))),
        (Some(x), None) => Operands::First(x, as_simple_double(b)?),
        (None, Some(y)) => Operands::Second(as_simple_double(a)?, y),
        (None, None) => return None,
    };
    Some(mixed(m, operands, [a, b]))
}

/// A complex number, the first operand or the second, and a real one.
#[derive(Clone, Copy)]
enum Operands {
    First(Pair, f64),
    Second(f64, Pair),
}

fn add_mixed<'m>(m: &'m Mutator<'_>, operands: Operands, [a, b]: [Value<'m>; 2]) -> Value<'m> {
    let sum = match operands {
        Operands::First(..) if b == Value::ZERO => return a,
        Operands::Second(..) if a == Value::ZERO => return b,
        Operands::First(x, y) => pair(x.real + y, x.imaginary),
        Operands::Second(x, y) => pair(x + y.real, y.imaginary),
    };
    from_inexact_complex(m, sum)
}

fn subtract_mixed<'m>(m: &'m Mutator<'_>, operands: Operands, [a, b]: [Value<'m>; 2]) -> Value<'m> {
    let difference = match operands {
        Operands::First(..) if b == Value::ZERO => return a,
        Operands::First(x, y) => pair(x.real - y, x.imaginary),
        // Not taken from a positive zero, which would be the difference of equal zeros.
        Operands::Second(_, y) if a == Value::ZERO => pair(-y.real, -y.imaginary),
        Operands::Second(x, y) => pair(x - y.real, -y.imaginary),
    };
    from_inexact_complex(m, difference)
}

fn multiply_mixed<'m>(m: &'m Mutator<'_>, operands: Operands, [a, b]: [Value<'m>; 2]) -> Value<'m> {
    if a == Value::ZERO || b == Value::ZERO {
        return Value::ZERO;
    }
    let (Operands::First(x, factor) | Operands::Second(factor, x)) = operands;
    let product = pair(x.real * factor, x.imaginary * factor);
    from_inexact_complex(m, product)
}

fn divide_mixed<'m>(m: &'m Mutator<'_>, operands: Operands, [a, b]: [Value<'m>; 2]) -> Value<'m> {
    debug_assert_ne!(b, Value::ZERO, "callers raise a condition");
    let quotient = match operands {
        Operands::First(x, divisor) => pair(x.real / divisor, x.imaginary / divisor),
        Operands::Second(..) if a == Value::ZERO => return a,
        Operands::Second(x, y) => pair(x, 0.0).divide(y),
    };
    from_inexact_complex(m, quotient)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::error::{PrimitiveResult, Raise};
    use crate::number::heap::{as_number, from_number};
    use crate::number::real::Real;
    use crate::number::tower::Number;
    use crate::number::{self, generic};
    use crate::testing::mutator;

    /// The operations as instructions compute them, and as the tower does, on copies.
    fn answers<'m>(
        m: &'m Mutator<'_>,
        a: Value<'m>,
        b: Value<'m>,
    ) -> [(PrimitiveResult<'m>, PrimitiveResult<'m>); 4] {
        let binary = |operation: &dyn Fn(&Number, &Number) -> Result<Number, number::Problem>| {
            generic::binary(m, a, b, "test", operation)
        };
        [
            (generic::add(m, a, b, "+"), binary(&|x, y| Ok(x.add(y, m)?))),
            (
                generic::subtract(m, a, b, "-"),
                binary(&|x, y| Ok(x.subtract(y, m)?)),
            ),
            (
                generic::multiply(m, a, b, "*"),
                binary(&|x, y| Ok(x.multiply(y, m)?)),
            ),
            (
                generic::divide(m, a, b, "/"),
                binary(&|x, y| x.divide(y, m)),
            ),
        ]
    }

    /// Whether both have the same result, to the bit but for NaNs, or both have none.
    fn agree(found: &PrimitiveResult<'_>, expected: &PrimitiveResult<'_>) -> bool {
        match (found, expected) {
            (Ok(found), Ok(expected)) => {
                let (found, expected) = (as_number(*found), as_number(*expected));
                let (found, expected) = (found.expect("a number"), expected.expect("a number"));
                found.is_eqv(&expected)
            }
            (Err(Raise::Condition(found)), Err(Raise::Condition(expected))) => {
                found.kind == expected.kind
            }
            _ => false,
        }
    }

    fn check(m: &Mutator<'_>, x: &Number, y: &Number) -> Result<(), TestCaseError> {
        let value = |number| from_number(m, number).expect("small numbers always fit");
        for (index, (found, expected)) in answers(m, value(x), value(y)).iter().enumerate() {
            prop_assert!(
                agree(found, expected),
                "operation {index} of {x:?} and {y:?}: {found:?}, not {expected:?}"
            );
        }
        Ok(())
    }

    /// Real numbers at the borders of what the short path takes, and some beyond.
    const PARTS: [&str; 18] = [
        "0",
        "1",
        "-3",
        "1152921504606846975",
        "1e23",
        "1/3",
        "#e1e23",
        "0.0",
        "-0.0",
        "1.0",
        "-1.5",
        "+inf.0",
        "-inf.0",
        "+nan.0",
        "5e-324",
        "-1e-310",
        "1.7976931348623157e308",
        "1e-155",
    ];

    fn parts() -> Vec<Real> {
        let number = |text: &&str| Number::from(&syntax::parse_number(text, 10).expect("a number"));
        let real = |number: Number| number.real(1).expect("a real number").clone();
        PARTS.iter().map(number).map(real).collect()
    }

    #[test]
    fn borders_are_as_in_the_tower() {
        let parts = parts();
        let complex = parts.iter().flat_map(|real| {
            let number = |imaginary: &Real| Number::rectangular(real.clone(), imaginary.clone());
            parts.iter().map(number)
        });
        let numbers: Vec<Number> = complex.collect();
        for x in &numbers {
            let m = &mutator();
            for y in &numbers {
                check(m, x, y).expect("both ways agree");
            }
        }
    }

    fn real() -> impl Strategy<Value = Real> {
        let double = any::<u64>().prop_map(|bits| Real::Flonum(f64::from_bits(bits)));
        let near = (-1e3..1e3).prop_map(Real::Flonum);
        let integer = any::<i64>().prop_map(Real::from);
        let small = (-2_i64..3).prop_map(Real::from);
        prop_oneof![3 => double, 3 => near, 1 => integer, 1 => small]
    }

    proptest! {
        #[test]
        fn any_numbers_are_as_in_the_tower(a in real(), b in real(), c in real(), d in real()) {
            let m = &mutator();
            let (x, y) = (Number::rectangular(a.clone(), b), Number::rectangular(c.clone(), d));
            check(m, &x, &y)?;
            check(m, &x, &c.into())?;
            check(m, &a.into(), &y)?;
        }
    }
}
