//! What is kept outside the heap, and counts as if it were in it.
//!
//! An embedder charges memory that Rust or the system holds for the program: tables, images, buffers. A
//! charge makes collections due earlier, and counts towards the heap's maximum, until it is dropped.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A charge of more is one of so much: as much as a process can address. So sums do not overflow.
const CHARGE_MAX: usize = 1 << 47;

/// The account of one heap. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Account(Arc<Sums>);

#[derive(Debug, Default)]
struct Sums {
    bytes: AtomicUsize,
    mappings: AtomicUsize,
}

impl Account {
    /// Adds a charge.
    pub(crate) fn charge(&self, bytes: usize, mappings: usize) -> Charge {
        let mut charge = Charge {
            account: self.clone(),
            bytes: 0,
            mappings: mappings.min(CHARGE_MAX),
        };
        let sum = &charge.account.0.mappings;
        sum.fetch_add(charge.mappings, Ordering::Relaxed);
        charge.resize(bytes);
        charge
    }

    /// The bytes of all charges.
    pub(crate) fn bytes(&self) -> usize {
        self.0.bytes.load(Ordering::Relaxed)
    }

    /// The mappings of all charges.
    pub(crate) fn mappings(&self) -> usize {
        self.0.mappings.load(Ordering::Relaxed)
    }
}

/// Bytes, and mappings of the system, that count towards the maximum of a heap until this is dropped. It may
/// be dropped on any thread, also while the heap is collected.
#[derive(Debug)]
#[must_use = "what is dropped is not counted any more"]
pub struct Charge {
    account: Account,
    bytes: usize,
    mappings: usize,
}

impl Charge {
    /// How many bytes are charged.
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Charges so many bytes from now on.
    pub fn resize(&mut self, bytes: usize) {
        let bytes = bytes.min(CHARGE_MAX);
        let sum = &self.account.0.bytes;
        if bytes >= self.bytes {
            sum.fetch_add(bytes - self.bytes, Ordering::Relaxed);
        } else {
            sum.fetch_sub(self.bytes - bytes, Ordering::Relaxed);
        }
        self.bytes = bytes;
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.resize(0);
        let sum = &self.account.0.mappings;
        sum.fetch_sub(self.mappings, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_charged_is_given_back_when_it_is_dropped() {
        let account = Account::default();
        let mut first = account.charge(100, 3);
        let second = account.charge(10, 0);
        assert_eq!((account.bytes(), account.mappings()), (110, 3));
        first.resize(40);
        assert_eq!((account.bytes(), first.bytes()), (50, 40));
        drop(first);
        assert_eq!((account.bytes(), account.mappings()), (10, 0));
        drop(second);
        assert_eq!(account.bytes(), 0);
    }

    #[test]
    fn no_sum_overflows() {
        let account = Account::default();
        let charges = [(); 3].map(|()| account.charge(usize::MAX, usize::MAX));
        assert_eq!(account.bytes(), 3 * CHARGE_MAX);
        drop(charges);
        assert_eq!((account.bytes(), account.mappings()), (0, 0));
    }
}
