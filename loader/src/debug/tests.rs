//! Damaged tables cost names and lines, and neither time nor memory out of proportion.

use abi::image::Extent;

use super::tables::DebugTables;
use crate::elf::{SectionTable, Sections};

const SECTION_HEADER_BYTES: usize = 64;

/// A file that has these sections alone, and their names in a section before them.
struct File {
    bytes: Vec<u8>,
    table: SectionTable,
}

impl File {
    fn new(sections: &[(&str, &[u8])]) -> Self {
        let (mut bytes, mut headers, mut names) = (Vec::new(), Vec::new(), Vec::new());
        let mut header = |name: usize, offset: usize, length: usize| {
            let mut header = [0; SECTION_HEADER_BYTES];
            header[0..4].copy_from_slice(&(name as u32).to_le_bytes());
            header[4] = 1;
            header[24..32].copy_from_slice(&(offset as u64).to_le_bytes());
            header[32..40].copy_from_slice(&(length as u64).to_le_bytes());
            headers.extend(header);
        };
        for (name, contents) in sections {
            header(names.len(), bytes.len(), contents.len());
            names.extend([name.as_bytes(), &[0]].concat());
            bytes.extend(*contents);
        }
        header(names.len() - 1, bytes.len(), names.len());
        bytes.extend(names);
        let offset = bytes.len() as u64;
        bytes.extend(headers);
        let count = sections.len() as u16;
        let table = SectionTable {
            offset,
            count: count + 1,
            names_index: count,
        };
        Self { bytes, table }
    }

    fn tables(&self) -> DebugTables {
        let sections = Sections {
            tail: &self.bytes,
            tail_offset: 0,
            table: self.table,
        };
        DebugTables::parse(&sections, Extent::default())
    }
}

/// A `.symtab` of procedures of 16 bytes, whose names start at their numbers.
fn symbols(count: u32) -> Vec<u8> {
    let symbol = |number: u32| {
        let mut symbol = [0; 24];
        symbol[0..4].copy_from_slice(&number.to_le_bytes());
        symbol[4] = 2;
        symbol[8..12].copy_from_slice(&(16 * number).to_le_bytes());
        symbol[16] = 16;
        symbol
    };
    (0..count).flat_map(symbol).collect()
}

/// A `.debug_line` without rows, of files whose names start at their numbers in `.debug_line_str`.
fn files(count: u16) -> Vec<u8> {
    const PATH_IN_STRINGS: [u8; 2] = [1, 0x1f];
    let mut rest = vec![1, 1, 1, 0, 1, 1];
    rest.push(1);
    rest.extend(PATH_IN_STRINGS);
    rest.push(0);
    rest.push(1);
    rest.extend(PATH_IN_STRINGS);
    rest.extend([
        count as u8 | 0x80,
        (count >> 7) as u8 | 0x80,
        (count >> 14) as u8,
    ]);
    rest.extend((0..u32::from(count)).flat_map(u32::to_le_bytes));
    let header_bytes = (rest.len() as u32).to_le_bytes();
    let unit = [&[5, 0, 8, 0][..], &header_bytes, &rest].concat();
    [&(unit.len() as u32).to_le_bytes()[..], &unit].concat()
}

#[test]
fn procedures_and_files_have_the_names_that_their_tables_say() {
    let file = File::new(&[
        (".symtab", &symbols(3)),
        (".strtab", b"car\0"),
        (".debug_line", &files(2)),
        (".debug_line_str", b"a.scm\0"),
    ]);
    let tables = file.tables();
    assert_eq!(tables.procedure_name(0), Some("car"));
    assert_eq!(tables.procedure_name(31), Some("ar"));
    assert_eq!(tables.procedure_name(48), None);
    let all = Extent {
        start: 0,
        bytes: 32,
    };
    let functions: Vec<_> = tables.functions_in(all).collect();
    assert_eq!(functions, [(0, 16, "car"), (16, 16, "ar")]);
    assert_eq!(tables.file(1), Some(".scm"));
    assert_eq!(tables.file(2), None);
}

#[test]
fn names_outside_their_table_and_names_that_are_no_text_are_empty() {
    let file = File::new(&[
        (".symtab", &symbols(6)),
        (".strtab", b"\xffz\0\0"),
        (".debug_line", &files(7)),
        (".debug_line_str", b"x\xff\0"),
    ]);
    let tables = file.tables();
    assert_eq!(tables.procedure_name(0), Some(""));
    assert_eq!(tables.procedure_name(16), Some("z"));
    assert_eq!(tables.procedure_name(80), Some(""));
    assert_eq!(tables.file(0), Some(""));
    assert_eq!(tables.file(6), Some(""));
}

// Copies of all names would take 60 GB and 30 GB.
#[test]
fn one_long_name_of_many_procedures_and_files_is_not_copied() {
    let mut long = vec![b'x'; 1_000_000];
    long.push(0);
    let file = File::new(&[
        (".symtab", &symbols(60_000)),
        (".strtab", &long),
        (".debug_line", &files(30_000)),
        (".debug_line_str", &long),
    ]);
    let tables = file.tables();
    let name = tables.procedure_name(16 * 59_999).unwrap_or_default();
    assert_eq!(name.len(), 1_000_000 - 59_999);
    assert_eq!(tables.file(29_999).unwrap_or_default().len(), 970_001);
}

// A search that reads each section's name to its end would read 65 GB.
#[test]
fn looking_for_a_section_reads_no_long_names() {
    let mut names = vec![b'.'; 1_000_000];
    names.push(0);
    let mut file = File::new(&[("names", &names)]);
    let header = file.bytes[file.table.offset as usize..][..SECTION_HEADER_BYTES].to_vec();
    file.bytes.truncate(file.table.offset as usize);
    file.bytes.extend(header.repeat(65_535));
    file.table.count = u16::MAX;
    file.table.names_index = 0;
    assert_eq!(file.tables().procedure_name(0), None);
}
