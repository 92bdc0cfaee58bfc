//! The verifier: walks the heap by other ways than the tracer, and panics at the first flaw.
//!
//! The verifier finds roots through [`ObjectModel::each_root_for_verifier`]. It finds objects by walking runs by size,
//! and by the metadata of blocks. It keeps a worklist and a visited set of its own.

use std::collections::HashSet;

use crate::address::{Address, AddressRange, OBJECT_ALIGN_BYTES};
use crate::arena::ChunkKind;
use crate::heap::Heap;
use crate::image::ImageId;
use crate::object_model::{ObjectClass, ObjectModel, VerifierRoot, Visitor};
use crate::slot::Slot;
use crate::space::block;
use crate::weak::{Ephemeron, WeakPair};

/// Checks, before a collection, that every young reference outside the young space is remembered.
///
/// # Panics
///
/// If one is not: a barrier is missing.
pub(crate) fn remembered_set_is_complete<M: ObjectModel>(heap: &Heap) {
    let remembered: HashSet<Slot> = heap.remembered.iter().copied().collect();
    let check = |holder: Address, slot: Slot| {
        // SAFETY: slots of initialised objects and cells of registered images.
        let word = unsafe { slot.load() };
        if let Some(target) = M::reference(word)
            && heap.is_young(target)
            && !remembered.contains(&slot)
        {
            panic!(
                "slot {} of {holder} holds {word:#x}, a young reference that no barrier remembered",
                slot.address()
            );
        }
    };
    for object in old_objects::<M>(heap) {
        // SAFETY: objects outside the young space were initialised before they got there.
        unsafe { each_slot::<M>(object, |slot| check(object, slot), |_| {}) };
    }
    for image in heap.images.iter() {
        let cells = image.description.cells;
        for cell in cells.words() {
            // SAFETY: a cell of a registered image holds a value, by the contract of `register_image`.
            check(cells.start, unsafe { Slot::new(cell) });
        }
    }
}

/// Checks, after a collection, that everything reachable is in order; how many references were looked at.
///
/// # Panics
///
/// If a reference leads to what is not a live object or a registered image.
pub(crate) fn heap_is_sound<M: ObjectModel>(heap: &Heap, state: &M::State) -> u64 {
    let mut walk = Walk::<M>::new(heap);
    M::each_root_for_verifier(state, &mut |root| match root {
        VerifierRoot::Value { place, word } => walk.value("root", place, word),
        VerifierRoot::Code { place, code } => walk.code(place, code),
    });
    heap.handles
        .each_value(|word| walk.value("handle", Address::new(0), word));
    heap.guardians
        .each_ready(|word| walk.value("guardian's queue", Address::new(0), word));
    for entry in &heap.guardians.old {
        walk.value("guardian's registration", Address::new(0), entry.object);
    }
    for image in heap.images.pinned() {
        walk.image(image);
    }
    walk.finish();
    walk.references
}

struct Walk<'heap, M> {
    heap: &'heap Heap,
    starts: Bits,
    visited: Bits,
    pinned_starts: HashSet<Address>,
    visited_elsewhere: HashSet<Address>,
    visited_images: HashSet<ImageId>,
    worklist: Vec<Address>,
    /// How many were looked at.
    references: u64,
    model: std::marker::PhantomData<M>,
}

impl<'heap, M: ObjectModel> Walk<'heap, M> {
    fn new(heap: &'heap Heap) -> Self {
        let mut starts = Bits::covering(heap);
        for object in block_objects::<M>(heap) {
            starts.insert(object);
        }
        Self {
            heap,
            starts,
            visited: Bits::covering(heap),
            pinned_starts: heap.pinned.objects().collect(),
            visited_elsewhere: HashSet::new(),
            visited_images: HashSet::new(),
            worklist: Vec::new(),
            references: 0,
            model: std::marker::PhantomData,
        }
    }

