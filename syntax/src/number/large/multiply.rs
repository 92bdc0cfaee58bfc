//! Products: by transforms above the products of `dashu-int`, and by Karatsuba's algorithm above those.
//!
//! Karatsuba and Ofman, Multiplication of many-digital numbers by automatic computers (1962), as in Brent and
//! Zimmermann, Modern Computer Arithmetic (2010), algorithm 1.2.

use dashu_int::UBig;

use super::{UNANNOUNCED_LIMBS, bytes, limbs, transform};
use crate::supervisor::{Stop, Supervisor};

/// Factors of up to so many limbs are left to `dashu-int`: a product takes some 20 ms.
const LEAF_LIMBS: usize = 1 << 15;

/// What a product takes on the way, besides transforms, in times of its own size: copies of the factors, and the
/// product twice.
const PRODUCT_SIZES: usize = 3;
/// The same, where Karatsuba's algorithm also has sums and products of halves.
const LARGE_PRODUCT_SIZES: usize = 6;

/// `a * b`.
///
/// # Errors
///
/// [`Stop`].
pub fn multiply(a: &UBig, b: &UBig, supervisor: &dyn Supervisor) -> Result<UBig, Stop> {
    let (x, y) = (a.as_words(), b.as_words());
    if x.len() + y.len() <= UNANNOUNCED_LIMBS {
        return Ok(a * b);
    }
    supervisor.reserve(product_bytes(x.len() + y.len()))?;
    supervisor.check()?;
    if x.len().max(y.len()) <= LEAF_LIMBS {
        return Ok(a * b);
    }
    let mut product = vec![0; x.len() + y.len()];
    multiply_into(&mut product, x, y, supervisor)?;
    Ok(UBig::from_words(&product))
}

/// `a * a`.
///
/// # Errors
///
/// [`Stop`].
pub fn square(a: &UBig, supervisor: &dyn Supervisor) -> Result<UBig, Stop> {
    if limbs(a) <= LEAF_LIMBS && limbs(a) * 2 <= UNANNOUNCED_LIMBS {
        return Ok(a.sqr());
    }
    multiply(a, a, supervisor)
}

/// What a product of so many limbs takes, with itself.
pub(super) fn product_bytes(limbs: usize) -> usize {
    let at_once = limbs.min(transform::PRODUCT_LIMBS_MAX);
    let sizes = if at_once < limbs {
        LARGE_PRODUCT_SIZES
    } else {
        PRODUCT_SIZES
    };
    transform::product_bytes(at_once).saturating_add(bytes(limbs, sizes))
}

/// Writes the product of `x` and `y` over `product`, which is as long as both together.
fn multiply_into(
    product: &mut [u64],
    x: &[u64],
    y: &[u64],
    supervisor: &dyn Supervisor,
) -> Result<(), Stop> {
    let (x, y) = if x.len() < y.len() { (y, x) } else { (x, y) };
    if x.len() <= LEAF_LIMBS {
        supervisor.check()?;
        write(product, &leaf_product(x, y));
        return Ok(());
    }
    if x.len() >= 2 * y.len() {
        return multiply_pieces(product, x, y, supervisor);
    }
    if product.len() <= transform::PRODUCT_LIMBS_MAX {
        return transform::multiply_into(product, x, y, supervisor);
    }
    multiply_halves(product, x, y, supervisor)
}

/// As [`multiply_into`], of factors of which the first is not shorter, and not much longer.
pub(super) fn multiply_halves(
    product: &mut [u64],
    x: &[u64],
    y: &[u64],
    supervisor: &dyn Supervisor,
) -> Result<(), Stop> {
    let half = x.len().div_ceil(2);
    if y.len() <= half {
        return multiply_pieces(product, x, y, supervisor);
    }
    let is_square = std::ptr::eq(x, y);
    let (x_low, x_high) = x.split_at(half);
    let (y_low, y_high) = y.split_at(half);
    let (low, high) = product.split_at_mut(2 * half);
    multiply_into(low, x_low, y_low, supervisor)?;
    if is_square {
        multiply_into(high, x_high, x_high, supervisor)?;
    } else {
        multiply_into(high, x_high, y_high, supervisor)?;
    }
    // (xl + xh) (yl + yh) - xl yl - xh yh = xl yh + xh yl
    let mut middle = vec![0; 2 * half + 2];
    let x_sum = sum(x_low, x_high);
    if is_square {
        multiply_into(&mut middle, &x_sum, &x_sum, supervisor)?;
    } else {
        multiply_into(&mut middle, &x_sum, &sum(y_low, y_high), supervisor)?;
    }
    subtract(&mut middle, low);
    subtract(&mut middle, high);
    add(&mut product[half..], &middle);
    Ok(())
}

