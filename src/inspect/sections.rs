//! The sections of an image's file.

use abi::executable::PROGRAM_SECTION;
use object::LittleEndian;
use object::elf::{FileHeader64, SHF_ALLOC, SHF_EXECINSTR, SHF_WRITE, SHT_NULL};
use object::read::elf::{FileHeader as _, SectionHeader as _};

/// A section of a file. Nothing of it is trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSection {
    /// Its name.
    pub name: String,
    /// Virtual address; 0 if no segment holds it.
    pub address: u64,
    /// Where it starts in the file.
    pub offset: u64,
    /// Size in bytes.
    pub bytes: u64,
    /// Whether a segment holds it.
    pub is_loaded: bool,
    /// Whether it may be written to, and executed.
    pub is_writable: bool,
    /// Whether it has code.
    pub has_code: bool,
}

impl FileSection {
    /// What may be done with it in memory, as `ls` shows it.
    pub fn access(&self) -> String {
        if !self.is_loaded {
            return "...".to_owned();
        }
        let letter = |is_there: bool, letter: char| if is_there { letter } else { '-' };
        [
            'r',
            letter(self.is_writable, 'w'),
            letter(self.has_code, 'x'),
        ]
        .into_iter()
        .collect()
    }
}

/// The image that a file is about: that of the program in an executable that `cozen build` has made, or else all of the
/// file.
pub fn program_in(file: &[u8]) -> &[u8] {
    let sections = sections(file);
    let program = sections
        .iter()
        .find(|section| section.name == PROGRAM_SECTION)
        .and_then(|section| {
            file.get(section.offset as usize..)?
                .get(..section.bytes as usize)
        });
    program.unwrap_or(file)
}

/// The sections of an ELF file of 64 bits, little-endian, in their order; none if it has no table of them, or a damaged
/// one.
pub fn sections(file: &[u8]) -> Vec<FileSection> {
    let endian = LittleEndian;
    let Ok(header) = FileHeader64::<LittleEndian>::parse(file) else {
        return Vec::new();
    };
    let Ok(table) = header.sections(endian, file) else {
        return Vec::new();
    };
    let sections = table
        .iter()
        .filter(|section| section.sh_type.get(endian) != SHT_NULL);
    sections
        .map(|section| {
            let name = table.section_name(endian, section).unwrap_or(b"?");
            let has = |flag: u32| section.sh_flags(endian) & u64::from(flag) != 0;
            FileSection {
                name: String::from_utf8_lossy(name).into_owned(),
                address: section.sh_addr.get(endian),
                offset: section.sh_offset.get(endian),
                bytes: section.sh_size.get(endian),
                is_loaded: has(SHF_ALLOC),
                is_writable: has(SHF_WRITE),
                has_code: has(SHF_EXECINSTR),
            }
        })
        .collect()
}
