//! The kinds of chunks, as the side table of the arena holds them.

/// What a chunk is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ChunkKind {
    /// Nobody's.
    Free = 0,
    /// Young objects.
    Nursery = 1,
    /// Old objects.
    Old = 2,
    /// Old objects that are being evacuated: only during a full collection.
    Condemned = 3,
    /// Kept by the collector for old objects to come.
    Spare = 4,
    /// One large object that no collection has seen yet.
    LargeYoung = 5,
    /// One large object.
    Large = 6,
    /// Old objects that never move.
    Pinned = 7,
    /// One image.
    Image = 8,
    /// Several small images.
    SharedImages = 9,
    /// A stack of frames.
    Stack = 10,
    /// Not in the arena.
    Foreign = 11,
}

impl ChunkKind {
    const ALL: [Self; 12] = [
        Self::Free,
        Self::Nursery,
        Self::Old,
        Self::Condemned,
        Self::Spare,
        Self::LargeYoung,
        Self::Large,
        Self::Pinned,
        Self::Image,
        Self::SharedImages,
        Self::Stack,
        Self::Foreign,
    ];

    /// Whether no collection has seen what lies there.
    #[inline(always)]
    pub(crate) const fn is_young(self) -> bool {
        matches!(self, Self::Nursery | Self::LargeYoung)
    }

    /// Whether a collection may move what lies there.
    #[inline(always)]
    pub(crate) const fn is_movable(self) -> bool {
        matches!(self, Self::Nursery | Self::Old | Self::Condemned)
    }

    /// Whether images lie there.
    #[inline(always)]
    pub(crate) const fn is_image(self) -> bool {
        matches!(self, Self::Image | Self::SharedImages)
    }

    #[inline(always)]
    pub(crate) const fn from_byte(byte: u8) -> Self {
        Self::ALL[byte as usize]
    }
}
