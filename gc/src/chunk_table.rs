//! The side table of an arena: a kind and a number for each chunk.

use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};

use crate::chunk_kind::ChunkKind;
use crate::platform::memory_map::MemoryMap;

/// What each chunk is for, and the number of its owner; all zero at first.
#[derive(Debug)]
pub(crate) struct ChunkTable {
    /// The number of the owner of each chunk, and behind these the kind of each.
    map: MemoryMap,
    count: usize,
}

impl ChunkTable {
    /// A table for `count` chunks.
    ///
    /// # Errors
    ///
    /// The system's error number: it refuses the memory.
    pub(crate) fn new(count: usize) -> Result<Self, i32> {
        Ok(Self {
            map: MemoryMap::zeroed(count * (size_of::<u32>() + 1))?,
            count,
        })
    }

    /// Where the kinds are in memory, a byte each: behind the numbers.
    #[inline(always)]
    pub(crate) const fn kinds_start(&self) -> usize {
        self.map.range().start.raw() + self.count * size_of::<u32>()
    }

    /// What each chunk is for.
    #[inline(always)]
    pub(crate) fn kinds(&self) -> &[AtomicU8] {
        let table = std::ptr::with_exposed_provenance::<AtomicU8>(self.kinds_start());
        // SAFETY: `new` mapped a byte for each chunk, zeroed, behind the numbers. The table lives as long as `self`
        // and is only accessed through atomics.
        unsafe { std::slice::from_raw_parts(table, self.count) }
    }

    /// The number of each chunk's owner.
    #[inline(always)]
    pub(crate) fn numbers(&self) -> &[AtomicU32] {
        let start = self.map.range().start.raw();
        let table = std::ptr::with_exposed_provenance::<AtomicU32>(start);
        // SAFETY: `new` mapped four bytes for each chunk, zeroed and page-aligned. The table lives as long as
        // `self` and is only accessed through atomics.
        unsafe { std::slice::from_raw_parts(table, self.count) }
    }

    /// Whether there is such a chunk, of `kind`.
    #[inline(always)]
    pub(crate) fn is_kind(&self, chunk: usize, kind: ChunkKind) -> bool {
        let byte = self.kinds().get(chunk);
        byte.map(|byte| byte.load(Ordering::Relaxed)) == Some(kind as u8)
    }

    /// Adds to the number of a chunk. Nobody else changes it at the same time.
    #[inline(always)]
    pub(crate) fn add_to_number(&self, chunk: usize, addend: u32) {
        let number = &self.numbers()[chunk];
        let sum = number.load(Ordering::Relaxed).wrapping_add(addend);
        number.store(sum, Ordering::Relaxed);
    }
}
