//! Products by number-theoretic transforms: convolutions of limbs modulo three primes.
//!
//! Pollard, The fast Fourier transform in a finite field (1971). Montgomery, Modular multiplication without trial
//! division (1985). The transforms leave their values in bit-reversed order, and need no table: the factor of each
//! block follows from that of the block before. Garner's algorithm (Knuth, volume 2, 4.3.2) leads back to integers.

use super::bytes;
use crate::supervisor::{Stop, Supervisor};

/// Limbs of the longest product. One layer of its transforms takes some 20 ms.
pub(super) const PRODUCT_LIMBS_MAX: usize = 1 << 23;

/// The power of two that divides all primes less one.
const TWOS: usize = 40;

/// A prime `k * 2^40 + 1` below 2^63, and numbers modulo that prime, in Montgomery's form where not said otherwise:
/// times 2^64.
struct Field {
    prime: u64,
    /// The inverse of the prime modulo 2^64.
    inverse: u64,
    /// One.
    one: u64,
    /// 2^64, in Montgomery's form.
    square: u64,
    /// Primitive roots of unity, of order 2^i at index i.
    roots: [u64; TWOS + 1],
    inverse_roots: [u64; TWOS + 1],
}

impl Field {
    const fn new(prime: u64, generator: u64) -> Self {
        let mut inverse = 1_u64;
        let mut step = 0;
        // Newton's method doubles the bits that are right.
        while step < 6 {
            inverse = inverse.wrapping_mul(2_u64.wrapping_sub(prime.wrapping_mul(inverse)));
            step += 1;
        }
        let one = ((1_u128 << 64) % prime as u128) as u64;
        let square = ((one as u128 * one as u128) % prime as u128) as u64;
        let mut field = Self {
            prime,
            inverse,
            one,
            square,
            roots: [0; TWOS + 1],
            inverse_roots: [0; TWOS + 1],
        };
        let generator = field.multiply(generator, square);
        let mut root = field.power(generator, (prime - 1) >> TWOS);
        let mut inverse_root = field.power(root, prime - 2);
        let mut order = TWOS + 1;
        while order > 0 {
            order -= 1;
            field.roots[order] = root;
            field.inverse_roots[order] = inverse_root;
            root = field.multiply(root, root);
            inverse_root = field.multiply(inverse_root, inverse_root);
        }
        field
    }

    /// The product over 2^64, below the prime. One factor is below the prime.
    #[inline(always)]
    const fn multiply(&self, a: u64, b: u64) -> u64 {
        let product = a as u128 * b as u128;
        let factor = (product as u64).wrapping_mul(self.inverse);
        let multiple = ((factor as u128 * self.prime as u128) >> 64) as u64;
        let (difference, is_negative) = ((product >> 64) as u64).overflowing_sub(multiple);
        if is_negative {
            difference.wrapping_add(self.prime)
        } else {
            difference
        }
    }

    const fn power(&self, base: u64, mut exponent: u64) -> u64 {
        let (mut result, mut square) = (self.one, base);
        while exponent > 0 {
            if exponent & 1 == 1 {
                result = self.multiply(result, square);
            }
            square = self.multiply(square, square);
            exponent >>= 1;
        }
        result
    }

    #[inline(always)]
    const fn add(&self, a: u64, b: u64) -> u64 {
        let sum = a + b;
        self.reduce(sum)
    }

    #[inline(always)]
    const fn subtract(&self, a: u64, b: u64) -> u64 {
        if a >= b { a - b } else { a + self.prime - b }
    }

    /// A number below twice the prime, reduced.
    #[inline(always)]
    const fn reduce(&self, a: u64) -> u64 {
        if a >= self.prime { a - self.prime } else { a }
    }

    /// What leads from the factor of a block to that of the next one, by how many ones the number of the first ends in.
    fn rates(&self, roots: &[u64; TWOS + 1], others: &[u64; TWOS + 1]) -> [u64; TWOS - 1] {
        let mut rates = [0; TWOS - 1];
        let mut product = self.one;
        for (index, rate) in rates.iter_mut().enumerate() {
            *rate = self.multiply(roots[index + 2], product);
            product = self.multiply(product, others[index + 2]);
        }
        rates
    }

    /// Replaces values by their transform, in bit-reversed order.
    fn transform(&self, values: &mut [u64], supervisor: &dyn Supervisor) -> Result<(), Stop> {
        let rates = self.rates(&self.roots, &self.inverse_roots);
        let mut half = values.len() / 2;
        while half > 0 {
            supervisor.check()?;
            let mut factor = self.one;
            for (index, block) in values.chunks_exact_mut(2 * half).enumerate() {
                let (low, high) = block.split_at_mut(half);
                for (a, b) in low.iter_mut().zip(high) {
                    let turned = self.multiply(*b, factor);
                    (*a, *b) = (self.add(*a, turned), self.subtract(*a, turned));
                }
                factor = self.multiply(factor, rates[index.trailing_ones() as usize]);
            }
            half /= 2;
        }
        Ok(())
    }

    /// The inverse of [`Self::transform`], times the number of values.
    fn transform_back(&self, values: &mut [u64], supervisor: &dyn Supervisor) -> Result<(), Stop> {
        let rates = self.rates(&self.inverse_roots, &self.roots);
        let mut half = 1;
        while half < values.len() {
            supervisor.check()?;
            let mut factor = self.one;
            for (index, block) in values.chunks_exact_mut(2 * half).enumerate() {
                let (low, high) = block.split_at_mut(half);
                for (a, b) in low.iter_mut().zip(high) {
                    let difference = self.subtract(*a, *b);
                    (*a, *b) = (self.add(*a, *b), self.multiply(difference, factor));
                }
                factor = self.multiply(factor, rates[index.trailing_ones() as usize]);
            }
            half *= 2;
        }
        Ok(())
    }

