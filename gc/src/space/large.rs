//! Large objects: each has chunks of its own, and is never copied.
//!
//! A large object is young until the next collection, as any object is. So its first stores need no
//! barrier. Promotion only relabels its chunks.

use crate::address::{Address, AddressRange};
use crate::arena::{Arena, CHUNK_BYTES, ChunkKind};
use crate::error::ArenaError;
use crate::space::kept::KeptChunks;

/// Objects of more bytes than this are large.
pub(crate) const LARGE_BYTES: usize = 32 << 10;

/// What a request takes beyond its bytes: it may be for several objects, each in whole chunks.
const ROUNDING_BYTES: usize = 4 * CHUNK_BYTES;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Large {
    pub(crate) chunks: AddressRange,
    pub(crate) bytes: usize,
    pub(crate) is_young: bool,
    is_marked: bool,
}

#[derive(Debug, Default)]
pub(crate) struct LargeSpace {
    entries: Vec<Option<Large>>,
    free: Vec<u32>,
    young: Vec<u32>,
    young_bytes: usize,
    old_bytes: usize,
    kept: KeptChunks,
}

impl LargeSpace {
    /// Allocates; `kind` is [`ChunkKind::LargeYoung`], or [`ChunkKind::Large`] for a pinned object.
    pub(crate) fn allocate(
        &mut self,
        arena: &Arena,
        kind: ChunkKind,
        bytes: usize,
    ) -> Result<Address, ArenaError> {
        let index = self.free.last().copied().unwrap_or_else(|| {
            u32::try_from(self.entries.len()).expect("an arena has fewer than 2^32 chunks")
        });
        let chunks = match self.kept.take(bytes) {
            Some(chunks) => {
                arena.set(chunks, kind, index);
                chunks
            }
            None => arena.reserve_chunks(kind, index, bytes)?,
        };
        let is_young = kind == ChunkKind::LargeYoung;
        let large = Large {
            chunks,
            bytes,
            is_young,
            is_marked: false,
        };
        if self.free.pop().is_some() {
            self.entries[index as usize] = Some(large);
        } else {
            self.entries.push(Some(large));
        }
        if is_young {
            self.young.push(index);
            self.young_bytes += bytes;
        } else {
            self.old_bytes += bytes;
        }
        Ok(chunks.start)
    }

    /// Whether a request of `bytes` finds chunks that lie side by side.
    pub(crate) fn has_place(&self, arena: &Arena, bytes: usize) -> bool {
        bytes <= LARGE_BYTES
            || self.kept.holds(bytes)
            || arena.has_free_run(bytes.saturating_add(ROUNDING_BYTES))
    }

    pub(crate) const fn young_bytes(&self) -> usize {
        self.young_bytes
    }

    pub(crate) const fn old_bytes(&self) -> usize {
        self.old_bytes
    }

    /// Marks number `index`; whether it was not marked before.
    pub(crate) fn mark(&mut self, index: u32) -> bool {
        let large = self.entry(index);
        !std::mem::replace(&mut large.is_marked, true)
    }

    pub(crate) fn is_marked(&self, index: u32) -> bool {
        self.entries[index as usize].is_some_and(|large| large.is_marked)
    }

    /// Where number `index` starts.
    pub(crate) fn start(&self, index: u32) -> Option<Address> {
        let large = self.entries.get(index as usize)?.as_ref()?;
        Some(large.chunks.start)
    }

    /// All large objects.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Large> {
        self.entries.iter().flatten()
    }

    /// Promotes the marked young objects, and frees the others.
    ///
    /// # Safety
    ///
    /// Nothing refers to unmarked young objects.
    pub(crate) unsafe fn sweep_young(&mut self, arena: &Arena) {
        for index in std::mem::take(&mut self.young) {
            let large = self.entry(index);
            if std::mem::take(&mut large.is_marked) {
                large.is_young = false;
                arena.set(large.chunks, ChunkKind::Large, index);
                self.old_bytes += large.bytes;
            } else {
                // SAFETY: nothing refers to unmarked young objects, by the contract of this function.
                unsafe { self.free(arena, index) };
            }
        }
        self.young_bytes = 0;
    }

    /// Clears the marks of old objects, and frees the unmarked ones.
    ///
    /// To be called before [`Self::sweep_young`], which makes young objects old.
    ///
    /// # Safety
    ///
    /// Nothing refers to unmarked old objects.
    pub(crate) unsafe fn sweep_old(&mut self, arena: &Arena) {
        for index in 0..self.entries.len() {
            let Some(large) = &mut self.entries[index] else {
                continue;
            };
            if large.is_young || std::mem::take(&mut large.is_marked) {
                continue;
            }
            self.old_bytes -= large.bytes;
            // SAFETY: nothing refers to unmarked old objects, by the contract of this function.
            unsafe { self.free(arena, u32::try_from(index).expect("indices are u32")) };
        }
    }

    /// Bytes of the chunks that are kept for objects to come.
    pub(crate) const fn kept_bytes(&self) -> usize {
        self.kept.bytes()
    }

    /// Gives to the system what was freed, but for `kept_bytes_max` for objects to come.
    pub(crate) fn trim(&mut self, arena: &Arena, kept_bytes_max: usize) {
        self.kept.trim(arena, kept_bytes_max);
    }

    /// Frees number `index`.
    ///
    /// # Safety
    ///
    /// Nothing refers to the object.
    unsafe fn free(&mut self, arena: &Arena, index: u32) {
        let chunks = self.entry(index).chunks;
        // SAFETY: the chunks of one object, to which nothing refers, by the contract of this function.
        unsafe { self.kept.keep(arena, chunks) };
        self.entries[index as usize] = None;
        self.free.push(index);
    }

    fn entry(&mut self, index: u32) -> &mut Large {
        self.entries[index as usize]
            .as_mut()
            .expect("chunks of large objects carry their number")
    }
}
