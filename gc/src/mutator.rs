//! A thread's view of the heap. Values borrow from it; only `&mut` collects.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::mem::offset_of;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::address::{Address, OBJECT_ALIGN_BYTES};
use crate::arena::{Arena, CHUNK_BYTES, ChunkKind};
use crate::collect::{CollectReason, Outcome, collect};
use crate::error::{Full, HeapError};
use crate::handle::Handles;
use crate::heap::Heap;
use crate::image::{ImageDescription, ImageId, ImageKeeper};
use crate::object_model::{GuardianNumber, ObjectModel, Scope};
use crate::options::HeapOptions;
use crate::poll::{Interrupt, Poll};
use crate::space::large::LARGE_BYTES;
use crate::space::nursery::{AllocationArea, BLOCK_BYTES};
use crate::statistics::{Event, Statistics};

/// A mutator, with its heap and the embedder's state.
///
/// Allocation takes `&self`, collection `&mut self`: what borrows from `&self` is never stale.
///
/// No safe method can make the collector follow a word that is no value, or a place that is none: what
/// takes words, slots or places from outside is `unsafe`, and says what has to hold. An embedder makes
/// these promises in one place, and wraps them: see [`toy::Session`](crate::toy::Session).
///
/// Generated code may hold a pointer to it and knows the first fields, see [`Self::PREFIX`].
#[repr(C)]
pub struct Mutator<M: ObjectModel> {
    area: AllocationArea,
    /// The address of the word in `poll` that polls compare with.
    poll_limit: usize,
    pub(crate) nursery_start: usize,
    pub(crate) nursery_bytes: usize,
    /// See [`Arena::biased_kinds`].
    kinds: usize,
    state: M::State,
    /// Start of the part of `area` that was not counted as allocated yet.
    area_start: Cell<usize>,
    poll: Arc<Poll>,
    stack_limit: Cell<usize>,
    is_due: Cell<bool>,
    is_zealous: bool,
    /// A collection began and has not ended.
    is_broken: bool,
    pub(crate) heap: RefCell<Heap>,
    pub(crate) arena: Arc<Arena>,
}

/// Where generated code finds the first fields of a [`Mutator`], in bytes from its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MutatorPrefix {
    /// Where the next small object goes, in place of [`Mutator::allocate`].
    pub cursor: usize,
    /// Where the memory for small objects ends.
    pub limit: usize,
    /// The address of what [`Mutator::poll_limit`] answers.
    pub poll_limit_address: usize,
    /// Where the addresses of young objects start, large ones apart.
    pub nursery_start: usize,
    /// How many they are.
    pub nursery_bytes: usize,
    /// What [`Arena::biased_kinds`] answers.
    pub kind_table: usize,
    /// The embedder's state.
    pub state: usize,
}

impl<M: ObjectModel> Mutator<M> {
    /// The layout that generated code may rely on.
    pub const PREFIX: MutatorPrefix = MutatorPrefix {
        cursor: offset_of!(Self, area) + offset_of!(AllocationArea, cursor),
        limit: offset_of!(Self, area) + offset_of!(AllocationArea, limit),
        poll_limit_address: offset_of!(Self, poll_limit),
        nursery_start: offset_of!(Self, nursery_start),
        nursery_bytes: offset_of!(Self, nursery_bytes),
        kind_table: offset_of!(Self, kinds),
        state: offset_of!(Self, state),
    };

