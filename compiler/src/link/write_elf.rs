//! The ELF file around the segments: headers, symbol table, section table, content hash.

use std::collections::HashMap;
use std::ops::Range;

use abi::image::{ContentHash, Extent, IMAGE_HEADER_HASH_OFFSET, SEGMENT_ALIGN_BYTES};
use abi::object_layout::OBJECT_ALIGN_BYTES;
use object::elf;

use super::layout::{ELF_HEADER_BYTES, Layout, PROGRAM_HEADER_BYTES};
use super::procedure_name::shown_name;
use super::stretch::stretches;
use super::unit::LinkUnit;

/// What `strip` changes in the ELF header, and the hash leaves out: `e_shoff`, and `e_shnum` with
/// `e_shstrndx`.
const NOT_HASHED: [Range<usize>; 2] = [0x28..0x30, 0x3c..0x40];

/// A section and what tools need to know of it.
#[derive(Clone, Debug)]
pub(super) struct Section {
    name: &'static str,
    align_bytes: u64,
    bytes: Vec<u8>,
}

impl Section {
    pub(super) const fn new(name: &'static str, align_bytes: u64, bytes: Vec<u8>) -> Self {
        Self {
            name,
            align_bytes,
            bytes,
        }
    }
}

/// The contents of an image.
#[derive(Clone, Debug)]
pub(super) struct ElfImage {
    /// Read-only, code, constants, cells: sections in the order of their addresses.
    pub(super) segments: [Vec<Section>; 4],
    /// Sections in no segment.
    pub(super) tool_sections: Vec<Section>,
}

const SEGMENT_FLAGS: [u32; 4] = [
    elf::PF_R,
    elf::PF_R | elf::PF_X,
    elf::PF_R | elf::PF_W,
    elf::PF_R | elf::PF_W,
];

const SECTION_FLAGS: [u32; 4] = [
    elf::SHF_ALLOC,
    elf::SHF_ALLOC | elf::SHF_EXECINSTR,
    elf::SHF_ALLOC | elf::SHF_WRITE,
    elf::SHF_ALLOC | elf::SHF_WRITE,
];

const SECTION_HEADER_BYTES: u16 = 64;
const SYMBOL_BYTES: u64 = 24;
/// Tables of symbols and sections start at multiples of this.
const TABLE_ALIGN_BYTES: usize = 8;

/// A section header (gABI, "Sections").
#[derive(Clone, Copy, Debug, Default)]
struct SectionHeader {
    name: u32,
    kind: u32,
    flags: u64,
    address: u64,
    offset: u64,
    bytes: u64,
    link: u32,
    info: u32,
    align_bytes: u64,
    entry_bytes: u64,
}

/// The file so far.
struct ElfFile {
    bytes: Vec<u8>,
    /// The headers of the sections, in the order of their numbers.
    sections: Vec<SectionHeader>,
    /// The names of the sections.
    names: Vec<u8>,
}

/// Writes the file.
pub(super) fn write_elf(unit: &LinkUnit, layout: &Layout, image: &ElfImage) -> Vec<u8> {
    let mut file = ElfFile {
        bytes: Vec::with_capacity(expected_bytes(image)),
        sections: vec![SectionHeader::default()],
        names: vec![0],
    };
    file.place_segments(layout, &image.segments);
    let is_code = |header: &SectionHeader| header.flags & u64::from(elf::SHF_EXECINSTR) != 0;
    let code = file.sections.iter().position(is_code);
    let code = code.expect("every image has code") as u16;
    for section in &image.tool_sections {
        file.place_tool_section(section);
    }
    if !layout.header.is_small() {
        file.place_symbols(unit, layout, code);
    }
    file.finish(layout);
    write_hash(&mut file.bytes, layout);
    file.bytes
}

/// About how long the file becomes.
fn expected_bytes(image: &ElfImage) -> usize {
    const HEADERS_BYTES: usize = 2048;
    let sections = image.segments.iter().flatten().chain(&image.tool_sections);
    sections.map(|section| section.bytes.len()).sum::<usize>() + HEADERS_BYTES
}

impl ElfFile {
    /// The number of the section that comes next.
    fn next_number(&self) -> u32 {
        self.sections.len() as u32
    }

    /// Pads the file up to a multiple of so many bytes.
    fn align(&mut self, align_bytes: usize) {
        self.bytes
            .resize(self.bytes.len().next_multiple_of(align_bytes), 0);
    }

