//! The ELF header (gABI, "ELF Header").

use std::ops::Range;

use super::layout::{ELF_HEADER_BYTES, PROGRAM_HEADER_BYTES, read, word16, word32, word64};
use super::section::SectionTable;
use crate::error::LoadError;

/// What `strip` changes and the content hash leaves out: `e_shoff`, and `e_shnum` with `e_shstrndx`.
pub(crate) const NOT_HASHED: [Range<usize>; 2] = [0x28..0x30, 0x3c..0x40];

const MAGIC: [u8; 4] = *b"\x7fELF";
const CLASS_64: u8 = 2;
const LITTLE_ENDIAN: u8 = 1;
const TYPE_SHARED_OBJECT: u16 = 3;
const MACHINE_X86_64: u16 = 62;

/// What the loader takes from the ELF header.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ElfHeader {
    pub(crate) program_header_count: usize,
    pub(crate) section_table: SectionTable,
}

impl ElfHeader {
    /// Reads and checks the header.
    pub(crate) fn parse(file: &[u8]) -> Result<Self, LoadError> {
        let magic: [u8; 4] = read(file, 0, "ELF magic number")?;
        if magic != MAGIC {
            return Err(LoadError::NotElf { found: magic });
        }
        let bytes: [u8; ELF_HEADER_BYTES] = read(file, 0, "ELF header")?;
        if bytes[4] != CLASS_64 {
            return Err(LoadError::WrongClass { found: bytes[4] });
        }
        if bytes[5] != LITTLE_ENDIAN {
            return Err(LoadError::WrongByteOrder { found: bytes[5] });
        }
        if word16(&bytes, 16) != TYPE_SHARED_OBJECT {
            return Err(LoadError::WrongType {
                found: word16(&bytes, 16),
            });
        }
        if word16(&bytes, 18) != MACHINE_X86_64 {
            return Err(LoadError::WrongMachine {
                found: word16(&bytes, 18),
                expected: MACHINE_X86_64,
            });
        }
        let fields = [
            ("e_ident[EI_VERSION]", u64::from(bytes[6]), 1),
            ("e_ident[EI_OSABI]", u64::from(bytes[7]), 0),
            ("e_version", u64::from(word32(&bytes, 20)), 1),
            ("e_phoff", word64(&bytes, 32), ELF_HEADER_BYTES as u64),
            (
                "e_ehsize",
                u64::from(word16(&bytes, 52)),
                ELF_HEADER_BYTES as u64,
            ),
            (
                "e_phentsize",
                u64::from(word16(&bytes, 54)),
                PROGRAM_HEADER_BYTES as u64,
            ),
        ];
        for (field, found, expected) in fields {
            if found != expected {
                return Err(LoadError::WrongHeaderField {
                    field,
                    found,
                    expected,
                });
            }
        }
        Ok(Self {
            program_header_count: usize::from(word16(&bytes, 56)),
            section_table: SectionTable {
                offset: word64(&bytes, 40),
                count: word16(&bytes, 60),
                names_index: word16(&bytes, 62),
            },
        })
    }

    /// Where the image header stands: after the program headers.
    pub(crate) const fn image_header_offset(&self) -> usize {
        ELF_HEADER_BYTES + self.program_header_count * PROGRAM_HEADER_BYTES
    }
}
