//! An ELF file whose loaded part stays as it is, and whose other sections are chosen anew.
//!
//! The loaded part is everything up to the end of the last segment (gABI, "Program Header"). It is copied byte for
//! byte, but for the ELF header. Behind it come the sections that no segment holds, and the section table.

use object::elf::{self, FileHeader64, ProgramHeader64, SectionHeader64};
use object::pod::bytes_of;
use object::read::elf::{FileHeader as _, SectionHeader as _};
use object::{LittleEndian, U16, U32, U64};

use super::error::LinkError;

pub(super) const ENDIAN: LittleEndian = LittleEndian;

/// The section table, and tables in it, start at multiples of this.
const TABLE_ALIGN_BYTES: u64 = 8;

/// Most sections that a file has without an extended numbering (gABI, "ELF Header").
const SECTIONS_MAX: usize = elf::SHN_LORESERVE as usize - 1;

pub(super) type ProgramHeader = ProgramHeader64<LittleEndian>;
pub(super) type SectionHeader = SectionHeader64<LittleEndian>;

/// A file, taken apart.
#[derive(Clone, Debug)]
pub(super) struct ElfFile<'file> {
    header: FileHeader64<LittleEndian>,
    /// The program headers.
    pub(super) segments: Vec<ProgramHeader>,
    /// The sections, without the first, which is none.
    pub(super) sections: Vec<Section<'file>>,
    /// Everything up to the end of the last segment.
    pub(super) loaded: Vec<u8>,
}

/// A section.
#[derive(Clone, Debug)]
pub(super) struct Section<'file> {
    /// Its number in the file that was read; none if it is new.
    number: Option<u32>,
    pub(super) name: &'file [u8],
    pub(super) header: SectionHeader,
    data: &'file [u8],
}

impl Section<'_> {
    /// A section of a new segment, at an address and a place in the file.
    pub(super) fn loaded(name: &'static str, address: u64, offset: u64, bytes: u64) -> Self {
        let header = SectionHeader {
            sh_name: U32::new(ENDIAN, 0),
            sh_type: U32::new(ENDIAN, elf::SHT_PROGBITS),
            sh_flags: U64::new(ENDIAN, elf::SHF_ALLOC.into()),
            sh_addr: U64::new(ENDIAN, address),
            sh_offset: U64::new(ENDIAN, offset),
            sh_size: U64::new(ENDIAN, bytes),
            sh_link: U32::new(ENDIAN, 0),
            sh_info: U32::new(ENDIAN, 0),
            sh_addralign: U64::new(ENDIAN, abi::image::SEGMENT_ALIGN_BYTES),
            sh_entsize: U64::new(ENDIAN, 0),
        };
        Self {
            number: None,
            name: name.as_bytes(),
            header,
            data: &[],
        }
    }

    /// Whether a segment holds the section.
    pub(super) fn is_loaded(&self) -> bool {
        self.header.sh_flags.get(ENDIAN) & u64::from(elf::SHF_ALLOC) != 0
    }

    /// Whether the section is called so.
    pub(super) fn is_called(&self, name: &str) -> bool {
        self.name == name.as_bytes()
    }
}

impl<'file> ElfFile<'file> {
    /// Takes a file apart.
    pub(super) fn parse(file: &'file [u8]) -> Result<Self, LinkError> {
        if !file.starts_with(&elf::ELFMAG) {
            return Err(LinkError::NotElf);
        }
        if file.get(4) != Some(&elf::ELFCLASS64) || file.get(5) != Some(&elf::ELFDATA2LSB) {
            return Err(LinkError::OtherMachine);
        }
        let damaged = LinkError::Damaged;
        let header = FileHeader64::<LittleEndian>::parse(file)
            .map_err(|_| damaged("it has no ELF header"))?;
        let segments = header
            .program_headers(ENDIAN, file)
            .map_err(|_| damaged("its program headers reach past its end"))?;
        let table = header
            .sections(ENDIAN, file)
            .map_err(|_| damaged("its section headers reach past its end"))?;
        if table.len() > SECTIONS_MAX {
            return Err(damaged("it has too many sections"));
        }
        let mut sections = Vec::new();
        for (number, header) in table.iter().enumerate().skip(1) {
            let name = table
                .section_name(ENDIAN, header)
                .map_err(|_| damaged("a section has no name"))?;
            let data = header
                .data(ENDIAN, file)
                .map_err(|_| damaged("a section reaches past its end"))?;
            sections.push(Section {
                number: Some(number as u32),
                name,
                header: *header,
                data,
            });
        }
        let end = loaded_end(segments).max(headers_end(header));
        let loaded = usize::try_from(end)
            .ok()
            .and_then(|end| file.get(..end))
            .ok_or(damaged("a segment reaches past its end"))?;
        Ok(Self {
            header: *header,
            segments: segments.to_vec(),
            sections,
            loaded: loaded.to_vec(),
        })
    }

