//! What an embedder tells a heap of memory and other things outside it.

use crate::account::Charge;
use crate::error::Full;
use crate::mutator::Mutator;
use crate::object_model::ObjectModel;

impl<M: ObjectModel> Mutator<M> {
    /// Counts bytes and mappings outside the heap until the charge is dropped. A full collection is due when
    /// charges have grown much. What images take is charged by [`Self::register_image`].
    pub fn charge(&self, bytes: usize, mappings: usize) -> Charge {
        let heap = self.heap.borrow();
        let charge = heap.account.charge(bytes, mappings);
        self.request_if_due(&heap);
        charge
    }

    /// Says that charges were resized. A full collection is due if they have grown much. `young_bytes` are charged
    /// for young objects: a minor collection is due when such charges exceed what the nursery may hold.
    pub fn charges_resized(&self, young_bytes: usize) {
        let mut heap = self.heap.borrow_mut();
        heap.young_charged_bytes = heap.young_charged_bytes.saturating_add(young_bytes);
        self.request_if_due(&heap);
    }

    /// As [`Self::charge`], but not beyond the heap's maximum.
    ///
    /// # Errors
    ///
    /// [`Full`]: [`Self::collect`] for [`CollectReason::Charge`](crate::CollectReason::Charge) at a safepoint and
    /// ask again, unless the collection said [`Outcome::Exhausted`](crate::Outcome::Exhausted).
    pub fn try_charge(&self, bytes: usize) -> Result<Charge, Full> {
        self.heap.borrow_mut().try_charge(bytes)
    }

    /// What the young objects take of the heap's maximum, with the copies that the next collection may make. Whoever
    /// needs objects and a charge at once, and starts again where the charge is refused, asks for both.
    pub fn young_bytes_with_copies(&self) -> usize {
        self.heap.borrow().young_occupancy().bytes_with_copies()
    }

    /// Says that what is charged now does not count towards the heap's maximum: what an embedder brings along.
    pub fn exempt_charges(&self) {
        self.heap.borrow_mut().trigger.exempt();
    }

    /// How many bytes can be charged at most, if nothing that lives or is charged now goes away.
    pub fn chargeable_bytes(&self) -> usize {
        self.heap.borrow().chargeable_bytes()
    }

    /// Makes the next collection a full one, whatever it is for: something outside memory is short, and
    /// what is unreachable may hold it.
    pub fn want_full_collection(&self) {
        self.heap.borrow_mut().is_full_wanted = true;
    }
}
