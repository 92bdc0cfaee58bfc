//! The old space: blocks in which survivors lie, marked in place or copied.
//!
//! A full collection marks objects where they are, and evacuates only the blocks that its plan condemns. What was not
//! marked is a hole. Copies are put into holes, and into fresh blocks where there are none.
//!
//! Each series of copies is a *run*, in which objects lie back to back: a walk by sizes finds them. After a full
//! collection there are no runs: the metadata knows where objects are.

use crate::address::{Address, AddressRange};
use crate::arena::{Arena, ChunkKind};
use crate::error::ArenaError;
use crate::space::block;
use crate::space::evacuation::{Need, Plan};
use crate::space::hole::Holes;
use crate::space::metadata::Metadata;

/// Blocks with fewer bytes free are left alone until the next full collection.
const HOLE_BYTES_MIN: usize = block::BYTES / 16;

/// One block is reserved for evacuation for so many that are in use.
const RESERVE_PARTS: usize = 32;

#[derive(Debug)]
pub(crate) struct OldSpace {
    pub(crate) metadata: Metadata,
    /// The blocks that are not condemned.
    blocks: Vec<Address>,
    condemned: Vec<Address>,
    spare: Vec<Address>,
    holes: Holes,
    /// Copies since the last full collection; the last run is being filled.
    runs: Vec<AddressRange>,
    /// What is left of where the last run lies.
    open: AddressRange,
    /// Medium objects that did not fit there.
    medium_runs: Vec<AddressRange>,
    /// What is left of where the last run of them lies.
    medium_open: AddressRange,
    object_bytes: usize,
    copied_bytes: u64,
    filled_holes: u64,
}

impl OldSpace {
    /// An empty space in `heap`.
    ///
    /// # Errors
    ///
    /// The system's error number: it refuses the address space for the metadata.
    pub(crate) fn new(heap: AddressRange) -> Result<Self, i32> {
        Ok(Self {
            metadata: Metadata::new(heap)?,
            blocks: Vec::new(),
            condemned: Vec::new(),
            spare: Vec::new(),
            holes: Holes::none(),
            runs: Vec::new(),
            open: AddressRange::EMPTY,
            medium_runs: Vec::new(),
            medium_open: AddressRange::EMPTY,
            object_bytes: 0,
            copied_bytes: 0,
            filled_holes: 0,
        })
    }

    // Copies

    /// Starts a run in what is left of the last one. Returns its number, and where it may lie.
    pub(crate) fn continue_run(&mut self) -> (usize, AddressRange) {
        let start = self.open.start;
        self.runs.pop_if(|run| run.is_empty());
        self.runs.push(AddressRange { start, end: start });
        (self.runs.len() - 1, self.open)
    }

    /// Says that the last run is filled up to `top`.
    pub(crate) fn retire(&mut self, arena: &Arena, top: Address) {
        let run = self.runs.last_mut().expect("copies lie in a run");
        run.end = top;
        let AddressRange { start, .. } = *run;
        self.open.start = top;
        if top != start {
            self.count(arena, start, top.bytes_after(start));
        }
    }

    /// Ends the last run at `top`, and starts one that takes any object that is not medium. Returns where it may lie.
    ///
    /// # Errors
    ///
    /// [`ArenaError`]: there is no room. The last run goes on.
    pub(crate) fn open_run(
        &mut self,
        arena: &Arena,
        top: Address,
    ) -> Result<AddressRange, ArenaError> {
        let range = match self.holes.next(&self.metadata) {
            Some(hole) => {
                self.filled_holes += 1;
                hole
            }
            None => block::range(self.add_block(arena)?),
        };
        self.retire(arena, top);
        self.open = range;
        self.runs.push(AddressRange {
            start: range.start,
            end: range.start,
        });
        Ok(range)
    }