    /// Writes the file: its loaded part, then the sections that no segment holds, then the section table.
    pub(super) fn write(mut self) -> Vec<u8> {
        let mut out = std::mem::take(&mut self.loaded);
        let sections = std::mem::take(&mut self.sections);
        let numbers = |wanted: u32| {
            let found = sections
                .iter()
                .position(|section| section.number == Some(wanted));
            found.map_or(0, |index| index as u32 + 1)
        };
        let mut names = vec![0];
        let mut headers = Vec::with_capacity(sections.len() + 2);
        let is_names = |section: &&Section<'_>| section.is_called(".shstrtab");
        for section in sections.iter().filter(|section| !is_names(section)) {
            let mut header = section.header;
            header.sh_name = U32::new(ENDIAN, names.len() as u32);
            names.extend_from_slice(section.name);
            names.push(0);
            if !section.is_loaded() {
                align(&mut out, header.sh_addralign.get(ENDIAN));
                header.sh_offset = U64::new(ENDIAN, out.len() as u64);
                out.extend_from_slice(section.data);
            }
            header.sh_link = U32::new(ENDIAN, numbers(header.sh_link.get(ENDIAN)));
            if header.sh_flags.get(ENDIAN) & u64::from(elf::SHF_INFO_LINK) != 0 {
                header.sh_info = U32::new(ENDIAN, numbers(header.sh_info.get(ENDIAN)));
            }
            headers.push(header);
        }
        headers.push(add_names(&mut out, names));
        align(&mut out, TABLE_ALIGN_BYTES);
        self.header.e_shoff = U64::new(ENDIAN, out.len() as u64);
        self.header.e_shnum = U16::new(ENDIAN, headers.len() as u16 + 1);
        self.header.e_shstrndx = U16::new(ENDIAN, headers.len() as u16);
        out.extend_from_slice(&[0; size_of::<SectionHeader>()]);
        for header in &headers {
            out.extend_from_slice(bytes_of(header));
        }
        out[..size_of_val(&self.header)].copy_from_slice(bytes_of(&self.header));
        let table = self.header.e_phoff.get(ENDIAN) as usize;
        for (place, segment) in out[table..]
            .chunks_exact_mut(size_of::<ProgramHeader>())
            .zip(&self.segments)
        {
            place.copy_from_slice(bytes_of(segment));
        }
        out
    }
}

/// Adds the names of sections; the header of their section, whose own name is the last.
fn add_names(out: &mut Vec<u8>, mut names: Vec<u8>) -> SectionHeader {
    let mut header = Section::loaded(".shstrtab", 0, out.len() as u64, 0).header;
    header.sh_name = U32::new(ENDIAN, names.len() as u32);
    names.extend_from_slice(b".shstrtab\0");
    header.sh_type = U32::new(ENDIAN, elf::SHT_STRTAB);
    header.sh_flags = U64::new(ENDIAN, 0);
    header.sh_addralign = U64::new(ENDIAN, 1);
    header.sh_size = U64::new(ENDIAN, names.len() as u64);
    out.extend_from_slice(&names);
    header
}

/// Pads up to a multiple of so many bytes; 0 and 1 say that there is no alignment.
pub(super) fn align(out: &mut Vec<u8>, align_bytes: u64) {
    let align_bytes = usize::try_from(align_bytes).unwrap_or(1).clamp(1, 1 << 16);
    out.resize(out.len().next_multiple_of(align_bytes), 0);
}

fn loaded_end(segments: &[ProgramHeader]) -> u64 {
    let loaded = segments
        .iter()
        .filter(|segment| segment.p_type.get(ENDIAN) == elf::PT_LOAD);
    let ends = loaded.map(|segment| {
        let offset = segment.p_offset.get(ENDIAN);
        offset.saturating_add(segment.p_filesz.get(ENDIAN))
    });
    ends.max().unwrap_or_default()
}

fn headers_end(header: &FileHeader64<LittleEndian>) -> u64 {
    let bytes = u64::from(header.e_phnum.get(ENDIAN)) * size_of::<ProgramHeader>() as u64;
    header.e_phoff.get(ENDIAN).saturating_add(bytes)
}
