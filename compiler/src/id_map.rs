//! Hash tables whose keys are ids and other numbers that the compiler itself hands out.
//!
//! The standard hasher keeps whoever chooses the keys from choosing ones that collide, which takes time. Nobody chooses
//! these keys. Texts and numbers of programs are keys of tables with the standard hasher.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

/// A table from ids.
pub(crate) type IdMap<K, V> = HashMap<K, V, BuildHasherDefault<IdHasher>>;
/// A set of ids.
pub(crate) type IdSet<K> = HashSet<K, BuildHasherDefault<IdHasher>>;

/// Hashes a few numbers by a multiplication each (Knuth, The Art of Computer Programming 3, 6.4).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct IdHasher(u64);

/// 2^64 divided by the golden ratio.
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;
/// Tables use the lowest bits and the highest; those in the middle of a product depend on all bits of small numbers.
const ROTATION: u32 = 26;

impl Hasher for IdHasher {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(byte.into());
        }
    }

    #[inline]
    fn write_u8(&mut self, number: u8) {
        self.write_u64(number.into());
    }

    #[inline]
    fn write_u16(&mut self, number: u16) {
        self.write_u64(number.into());
    }

    #[inline]
    fn write_u32(&mut self, number: u32) {
        self.write_u64(number.into());
    }

    #[inline]
    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(5) ^ number).wrapping_mul(MULTIPLIER);
    }

    #[inline]
    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0.rotate_left(ROTATION)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hash::{BuildHasher, Hash};

    /// How many of the keys share the lowest ten bits, which choose a place in a table, with the most others.
    fn most_in_a_place<K: Hash>(keys: impl Iterator<Item = K>) -> usize {
        let hasher = BuildHasherDefault::<IdHasher>::default();
        let mut counts = [0; 1024];
        for key in keys {
            counts[(hasher.hash_one(key) & 1023) as usize] += 1;
        }
        counts.into_iter().max().unwrap_or(0)
    }

    #[test]
    fn ids_pairs_and_addresses_spread_over_a_table() {
        assert!(most_in_a_place(0_u32..1024) <= 4);
        assert!(most_in_a_place((0_u32..1024).map(|id| id | 1 << 31)) <= 4);
        let pairs = (0_u32..32).flat_map(|a| (0_u32..32).map(move |b| (a, b)));
        assert!(most_in_a_place(pairs) <= 8);
        let addresses = (0_usize..1024).map(|number| 0x7f00_0000_0000 + 48 * number);
        assert!(most_in_a_place(addresses) <= 8);
    }
}
