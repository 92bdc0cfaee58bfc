//! ELF structures, one to a file: bounds-checked reads of the fields that images use.

mod header;
mod program_header;
mod section;

pub(crate) use header::{ELF_HEADER_BYTES, ElfHeader, NOT_HASHED};
pub(crate) use program_header::{
    LoadedSegment, LoadedSegments, PF_R, PF_W, PF_X, PROGRAM_HEADER_BYTES,
};
pub(crate) use section::{SectionTable, Sections, string_at};

use crate::error::LoadError;

/// The `N` bytes at `offset`.
fn read<const N: usize>(
    file: &[u8],
    offset: usize,
    what: &'static str,
) -> Result<[u8; N], LoadError> {
    file.get(offset..)
        .and_then(|rest| rest.first_chunk())
        .copied()
        .ok_or_else(|| {
            let available_bytes = file.len().saturating_sub(offset) as u64;
            LoadError::Truncated {
                what,
                offset: offset as u64,
                needed_bytes: N as u64,
                available_bytes,
            }
        })
}

fn word16(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn word32(bytes: &[u8], at: usize) -> u32 {
    u32::from(word16(bytes, at)) | u32::from(word16(bytes, at + 2)) << 16
}

fn word64(bytes: &[u8], at: usize) -> u64 {
    u64::from(word32(bytes, at)) | u64::from(word32(bytes, at + 4)) << 32
}
