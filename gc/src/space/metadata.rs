//! The side metadata of the old space: a byte for each granule says where marked objects start and end.
//!
//! ```text
//! bit   7     6      5 ... 0
//!      end  start    epoch
//! ```
//!
//! The *epoch* is the number of the full collection that wrote the byte. A byte of another epoch says nothing. So the
//! next full collection begins with all objects unmarked, although nobody has cleared anything: the marks rotate
//! (as those of Whippet's nofl space do). After 63 epochs the numbers start again, and all bytes are cleared once.
//!
//! Only marks are noted here. Objects that came since the last full collection have none: they lie back to back
//! in runs, which the old space keeps.

use crate::address::{Address, AddressRange, OBJECT_ALIGN_BYTES};
use crate::error::ArenaError;
use crate::platform::memory_map::MemoryMap;
use crate::space::block::MEDIUM_BYTES;

const EPOCH_MAX: u8 = 0x3f;
const START: u8 = 0x40;
const END: u8 = 0x80;

/// Bytes of the heap with one byte of metadata.
const GRANULE_BYTES: usize = OBJECT_ALIGN_BYTES;

/// Metadata becomes accessible in steps of so many bytes, to save system calls.
const COMMIT_BYTES: usize = 256 << 10;

#[derive(Debug)]
pub(crate) struct Metadata {
    map: MemoryMap,
    /// Addresses that have a byte here.
    heap: AddressRange,
    /// The byte of an address is at this, plus the number of the address's granule; may have wrapped around.
    bias: usize,
    /// What of it has a byte that can be accessed.
    covered_end: Address,
    /// Of the last full collection, or of that under way.
    epoch: u8,
    /// During a full collection the epoch before; otherwise as `epoch`.
    previous: u8,
}

impl Metadata {
    /// Metadata for the addresses of `heap`.
    ///
    /// # Errors
    ///
    /// The system's error number: it refuses the address space.
    pub(crate) fn new(heap: AddressRange) -> Result<Self, i32> {
        let map = MemoryMap::reserve(heap.bytes() / GRANULE_BYTES)?;
        let first_granule = heap.start.raw() / GRANULE_BYTES;
        Ok(Self {
            bias: map.range().start.raw().wrapping_sub(first_granule),
            map,
            heap,
            covered_end: heap.start,
            epoch: 1,
            previous: 1,
        })
    }

    /// Makes the bytes of `block` accessible. Core dumps leave them out: no debugger asks for them.
    ///
    /// # Errors
    ///
    /// [`ArenaError::Refused`]: the system refuses the memory.
    pub(crate) fn cover(&mut self, block: AddressRange) -> Result<(), ArenaError> {
        assert!(
            self.heap.covers(block),
            "{block:?} lies outside the heap's region"
        );
        if block.end <= self.covered_end {
            return Ok(());
        }
        let step = COMMIT_BYTES * GRANULE_BYTES;
        let bytes = block.end.bytes_after(self.heap.start);
        let end = self
            .heap
            .start
            .offset_bytes(bytes.next_multiple_of(step).min(self.heap.bytes()));
        let more = AddressRange {
            start: self.covered_end,
            end,
        };
        self.map
            .commit_undumped(self.bytes_of(more))
            .map_err(|code| ArenaError::Refused {
                bytes: more.bytes() / GRANULE_BYTES,
                code,
            })?;
        self.covered_end = end;
        Ok(())
    }

    /// Where the bytes of `range` are.
    const fn bytes_of(&self, range: AddressRange) -> AddressRange {
        AddressRange::new(self.place_of(range.start), range.bytes() / GRANULE_BYTES)
    }

    /// Gives the memory for the bytes of `blocks` back: nothing is marked there any more.
    pub(crate) fn discard(&self, blocks: AddressRange) {
        // SAFETY: the bytes are accessed through raw pointers only; those of free memory say nothing that is needed.
        unsafe { self.map.discard(self.bytes_of(blocks)) };
    }

