//! Square roots and other roots of natural numbers.

use dashu_int::UBig;
use dashu_int::ops::{BitTest, SquareRootRem};

use super::divide::divide;
use super::multiply::{multiply, square};
use super::power::power;
use super::{LIMB_BITS, UNANNOUNCED_LIMBS, bytes, limbs};
use crate::supervisor::{Stop, Supervisor};

/// Square roots of numbers of up to so many limbs are left to `dashu-int`. See the limit of divisions.
const LEAF_LIMBS: usize = 1 << 13;

/// What a root takes on the way, in times of its square's size.
const SQUARE_SIZES: usize = 10;

/// The largest number whose square is not above `value`, and what is left.
///
/// Zimmermann, Karatsuba Square Root (1999).
///
/// # Errors
///
/// [`Stop`].
pub fn square_root(value: &UBig, supervisor: &dyn Supervisor) -> Result<(UBig, UBig), Stop> {
    if limbs(value) <= UNANNOUNCED_LIMBS {
        return Ok(value.sqrt_rem());
    }
    supervisor.reserve(bytes(limbs(value), SQUARE_SIZES))?;
    supervisor.check()?;
    if limbs(value) <= LEAF_LIMBS {
        return Ok(value.sqrt_rem());
    }
    // The four parts of the number have so many bits each, but the highest, one of whose two highest bits is
    // a one.
    let shift = (value.bit_len().next_multiple_of(4 * LIMB_BITS) - value.bit_len()) & !1;
    if shift > 0 {
        let (root, _) = square_root(&(value << shift), supervisor)?;
        let root = root >> (shift / 2);
        let rest = value - square(&root, supervisor)?;
        return Ok((root, rest));
    }
    let quarter = value.bit_len().div_ceil(4);
    let low = |value: UBig| value & UBig::ones(quarter);
    let (high_root, high_rest) = square_root(&(value >> (2 * quarter)), supervisor)?;
    let middle = high_rest << quarter | low(value >> quarter);
    let (quotient, rest) = divide(&middle, &(&high_root << 1), supervisor)?;
    let mut root = (high_root << quarter) + &quotient;
    let rest = rest << quarter | low(value.clone());
    let excess = square(&quotient, supervisor)?;
    if rest >= excess {
        return Ok((root, rest - excess));
    }
    let rest = rest + (&root << 1) - UBig::ONE - excess;
    root -= UBig::ONE;
    Ok((root, rest))
}

/// The largest number whose power of this degree, which is not zero, is not above `value`: by Newton's method, from
/// above.
///
/// # Errors
///
/// [`Stop`].
pub fn root(value: &UBig, degree: usize, supervisor: &dyn Supervisor) -> Result<UBig, Stop> {
    // From the root of the highest bits, which has half of the root's bits.
    let dropped = value.bit_len() / degree / 2;
    if limbs(value) <= UNANNOUNCED_LIMBS || dropped == 0 {
        return Ok(value.nth_root(degree));
    }
    let high = root(&(value >> (dropped * degree)), degree, supervisor)?;
    let mut result = (high + UBig::ONE) << dropped;
    loop {
        supervisor.check()?;
        let lower = power(&result, degree - 1, supervisor)?;
        let (quotient, _) = divide(value, &lower, supervisor)?;
        let sum = multiply(&result, &UBig::from(degree - 1), supervisor)? + quotient;
        let (next, _) = divide(&sum, &UBig::from(degree), supervisor)?;
        if next >= result {
            return Ok(result);
        }
        result = next;
    }
}
