//! The transitive closure: evacuates and marks objects until no new object is reached.
//!
//! Copies are scanned in the order in which they were made (Cheney 1970). The worklist is the
//! memory between the scan position and the end of the old space. Objects that do not move, and
//! images, wait in a list of their own.

use std::marker::PhantomData;
use std::mem;

use crate::address::{Address, AddressRange, WORD_BYTES};
use crate::arena::ChunkKind;
use crate::heap::Heap;
use crate::image::{ImageId, ImageKeeper};
use crate::object_model::{GuardianNumber, ObjectClass, ObjectModel, Scope, Visitor};
use crate::slot::Slot;
use crate::space::old::Position;
use crate::weak::{Ephemeron, Ephemerons, Watched, WeakPair};

/// A collection under way: minor, or full if `FULL`.
pub(crate) struct Tracer<'heap, M, const FULL: bool> {
    pub(crate) heap: &'heap mut Heap,
    nursery: AddressRange,
    /// Where the next copy goes, and where its block ends.
    cursor: Address,
    limit: Address,
    scan: Position,
    gray: Vec<Gray>,
    has_young_large: bool,
    /// What is being traced, for whoever asks what keeps an image.
    pub(crate) source: ImageKeeper,
    /// Reached weak pairs.
    pub(crate) weak_pairs: Vec<WeakPair>,
    /// Reached ephemerons.
    pub(crate) ephemerons: Ephemerons,
    model: PhantomData<M>,
}

/// What was reached, does not move, and was not traced yet.
enum Gray {
    Object(Address),
    Image(ImageId),
}

impl<'heap, M: ObjectModel, const FULL: bool> Tracer<'heap, M, FULL> {
    const SCOPE: Scope = if FULL { Scope::Full } else { Scope::Minor };

    /// Starts a collection; a full one condemns the old space first.
    pub(crate) fn start(heap: &'heap mut Heap) -> Self {
        let arena = std::sync::Arc::clone(&heap.arena);
        if FULL {
            heap.old.condemn(&arena);
        }
        let mut tracer = Self {
            nursery: heap.nursery.range(),
            cursor: Address::new(0),
            limit: Address::new(0),
            scan: heap.old.end(),
            gray: Vec::new(),
            has_young_large: heap.large.young_bytes() > 0,
            source: ImageKeeper::Unknown,
            weak_pairs: Vec::new(),
            ephemerons: Ephemerons::default(),
            model: PhantomData,
            heap,
        };
        if tracer.heap.old.blocks().is_empty() {
            tracer.open_block();
            tracer.scan = tracer.heap.old.end();
        } else {
            let open = tracer.heap.old.open();
            (tracer.cursor, tracer.limit) = (open.start, open.end);
        }
        tracer
    }

    /// Ends the copying.
    pub(crate) fn finish(self) {
        self.heap.old.retire(self.cursor);
    }

    /// Traces until nothing new is reached, the values of ephemerons included.
    pub(crate) fn drain(&mut self) {
        loop {
            self.source = ImageKeeper::Object;
            self.scan_copies();
            match self.gray.pop() {
                Some(Gray::Object(object)) => {
                    self.scan_object(object);
                }
                Some(Gray::Image(image)) => {
                    self.source = ImageKeeper::Image(image);
                    self.scan_image(image);
                }
                None if self.resolve_ephemerons() => {}
                None => return,
            }
        }
    }

