//! Procedures, files and lines of an image that no tool reads: the section `.cozen.places`.
//!
//! A small image for memory has the section in place of `.symtab` and `.debug_line`, which take longer to make. The
//! encoding is little-endian and unaligned. A text is the number of its bytes (u32), and UTF-8.
//!
//! ```text
//! 0   procedure_count: u32
//! 4   file_count: u32
//! 8   row_count: u32
//! ..  for each procedure: start: u32, bytes: u32, its name as a text
//! ..  for each file: its name as a text
//! ..  for each row: address: u32, file: u32, line: u32, column: u32, number of the written name: u16,
//!                   1 if no code follows up to the next row, else 0: u16
//! ```

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::written_name::WrittenName;

/// What the section says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// The procedures.
    pub procedures: Vec<PlacedProcedure>,
    /// The names of the files.
    pub files: Vec<Box<str>>,
    /// Which code comes from where.
    pub rows: Vec<PlaceRow>,
}

/// A procedure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedProcedure {
    /// Virtual address of the header.
    pub start: u32,
    /// Bytes of header and code.
    pub bytes: u32,
    /// What backtraces call it.
    pub name: Box<str>,
}

/// The code from `address` up to the next row comes from this place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlaceRow {
    /// Virtual address.
    pub address: u32,
    /// Index of the file.
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

/// The section while it is written.
#[derive(Clone, Debug, Default)]
pub struct PlacesWriter {
    counts: [u32; 3],
    procedures: Vec<u8>,
    files: Vec<u8>,
    rows: Vec<u8>,
}

impl PlacesWriter {
    /// Adds a procedure.
    pub fn add_procedure(&mut self, start: u32, bytes: u32, name: &str) {
        self.counts[0] += 1;
        self.procedures.extend_from_slice(&start.to_le_bytes());
        self.procedures.extend_from_slice(&bytes.to_le_bytes());
        write_text(name, &mut self.procedures);
    }

    /// Adds a file; its index is the number of files before it.
    pub fn add_file(&mut self, name: &str) {
        self.counts[1] += 1;
        write_text(name, &mut self.files);
    }

    /// Adds a row.
    pub fn add_row(&mut self, row: &PlaceRow) {
        self.counts[2] += 1;
        for word in [row.address, row.file, row.line, row.column] {
            self.rows.extend_from_slice(&word.to_le_bytes());
        }
        for half in [row.written.discriminator(), u16::from(row.is_end)] {
            self.rows.extend_from_slice(&half.to_le_bytes());
        }
    }

    /// The contents of the section.
    pub fn finish(self) -> Vec<u8> {
        let parts = [self.procedures, self.files, self.rows];
        let bytes = parts.iter().map(Vec::len).sum::<usize>();
        let mut section = Vec::with_capacity(size_of_val(&self.counts) + bytes);
        for count in self.counts {
            section.extend_from_slice(&count.to_le_bytes());
        }
        for part in parts {
            section.extend_from_slice(&part);
        }
        section
    }
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    let bytes = u32::try_from(text.len()).expect("an image has fewer bytes");
    out.extend_from_slice(&bytes.to_le_bytes());
    out.extend_from_slice(text.as_bytes());
}

impl Places {
    /// Reads the section; `None` if it is cut short or a text is no UTF-8.
    pub fn decode(mut bytes: &[u8]) -> Option<Self> {
        let bytes = &mut bytes;
        let [procedures, files, rows] = [take_word(bytes)?, take_word(bytes)?, take_word(bytes)?];
        // What a count promises is there, or this ends.
        Some(Self {
            procedures: (0..procedures)
                .map(|_| take_procedure(bytes))
                .collect::<Option<_>>()?,
            files: (0..files)
                .map(|_| take_text(bytes))
                .collect::<Option<_>>()?,
            rows: (0..rows).map(|_| take_row(bytes)).collect::<Option<_>>()?,
        })
    }
}

fn take_procedure(bytes: &mut &[u8]) -> Option<PlacedProcedure> {
    Some(PlacedProcedure {
        start: take_word(bytes)?,
        bytes: take_word(bytes)?,
        name: take_text(bytes)?,
    })
}

fn take_row(bytes: &mut &[u8]) -> Option<PlaceRow> {
    Some(PlaceRow {
        address: take_word(bytes)?,
        file: take_word(bytes)?,
        line: take_word(bytes)?,
        column: take_word(bytes)?,
        written: WrittenName::from_discriminator(u16::from_le_bytes(take(bytes)?).into()),
        is_end: u16::from_le_bytes(take(bytes)?) != 0,
    })
}

fn take_text(bytes: &mut &[u8]) -> Option<Box<str>> {
    let length = take_word(bytes)?;
    let (text, rest) = bytes.split_at_checked(usize::try_from(length).ok()?)?;
    *bytes = rest;
    str::from_utf8(text).ok().map(Box::from)
}

fn take_word(bytes: &mut &[u8]) -> Option<u32> {
    take(bytes).map(u32::from_le_bytes)
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_every_truncation_is_refused() {
        let row = |address, is_end| PlaceRow {
            address,
            file: 1,
            line: 7,
            column: 3,
            written: WrittenName::of("cadr"),
            is_end,
        };
        let places = Places {
            procedures: [(32, 40, "näme"), (80, 8, "")]
                .map(|(start, bytes, name)| PlacedProcedure {
                    start,
                    bytes,
                    name: name.into(),
                })
                .to_vec(),
            files: ["a.scm", "b.scm"].map(Box::from).to_vec(),
            rows: [row(32, false), row(88, true)].to_vec(),
        };
        let mut writer = PlacesWriter::default();
        for procedure in &places.procedures {
            writer.add_procedure(procedure.start, procedure.bytes, &procedure.name);
        }
        for file in &places.files {
            writer.add_file(file);
        }
        for row in &places.rows {
            writer.add_row(row);
        }
        let section = writer.finish();
        assert_eq!(Places::decode(&section), Some(places));
        for end in 0..section.len() {
            assert_eq!(Places::decode(&section[..end]), None);
        }
    }

    #[test]
    fn counts_that_lie_take_no_memory() {
        assert_eq!(Places::decode(&[0xff; 12]), None);
    }
}
