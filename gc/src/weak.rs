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

/// A reached object of class [`WeakPair`](crate::ObjectClass::WeakPair), at its final address.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WeakPair(Address);

impl WeakPair {
    /// # Safety
    ///
    /// `object` is an initialised object that says that it is of this class, and it stays where it is.
    #[inline(always)]
    pub(crate) const unsafe fn new(object: Address) -> Self {
        Self(object)
    }

    /// Word 1: the weak reference.
    pub(crate) const fn weak_slot(self) -> Slot {
        // SAFETY: objects of this class have a value there, by the contract of the model.
        unsafe { Slot::new(self.0.offset_bytes(WORD_BYTES)) }
    }
}

/// A reached object of class [`Ephemeron`](crate::ObjectClass::Ephemeron), at its final address.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ephemeron(Address);

impl Ephemeron {
    /// # Safety
    ///
    /// `object` is an initialised object that says that it is of this class, and it stays where it is.
    #[inline(always)]
    pub(crate) const unsafe fn new(object: Address) -> Self {
        Self(object)
    }

    /// Words 1 and 2: the key, and the value that it keeps.
    pub(crate) fn slots(self) -> [Slot; 2] {
        [1, 2].map(|word| {
            // SAFETY: objects of this class have values there, by the contract of the model.
            unsafe { Slot::new(self.0.offset_words(word)) }
        })
    }
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
    found: Vec<Ephemeron>,
    waiting: HashMap<Watched, Vec<Ephemeron>>,
    /// Waited for a key that was reached then.
    woken: Vec<Ephemeron>,
    /// Whether any wait, or did: only then those who reach objects have to tell.
    pub(crate) is_watching: bool,
}

impl Ephemerons {
    /// Adds an ephemeron that was reached.
    pub(crate) fn push(&mut self, ephemeron: Ephemeron) {
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
            // SAFETY: nothing writes while this reads: the world is stopped.
            let key = unsafe { ephemeron.slots()[0].load() };
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
            for slot in ephemeron.slots() {
                self.slot(slot);
            }
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