    /// Appends a section; its header, to be completed.
    fn place(&mut self, name: &str, align_bytes: usize, bytes: &[u8]) -> &mut SectionHeader {
        self.align(align_bytes);
        let header = SectionHeader {
            name: self.names.len() as u32,
            kind: elf::SHT_PROGBITS,
            offset: self.bytes.len() as u64,
            bytes: bytes.len() as u64,
            align_bytes: align_bytes as u64,
            ..SectionHeader::default()
        };
        self.names.extend_from_slice(name.as_bytes());
        self.names.push(0);
        self.bytes.extend_from_slice(bytes);
        self.sections.push_mut(header)
    }

    /// Places the segments; each section reaches up to the next one.
    fn place_segments(&mut self, layout: &Layout, segments: &[Vec<Section>; 4]) {
        let count = present_segments(layout).count() as u64;
        let headers_bytes = ELF_HEADER_BYTES + count * PROGRAM_HEADER_BYTES;
        self.bytes.resize(headers_bytes as usize, 0);
        for (number, sections) in segments.iter().enumerate() {
            let extent = layout.segments()[number];
            if extent.bytes == 0 {
                continue;
            }
            let file_offset = layout.file_offsets[number];
            if number > 0 {
                self.bytes.resize(file_offset as usize, 0);
            }
            let first = self.sections.len();
            for section in sections.iter().filter(|each| !each.bytes.is_empty()) {
                let before = self.sections.len();
                let align_bytes = section.align_bytes as usize;
                let header = self.place(section.name, align_bytes, &section.bytes);
                header.flags = SECTION_FLAGS[number].into();
                let offset = header.offset;
                header.address = u64::from(extent.start) + (offset - file_offset);
                if before > first {
                    let previous = &mut self.sections[before - 1];
                    previous.bytes = offset - previous.offset;
                }
            }
            debug_assert_eq!(
                self.bytes.len() as u64,
                file_offset + u64::from(extent.bytes),
                "segment {number} fills its extent"
            );
        }
    }

    fn place_tool_section(&mut self, section: &Section) {
        let is_string_table = matches!(section.name, ".debug_str" | ".debug_line_str");
        let header = self.place(section.name, section.align_bytes as usize, &section.bytes);
        if is_string_table {
            header.flags = (elf::SHF_MERGE | elf::SHF_STRINGS).into();
            header.entry_bytes = 1;
        }
    }

    /// Places the symbol table and its names: bytecode lies in the section with number `code`, native code in the next
    /// one. In a native part, there is native code alone.
    fn place_symbols(&mut self, unit: &LinkUnit, layout: &Layout, code: u16) {
        let mut names = vec![0];
        let mut known: HashMap<String, u32> = HashMap::new();
        let mut symbols = vec![0; SYMBOL_BYTES as usize];
        for stretch in stretches(unit, layout) {
            let procedure = stretch.procedure;
            let name = shown_name(&procedure.name, procedure.place, &unit.files);
            let name = *known.entry(name.into_owned()).or_insert_with_key(|name| {
                let start = names.len() as u32;
                names.extend_from_slice(name.as_bytes());
                names.push(0);
                start
            });
            symbols.extend_from_slice(&name.to_le_bytes());
            symbols.push(elf::STB_LOCAL << 4 | elf::STT_FUNC);
            symbols.push(elf::STV_DEFAULT);
            let section = code + u16::from(stretch.is_native && !layout.is_part);
            symbols.extend_from_slice(&section.to_le_bytes());
            symbols.extend_from_slice(&u64::from(stretch.start).to_le_bytes());
            symbols.extend_from_slice(&stretch.bytes.to_le_bytes());
        }
        let (count, number) = (symbols.len() as u64 / SYMBOL_BYTES, self.next_number());
        let header = self.place(".symtab", TABLE_ALIGN_BYTES, &symbols);
        header.kind = elf::SHT_SYMTAB;
        header.link = number + 1;
        // All of them are local.
        header.info = count as u32;
        header.entry_bytes = SYMBOL_BYTES;
        self.place(".strtab", 1, &names).kind = elf::SHT_STRTAB;
    }