    /// Makes a heap, and the embedder's state with it: `make_state` may reserve stacks in the arena.
    ///
    /// # Errors
    ///
    /// [`HeapError`]: no address space.
    ///
    /// # Panics
    ///
    /// If the model calls [`ObjectModel::BROKEN`] or [`ObjectModel::POISON`] a reference.
    pub fn new(
        options: &HeapOptions,
        make_state: impl FnOnce(&Arc<Arena>) -> M::State,
    ) -> Result<Self, HeapError> {
        assert!(
            [M::BROKEN, M::POISON].map(M::reference) == [None; 2],
            "what stands for nothing is no reference"
        );
        let heap = Heap::new(options)?;
        let arena = Arc::clone(&heap.arena);
        let nursery = heap.nursery.range();
        let poll = Poll::new();
        let mutator = Self {
            area: AllocationArea {
                cursor: Cell::new(0),
                limit: Cell::new(0),
            },
            poll_limit: std::ptr::from_ref(poll.limit()).expose_provenance(),
            nursery_start: nursery.start.raw(),
            nursery_bytes: nursery.bytes(),
            kinds: arena.biased_kinds(),
            state: make_state(&arena),
            area_start: Cell::new(0),
            poll,
            stack_limit: Cell::new(0),
            is_due: Cell::new(false),
            is_zealous: options.zeal.is_some(),
            is_broken: false,
            heap: RefCell::new(heap),
            arena,
        };
        mutator.settle_poll();
        Ok(mutator)
    }

    /// The embedder's state.
    #[inline(always)]
    pub const fn state(&self) -> &M::State {
        &self.state
    }

    /// The embedder's state, to change.
    ///
    /// # Safety
    ///
    /// All roots in the state stay values of this heap, at their present addresses: no other words are
    /// put there, and it is not exchanged for the state of another mutator.
    #[inline(always)]
    pub const unsafe fn state_mut(&mut self) -> &mut M::State {
        &mut self.state
    }

    /// The address space that the heap lives in.
    #[inline(always)]
    pub const fn arena(&self) -> &Arc<Arena> {
        &self.arena
    }

    // Allocation

    /// Memory for an object of `bytes`, a multiple of [`OBJECT_ALIGN_BYTES`]; not zeroed.
    ///
    /// Never collects. Whoever makes a value of it writes every word that the collector reads before
    /// the next collection; these stores need no barrier. Nothing is read while no value leads there.
    /// Sizes without a bound, and long series, are to be announced by [`Self::reserve`].
    ///
    /// # Panics
    ///
    /// If `bytes` is zero or no such multiple, or more was allocated without `reserve` than there is
    /// room for.
    #[inline(always)]
    pub fn allocate(&self, bytes: usize) -> Address {
        if self.has_room(bytes) {
            let cursor = self.area.cursor.get();
            self.area.cursor.set(cursor + bytes);
            return Address::new(cursor);
        }
        self.allocate_slowly(bytes)
    }

    /// Whether [`Self::allocate`] has `bytes` at hand, for a small object: the next call for as many takes its
    /// fast path.
    #[inline(always)]
    pub fn has_room(&self, bytes: usize) -> bool {
        let end = self.area.cursor.get().wrapping_add(bytes);
        is_small_object(bytes) && end <= self.area.limit.get()
    }

    #[cold]
    #[inline(never)]
    fn allocate_slowly(&self, bytes: usize) -> Address {
        assert_object_bytes(bytes);
        let mut heap = self.heap.borrow_mut();
        let address = if bytes > LARGE_BYTES {
            heap.allocate_large(ChunkKind::LargeYoung, bytes)
        } else {
            self.extend_area(&mut heap);
            let address = Address::new(self.area.cursor.get());
            self.area.cursor.set(address.offset_bytes(bytes).raw());
            address
        };
        self.request_if_due(&heap);
        address
    }

    fn extend_area(&self, heap: &mut Heap) {
        let block = heap
            .nursery
            .take(&heap.arena, BLOCK_BYTES)
            .expect("polls bound what is allocated without `reserve` to less than the nursery");
        if block.start.raw() != self.area.limit.get() {
            self.count_area(heap);
            self.area.cursor.set(block.start.raw());
            self.area_start.set(block.start.raw());
        }
        self.area.limit.set(block.end.raw());
    }

    /// Counts what was handed out of the area since the last call.
    fn count_area(&self, heap: &mut Heap) {
        heap.statistics.allocated_bytes += uncounted_bytes(&self.area, &self.area_start);
        self.area_start.set(self.area.cursor.get());
    }

    /// Requests a poll if a collection is due.
    pub(crate) fn request_if_due(&self, heap: &Heap) {
        if heap.is_collection_due() {
            self.is_due.set(true);
            self.poll.request();
        }
    }

