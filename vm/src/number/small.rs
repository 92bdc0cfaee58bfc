//! Arithmetic on integers of a few limbs, without memory of their own.

use std::cmp::Ordering;

use dashu_int::Sign;

/// Limbs of the longest operand.
pub(crate) const OPERAND_LIMBS_MAX: usize = 8;
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
    /// The integer of a sign and the limbs of a magnitude; `None` if that is longer than an operand
    /// may be.
    #[inline]
    pub(crate) fn from_limbs(
        sign: Sign,
        magnitude: impl ExactSizeIterator<Item = u64>,
    ) -> Option<Self> {
        let length = magnitude.len();
        if length > OPERAND_LIMBS_MAX {
            return None;
        }
        let mut limbs = [0; RESULT_LIMBS_MAX];
        for (place, limb) in limbs.iter_mut().zip(magnitude) {
            *place = limb;
        }
        let integer = Self {
            limbs,
            length,
            negative: sign == Sign::Negative,
        };
        Some(integer.trimmed())
    }

    /// The magnitude; the last limb is not zero.
    pub(crate) fn limbs(&self) -> &[u64] {
        &self.limbs[..self.length]
    }

    pub(crate) const fn sign(&self) -> Sign {
        if self.negative {
            Sign::Negative
        } else {
            Sign::Positive
        }
    }

    /// Whether it is less than zero.
    pub(crate) const fn is_negative(&self) -> bool {
        self.negative
    }

    pub(crate) const fn is_zero(&self) -> bool {
        self.length == 0
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

    /// The order of the magnitudes.
    fn compare_magnitudes(&self, other: &Self) -> Ordering {
        let lengths = self.length.cmp(&other.length);
        lengths.then_with(|| self.limbs().iter().rev().cmp(other.limbs().iter().rev()))
    }

    /// The sum of two operands.
    pub(crate) fn add(&self, other: &Self) -> Self {
        if self.negative == other.negative {
            return self.add_magnitudes(other);
        }
        if self.compare_magnitudes(other) == Ordering::Less {
            other.subtract_magnitudes(self)
        } else {
            self.subtract_magnitudes(other)
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

    /// Quotient, rounded toward zero, and remainder, which has the sign of `self`. The divisor is
    /// not zero.
    pub(crate) fn divide(&self, divisor: &Self) -> (Self, Self) {
        if self.compare_magnitudes(divisor) == Ordering::Less {
            return (Self::from(0), *self);
        }
        let (mut quotient, mut remainder) = match *divisor.limbs() {
            [limb] => self.divide_by_limb(limb),
            _ => self.divide_by_limbs(divisor),
        };
        quotient.negative = self.negative != divisor.negative;
        remainder.negative = self.negative;
        (quotient.trimmed(), remainder.trimmed())
    }

    fn divide_by_limb(&self, divisor: u64) -> (Self, Self) {
        let mut quotient = *self;
        let mut rest = 0_u64;
        for index in (0..self.length).rev() {
            let part = u128::from(rest) << 64 | u128::from(self.limbs[index]);
            quotient.limbs[index] = (part / u128::from(divisor)) as u64;
            rest = (part % u128::from(divisor)) as u64;
        }
        let mut remainder = Self::from(0);
        remainder.limbs[0] = rest;
        remainder.length = 1;
        (quotient, remainder)
    }

    /// Knuth, volume 2, 4.3.1, algorithm D. The divisor has two limbs or more, `self` not fewer.
    fn divide_by_limbs(&self, divisor: &Self) -> (Self, Self) {
        let n = divisor.length;
        let shift = divisor.limbs[n - 1].leading_zeros();
        // The highest bit of the divisor is set, then: estimates are at most two too high.
        let divisor = divisor.shifted_left(shift);
        let mut rest = self.shifted_left(shift).limbs;
        let mut top = if shift == 0 {
            0
        } else {
            self.limbs[self.length - 1] >> (64 - shift)
        };
        let mut quotient = Self::from(0);
        for j in (0..=self.length - n).rev() {
            let digit = estimate([top, rest[j + n - 1], rest[j + n - 2]], &divisor.limbs[..n]);
            let part = &mut rest[j..j + n];
            let borrow = subtract_product(part, digit, &divisor.limbs[..n]);
            let digit = if borrow > u128::from(top) {
                add_back(part, &divisor.limbs[..n]);
                digit - 1
            } else {
                digit
            };
            quotient.limbs[j] = digit;
            top = rest[j + n - 1];
        }
        quotient.length = self.length - n + 1;
        let mut remainder = Self {
            limbs: rest,
            length: n,
            negative: false,
        };
        remainder.limbs[n..].fill(0);
        (quotient, remainder.shifted_right(shift))
    }

    /// By less than a limb; what leaves the length is lost.
    fn shifted_left(&self, bits: u32) -> Self {
        let mut result = *self;
        if bits > 0 {
            for index in (0..self.length).rev() {
                let below = if index == 0 { 0 } else { self.limbs[index - 1] };
                result.limbs[index] = self.limbs[index] << bits | below >> (64 - bits);
            }
        }
        result
    }

    /// By less than a limb.
    fn shifted_right(&self, bits: u32) -> Self {
        let mut result = *self;
        if bits > 0 {
            for index in 0..self.length {
                let above = self.limbs.get(index + 1).copied().unwrap_or(0);
                result.limbs[index] = self.limbs[index] >> bits | above << (64 - bits);
            }
        }
        result.trimmed()
    }

    /// Shifted left by `amount` bits, or right where that is negative; rounds down. `None` if the
    /// result may be too long.
    pub(crate) fn shift(&self, amount: i64) -> Option<Self> {
        let limbs = usize::try_from(amount.unsigned_abs() / 64).ok()?;
        let bits = (amount.unsigned_abs() % 64) as u32;
        if amount >= 0 {
            let length = self.length.checked_add(limbs)?.checked_add(1)?;
            if length > RESULT_LIMBS_MAX {
                return None;
            }
            let mut result = Self { length, ..*self };
            result.limbs.copy_within(0..self.length, limbs);
            result.limbs[..limbs].fill(0);
            return Some(result.shifted_left(bits).trimmed());
        }
        let dropped = limbs.min(self.length);
        let mut result = *self;
        result.limbs.copy_within(dropped..self.length, 0);
        result.limbs[self.length - dropped..self.length].fill(0);
        result.length = self.length - dropped;
        let mask = (1_u64 << bits) - 1;
        let partly = self.limbs.get(dropped).copied().unwrap_or(0) & mask;
        let is_inexact = partly != 0 || self.limbs[..dropped].iter().any(|&limb| limb != 0);
        let mut result = result.shifted_right(bits);
        if self.negative && is_inexact {
            result.negative = true;
            let minus_one = Self::from(-1);
            return Some(result.add_magnitudes(&minus_one));
        }
        Some(result)
    }

    /// The result of a bitwise operation on the two's complements of two operands.
    pub(crate) fn bitwise(&self, other: &Self, operation: impl Fn(u64, u64) -> u64) -> Self {
        let length = self.length.max(other.length) + 1;
        let (a, b) = (self.complement(), other.complement());
        let mut result = Self::from(0);
        for index in 0..length {
            result.limbs[index] = operation(a[index], b[index]);
        }
        result.length = length;
        if result.limbs[length - 1] >> 63 == 1 {
            result.negative = true;
            result.limbs = complement(&result.limbs);
            result.limbs[length..].fill(0);
        }
        result.trimmed()
    }

    /// The limbs in two's complement.
    fn complement(&self) -> [u64; RESULT_LIMBS_MAX] {
        if self.negative {
            complement(&self.limbs)
        } else {
            self.limbs
        }
    }
}

fn complement(limbs: &[u64; RESULT_LIMBS_MAX]) -> [u64; RESULT_LIMBS_MAX] {
    let mut carry = true;
    limbs.map(|limb| {
        let (sum, overflow) = (!limb).overflowing_add(u64::from(carry));
        carry = overflow;
        sum
    })
}

/// A digit of a quotient by the three highest limbs of the rest, highest first: right, or one too
/// high.
fn estimate(rest: [u64; 3], divisor: &[u64]) -> u64 {
    let [top, middle, low] = rest;
    let (high, next) = (divisor[divisor.len() - 1], divisor[divisor.len() - 2]);
    let part = u128::from(top) << 64 | u128::from(middle);
    let (mut digit, mut left) = if top >= high {
        let digit = u128::from(u64::MAX);
        (digit, part - digit * u128::from(high))
    } else {
        (part / u128::from(high), part % u128::from(high))
    };
    while left <= u128::from(u64::MAX) && digit * u128::from(next) > (left << 64 | u128::from(low))
    {
        digit -= 1;
        left += u128::from(high);
    }
    digit as u64
}

/// Takes `digit * divisor` off `rest`; answers what has to come off the limb above.
fn subtract_product(rest: &mut [u64], digit: u64, divisor: &[u64]) -> u128 {
    let mut carry = 0_u128;
    let mut borrow = false;
    for (place, &limb) in rest.iter_mut().zip(divisor) {
        let product = u128::from(digit) * u128::from(limb) + carry;
        carry = product >> 64;
        let (difference, first) = place.overflowing_sub(product as u64);
        let (difference, second) = difference.overflowing_sub(u64::from(borrow));
        *place = difference;
        borrow = first || second;
    }
    carry + u128::from(borrow)
}

/// Adds the divisor once more, after an estimate that was one too high.
fn add_back(rest: &mut [u64], divisor: &[u64]) {
    let mut carry = false;
    for (place, &limb) in rest.iter_mut().zip(divisor) {
        let (sum, first) = place.overflowing_add(limb);
        let (sum, second) = sum.overflowing_add(u64::from(carry));
        *place = sum;
        carry = first || second;
    }
}

#[cfg(test)]
mod tests {
    use dashu_int::ops::DivRem;
    use dashu_int::{IBig, UBig};
    use proptest::prelude::*;

    use super::*;

    fn big(small: &SmallInteger) -> IBig {
        IBig::from_parts(small.sign(), UBig::from_words(small.limbs()))
    }

    fn operand() -> impl Strategy<Value = SmallInteger> {
        let limb = prop_oneof![
            Just(0),
            Just(1),
            Just(1 << 63),
            Just(u64::MAX),
            any::<u64>()
        ];
        (
            any::<bool>(),
            prop::collection::vec(limb, 0..=OPERAND_LIMBS_MAX),
        )
            .prop_map(|(negative, limbs)| {
                let sign = if negative {
                    Sign::Negative
                } else {
                    Sign::Positive
                };
                SmallInteger::from_limbs(sign, limbs.into_iter()).expect("short enough")
            })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn sums_and_products_are_those_of_big_integers(a in operand(), b in operand()) {
            prop_assert_eq!(big(&a.add(&b)), big(&a) + big(&b));
            prop_assert_eq!(big(&a.add(&b.negate())), big(&a) - big(&b));
            prop_assert_eq!(big(&a.multiply(&b)), big(&a) * big(&b));
        }

        #[test]
        fn quotients_are_those_of_big_integers(a in operand(), b in operand()) {
            prop_assume!(!b.is_zero());
            let (quotient, remainder) = a.divide(&b);
            let (expected, rest) = big(&a).div_rem(big(&b));
            prop_assert_eq!(big(&quotient), expected);
            prop_assert_eq!(big(&remainder), rest);
        }

        #[test]
        fn a_product_is_divided_by_its_factors(a in operand(), b in operand()) {
            prop_assume!(!b.is_zero());
            let (quotient, remainder) = a.multiply(&b).divide(&b);
            prop_assert_eq!(big(&quotient), big(&a));
            prop_assert!(remainder.is_zero());
        }

        #[test]
        fn shifts_are_those_of_big_integers(a in operand(), amount in -600_i64..600) {
            let bits = usize::try_from(amount.unsigned_abs()).expect("small");
            match a.shift(amount) {
                Some(found) if amount >= 0 => prop_assert_eq!(big(&found), big(&a) << bits),
                Some(found) => prop_assert_eq!(big(&found), big(&a) >> bits),
                None => prop_assert!(amount > 0),
            }
        }

        #[test]
        fn bitwise_operations_are_those_of_big_integers(a in operand(), b in operand()) {
            prop_assert_eq!(big(&a.bitwise(&b, |x, y| x & y)), big(&a) & big(&b));
            prop_assert_eq!(big(&a.bitwise(&b, |x, y| x | y)), big(&a) | big(&b));
            prop_assert_eq!(big(&a.bitwise(&b, |x, y| x ^ y)), big(&a) ^ big(&b));
        }
    }

    #[test]
    fn zero_has_no_limbs_and_no_sign() {
        let zero = SmallInteger::from(5).add(&SmallInteger::from(-5));
        assert_eq!((zero.limbs(), zero.is_negative()), (&[][..], false));
        assert!(!SmallInteger::from(0).negate().is_negative());
    }
}
