//! The source file of an image, as its debug information names it (DWARF 5, section 3.1.1, `DW_AT_name`).

use gimli::{Dwarf, EndianSlice, LittleEndian};

use crate::elf::{ElfHeader, Sections};

/// The source file of the image in `file`, which may be of another version. Nothing is checked but what leads to the
/// name.
pub fn source_name(file: &[u8]) -> Option<String> {
    let elf = ElfHeader::parse(file).ok()?;
    let sections = Sections {
        tail: file,
        tail_offset: 0,
        table: elf.section_table,
    };
    let section = |id: gimli::SectionId| {
        let bytes = sections.find(id.name()).unwrap_or_default();
        Ok::<_, gimli::Error>(EndianSlice::new(bytes, LittleEndian))
    };
    let dwarf = Dwarf::load(section).ok()?;
    let header = dwarf.units().next().ok()??;
    let unit = dwarf.unit(header).ok()?;
    Some(unit.name?.to_string_lossy().into_owned())
}