/// The product of a long factor and a short one, by pieces of the long one.
fn multiply_pieces(
    product: &mut [u64],
    x: &[u64],
    y: &[u64],
    supervisor: &dyn Supervisor,
) -> Result<(), Stop> {
    let piece_limbs = y.len().max(LEAF_LIMBS);
    product.fill(0);
    for (index, piece) in x.chunks(piece_limbs).enumerate() {
        let mut part = vec![0; piece.len() + y.len()];
        multiply_into(&mut part, piece, y, supervisor)?;
        add(&mut product[index * piece_limbs..], &part);
    }
    Ok(())
}

fn leaf_product(x: &[u64], y: &[u64]) -> UBig {
    let factor = UBig::from_words(x);
    if std::ptr::eq(x, y) {
        factor.sqr()
    } else {
        factor * UBig::from_words(y)
    }
}

/// Writes the limbs of a number, which is no longer, over `place`.
fn write(place: &mut [u64], value: &UBig) {
    let (low, high) = place.split_at_mut(limbs(value));
    low.copy_from_slice(value.as_words());
    high.fill(0);
}

/// The sum of two numbers, one limb longer than the first, which is the longer one.
fn sum(a: &[u64], b: &[u64]) -> Vec<u64> {
    let mut result = Vec::with_capacity(a.len() + 1);
    result.extend_from_slice(a);
    result.push(0);
    add(&mut result, b);
    result
}

/// Adds `value` to `place`, which has room for the sum: what of `value` is beyond it is zero.
fn add(place: &mut [u64], value: &[u64]) {
    let mut carry = false;
    let mut limbs = place.iter_mut();
    for &addend in value {
        let Some(limb) = limbs.next() else {
            debug_assert!(addend == 0 && !carry, "the sum has room");
            continue;
        };
        let (partial, first) = limb.overflowing_add(addend);
        let (total, second) = partial.overflowing_add(u64::from(carry));
        *limb = total;
        carry = first || second;
    }
    for limb in limbs {
        if !carry {
            return;
        }
        (*limb, carry) = limb.overflowing_add(1);
    }
    debug_assert!(!carry, "the sum has room");
}

/// Subtracts `value` from `place`, which is not less.
fn subtract(place: &mut [u64], value: &[u64]) {
    let mut borrow = false;
    let mut limbs = place.iter_mut();
    // In this order: a pair asks the first for more, even where the second has none.
    for (&subtrahend, limb) in value.iter().zip(limbs.by_ref()) {
        let (partial, first) = limb.overflowing_sub(subtrahend);
        let (total, second) = partial.overflowing_sub(u64::from(borrow));
        *limb = total;
        borrow = first || second;
    }
    for limb in limbs {
        if !borrow {
            return;
        }
        (*limb, borrow) = limb.overflowing_sub(1);
    }
    debug_assert!(!borrow, "the difference is not negative");
}

/// The number of the limbs from `start` on, so many at most.
pub(super) fn part(value: &UBig, start: usize, count: usize) -> UBig {
    let words = value.as_words();
    let start = start.min(words.len());
    let end = start.saturating_add(count).min(words.len());
    UBig::from_words(&words[start..end])
}

/// `high * 2^(64 count) + low`, of which `low` is below the power.
pub(super) fn join(high: &UBig, low: &UBig, count: usize) -> UBig {
    if high.is_zero() {
        return low.clone();
    }
    debug_assert!(limbs(low) <= count, "the lower part is below the power");
    let mut words = Vec::with_capacity(limbs(high) + count);
    words.extend_from_slice(low.as_words());
    words.resize(count, 0);
    words.extend_from_slice(high.as_words());
    UBig::from_words(&words)
}
