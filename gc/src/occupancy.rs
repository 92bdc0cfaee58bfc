//! How much objects take.

/// What a heap takes, in bytes.
#[expect(clippy::struct_field_names, reason = "names say their units")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Occupancy {
    /// Old objects, and what goes with their blocks: the metadata, gaps that no object will fill, and a reserve for
    /// evacuation.
    pub(crate) fixed_bytes: usize,
    /// Small young objects: while they are copied, they exist twice.
    pub(crate) movable_bytes: usize,
    /// Holes between old objects. Small objects will be put there.
    pub(crate) hole_bytes: usize,
}

impl Occupancy {
    /// All objects: what old ones take when a minor collection is done.
    pub(crate) const fn bytes(self) -> usize {
        self.fixed_bytes.saturating_add(self.movable_bytes)
    }

    /// All objects, and a copy of each that moves.
    pub(crate) const fn bytes_with_copies(self) -> usize {
        self.bytes().saturating_add(self.movable_bytes)
    }

    /// The same with the holes: what the system sees.
    pub(crate) const fn bytes_with_holes(self) -> usize {
        self.bytes_with_copies().saturating_add(self.hole_bytes)
    }
}
