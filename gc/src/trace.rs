//! The transitive closure: evacuates and marks objects until no new object is reached.
//!
//! Copies are scanned in the order in which they were made (Cheney 1970). The worklist is the memory between the scan
//! position and the end of the last run of copies. A minor collection scans the copies of one root before it visits the
//! next root. Old objects that a full collection marks where they are wait in a queue. Large and pinned objects, and
//! images, wait in a list of their own.

use std::marker::PhantomData;
use std::mem;

use crate::address::{Address, AddressRange, WORD_BYTES};
use crate::arena::ChunkKind;
use crate::heap::Heap;
use crate::image::{ImageId, ImageKeeper};
use crate::mark_queue::MarkQueue;
use crate::object_model::{GuardianNumber, ObjectClass, ObjectModel, Scope, Visitor};
use crate::slot::Slot;
use crate::space::block::MEDIUM_BYTES;
use crate::space::large::LARGE_BYTES;
use crate::weak::{Ephemeron, Ephemerons, Watched, WeakPair};

/// Large objects are traced in parts of so many bytes, so that what they refer to does not all wait at once.
const PART_BYTES: usize = 8 << 10;

/// A collection under way: minor, or full if `FULL`.
pub(crate) struct Tracer<'heap, M, const FULL: bool> {
    pub(crate) heap: &'heap mut Heap,
    nursery: AddressRange,
    /// Where the next copy goes, and where its run may lie.
    cursor: Address,
    limit: Address,
    scan: Position,
    /// Old objects to be marked where they are.
    marking: MarkQueue,
    gray: Vec<Gray>,
    /// So many bytes may still be copied out of condemned blocks.
    copied_bytes_left: usize,
    /// Objects that stay in condemned blocks.
    rescued: u64,
    has_young_large: bool,
    /// What is being traced, for whoever asks what keeps an image.
    pub(crate) source: ImageKeeper,
    /// Reached weak pairs.
    pub(crate) weak_pairs: Vec<WeakPair>,
    /// Reached ephemerons.
    pub(crate) ephemerons: Ephemerons,
    model: PhantomData<M>,
}

/// A position in a run, between two objects.
#[derive(Clone, Copy, Debug)]
struct Position {
    run: usize,
    address: Address,
}

/// What was reached, stays where it is, and was not traced yet.
enum Gray {
    Object(Address),
    /// Values of a large object.
    Part(AddressRange),
    Image(ImageId),
}

impl<'heap, M: ObjectModel, const FULL: bool> Tracer<'heap, M, FULL> {
    const SCOPE: Scope = if FULL { Scope::Full } else { Scope::Minor };

    /// Starts a collection. The old space has condemned the blocks out of which a full one may copy
    /// `copied_bytes_max`.
    pub(crate) fn start(heap: &'heap mut Heap, copied_bytes_max: usize) -> Self {
        let (run, open) = heap.old.continue_run();
        Self {
            nursery: heap.nursery.range(),
            cursor: open.start,
            limit: open.end,
            scan: Position {
                run,
                address: open.start,
            },
            marking: MarkQueue::new(),
            gray: Vec::new(),
            copied_bytes_left: copied_bytes_max,
            rescued: 0,
            has_young_large: heap.large.young_bytes() > 0,
            source: ImageKeeper::Unknown,
            weak_pairs: Vec::new(),
            ephemerons: Ephemerons::default(),
            model: PhantomData,
            heap,
        }
    }

    /// Ends the copying. Returns how many objects stayed in condemned blocks.
    pub(crate) fn finish(self) -> u64 {
        self.heap.old.retire(&self.heap.arena, self.cursor);
        self.rescued
    }