    /// Room for a medium object that the present run has none for.
    ///
    /// # Errors
    ///
    /// [`ArenaError`]: there is no room.
    pub(crate) fn allocate_medium(
        &mut self,
        arena: &Arena,
        bytes: usize,
    ) -> Result<Address, ArenaError> {
        if self.medium_open.bytes() < bytes {
            let range = match self.holes.next_medium(&self.metadata, bytes) {
                Some(hole) => {
                    self.filled_holes += 1;
                    hole
                }
                None => block::range(self.add_block(arena)?),
            };
            self.medium_open = range;
            self.medium_runs.push(AddressRange {
                start: range.start,
                end: range.start,
            });
        }
        let run = self.medium_runs.last_mut();
        let run = run.expect("room for medium objects lies in a run");
        let object = run.end;
        run.end = object.offset_bytes(bytes);
        self.medium_open.start = run.end;
        self.count(arena, object, bytes);
        Ok(object)
    }

    fn count(&mut self, arena: &Arena, object: Address, bytes: usize) {
        block::count(arena, object, bytes);
        self.object_bytes += bytes;
        self.copied_bytes += bytes as u64;
    }

    fn add_block(&mut self, arena: &Arena) -> Result<Address, ArenaError> {
        let start = match self.spare.pop() {
            Some(start) => {
                block::label(arena, start, ChunkKind::Old, 0);
                start
            }
            None => self.reserve_block(arena)?,
        };
        self.blocks.push(start);
        Ok(start)
    }

    fn reserve_block(&mut self, arena: &Arena) -> Result<Address, ArenaError> {
        let range = arena.reserve_chunks(ChunkKind::Old, 0, block::BYTES)?;
        if let Err(error) = self.metadata.cover(range) {
            // SAFETY: nobody else knows of the block.
            unsafe { arena.release_chunks(range) };
            return Err(error);
        }
        Ok(range.start)
    }

    /// The runs since the last full collection, but for those of medium objects.
    pub(crate) fn runs(&self) -> &[AddressRange] {
        &self.runs
    }

    // Seeing

    /// All blocks; what is left of the condemned ones is not among them.
    pub(crate) fn blocks(&self) -> &[Address] {
        &self.blocks
    }

    /// Where objects lie back to back that came since the last full collection.
    pub(crate) fn all_runs(&self) -> impl Iterator<Item = AddressRange> {
        self.runs.iter().chain(&self.medium_runs).copied()
    }

    /// Bytes of objects, dead ones included.
    pub(crate) const fn object_bytes(&self) -> usize {
        self.object_bytes
    }

    /// Bytes of the blocks, and of their metadata.
    pub(crate) const fn footprint_bytes(&self) -> usize {
        self.blocks.len() * (block::BYTES + block::METADATA_BYTES)
    }

    /// Bytes of a reserve for evacuation: a small part of the blocks.
    pub(crate) const fn reserve_bytes(&self) -> usize {
        self.blocks.len().div_ceil(RESERVE_PARTS) * block::BYTES
    }

    /// Bytes of the blocks in which nothing is, kept for copies to come.
    pub(crate) const fn spare_bytes(&self) -> usize {
        self.spare.len() * block::BYTES
    }

    /// Bytes in blocks in which copies will be put before more blocks are taken; an upper bound.
    pub(crate) const fn hole_bytes(&self) -> usize {
        self.holes.free_bytes() + self.open.bytes() + self.medium_open.bytes()
    }

    /// Bytes that were ever copied into this space.
    pub(crate) const fn copied_bytes(&self) -> u64 {
        self.copied_bytes
    }

    /// Holes into which something was ever copied.
    pub(crate) const fn filled_holes(&self) -> u64 {
        self.filled_holes
    }

    // Full collections

