//! The lazy sweep: finds holes between marked objects, as copies need them.

use std::cmp::Reverse;
use std::collections::VecDeque;

use crate::address::{Address, AddressRange};
use crate::space::block;
use crate::space::metadata::Metadata;

/// For longer objects no hole is looked for.
const SEARCHED_BYTES_MAX: usize = block::BYTES / 8;

/// A hole for a medium object is looked for in so many blocks.
const SEARCHED_BLOCKS_MAX: usize = 4;

/// Blocks with holes, and how far the sweep has come.
#[derive(Debug)]
pub(crate) struct Holes {
    /// Blocks that were not looked at since the last full collection, high addresses first. Small objects take the last
    /// one, medium ones the first one.
    unswept: VecDeque<Unswept>,
    unswept_free_bytes: usize,
    small: Sweep,
    medium: Sweep,
}

#[derive(Debug)]
struct Unswept {
    start: Address,
    free_bytes: usize,
}

/// A block that is being swept.
#[derive(Debug)]
struct Sweep {
    rest: AddressRange,
    /// Bytes of its holes that were not passed yet, also of those too short to be used.
    free_bytes: usize,
}

impl Holes {
    /// No holes.
    pub(crate) const fn none() -> Self {
        Self {
            unswept: VecDeque::new(),
            unswept_free_bytes: 0,
            small: Sweep::DONE,
            medium: Sweep::DONE,
        }
    }

    /// The holes of these blocks: each with the bytes that objects take there.
    pub(crate) fn of(blocks: impl IntoIterator<Item = (Address, usize)>) -> Self {
        let mut holes = Self::none();
        let unswept = blocks.into_iter().map(|(start, used_bytes)| Unswept {
            start,
            free_bytes: block::BYTES - used_bytes,
        });
        holes.unswept = unswept.collect();
        // Low addresses are used first, so that what lives gathers there.
        let blocks = holes.unswept.make_contiguous();
        blocks.sort_unstable_by_key(|block| Reverse(block.start));
        holes.unswept_free_bytes = blocks.iter().map(|block| block.free_bytes).sum();
        holes
    }

    /// Bytes of the holes to come, an upper bound of what can be put there.
    pub(crate) const fn free_bytes(&self) -> usize {
        self.unswept_free_bytes + self.small.free_bytes + self.medium.free_bytes
    }

    /// The next hole that takes any object that is not medium.
    pub(crate) fn next(&mut self, metadata: &Metadata) -> Option<AddressRange> {
        loop {
            if let Some(hole) = self.small.next(metadata) {
                return Some(hole);
            }
            let block = self.unswept.pop_back()?;
            self.unswept_free_bytes -= block.free_bytes;
            self.small = Sweep::of(&block);
        }
    }

    /// A hole for a medium object of `bytes`. What is too short is passed; after a few blocks without a hole that is
    /// long enough, there is none.
    pub(crate) fn next_medium(
        &mut self,
        metadata: &Metadata,
        bytes: usize,
    ) -> Option<AddressRange> {
        if bytes > SEARCHED_BYTES_MAX {
            return None;
        }
        let mut blocks_left = SEARCHED_BLOCKS_MAX;
        loop {
            while let Some(hole) = self.medium.next(metadata) {
                if hole.bytes() >= bytes {
                    return Some(hole);
                }
            }
            if blocks_left == 0 {
                return None;
            }
            blocks_left -= 1;
            let block = self.unswept.pop_front()?;
            self.unswept_free_bytes -= block.free_bytes;
            self.medium = Sweep::of(&block);
        }
    }

    /// Leaves out the blocks of which `is_gone` says so.
    pub(crate) fn forget(&mut self, is_gone: impl Fn(Address) -> bool) {
        self.unswept.retain(|block| !is_gone(block.start));
        self.unswept_free_bytes = self.unswept.iter().map(|block| block.free_bytes).sum();
        for sweep in [&mut self.small, &mut self.medium] {
            if !sweep.rest.is_empty() && is_gone(sweep.rest.start) {
                *sweep = Sweep::DONE;
            }
        }
    }
}

impl Sweep {
    const DONE: Self = Self {
        rest: AddressRange::EMPTY,
        free_bytes: 0,
    };

    fn of(block: &Unswept) -> Self {
        Self {
            rest: block::range(block.start),
            free_bytes: block.free_bytes,
        }
    }

    /// The next hole that is long enough for any object that is not medium, which is passed then.
    fn next(&mut self, metadata: &Metadata) -> Option<AddressRange> {
        let hole = metadata.long_hole_after(self.rest);
        if hole.is_empty() {
            *self = Self::DONE;
            return None;
        }
        self.rest.start = hole.end;
        self.free_bytes = self.free_bytes.saturating_sub(hole.bytes());
        Some(hole)
    }
}