    /// Traces until nothing new is reached, the values of ephemerons included.
    pub(crate) fn drain(&mut self) {
        loop {
            self.source = ImageKeeper::Object;
            self.scan_copies();
            if FULL && self.mark_queued() {
                continue;
            }
            match self.gray.pop() {
                Some(Gray::Object(object)) => self.scan_gray(object),
                Some(Gray::Part(words)) => self.scan_part(words),
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
                if let Some(to) = unsafe { M::forwarded(object) } {
                    return Some(M::with_address(word, to));
                }
                self.is_rescued(object)
            }
            // SAFETY: objects of the old space lie in its blocks.
            ChunkKind::Old => !FULL || unsafe { self.heap.old.metadata.is_marked(object) },
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
            let runs = self.heap.old.runs();
            let next_run = runs.get(self.scan.run + 1);
            let end = match next_run {
                Some(_) => runs[self.scan.run].end,
                None => self.cursor,
            };
            let mut object = self.scan.address;
            if object == end {
                let Some(next_run) = next_run else { return };
                self.scan.run += 1;
                self.scan.address = next_run.start;
                continue;
            }
            while object < end {
                // SAFETY: copies are initialised objects at their final address.
                let bytes = unsafe { M::size_bytes(object) };
                self.scan_object(object);
                object = object.offset_bytes(bytes);
            }
            self.scan.address = object;
        }
    }

    /// Marks and traces the objects of the queue; whether there were any.
    fn mark_queued(&mut self) -> bool {
        let mut found = false;
        while let Some(object) = self.marking.pop() {
            found = true;
            // SAFETY: references lead to initialised objects, and those in blocks that are not condemned stay.
            let bytes = unsafe { M::size_bytes(object) };
            // SAFETY: only objects of the old space are queued, and they lie in its blocks.
            unsafe { self.heap.old.metadata.mark(object, bytes) };
            self.scan_object(object);
        }
        found
    }

    /// Traces an object that does not move; a large one in parts.
    fn scan_gray(&mut self, object: Address) {
        // SAFETY: marked objects are initialised objects at their final address.
        let bytes = unsafe { M::size_bytes(object) };
        if bytes > LARGE_BYTES
            // SAFETY: marked objects are initialised objects at their final address.
            && let Some(values) = unsafe { M::value_words(object) }
        {
            self.gray.push(Gray::Part(values));
        } else {
            self.scan_object(object);
        }
    }

    /// Traces the first of these words of a large object, and puts the others off.
    fn scan_part(&mut self, mut words: AddressRange) {
        if words.bytes() > PART_BYTES {
            let rest = words.start.offset_bytes(PART_BYTES);
            self.gray.push(Gray::Part(AddressRange {
                start: rest,
                end: words.end,
            }));
            words.end = rest;
        }
        for word in words.words() {
            // SAFETY: the model says that these words of a live object hold values.
            self.slot(unsafe { Slot::new(word) });
        }
    }

