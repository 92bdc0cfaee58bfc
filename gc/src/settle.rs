//! Weak references, settled when the trace is done, in a fixed order.
//!
//! Guardians come first, because they bring objects back. Weak pairs, ephemerons and the weak roots
//! of the embedder come next, because they must see the objects that came back.

use std::mem;

use crate::guardian::Registration;
use crate::object_model::{ObjectModel, Scope, Visitor};
use crate::slot::Slot;
use crate::trace::Tracer;

impl<M: ObjectModel, const FULL: bool> Tracer<'_, M, FULL> {
    /// Settles all weak references. Everything that roots reach was traced.
    pub(crate) fn settle_weak_references(&mut self, state: &mut M::State) {
        self.settle_guardians();
        for pair in mem::take(&mut self.weak_pairs) {
            let slot = pair.weak_slot();
            // SAFETY: nothing writes while this reads: the world is stopped.
            let word = unsafe { slot.load() };
            let word = self.reached(word).unwrap_or(M::BROKEN);
            // SAFETY: reached objects lie in memory of the heap, which is writable; the world is stopped.
            unsafe { slot.store(word) };
        }
        let waiting = mem::take(&mut self.ephemerons.waiting);
        waiting.into_values().flatten().for_each(|ephemeron| {
            for slot in ephemeron.slots() {
                // SAFETY: reached objects lie in memory of the heap, which is writable; the world is
                // stopped.
                unsafe { slot.store(M::BROKEN) };
            }
        });
        let scope = if FULL { Scope::Full } else { Scope::Minor };
        M::settle_weak_roots(state, scope, &mut |word| self.reached(word));
    }

    /// Moves objects that only guardians reach into their queues, and traces them from there:
    /// that may reach more guardians, so again until nothing changes.
    fn settle_guardians(&mut self) {
        let mut pending = mem::take(&mut self.heap.guardians.young);
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
            if mem::take(&mut guardian.is_reached) || (!FULL && guardian.is_old) {
                guardian.is_old = true;
            } else {
                gone.push(number);
            }
        }
        for number in gone {
            self.heap.guardians.remove(number);
        }
        self.heap.guardians.count();
    }
}
