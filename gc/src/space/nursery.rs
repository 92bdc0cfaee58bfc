//! The nursery: one contiguous range in which objects are born.
//!
//! A mutator takes one block of the nursery at a time. The range is far larger than the budget.
//! Passing the budget only requests a poll, and allocation goes on. So allocation never fails
//! between two polls.

use std::cell::Cell;

use crate::address::{Address, AddressRange};
use crate::arena::Arena;

/// How much a mutator takes at once, in bytes.
pub(crate) const BLOCK_BYTES: usize = 64 << 10;

/// How much of the range is made accessible at once, in bytes.
const COMMIT_BYTES: usize = 4 << 20;

/// The part of the nursery that a mutator bumps through. Generated code may know this layout.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct AllocationArea {
    /// Where the next object goes.
    pub(crate) cursor: Cell<usize>,
    /// Where the area ends.
    pub(crate) limit: Cell<usize>,
}

#[derive(Debug)]
pub(crate) struct Nursery {
    range: AddressRange,
    budget_bytes: usize,
    /// Start of the first block that no mutator has taken.
    next: Address,
    /// End of what was written since memory was last given back.
    touched_end: Address,
    /// End of what is accessible.
    committed_end: Address,
}

impl Nursery {
    pub(crate) fn new(range: AddressRange, budget_bytes: usize) -> Self {
        let budget_bytes = budget_bytes.next_multiple_of(BLOCK_BYTES);
        Self {
            range,
            budget_bytes,
            next: range.start,
            touched_end: range.start,
            committed_end: range.start,
        }
    }

    /// Takes blocks of `bytes` at least; `None` when the range is used up, or the system refuses more memory.
    pub(crate) fn take(&mut self, arena: &Arena, bytes: usize) -> Option<AddressRange> {
        let bytes = bytes.next_multiple_of(BLOCK_BYTES);
        if self.remaining_bytes() < bytes {
            return None;
        }
        let block = AddressRange::new(self.next, bytes);
        if block.end > self.committed_end {
            self.commit(arena, block.end)?;
        }
        self.next = block.end;
        self.touched_end = self.touched_end.max(block.end);
        Some(block)
    }

    /// Makes the range accessible up to `end` at least.
    #[cold]
    fn commit(&mut self, arena: &Arena, end: Address) -> Option<()> {
        let needed_bytes = end.bytes_after(self.range.start);
        let bytes = needed_bytes
            .next_multiple_of(COMMIT_BYTES)
            .min(self.range.bytes());
        let more = AddressRange {
            start: self.committed_end,
            end: self.range.start.offset_bytes(bytes),
        };
        arena.commit_nursery(more).ok()?;
        self.committed_end = more.end;
        Some(())
    }

    /// Bytes in blocks that were taken since the last collection.
    pub(crate) const fn taken_bytes(&self) -> usize {
        self.next.bytes_after(self.range.start)
    }

    pub(crate) const fn remaining_bytes(&self) -> usize {
        self.range.end.bytes_after(self.next)
    }

    pub(crate) const fn range(&self) -> AddressRange {
        self.range
    }

    /// What was taken since the last collection.
    pub(crate) const fn taken(&self) -> AddressRange {
        AddressRange {
            start: self.range.start,
            end: self.next,
        }
    }

    /// Forgets all objects; memory far beyond the budget goes back to the system.
    ///
    /// # Safety
    ///
    /// Every live object was evacuated, and no mutator has an area.
    pub(crate) unsafe fn reset(&mut self, arena: &Arena) {
        // The block that passes the budget is the one that makes a collection due.
        let kept_end = self
            .range
            .start
            .offset_bytes(self.budget_bytes + BLOCK_BYTES);
        if self.touched_end > kept_end {
            let excess = AddressRange {
                start: kept_end,
                end: self.touched_end,
            };
            // SAFETY: nothing in the nursery is needed, by the contract of this function.
            unsafe { arena.discard(excess) };
            self.touched_end = kept_end;
        }
        self.next = self.range.start;
    }
}
