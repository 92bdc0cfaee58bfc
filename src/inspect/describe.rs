//! An image in plain words: headers, sections, symbols, relocations, frame maps, arities.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use abi::fingerprint::FINGERPRINT;
use abi::frame_map::SlotState;
use abi::image::{Extent, section};
use abi::isa::{self, OperandValue};
use abi::procedure::TOP_LEVEL;
use abi::tag::TAG_MASK;
use loader::{DebugTables, ImageView, Procedure, SegmentKind};

use super::constants::Constants;
use super::sections::{FileSection, sections};

/// What the letters of a frame map mean.
pub const FRAME_MAP_LEGEND: &str = "  a letter for each slot of the frame, from slot 0 on:
  L  live    a value that is used later: the collector keeps it, and may move it
  r  raw     an unboxed number or address that is used later: the collector leaves it
  d  dead    held a value that is not used again: the collector ignores it
  -  unused  not written yet: the collector never touches it
";

/// What sections are for.
const PURPOSES: [(&str, &str); 28] = [
    (section::IMAGE, "the image header"),
    (
        section::RELOCATIONS,
        "which words the image's address is added to",
    ),
    (
        section::SYMBOLS,
        "names of symbols, constants that are symbols",
    ),
    (
        section::OWN_SYMBOLS,
        "in a library: where its own symbols lie",
    ),
    (
        section::FRAME_MAPS,
        "what each slot of a frame holds, for each safepoint",
    ),
    (
        section::NATIVE_RETURNS,
        "native return word -> frame size, frame map",
    ),
    (section::UNWIND, "unwind rows of native code, for debuggers"),
    (section::READ_ONLY, "constants without pointers"),
    (section::CODE, "procedures: header, bytecode"),
    (section::NATIVE_CODE, "native code"),
    (
        section::CONSTANTS,
        "constants with pointers: relocated, then sealed",
    ),
    (section::CELLS, "cells: symbols, then what the code uses"),
    (section::ARITIES, "arities and names of arguments"),
    (
        section::PROPERTIES,
        "documentation of procedures, and what a case-lambda accepts",
    ),
    (
        section::INLINED,
        "which inlined call code belongs to, for backtraces",
    ),
    (
        section::PLACES,
        "procedures, files and lines of an evaluated form",
    ),
    (section::INTERFACE, "what the libraries in the image export"),
    (".debug_line", "which line each piece of code comes from"),
    (".debug_line_str", "names of files"),
    (".debug_info", "units and procedures, for debuggers"),
    (".debug_abbrev", "the shapes of entries in .debug_info"),
    (".debug_str", "names in .debug_info"),
    (".debug_aranges", "which unit has which addresses"),
    (".debug_frame", "unwind rows, for debuggers"),
    (".symtab", "names and sizes of procedures"),
    (".strtab", "names in .symtab"),
    (".shstrtab", "names of sections"),
    (".comment", "who made the file"),
];

/// Describes the image whose file has these bytes. `name` is what the file is called.
pub fn describe(name: &str, file: &[u8], view: &ImageView<'_>) -> String {
    let description = Description::new(file, view);
    let mut text = format!(
        "{name}: an image of Cozen\n\
         ELF header: 64 bits, little-endian, a shared object (ET_DYN), machine x86-64, {} sections, {} bytes\n\n",
        description.sections.len(),
        file.len()
    );
    description.add_header(&mut text);
    description.add_segments(&mut text);
    description.add_sections(&mut text);
    description.add_symbols(&mut text);
    description.add_relocations(&mut text);
    description.add_frame_maps(&mut text);
    description.add_arities(&mut text);
    text
}

/// What descriptions of an image are made from.
#[derive(Debug)]
pub struct Description<'a, 'image> {
    view: &'a ImageView<'image>,
    tables: DebugTables,
    constants: Constants<'image>,
    sections: Vec<FileSection>,
}

impl<'a, 'image> Description<'a, 'image> {
    /// Of the image whose file has these bytes.
    pub fn new(file: &[u8], view: &'a ImageView<'image>) -> Self {
        Self {
            view,
            tables: view.debug_tables(),
            constants: Constants::new(view),
            sections: sections(file),
        }
    }

