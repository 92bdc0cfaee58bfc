//! What this crate promises the collector, in one place.
//!
//! The collector takes words, slots and addresses on trust: [`gc::Mutator`]'s methods for them are
//! unsafe. Here they become safe, as a [`Value`] or an [`Object`] is proof enough: it was made of a word
//! of this heap, and it borrows from the mutator, so that nothing was collected since.

use abi::tag::Kind;
use gc::{GuardianNumber, Handle, Sealed, Slot};

use crate::mutator::Mutator;
use crate::mutator::State;
use crate::object::Object;
use crate::value::Value;

impl Mutator<'_> {
    /// The state, to change.
    #[inline(always)]
    pub(crate) const fn state_mut(&mut self) -> &mut State {
        // SAFETY: the state's roots are words of values of this heap: registers, slots and tables that
        // this crate alone writes. Nothing in it exchanges the states of two mutators.
        unsafe { self.heap_mut().state_mut() }
    }

    /// Stores `value` into `slot`, with the barrier.
    ///
    /// # Safety
    ///
    /// The slot is that of a value in an object of this heap, or of a cell of one of its images, which
    /// was not collected since.
    ///
    /// # Errors
    ///
    /// [`Sealed`]: the slot must not be written, and was not.
    #[inline(always)]
    pub(crate) unsafe fn store(&self, slot: Slot, value: u64) -> Result<(), Sealed> {
        // SAFETY: a slot of this heap, by the contract of this function. Objects that are reached stay,
        // and slots of others are forgotten by the next full collection.
        unsafe { self.heap().barrier(slot, value)? };
        // SAFETY: the barrier says that the slot is not in sealed memory; all other memory of the heap and
        // of images' cells is writable.
        unsafe { slot.store(value) };
        Ok(())
    }

    /// As [`Self::store`], for a slot outside the nursery.
    ///
    /// # Safety
    ///
    /// As for [`Self::store`].
    ///
    /// # Errors
    ///
    /// [`Sealed`]: the slot must not be written, and was not.
    #[inline(always)]
    pub(crate) unsafe fn store_outside_nursery(
        &self,
        slot: Slot,
        value: u64,
    ) -> Result<(), Sealed> {
        // SAFETY: a slot of this heap, by the contract of this function. Objects that are reached stay,
        // and slots of others are forgotten by the next full collection.
        unsafe { self.heap().barrier_outside_nursery(slot, value)? };
        // SAFETY: the barrier says that the slot is not in sealed memory; all other memory of the heap and
        // of images' cells is writable.
        unsafe { slot.store(value) };
        Ok(())
    }

    /// Keeps a value as long as the returned handle lives.
    pub(crate) fn keep(&self, value: Value<'_>) -> Handle {
        // SAFETY: a value of this heap, at its present address.
        unsafe { self.heap().handles().handle(value.word()) }
    }

    /// Registers `object` with a guardian of this heap.
    pub(crate) fn guard(&self, guardian: GuardianNumber, object: Value<'_>) {
        // SAFETY: a value of this heap, at its present address.
        unsafe { self.heap().guardian_register(guardian, object.word()) };
    }

    /// The next object that only this guardian reached.
    pub(crate) fn guarded(&self, guardian: GuardianNumber) -> Option<Value<'_>> {
        let found = self.heap().guardian_next(guardian);
        // SAFETY: the collector keeps what waits in the queues of guardians up to date.
        found.map(|word| unsafe { Value::from_word(word) })
    }

    /// Says that `table` hashes the address of `key`.
    ///
    /// # Panics
    ///
    /// If `table` is none.
    pub(crate) fn note_hashed_key(&self, table: Object<'_>, key: Value<'_>) {
        assert!(table.kind() == Kind::Table, "only tables hash addresses");
        // SAFETY: a table of this heap, at its present address.
        unsafe { self.heap().note_hashed_key(table.address(), key.word()) };
    }
}
