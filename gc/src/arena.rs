//! The one range of address space in which a heap, its images and its stacks lie.
//!
//! A side table says for each *chunk* of 64 KiB what the chunk is for (one byte) and the number of
//! its owner. The table answers in constant time for any address, also inside an object (the idea
//! of Kell's memtable). An address outside of the arena is foreign.
//!
//! ```text
//! | nursery | old, large and pinned objects, first fit | images and stacks, first fit |
//! 0        1/4                                        3/4                             1
//! ```

use std::ops::Range;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, MutexGuard};

pub use crate::address::CHUNK_BYTES;
use crate::address::{Address, AddressRange, CHUNK_SHIFT};
use crate::address_space::{Share, fair_bytes};
pub use crate::chunk_kind::ChunkKind;
use crate::chunk_table::ChunkTable;
use crate::error::{ArenaError, HeapError};
use crate::options::HeapOptions;
use crate::platform::memory_map::MemoryMap;
use crate::platform::valgrind::is_running_on_valgrind;
use crate::region::Region;
use crate::small_images::SmallImages;

/// The most that an arena takes under Valgrind.
const CHECKED_BYTES_MAX: usize = 4 << 30;

/// Heap chunks are made accessible in steps of this many, to save system calls.
const COMMIT_CHUNKS: usize = 64;

/// A reserved range of address space, and what each chunk of it is for.
#[derive(Debug)]
pub struct Arena {
    map: MemoryMap,
    table: ChunkTable,
    range: AddressRange,
    nursery_chunks: usize,
    free: Mutex<FreeChunks>,
    small_images: Mutex<SmallImages>,
    _share: Share,
}

#[derive(Debug)]
struct FreeChunks {
    heap: Region,
    upper: Region,
    /// Heap chunks below this index are accessible.
    committed_end: usize,
}

impl Arena {
    /// Reserves an arena of `bytes`, or of the largest half, quarter, ... that the system allows. Where the arenas of
    /// the process take much of its address space, less is reserved. Valgrind keeps track of each page of address
    /// space, so an arena under Valgrind is smaller.
    ///
    /// # Errors
    ///
    /// [`HeapError::NoAddressSpace`] when even [`HeapOptions::ARENA_BYTES_MIN`] is refused.
    pub fn reserve(bytes: usize) -> Result<Self, HeapError> {
        let bytes = bytes.next_power_of_two();
        let mut bytes = fair_bytes(bytes, Share::total_bytes());
        if is_running_on_valgrind() {
            bytes = bytes.min(CHECKED_BYTES_MAX);
        }
        loop {
            match Self::reserve_exactly(bytes) {
                Ok(arena) => return Ok(arena),
                Err(_) if bytes > HeapOptions::ARENA_BYTES_MIN => bytes /= 2,
                Err(code) => return Err(HeapError::NoAddressSpace { bytes, code }),
            }
        }
    }

    fn reserve_exactly(bytes: usize) -> Result<Self, i32> {
        let map = MemoryMap::reserve(bytes + CHUNK_BYTES)?;
        let start = Address::new(map.range().start.raw().next_multiple_of(CHUNK_BYTES));
        let chunks = bytes / CHUNK_BYTES;
        let (nursery_chunks, heap_end) = (chunks / 4, chunks / 4 * 3);
        Ok(Self {
            table: ChunkTable::new(chunks)?,
            range: AddressRange::new(start, bytes),
            nursery_chunks,
            free: Mutex::new(FreeChunks {
                heap: Region::new(nursery_chunks, heap_end),
                upper: Region::new(heap_end, chunks),
                committed_end: nursery_chunks,
            }),
            small_images: Mutex::default(),
            map,
            _share: Share::of(bytes),
        })
    }

    /// All of the arena.
    pub const fn range(&self) -> AddressRange {
        self.range
    }

    /// Where young objects lie.
    pub const fn nursery_range(&self) -> AddressRange {
        AddressRange::new(self.range.start, self.nursery_chunks * CHUNK_BYTES)
    }

    /// Makes a part of the nursery readable and writable. What is not used stays inaccessible, so that core dumps and
    /// memory checkers leave it out.
    ///
    /// # Errors
    ///
    /// [`ArenaError::Refused`]: the system refuses the memory.
    pub(crate) fn commit_nursery(&self, range: AddressRange) -> Result<(), ArenaError> {
        assert!(
            self.nursery_range().covers(range),
            "{range:?} lies outside the nursery"
        );
        self.map.commit(range).map_err(|code| ArenaError::Refused {
            bytes: range.bytes(),
            code,
        })
    }

