//! DWARF 5 for tools: one compilation unit with its files, a line table, and every procedure's
//! name, extent and place.

use gimli::write::{
    Address, AttributeValue, DwarfUnit, EndianVec, FileId, LineProgram, LineString, Sections,
};
use gimli::{
    DW_AT_comp_dir, DW_AT_decl_column, DW_AT_decl_file, DW_AT_decl_line, DW_AT_high_pc,
    DW_AT_low_pc, DW_AT_name, DW_AT_producer, DW_TAG_subprogram, Encoding, Format, LineEncoding,
    LittleEndian,
};

use super::error::LinkError;
use super::layout::Layout;
use super::procedure_name::{shown_name, tool_name};
use super::stretch::{Stretch, stretches};
use super::unit::LinkUnit;

const ENCODING: Encoding = Encoding {
    format: Format::Dwarf32,
    version: 5,
    address_size: 8,
};

/// The compilation directory: paths are as the user gave them, so that builds are reproducible.
const DIRECTORY: &str = ".";

/// The same directory in other letters, for an entry of the file table that must not be used:
/// number 1 is where line programs start, but some tools (binutils 2.40) start with number 0 unless
/// told. No row is left with a file that nobody told.
const DIRECTORY_AGAIN: &str = "./";

/// A debug section: name and contents.
pub(super) type DebugSection = (&'static str, Vec<u8>);

/// Encodes the debug sections; none if the unit names no files.
pub(super) fn encode(unit: &LinkUnit, layout: &Layout) -> Result<Vec<DebugSection>, LinkError> {
    if unit.files.is_empty() {
        return Ok(Vec::new());
    }
    let mut dwarf = DwarfUnit::new(ENCODING);
    let files = add_line_program(&mut dwarf, unit, layout);
    add_unit_entry(&mut dwarf, unit, layout);
    for stretch in stretches(unit, layout) {
        add_procedure(&mut dwarf, &stretch, unit, &files);
    }
    let mut sections = Sections::new(EndianVec::new(LittleEndian));
    dwarf.write(&mut sections).map_err(describe)?;
    let mut encoded = vec![(".debug_aranges", address_ranges(layout))];
    sections
        .for_each_mut(|id, section| {
            if !section.slice().is_empty() {
                encoded.push((id.name(), section.take()));
            }
            Ok(())
        })
        .map_err(describe)?;
    Ok(encoded)
}

/// The address range of the one unit (DWARF 5, section 6.1.2): elfutils finds units by it.
fn address_ranges(layout: &Layout) -> Vec<u8> {
    const VERSION: u16 = 2;
    let code = layout.header.code;
    let mut body = VERSION.to_le_bytes().to_vec();
    body.extend_from_slice(&0_u32.to_le_bytes());
    body.extend_from_slice(&[ENCODING.address_size, 0]);
    // Ranges are aligned to their size, counted from the start of the section.
    body.extend_from_slice(&[0; 4]);
    for word in [code.start.into(), code.bytes.into(), 0_u64, 0] {
        body.extend_from_slice(&word.to_le_bytes());
    }
    let mut bytes = (body.len() as u32).to_le_bytes().to_vec();
    bytes.append(&mut body);
    bytes
}

fn describe(error: gimli::write::Error) -> LinkError {
    LinkError::DebugInformation {
        reason: error.to_string(),
    }
}

fn add_line_program(dwarf: &mut DwarfUnit, unit: &LinkUnit, layout: &Layout) -> Vec<FileId> {
    let strings = &mut dwarf.line_strings;
    let mut string = |text: &str| LineString::new(tool_name(text).as_bytes(), ENCODING, strings);
    let first_file = string(&unit.files[0]);
    let line_encoding = LineEncoding::default();
    let directory = string(DIRECTORY);
    let mut program = LineProgram::new(ENCODING, line_encoding, directory, None, first_file, None);
    let directory_again = program.add_directory(string(DIRECTORY_AGAIN));
    program.add_file(string(&unit.files[0]), directory_again, None);
    let directory = program.default_directory();
    let files: Vec<FileId> = unit
        .files
        .iter()
        .map(|file| program.add_file(string(file), directory, None))
        .collect();
    for stretch in stretches(unit, layout) {
        add_rows(&mut program, &stretch, &files);
    }
    dwarf.unit.line_program = program;
    files
}

/// One sequence: the first row reaches back to the start.
fn add_rows(program: &mut LineProgram, stretch: &Stretch<'_>, files: &[FileId]) {
    if stretch.lines.is_empty() {
        return;
    }
    program.begin_sequence(Some(Address::Constant(stretch.start.into())));
    for (number, line) in stretch.lines.iter().enumerate() {
        let row = program.row();
        row.address_offset = if number == 0 {
            0
        } else {
            u64::from(stretch.header_bytes) + u64::from(line.offset)
        };
        row.file = files[usize::from(line.file)];
        row.line = u64::from(line.line);
        row.column = u64::from(line.column);
        row.discriminator = line.written.discriminator().into();
        program.generate_row();
    }
    program.end_sequence(stretch.bytes);
}

fn add_unit_entry(dwarf: &mut DwarfUnit, unit: &LinkUnit, layout: &Layout) {
    let producer = dwarf
        .strings
        .add(concat!("cozen ", env!("CARGO_PKG_VERSION")));
    let name = dwarf.strings.add(tool_name(&unit.files[0]).as_bytes());
    let directory = dwarf.strings.add(DIRECTORY);
    let root = dwarf.unit.root();
    let entry = dwarf.unit.get_mut(root);
    entry.set(DW_AT_comp_dir, AttributeValue::StringRef(directory));
    entry.set(DW_AT_producer, AttributeValue::StringRef(producer));
    entry.set(DW_AT_name, AttributeValue::StringRef(name));
    let code = layout.header.code;
    let low = Address::Constant(u64::from(code.start));
    entry.set(DW_AT_low_pc, AttributeValue::Address(low));
    entry.set(DW_AT_high_pc, AttributeValue::Udata(u64::from(code.bytes)));
}

fn add_procedure(dwarf: &mut DwarfUnit, stretch: &Stretch<'_>, unit: &LinkUnit, files: &[FileId]) {
    let place = stretch.procedure.place;
    let name = shown_name(&stretch.procedure.name, place, &unit.files);
    let name = dwarf.strings.add(name.as_bytes());
    let root = dwarf.unit.root();
    let id = dwarf.unit.add(root, DW_TAG_subprogram);
    let entry = dwarf.unit.get_mut(id);
    entry.set(DW_AT_name, AttributeValue::StringRef(name));
    let low = Address::Constant(stretch.start.into());
    entry.set(DW_AT_low_pc, AttributeValue::Address(low));
    entry.set(DW_AT_high_pc, AttributeValue::Udata(stretch.bytes));
    if place.line > 0 {
        let file = files[usize::from(place.file)];
        entry.set(DW_AT_decl_file, AttributeValue::FileIndex(Some(file)));
        let (line, column) = (u64::from(place.line), u64::from(place.column));
        entry.set(DW_AT_decl_line, AttributeValue::Udata(line));
        entry.set(DW_AT_decl_column, AttributeValue::Udata(column));
    }
}
