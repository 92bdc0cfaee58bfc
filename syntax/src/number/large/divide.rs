//! Quotients and remainders: the recursive division of Burnikel and Ziegler above the divisions of `dashu-int`.
//!
//! Burnikel and Ziegler, Fast recursive division (1998).

use dashu_int::ops::DivRem;
use dashu_int::{IBig, UBig};

use super::multiply::{join, multiply, part};
use super::{LIMB_BITS, UNANNOUNCED_LIMBS, bytes, limbs};
use crate::supervisor::{Stop, Supervisor};

/// Divisors of up to so many limbs are left to `dashu-int`, for as many limbs of the quotient at a time. Beyond 8000
/// limbs, its version 0.4.3 multiplies parts of the operands by number-theoretic transforms, and panics where both
/// parts are zero.
const LEAF_LIMBS: usize = 1 << 12;

/// What a division takes on the way, in times of the dividend's size.
const DIVIDEND_SIZES: usize = 8;

/// Quotient and remainder of `a` and `b`, which is not zero.
///
/// # Errors
///
/// [`Stop`].
pub fn divide(a: &UBig, b: &UBig, supervisor: &dyn Supervisor) -> Result<(UBig, UBig), Stop> {
    debug_assert!(!b.is_zero(), "callers exclude the divisor zero");
    if limbs(a) <= UNANNOUNCED_LIMBS {
        return Ok(a.div_rem(b));
    }
    supervisor.reserve(bytes(limbs(a), DIVIDEND_SIZES))?;
    supervisor.check()?;
    let quotient_limbs = (limbs(a) + 1).saturating_sub(limbs(b));
    if limbs(b) <= LEAF_LIMBS && quotient_limbs <= LEAF_LIMBS || quotient_limbs <= 2 {
        return Ok(a.div_rem(b));
    }
    if quotient_limbs < limbs(b) / 2 {
        return divide_high_parts(a, b, quotient_limbs, supervisor);
    }
    if limbs(b) <= LEAF_LIMBS {
        let step = |high: &UBig, divisor: &UBig| {
            supervisor.check()?;
            Ok(high.div_rem(divisor))
        };
        return divide_by_digits(a, b, LEAF_LIMBS, step);
    }
    // The divisor is halved until it is short: its length becomes a short length times a power of two, and its
    // highest bit one.
    let halvings = limbs(b)
        .div_ceil(LEAF_LIMBS)
        .next_power_of_two()
        .trailing_zeros();
    let length = limbs(b).div_ceil(1 << halvings) << halvings;
    let shift = length * LIMB_BITS - bit_length(b);
    let (dividend, divisor) = (a << shift, b << shift);
    let step = |high: &UBig, divisor: &UBig| divide_two_by_one(high, divisor, length, supervisor);
    let (quotient, rest) = divide_by_digits(&dividend, &divisor, length, step)?;
    Ok((quotient, rest >> shift))
}

fn bit_length(value: &UBig) -> usize {
    dashu_int::ops::BitTest::bit_len(value)
}

/// As [`divide`], of a quotient that is much shorter than the divisor: by the quotient of their high parts.
fn divide_high_parts(
    a: &UBig,
    b: &UBig,
    quotient_limbs: usize,
    supervisor: &dyn Supervisor,
) -> Result<(UBig, UBig), Stop> {
    // The high part of the divisor is longer than the quotient, which is then two too high at most.
    let dropped = limbs(b) - quotient_limbs - 1;
    let high = part(b, dropped, usize::MAX);
    let (mut quotient, rest) = divide(&part(a, dropped, usize::MAX), &high, supervisor)?;
    let rest = join(&rest, &part(a, 0, dropped), dropped);
    let excess = multiply(&quotient, &part(b, 0, dropped), supervisor)?;
    let mut rest = IBig::from(rest) - IBig::from(excess);
    while rest < IBig::ZERO {
        quotient -= UBig::ONE;
        rest += b;
    }
    Ok((quotient, magnitude(rest)))
}

fn magnitude(value: IBig) -> UBig {
    value.into_parts().1
}

/// Long division with digits of so many limbs. `step` divides a number of up to two digits and less than the
/// divisor times a digit.
fn divide_by_digits(
    a: &UBig,
    b: &UBig,
    digit_limbs: usize,
    step: impl Fn(&UBig, &UBig) -> Result<(UBig, UBig), Stop>,
) -> Result<(UBig, UBig), Stop> {
    let digits = limbs(a).div_ceil(digit_limbs);
    let mut quotient = vec![0; digits * digit_limbs];
    let mut rest = UBig::ZERO;
    for index in (0..digits).rev() {
        let start = index * digit_limbs;
        let high = join(&rest, &part(a, start, digit_limbs), digit_limbs);
        let digit;
        (digit, rest) = step(&high, b)?;
        quotient[start..start + limbs(&digit)].copy_from_slice(digit.as_words());
    }
    Ok((UBig::from_words(&quotient), rest))
}

/// Divides by a divisor of `length` limbs, whose highest bit is one. The quotient is not longer.
fn divide_two_by_one(
    a: &UBig,
    b: &UBig,
    length: usize,
    supervisor: &dyn Supervisor,
) -> Result<(UBig, UBig), Stop> {
    supervisor.check()?;
    if length <= LEAF_LIMBS || limbs(a) < length {
        return Ok(a.div_rem(b));
    }
    let half = length / 2;
    let high = part(a, half, usize::MAX);
    let (first, rest) = divide_three_by_two(&high, b, half, supervisor)?;
    let low = join(&rest, &part(a, 0, half), half);
    let (second, rest) = divide_three_by_two(&low, b, half, supervisor)?;
    Ok((join(&first, &second, half), rest))
}

/// Divides three halves by a divisor of two. The quotient has one.
fn divide_three_by_two(
    a: &UBig,
    b: &UBig,
    half: usize,
    supervisor: &dyn Supervisor,
) -> Result<(UBig, UBig), Stop> {
    let (b_high, b_low) = (part(b, half, usize::MAX), part(b, 0, half));
    let high = part(a, half, usize::MAX);
    let (mut quotient, rest) = if part(&high, half, usize::MAX) == b_high {
        let quotient = UBig::ones(half * LIMB_BITS);
        // high - (2^(64 half) - 1) b_high
        let rest = part(&high, 0, half) + &b_high;
        (quotient, rest)
    } else {
        divide_two_by_one(&high, &b_high, half, supervisor)?
    };
    let low = join(&rest, &part(a, 0, half), half);
    let product = multiply(&quotient, &b_low, supervisor)?;
    let mut rest = IBig::from(low) - IBig::from(product);
    while rest < IBig::ZERO {
        quotient -= UBig::ONE;
        rest += b;
    }
    Ok((quotient, magnitude(rest)))
}