    /// A full collection begins: no object is marked. Whether [`Self::hole_after`] still tells what the last one
    /// has found: once in a while all bytes are cleared.
    pub(crate) fn begin_full(&mut self) -> bool {
        if self.epoch < EPOCH_MAX {
            self.previous = self.epoch;
            self.epoch += 1;
            return true;
        }
        self.discard(AddressRange {
            start: self.heap.start,
            end: self.covered_end,
        });
        (self.epoch, self.previous) = (1, 1);
        false
    }

    /// The trace of a full collection is done: only what it has marked is there.
    pub(crate) const fn end_trace(&mut self) {
        self.previous = self.epoch;
    }

    /// Where the byte of `address` is.
    #[inline(always)]
    pub(crate) const fn place_of(&self, address: Address) -> Address {
        let granule = address.raw() / GRANULE_BYTES;
        Address::new(self.bias.wrapping_add(granule))
    }

    /// Marks an object of `bytes`.
    ///
    /// # Safety
    ///
    /// The object lies in a block that is covered.
    #[inline(always)]
    pub(crate) unsafe fn mark(&self, object: Address, bytes: usize) {
        let start = byte_pointer(self.place_of(object));
        let last = bytes / GRANULE_BYTES - 1;
        if last == 0 {
            // SAFETY: the byte of a covered address is writable, and nobody else accesses it.
            unsafe { start.write(START | END | self.epoch) };
            return;
        }
        // SAFETY: the byte of a covered address is writable, and nobody else accesses it.
        unsafe { start.write(START | self.epoch) };
        // SAFETY: the last granule of the object lies in the same block.
        unsafe { start.add(last).write(END | self.epoch) };
    }

    /// Says that an object is reached, before its size is known; whether it was not. [`Self::mark`] follows before the
    /// trace is done. Until then, no hole is seen behind the object.
    ///
    /// # Safety
    ///
    /// The object lies in a block that is covered.
    #[inline(always)]
    pub(crate) unsafe fn reach(&self, object: Address) -> bool {
        let place = byte_pointer(self.place_of(object));
        // SAFETY: the byte of a covered address is readable, and nobody writes it now.
        let byte = unsafe { place.read() };
        if byte & !END == START | self.epoch {
            return false;
        }
        // SAFETY: the byte of a covered address is writable, and nobody else accesses it.
        unsafe { place.write(START | self.epoch) };
        true
    }

    /// Whether the object was reached or marked since the last full collection began.
    ///
    /// # Safety
    ///
    /// The object lies in a block that is covered.
    #[inline(always)]
    pub(crate) unsafe fn is_marked(&self, object: Address) -> bool {
        // SAFETY: the byte of a covered address is readable, and nobody writes it now.
        let byte = unsafe { byte_pointer(self.place_of(object)).read() };
        byte & !END == START | self.epoch
    }

    /// The first hole between marked objects of the rest of a block, at whose start no object is under way. Empty if
    /// there is none. While a full collection marks, what the collection before has marked counts, too.
    pub(crate) fn hole_after(&self, rest: AddressRange) -> AddressRange {
        let mut start = rest.start;
        loop {
            let object = self.find(
                AddressRange {
                    start,
                    end: rest.end,
                },
                START,
            );
            if object != start || start == rest.end {
                return AddressRange { start, end: object };
            }
            start = self.end_of(object, rest.end);
        }
    }

