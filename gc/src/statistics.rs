//! Counters and pauses, for people and tests to read.

use std::time::Duration;

use crate::object_model::Scope;

/// What a heap did since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Bytes handed out, exactly: young, large and pinned objects.
    pub allocated_bytes: u64,
    /// Bytes that collections copied.
    pub copied_bytes: u64,
    /// Blocks of the old space that full collections have emptied by copying what lived there.
    pub evacuated_blocks: u64,
    /// Objects that were to be copied out of such blocks, and stayed where they were since there was no room.
    pub rescued_objects: u64,
    /// Holes between old objects that copies were put into.
    pub filled_holes: u64,
    /// Bytes that the old space, large and pinned objects take now, garbage included.
    pub old_bytes: usize,
    /// Bytes that were live after the last full collection.
    pub live_bytes: usize,
    /// Bytes that images map now.
    pub external_bytes: usize,
    /// Mappings that images have now.
    pub external_mappings: usize,
    /// Images registered now.
    pub images: usize,
    /// Images that full collections found unreachable.
    pub images_collected: u64,
    /// How often collections looked whether an ephemeron's key was reached: at most twice for each ephemeron
    /// that one of them reached.
    pub ephemerons_examined: u64,
    /// Minor collections.
    pub minor: Pauses,
    /// Full collections.
    pub full: Pauses,
}

/// How often and how long the mutator waited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pauses {
    /// How many.
    pub count: u64,
    /// All together.
    pub total: Duration,
    /// The longest.
    pub max: Duration,
}

impl Pauses {
    pub(crate) fn add(&mut self, pause: Duration) {
        self.count += 1;
        self.total += pause;
        self.max = self.max.max(pause);
    }
}

/// One collection, as a listener hears of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// How much was collected.
    pub scope: Scope,
    /// How long the mutator waited.
    pub pause: Duration,
    /// Bytes that this collection copied.
    pub copied_bytes: u64,
    /// Blocks that it emptied by copying what lived there.
    pub evacuated_blocks: u64,
    /// Objects that it was to copy, and marked where they were since there was no room.
    pub rescued_objects: u64,
    /// Bytes that old, large and pinned objects take after it.
    pub old_bytes: usize,
    /// Images that it found unreachable.
    pub images_collected: u64,
}