    /// Where old, large and pinned objects lie.
    pub(crate) const fn heap_range(&self) -> AddressRange {
        let nursery = self.nursery_range();
        AddressRange::new(nursery.end, self.heap_region_bytes())
    }

    /// How many bytes old, large and pinned objects can take together.
    pub const fn heap_region_bytes(&self) -> usize {
        self.range.bytes() / 2
    }

    /// What the chunk of `address` is for.
    #[inline(always)]
    pub fn kind_of(&self, address: Address) -> ChunkKind {
        let chunk = address.bytes_after(self.range.start) >> CHUNK_SHIFT;
        if chunk < self.nursery_chunks {
            ChunkKind::Nursery
        } else if chunk < self.chunk_count() {
            ChunkKind::from_byte(self.table.kinds()[chunk].load(Ordering::Relaxed))
        } else {
            ChunkKind::Foreign
        }
    }

    /// Whether the chunk of `address`, which does not lie in the nursery, is of `kind`.
    #[inline(always)]
    pub(crate) fn is_kind(&self, address: Address, kind: ChunkKind) -> bool {
        let chunk = address.bytes_after(self.range.start) >> CHUNK_SHIFT;
        self.table.is_kind(chunk, kind)
    }

    /// Where the kind of an address `a` of the arena is: one byte, a [`ChunkKind`], at this plus
    /// `a >> 16`. For generated code, and except for the nursery, whose bytes are not written.
    pub const fn biased_kinds(&self) -> usize {
        let table = self.table.kinds_start();
        table.wrapping_sub(self.range.start.raw() >> CHUNK_SHIFT)
    }

    /// The number that the owner of the chunk of `address` gave; 0 if it gave none.
    ///
    /// # Panics
    ///
    /// If `address` lies outside the arena.
    #[inline(always)]
    pub fn number_of(&self, address: Address) -> u32 {
        self.table.numbers()[self.chunk_of(address)].load(Ordering::Relaxed)
    }

    /// Takes chunks for an image of `bytes`. They are inaccessible: whoever asked maps into them.
    ///
    /// # Errors
    ///
    /// [`ArenaError`]: the arena is full.
    pub fn reserve_image(&self, bytes: usize) -> Result<AddressRange, ArenaError> {
        self.reserve_chunks(ChunkKind::Image, 0, bytes)
    }

    /// As [`Self::reserve_image`], but the chunks are readable and writable, with unspecified contents: images that lie
    /// so beside one another take one mapping of the operating system together.
    ///
    /// # Errors
    ///
    /// [`ArenaError`]: the arena is full, or the system refuses the memory.
    pub fn reserve_writable_image(&self, bytes: usize) -> Result<AddressRange, ArenaError> {
        let range = self.reserve_image(bytes)?;
        self.map.commit(range).map_err(|code| {
            // SAFETY: nobody else knows of the chunks.
            unsafe { self.release_chunks(range) };
            ArenaError::Refused { bytes, code }
        })?;
        Ok(range)
    }

    /// Takes a part of a chunk for a small image, readable and writable, with unspecified contents. Other images lie
    /// in the same chunk.
    ///
    /// # Errors
    ///
    /// [`ArenaError`]: the arena is full, or the system refuses the memory.
    ///
    /// # Panics
    ///
    /// If `bytes` is more than a chunk.
    pub fn reserve_small_image(&self, bytes: usize) -> Result<AddressRange, ArenaError> {
        assert!(bytes <= CHUNK_BYTES, "a small image fits a chunk");
        let mut small_images = self.small_images();
        if let Some(place) = small_images.take(bytes) {
            return Ok(place);
        }
        small_images.add(self.reserve_writable_image(CHUNK_BYTES)?);
        Ok(small_images
            .take(bytes)
            .expect("an empty chunk has room for a small image"))
    }

    /// Gives back what [`Self::reserve_small_image`] gave.
    ///
    /// # Safety
    ///
    /// Nothing in `place` is needed any more, and no reference covers it.
    ///
    /// # Panics
    ///
    /// If it was not given, or is given back twice.
    pub unsafe fn release_small_image(&self, place: AddressRange) {
        let emptied = self.small_images().give_back(place);
        if let Some(chunk) = emptied {
            // SAFETY: the chunk is whole, and nothing lies in it any more.
            unsafe { self.release_chunks(chunk) };
        }
    }

