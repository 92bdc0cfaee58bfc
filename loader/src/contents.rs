//! A view of an image's procedures and frame maps, for tools.

use abi::frame_map::FrameMap;
use abi::image::{Extent, ImageHeader};
use abi::native::return_table::ReturnTable;
use abi::procedure::{PROCEDURE_ALIGN_BYTES, PROCEDURE_HEADER_BYTES, ProcedureHeader};

use crate::relative_relocations::RelativeRelocations;
use crate::symbols::SymbolTable;

/// The read-only and code segments of an image. Addresses are virtual.
#[derive(Clone, Copy, Debug)]
pub struct Contents<'image> {
    pub(crate) header: ImageHeader,
    pub(crate) read_only: &'image [u8],
    pub(crate) code: &'image [u8],
}

/// A procedure of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Procedure<'image> {
    /// Virtual address of the header.
    pub address: u32,
    /// The header.
    pub header: ProcedureHeader,
    /// The bytecode, which starts [`PROCEDURE_HEADER_BYTES`] after `address`.
    pub code: &'image [u8],
}

impl Procedure<'_> {
    /// Virtual address of the first instruction.
    pub const fn code_start(&self) -> u32 {
        self.address + PROCEDURE_HEADER_BYTES as u32
    }

    /// One past the last instruction.
    pub const fn code_end(&self) -> u32 {
        self.code_start() + self.code.len() as u32
    }

    /// Where the next procedure starts, if there is one.
    pub(crate) const fn end(&self) -> u32 {
        self.code_end()
            .next_multiple_of(PROCEDURE_ALIGN_BYTES as u32)
    }
}

impl<'image> Contents<'image> {
    /// The image header.
    pub const fn header(&self) -> &ImageHeader {
        &self.header
    }

    /// The procedures, in the order of their addresses, up to the native code or the first place that
    /// is none.
    pub fn procedures(self) -> impl Iterator<Item = Procedure<'image>> {
        let mut next = self.header.code.start;
        let native = self.header.native_code;
        std::iter::from_fn(move || {
            if native.bytes > 0 && next >= native.start {
                return None;
            }
            let procedure = self.procedure(next)?;
            next = procedure.end();
            Some(procedure)
        })
    }

    /// The procedure whose header is at `address`.
    pub fn procedure(self, address: u32) -> Option<Procedure<'image>> {
        let offset = address.checked_sub(self.header.code.start)? as usize;
        let bytes = self.code.get(offset..)?;
        let header = ProcedureHeader::decode(bytes)?;
        let code = bytes[PROCEDURE_HEADER_BYTES..].get(..header.code_bytes as usize)?;
        Some(Procedure {
            address,
            header,
            code,
        })
    }

    /// The native code; empty if there is none.
    pub fn native_code(self) -> &'image [u8] {
        let native = self.header.native_code;
        let start = native.start.saturating_sub(self.header.code.start) as usize;
        let code = self.code.get(start..).unwrap_or_default();
        code.get(..native.bytes as usize).unwrap_or_default()
    }

    /// The return points of the native code.
    pub fn native_returns(self) -> ReturnTable<'image> {
        let bytes = self.read_only_bytes(self.header.native_returns);
        ReturnTable::decoded_before(bytes.unwrap_or_default())
    }

    /// The frame map at `address`.
    pub fn frame_map(self, address: u32) -> Option<FrameMap<'image>> {
        let maps = self.header.frame_maps;
        let offset = address.checked_sub(maps.start)?;
        FrameMap::in_image(self.read_only_bytes(maps)?, offset as usize)
    }

    /// The words to which relocation adds the image's address; they were checked before.
    pub(crate) fn relocations(self) -> RelativeRelocations<'image> {
        let bytes = self.read_only_bytes(self.header.relocations);
        RelativeRelocations::new(bytes.unwrap_or_default())
    }

    /// The symbols; they were checked before.
    pub(crate) fn symbols(self) -> SymbolTable<'image> {
        let bytes = self.read_only_bytes(self.header.symbols);
        SymbolTable::new(bytes.unwrap_or_default(), self.header.symbol_count)
    }

    /// The bytes of `extent`, if it lies in the read-only segment.
    pub fn read_only_bytes(self, extent: Extent) -> Option<&'image [u8]> {
        let start = extent.start.checked_sub(self.header.read_only.start)? as usize;
        self.read_only.get(start..)?.get(..extent.bytes as usize)
    }
}