    /// Traces an object that was reached, and is at its final address.
    #[inline(always)]
    fn scan_object(&mut self, object: Address) {
        // SAFETY: copies and marked objects are initialised objects at their final address.
        match unsafe { M::class(object) } {
            ObjectClass::Ordinary => {}
            class => self.scan_special(object, class),
        }
        // SAFETY: what is done for its class leaves the object initialised, and not forwarded.
        unsafe { M::trace(object, self) };
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
                let kind = self.heap.arena.kind_of(object);
                assert!(
                    !kind.is_movable(),
                    "the constant at {constant} leads to a movable object"
                );
                self.visit(object);
            }
        }
    }

    /// Reaches `object`; its address from now on.
    #[inline(always)]
    fn visit(&mut self, object: Address) -> Address {
        if self.nursery.contains(object) {
            self.evacuate_young(object)
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
        if !self.heap.arena.is_kind(object, ChunkKind::Old) {
            return self.visit_elsewhere(object);
        }
        // SAFETY: objects of the old space lie in its blocks.
        if unsafe { self.heap.old.metadata.reach(object) } {
            if self.ephemerons.is_watching {
                self.ephemerons.object_reached(object);
            }
            self.marking.push(object);
        }
        object
    }

    #[inline(never)]
    fn visit_elsewhere(&mut self, object: Address) -> Address {
        match self.heap.arena.kind_of(object) {
            ChunkKind::Condemned => return self.evacuate_condemned(object),
            ChunkKind::Foreign => {}
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
    fn evacuate_young(&mut self, object: Address) -> Address {
        // SAFETY: references lead to initialised objects; from-space stays intact but for
        // forwarding words.
        if let Some(to) = unsafe { M::forwarded(object) } {
            return to;
        }
        // SAFETY: initialised, and not forwarded.
        let bytes = unsafe { M::size_bytes(object) };
        let to = self.bump(bytes);
        let to = to.expect("the heap's maximum leaves room for a copy of all that is young");
        self.move_object(object, to, bytes);
        to
    }

    /// Copies an object out of a condemned block, or marks it there if there is no room.
    #[inline(never)]
    fn evacuate_condemned(&mut self, object: Address) -> Address {
        // SAFETY: references lead to initialised objects; from-space stays intact but for
        // forwarding words.
        if let Some(to) = unsafe { M::forwarded(object) } {
            return to;
        }
        if self.is_rescued(object) {
            return object;
        }
        // SAFETY: initialised, and not forwarded.
        let bytes = unsafe { M::size_bytes(object) };
        if bytes <= self.copied_bytes_left
            && let Some(to) = self.bump(bytes)
        {
            self.copied_bytes_left -= bytes;
            self.move_object(object, to, bytes);
            return to;
        }
        // What comes now may be smaller, but will not be copied either: the room is for young objects.
        self.copied_bytes_left = 0;
        self.rescued += 1;
        // SAFETY: objects in condemned blocks lie in blocks.
        unsafe { self.heap.old.metadata.mark(object, bytes) };
        if self.ephemerons.is_watching {
            self.ephemerons.object_reached(object);
        }
        self.gray.push(Gray::Object(object));
        object
    }

    /// Whether an object in a condemned block was marked there.
    #[inline(always)]
    fn is_rescued(&self, object: Address) -> bool {
        self.rescued > 0
            && !self.nursery.contains(object)
            // SAFETY: the object is not young, so that it lies in a condemned block, and blocks are of the old space.
            && unsafe { self.heap.old.metadata.is_marked(object) }
    }

    /// Copies an object to its new place.
    #[inline(always)]
    fn move_object(&mut self, object: Address, to: Address, bytes: usize) {
        // SAFETY: the object has `bytes`, a multiple of the word, and so has the room at `to`,
        // which is fresh and therefore apart from it.
        unsafe { copy_words(object, to, bytes) };
        // SAFETY: the copy has everything.
        unsafe { M::forward(object, to) };
        if FULL {
            // SAFETY: copies lie in blocks of the old space.
            unsafe { self.heap.old.metadata.mark(to, bytes) };
        }
        if self.ephemerons.is_watching {
            self.ephemerons.object_reached(object);
        }
    }

    /// Room for a copy; `None` if the arena has none.
    #[inline(always)]
    fn bump(&mut self, bytes: usize) -> Option<Address> {
        if self.limit.bytes_after(self.cursor) < bytes {
            return self.bump_slowly(bytes);
        }
        let to = self.cursor;
        self.cursor = to.offset_bytes(bytes);
        Some(to)
    }

    #[inline(never)]
    fn bump_slowly(&mut self, bytes: usize) -> Option<Address> {
        if bytes > MEDIUM_BYTES {
            let room = self.heap.old.allocate_medium(&self.heap.arena, bytes);
            let to = room.or_else(|_| {
                self.heap.release_kept();
                self.heap.old.allocate_medium(&self.heap.arena, bytes)
            });
            let to = to.ok()?;
            self.gray.push(Gray::Object(to));
            return Some(to);
        }
        let range = self.heap.old.open_run(&self.heap.arena, self.cursor);
        let range = range.or_else(|_| {
            self.heap.release_kept();
            self.heap.old.open_run(&self.heap.arena, self.cursor)
        });
        let range = range.ok()?;
        self.cursor = range.start.offset_bytes(bytes);
        self.limit = range.end;
        Some(range.start)
    }
}

/// Visits roots. What a minor collection copies because of a root lies together: were all roots visited first, the
/// second objects of all lists would lie beside one another.
pub(crate) struct RootVisitor<'tracer, 'heap, M, const FULL: bool>(
    pub(crate) &'tracer mut Tracer<'heap, M, FULL>,
);

impl<M: ObjectModel, const FULL: bool> Visitor for RootVisitor<'_, '_, M, FULL> {
    #[inline]
    fn slot(&mut self, slot: Slot) {
        self.0.slot(slot);
        if !FULL {
            self.0.scan_copies();
        }
    }

    #[inline]
    fn code(&mut self, code: Address) {
        self.0.code(code);
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
