//! The trait by which the embedder tells the collector of objects and roots.

use crate::address::{Address, AddressRange};
use crate::image::ImageId;
use crate::slot::Slot;

/// What the embedder says of its values, objects and roots.
///
/// A value is a 64-bit word. Objects start at multiples of
/// [`OBJECT_ALIGN_BYTES`](crate::OBJECT_ALIGN_BYTES) and take a multiple of it. While a mutator
/// runs, every allocated object is initialised before the next collection.
///
/// A simple runtime needs nine items; the rest has defaults. `examples/own_heap.rs` is one in forty
/// lines.
///
/// # Safety
///
/// The collector moves and frees objects on the strength of these answers: each method must say the
/// truth about every object that the embedder initialised, and must not allocate or collect. The slots
/// that it shows are of the heap that asks. No safe function of [`Self::State`] changes a root into a
/// word that is not a value of this heap.
pub unsafe trait ObjectModel: Sized + 'static {
    /// What the embedder keeps for a mutator (registers, its stack); holds roots.
    type State;

    /// What the collector writes where a weak reference led to an object that is gone: not a reference.
    /// By default zero.
    const BROKEN: u64 = 0;

    /// What the stress modes write over freed memory and dead slots: not a reference. By default
    /// [`Self::BROKEN`].
    const POISON: u64 = Self::BROKEN;

    /// The address (without tag) if `word` refers to an object, wherever that lies.
    ///
    /// A few instructions, inlined: the collector asks it for every word that it traces.
    fn reference(word: u64) -> Option<Address>;

    /// The reference `word` with the object's new address in place of the old one.
    fn with_address(word: u64, address: Address) -> u64;

    /// Bytes of the object.
    ///
    /// # Safety
    ///
    /// `object` is an initialised object that was not forwarded.
    unsafe fn size_bytes(object: Address) -> usize;

    /// Where the object went, if its first word says that it was forwarded.
    ///
    /// # Safety
    ///
    /// `object` is an initialised object, forwarded or not.
    unsafe fn forwarded(object: Address) -> Option<Address>;

    /// Overwrites the object's first word by one that says that it went to `to`.
    ///
    /// # Safety
    ///
    /// `object` is an initialised object of which nothing else is needed any more.
    unsafe fn forward(object: Address, to: Address);

    /// Shows `visitor` every slot with a traced value, and every code address, of the object.
    ///
    /// The weak slot of a [`ObjectClass::WeakPair`] and both slots of an
    /// [`ObjectClass::Ephemeron`] are not shown.
    ///
    /// # Safety
    ///
    /// `object` is an initialised object that was not forwarded.
    unsafe fn trace<V: Visitor>(object: Address, visitor: &mut V);

    /// The words that [`Self::trace`] shows of the object, if these are all in one range, all are values, and the
    /// object is an [`ObjectClass::Ordinary`] one. The collector then traces a large object in parts. By default
    /// `None`: not known.
    ///
    /// # Safety
    ///
    /// `object` is an initialised object that was not forwarded.
    unsafe fn value_words(object: Address) -> Option<AddressRange> {
        let _ = object;
        None
    }

    /// How the collector treats the object beyond tracing it. By default not at all.
    ///
    /// # Safety
    ///
    /// `object` is an initialised object that was not forwarded.
    #[inline(always)]
    unsafe fn class(object: Address) -> ObjectClass {
        let _ = object;
        ObjectClass::Ordinary
    }

    /// The addresses that an [`ObjectClass::AddressHashed`] object hashes may have changed: after a minor collection
    /// those of objects that were young, and after a full one all. What was told before still holds.
    ///
    /// # Safety
    ///
    /// `object` is an initialised object of that class, at its new address.
    unsafe fn keys_moved(object: Address, scope: Scope) {
        let _ = (object, scope);
    }

    /// Shows `visitor` every root in `state`: registers, and the frames of the stack.
    ///
    /// For [`Scope::Minor`] the frames that an earlier collection has seen and that did not run
    /// since may be left out: what they refer to is old. The model keeps that watermark itself and
    /// renews it here, after its last visit.
    fn each_root<V: Visitor>(state: &mut Self::State, scope: Scope, visitor: &mut V);

    /// Shows `visit` the same roots, derived by other code than [`Self::each_root`]. By default none:
    /// the verifier then starts from handles, guardians and images alone.
    fn each_root_for_verifier(state: &Self::State, visit: &mut dyn FnMut(VerifierRoot)) {
        let _ = (state, visit);
    }

    /// Overwrites by `poison` every slot that the embedder's maps call dead. By default none is.
    fn poison_dead_slots(state: &mut Self::State, poison: u64) {
        let _ = (state, poison);
    }

    /// Settles the weak roots in `state`: words that keep nothing. By default there are none.
    ///
    /// Each collection calls this when it has reached all that is reachable, also what guardians bring
    /// back. `survivor` answers a word at the new address of what it refers to. It answers `None` if that is
    /// gone: the state then forgets the word. Until this method returns, the object is intact but for its
    /// first word, which is intact, too, if the object is gone. [`Scope::Minor`] changes only words that
    /// refer to young objects.
    fn settle_weak_roots(
        state: &mut Self::State,
        scope: Scope,
        survivor: &mut dyn FnMut(u64) -> Option<u64>,
    ) {
        let _ = (state, scope, survivor);
    }

    /// A full collection found that nothing reaches this image. By default nothing happens: for
    /// runtimes that register no images.
    ///
    /// The collector has forgotten it already; its memory is still mapped and reserved.
    fn image_unreachable(state: &mut Self::State, image: ImageId) {
        let _ = (state, image);
    }
}

/// Who looks at slots and code addresses.
pub trait Visitor {
    /// A slot with a value; the visitor may replace the value.
    fn slot(&mut self, slot: Slot);
    /// An address in the code of an image: it keeps the image.
    fn code(&mut self, code: Address);
}

/// How much a collection collects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Young objects only.
    Minor,
    /// Everything, images too.
    Full,
}

/// How the collector treats an object beyond tracing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectClass {
    /// Nothing special.
    Ordinary,
    /// Word 1 is a weak reference; it becomes [`ObjectModel::BROKEN`] when its object goes.
    WeakPair,
    /// Word 1 is a key, word 2 a value that the key keeps; both become
    /// [`ObjectModel::BROKEN`] when the key goes.
    Ephemeron,
    /// A guardian, with the number that [`Mutator::guardian_create`](crate::Mutator) gave.
    Guardian(GuardianNumber),
    /// Depends on the addresses of objects: told by [`ObjectModel::keys_moved`].
    AddressHashed,
}

/// Names a guardian while its object lives; then it is given again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GuardianNumber(u32);

impl GuardianNumber {
    /// The number with this index; `None` where no guardian can have it. A number that no guardian has names
    /// nothing.
    pub fn from_index(index: usize) -> Option<Self> {
        u32::try_from(index).ok().map(Self)
    }

    /// For the field of a guardian's object.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A root as the verifier sees it: a copy of the value, and where it stands.
#[derive(Clone, Copy, Debug)]
pub enum VerifierRoot {
    /// A traced value.
    Value {
        /// Where it stands, for messages.
        place: Address,
        /// The value.
        word: u64,
    },
    /// A code address.
    Code {
        /// Where it stands, for messages.
        place: Address,
        /// The code address.
        code: Address,
    },
}
