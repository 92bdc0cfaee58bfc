//! Sizes of ELF structures, and bounds-checked reads of their fields.

use crate::error::LoadError;

/// Bytes of the ELF header; the program headers follow.
pub(crate) const ELF_HEADER_BYTES: usize = 64;

/// Bytes of a program header.
pub(crate) const PROGRAM_HEADER_BYTES: usize = 56;

/// The `N` bytes at `offset`.
pub(super) fn read<const N: usize>(
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

pub(super) fn word16(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

pub(super) fn word32(bytes: &[u8], at: usize) -> u32 {
    u32::from(word16(bytes, at)) | u32::from(word16(bytes, at + 2)) << 16
}

pub(super) fn word64(bytes: &[u8], at: usize) -> u64 {
    u64::from(word32(bytes, at)) | u64::from(word32(bytes, at + 4)) << 32
}
