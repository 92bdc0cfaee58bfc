//! Blocks of the old space.
//!
//! A block is one chunk. The number of its chunk says how many bytes the objects take there: those that the last full
//! collection has marked, and those that came since.

use crate::address::{Address, AddressRange};
use crate::arena::{Arena, CHUNK_BYTES, ChunkKind};

/// Bytes of a block.
pub(crate) const BYTES: usize = CHUNK_BYTES;

/// Bytes of a block's metadata, one for each granule.
pub(crate) const METADATA_BYTES: usize = BYTES / crate::OBJECT_ALIGN_BYTES;

/// Objects of more bytes than this are *medium*: not every hole takes them. (Whippet's nofl space has the same bound.)
pub(crate) const MEDIUM_BYTES: usize = 256;

/// All of the block that starts at `start`.
pub(crate) const fn range(start: Address) -> AddressRange {
    AddressRange::new(start, BYTES)
}

/// How many bytes objects take in the block.
pub(crate) fn used_bytes(arena: &Arena, start: Address) -> usize {
    arena.number_of(start) as usize
}

/// Says that the block is of `kind`, and how many bytes objects take there.
pub(crate) fn label(arena: &Arena, start: Address, kind: ChunkKind, used_bytes: usize) {
    arena.set(range(start), kind, used_bytes as u32);
}

/// Counts copies of `bytes` in the block that `address` lies in.
#[inline(always)]
pub(crate) fn count(arena: &Arena, address: Address, bytes: usize) {
    arena.add_to_number(address, bytes as u32);
}
