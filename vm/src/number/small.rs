//! Sums and products of integers of a few limbs, without memory of their own.

/// Limbs of the longest operand.
pub(crate) const OPERAND_LIMBS_MAX: usize = 4;
/// Limbs of the longest result: a product.
const RESULT_LIMBS_MAX: usize = 2 * OPERAND_LIMBS_MAX;

/// An integer of a few limbs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SmallInteger {
    /// Least significant first; zero from `length` on.
    limbs: [u64; RESULT_LIMBS_MAX],
    /// The highest limb is not zero.
    length: usize,
    negative: bool,
}

impl From<i64> for SmallInteger {
    fn from(value: i64) -> Self {
        let mut limbs = [0; RESULT_LIMBS_MAX];
        limbs[0] = value.unsigned_abs();
        Self {
            limbs,
            length: usize::from(value != 0),
            negative: value < 0,
        }
    }
}

impl SmallInteger {
    /// The integer of a sign and a magnitude; `None` if that is longer than an operand may be.
    pub(crate) fn from_limbs(negative: bool, magnitude: &[u64]) -> Option<Self> {
        if magnitude.len() > OPERAND_LIMBS_MAX {
            return None;
        }
        let mut limbs = [0; RESULT_LIMBS_MAX];
        limbs[..magnitude.len()].copy_from_slice(magnitude);
        Some(
            Self {
                limbs,
                length: magnitude.len(),
                negative,
            }
            .trimmed(),
        )
    }

    /// The magnitude; the last limb is not zero.
    pub(crate) fn limbs(&self) -> &[u64] {
        &self.limbs[..self.length]
    }

    pub(crate) const fn is_negative(&self) -> bool {
        self.negative
    }

    fn trimmed(mut self) -> Self {
        while self.length > 0 && self.limbs[self.length - 1] == 0 {
            self.length -= 1;
        }
        self.negative &= self.length > 0;
        self
    }

    #[must_use]
    pub(crate) fn negate(mut self) -> Self {
        self.negative = !self.negative && self.length > 0;
        self
    }

    /// The sum of two operands.
    pub(crate) fn add(&self, other: &Self) -> Self {
        if self.negative == other.negative {
            return self.add_magnitudes(other);
        }
        // Both are zero from their length on: the order of the whole arrays is that of the values.
        if self.limbs.iter().rev().ge(other.limbs.iter().rev()) {
            self.subtract_magnitudes(other)
        } else {
            other.subtract_magnitudes(self)
        }
    }

    fn add_magnitudes(&self, other: &Self) -> Self {
        let length = self.length.max(other.length);
        let mut result = Self {
            length: length + 1,
            ..*self
        };
        let mut carry = false;
        for index in 0..length {
            let (sum, first) = self.limbs[index].overflowing_add(other.limbs[index]);
            let (sum, second) = sum.overflowing_add(u64::from(carry));
            result.limbs[index] = sum;
            carry = first || second;
        }
        result.limbs[length] = u64::from(carry);
        result.trimmed()
    }

    /// The magnitude of `self` is not less than that of `other`; keeps the sign of `self`.
    fn subtract_magnitudes(&self, other: &Self) -> Self {
        let mut result = *self;
        let mut borrow = false;
        for index in 0..self.length {
            let (difference, first) = self.limbs[index].overflowing_sub(other.limbs[index]);
            let (difference, second) = difference.overflowing_sub(u64::from(borrow));
            result.limbs[index] = difference;
            borrow = first || second;
        }
        debug_assert!(!borrow, "the greater magnitude is on the left");
        result.trimmed()
    }

    /// The product of two operands.
    pub(crate) fn multiply(&self, other: &Self) -> Self {
        let mut limbs = [0_u64; RESULT_LIMBS_MAX];
        for (low, &a) in self.limbs().iter().enumerate() {
            let mut carry = 0_u128;
            for (high, &b) in other.limbs().iter().enumerate() {
                let sum = u128::from(a) * u128::from(b) + u128::from(limbs[low + high]) + carry;
                limbs[low + high] = sum as u64;
                carry = sum >> 64;
            }
            limbs[low + other.length] = carry as u64;
        }
        let length = self.length + other.length;
        Self {
            limbs,
            length,
            negative: self.negative != other.negative,
        }
        .trimmed()
    }
}

#[cfg(test)]
mod tests {
    use dashu_int::{IBig, Sign, UBig};
    use proptest::prelude::*;

    use super::*;

    fn big(small: &SmallInteger) -> IBig {
        let sign = if small.is_negative() {
            Sign::Negative
        } else {
            Sign::Positive
        };
        IBig::from_parts(sign, UBig::from_words(small.limbs()))
    }

    fn operand() -> impl Strategy<Value = SmallInteger> {
        let limb = prop_oneof![Just(0), Just(u64::MAX), any::<u64>()];
        (
            any::<bool>(),
            prop::collection::vec(limb, 0..=OPERAND_LIMBS_MAX),
        )
            .prop_map(|(negative, limbs)| {
                SmallInteger::from_limbs(negative, &limbs).expect("short enough")
            })
    }

    proptest! {
        #[test]
        fn sums_and_products_are_those_of_big_integers(a in operand(), b in operand()) {
            prop_assert_eq!(big(&a.add(&b)), big(&a) + big(&b));
            prop_assert_eq!(big(&a.add(&b.negate())), big(&a) - big(&b));
            prop_assert_eq!(big(&a.multiply(&b)), big(&a) * big(&b));
        }
    }

    #[test]
    fn zero_has_no_limbs_and_no_sign() {
        let zero = SmallInteger::from(5).add(&SmallInteger::from(-5));
        assert_eq!((zero.limbs(), zero.is_negative()), (&[][..], false));
        assert!(!SmallInteger::from(0).negate().is_negative());
    }
}
