//! Slots: places that hold a value and that the collector may rewrite.

use crate::address::Address;

/// A place that holds one value word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Slot(Address);

impl Slot {
    /// The slot at `address`.
    #[inline(always)]
    pub const fn new(address: Address) -> Self {
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
    /// As for [`Address::load_word`].
    #[inline(always)]
    pub unsafe fn load(self) -> u64 {
        // SAFETY: passed on to the caller.
        unsafe { self.0.load_word() }
    }

    /// Replaces the value in the slot; no barrier.
    ///
    /// # Safety
    ///
    /// As for [`Address::store_word`].
    #[inline(always)]
    pub unsafe fn store(self, word: u64) {
        // SAFETY: passed on to the caller.
        unsafe { self.0.store_word(word) }
    }
}
