//! Program headers (gABI, "Program Header").

use super::layout::{ELF_HEADER_BYTES, PROGRAM_HEADER_BYTES, read, word32, word64};
use crate::error::LoadError;

/// Segment may be executed.
pub(crate) const PF_X: u32 = 1;
/// Segment may be written.
pub(crate) const PF_W: u32 = 2;
/// Segment may be read.
pub(crate) const PF_R: u32 = 4;

const PT_LOAD: u32 = 1;

/// A program header of type `PT_LOAD`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LoadedSegment {
    pub(crate) flags: u32,
    pub(crate) offset: u64,
    pub(crate) start: u64,
    pub(crate) file_bytes: u64,
    pub(crate) memory_bytes: u64,
    pub(crate) align_bytes: u64,
}

/// The loaded segments of an image, at most [`Self::MAX`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LoadedSegments {
    segments: [LoadedSegment; Self::MAX],
    count: usize,
}

impl LoadedSegments {
    const MAX: usize = 4;

    /// Reads `count` program headers; those of other types are ignored.
    ///
    /// Of more loaded segments than an image can have, only their number is kept.
    pub(crate) fn parse(file: &[u8], count: usize) -> Result<Self, LoadError> {
        let mut found = Self::default();
        for number in 0..count {
            let offset = ELF_HEADER_BYTES + number * PROGRAM_HEADER_BYTES;
            let bytes: [u8; PROGRAM_HEADER_BYTES] = read(file, offset, "program header")?;
            if word32(&bytes, 0) != PT_LOAD {
                continue;
            }
            if let Some(segment) = found.segments.get_mut(found.count) {
                *segment = LoadedSegment {
                    flags: word32(&bytes, 4),
                    offset: word64(&bytes, 8),
                    start: word64(&bytes, 16),
                    file_bytes: word64(&bytes, 32),
                    memory_bytes: word64(&bytes, 40),
                    align_bytes: word64(&bytes, 48),
                };
            }
            found.count += 1;
        }
        Ok(found)
    }

    /// How many loaded segments the file has.
    pub(crate) const fn count(&self) -> usize {
        self.count
    }

    /// The loaded segments.
    pub(crate) fn as_slice(&self) -> &[LoadedSegment] {
        &self.segments[..self.count.min(Self::MAX)]
    }
}
