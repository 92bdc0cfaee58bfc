//! Weak references, settled when the trace is done, in a fixed order.
//!
//! Guardians come first, because they bring objects back. Weak pairs and ephemerons come next,
//! because they must see the objects that came back.

use std::collections::HashMap;
use std::mem;

use crate::address::{Address, WORD_BYTES};
use crate::arena::ChunkKind;
use crate::guardian::Registration;
use crate::image::ImageId;
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

/// What is reached as one: the key of an ephemeron, or all that an image holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Watched {
    /// An object, where it was before the collection.
    Object(Address),
    Image(ImageId),
}

/// Ephemerons on their way through a collection. Those whose keys were not reached wait for them by
/// their keys, so that each is looked at twice at most, however they hang together (as Racket CS and
/// Chez Scheme do with a list at each key).
#[derive(Debug, Default)]
pub(crate) struct Ephemerons {
    /// Reached, and not looked at yet.
    found: Vec<Address>,
    waiting: HashMap<Watched, Vec<Address>>,
    /// Waited for a key that was reached then.
    woken: Vec<Address>,
    /// Whether any wait, or did: only then those who reach objects have to tell.
    pub(crate) is_watching: bool,
}

impl Ephemerons {
    /// Adds an ephemeron that was reached.
    pub(crate) fn push(&mut self, ephemeron: Address) {
        self.found.push(ephemeron);
    }

    /// What was at `object` before the collection is reached.
    #[cold]
    #[inline(never)]
    pub(crate) fn object_reached(&mut self, object: Address) {
        self.wake(Watched::Object(object));
    }

    /// All that `image` holds is reached.
    #[cold]
    #[inline(never)]
    pub(crate) fn image_reached(&mut self, image: ImageId) {
        self.wake(Watched::Image(image));
    }

    fn wake(&mut self, watched: Watched) {
        let waiting = self.waiting.remove(&watched);
        self.woken.extend(waiting.into_iter().flatten());
    }
}

impl<M: ObjectModel, const FULL: bool> Tracer<'_, M, FULL> {
    /// Traces the values of ephemerons whose keys were reached; whether there were any.
    pub(crate) fn resolve_ephemerons(&mut self) -> bool {
        let mut ready = mem::take(&mut self.ephemerons.woken);
        let found = mem::take(&mut self.ephemerons.found);
        self.heap.statistics.ephemerons_examined += (ready.len() + found.len()) as u64;
        for ephemeron in found {
            // SAFETY: reached ephemerons are initialised, and have these words by contract.
            let key = unsafe { weak_slot(ephemeron).load() };
            match self.watched(key) {
                Some(watched) => {
                    let waiting = self.ephemerons.waiting.entry(watched);
                    waiting.or_default().push(ephemeron);
                    self.ephemerons.is_watching = true;
                }
                None => ready.push(ephemeron),
            }
        }
        for &ephemeron in &ready {
            self.slot(weak_slot(ephemeron));
            self.slot(ephemeron_value_slot(ephemeron));
        }
        !ready.is_empty()
    }

    /// What has to be reached for `word` to be; `None` if it is.
    fn watched(&self, word: u64) -> Option<Watched> {
        if self.reached(word).is_some() {
            return None;
        }
        let object = M::reference(word)?;
        let arena = &*self.heap.arena;
        let image = match arena.kind_of(object) {
            ChunkKind::Image | ChunkKind::SharedImages => self.heap.images.at(arena, object),
            _ => None,
        };
        Some(image.map_or(Watched::Object(object), Watched::Image))
    }

    /// Settles all weak references. Everything that roots reach was traced.
    pub(crate) fn settle_weak_references(&mut self) {
        self.settle_guardians();
        for pair in mem::take(&mut self.weak_pairs) {
            let slot = weak_slot(pair);
            // SAFETY: reached weak pairs are initialised, and have this word by contract.
            let word = unsafe { slot.load() };
            let word = self.reached(word).unwrap_or(M::BROKEN);
            // SAFETY: as above.
            unsafe { slot.store(word) };
        }
        let waiting = mem::take(&mut self.ephemerons.waiting);
        waiting.into_values().flatten().for_each(|ephemeron| {
            for slot in [weak_slot(ephemeron), ephemeron_value_slot(ephemeron)] {
                // SAFETY: as above.
                unsafe { slot.store(M::BROKEN) };
            }
        });
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
    }
}
