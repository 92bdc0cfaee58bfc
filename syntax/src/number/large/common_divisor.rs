//! Greatest common divisors: Lehmer's algorithm with quotients of two limbs.
//!
//! Knuth, The Art of Computer Programming, volume 2, 4.5.2, algorithm L.

use dashu_int::UBig;
use dashu_int::ops::Gcd;

use super::divide::divide;
use super::{LIMB_BITS, bytes, limbs};
use crate::supervisor::{Stop, Supervisor};

/// Numbers of up to so many limbs are left to `dashu-int`, which also has Lehmer's algorithm.
const LEAF_LIMBS: usize = 2048;

/// What the algorithm takes on the way, in times of both numbers' size.
const OPERAND_SIZES: usize = 5;

/// The greatest common divisor; that of a number and zero is the number.
///
/// # Errors
///
/// [`Stop`].
pub fn common_divisor(a: &UBig, b: &UBig, supervisor: &dyn Supervisor) -> Result<UBig, Stop> {
    let (mut high, mut low) = if a < b { (b, a) } else { (a, b) };
    if low.is_zero() {
        return Ok(high.clone());
    }
    if limbs(high) <= LEAF_LIMBS {
        return Ok(high.gcd(low));
    }
    supervisor.reserve(bytes(limbs(high) + limbs(low), OPERAND_SIZES))?;
    let (mut x, mut y);
    while limbs(low) > LEAF_LIMBS {
        supervisor.check()?;
        let steps = Steps::of(high, low);
        (x, y) = if steps.is_none() {
            (low.clone(), divide(high, low, supervisor)?.1)
        } else {
            steps.apply(high, low)
        };
        (high, low) = (&x, &y);
    }
    if low.is_zero() {
        return Ok(high.clone());
    }
    let (_, rest) = divide(high, low, supervisor)?;
    if rest.is_zero() {
        return Ok(low.clone());
    }
    Ok(low.gcd(&rest))
}

/// A number of steps of Euclid's algorithm at once: `(x, y)` becomes `(a x + b y, c x + d y)`. In each row, one
/// factor is not positive, and one not negative.
#[derive(Clone, Copy, Debug)]
struct Steps {
    a: i64,
    b: i64,
    c: i64,
    d: i64,
}

impl Steps {
    /// The steps that are sure by the highest bits of both numbers, of which the first is not less.
    fn of(high: &UBig, low: &UBig) -> Self {
        let mut steps = Self {
            a: 1,
            b: 0,
            c: 0,
            d: 1,
        };
        let (mut x, mut y) = highest_bits(high, low);
        loop {
            let [a, b, c, d] = [steps.a, steps.b, steps.c, steps.d].map(i128::from);
            if y + c == 0 || y + d == 0 {
                return steps;
            }
            let quotient = (x + a) / (y + c);
            if quotient != (x + b) / (y + d) {
                return steps;
            }
            let next = |first: i128, second: i128| {
                let product = quotient.checked_mul(second)?;
                i64::try_from(first.checked_sub(product)?).ok()
            };
            let (Some(new_c), Some(new_d)) = (next(a, c), next(b, d)) else {
                return steps;
            };
            steps = Self {
                a: steps.c,
                b: steps.d,
                c: new_c,
                d: new_d,
            };
            (x, y) = (y, x - quotient * y);
        }
    }

    /// Whether no step is sure.
    fn is_none(self) -> bool {
        self.b == 0
    }

    /// The numbers after the steps.
    fn apply(self, x: &UBig, y: &UBig) -> (UBig, UBig) {
        (combine(self.a, x, self.b, y), combine(self.c, x, self.d, y))
    }
}

/// The highest bits of the first number, and what stands at the same place in the second one.
fn highest_bits(high: &UBig, low: &UBig) -> (i128, i128) {
    /// So that sums with factors fit.
    const KEPT_BITS: usize = 126;
    let dropped = dashu_int::ops::BitTest::bit_len(high) - KEPT_BITS;
    let bits = |value: &UBig| {
        let (start, shift) = (dropped / LIMB_BITS, dropped % LIMB_BITS);
        let limb = |index: usize| {
            let limb = value.as_words().get(start + index).copied().unwrap_or(0);
            u128::from(limb)
        };
        let low = (limb(1) << LIMB_BITS | limb(0)) >> shift;
        let above = if shift == 0 {
            0
        } else {
            limb(2) << (2 * LIMB_BITS - shift)
        };
        (low | above).cast_signed()
    };
    (bits(high), bits(low))
}

/// `a x + b y`, which is not negative; one of the factors is not positive, and the other one not negative.
fn combine(a: i64, x: &UBig, b: i64, y: &UBig) -> UBig {
    let ((plus, x), (minus, y)) = if a < 0 || b > 0 {
        ((b, y.as_words()), (a, x.as_words()))
    } else {
        ((a, x.as_words()), (b, y.as_words()))
    };
    let (plus, minus) = (plus.unsigned_abs(), minus.unsigned_abs());
    let length = x.len().max(y.len());
    let mut result = Vec::with_capacity(length);
    let (mut plus_carry, mut minus_carry, mut borrow) = (0_u64, 0_u64, false);
    let times = |factor: u64, limb: u64, carry: u64| {
        let product = u128::from(factor) * u128::from(limb) + u128::from(carry);
        (product as u64, (product >> LIMB_BITS) as u64)
    };
    for index in 0..length {
        let limb = |words: &[u64]| words.get(index).copied().unwrap_or(0);
        let (gained, lost);
        (gained, plus_carry) = times(plus, limb(x), plus_carry);
        (lost, minus_carry) = times(minus, limb(y), minus_carry);
        let (partial, first) = gained.overflowing_sub(lost);
        let (total, second) = partial.overflowing_sub(u64::from(borrow));
        borrow = first || second;
        result.push(total);
    }
    debug_assert_eq!(
        plus_carry,
        minus_carry + u64::from(borrow),
        "remainders are less than what they are remainders of"
    );
    UBig::from_words(&result)
}