    /// Adds the names and the headers of the sections, and writes the headers at the start of the file.
    fn finish(&mut self, layout: &Layout) {
        let names_number = self.next_number();
        // The section holds its own name, too.
        self.place(".shstrtab", 1, &[]).kind = elf::SHT_STRTAB;
        let names = std::mem::take(&mut self.names);
        self.bytes.extend_from_slice(&names);
        let last = self.sections.last_mut().expect("it was just placed");
        last.bytes = names.len() as u64;
        self.align(TABLE_ALIGN_BYTES);
        let table_offset = self.bytes.len() as u64;
        for header in &self.sections {
            self.bytes.extend_from_slice(&header.encode());
        }
        let headers = headers(layout, table_offset, self.next_number(), names_number);
        self.bytes[..headers.len()].copy_from_slice(&headers);
    }
}

impl SectionHeader {
    fn encode(&self) -> [u8; SECTION_HEADER_BYTES as usize] {
        let halves = |low: u32, high: u32| u64::from(high) << 32 | u64::from(low);
        let words = [
            halves(self.name, self.kind),
            self.flags,
            self.address,
            self.offset,
            self.bytes,
            halves(self.link, self.info),
            self.align_bytes,
            self.entry_bytes,
        ];
        let mut bytes = [0; SECTION_HEADER_BYTES as usize];
        for (place, word) in bytes.as_chunks_mut().0.iter_mut().zip(words) {
            *place = word.to_le_bytes();
        }
        bytes
    }
}

/// The segments that are not empty, with their offsets in the file and their flags.
fn present_segments(layout: &Layout) -> impl Iterator<Item = (Extent, u64, u32)> {
    let segments = layout.segments().into_iter();
    let segments = segments.zip(layout.file_offsets).zip(SEGMENT_FLAGS);
    let segments = segments.map(|((extent, offset), flags)| (extent, offset, flags));
    segments.filter(|(extent, ..)| extent.bytes > 0)
}

/// The ELF header and the program headers (gABI, "ELF Header", "Program Header").
fn headers(layout: &Layout, table_offset: u64, section_count: u32, names_number: u32) -> Vec<u8> {
    let align_bytes = if layout.header.is_small() {
        OBJECT_ALIGN_BYTES as u64
    } else {
        SEGMENT_ALIGN_BYTES
    };
    let mut out = elf::ELFMAG.to_vec();
    out.extend_from_slice(&[elf::ELFCLASS64, elf::ELFDATA2LSB, elf::EV_CURRENT]);
    out.extend_from_slice(&[elf::ELFOSABI_NONE, 0, 0, 0, 0, 0, 0, 0, 0]);
    out.extend_from_slice(&elf::ET_DYN.to_le_bytes());
    out.extend_from_slice(&elf::EM_X86_64.to_le_bytes());
    out.extend_from_slice(&u32::from(elf::EV_CURRENT).to_le_bytes());
    for word in [0, ELF_HEADER_BYTES, table_offset] {
        out.extend_from_slice(&word.to_le_bytes());
    }
    out.extend_from_slice(&0_u32.to_le_bytes());
    let halves = [
        ELF_HEADER_BYTES as u16,
        PROGRAM_HEADER_BYTES as u16,
        present_segments(layout).count() as u16,
        SECTION_HEADER_BYTES,
        section_count as u16,
        names_number as u16,
    ];
    for half in halves {
        out.extend_from_slice(&half.to_le_bytes());
    }
    for (extent, offset, flags) in present_segments(layout) {
        out.extend_from_slice(&elf::PT_LOAD.to_le_bytes());
        out.extend_from_slice(&flags.to_le_bytes());
        let (start, bytes) = (u64::from(extent.start), u64::from(extent.bytes));
        for word in [offset, start, start, bytes, bytes, align_bytes] {
            out.extend_from_slice(&word.to_le_bytes());
        }
    }
    out
}

fn write_hash(file: &mut [u8], layout: &Layout) {
    let mut hash = ContentHash::default();
    for (number, (extent, offset)) in layout
        .segments()
        .into_iter()
        .zip(layout.file_offsets)
        .enumerate()
    {
        if extent.bytes == 0 {
            continue;
        }
        let segment = &file[offset as usize..offset as usize + extent.bytes as usize];
        if number == 0 {
            let mut segment = segment.to_vec();
            for range in NOT_HASHED {
                segment[range].fill(0);
            }
            hash.add_segment(&segment);
        } else {
            hash.add_segment(segment);
        }
    }
    let at = layout.image_header as usize + IMAGE_HEADER_HASH_OFFSET;
    file[at..at + 8].copy_from_slice(&hash.finish().to_le_bytes());
}