    fn finish(&mut self) {
        let (mut slots, mut codes) = (Vec::new(), Vec::new());
        while let Some(object) = self.worklist.pop() {
            // SAFETY: `value` has found that a live object starts there.
            unsafe { each_slot::<M>(object, |slot| slots.push(slot), |code| codes.push(code)) };
            for slot in slots.drain(..) {
                // SAFETY: slots of a live object.
                let word = unsafe { slot.load() };
                self.value("slot", slot.address(), word);
            }
            for code in codes.drain(..) {
                self.code(object, code);
            }
        }
    }

    fn value(&mut self, what: &str, place: Address, word: u64) {
        let Some(target) = M::reference(word) else {
            return;
        };
        self.references += 1;
        let heap = self.heap;
        let is_new = match heap.arena.kind_of(target) {
            ChunkKind::Old if self.starts.contains(target) => self.visited.insert(target),
            ChunkKind::Large if heap.large.start(heap.arena.number_of(target)) == Some(target) => {
                self.visited_elsewhere.insert(target)
            }
            ChunkKind::Pinned if self.pinned_starts.contains(&target) => {
                self.visited_elsewhere.insert(target)
            }
            ChunkKind::Image | ChunkKind::SharedImages => {
                let image = heap.images.at(&heap.arena, target);
                let Some(image) = image else {
                    unsound(what, place, word, "no registered image")
                };
                self.image(image);
                false
            }
            ChunkKind::Foreign => false,
            ChunkKind::Old if !self.is_inside_object(target) => {
                unsound(what, place, word, "freed memory between objects")
            }
            ChunkKind::Old | ChunkKind::Large | ChunkKind::Pinned => {
                unsound(what, place, word, "the inside of an object")
            }
            ChunkKind::Nursery | ChunkKind::LargeYoung => {
                unsound(what, place, word, "a young object after a collection")
            }
            ChunkKind::Free | ChunkKind::Spare | ChunkKind::Condemned => {
                unsound(what, place, word, "freed memory")
            }
            ChunkKind::Stack => unsound(what, place, word, "a stack"),
        };
        if is_new {
            self.worklist.push(target);
        }
    }

    /// Whether an object of the old space covers `address`, of which it is not the start.
    fn is_inside_object(&self, address: Address) -> bool {
        let covers = |object: Address| {
            // SAFETY: an initialised object starts there.
            let bytes = unsafe { M::size_bytes(object) };
            AddressRange::new(object, bytes).contains(address)
        };
        block_objects::<M>(self.heap).any(covers)
    }

    fn code(&mut self, place: Address, code: Address) {
        match self.heap.images.at(&self.heap.arena, code) {
            Some(image) => self.image(image),
            None if self.heap.arena.kind_of(code) == ChunkKind::Foreign => {}
            None => unsound("code address", place, code.word(), "no registered image"),
        }
    }

    fn image(&mut self, image: ImageId) {
        if !self.visited_images.insert(image) {
            return;
        }
        let image = self
            .heap
            .images
            .get(image)
            .expect("`at` and `pinned` give registered images");
        for range in [image.description.cells, image.description.constants] {
            for cell in range.words() {
                // SAFETY: the embedder registered readable words.
                let word = unsafe { cell.load_word() };
                self.value("image's cell", cell, word);
            }
        }
    }
}

fn unsound(what: &str, place: Address, word: u64, where_to: &str) -> ! {
    panic!("the {what} at {place} holds {word:#x}, which leads to {where_to}")
}

/// Every object that is not young, dead ones included.
fn old_objects<M: ObjectModel>(heap: &Heap) -> impl Iterator<Item = Address> {
    let large = heap.large.iter().filter(|large| !large.is_young);
    block_objects::<M>(heap)
        .chain(large.map(|large| large.chunks.start))
        .chain(heap.pinned.objects())
}

