//! Powers, by squaring.

use dashu_int::UBig;
use dashu_int::ops::BitTest;

use super::multiply::{multiply, product_bytes, square};
use super::{LIMB_BITS, UNANNOUNCED_LIMBS};
use crate::supervisor::{Stop, Supervisor};

/// `base` to the power of `exponent`.
///
/// # Errors
///
/// [`Stop`].
pub fn power(base: &UBig, exponent: usize, supervisor: &dyn Supervisor) -> Result<UBig, Stop> {
    if base.is_one() || base.is_zero() && exponent > 0 {
        return Ok(base.clone());
    }
    let limbs = base.bit_len().saturating_mul(exponent) / LIMB_BITS;
    if limbs <= UNANNOUNCED_LIMBS {
        return Ok(base.pow(exponent));
    }
    // The last square takes most.
    supervisor.reserve(product_bytes(limbs))?;
    // Powers of two are shifts.
    let twos = base.trailing_zeros().unwrap_or(0);
    if twos > 0 {
        let odd = power(&(base >> twos), exponent, supervisor)?;
        return Ok(odd << twos.saturating_mul(exponent));
    }
    // The first of the squares are small.
    let left = (limbs / UNANNOUNCED_LIMBS).ilog2() + 1;
    let mut result = base.pow(exponent >> left);
    for bit in (0..left).rev() {
        supervisor.check()?;
        result = square(&result, supervisor)?;
        if exponent >> bit & 1 == 1 {
            result = multiply(&result, base, supervisor)?;
        }
    }
    Ok(result)
}
