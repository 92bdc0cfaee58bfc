//! The write barrier: it notes where old objects get young references, and refuses stores to sealed memory.

use crate::address::Address;
use crate::error::Sealed;
use crate::mutator::Mutator;
use crate::object_model::ObjectModel;
use crate::slot::Slot;

impl<M: ObjectModel> Mutator<M> {
    /// To be called before `value` is stored into `slot`, except for the first stores into an
    /// object that was just allocated by [`Self::allocate`].
    ///
    /// # Safety
    ///
    /// The slot is that of an object of this heap, or of a cell of one of its images, and stays so until
    /// the next collection.
    ///
    /// # Errors
    ///
    /// [`Sealed`]: the slot must not be written.
    #[inline(always)]
    pub unsafe fn barrier(&self, slot: Slot, value: u64) -> Result<(), Sealed> {
        if self.is_in_nursery(slot.address()) {
            return Ok(());
        }
        self.barrier_slowly(slot, value)
    }

    /// Whether `address` lies in the nursery: slots there need no barrier. (Large young objects lie elsewhere.)
    #[inline(always)]
    pub fn is_in_nursery(&self, address: Address) -> bool {
        address.raw().wrapping_sub(self.nursery_start) < self.nursery_bytes
    }

    #[inline(never)]
    fn barrier_slowly(&self, slot: Slot, value: u64) -> Result<(), Sealed> {
        // SAFETY: such a slot, by the contract of [`Self::barrier`], which alone calls this function.
        unsafe { self.barrier_outside_nursery(slot, value) }
    }

    /// As [`Self::barrier`], for a slot outside the nursery.
    ///
    /// # Safety
    ///
    /// As for [`Self::barrier`].
    ///
    /// # Errors
    ///
    /// [`Sealed`]: the slot must not be written.
    #[inline(always)]
    pub unsafe fn barrier_outside_nursery(&self, slot: Slot, value: u64) -> Result<(), Sealed> {
        let kind = self.arena.kind_of(slot.address());
        if kind.is_young() {
            return Ok(());
        }
        if kind.is_image() && self.is_sealed(slot) {
            return Err(Sealed);
        }
        if M::reference(value).is_some_and(|target| self.is_young(target)) {
            self.remember(slot);
        }
        Ok(())
    }

    #[inline(never)]
    fn is_sealed(&self, slot: Slot) -> bool {
        let heap = self.heap.borrow();
        heap.images.is_sealed(&self.arena, slot.address())
    }

    #[inline(never)]
    fn remember(&self, slot: Slot) {
        let mut heap = self.heap.borrow_mut();
        heap.remember(slot);
        self.request_if_due(&heap);
    }
}