    /// The constants, symbols and relocations, in lines.
    pub fn data(&self) -> String {
        let mut text = String::from("constants\n");
        for object in self.constants.objects() {
            let (address, bytes, kind) = (object.address, object.bytes, object.kind);
            add(
                &mut text,
                format_args!(
                    "  {address:#10x} {bytes:>6} bytes  {kind}  {}\n",
                    object.text
                ),
            );
        }
        text.push('\n');
        self.add_symbols(&mut text);
        self.add_relocations(&mut text);
        text
    }

    /// What the word at an address of the constants or cells is called: a symbol, a cell, a constant with its tag.
    pub fn data_name(&self, address: u32) -> String {
        let cells = self.view.header().cells;
        if cells.start <= address && u64::from(address) < cells.end() {
            let number = ((address - cells.start) / 8) as usize;
            let symbols = self.view.header().symbol_count as usize;
            return match self.view.symbol_names().nth(number) {
                Some(name) => format!("symbol {name}"),
                None => format!("cell {}", number - symbols),
            };
        }
        self.constants.text(address.into())
    }

    fn add_header(&self, text: &mut String) {
        let header = self.view.header();
        let entry = self.procedure_name(header.entry);
        add(text, format_args!("image header\n"));
        add(
            text,
            format_args!("  fingerprint   {FINGERPRINT:#018x}: made by this version\n"),
        );
        add(
            text,
            format_args!("  content hash  {:#018x}: right\n", header.hash),
        );
        add(
            text,
            format_args!("  entry         {:#x}  {entry}\n\n", header.entry),
        );
    }

    fn add_segments(&self, text: &mut String) {
        let header = self.view.header();
        let layout = if header.is_small() {
            "one behind the other: a small image"
        } else {
            "each in memory of its own, aligned to 64 KiB"
        };
        add(text, format_args!("segments, {layout}\n"));
        for kind in SegmentKind::ALL {
            let extent = kind.extent(header);
            let access = match kind {
                SegmentKind::ReadOnly => "r--  headers, tables, constants without pointers",
                SegmentKind::Code => "r-x  procedures",
                SegmentKind::Constants => {
                    "rw-  constants with pointers; r-- once they are relocated"
                }
                SegmentKind::Cells => "rw-  cells: roots of the collector",
            };
            if extent.bytes > 0 {
                let kind = kind.to_string();
                add(
                    text,
                    format_args!(
                        "  {kind:<10} {:>#10x} {:>9} bytes  {access}\n",
                        extent.start, extent.bytes
                    ),
                );
            }
        }
        text.push('\n');
    }

    fn add_sections(&self, text: &mut String) {
        if self.sections.is_empty() {
            return text.push_str("sections: none, the file has no table of them\n\n");
        }
        add(
            text,
            format_args!(
                "sections\n  {:<22} {:>10} {:>10} {:>9}\n",
                "name", "address", "offset", "bytes"
            ),
        );
        for section in &self.sections {
            let purpose = PURPOSES.iter().find(|(name, _)| *name == section.name);
            let purpose = purpose.map_or("", |(_, purpose)| purpose);
            add(
                text,
                format_args!(
                    "  {:<22} {:>#10x} {:>#10x} {:>9}  {}  {purpose}\n",
                    section.name,
                    section.address,
                    section.offset,
                    section.bytes,
                    section.access()
                ),
            );
        }
        text.push_str("  ... : no segment holds it, and the loader does not read it\n\n");
    }

    fn add_symbols(&self, text: &mut String) {
        let names: Vec<&str> = self.view.symbol_names().collect();
        let cells = self.view.header().cells.start;
        add(
            text,
            format_args!(
                "symbols: {}, interned when the image is loaded\n",
                names.len()
            ),
        );
        for (cell, name) in (u64::from(cells)..).step_by(8).zip(names) {
            add(text, format_args!("  {cell:#10x}  {name}\n"));
        }
        let constants = self.view.symbol_constants().count();
        add(
            text,
            format_args!("  {constants} words of constants are symbols\n\n"),
        );
    }

