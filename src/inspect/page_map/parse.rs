//! From the bytes of an ELF file to a map of its pages. Nothing in the file is trusted.

use object::elf::{FileHeader32, FileHeader64, PT_LOAD, SHT_NOBITS, SHT_NULL};
use object::read::elf::{FileHeader, ProgramHeader, SectionHeader};
use object::{Endianness, FileKind};

use super::pieces::{Access, Mapped, PageMap, Part, PartKind, Range, cut};

/// Why there is no map of a file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PageMapError {
    /// The file is something else.
    #[error("no ELF file")]
    NotElf,
    /// The file ends before its headers do.
    #[error("the ELF file is cut off: it has {file_bytes} bytes, and {what} reach past that")]
    Truncated {
        /// What is missing.
        what: &'static str,
        /// How many bytes there are.
        file_bytes: u64,
    },
    /// The file has more sections or segments than anything real.
    #[error("the ELF file has {count} {what}: that is more than can be shown")]
    TooMany {
        /// What there is so much of.
        what: &'static str,
        /// How many there are.
        count: usize,
    },
}

/// More sections than this are no picture any more.
const SECTIONS_MAX: usize = 1 << 16;
/// More segments than this are not real.
const SEGMENTS_MAX: usize = 1 << 10;

/// Index of the part that has what no section has.
const GAP: usize = 0;

impl PageMap {
    /// The map of an ELF file.
    ///
    /// # Errors
    ///
    /// [`PageMapError`].
    pub fn parse(file: &[u8]) -> Result<Self, PageMapError> {
        match FileKind::parse(file) {
            Ok(FileKind::Elf32) => parse::<FileHeader32<Endianness>>(file),
            Ok(FileKind::Elf64) => parse::<FileHeader64<Endianness>>(file),
            _ if file.starts_with(b"\x7fELF") => Err(truncated(file, "its headers")),
            _ => Err(PageMapError::NotElf),
        }
    }
}

const fn truncated(file: &[u8], what: &'static str) -> PageMapError {
    PageMapError::Truncated {
        what,
        file_bytes: file.len() as u64,
    }
}

fn parse<Header: FileHeader<Endian = Endianness>>(file: &[u8]) -> Result<PageMap, PageMapError> {
    let header = Header::parse(file).map_err(|_| truncated(file, "its headers"))?;
    let endian = header
        .endian()
        .map_err(|_| truncated(file, "its headers"))?;
    let segments = header
        .program_headers(endian, file)
        .map_err(|_| truncated(file, "its program headers"))?;
    if segments.len() > SEGMENTS_MAX {
        let (what, count) = ("program headers", segments.len());
        return Err(PageMapError::TooMany { what, count });
    }
    let mut reader = Reader {
        file_bytes: file.len() as u64,
        parts: vec![Part {
            name: "(no section)".to_owned(),
            kind: PartKind::Gap,
            address: 0,
            bytes: 0,
        }],
        ranges: Vec::new(),
        notes: Vec::new(),
    };
    reader.add_header("(ELF header)", 0, size_of::<Header>() as u64);
    let table = header.e_phoff(endian).into();
    reader.add_header("(program headers)", table, size_of_val(segments) as u64);
    reader.add_sections(header, endian, file)?;
    let loaded = segments
        .iter()
        .filter(|segment| segment.p_type(endian) == PT_LOAD);
    let mapped: Vec<Mapped> = loaded
        .map(|segment| {
            let (start, bytes): (u64, u64) = (
                segment.p_offset(endian).into(),
                segment.p_filesz(endian).into(),
            );
            Mapped {
                start,
                end: start.saturating_add(bytes),
                access: Access(segment.p_flags(endian)),
            }
        })
        .collect();
    Ok(reader.finish(&mapped))
}

struct Reader {
    file_bytes: u64,
    parts: Vec<Part>,
    ranges: Vec<Range>,
    notes: Vec<String>,
}

impl Reader {
    fn add_header(&mut self, name: &str, start: u64, bytes: u64) {
        if bytes > 0 {
            self.add_part(name.to_owned(), PartKind::Header, 0, (start, bytes));
        }
    }

    fn add_part(&mut self, name: String, kind: PartKind, address: u64, (start, bytes): (u64, u64)) {
        let end = start.saturating_add(bytes);
        if end > self.file_bytes {
            self.notes.push(format!(
                "{name} reaches past the end of the file, to {end:#x}"
            ));
        }
        let part = self.parts.len();
        self.ranges.push(Range { start, end, part });
        self.parts.push(Part {
            name,
            kind,
            address,
            bytes,
        });
    }

    fn add_sections<Header: FileHeader<Endian = Endianness>>(
        &mut self,
        header: &Header,
        endian: Endianness,
        file: &[u8],
    ) -> Result<(), PageMapError> {
        let sections = header
            .section_headers(endian, file)
            .map_err(|_| truncated(file, "its section headers"))?;
        if sections.len() > SECTIONS_MAX {
            let (what, count) = ("sections", sections.len());
            return Err(PageMapError::TooMany { what, count });
        }
        let names = header.section_strings(endian, file, sections);
        let names = names.unwrap_or_default();
        for (number, section) in sections.iter().enumerate() {
            let kind = section.sh_type(endian);
            let bytes = section.sh_size(endian).into();
            if kind == SHT_NULL || bytes == 0 {
                continue;
            }
            let name = match section.name(endian, names) {
                Ok(name) if !name.is_empty() => String::from_utf8_lossy(name).into_owned(),
                _ => format!("(section {number})"),
            };
            let address = section.sh_addr(endian).into();
            if kind == SHT_NOBITS {
                self.parts.push(Part {
                    name,
                    kind: PartKind::InMemory,
                    address,
                    bytes,
                });
            } else {
                let start = section.sh_offset(endian).into();
                self.add_part(name, PartKind::Section, address, (start, bytes));
            }
        }
        let table = header.e_shoff(endian).into();
        self.add_header("(section headers)", table, size_of_val(sections) as u64);
        Ok(())
    }

    fn finish(mut self, segments: &[Mapped]) -> PageMap {
        let mut past_end = segments.iter().filter(|each| each.end > self.file_bytes);
        if let Some(segment) = past_end.next_back() {
            let end = segment.end;
            self.notes.push(format!(
                "a segment reaches past the end of the file, to {end:#x}"
            ));
        }
        let (pieces, has_overlap) = cut(self.file_bytes, self.ranges, GAP, segments);
        if has_overlap {
            self.notes.push("sections overlap".to_owned());
        }
        let gaps = pieces.iter().filter(|piece| piece.part == GAP);
        self.parts[GAP].bytes = gaps.map(|piece| piece.end - piece.start).sum();
        PageMap {
            file_bytes: self.file_bytes,
            parts: self.parts,
            pieces,
            notes: self.notes,
        }
    }
}