/// Every object in the blocks of the old space: those that the last full collection has marked, and, in each run, the
/// next one where one ends.
fn block_objects<M: ObjectModel>(heap: &Heap) -> impl Iterator<Item = Address> {
    let blocks = heap.old.blocks().iter();
    let marked = blocks.flat_map(|&start| heap.old.metadata.objects(block::range(start)));
    let marked = marked.map(|object| {
        // SAFETY: what was marked is an initialised object.
        let bytes = unsafe { M::size_bytes(object.start) };
        assert!(
            object.bytes() == bytes,
            "the metadata of the object at {} says that it ends at {}, and it has {bytes} bytes",
            object.start,
            object.end
        );
        object.start
    });
    marked.chain(heap.old.all_runs().flat_map(run_objects::<M>))
}

fn run_objects<M: ObjectModel>(run: AddressRange) -> impl Iterator<Item = Address> {
    let mut next = run.start;
    std::iter::from_fn(move || {
        if next == run.end {
            return None;
        }
        let object = next;
        // SAFETY: objects lie back to back in runs, all initialised.
        next = object.offset_bytes(unsafe { M::size_bytes(object) });
        assert!(
            next <= run.end && next > object,
            "the object at {object} exceeds its run"
        );
        Some(object)
    })
}

/// Every slot, weak ones too, and every code address of an object.
///
/// # Safety
///
/// `object` is an initialised object that was not forwarded.
unsafe fn each_slot<M: ObjectModel>(
    object: Address,
    on_slot: impl FnMut(Slot),
    on_code: impl FnMut(Address),
) {
    struct Each<S, C>(S, C);
    impl<S: FnMut(Slot), C: FnMut(Address)> Visitor for Each<S, C> {
        fn slot(&mut self, slot: Slot) {
            (self.0)(slot);
        }
        fn code(&mut self, code: Address) {
            (self.1)(code);
        }
    }
    let mut each = Each(on_slot, on_code);
    // SAFETY: the object is initialised, by the contract of this function.
    unsafe { M::trace(object, &mut each) };
    // SAFETY: the object is initialised, by the contract of this function.
    match unsafe { M::class(object) } {
        // SAFETY: the object has just said its class.
        ObjectClass::WeakPair => each.slot(unsafe { WeakPair::new(object) }.weak_slot()),
        ObjectClass::Ephemeron => {
            // SAFETY: the object has just said its class.
            let ephemeron = unsafe { Ephemeron::new(object) };
            for slot in ephemeron.slots() {
                each.slot(slot);
            }
        }
        ObjectClass::Ordinary | ObjectClass::Guardian(_) | ObjectClass::AddressHashed => {}
    }
}

/// A set of object addresses: a bit for each granule of the old space.
struct Bits {
    range: AddressRange,
    words: Vec<u64>,
}

impl Bits {
    fn covering(heap: &Heap) -> Self {
        let starts = heap.old.blocks().iter();
        let start = starts.clone().min().copied().unwrap_or(Address::new(0));
        let end = starts.max().map_or(start, |&last| block::range(last).end);
        let range = AddressRange { start, end };
        let granules = range.bytes() / OBJECT_ALIGN_BYTES;
        Self {
            range,
            words: vec![0; granules.div_ceil(64)],
        }
    }

    /// Adds `address`; whether it is new.
    fn insert(&mut self, address: Address) -> bool {
        let (word, bit) = self.locate(address).expect("the set covers the old space");
        let was_clear = self.words[word] & bit == 0;
        self.words[word] |= bit;
        was_clear
    }

    fn contains(&self, address: Address) -> bool {
        self.locate(address)
            .is_some_and(|(word, bit)| self.words[word] & bit != 0)
    }

    fn locate(&self, address: Address) -> Option<(usize, u64)> {
        let is_start = self.range.contains(address) && address.is_aligned_to(OBJECT_ALIGN_BYTES);
        let granule = address.bytes_after(self.range.start) / OBJECT_ALIGN_BYTES;
        is_start.then_some((granule / 64, 1 << (granule % 64)))
    }
}
