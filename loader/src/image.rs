//! A checked image that is not mapped yet: a view of its file, which belongs to somebody else.

use abi::image::{Extent, ImageHeader};

use crate::contents::Contents;
use crate::debug::DebugTables;
use crate::elf::{ElfHeader, Sections};
use crate::relative_relocations::RelativeRelocations;
use crate::segment::{Segment, SegmentKind};
use crate::symbols::{SymbolFixups, SymbolTable};

/// An image all of whose structure and contents were checked, but nothing of it is mapped.
#[derive(Clone, Copy, Debug)]
pub struct ImageView<'file> {
    pub(crate) file: &'file [u8],
    pub(crate) elf: ElfHeader,
    pub(crate) header: ImageHeader,
    /// In the order of [`SegmentKind::ALL`]; `None` where there are no bytes.
    pub(crate) segments: [Option<Segment>; 4],
}

/// The words to which relocation adds the image's address.
#[derive(Clone, Debug)]
pub struct RelocatedWords<'file>(RelativeRelocations<'file>);

impl Iterator for RelocatedWords<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        // The order of the entries was checked: there are no errors.
        self.0.next()?.ok().map(|address| address as u32)
    }
}

/// The words of constants that become symbols.
#[derive(Clone, Debug)]
pub struct SymbolWords<'file>(SymbolFixups<'file>);

impl Iterator for SymbolWords<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        self.0.next().map(|fixup| fixup.address)
    }
}

/// The code segment up to the native code.
pub(crate) const fn bytecode(header: &ImageHeader) -> Extent {
    let bytes = if header.native_code.bytes == 0 {
        header.code.bytes
    } else {
        header.native_code.start - header.code.start
    };
    Extent {
        start: header.code.start,
        bytes,
    }
}

impl<'file> ImageView<'file> {
    /// The image header.
    pub const fn header(&self) -> &ImageHeader {
        &self.header
    }

    /// The bytes of a segment; empty if the image has none of that kind.
    pub fn segment(&self, kind: SegmentKind) -> &'file [u8] {
        self.segments[kind as usize].map_or(&[], |segment| segment.bytes(self.file))
    }

    /// Procedures and frame maps, for tools.
    pub fn contents(&self) -> Contents<'file> {
        Contents {
            header: self.header,
            read_only: self.segment(SegmentKind::ReadOnly),
            code: self.segment(SegmentKind::Code),
        }
    }

    /// Names and lines, as far as the file has them.
    pub fn debug_tables(&self) -> DebugTables {
        DebugTables::parse(&self.sections(), bytecode(&self.header))
    }

    /// The contents of a section that is in no segment. Nothing of them was checked.
    pub fn tool_section(&self, name: &str) -> Option<&'file [u8]> {
        self.sections().find(name)
    }

    /// The bytes of a section that no segment holds, by name, as far as the file has it.
    pub fn unloaded_section(&self, name: &str) -> Option<&'file [u8]> {
        self.sections().find(name)
    }

    /// The sections behind the last segment.
    pub(crate) fn sections(&self) -> Sections<'file> {
        let tail_start = self
            .segments
            .iter()
            .flatten()
            .map(|segment| segment.file_end())
            .max();
        let tail_start = tail_start.unwrap_or_default();
        Sections {
            tail: &self.file[tail_start..],
            tail_offset: tail_start as u64,
            table: self.elf.section_table,
        }
    }

    /// The bytes of `extent`, inside the read-only segment.
    pub(crate) fn read_only(&self, extent: Extent) -> &'file [u8] {
        &self.segment(SegmentKind::ReadOnly)[extent.start as usize..][..extent.bytes as usize]
    }

    pub(crate) fn relocations(&self) -> RelativeRelocations<'file> {
        RelativeRelocations::new(self.read_only(self.header.relocations))
    }

    pub(crate) fn symbols(&self) -> SymbolTable<'file> {
        SymbolTable::new(
            self.read_only(self.header.symbols),
            self.header.symbol_count,
        )
    }

    /// The word at a virtual address, as it stands in the file.
    pub fn word_at(&self, address: u32) -> Option<u64> {
        let segments = self.segments.iter().flatten();
        let holding = |segment: &&Segment| {
            let extent = segment.extent;
            extent.start <= address && u64::from(address) + 8 <= extent.end()
        };
        let segment = segments.into_iter().find(holding)?;
        let offset = (address - segment.extent.start) as usize;
        let word = segment.bytes(self.file)[offset..].first_chunk()?;
        Some(u64::from_le_bytes(*word))
    }

    /// The bytes of an extent inside one segment.
    pub fn bytes_at(&self, extent: Extent) -> Option<&'file [u8]> {
        let segments = self.segments.iter().flatten();
        let segment = segments
            .into_iter()
            .find(|segment| segment.extent.contains(extent))?;
        let offset = (extent.start - segment.extent.start) as usize;
        Some(&segment.bytes(self.file)[offset..][..extent.bytes as usize])
    }

    /// The virtual addresses of the words that relocation adds the image's address to, ascending.
    pub fn relocated_words(&self) -> RelocatedWords<'file> {
        RelocatedWords(self.relocations())
    }

    /// The constants that become symbols: the virtual address of the word, and the number of the symbol.
    pub fn symbol_constants(&self) -> impl Iterator<Item = (u32, u32)> + use<'file> {
        let fixups = self.symbols().fixups();
        fixups.map(|fixup| (fixup.address, fixup.symbol))
    }

    /// The addresses of the constants that become symbols, ascending. They were checked to lie in constants.
    pub fn symbol_words(&self) -> SymbolWords<'file> {
        SymbolWords(self.symbols().fixups())
    }

    /// The names of all symbols, by number. They were checked to be UTF-8.
    pub fn symbol_names(&self) -> impl Iterator<Item = &'file str> {
        self.symbols()
            .names()
            .map(|name| str::from_utf8(self.read_only(name)).unwrap_or_default())
    }
}