    /// Memory for an object that is old at once and never moves; not zeroed.
    ///
    /// Never collects.
    ///
    /// # Safety
    ///
    /// Before the next collection the object is initialised, with words that are no references: also
    /// an object that no value leads to is looked at. Later stores call the barrier.
    ///
    /// # Panics
    ///
    /// As [`Self::allocate`].
    pub unsafe fn allocate_pinned(&self, bytes: usize) -> Address {
        assert_object_bytes(bytes);
        let mut heap = self.heap.borrow_mut();
        let address = if bytes > LARGE_BYTES {
            heap.allocate_large(ChunkKind::Large, bytes)
        } else {
            heap.allocate_pinned(bytes)
        };
        self.request_if_due(&heap);
        address
    }

    /// Whether `bytes`, in one object or many, can be allocated without a collection.
    ///
    /// # Errors
    ///
    /// [`Full`]: [`Self::collect`] for it at a safepoint and ask again; unless the collection said
    /// [`Outcome::Exhausted`], the answer is then `Ok`, until so much was allocated. Whoever asks twice
    /// before it has all that it needs asks for all of that when it was refused once.
    #[inline]
    pub fn reserve(&self, bytes: usize) -> Result<(), Full> {
        let remaining = self.area.limit.get() - self.area.cursor.get();
        if bytes <= remaining && !self.is_zealous {
            return Ok(());
        }
        self.heap.borrow_mut().reserve(bytes)
    }

    /// As [`Self::reserve`], for bytes that are about to be taken outside the heap for a while, perhaps with objects:
    /// chunks that are kept for objects to come make way.
    ///
    /// # Errors
    ///
    /// As of [`Self::reserve`].
    pub fn reserve_outside(&self, bytes: usize) -> Result<(), Full> {
        self.reserve(bytes)?;
        if bytes >= CHUNK_BYTES {
            self.heap.borrow_mut().bound_kept(bytes);
        }
        Ok(())
    }

    /// Whether `address` is that of an object that no collection has seen.
    #[inline]
    pub fn is_young(&self, address: Address) -> bool {
        self.arena.kind_of(address).is_young()
    }

    /// Whether `address` lies in an image.
    pub fn is_in_image(&self, address: Address) -> bool {
        self.arena.kind_of(address).is_image()
    }

    // Polls

    /// What generated code compares with: poll when `frame_pointer < poll_limit`.
    #[inline(always)]
    pub fn poll_limit(&self) -> usize {
        self.poll.limit().load(Ordering::Relaxed)
    }

    /// Makes the next poll take its slow path.
    pub fn request_poll(&self) {
        self.poll.request();
    }

    /// Whether the next poll takes its slow path whatever the stack's depth.
    #[inline(always)]
    pub fn poll_requested(&self) -> bool {
        self.poll.is_requested()
    }

    /// The poll limit while no poll is requested.
    pub fn set_stack_limit(&self, limit: usize) {
        self.stack_limit.set(limit);
        if !self.poll.is_requested() {
            self.settle_poll();
        }
    }

    /// The limit given to [`Self::set_stack_limit`].
    pub const fn stack_limit(&self) -> usize {
        self.stack_limit.get()
    }

    /// Lets other threads and signal handlers interrupt this mutator.
    pub fn interrupt(&self) -> Interrupt {
        Interrupt(Arc::clone(&self.poll))
    }

    /// Those of `bits` that interrupts have set since they were taken last. Other bits stay, and so does the request
    /// for a poll then.
    pub fn take_interrupts(&self, bits: u32) -> u32 {
        let interrupts = self.poll.take_interrupts(bits);
        if !self.is_due.get() {
            self.settle_poll();
        }
        interrupts
    }

    fn settle_poll(&self) {
        if self.is_zealous || self.is_due.get() {
            self.poll.request();
        } else {
            self.poll.settle(self.stack_limit.get());
        }
    }

    // Collection