    /// Traces the values of ephemerons whose keys were reached; whether there were any.
    fn resolve_ephemerons(&mut self) -> bool {
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

    /// Marks an image as reached.
    pub(crate) fn mark_image(&mut self, image: ImageId) {
        if self.heap.images.mark(image, self.source) {
            if self.ephemerons.is_watching {
                self.ephemerons.image_reached(image);
            }
            self.gray.push(Gray::Image(image));
        }
    }

    /// `word`, at the new address of what it refers to; `None` if that was not reached so far.
    pub(crate) fn reached(&self, word: u64) -> Option<u64> {
        let Some(object) = M::reference(word) else {
            return Some(word);
        };
        let arena = &*self.heap.arena;
        let is_reached = match arena.kind_of(object) {
            ChunkKind::Nursery | ChunkKind::Condemned => {
                // SAFETY: references lead to initialised objects; from-space is still intact.
                let to = unsafe { M::forwarded(object) }?;
                return Some(M::with_address(word, to));
            }
            ChunkKind::LargeYoung => self.heap.large.is_marked(arena.number_of(object)),
            ChunkKind::Large => !FULL || self.heap.large.is_marked(arena.number_of(object)),
            ChunkKind::Pinned => {
                !FULL || self.heap.pinned.is_marked(arena.number_of(object), object)
            }
            ChunkKind::Image | ChunkKind::SharedImages => {
                let image = self.heap.images.at(arena, object);
                !FULL || image.is_some_and(|image| self.heap.images.is_marked(image))
            }
            _ => true,
        };
        is_reached.then_some(word)
    }

    fn scan_copies(&mut self) {
        loop {
            let blocks = self.heap.old.blocks();
            let is_last = self.scan.block + 1 == blocks.len();
            let end = if is_last {
                self.cursor
            } else {
                blocks[self.scan.block].top
            };
            let mut object = self.scan.address;
            if object == end {
                if is_last {
                    return;
                }
                self.scan.block += 1;
                self.scan.address = blocks[self.scan.block].start;
                continue;
            }
            while object < end {
                object = object.offset_bytes(self.scan_object(object));
            }
            self.scan.address = object;
        }
    }

    /// Traces an object that was reached, and returns its bytes.
    #[inline(always)]
    fn scan_object(&mut self, object: Address) -> usize {
        // SAFETY: copies and marked objects are initialised objects at their final address.
        let bytes = unsafe { M::size_bytes(object) };
        // SAFETY: asking for the size has not changed the object: it is initialised, and not forwarded.
        match unsafe { M::class(object) } {
            ObjectClass::Ordinary => {}
            class => self.scan_special(object, class),
        }
        // SAFETY: what is done for its class leaves the object initialised, and not forwarded.
        unsafe { M::trace(object, self) };
        bytes
    }

    #[cold]
    #[inline(never)]
    fn scan_special(&mut self, object: Address, class: ObjectClass) {
        match class {
            ObjectClass::Ordinary => {}
            // SAFETY: the object has just said its class, and is at its final address.
            ObjectClass::WeakPair => self.weak_pairs.push(unsafe { WeakPair::new(object) }),
            // SAFETY: the object has just said its class, and is at its final address.
            ObjectClass::Ephemeron => self.ephemerons.push(unsafe { Ephemeron::new(object) }),
            ObjectClass::Guardian(number) => self.reach_guardian(number),
            // SAFETY: the object is initialised and of this class.
            ObjectClass::AddressHashed => unsafe { M::keys_moved(object, Self::SCOPE) },
        }
    }

    fn reach_guardian(&mut self, number: GuardianNumber) {
        let guardian = self.heap.guardians.get_mut(number);
        let guardian = guardian.expect("a guardian's number is free only when its object is gone");
        if mem::replace(&mut guardian.is_reached, true) {
            return;
        }
        let slots: Vec<_> = guardian.ready.iter_mut().map(Slot::of).collect();
        for slot in slots {
            self.slot(slot);
        }
    }

    fn scan_image(&mut self, image: ImageId) {
        let image = self
            .heap
            .images
            .get(image)
            .expect("images go only after the trace");
        let (cells, constants) = (image.description.cells, image.description.constants);
        for cell in cells.words() {
            // SAFETY: a cell of a registered image holds a value, by the contract of `register_image`.
            self.slot(unsafe { Slot::new(cell) });
        }
        for constant in constants.words() {
            // SAFETY: the embedder registered readable words.
            let word = unsafe { constant.load_word() };
            if let Some(object) = M::reference(word) {
                let to = self.visit(object);
                assert!(
                    to == object,
                    "the constant at {constant} leads to a movable object"
                );
            }
        }
    }

    /// Reaches `object`; its address from now on.
    #[inline(always)]
    fn visit(&mut self, object: Address) -> Address {
        if self.nursery.contains(object) {
            self.evacuate(object)
        } else if FULL {
            self.visit_old(object)
        } else {
            if self.has_young_large {
                self.visit_young_large(object);
            }
            object
        }
    }

    #[inline(always)]
    fn visit_old(&mut self, object: Address) -> Address {
        match self.heap.arena.kind_of(object) {
            ChunkKind::Condemned => return self.evacuate(object),
            ChunkKind::Old | ChunkKind::Foreign => {}
            kind => self.mark(object, kind),
        }
        object
    }

    #[inline(never)]
    fn visit_young_large(&mut self, object: Address) {
        let kind = self.heap.arena.kind_of(object);
        if kind == ChunkKind::LargeYoung {
            self.mark(object, kind);
        }
    }

    /// Marks an object that does not move.
    #[inline(never)]
    fn mark(&mut self, object: Address, kind: ChunkKind) {
        let number = self.heap.arena.number_of(object);
        let is_new = match kind {
            ChunkKind::LargeYoung | ChunkKind::Large => self.heap.large.mark(number),
            ChunkKind::Pinned => self.heap.pinned.mark(number, object),
            ChunkKind::Image | ChunkKind::SharedImages => {
                if let Some(image) = self.heap.images.at(&self.heap.arena, object) {
                    self.mark_image(image);
                }
                false
            }
            _ => panic!("a reference leads to {object}, in {kind:?} memory"),
        };
        if is_new {
            if self.ephemerons.is_watching {
                self.ephemerons.object_reached(object);
            }
            self.gray.push(Gray::Object(object));
        }
    }

    #[inline(always)]
    fn evacuate(&mut self, object: Address) -> Address {
        // SAFETY: references lead to initialised objects; from-space stays intact but for
        // forwarding words.
        if let Some(to) = unsafe { M::forwarded(object) } {
            return to;
        }
        // SAFETY: initialised, and not forwarded.
        let bytes = unsafe { M::size_bytes(object) };
        let to = self.bump(bytes);
        // SAFETY: the object has `bytes`, a multiple of the word, and so has the room at `to`,
        // which is fresh and therefore apart from it.
        unsafe { copy_words(object, to, bytes) };
        // SAFETY: the copy has everything.
        unsafe { M::forward(object, to) };
        if self.ephemerons.is_watching {
            self.ephemerons.object_reached(object);
        }
        to
    }

    #[inline(always)]
    fn bump(&mut self, bytes: usize) -> Address {
        if self.limit.bytes_after(self.cursor) < bytes {
            self.open_block();
        }
        let to = self.cursor;
        self.cursor = to.offset_bytes(bytes);
        to
    }

    #[cold]
    #[inline(never)]
    fn open_block(&mut self) {
        self.heap.old.retire(self.cursor);
        let block = self.heap.old.add_block(&self.heap.arena);
        let block = block.or_else(|_| {
            self.heap.release_kept();
            self.heap.old.add_block(&self.heap.arena)
        });
        let block = block.expect("the heap's maximum leaves room for a copy of all that lives");
        (self.cursor, self.limit) = (block.start, block.end);
    }
}

impl<M: ObjectModel, const FULL: bool> Visitor for Tracer<'_, M, FULL> {
    #[inline(always)]
    fn slot(&mut self, slot: Slot) {
        // SAFETY: a slot is made of an initialised word; the model shows those that are there, and the
        // remembered set those of objects and cells that no full collection has freed since.
        let word = unsafe { slot.load() };
        if let Some(object) = M::reference(word) {
            let to = self.visit(object);
            if to != object {
                // SAFETY: the word was read just now, and nothing else accesses it: the world is stopped.
                unsafe { slot.store(M::with_address(word, to)) };
            }
        }
    }

    #[inline(always)]
    fn code(&mut self, code: Address) {
        if FULL && let Some(image) = self.heap.images.at(&self.heap.arena, code) {
            self.mark_image(image);
        }
    }
}

/// Copies an object, two words at a time.
///
/// # Safety
///
/// Both ranges are accessible, apart from each other, and `bytes` is a positive multiple of two
/// words.
#[inline(always)]
unsafe fn copy_words(from: Address, to: Address, bytes: usize) {
    let mut offset = 0;
    loop {
        for part in [offset, offset + WORD_BYTES] {
            // SAFETY: inside the object, whose size `bytes` is by the contract of this function.
            let word = unsafe { from.offset_bytes(part).load_word() };
            // SAFETY: inside the room for the copy.
            unsafe { to.offset_bytes(part).store_word(word) };
        }
        offset += 2 * WORD_BYTES;
        if offset >= bytes {
            return;
        }
    }
}
