//! The four segments of an image.

use std::fmt;

use abi::image::{Extent, ImageHeader};

/// Which segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SegmentKind {
    /// Headers, constants without pointers, frame maps.
    ReadOnly,
    /// Procedures.
    Code,
    /// Constants with pointers.
    Constants,
    /// Cells.
    Cells,
}

impl SegmentKind {
    /// All, in the order of their addresses.
    pub const ALL: [Self; 4] = [Self::ReadOnly, Self::Code, Self::Constants, Self::Cells];

    /// What the image header says of the segment.
    pub const fn extent(self, header: &ImageHeader) -> Extent {
        match self {
            Self::ReadOnly => header.read_only,
            Self::Code => header.code,
            Self::Constants => header.constants,
            Self::Cells => header.cells,
        }
    }
}

impl fmt::Display for SegmentKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::ReadOnly => "read-only",
            Self::Code => "code",
            Self::Constants => "constants",
            Self::Cells => "cells",
        })
    }
}

/// A segment, and where it stands in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) kind: SegmentKind,
    pub(crate) extent: Extent,
    pub(crate) file_offset: usize,
}

impl Segment {
    /// The segment's bytes in the file, which was checked to hold them.
    pub(crate) fn bytes(self, file: &[u8]) -> &[u8] {
        &file[self.file_offset..self.file_end()]
    }

    /// One past the segment's last byte in the file.
    pub(crate) const fn file_end(self) -> usize {
        self.file_offset + self.extent.bytes as usize
    }
}
