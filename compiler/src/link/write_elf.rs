//! The ELF file around the segments: headers, symbol table, section table, content hash.

use std::borrow::Cow;
use std::ops::Range;

use abi::image::{ContentHash, Extent, IMAGE_HEADER_HASH_OFFSET, SEGMENT_ALIGN_BYTES};
use abi::object_layout::OBJECT_ALIGN_BYTES;
use object::elf;
use object::write::StringId;
use object::write::elf::{FileHeader, ProgramHeader, SectionHeader, SectionIndex, Sym, Writer};

use super::layout::Layout;
use super::procedure_name::shown_name;
use super::stretch::{Stretch, stretches};
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

/// A section with its place in the file.
struct PlacedSection {
    header: SectionHeader,
    bytes: Vec<u8>,
}

/// Writes the file.
pub(super) fn write_elf(unit: &LinkUnit, layout: &Layout, image: ElfImage) -> Vec<u8> {
    let stretches: Vec<Stretch<'_>> = stretches(unit, layout).collect();
    let names: Vec<Cow<'_, str>> = stretches
        .iter()
        .map(|stretch| {
            let procedure = stretch.procedure;
            shown_name(&procedure.name, procedure.place, &unit.files)
        })
        .collect();
    let mut file = Vec::new();
    let mut writer = Writer::new(object::Endianness::Little, true, &mut file);
    writer.reserve_file_header();
    let segments: Vec<(Extent, u64, u32)> = layout
        .segments()
        .into_iter()
        .zip(layout.file_offsets)
        .zip(SEGMENT_FLAGS)
        .filter(|((extent, _), _)| extent.bytes > 0)
        .map(|((extent, offset), flags)| (extent, offset, flags))
        .collect();
    writer.reserve_program_headers(segments.len() as u32);

    let mut sections = place_segments(&mut writer, layout, image.segments);
    let code_index = sections
        .iter()
        .position(|placed| placed.header.sh_flags & u64::from(elf::SHF_EXECINSTR) != 0);
    let code_section = SectionIndex(code_index.expect("every image has code") as u32 + 1);
    place_tool_sections(&mut writer, image.tool_sections, &mut sections);
    let symbol_names: Vec<Option<StringId>> = names
        .iter()
        .map(|name| (!name.is_empty()).then(|| writer.add_string(name.as_bytes())))
        .collect();
    for _ in &names {
        writer.reserve_symbol_index(Some(code_section));
    }
    writer.reserve_symtab_section_index();
    writer.reserve_strtab_section_index();
    writer.reserve_shstrtab_section_index();
    writer.reserve_symtab();
    writer.reserve_strtab();
    writer.reserve_shstrtab();
    writer.reserve_section_headers();

    let align_bytes = if layout.header.is_small() {
        OBJECT_ALIGN_BYTES as u64
    } else {
        SEGMENT_ALIGN_BYTES
    };
    write_headers(&mut writer, &segments, align_bytes);
    for section in &sections {
        writer.pad_until(section.header.sh_offset as usize);
        writer.write(&section.bytes);
    }
    let native_section = SectionIndex(code_section.0 + u32::from(!layout.is_part));
    let code_sections = [code_section, native_section];
    write_symbols(&mut writer, &stretches, &symbol_names, code_sections);
    writer.write_strtab();
    writer.write_shstrtab();
    write_section_headers(&mut writer, &sections, symbol_names.len());
    write_hash(&mut file, layout);
    file
}