    fn add_relocations(&self, text: &mut String) {
        let words: Vec<u32> = self.view.relocated_words().collect();
        add(
            text,
            format_args!(
                "relocations: the image's address is added to {} words\n",
                words.len()
            ),
        );
        for address in words {
            let word = self.view.word_at(address).unwrap_or_default();
            add(
                text,
                format_args!(
                    "  {address:#10x}  {:<18} -> {}\n",
                    self.section_at(address),
                    self.target(word)
                ),
            );
        }
        text.push('\n');
    }

    /// What a word leads to that is relocated.
    fn target(&self, word: u64) -> String {
        let address = (word & !TAG_MASK) as u32;
        let header = self.view.header();
        let is_in = |extent: Extent| extent.start <= address && u64::from(address) < extent.end();
        if is_in(header.code) {
            return format!("{address:#x} procedure {}", self.procedure_name(address));
        }
        format!("{address:#x} {}", self.constants.text(word))
    }

    /// The name of the section that an address lies in.
    fn section_at(&self, address: u32) -> &str {
        let address = u64::from(address);
        let holding = self.sections.iter().find(|each| {
            each.is_loaded && each.address <= address && address < each.address + each.bytes
        });
        holding.map_or("", |section| &section.name)
    }

    fn procedure_name(&self, address: u32) -> &str {
        match self.tables.procedure_name(address) {
            None => "(anonymous)",
            Some("") => TOP_LEVEL,
            Some(name) => name,
        }
    }

    fn add_frame_maps(&self, text: &mut String) {
        let mut uses: BTreeMap<u32, usize> = BTreeMap::new();
        let contents = self.view.contents();
        let points = contents.native_returns().points().map(|point| point.map);
        let maps = contents.procedures().flat_map(|each| maps_of(&each));
        for map in maps.chain(points) {
            *uses.entry(map).or_default() += 1;
        }
        let native = contents.native_returns().points().count();
        add(
            text,
            format_args!(
                "frame maps: {}, in {} bytes, for {} safepoints ({native} of them native return points)\n",
                uses.len(),
                self.view.header().frame_maps.bytes,
                uses.values().sum::<usize>()
            ),
        );
        text.push_str(FRAME_MAP_LEGEND);
        for (address, count) in uses {
            let Some(map) = contents.frame_map(address) else {
                add(text, format_args!("  {address:#10x}  no frame map\n"));
                continue;
            };
            let letters: String = map.states().map(SlotState::letter).collect();
            add(
                text,
                format_args!("  {address:#10x}  {count:>5} times  [{letters}]\n"),
            );
        }
        text.push('\n');
    }

    fn add_arities(&self, text: &mut String) {
        text.push_str("arities\n");
        for procedure in self.view.contents().procedures() {
            let header = &procedure.header;
            let names = self
                .tables
                .arity(procedure.address)
                .map(|arity| arity.parameters);
            let names = names.unwrap_or_default().join(" ");
            add(
                text,
                format_args!(
                    "  {:#10x}  {} ({names}): {}\n",
                    procedure.address,
                    self.procedure_name(procedure.address),
                    arity_text(
                        header.required.into(),
                        header.optional.into(),
                        header.has_rest()
                    )
                ),
            );
        }
    }
}

/// The arguments of a procedure, in words.
fn arity_text(required: u32, optional: u32, has_rest: bool) -> String {
    let mut text = match required {
        0 if optional == 0 && !has_rest => "no arguments".to_owned(),
        1 => "1 argument".to_owned(),
        count => format!("{count} arguments"),
    };
    if optional > 0 {
        add(&mut text, format_args!(", {optional} more by choice"));
    }
    if has_rest {
        text.push_str(", and any number more");
    }
    text
}

/// The addresses of the frame maps that the bytecode of a procedure names.
fn maps_of(procedure: &Procedure<'_>) -> Vec<u32> {
    let entry = procedure
        .address
        .wrapping_add_signed(procedure.header.entry_map);
    let mut maps = vec![entry];
    for (offset, instruction) in isa::decode_all(procedure.code).unwrap_or_default() {
        let end = offset + instruction.opcode().instruction_bytes();
        let end = procedure.code_start() + end as u32;
        instruction.each_operand(|_, value| {
            if let OperandValue::MapOffset(map) = value {
                maps.push(end.wrapping_add_signed(map.0));
            }
        });
    }
    maps
}

fn add(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    text.write_fmt(arguments)
        .expect("writing to a string does not fail");
}
