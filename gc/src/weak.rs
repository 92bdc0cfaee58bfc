//! Weak references, in the order in which they must be settled once the trace is done: guardians
//! (which bring objects back), then weak pairs and ephemerons (which see what came back).

use crate::address::{Address, WORD_BYTES};
use crate::guardian::Registration;
use crate::object_model::{ObjectModel, Visitor};
use crate::slot::Slot;
use crate::trace::Tracer;

/// Word 1 of weak pairs and ephemerons: the weak reference.
pub(crate) fn weak_slot(object: Address) -> Slot {
    Slot::new(object.offset_bytes(WORD_BYTES))
}

/// Word 2 of ephemerons: the value that the key keeps.
pub(crate) fn ephemeron_value_slot(object: Address) -> Slot {
    Slot::new(object.offset_bytes(2 * WORD_BYTES))
}

impl<M: ObjectModel, const FULL: bool> Tracer<'_, M, FULL> {
    /// Traces the values of ephemerons whose keys were reached; whether there were any.
    pub(crate) fn resolve_ephemerons(&mut self) -> bool {
        let mut resolved = false;
        for ephemeron in std::mem::take(&mut self.ephemerons) {
            // SAFETY: reached ephemerons are initialised, and have these words by contract.
            let key = unsafe { weak_slot(ephemeron).load() };
            if self.reached(key).is_some() {
                self.slot(weak_slot(ephemeron));
                self.slot(ephemeron_value_slot(ephemeron));
                resolved = true;
            } else {
                self.ephemerons.push(ephemeron);
            }
        }
        resolved
    }

    /// Settles all weak references. Everything that roots reach was traced.
    pub(crate) fn settle_weak_references(&mut self) {
        self.settle_guardians();
        for pair in std::mem::take(&mut self.weak_pairs) {
            let slot = weak_slot(pair);
            // SAFETY: reached weak pairs are initialised, and have this word by contract.
            let word = unsafe { slot.load() };
            let word = self.reached(word).unwrap_or(M::BROKEN);
            // SAFETY: as above.
            unsafe { slot.store(word) };
        }
        for ephemeron in std::mem::take(&mut self.ephemerons) {
            for slot in [weak_slot(ephemeron), ephemeron_value_slot(ephemeron)] {
                // SAFETY: as above.
                unsafe { slot.store(M::BROKEN) };
            }
        }
    }

    /// Moves objects that only guardians reach into their queues, and traces them from there:
    /// that may reach more guardians, so again until nothing changes.
    fn settle_guardians(&mut self) {
        let mut pending = std::mem::take(&mut self.heap.guardians.young);
        if FULL {
            pending.append(&mut self.heap.guardians.old);
        }
        loop {
            let (reached, waiting): (Vec<_>, Vec<_>) = pending
                .into_iter()
                .partition(|entry| self.is_guardian_reached(entry));
            let mut found = Vec::new();
            for Registration { guardian, object } in reached {
                match self.reached(object) {
                    Some(object) => {
                        self.heap
                            .guardians
                            .old
                            .push(Registration { guardian, object });
                    }
                    None => found.push(Registration { guardian, object }),
                }
            }
            if found.is_empty() {
                break;
            }
            self.resurrect(found);
            pending = waiting;
        }
        self.drop_guardians();
    }

    fn is_guardian_reached(&self, entry: &Registration) -> bool {
        let guardian = self.heap.guardians.get(entry.guardian);
        guardian.is_some_and(|guardian| guardian.is_reached || (!FULL && guardian.is_old))
    }

    fn resurrect(&mut self, found: Vec<Registration>) {
        for Registration {
            guardian,
            mut object,
        } in found
        {
            self.slot(Slot::of(&mut object));
            if let Some(guardian) = self.heap.guardians.get_mut(guardian) {
                guardian.ready.push_back(object);
            }
        }
        self.drain();
    }

    /// Gives the numbers of unreached guardians free, and makes the others old.
    fn drop_guardians(&mut self) {
        let mut gone = Vec::new();
        for (number, guardian) in self.heap.guardians.iter_mut() {
            if std::mem::take(&mut guardian.is_reached) || (!FULL && guardian.is_old) {
                guardian.is_old = true;
            } else {
                gone.push(number);
            }
        }
        for number in gone {
            self.heap.guardians.remove(number);
        }
    }
}