    /// Collects if enough was allocated since the last time or another thread has asked for it, and
    /// under zeal at every Nth call.
    ///
    /// To be called in the slow path of every poll. Only at a safepoint: every reference that the
    /// embedder holds is one that the model shows as a root.
    pub fn collect_if_due(&mut self) -> Outcome {
        let heap = self.heap.get_mut();
        if let Some(clock) = &mut heap.zeal
            && clock.tick()
        {
            let scope = clock.next_scope();
            return self.collect(CollectReason::Forced(scope));
        }
        if self.poll.take_collection() {
            return self.collect(CollectReason::Forced(Scope::Full));
        }
        if self.is_due.get() {
            return self.collect(CollectReason::Due);
        }
        self.settle_poll();
        Outcome::Done
    }

    /// Collects, for `reason`. Only at a safepoint, see [`Self::collect_if_due`].
    ///
    /// # Panics
    ///
    /// If an earlier collection panicked; if the verifier, where it runs, finds a mistake; or if the
    /// model, or a listener, panics.
    pub fn collect(&mut self, reason: CollectReason) -> Outcome {
        assert!(
            !self.is_broken,
            "a collection panicked: nothing in this heap may be used any more"
        );
        self.is_broken = true;
        let heap = self.heap.get_mut();
        heap.statistics.allocated_bytes += uncounted_bytes(&self.area, &self.area_start);
        self.area.cursor.set(0);
        self.area.limit.set(0);
        self.area_start.set(0);
        let outcome = collect::<M>(heap, &mut self.state, reason);
        self.is_broken = false;
        self.is_due.set(false);
        self.settle_poll();
        outcome
    }

    /// Whether what lived after the last collection exceeds the heap's maximum and a quarter more: the program
    /// handled that the heap is exhausted, and kept more each time. Then no handler should get another chance.
    pub fn is_beyond_reserve(&self) -> bool {
        let heap = self.heap.borrow();
        heap.trigger.is_beyond_reserve(heap.old_occupancy())
    }

    /// Whether a panic has cut a collection short: then no word of this heap is a value any more.
    #[inline(always)]
    pub const fn is_broken(&self) -> bool {
        self.is_broken
    }

    // Images

    /// Makes an image a node of the object graph.
    ///
    /// # Safety
    ///
    /// The range is the embedder's own, of [`Arena::reserve_image`] on this heap's arena, and in no other
    /// image. Its cells stay mapped, aligned, initialised and writable, its constants readable, until
    /// the image is unregistered or told of as unreachable. They hold what [`ImageDescription`] says.
    pub unsafe fn register_image(&self, description: ImageDescription) -> ImageId {
        let mut heap = self.heap.borrow_mut();
        heap.trigger.add_image();
        let account = heap.account.clone();
        let id = heap.images.register(&self.arena, &account, description);
        self.request_if_due(&heap);
        id
    }

    /// Forgets an image that its owner is about to unmap; false if it was forgotten before.
    ///
    /// Images that a full collection did not reach are forgotten already when
    /// [`ObjectModel::image_unreachable`] is told.
    ///
    /// # Safety
    ///
    /// Nothing leads into the image any more: neither a value nor a code address.
    pub unsafe fn unregister_image(&self, image: ImageId) -> bool {
        self.heap.borrow_mut().forget_image(image)
    }

    /// Keeps an image alive until [`Self::unpin_image`]; counted. False if there is no such image.
    pub fn pin_image(&self, image: ImageId) -> bool {
        let mut heap = self.heap.borrow_mut();
        let found = heap.images.get_mut(image);
        found.map(|image| image.description.pins += 1).is_some()
    }

    /// Takes one pin back. False if there is no such image.
    ///
    /// # Safety
    ///
    /// The pin is one that [`Self::pin_image`] or [`ImageDescription::pins`] gave to who takes it back;
    /// nobody else relies on it.
    ///
    /// # Panics
    ///
    /// If the image has no pin.
    pub unsafe fn unpin_image(&self, image: ImageId) -> bool {
        let mut heap = self.heap.borrow_mut();
        let Some(image) = heap.images.get_mut(image) else {
            return false;
        };
        let pins = &mut image.description.pins;
        *pins = pins.checked_sub(1).expect("every unpin has its pin");
        true
    }

