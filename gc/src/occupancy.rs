//! How much objects take.

/// Bytes of objects, by what a full collection does with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Occupancy {
    /// Objects that stay where they are: large and pinned ones.
    pub(crate) fixed_bytes: usize,
    /// Objects that are copied if they live: while they are, they exist twice.
    pub(crate) movable_bytes: usize,
}

impl Occupancy {
    /// All objects.
    pub(crate) const fn bytes(self) -> usize {
        self.fixed_bytes.saturating_add(self.movable_bytes)
    }

    /// All objects, and a copy of each that moves.
    pub(crate) const fn bytes_with_copies(self) -> usize {
        self.bytes().saturating_add(self.movable_bytes)
    }
}
