//! Slots: places that hold a value and that the collector may rewrite.

use crate::address::Address;

/// A place that holds one value word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Slot(Address);

impl Slot {
    /// The slot at `address`.
    ///
    /// # Safety
    ///
    /// As long as anybody uses the slot, `address` is that of an aligned word that holds an initialised
    /// value, and that the collector may read and rewrite during a collection.
    #[inline(always)]
    pub const unsafe fn new(address: Address) -> Self {
        Self(address)
    }

    /// The slot that is the word behind `place`; exposes its provenance.
    #[inline(always)]
    pub fn of(place: &mut u64) -> Self {
        Self(Address::new(std::ptr::from_mut(place).expose_provenance()))
    }

    /// Where the slot is.
    #[inline(always)]
    pub const fn address(self) -> Address {
        self.0
    }

    /// The value in the slot.
    ///
    /// # Safety
    ///
    /// The word is still there, and nobody writes it at the same time.
    #[inline(always)]
    pub unsafe fn load(self) -> u64 {
        // SAFETY: `new` was promised an aligned, initialised word, and this function that it is there.
        unsafe { self.0.load_word() }
    }

    /// Replaces the value in the slot; no barrier.
    ///
    /// # Safety
    ///
    /// The word is still there and writable, nobody accesses it at the same time, and no reference
    /// covers it. `word` is a value of the heap of which the slot is a part.
    #[inline(always)]
    pub unsafe fn store(self, word: u64) {
        // SAFETY: `new` was promised an aligned word, and this function that it may be written.
        unsafe { self.0.store_word(word) }
    }
}
