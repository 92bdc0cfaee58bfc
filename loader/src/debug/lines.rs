//! The line table: `.debug_line` (DWARF 5, section 6.2), decoded as far as it is asked for, or the rows of
//! `.cozen.places`.

use std::ops::Range;
use std::sync::OnceLock;

pub use abi::places::PlaceRow as LineRow;
use abi::written_name::WrittenName;
use gimli::{
    AttributeValue, DebugLine, DebugLineOffset, EndianSlice, Format, IncompleteLineProgram,
    LineProgramHeader, LittleEndian,
};

use super::sequences::{Sequence, sequences};
use crate::elf::{Sections, string_at};

type Bytes<'tail> = EndianSlice<'tail, LittleEndian>;

/// The rows of an image, and the files that they name.
///
/// A row is decoded when somebody asks for it, with the sequence that it stands in. All rows are decoded when somebody
/// asks for all.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines {
    /// `.debug_line`.
    section: Box<[u8]>,
    programs: Vec<Program>,
    /// Ascending by the first address, with the number of the program.
    sequences: Vec<(Sequence, u32)>,
    rows: OnceLock<Vec<LineRow>>,
    files: Vec<FileName>,
    /// `.debug_line_str`.
    strings: Box<[u8]>,
}

/// A line program.
#[derive(Clone, Debug)]
struct Program {
    /// Where its header starts and ends in the section.
    header: Range<usize>,
    /// What its numbers of files count from.
    first_file: u32,
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
    /// The line programs up to the first damaged one.
    pub(super) fn parse(sections: &Sections<'_>) -> Self {
        let mut lines = Self {
            section: (sections.find(".debug_line").unwrap_or_default()).into(),
            strings: (sections.find(".debug_line_str").unwrap_or_default()).into(),
            ..Self::default()
        };
        let section = std::mem::take(&mut lines.section);
        let mut offset = 0;
        while offset < section.len() {
            let Some(program) = program_at(&section, offset) else {
                break;
            };
            if program.header().format() != Format::Dwarf32 {
                break;
            }
            lines.add_program(&section, offset, program.header());
            offset += unit_bytes(program.header());
        }
        lines.section = section;
        lines.sequences.sort_by_key(|(sequence, _)| sequence.start);
        lines
    }

    /// Those of an image without line programs.
    pub(super) fn of(mut rows: Vec<LineRow>, files: Vec<Box<str>>) -> Self {
        rows.sort_by_key(|row| (row.address, !row.is_end));
        Self {
            rows: rows.into(),
            files: files.into_iter().map(FileName::Inline).collect(),
            ..Self::default()
        }
    }

    fn add_program(
        &mut self,
        section: &[u8],
        offset: usize,
        header: &LineProgramHeader<Bytes<'_>>,
    ) {
        let (Ok(number), Ok(first_file)) = (
            u32::try_from(self.programs.len()),
            u32::try_from(self.files.len()),
        ) else {
            return;
        };
        self.add_files(header);
        let end = offset + unit_bytes(header);
        let Some(start) = end.checked_sub(header.raw_program_buf().len()) else {
            return;
        };
        let operand_counts = header.standard_opcode_lengths().slice();
        let sequences = sequences(section, start..end, operand_counts);
        self.sequences
            .extend(sequences.into_iter().map(|sequence| (sequence, number)));
        self.programs.push(Program {
            header: offset..start,
            first_file,
        });
    }

    /// The rows of a sequence, up to the first damaged instruction.
    fn decode(&self, (sequence, number): (Sequence, u32), rows: &mut Vec<LineRow>) {
        let Program { header, first_file } = &self.programs[number as usize];
        let parts = [
            &self.section[header.clone()],
            &self.section[sequence.instructions()],
        ];
        let mut bytes = parts.concat();
        let unit_bytes = (bytes.len() - INITIAL_LENGTH_BYTES) as u32;
        bytes[..INITIAL_LENGTH_BYTES].copy_from_slice(&unit_bytes.to_le_bytes());
        let Some(program) = program_at(&bytes, 0) else {
            return;
        };
        let mut decoded = program.rows();
        while let Ok(Some((_, row))) = decoded.next_row() {
            let Some(row) = line_row(row, *first_file) else {
                return;
            };
            rows.push(row);
        }
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

    /// Whether there are no rows.
    pub(super) fn is_empty(&self) -> bool {
        self.sequences.is_empty() && self.rows.get().is_none_or(Vec::is_empty)
    }

    /// All rows, ascending by address.
    pub(super) fn rows(&self) -> &[LineRow] {
        self.rows.get_or_init(|| {
            let mut rows = Vec::new();
            for &sequence in &self.sequences {
                self.decode(sequence, &mut rows);
            }
            rows.sort_by_key(|row| (row.address, !row.is_end));
            rows
        })
    }

    /// The row for the code at `address`.
    pub(super) fn row_at(&self, address: u32) -> Option<LineRow> {
        if let Some(rows) = self.rows.get() {
            return row_of(rows, address);
        }
        let after = self
            .sequences
            .partition_point(|(sequence, _)| sequence.start <= address);
        let mut rows = Vec::new();
        self.decode(self.sequences[after.checked_sub(1)?], &mut rows);
        row_of(&rows, address)
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

/// The row for the code at `address`, of rows that ascend.
fn row_of(rows: &[LineRow], address: u32) -> Option<LineRow> {
    let after = rows.partition_point(|row| row.address <= address);
    let row = rows[after.checked_sub(1)?];
    (!row.is_end).then_some(row)
}

/// The program whose header starts at `offset`.
fn program_at(section: &[u8], offset: usize) -> Option<IncompleteLineProgram<Bytes<'_>>> {
    let section = DebugLine::new(section, LittleEndian);
    let program = section.program(DebugLineOffset(offset), 8, None, None);
    program.ok()
}

/// How many bytes the program takes in the section, its length included.
fn unit_bytes(header: &LineProgramHeader<Bytes<'_>>) -> usize {
    header.unit_length() + INITIAL_LENGTH_BYTES
}

fn line_row(row: &gimli::LineRow, first_file: u32) -> Option<LineRow> {
    let number = |value: u64| u32::try_from(value).unwrap_or_default();
    Some(LineRow {
        address: u32::try_from(row.address()).ok()?,
        file: first_file.checked_add(u32::try_from(row.file_index()).ok()?)?,
        line: row.line().map_or(0, |line| number(line.get())),
        column: match row.column() {
            gimli::ColumnType::LeftEdge => 0,
            gimli::ColumnType::Column(column) => number(column.get()),
        },
        written: WrittenName::from_discriminator(row.discriminator()),
        is_end: row.end_sequence(),
    })
}

/// Bytes of a unit's length field in 32-bit DWARF.
const INITIAL_LENGTH_BYTES: usize = 4;
