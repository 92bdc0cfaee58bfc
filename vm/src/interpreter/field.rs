//! The words of values in objects and cells.

use abi::object_layout::PAYLOAD;
use gc::{Address, Slot, WORD_BYTES};

use crate::live::Live;

/// The word of a value in an initialised object, or a cell of an image.
#[derive(Clone, Copy)]
pub(super) struct Field(Slot);

impl Field {
    /// # Safety
    ///
    /// `address` is that of a value in an initialised object of the heap that runs, or of a cell of one of
    /// its images, and nothing is collected while the field is used.
    #[inline(always)]
    pub(super) const unsafe fn at(address: Address) -> Self {
        // SAFETY: an aligned, initialised word that holds a value, by the contract of this function.
        Self(unsafe { Slot::new(address) })
    }

    /// # Safety
    ///
    /// As for [`Self::at`], of word `index` after the header of the object at `address`.
    #[inline(always)]
    pub(super) const unsafe fn payload(address: Address, index: usize) -> Self {
        // SAFETY: an object has a value there, by the contract of this function.
        unsafe { Self::at(address.offset_bytes(PAYLOAD + index * WORD_BYTES)) }
    }

    /// The value.
    #[inline(always)]
    pub(super) fn load(self) -> Live {
        // SAFETY: the field of an object that is where it was, says the type.
        unsafe { Live::new(self.0.load()) }
    }

    /// The word, for the barrier.
    #[inline(always)]
    pub(super) const fn slot(self) -> Slot {
        self.0
    }
}
