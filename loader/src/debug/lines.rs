//! The line table: `.debug_line` (DWARF 5, section 6.2) or the rows of `.cozen.places`, decoded once.

use abi::places::PlaceRow;
use abi::written_name::WrittenName;
use gimli::{
    AttributeValue, DebugLine, DebugLineOffset, EndianSlice, IncompleteLineProgram,
    LineProgramHeader, LittleEndian,
};

use crate::elf::{Sections, string_at};

type Bytes<'tail> = EndianSlice<'tail, LittleEndian>;

/// The code from `address` up to the next row comes from this line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineRow {
    /// Virtual address.
    pub address: u32,
    /// Number of the file.
    pub file: u32,
    /// From 1; 0 if not known.
    pub line: u32,
    /// From 1; 0 if not known.
    pub column: u32,
    /// What errors of this code name.
    pub written: WrittenName,
    /// No code from here on, up to the next row.
    pub is_end: bool,
}

/// All rows of an image, and the files that they name.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines {
    rows: Vec<LineRow>,
    files: Vec<FileName>,
    /// `.debug_line_str`.
    strings: Box<[u8]>,
}

/// The name of a file. A name in the table of strings is looked up when somebody asks: a damaged image may name one
/// long string often.
#[derive(Clone, Debug)]
enum FileName {
    Unknown,
    Inline(Box<str>),
    /// Where the name starts in the table of strings.
    InStrings(u32),
}

impl Lines {
    /// Decodes the line programs up to the first damaged one.
    pub(super) fn parse(sections: &Sections<'_>) -> Self {
        let section = sections.find(".debug_line").unwrap_or_default();
        let mut lines = Self {
            strings: (sections.find(".debug_line_str").unwrap_or_default()).into(),
            ..Self::default()
        };
        let mut offset = 0;
        while offset < section.len() {
            let program = DebugLine::new(section, LittleEndian).program(
                DebugLineOffset(offset),
                8,
                None,
                None,
            );
            let Ok(program) = program else { break };
            let unit_bytes = program.header().unit_length() + INITIAL_LENGTH_BYTES;
            if lines.add_program(program).is_none() {
                break;
            }
            offset += unit_bytes;
        }
        lines.rows.sort_by_key(|row| (row.address, !row.is_end));
        lines
    }

    /// Those of an image without line programs.
    pub(super) fn of(rows: &[PlaceRow], files: Vec<Box<str>>) -> Self {
        let row = |row: &PlaceRow| LineRow {
            address: row.address,
            file: row.file,
            line: row.line,
            column: row.column,
            written: row.written,
            is_end: row.is_end,
        };
        let mut rows: Vec<LineRow> = rows.iter().map(row).collect();
        rows.sort_by_key(|row| (row.address, !row.is_end));
        Self {
            rows,
            files: files.into_iter().map(FileName::Inline).collect(),
            ..Self::default()
        }
    }

    fn add_program(&mut self, program: IncompleteLineProgram<Bytes<'_>>) -> Option<()> {
        let first_file = u32::try_from(self.files.len()).ok()?;
        self.add_files(program.header());
        let mut rows = program.rows();
        while let Some((_, row)) = rows.next_row().ok()? {
            let number = |value: u64| u32::try_from(value).unwrap_or_default();
            self.rows.push(LineRow {
                address: u32::try_from(row.address()).ok()?,
                file: first_file.checked_add(u32::try_from(row.file_index()).ok()?)?,
                line: row.line().map_or(0, |line| number(line.get())),
                column: match row.column() {
                    gimli::ColumnType::LeftEdge => 0,
                    gimli::ColumnType::Column(column) => number(column.get()),
                },
                written: WrittenName::from_discriminator(row.discriminator()),
                is_end: row.end_sequence(),
            });
        }
        Some(())
    }

    fn add_files(&mut self, header: &LineProgramHeader<Bytes<'_>>) {
        let names = header
            .file_names()
            .iter()
            .map(|file| match file.path_name() {
                AttributeValue::String(name) => FileName::Inline(name.to_string_lossy().into()),
                AttributeValue::DebugLineStrRef(offset) => {
                    u32::try_from(offset.0).map_or(FileName::Unknown, FileName::InStrings)
                }
                _ => FileName::Unknown,
            });
        self.files.extend(names);
    }

    pub(super) fn rows(&self) -> &[LineRow] {
        &self.rows
    }

    pub(super) fn row_at(&self, address: u32) -> Option<&LineRow> {
        let after = self.rows.partition_point(|row| row.address <= address);
        self.rows
            .get(after.checked_sub(1)?)
            .filter(|row| !row.is_end)
    }

    pub(super) fn file(&self, number: u32) -> Option<&str> {
        Some(match self.files.get(number as usize)? {
            FileName::Unknown => "",
            FileName::Inline(name) => name,
            &FileName::InStrings(offset) => {
                let name = string_at(&self.strings, offset).unwrap_or_default();
                str::from_utf8(name).unwrap_or_default()
            }
        })
    }
}

/// Bytes of a unit's length field in 32-bit DWARF.
const INITIAL_LENGTH_BYTES: usize = 4;