/// Reserves the segments; each section reaches up to the next one.
fn place_segments(
    writer: &mut Writer<'_>,
    layout: &Layout,
    segments: [Vec<Section>; 4],
) -> Vec<PlacedSection> {
    let mut placed = Vec::new();
    for (number, sections) in segments.into_iter().enumerate() {
        let extent = layout.segments()[number];
        if extent.bytes == 0 {
            continue;
        }
        let file_offset = layout.file_offsets[number];
        if number > 0 {
            writer.reserve_until(file_offset as usize);
        }
        let segment_start = placed.len();
        for section in sections
            .into_iter()
            .filter(|section| !section.bytes.is_empty())
        {
            let start = writer
                .reserved_len()
                .next_multiple_of(section.align_bytes as usize);
            if placed.len() > segment_start {
                let padding = start - writer.reserved_len();
                let before: &mut PlacedSection = placed.last_mut().expect("there is one before");
                before.bytes.resize(before.bytes.len() + padding, 0);
                before.header.sh_size += padding as u64;
            }
            writer.reserve_until(start);
            writer.reserve(section.bytes.len(), 1);
            let address = u64::from(extent.start) + (start as u64 - file_offset);
            placed.push(place(
                writer,
                section,
                start,
                address,
                SECTION_FLAGS[number],
            ));
        }
        let end = file_offset + u64::from(extent.bytes);
        debug_assert_eq!(
            writer.reserved_len() as u64,
            end,
            "segment {number} fills its extent"
        );
    }
    placed
}

fn place_tool_sections(
    writer: &mut Writer<'_>,
    sections: Vec<Section>,
    placed: &mut Vec<PlacedSection>,
) {
    for section in sections {
        let start = writer.reserve(section.bytes.len(), section.align_bytes as usize);
        let is_string_table = matches!(section.name, ".debug_str" | ".debug_line_str");
        let flags = if is_string_table {
            elf::SHF_MERGE | elf::SHF_STRINGS
        } else {
            0
        };
        let mut section = place(writer, section, start, 0, flags);
        section.header.sh_entsize = u64::from(is_string_table);
        placed.push(section);
    }
}

fn place(
    writer: &mut Writer<'_>,
    section: Section,
    file_offset: usize,
    address: u64,
    flags: u32,
) -> PlacedSection {
    writer.reserve_section_index();
    PlacedSection {
        header: SectionHeader {
            name: Some(writer.add_section_name(section.name.as_bytes())),
            sh_type: elf::SHT_PROGBITS,
            sh_flags: flags.into(),
            sh_addr: address,
            sh_offset: file_offset as u64,
            sh_size: section.bytes.len() as u64,
            sh_link: 0,
            sh_info: 0,
            sh_addralign: section.align_bytes,
            sh_entsize: 0,
        },
        bytes: section.bytes,
    }
}

fn write_headers(writer: &mut Writer<'_>, segments: &[(Extent, u64, u32)], align_bytes: u64) {
    writer
        .write_file_header(&FileHeader {
            os_abi: elf::ELFOSABI_NONE,
            abi_version: 0,
            e_type: elf::ET_DYN,
            e_machine: elf::EM_X86_64,
            e_entry: 0,
            e_flags: 0,
        })
        .expect("a vector grows as far as memory does");
    for &(extent, file_offset, flags) in segments {
        writer.write_program_header(&ProgramHeader {
            p_type: elf::PT_LOAD,
            p_flags: flags,
            p_offset: file_offset,
            p_vaddr: extent.start.into(),
            p_paddr: extent.start.into(),
            p_filesz: extent.bytes.into(),
            p_memsz: extent.bytes.into(),
            p_align: align_bytes,
        });
    }
}

/// Symbols of bytecode in the first of `code_sections`, those of native code in the second.
fn write_symbols(
    writer: &mut Writer<'_>,
    stretches: &[Stretch<'_>],
    names: &[Option<StringId>],
    code_sections: [SectionIndex; 2],
) {
    writer.write_null_symbol();
    for (stretch, &name) in stretches.iter().zip(names) {
        writer.write_symbol(&Sym {
            name,
            section: Some(code_sections[usize::from(stretch.is_native)]),
            st_info: elf::STB_LOCAL << 4 | elf::STT_FUNC,
            st_other: elf::STV_DEFAULT,
            st_shndx: 0,
            st_value: stretch.start.into(),
            st_size: stretch.bytes,
        });
    }
}

fn write_section_headers(writer: &mut Writer<'_>, sections: &[PlacedSection], symbols: usize) {
    writer.write_null_section_header();
    for section in sections {
        writer.write_section_header(&section.header);
    }
    writer.write_symtab_section_header(symbols as u32 + 1);
    writer.write_strtab_section_header();
    writer.write_shstrtab_section_header();
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
