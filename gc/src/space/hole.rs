//! The lazy sweep: finds holes between marked objects, as copies need them.

use crate::address::{Address, AddressRange};
use crate::space::block::{self, MEDIUM_BYTES};
use crate::space::metadata::Metadata;

/// Blocks with holes, and how far the sweep has come.
#[derive(Debug)]
pub(crate) struct Holes {
    /// Blocks that were not looked at since the last full collection; the next one is the last.
    unswept: Vec<Address>,
    /// The rest of the block that is being swept.
    rest: AddressRange,
    /// Bytes of all holes that were not passed yet, also of those too short to be used.
    free_bytes: usize,
}

impl Holes {
    /// No holes.
    pub(crate) const fn none() -> Self {
        Self {
            unswept: Vec::new(),
            rest: AddressRange::EMPTY,
            free_bytes: 0,
        }
    }

    /// The holes of these blocks: each with the bytes that objects take there.
    pub(crate) fn of(blocks: impl IntoIterator<Item = (Address, usize)>) -> Self {
        let mut holes = Self::none();
        for (start, used_bytes) in blocks {
            holes.free_bytes += block::BYTES - used_bytes;
            holes.unswept.push(start);
        }
        // Low addresses first, so that what lives gathers there.
        holes
            .unswept
            .sort_unstable_by(|left, right| right.cmp(left));
        holes
    }

    /// Bytes of the holes to come, an upper bound of what can be put there.
    pub(crate) const fn free_bytes(&self) -> usize {
        self.free_bytes
    }

    /// The next hole that takes any object that is not medium.
    pub(crate) fn next(&mut self, metadata: &Metadata) -> Option<AddressRange> {
        loop {
            let hole = metadata.hole_after(self.rest);
            self.rest.start = hole.end;
            self.free_bytes = self.free_bytes.saturating_sub(hole.bytes());
            if hole.bytes() >= MEDIUM_BYTES {
                return Some(hole);
            }
            if hole.is_empty() {
                self.rest = block::range(self.unswept.pop()?);
            }
        }
    }

    /// Leaves out the blocks of which `is_gone` says so. (What they had free is counted on.)
    pub(crate) fn forget(&mut self, is_gone: impl Fn(Address) -> bool) {
        self.unswept.retain(|&start| !is_gone(start));
        if !self.rest.is_empty() && is_gone(self.rest.start) {
            self.rest = AddressRange::EMPTY;
        }
    }
}