    /// The first hole of at least [`MEDIUM_BYTES`] of the rest of a block, as [`Self::hole_after`]. Looks at eight
    /// bytes at a time, and not at each object: shorter holes are many.
    pub(crate) fn long_hole_after(&self, rest: AddressRange) -> AddressRange {
        let bytes = self.bytes_of(rest);
        let address_of = |place: Address| {
            let granules = place.bytes_after(bytes.start);
            rest.start.offset_bytes(granules * GRANULE_BYTES)
        };
        let mut hole_start = rest.start;
        let mut is_inside_object = false;
        for (place, said) in self.said_words(rest) {
            if said == 0 {
                continue;
            }
            let first = place.offset_bytes(said.trailing_zeros() as usize / 8);
            let last = place.offset_bytes(7 - said.leading_zeros() as usize / 8);
            let hole = AddressRange {
                start: hole_start,
                end: address_of(first),
            };
            if !is_inside_object && hole.bytes() >= MEDIUM_BYTES {
                return hole;
            }
            hole_start = address_of(last).offset_bytes(GRANULE_BYTES);
            // SAFETY: `said_words` shows accessible metadata.
            is_inside_object = unsafe { byte_pointer(last).read() } & END == 0;
        }
        let is_long = !is_inside_object && rest.end.bytes_after(hole_start) >= MEDIUM_BYTES;
        AddressRange {
            start: if is_long { hole_start } else { rest.end },
            end: rest.end,
        }
    }

    /// How many bytes the marked objects of a block take.
    pub(crate) fn marked_bytes(&self, block: AddressRange) -> usize {
        let mut granules = 0_usize;
        for (index, (place, said)) in self.said_words(block).enumerate() {
            if said == 0 {
                continue;
            }
            // SAFETY: `said_words` shows accessible metadata.
            let word = unsafe { place.load_word() };
            // Each object takes one granule more than its end lies behind its start.
            let (starts, ends) = (word << 1 & said, word & said);
            let (start_count, end_count) = (byte_count(starts), byte_count(ends));
            granules = granules
                .wrapping_add(start_count)
                .wrapping_add(byte_indices(ends) + 8 * index * end_count)
                .wrapping_sub(byte_indices(starts) + 8 * index * start_count);
        }
        granules * GRANULE_BYTES
    }

    /// The words of metadata for `range`, and bit 7 of each of their bytes that has an epoch that counts.
    fn said_words(&self, range: AddressRange) -> impl Iterator<Item = (Address, u64)> {
        assert!(
            range.is_empty() || range.start >= self.heap.start && range.end <= self.covered_end,
            "{range:?} has no metadata"
        );
        let [current, previous] = [self.epoch, self.previous].map(broadcast);
        let bytes = self.bytes_of(range);
        let mut place = Address::new(bytes.start.raw() & !7);
        // Bytes before the range do not count.
        let mut counted = u64::MAX << (8 * (bytes.start.raw() & 7));
        std::iter::from_fn(move || {
            if place >= bytes.end {
                return None;
            }
            // SAFETY: the word lies in accessible metadata, as was just checked: blocks have whole words. Nobody
            // writes there at the same time.
            let epochs = unsafe { place.load_word() } & broadcast(EPOCH_MAX);
            let said = (zero_bytes(epochs ^ current) | zero_bytes(epochs ^ previous)) & counted;
            let word = place;
            counted = u64::MAX;
            place = place.offset_bytes(8);
            Some((word, said))
        })
    }

    /// The marked objects in `range`, at whose start no object is under way.
    pub(crate) fn objects(&self, range: AddressRange) -> impl Iterator<Item = AddressRange> {
        let mut rest = range;
        std::iter::from_fn(move || {
            let start = self.find(rest, START);
            if start == rest.end {
                return None;
            }
            let end = self.end_of(start, rest.end);
            rest.start = end;
            Some(AddressRange { start, end })
        })
    }

    /// The end of the marked object at `object`, in a block that ends at `block_end`.
    fn end_of(&self, object: Address, block_end: Address) -> Address {
        let rest = AddressRange {
            start: object,
            end: block_end,
        };
        let last = self.find(rest, END);
        assert!(last < block_end, "the marked object at {object} has no end");
        last.offset_bytes(GRANULE_BYTES)
    }

