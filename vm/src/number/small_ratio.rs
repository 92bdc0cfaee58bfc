//! Fractions of fixnums, without memory of their own.
//!
//! Sums and products take the common factors out before they multiply (Knuth, volume 2, 4.5.1). So
//! all divisors are those of machine words, and results are in lowest terms at once.

use std::cmp::Ordering;

/// A fraction in lowest terms, of fixnums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SmallRatio {
    /// Carries the sign.
    pub(crate) numerator: i64,
    /// Greater than zero.
    pub(crate) denominator: i64,
}

/// Numerator and denominator of a result, in lowest terms; the denominator is greater than zero.
pub(crate) type WideRatio = (i128, i128);

/// The greatest common divisor of the magnitudes; 1 if both are zero.
fn common_divisor(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a.unsigned_abs(), b.unsigned_abs());
    if a == 0 || b == 0 {
        return ((a | b).max(1)) as i64;
    }
    // By shifts and subtractions (Stein 1967): a division takes longer than several of these.
    let twos = (a | b).trailing_zeros();
    a >>= a.trailing_zeros();
    while b != 0 {
        b >>= b.trailing_zeros();
        if a > b {
            (a, b) = (b, a);
        }
        b -= a;
    }
    (a << twos) as i64
}

fn product(a: i64, b: i64) -> i128 {
    i128::from(a) * i128::from(b)
}

impl SmallRatio {
    #[must_use]
    pub(crate) fn negate(self) -> Self {
        Self {
            numerator: -self.numerator,
            ..self
        }
    }

    pub(crate) fn add(self, other: Self) -> WideRatio {
        let divisor = common_divisor(self.denominator, other.denominator);
        let own = other.denominator / divisor;
        let others = self.denominator / divisor;
        let numerator = product(self.numerator, own) + product(other.numerator, others);
        if divisor == 1 {
            return (numerator, product(self.denominator, other.denominator));
        }
        let rest = (numerator % i128::from(divisor)) as i64;
        let second = common_divisor(rest, divisor);
        (
            numerator / i128::from(second),
            product(others, other.denominator / second),
        )
    }

    pub(crate) fn multiply(self, other: Self) -> WideRatio {
        let first = common_divisor(self.numerator, other.denominator);
        let second = common_divisor(other.numerator, self.denominator);
        (
            product(self.numerator / first, other.numerator / second),
            product(self.denominator / second, other.denominator / first),
        )
    }

    /// `None` of zero.
    pub(crate) fn invert(self) -> Option<Self> {
        if self.numerator == 0 {
            return None;
        }
        Some(Self {
            numerator: self.denominator * self.numerator.signum(),
            denominator: self.numerator.abs(),
        })
    }

    pub(crate) fn compare(self, other: Self) -> Ordering {
        let left = product(self.numerator, other.denominator);
        left.cmp(&product(other.numerator, self.denominator))
    }
}

#[cfg(test)]
mod tests {
    use dashu_int::{IBig, UBig};
    use proptest::prelude::*;
    use syntax::Unsupervised;

    use super::*;
    use crate::number::exact::Exact;

    /// The numerators and denominators of fixnums, often with factors in common.
    fn part() -> impl Strategy<Value = i64> {
        let small = (1_i64..40, 1_i64..40, 0_u32..30).prop_map(|(a, b, twos)| (a * b) << twos);
        prop_oneof![small, 1_i64..1 << 60]
    }

    fn ratio() -> impl Strategy<Value = SmallRatio> {
        (any::<bool>(), prop_oneof![Just(0), part()], part()).prop_map(|(negative, a, b)| {
            let divisor = common_divisor(a, b);
            let ratio = SmallRatio {
                numerator: a / divisor,
                denominator: b / divisor,
            };
            if negative { ratio.negate() } else { ratio }
        })
    }

    fn exact(ratio: SmallRatio) -> Exact {
        let denominator = UBig::from(ratio.denominator.unsigned_abs());
        Exact::in_lowest_terms(IBig::from(ratio.numerator), denominator)
    }

    /// The parts of the result as they stand: that they are in lowest terms is part of the claim.
    fn parts((numerator, denominator): WideRatio) -> (IBig, UBig) {
        let denominator = u128::try_from(denominator).expect("denominators are positive");
        (IBig::from(numerator), UBig::from(denominator))
    }

    proptest! {
        #[test]
        fn operations_are_those_of_exact_numbers(a in ratio(), b in ratio()) {
            let (x, y) = (exact(a), exact(b));
            let sum = x.add(&y, &Unsupervised).expect("nobody stops it");
            let product = x.multiply(&y, &Unsupervised).expect("nobody stops it");
            prop_assert_eq!(parts(a.add(b)), sum.parts());
            prop_assert_eq!(parts(a.multiply(b)), product.parts());
            prop_assert_eq!(Ok(a.compare(b)), x.compare(&y, &Unsupervised));
            if let Some(inverse) = b.invert() {
                prop_assert_eq!(Some(exact(inverse)), y.invert());
            } else {
                prop_assert!(y.is_zero());
            }
        }
    }
}
