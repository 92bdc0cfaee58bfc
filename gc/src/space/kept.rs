//! Chunks of freed large objects, kept with their memory.
//!
//! Fresh pages cost more than everything else about a large object. Measured with objects of 40 KB:
//! 20 µs of CPU with fresh pages, 3 µs with kept ones.

use std::collections::BTreeMap;

use crate::address::AddressRange;
use crate::arena::{Arena, CHUNK_BYTES, ChunkKind};

/// Runs of chunks that hold nothing, by their size.
#[derive(Debug, Default)]
pub(crate) struct KeptChunks {
    by_bytes: BTreeMap<usize, Vec<AddressRange>>,
    bytes: usize,
}

impl KeptChunks {
    /// Bytes of all runs.
    pub(crate) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Takes a run for an object of `bytes`: the smallest that is long enough, cut to size.
    pub(crate) fn take(&mut self, bytes: usize) -> Option<AddressRange> {
        let bytes = bytes.checked_next_multiple_of(CHUNK_BYTES)?;
        let mut longer = self.by_bytes.range_mut(bytes..);
        let range = longer.find_map(|(_, ranges)| ranges.pop())?;
        self.bytes -= range.bytes();
        let taken = AddressRange::new(range.start, bytes);
        let rest = AddressRange {
            start: taken.end,
            end: range.end,
        };
        if !rest.is_empty() {
            self.insert(rest);
        }
        Some(taken)
    }

    /// Whether a run is long enough for an object of `bytes`.
    pub(crate) fn holds(&self, bytes: usize) -> bool {
        let Some(bytes) = bytes.checked_next_multiple_of(CHUNK_BYTES) else {
            return false;
        };
        let mut longer = self.by_bytes.range(bytes..);
        longer.any(|(_, ranges)| !ranges.is_empty())
    }

    /// Keeps `range`.
    ///
    /// # Safety
    ///
    /// As for [`Arena::release_chunks`].
    pub(crate) unsafe fn keep(&mut self, arena: &Arena, range: AddressRange) {
        arena.set(range, ChunkKind::Spare, 0);
        self.insert(range);
    }

    /// Gives runs to the system, long ones first, until no more than `bytes_max` are kept.
    pub(crate) fn trim(&mut self, arena: &Arena, bytes_max: usize) {
        while self.bytes > bytes_max
            && let Some(mut longest) = self.by_bytes.last_entry()
        {
            if let Some(range) = longest.get_mut().pop() {
                self.bytes -= range.bytes();
                // SAFETY: kept chunks were reserved as runs or parts of them, and hold nothing.
                unsafe { arena.release_chunks(range) };
            } else {
                longest.remove();
            }
        }
    }

    fn insert(&mut self, range: AddressRange) {
        self.by_bytes.entry(range.bytes()).or_default().push(range);
        self.bytes += range.bytes();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::HeapOptions;

    #[test]
    fn kept_runs_are_cut_to_size() {
        let arena = Arena::reserve(HeapOptions::ARENA_BYTES_MIN).unwrap();
        let mut kept = KeptChunks::default();
        let long = keep(&arena, &mut kept, 4);
        let first = kept.take(CHUNK_BYTES + 1).unwrap();
        assert_eq!(first, AddressRange::new(long.start, 2 * CHUNK_BYTES));
        assert_eq!(kept.take(3 * CHUNK_BYTES), None);
        assert_eq!(kept.take(2 * CHUNK_BYTES).unwrap().end, long.end);
        assert_eq!(kept.take(1), None);
    }

    #[test]
    fn trimming_gives_long_runs_back_first() {
        let arena = Arena::reserve(HeapOptions::ARENA_BYTES_MIN).unwrap();
        let mut kept = KeptChunks::default();
        let (long, short) = (keep(&arena, &mut kept, 4), keep(&arena, &mut kept, 1));
        kept.trim(&arena, 2 * CHUNK_BYTES);
        assert_eq!(arena.kind_of(long.start), ChunkKind::Free);
        assert_eq!(arena.kind_of(short.start), ChunkKind::Spare);
        kept.trim(&arena, 0);
        assert_eq!(arena.kind_of(short.start), ChunkKind::Free);
        assert_eq!(kept.take(1), None);
    }

    fn keep(arena: &Arena, kept: &mut KeptChunks, chunks: usize) -> AddressRange {
        let bytes = chunks * CHUNK_BYTES;
        let range = arena
            .reserve_chunks(ChunkKind::Large, 0, bytes)
            .expect("a free run");
        // SAFETY: nothing refers to the chunks.
        unsafe { kept.keep(arena, range) };
        range
    }
}
