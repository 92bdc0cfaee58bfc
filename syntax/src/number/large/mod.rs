//! Operations on natural numbers of any size that take long: they ask their supervisor as they go.
//!
//! Below a threshold they are those of `dashu-int`. Above, they divide the work until each part is below the
//! threshold, and ask between parts. The thresholds are such that a part takes some 10 ms at most.

mod common_divisor;
mod divide;
mod multiply;
mod power;
mod root;
#[cfg(test)]
mod tests;
mod text;
mod transform;

pub use common_divisor::common_divisor;
pub use divide::divide;
pub use multiply::{multiply, square};
pub use power::power;
pub use root::{root, square_root};
pub use text::{from_digits, to_digits};

use dashu_int::UBig;

/// Bytes of a limb.
const LIMB_BYTES: usize = 8;
/// Bits of a limb.
const LIMB_BITS: usize = 64;

/// Work on so few limbs needs no memory to speak of, and no time.
const UNANNOUNCED_LIMBS: usize = 1024;

/// The limbs of a number.
fn limbs(value: &UBig) -> usize {
    value.as_words().len()
}

/// The bytes that so many limbs take, so many times.
const fn bytes(limbs: usize, times: usize) -> usize {
    limbs.saturating_mul(LIMB_BYTES).saturating_mul(times)
}