    fn small_images(&self) -> MutexGuard<'_, SmallImages> {
        self.small_images
            .lock()
            .expect("no holder of the lock panics")
    }

    /// Takes chunks for a stack of `bytes`, readable and writable, which stay as long as the arena. Core dumps leave
    /// them out until [`Self::dump`]. Below them lies an inaccessible chunk: what grows beyond the stack's lowest
    /// address is stopped.
    ///
    /// # Errors
    ///
    /// [`ArenaError`]: the arena is full, or the system refuses the memory.
    pub fn reserve_stack(&self, bytes: usize) -> Result<AddressRange, ArenaError> {
        let guarded_bytes = bytes
            .checked_add(CHUNK_BYTES)
            .ok_or(ArenaError::Exhausted { bytes })?;
        let guarded = self.reserve_chunks(ChunkKind::Stack, 0, guarded_bytes)?;
        Ok(AddressRange {
            start: guarded.start.offset_bytes(CHUNK_BYTES),
            end: guarded.end,
        })
    }

    /// Says that core dumps hold `range` of a stack from now on.
    pub fn dump(&self, range: AddressRange) {
        self.map.dump(range);
    }

    /// Takes a run of free chunks of at least `bytes`, all of `kind` and with `number`.
    ///
    /// Heap chunks, and all of a stack but its lowest chunk, are readable and writable, with unspecified
    /// contents; chunks for images are inaccessible.
    ///
    /// # Errors
    ///
    /// [`ArenaError`]: the arena is full, or the system refuses the memory.
    ///
    /// # Panics
    ///
    /// If `kind` is one that is not handed out (`Free`, `Nursery`, `Foreign`).
    pub(crate) fn reserve_chunks(
        &self,
        kind: ChunkKind,
        number: u32,
        bytes: usize,
    ) -> Result<AddressRange, ArenaError> {
        use ChunkKind::{Foreign, Free, Nursery};
        assert!(
            !matches!(kind, Free | Nursery | Foreign),
            "{kind:?} chunks are not handed out"
        );
        let count = bytes.div_ceil(CHUNK_BYTES).max(1);
        let mut free = self.free.lock().expect("no holder of the lock panics");
        let region = if is_upper(kind) {
            &mut free.upper
        } else {
            &mut free.heap
        };
        let first = self
            .find(region, count)
            .ok_or(ArenaError::Exhausted { bytes })?;
        let range = self.chunks(first, count);
        self.commit_chunks(&mut free, kind, first, count)
            .map_err(|code| ArenaError::Refused {
                bytes: range.bytes(),
                code,
            })?;
        let region = if is_upper(kind) {
            &mut free.upper
        } else {
            &mut free.heap
        };
        region.take(first, count);
        self.set_kind(range, kind);
        // Free chunks have the number 0.
        if number != 0 {
            self.set_number(range, number);
        }
        Ok(range)
    }

    /// Gives whole chunks back; their memory goes back to the system.
    ///
    /// # Safety
    ///
    /// `range` is one or several whole runs that the arena gave out, nothing in it is needed any more,
    /// and no reference covers it.
    ///
    /// # Panics
    ///
    /// If `range` is not made of whole chunks of the arena.
    pub unsafe fn release_chunks(&self, range: AddressRange) {
        let first = self.chunk_of(range.start);
        let mut free = self.free.lock().expect("no holder of the lock panics");
        if first < free.heap.end() {
            // SAFETY: nobody needs what is in `range`, by the contract of this function.
            unsafe { self.map.discard(range) };
            free.heap.give_back(first);
        } else {
            // SAFETY: nobody needs what is in `range`, by the contract of this function.
            unsafe { self.map.seal_off(range) };
            free.upper.give_back(first);
        }
        self.set(range, ChunkKind::Free, 0);
    }

    /// Gives the memory in `range` back to the system; the chunks keep their kind.
    ///
    /// # Safety
    ///
    /// `range` is page-aligned, nothing in it is needed any more, and no reference covers it.
    pub unsafe fn discard(&self, range: AddressRange) {
        // SAFETY: nobody needs what is in `range`, by the contract of this function.
        unsafe { self.map.discard(range) };
    }

    /// Changes what the whole chunks of `range` are for.
    pub(crate) fn set(&self, range: AddressRange, kind: ChunkKind, number: u32) {
        self.set_kind(range, kind);
        self.set_number(range, number);
    }

    /// Changes what the whole chunks of `range` are for, and leaves their numbers as they are.
    pub(crate) fn set_kind(&self, range: AddressRange, kind: ChunkKind) {
        for entry in &self.table.kinds()[self.indices(range)] {
            entry.store(kind as u8, Ordering::Relaxed);
        }
    }

    /// Adds to the number of the chunk of `address`. Nobody else changes it at the same time.
    ///
    /// # Panics
    ///
    /// If `address` lies outside the arena.
    #[inline(always)]
    pub(crate) fn add_to_number(&self, address: Address, addend: u32) {
        self.table.add_to_number(self.chunk_of(address), addend);
    }

    fn set_number(&self, range: AddressRange, number: u32) {
        for entry in &self.table.numbers()[self.indices(range)] {
            entry.store(number, Ordering::Relaxed);
        }
    }

    fn indices(&self, range: AddressRange) -> Range<usize> {
        let first = self.chunk_of(range.start);
        first..first + range.bytes().div_ceil(CHUNK_BYTES)
    }

    fn commit_chunks(
        &self,
        free: &mut FreeChunks,
        kind: ChunkKind,
        first: usize,
        count: usize,
    ) -> Result<(), i32> {
        if kind == ChunkKind::Stack {
            // The lowest chunk is the guard: see `reserve_stack`.
            return self.map.commit_undumped(self.chunks(first + 1, count - 1));
        }
        let needed_end = first + count;
        if is_upper(kind) || needed_end <= free.committed_end {
            return Ok(());
        }
        let end = needed_end
            .next_multiple_of(COMMIT_CHUNKS)
            .min(free.heap.end());
        self.map
            .commit(self.chunks(free.committed_end, end - free.committed_end))?;
        free.committed_end = end;
        Ok(())
    }

    /// First fit: the first of `count` consecutive free chunks.
    fn find(&self, region: &mut Region, count: usize) -> Option<usize> {
        let kinds = self.table.kinds();
        region.find(count, |chunk| {
            kinds[chunk].load(Ordering::Relaxed) == ChunkKind::Free as u8
        })
    }

    /// Whether a run of free heap chunks takes `bytes`.
    pub(crate) fn has_free_run(&self, bytes: usize) -> bool {
        let mut free = self.free.lock().expect("no holder of the lock panics");
        self.find(&mut free.heap, bytes.div_ceil(CHUNK_BYTES))
            .is_some()
    }

    /// How many bytes the chunks have that hold old, large and pinned objects, or are kept for them.
    ///
    /// # Panics
    ///
    /// Never: no holder of the arena's lock panics.
    pub fn heap_bytes_in_use(&self) -> usize {
        let free = self.free.lock().expect("no holder of the lock panics");
        let kinds = &self.table.kinds()[self.nursery_chunks..free.heap.used_end()];
        let is_used = |kind: &&AtomicU8| kind.load(Ordering::Relaxed) != ChunkKind::Free as u8;
        kinds.iter().filter(is_used).count() * CHUNK_BYTES
    }

    fn chunks(&self, first: usize, count: usize) -> AddressRange {
        AddressRange::new(
            self.range.start.offset_bytes(first * CHUNK_BYTES),
            count * CHUNK_BYTES,
        )
    }

    #[inline(always)]
    fn chunk_of(&self, address: Address) -> usize {
        let chunk = address.bytes_after(self.range.start) >> CHUNK_SHIFT;
        assert!(
            chunk < self.chunk_count(),
            "{address} lies outside the arena"
        );
        chunk
    }

    #[inline(always)]
    const fn chunk_count(&self) -> usize {
        self.range.bytes() >> CHUNK_SHIFT
    }
}

