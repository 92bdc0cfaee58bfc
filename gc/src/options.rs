//! The choices of an embedder about a heap.

use std::num::NonZeroU32;

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;
const GIB: usize = 1 << 30;

/// What an embedder may choose about a heap. Start from [`HeapOptions::default`].
#[derive(Clone, Debug)]
pub struct HeapOptions {
    /// Address space to reserve, halved as long as the system refuses; at least
    /// [`Self::ARENA_BYTES_MIN`].
    pub arena_bytes: usize,
    /// Young bytes after which a minor collection is due.
    pub nursery_bytes: usize,
    /// Objects, their metadata, copies, charges and requests may not exceed this together; `None`: what the arena has
    /// room for.
    pub heap_bytes_max: Option<usize>,
    /// A full collection is due when the old space has grown to this many percent of what was live
    /// after the last one.
    pub growth_percent: usize,
    /// Below this many bytes, growth alone makes no full collection due.
    pub full_bytes_min: usize,
    /// What full collections move.
    pub evacuation: Evacuation,
    /// Collect at places where nobody needs a collection, and check everything.
    pub zeal: Option<Zeal>,
    /// Verify the heap before and after every collection (zeal implies it).
    pub verify: bool,
}

/// What a full collection moves of the old objects that can be moved. All others are marked where they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evacuation {
    /// Those in blocks that are nearly empty; where memory is short, those in others, too.
    AsNeeded,
    /// All. Zeal implies it for every other collection.
    Everything,
}

/// The stress mode: at which of the places to collect where a collection may start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zeal {
    /// At every Nth.
    Every(NonZeroU32),
    /// At places between which a program does work in proportion to what a collection and its checks cost, so
    /// that each program ends. The seed decides which places these are.
    Paced {
        /// Any number.
        seed: u64,
    },
}

impl HeapOptions {
    /// The smallest arena that a heap starts with.
    pub const ARENA_BYTES_MIN: usize = 64 * MIB;
    /// The smallest nursery that makes sense; smaller wishes are rounded up.
    pub const NURSERY_BYTES_MIN: usize = 64 * KIB;
}

impl Default for HeapOptions {
    fn default() -> Self {
        Self {
            arena_bytes: 256 * GIB,
            nursery_bytes: 4 * MIB,
            heap_bytes_max: None,
            growth_percent: 200,
            full_bytes_min: 32 * MIB,
            evacuation: Evacuation::AsNeeded,
            zeal: None,
            verify: false,
        }
    }
}
