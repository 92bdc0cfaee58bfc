//! Weak pairs and ephemerons that a collection has reached, and what these wait for.

use std::collections::HashMap;

use crate::address::{Address, WORD_BYTES};
use crate::image::ImageId;
use crate::slot::Slot;

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
pub(crate) enum Watched {
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
    pub(crate) found: Vec<Ephemeron>,
    pub(crate) waiting: HashMap<Watched, Vec<Ephemeron>>,
    /// Waited for a key that was reached then.
    pub(crate) woken: Vec<Ephemeron>,
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