    /// The image that `address` lies in.
    pub fn image_at(&self, address: Address) -> Option<ImageId> {
        self.heap.borrow().images.at(&self.arena, address)
    }

    /// From where the last full collection has reached an image first; `None` if the image is not registered.
    pub fn image_keeper(&self, image: ImageId) -> Option<ImageKeeper> {
        let heap = self.heap.borrow();
        heap.images.get(image).map(|image| image.keeper)
    }

    // Handles, guardians, tables

    /// The rooted handles of this mutator.
    pub fn handles(&self) -> Handles {
        self.heap.borrow().handles.clone()
    }

    /// A number for a new guardian, to be told by [`ObjectModel::class`] of its object.
    ///
    /// The number is free again once a collection does not reach that object; so allocate it
    /// before the next one.
    pub fn guardian_create(&self) -> GuardianNumber {
        self.heap.borrow_mut().guardians.create()
    }

    /// Registers `object`, any value, with a guardian.
    ///
    /// # Safety
    ///
    /// `object` is a value of this heap, at its present address.
    ///
    /// # Panics
    ///
    /// If no guardian has this number.
    pub unsafe fn guardian_register(&self, guardian: GuardianNumber, object: u64) {
        self.heap.borrow_mut().guardians.register(guardian, object);
    }

    /// The next object of the guardian that was found unreachable.
    pub fn guardian_next(&self, guardian: GuardianNumber) -> Option<u64> {
        self.heap.borrow_mut().guardians.next(guardian)
    }

    /// To be called when `table`, of class
    /// [`AddressHashed`](crate::ObjectClass::AddressHashed), starts to hash the address of `key`.
    ///
    /// Young tables are told anyway when they move.
    ///
    /// # Safety
    ///
    /// `table` is an object of this heap and of that class, at its present address.
    pub unsafe fn note_hashed_key(&self, table: Address, key: u64) {
        if M::reference(key).is_some_and(|key| self.is_young(key)) && !self.is_young(table) {
            self.heap.borrow_mut().address_hashed.note(table);
        }
    }

    // Seeing

    /// What the heap did so far.
    pub fn statistics(&self) -> Statistics {
        let mut heap = self.heap.borrow_mut();
        self.count_area(&mut heap);
        Statistics {
            filled_holes: heap.old.filled_holes(),
            old_bytes: heap.old_bytes(),
            external_bytes: heap.trigger.external_bytes(),
            external_mappings: heap.trigger.external_mappings(),
            images: heap.images.count(),
            ..heap.statistics
        }
    }

    /// Calls `listener` after each collection, instead of the listener before.
    pub fn set_listener(&self, listener: impl FnMut(&Event) + 'static) {
        self.heap.borrow_mut().listener = Some(Box::new(listener));
    }
}

/// Whether an object of `bytes` goes into the area; odd sizes do not. A comparison, where the compiler
/// knows that the size is a multiple.
#[inline(always)]
const fn is_small_object(bytes: usize) -> bool {
    bytes.is_multiple_of(OBJECT_ALIGN_BYTES)
        && bytes.wrapping_sub(OBJECT_ALIGN_BYTES) <= LARGE_BYTES - OBJECT_ALIGN_BYTES
}

fn assert_object_bytes(bytes: usize) {
    assert!(
        bytes > 0 && bytes.is_multiple_of(OBJECT_ALIGN_BYTES),
        "no object takes {bytes} bytes: sizes are multiples of {OBJECT_ALIGN_BYTES}"
    );
    assert!(
        isize::try_from(bytes).is_ok(),
        "no object takes {bytes} bytes: they exceed the address space"
    );
}

fn uncounted_bytes(area: &AllocationArea, start: &Cell<usize>) -> u64 {
    (area.cursor.get() - start.get()) as u64
}

impl<M: ObjectModel> fmt::Debug for Mutator<M> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Mutator")
            .field("heap", &self.heap)
            .finish_non_exhaustive()
    }
}
