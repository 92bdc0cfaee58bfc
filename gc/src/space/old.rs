//! The old space: blocks that survivors are copied into, one after the other.
//!
//! A full collection condemns all blocks, copies live objects into new blocks, and frees the
//! condemned ones. In every block, objects lie back to back from `start` to `top`: a walk by sizes
//! finds each of them.

use crate::address::{Address, AddressRange};
use crate::arena::{Arena, CHUNK_BYTES, ChunkKind};
use crate::error::ArenaError;

/// Bytes of a block.
pub(crate) const BLOCK_BYTES: usize = 4 * CHUNK_BYTES;

/// Where objects lie in one block: from `start` up to `top`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    pub(crate) start: Address,
    pub(crate) top: Address,
}

impl Block {
    pub(crate) const fn objects(self) -> AddressRange {
        AddressRange {
            start: self.start,
            end: self.top,
        }
    }

    pub(crate) const fn whole(self) -> AddressRange {
        AddressRange::new(self.start, BLOCK_BYTES)
    }
}

#[derive(Debug, Default)]
pub(crate) struct OldSpace {
    /// The last one is being filled; its `top` is brought up to date by [`Self::retire`].
    blocks: Vec<Block>,
    condemned: Vec<Block>,
    spare: Vec<AddressRange>,
    used_bytes: usize,
    copied_bytes: u64,
}

/// A position in the old space, between two objects.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Position {
    pub(crate) block: usize,
    pub(crate) address: Address,
}

impl OldSpace {
    /// Where the next object goes, and the end of its block; both zero when there is none.
    pub(crate) fn open(&self) -> AddressRange {
        self.blocks
            .last()
            .map_or(AddressRange::EMPTY, |block| AddressRange {
                start: block.top,
                end: block.whole().end,
            })
    }

    /// Says that the last block is filled up to `top`.
    pub(crate) fn retire(&mut self, top: Address) {
        if let Some(block) = self.blocks.last_mut() {
            let copied_bytes = top.bytes_after(block.top);
            block.top = top;
            self.used_bytes += copied_bytes;
            self.copied_bytes += copied_bytes as u64;
        }
    }

    /// Opens a new block and returns its range.
    pub(crate) fn add_block(&mut self, arena: &Arena) -> Result<AddressRange, ArenaError> {
        let range = match self.spare.pop() {
            Some(range) => {
                arena.set(range, ChunkKind::Old, 0);
                range
            }
            None => arena.reserve_chunks(ChunkKind::Old, 0, BLOCK_BYTES)?,
        };
        self.blocks.push(Block {
            start: range.start,
            top: range.start,
        });
        Ok(range)
    }

    /// Where copies of this collection will start.
    pub(crate) fn end(&self) -> Position {
        let last = self.blocks.last();
        Position {
            block: self.blocks.len().saturating_sub(1),
            address: last.map_or(Address::new(0), |block| block.top),
        }
    }

    pub(crate) fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// Bytes of objects, dead ones included.
    pub(crate) const fn used_bytes(&self) -> usize {
        self.used_bytes
    }

    /// Bytes that were ever copied into this space.
    pub(crate) const fn copied_bytes(&self) -> u64 {
        self.copied_bytes
    }

    /// Marks all blocks as being evacuated.
    pub(crate) fn condemn(&mut self, arena: &Arena) {
        self.condemned.append(&mut self.blocks);
        for block in &self.condemned {
            arena.set(block.whole(), ChunkKind::Condemned, 0);
        }
        self.used_bytes = 0;
    }

    pub(crate) fn condemned(&self) -> &[Block] {
        &self.condemned
    }

    /// Frees what was condemned. Keeps `spare_bytes` for later, the rest goes to the system.
    ///
    /// # Safety
    ///
    /// Every live object was evacuated from the condemned blocks, and nothing refers to them.
    pub(crate) unsafe fn release_condemned(&mut self, arena: &Arena, spare_bytes: usize) {
        let spare_count = spare_bytes / BLOCK_BYTES;
        for block in self.condemned.drain(..) {
            if self.spare.len() < spare_count {
                arena.set(block.whole(), ChunkKind::Spare, 0);
                self.spare.push(block.whole());
            } else {
                // SAFETY: each block is one run that `add_block` reserved; nothing in it is needed, by the
                // contract of this function.
                unsafe { arena.release_chunks(block.whole()) };
            }
        }
        self.release_spare(arena, spare_count);
    }

    /// Gives spare blocks to the system, but for `kept_count`.
    pub(crate) fn release_spare(&mut self, arena: &Arena, kept_count: usize) {
        while self.spare.len() > kept_count {
            let range = self.spare.pop().expect("longer than some count");
            // SAFETY: spare blocks hold nothing.
            unsafe { arena.release_chunks(range) };
        }
    }
}