    /// The first granule in `range` whose byte has `flag` and an epoch that counts; the end of the range if there is
    /// none. Eight bytes are looked at together.
    fn find(&self, range: AddressRange, flag: u8) -> Address {
        if range.is_empty() {
            return range.end;
        }
        assert!(
            range.start >= self.heap.start && range.end <= self.covered_end,
            "{range:?} has no metadata"
        );
        let other_flag = (START | END) ^ flag;
        let [current, previous] = [self.epoch, self.previous].map(|epoch| broadcast(flag | epoch));
        let bytes = self.bytes_of(range);
        let mut place = Address::new(bytes.start.raw() & !7);
        // Bytes before the range do not count.
        let mut counted = u64::MAX << (8 * (bytes.start.raw() & 7));
        while place < bytes.end {
            // SAFETY: the word lies in accessible metadata, as was just checked: blocks have whole words. Nobody
            // writes there at the same time.
            let word = unsafe { place.load_word() } & !broadcast(other_flag);
            let found = (zero_bytes(word ^ current) | zero_bytes(word ^ previous)) & counted;
            if found != 0 {
                let granule = place
                    .bytes_after(bytes.start)
                    .wrapping_add(found.trailing_zeros() as usize / 8);
                let found = range
                    .start
                    .offset_bytes(granule.wrapping_mul(GRANULE_BYTES));
                return found.min(range.end);
            }
            counted = u64::MAX;
            place = place.offset_bytes(8);
        }
        range.end
    }
}

#[inline(always)]
fn byte_pointer(place: Address) -> *mut u8 {
    std::ptr::with_exposed_provenance_mut(place.raw())
}

