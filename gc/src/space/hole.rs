//! The lazy sweep: finds holes between marked objects, as copies need them.

use std::collections::VecDeque;

use crate::address::{Address, AddressRange};
use crate::space::block::{self, MEDIUM_BYTES};
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
    unswept: VecDeque<Address>,
    /// The rest of the block that is being swept.
    rest: AddressRange,
    /// The same for medium objects.
    medium_rest: AddressRange,
    /// Bytes of all holes that were not passed yet, also of those too short to be used.
    free_bytes: usize,
}

impl Holes {
    /// No holes.
    pub(crate) const fn none() -> Self {
        Self {
            unswept: VecDeque::new(),
            rest: AddressRange::EMPTY,
            medium_rest: AddressRange::EMPTY,
            free_bytes: 0,
        }
    }

    /// The holes of these blocks: each with the bytes that objects take there.
    pub(crate) fn of(blocks: impl IntoIterator<Item = (Address, usize)>) -> Self {
        let mut holes = Self::none();
        for (start, used_bytes) in blocks {
            holes.free_bytes += block::BYTES - used_bytes;
            holes.unswept.push_back(start);
        }
        // Low addresses are used first, so that what lives gathers there.
        let starts = holes.unswept.make_contiguous();
        starts.sort_unstable_by(|left, right| right.cmp(left));
        holes
    }

    /// Bytes of the holes to come, an upper bound of what can be put there.
    pub(crate) const fn free_bytes(&self) -> usize {
        self.free_bytes
    }

    /// The next hole that takes any object that is not medium.
    pub(crate) fn next(&mut self, metadata: &Metadata) -> Option<AddressRange> {
        loop {
            let hole = take_hole(metadata, &mut self.rest, &mut self.free_bytes);
            if hole.bytes() >= MEDIUM_BYTES {
                return Some(hole);
            }
            if hole.is_empty() {
                self.rest = block::range(self.unswept.pop_back()?);
            }
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
            let hole = take_hole(metadata, &mut self.medium_rest, &mut self.free_bytes);
            if hole.bytes() >= bytes {
                return Some(hole);
            }
            if hole.is_empty() {
                if blocks_left == 0 {
                    return None;
                }
                blocks_left -= 1;
                self.medium_rest = block::range(self.unswept.pop_front()?);
            }
        }
    }

    /// Leaves out the blocks of which `is_gone` says so. (What they had free is counted on.)
    pub(crate) fn forget(&mut self, is_gone: impl Fn(Address) -> bool) {
        self.unswept.retain(|&start| !is_gone(start));
        for rest in [&mut self.rest, &mut self.medium_rest] {
            if !rest.is_empty() && is_gone(rest.start) {
                *rest = AddressRange::EMPTY;
            }
        }
    }
}

/// The next hole of the rest of a block, which is passed then; empty if there is none.
fn take_hole(metadata: &Metadata, rest: &mut AddressRange, free_bytes: &mut usize) -> AddressRange {
    let hole = metadata.hole_after(*rest);
    rest.start = hole.end;
    *free_bytes = free_bytes.saturating_sub(hole.bytes());
    hole
}
