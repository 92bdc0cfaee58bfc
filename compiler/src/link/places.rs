//! Procedures, files and lines of a small image for memory, which backtraces ask for ([`abi::places`]).

use abi::places::{PlaceRow, PlacesWriter};

use super::layout::Layout;
use super::procedure_name::{shown_name, tool_name};
use super::stretch::{Stretch, stretches};
use super::unit::LinkUnit;

/// Encodes the section.
pub(super) fn encode(unit: &LinkUnit, layout: &Layout) -> Vec<u8> {
    let mut writer = PlacesWriter::default();
    for file in &unit.files {
        writer.add_file(&tool_name(file));
    }
    for stretch in stretches(unit, layout) {
        let procedure = stretch.procedure;
        let name = shown_name(&procedure.name, procedure.place, &unit.files);
        writer.add_procedure(stretch.start, bytes(&stretch), &name);
        add_rows(&mut writer, &stretch);
    }
    writer.finish()
}

/// The first row reaches back to the start.
fn add_rows(writer: &mut PlacesWriter, stretch: &Stretch<'_>) {
    for (number, line) in stretch.lines.iter().enumerate() {
        let offset = if number == 0 {
            0
        } else {
            stretch.header_bytes + line.offset
        };
        writer.add_row(&PlaceRow {
            address: stretch.start + offset,
            file: line.file.into(),
            line: line.line,
            column: line.column,
            written: line.written,
            is_end: false,
        });
    }
    if !stretch.lines.is_empty() {
        writer.add_row(&PlaceRow {
            address: stretch.start + bytes(stretch),
            is_end: true,
            ..PlaceRow::default()
        });
    }
}

fn bytes(stretch: &Stretch<'_>) -> u32 {
    u32::try_from(stretch.bytes).expect("a small image has fewer bytes")
}