    /// A full collection begins. Condemns blocks as `need` and the budget have it; returns how many bytes may be copied
    /// out of them.
    pub(crate) fn begin_full(&mut self, arena: &Arena, need: Need, budget_bytes: usize) -> usize {
        let used = |&start: &Address| block::used_bytes(arena, start);
        let mut plan = Plan::choose(need, budget_bytes, self.blocks.iter().map(used));
        (self.condemned, self.blocks) =
            (self.blocks.iter()).partition(|&start| plan.takes(used(start)));
        for &start in &self.condemned {
            arena.set_kind(block::range(start), ChunkKind::Condemned);
        }
        let is_gone = |address| arena.kind_of(address) == ChunkKind::Condemned;
        if self.metadata.begin_full() {
            self.holes.forget(is_gone);
        } else {
            self.holes = Holes::none();
        }
        for open in [&mut self.open, &mut self.medium_open] {
            if !open.is_empty() && is_gone(open.start) {
                *open = AddressRange::EMPTY;
            }
        }
        self.runs.clear();
        self.medium_runs.clear();
        // The medium objects of this collection go into a run of their own.
        let medium_start = self.medium_open.start;
        self.medium_runs.push(AddressRange {
            start: medium_start,
            end: medium_start,
        });
        self.object_bytes = 0;
        plan.copied_bytes_max
    }

    /// The trace of a full collection is done: every object that lives is marked. Finds out which blocks are empty, and
    /// which have holes. Returns how many blocks were emptied by evacuation.
    ///
    /// # Safety
    ///
    /// What was copied out of condemned blocks is not referred to any more.
    pub(crate) unsafe fn end_full(&mut self, arena: &Arena) -> usize {
        self.metadata.end_trace();
        self.runs.clear();
        self.medium_runs.clear();
        (self.open, self.medium_open) = (AddressRange::EMPTY, AddressRange::EMPTY);
        self.object_bytes = 0;
        let mut evacuated_blocks = 0;
        let mut with_holes = Vec::new();
        let condemned_count = self.condemned.len();
        let mut blocks = std::mem::take(&mut self.condemned);
        blocks.append(&mut self.blocks);
        for (index, start) in blocks.into_iter().enumerate() {
            let used_bytes = self.metadata.marked_bytes(block::range(start));
            if used_bytes == 0 {
                block::label(arena, start, ChunkKind::Spare, 0);
                self.spare.push(start);
                evacuated_blocks += usize::from(index < condemned_count);
                continue;
            }
            block::label(arena, start, ChunkKind::Old, used_bytes);
            self.blocks.push(start);
            self.object_bytes += used_bytes;
            if block::BYTES - used_bytes >= HOLE_BYTES_MIN {
                with_holes.push((start, used_bytes));
            }
        }
        self.holes = Holes::of(with_holes);
        evacuated_blocks
    }

    /// Shows every hole and every block in which nothing is to those who look at freed memory. A full collection has
    /// just ended.
    pub(crate) fn each_hole(&self, mut visit: impl FnMut(AddressRange)) {
        for &start in &self.spare {
            visit(block::range(start));
        }
        for &start in &self.blocks {
            let mut rest = block::range(start);
            loop {
                let hole = self.metadata.hole_after(rest);
                if hole.is_empty() {
                    break;
                }
                visit(hole);
                rest.start = hole.end;
            }
        }
    }

    /// Gives blocks in which nothing is to the system, those at high addresses first, but for `kept_count`.
    pub(crate) fn release_spare(&mut self, arena: &Arena, kept_count: usize) {
        if self.spare.len() <= kept_count {
            return;
        }
        // The next one to be used is the last one.
        self.spare.sort_unstable_by(|left, right| right.cmp(left));
        let released = self.spare.len() - kept_count;
        let mut starts = self.spare.drain(..released).peekable();
        while let Some(last) = starts.next() {
            // Neighbours go together, to save system calls.
            let mut range = block::range(last);
            while let Some(before) = starts.next_if(|&start| block::range(start).end == range.start)
            {
                range.start = before;
            }
            // SAFETY: spare blocks hold nothing, and each is one run of the arena.
            unsafe { arena.release_chunks(range) };
            self.metadata.discard(range);
        }
    }
}