    /// The transform of limbs, followed by zeros up to `length`.
    fn of_limbs(
        &self,
        limbs: &[u64],
        length: usize,
        supervisor: &dyn Supervisor,
    ) -> Result<Vec<u64>, Stop> {
        let mut values = Vec::with_capacity(length);
        values.extend(limbs.iter().map(|&limb| self.multiply(limb, self.square)));
        values.resize(length, 0);
        self.transform(&mut values, supervisor)?;
        Ok(values)
    }

    /// The convolution of limbs, no longer in Montgomery's form.
    fn convolution(
        &self,
        x: &[u64],
        y: &[u64],
        length: usize,
        supervisor: &dyn Supervisor,
    ) -> Result<Vec<u64>, Stop> {
        let mut values = self.of_limbs(x, length, supervisor)?;
        if std::ptr::eq(x, y) {
            for value in &mut values {
                *value = self.multiply(*value, *value);
            }
        } else {
            let others = self.of_limbs(y, length, supervisor)?;
            for (value, other) in values.iter_mut().zip(others) {
                *value = self.multiply(*value, other);
            }
        }
        self.transform_back(&mut values, supervisor)?;
        // One over the length, where the plain number makes the product plain.
        let length = self.multiply(length as u64, self.square);
        let factor = self.multiply(self.power(length, self.prime - 2), 1);
        for value in &mut values {
            *value = self.multiply(*value, factor);
        }
        Ok(values)
    }
}

static FIELDS: [Field; 3] = [
    Field::new((8_388_606 << TWOS) + 1, 7),
    Field::new((8_388_591 << TWOS) + 1, 5),
    Field::new((8_388_585 << TWOS) + 1, 7),
];

/// Values on the way of a transform that has room for a product.
fn length_for(product_limbs: usize) -> usize {
    product_limbs.next_power_of_two()
}

/// What a product of so many limbs takes on the way, in bytes.
pub(super) fn product_bytes(product_limbs: usize) -> usize {
    bytes(length_for(product_limbs), 4)
}

/// Writes the product of `x` and `y` over `product`, which is as long as both together, and no longer than
/// [`PRODUCT_LIMBS_MAX`].
pub(super) fn multiply_into(
    product: &mut [u64],
    x: &[u64],
    y: &[u64],
    supervisor: &dyn Supervisor,
) -> Result<(), Stop> {
    debug_assert!(
        product.len() <= PRODUCT_LIMBS_MAX,
        "the caller cuts longer ones"
    );
    let length = length_for(product.len());
    let [first, second, third] = &FIELDS;
    let residues = [
        first.convolution(x, y, length, supervisor)?,
        second.convolution(x, y, length, supervisor)?,
        third.convolution(x, y, length, supervisor)?,
    ];
    supervisor.check()?;
    let garner = Garner::new();
    // What is carried to the limb, least significant limb first.
    let mut carry = [0_u64; 3];
    for (index, limb) in product.iter_mut().enumerate() {
        let value = garner.value(residues.each_ref().map(|values| values[index]));
        let (low, overflow) = value[0].overflowing_add(carry[0]);
        let middle = u128::from(value[1]) + u128::from(carry[1]) + u128::from(overflow);
        let high = u128::from(value[2]) + u128::from(carry[2]) + (middle >> 64);
        *limb = low;
        carry = [middle as u64, high as u64, (high >> 64) as u64];
    }
    debug_assert_eq!(carry, [0; 3], "the product has room");
    Ok(())
}

/// Leads from residues to integers.
struct Garner {
    /// One over the first prime, modulo the second.
    over_first: u64,
    /// One over the product of the first two primes, modulo the third.
    over_both: u64,
    /// The first prime, modulo the third.
    first: u64,
}

impl Garner {
    fn new() -> Self {
        let [first, second, third] = &FIELDS;
        let inverse = |field: &Field, value: u64| {
            field.power(field.multiply(value, field.square), field.prime - 2)
        };
        let over_first = inverse(third, first.prime);
        Self {
            over_first: inverse(second, first.prime),
            over_both: third.multiply(over_first, inverse(third, second.prime)),
            first: third.multiply(first.prime, third.square),
        }
    }

    /// The least natural number with these residues, by its limbs.
    #[inline(always)]
    fn value(&self, [a, b, c]: [u64; 3]) -> [u64; 3] {
        let [first, second, third] = &FIELDS;
        // a + b' p + c' p q
        let b = second.multiply(second.subtract(b, second.reduce(a)), self.over_first);
        let known = third.add(third.reduce(a), third.multiply(b, self.first));
        let c = third.multiply(third.subtract(c, known), self.over_both);
        let low = u128::from(b) * u128::from(first.prime) + u128::from(a);
        let both = u128::from(first.prime) * u128::from(second.prime);
        let product_low = u128::from(c) * u128::from(both as u64);
        let product_high = u128::from(c) * (both >> 64);
        let (sum, overflow) = low.overflowing_add(product_low);
        let high = product_high + (sum >> 64) + (u128::from(overflow) << 64);
        [sum as u64, high as u64, (high >> 64) as u64]
    }
}