const fn broadcast(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// Bit 7 of each byte of `word` that is zero.
const fn zero_bytes(word: u64) -> u64 {
    let low = broadcast(0x7f);
    !(((word & low) + low) | word | low)
}

/// How many bytes have bit 7; no other bits are set.
const fn byte_count(bits: u64) -> usize {
    bits.count_ones() as usize
}

/// The sum of the indices of the bytes that have bit 7; no other bits are set.
const fn byte_indices(bits: u64) -> usize {
    let indices = ((bits >> 7) * 0xff) & u64::from_le_bytes([0, 1, 2, 3, 4, 5, 6, 7]);
    (indices.wrapping_mul(broadcast(1)) >> 56) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HEAP: AddressRange = AddressRange::new(Address::new(1 << 30), 1 << 20);
    const BLOCK: AddressRange = AddressRange::new(Address::new(1 << 30), 64 << 10);
    const GRANULES: usize = 256;

    fn metadata() -> Metadata {
        let mut metadata = Metadata::new(HEAP).expect("address space");
        metadata.cover(BLOCK).expect("memory");
        metadata
    }

    fn range(first: usize, granules: usize) -> AddressRange {
        let start = BLOCK.start.offset_bytes(first * GRANULE_BYTES);
        AddressRange::new(start, granules * GRANULE_BYTES)
    }

    fn mark(metadata: &Metadata, object: AddressRange) {
        // SAFETY: the tests cover the block.
        unsafe { metadata.mark(object.start, object.bytes()) };
    }

    fn is_marked(metadata: &Metadata, object: AddressRange) -> bool {
        // SAFETY: the tests cover the block.
        unsafe { metadata.is_marked(object.start) }
    }

    fn reach(metadata: &Metadata, object: AddressRange) -> bool {
        // SAFETY: the tests cover the block.
        unsafe { metadata.reach(object.start) }
    }

    fn holes(metadata: &Metadata, block: AddressRange) -> Vec<AddressRange> {
        all_holes(block, |rest| metadata.hole_after(rest))
    }

    fn long_holes(metadata: &Metadata, block: AddressRange) -> Vec<AddressRange> {
        all_holes(block, |rest| metadata.long_hole_after(rest))
    }

    fn all_holes(
        block: AddressRange,
        hole_after: impl Fn(AddressRange) -> AddressRange,
    ) -> Vec<AddressRange> {
        let mut rest = block;
        std::iter::from_fn(|| {
            let hole = hole_after(rest);
            rest.start = hole.end;
            (!hole.is_empty()).then_some(hole)
        })
        .collect()
    }

    /// Objects and gaps by turns, of so many granules, as far as they fit.
    fn layout(lengths: &[(usize, usize)]) -> Vec<AddressRange> {
        let mut first = 0;
        let mut objects = Vec::new();
        for &(gap, length) in lengths {
            first += gap;
            if first + length > GRANULES {
                break;
            }
            objects.push(range(first, length));
            first += length;
        }
        objects
    }

    proptest! {
        /// Epoch after epoch, what was marked in the last one is found, and nothing else.
        #[test]
        fn marks_rotate(
            epochs in prop::collection::vec(prop::collection::vec((0_usize..30, 1_usize..30), 0..30), 1..150)
        ) {
            let mut metadata = metadata();
            let whole = range(0, GRANULES);
            for lengths in epochs {
                metadata.begin_full();
                let objects = layout(&lengths);
                for &object in &objects {
                    prop_assert!(!is_marked(&metadata, object));
                    prop_assert!(reach(&metadata, object) && is_marked(&metadata, object));
                    mark(&metadata, object);
                    prop_assert!(!reach(&metadata, object));
                    prop_assert!(is_marked(&metadata, object));
                }
                metadata.end_trace();
                let found: Vec<_> = metadata.objects(whole).collect();
                prop_assert_eq!(&found, &objects);
                let hole_bytes: usize = holes(&metadata, whole).iter().map(|hole| hole.bytes()).sum();
                let object_bytes: usize = objects.iter().map(|object| object.bytes()).sum();
                prop_assert_eq!(hole_bytes + object_bytes, whole.bytes());
                prop_assert_eq!(metadata.marked_bytes(whole), object_bytes);
                let mut long = holes(&metadata, whole);
                long.retain(|hole| hole.bytes() >= MEDIUM_BYTES);
                prop_assert_eq!(long_holes(&metadata, whole), long);
            }
        }

        /// While a trace goes on, no hole overlaps an object that was there before, whatever was reached and marked so
        /// far.
        #[test]
        fn objects_that_are_reached_hide_no_objects(
            lengths in prop::collection::vec((0_usize..40, 1_usize..30), 1..30),
            choices in prop::collection::vec(0..3, 30),
        ) {
            let mut metadata = metadata();
            let objects = layout(&lengths);
            for &object in &objects {
                mark(&metadata, object);
            }
            prop_assert!(metadata.begin_full());
            for (&object, choice) in objects.iter().zip(choices) {
                if choice > 0 {
                    prop_assert!(reach(&metadata, object));
                }
                if choice > 1 {
                    mark(&metadata, object);
                }
            }
            for hole in long_holes(&metadata, range(0, GRANULES)) {
                let overlaps = |object: &AddressRange| object.start < hole.end && hole.start < object.end;
                prop_assert!(!objects.iter().any(overlaps), "{:?} in {:?}", hole, objects);
            }
        }
    }

    #[test]
    fn while_a_trace_marks_what_was_marked_before_is_no_hole() {
        let mut metadata = metadata();
        let [first, second, third] = [range(3, 2), range(10, 1), range(20, 9)];
        mark(&metadata, first);
        mark(&metadata, second);
        mark(&metadata, third);
        assert!(metadata.begin_full());
        mark(&metadata, second);
        let whole = range(0, GRANULES);
        let expected = [
            range(0, 3),
            range(5, 5),
            range(11, 9),
            range(29, GRANULES - 29),
        ];
        assert_eq!(holes(&metadata, whole), expected);
        metadata.end_trace();
        assert_eq!(
            holes(&metadata, whole),
            [range(0, 10), range(11, GRANULES - 11)]
        );
    }

    #[test]
    fn epochs_wrap_around_with_everything_cleared() {
        let mut metadata = metadata();
        mark(&metadata, range(5, 3));
        let wrapped = (0..200).filter(|_| !metadata.begin_full()).count();
        assert_eq!(wrapped, 200 / usize::from(EPOCH_MAX));
        metadata.end_trace();
        assert_eq!(metadata.objects(BLOCK).count(), 0);
    }
}
