//! Sections, for tools (gABI, "Sections").
//!
//! Nothing here is trusted. A section that does not fit its file is treated as missing.

use super::layout::{word32, word64};
use crate::error::LoadError;

const SECTION_HEADER_BYTES: usize = 64;
const SHT_NOBITS: u32 = 8;

/// Where the ELF header says that the section headers are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SectionTable {
    pub(crate) offset: u64,
    pub(crate) count: u16,
    pub(crate) names_index: u16,
}

impl SectionTable {
    /// Refuses a table that reaches past the end of the file: the file was cut off. A stripped file may
    /// have none.
    pub(crate) fn check(&self, file: &[u8]) -> Result<(), LoadError> {
        let needed_bytes = u64::from(self.count) * SECTION_HEADER_BYTES as u64;
        let available_bytes = (file.len() as u64).saturating_sub(self.offset);
        if needed_bytes > available_bytes {
            return Err(LoadError::Truncated {
                what: "section header table",
                offset: self.offset,
                needed_bytes,
                available_bytes,
            });
        }
        Ok(())
    }
}

/// The sections in the part of a file that is not mapped.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sections<'tail> {
    /// The end of the file, from `tail_offset` on.
    pub(crate) tail: &'tail [u8],
    pub(crate) tail_offset: u64,
    pub(crate) table: SectionTable,
}

impl<'tail> Sections<'tail> {
    /// The contents of the section called `name`.
    pub(crate) fn find(&self, name: &str) -> Option<&'tail [u8]> {
        let names = self.contents(self.header(self.table.names_index)?)?;
        let header = (0..self.table.count)
            .filter_map(|number| self.header(number))
            .find(|header| is_string_at(names, word32(header, 0), name.as_bytes()))?;
        self.contents(header)
    }

    fn header(&self, number: u16) -> Option<&'tail [u8]> {
        let offset = self
            .table
            .offset
            .checked_add(u64::from(number) * SECTION_HEADER_BYTES as u64)?;
        self.slice(offset, SECTION_HEADER_BYTES as u64)
    }

    fn contents(&self, header: &[u8]) -> Option<&'tail [u8]> {
        if word32(header, 4) == SHT_NOBITS {
            return None;
        }
        self.slice(word64(header, 24), word64(header, 32))
    }

    fn slice(&self, offset: u64, bytes: u64) -> Option<&'tail [u8]> {
        let start = usize::try_from(offset.checked_sub(self.tail_offset)?).ok()?;
        let end = start.checked_add(usize::try_from(bytes).ok()?)?;
        self.tail.get(start..end)
    }
}

/// Whether `string` stands at `offset` of a string table. Looks at no more of the table than that.
fn is_string_at(table: &[u8], offset: u32, string: &[u8]) -> bool {
    let rest = table.get(offset as usize..).unwrap_or_default();
    rest.strip_prefix(string)
        .is_some_and(|rest| rest.first() == Some(&0))
}

/// The string at `offset` of a string table, without its NUL.
pub(crate) fn string_at(table: &[u8], offset: u32) -> Option<&[u8]> {
    let rest = table.get(offset as usize..)?;
    let end = rest.iter().position(|&byte| byte == 0)?;
    Some(&rest[..end])
}