const fn is_upper(kind: ChunkKind) -> bool {
    matches!(
        kind,
        ChunkKind::Image | ChunkKind::SharedImages | ChunkKind::Stack
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small_arena() -> Arena {
        Arena::reserve(HeapOptions::ARENA_BYTES_MIN).unwrap()
    }

    #[test]
    fn small_images_share_chunks_that_are_released_when_they_are_empty() {
        let arena = small_arena();
        let places: Vec<AddressRange> = (0..100)
            .map(|_| arena.reserve_small_image(2000).expect("the arena has room"))
            .collect();
        let chunks: std::collections::BTreeSet<usize> = places
            .iter()
            .map(|place| place.start.raw() / CHUNK_BYTES)
            .collect();
        assert_eq!(chunks.len(), 4);
        for place in &places {
            assert_eq!(arena.kind_of(place.start), ChunkKind::Image);
            // SAFETY: the arena gave the place, which is writable.
            unsafe { place.start.store_word(1) };
        }
        for &place in &places {
            // SAFETY: nothing needs the place.
            unsafe { arena.release_small_image(place) };
        }
        for place in places {
            assert_eq!(arena.kind_of(place.start), ChunkKind::Free);
        }
    }

    #[test]
    fn interior_addresses_have_the_kind_and_number_of_their_chunk() {
        let arena = small_arena();
        let range = arena
            .reserve_chunks(ChunkKind::Image, 7, CHUNK_BYTES + 1)
            .unwrap();
        assert_eq!(range.bytes(), 2 * CHUNK_BYTES);
        let interior = range.start.offset_bytes(CHUNK_BYTES + 12_345);
        assert_eq!(arena.kind_of(interior), ChunkKind::Image);
        assert_eq!(arena.number_of(interior), 7);
        assert_eq!(arena.kind_of(range.end), ChunkKind::Free);
    }

    #[test]
    fn everything_outside_is_foreign() {
        let arena = small_arena();
        let local = 0_u64;
        let outside = Address::new((&raw const local).addr());
        assert_eq!(arena.kind_of(outside), ChunkKind::Foreign);
        assert_eq!(arena.kind_of(arena.range().end), ChunkKind::Foreign);
        assert_eq!(arena.kind_of(Address::new(0)), ChunkKind::Foreign);
    }

    #[test]
    fn released_chunks_are_given_again_and_read_as_zeroes() {
        let arena = small_arena();
        let first = arena
            .reserve_chunks(ChunkKind::Old, 1, CHUNK_BYTES)
            .unwrap();
        let second = arena
            .reserve_chunks(ChunkKind::Large, 2, 3 * CHUNK_BYTES)
            .unwrap();
        // SAFETY: heap chunks are writable, and no one else knows of these.
        unsafe { first.start.store_word(1) };
        // SAFETY: nothing refers to the chunk.
        unsafe { arena.release_chunks(first) };
        assert_eq!(arena.kind_of(first.start), ChunkKind::Free);
        assert_eq!(arena.kind_of(second.start), ChunkKind::Large);
        let again = arena.reserve_chunks(ChunkKind::Old, 3, 64).unwrap();
        assert_eq!(again, first);
        // SAFETY: heap chunks are readable.
        assert_eq!(unsafe { again.start.load_word() }, 0);
    }

    #[test]
    fn a_full_arena_says_so() {
        let arena = small_arena();
        let bytes = arena.range().bytes();
        assert_eq!(
            arena.reserve_chunks(ChunkKind::Large, 0, bytes),
            Err(ArenaError::Exhausted { bytes })
        );
    }

    #[test]
    #[cfg_attr(miri, ignore = "memory of the global allocator has no guards")]
    fn stacks_are_writable_at_once_and_have_a_guard_below() {
        let arena = small_arena();
        let stack = arena.reserve_stack(2 * CHUNK_BYTES).unwrap();
        assert_eq!(stack.bytes(), 2 * CHUNK_BYTES);
        for word in [stack.start, stack.end.offset_bytes(8_usize.wrapping_neg())] {
            // SAFETY: a stack is readable and writable, and ours alone.
            unsafe { word.store_word(5) };
        }
        let guard = stack.start.offset_bytes(CHUNK_BYTES.wrapping_neg());
        assert_eq!(arena.kind_of(guard), ChunkKind::Stack);
        assert!(!is_writable(guard), "nothing grows beyond its lowest word");
        assert!(is_writable(stack.start));
    }

    /// Whether the system lets the process write at `address`.
    fn is_writable(address: Address) -> bool {
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        let number = |text| usize::from_str_radix(text, 16).unwrap();
        maps.lines().any(|line| {
            let (range, rest) = line.split_once(' ').unwrap();
            let (start, end) = range.split_once('-').unwrap();
            (number(start)..number(end)).contains(&address.raw()) && rest.starts_with("rw")
        })
    }

    #[test]
    fn requests_that_no_arena_can_take_are_refused() {
        let arena = small_arena();
        for bytes in [usize::MAX, usize::MAX - CHUNK_BYTES, 1 << 60] {
            for answer in [arena.reserve_image(bytes), arena.reserve_stack(bytes)] {
                assert!(
                    matches!(answer, Err(ArenaError::Exhausted { .. })),
                    "{answer:?}"
                );
            }
        }
    }
}
