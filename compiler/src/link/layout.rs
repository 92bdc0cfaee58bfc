//! Layout: the address of everything in an image, from sizes alone.
//!
//! Segments follow one another in the file, aligned to objects only. In memory, each segment starts
//! in a new granule of [`SEGMENT_ALIGN_BYTES`], at the same offset in the granule as in the file's
//! granule. So a loader can map every segment from where it is, for any page size, and a small
//! image stays small. A small image that is made for memory needs no mapping: its segments follow one another in
//! memory too.

use abi::image::{
    Extent, IMAGE_BYTES_MAX, IMAGE_HEADER_BYTES, ImageHeader, OwnSymbols, SEGMENT_ALIGN_BYTES,
};
use abi::object_layout::OBJECT_ALIGN_BYTES;
use abi::procedure::{PROCEDURE_ALIGN_BYTES, PROCEDURE_HEADER_BYTES};

use super::constants::{Home, PlacedConstants};
use super::error::LinkError;
use super::frame_maps::PlacedFrameMaps;
use super::unit::{ConstantId, FixupTarget, FrameMapId, LinkUnit, NameId};
use crate::id::{Id, IdVec};
use crate::image_options::Purpose;
use crate::ssa::ir::{CellId, ProcedureId};

pub(super) const ELF_HEADER_BYTES: u64 = 64;
pub(super) const PROGRAM_HEADER_BYTES: u64 = 56;

/// Where the image header, or the part header, of a file stands that has so many segments.
pub(super) const fn header_offset(segment_count: u64) -> u64 {
    ELF_HEADER_BYTES + PROGRAM_HEADER_BYTES * segment_count
}

/// Alignment of native code: that of a cache line, and the most that a function can ask for.
pub(super) const NATIVE_CODE_ALIGN_BYTES: u64 = 64;
/// Alignment of the table of native return points.
pub(super) const NATIVE_RETURNS_ALIGN_BYTES: u64 = 4;
/// Alignment of the unwind information.
pub(super) const UNWIND_ALIGN_BYTES: u64 = 8;

/// Sizes that the layout needs beyond those that the unit and its constants show, in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct TableSizes {
    pub(super) relocations: u64,
    /// Those of a small image.
    pub(super) close_relocations: u64,
    pub(super) symbol_table: u64,
    pub(super) symbol_names: u64,
    /// The table of symbols that lie in the image.
    pub(super) own_symbols: u64,
    pub(super) native_returns: u64,
    pub(super) unwind: u64,
    /// All that lies in the segment of the cells.
    pub(super) cells: u64,
    /// From its start to the first symbol, and to the first location, of a library.
    pub(super) library_objects: [u64; 2],
}

/// Where everything lies: virtual addresses.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    /// Extents and counts; fingerprint and hash are not set.
    pub(super) header: ImageHeader,
    /// File offsets of the segments, in the order of [`Layout::segments`].
    pub(super) file_offsets: [u64; 4],
    /// File offset of the image header, or of the part header.
    pub(super) image_header: u32,
    /// Whether the file is a native part: tools learn of its native code alone.
    pub(super) is_part: bool,
    /// Address of the first symbol name.
    pub(super) symbol_names: u32,
    /// Address of the first symbol that lies in the image.
    pub(super) first_own_symbol: u32,
    /// Address of the first global variable that lies in the image.
    pub(super) first_location: u32,
    /// How many cells hold symbols.
    pub(super) symbol_cells: u32,
    /// Addresses of procedure headers, by index.
    pub(super) procedures: IdVec<ProcedureId, u32>,
    /// Addresses of frame maps, by index.
    pub(super) frame_maps: IdVec<FrameMapId, u32>,
    /// Addresses of constants, tags added, by index.
    pub(super) constants: IdVec<ConstantId, u32>,
    /// Address of the unwind information.
    pub(super) unwind: u32,
    /// Addresses of the functions of native code, in their order.
    pub(super) native_functions: Vec<u32>,
    /// By index of a procedure, the index of its first function, if it has native code.
    pub(super) first_functions: IdVec<ProcedureId, Option<usize>>,
}

impl Layout {
    /// The segments in order; those without bytes are not in the file.
    pub(super) const fn segments(&self) -> [Extent; 4] {
        let header = &self.header;
        [
            header.read_only,
            header.code,
            header.constants,
            header.cells,
        ]
    }

    /// Address of the cell with this number: those of symbols come first.
    const fn nth_cell(&self, number: u32) -> u32 {
        self.header.cells.start + 8 * number
    }

    /// Address of a symbol's cell.
    pub(super) fn symbol_cell(&self, symbol: NameId) -> u32 {
        self.nth_cell(symbol.number())
    }

    /// Address of a cell that is not a symbol's.
    pub(super) fn cell(&self, cell: CellId) -> u32 {
        self.nth_cell(self.symbol_cells + cell.number())
    }

    /// Index of the first function of a procedure among the native functions.
    pub(super) fn first_function(&self, procedure: ProcedureId) -> Option<usize> {
        self.first_functions[procedure]
    }

    /// Address of the body of a procedure that has native code.
    pub(super) fn body(&self, procedure: ProcedureId) -> Option<u32> {
        Some(self.native_functions[self.first_function(procedure)?])
    }

    /// The address that a hole leads to.
    pub(super) fn target(&self, target: FixupTarget) -> u32 {
        match target {
            FixupTarget::Procedure(procedure) => self.procedures[procedure],
            FixupTarget::Constant(constant) => self.constants[constant],
            FixupTarget::SymbolCell(symbol) => self.symbol_cell(symbol),
            FixupTarget::Cell(cell) => self.cell(cell),
            FixupTarget::FrameMap(map) => self.frame_maps[map],
        }
    }

    /// Address of an object among the read-only objects.
    pub(super) fn read_only_object(&self, offset: u64) -> u32 {
        self.header.read_only_objects.start + address(offset)
    }
}

/// Places the parts of the image.
pub(super) fn lay_out(
    unit: &LinkUnit,
    constants: &PlacedConstants,
    frame_maps: &PlacedFrameMaps,
    sizes: TableSizes,
) -> Result<Layout, LinkError> {
    if unit.purpose == Purpose::Memory && unit.native_functions().next().is_none() {
        let close_sizes = TableSizes {
            relocations: sizes.close_relocations,
            ..sizes
        };
        let layout = lay_out_by(Spacing::Close, unit, constants, frame_maps, close_sizes)?;
        if layout.header.is_small() {
            return Ok(layout);
        }
    }
    lay_out_by(Spacing::Granules, unit, constants, frame_maps, sizes)
}

/// How far apart segments lie in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spacing {
    /// Each starts in a new granule.
    Granules,
    /// As in the file.
    Close,
}

fn lay_out_by(
    spacing: Spacing,
    unit: &LinkUnit,
    constants: &PlacedConstants,
    frame_maps: &PlacedFrameMaps,
    sizes: TableSizes,
) -> Result<Layout, LinkError> {
    let frame_map_bytes = frame_maps.bytes.len() as u64;
    let tables = Tables::place(unit, constants, frame_map_bytes, sizes);
    let mut packer = Packer::new(spacing);
    let read_only = packer.add(tables.end);
    let code_start = packer.next().0;
    let bytecode_end = code_start + bytecode_bytes(unit);
    let native_start = bytecode_end.next_multiple_of(NATIVE_CODE_ALIGN_BYTES);
    let (native_functions, native_end) = place_native_functions(unit, native_start);
    let has_native = !native_functions.is_empty();
    let code_end = if has_native { native_end } else { bytecode_end };
    let code = packer.add(code_end - code_start);
    let linked = packer.add(8 * constants.linked.len() as u64);
    let cells = packer.add(sizes.cells);
    if packer.memory_end > IMAGE_BYTES_MAX {
        return Err(LinkError::ImageTooLarge {
            bytes: packer.memory_end,
            bytes_max: IMAGE_BYTES_MAX,
        });
    }
    let symbol_cells = address(unit.symbols.len() as u64);
    let objects = (sizes.library_objects).map(|offset| cells.extent.start + address(offset));
    let mut layout = Layout {
        header: ImageHeader {
            symbol_count: if unit.library.is_some() {
                0
            } else {
                symbol_cells
            },
            image: extent(0, packer.memory_end),
            read_only: read_only.extent,
            code: code.extent,
            constants: linked.extent,
            cells: cells.extent,
            frame_maps: extent(tables.frame_maps, tables.frame_maps_bytes),
            relocations: extent(tables.relocations, sizes.relocations),
            symbols: extent(tables.symbols, sizes.symbol_table),
            read_only_objects: extent(tables.objects, constants.read_only.len() as u64),
            native_code: extent(native_start, native_end - native_start),
            native_returns: extent(tables.native_returns, sizes.native_returns),
            own_symbols: extent(tables.own_symbols, sizes.own_symbols),
            ..ImageHeader::default()
        },
        file_offsets: [read_only, code, linked, cells].map(|placed| placed.file_offset),
        image_header: address(tables.image_header),
        symbol_names: address(tables.symbol_names),
        first_own_symbol: objects[0],
        first_location: objects[1],
        symbol_cells,
        unwind: address(tables.unwind),
        native_functions: native_functions.into_iter().map(address).collect(),
        ..Layout::default()
    };
    if !has_native {
        layout.header.native_code = Extent::default();
        layout.header.native_returns = Extent::default();
    }
    if sizes.own_symbols == 0 {
        layout.header.own_symbols = Extent::default();
    }
    if constants.read_only.is_empty() {
        layout.header.read_only_objects = Extent::default();
    }
    layout.fill_tables(unit, constants, frame_maps);
    Ok(layout)
}

/// Addresses in the read-only segment, and where it ends.
#[derive(Clone, Copy, Debug)]
struct Tables {
    image_header: u64,
    relocations: u64,
    symbols: u64,
    symbol_names: u64,
    own_symbols: u64,
    frame_maps: u64,
    frame_maps_bytes: u64,
    native_returns: u64,
    unwind: u64,
    objects: u64,
    end: u64,
}

impl Tables {
    fn place(
        unit: &LinkUnit,
        constants: &PlacedConstants,
        frame_maps_bytes: u64,
        sizes: TableSizes,
    ) -> Self {
        let segment_count = 2
            + u64::from(!constants.linked.is_empty())
            + u64::from(!unit.symbols.is_empty() || !unit.cells.is_empty());
        let image_header = header_offset(segment_count);
        let relocations = image_header + IMAGE_HEADER_BYTES as u64;
        let symbols = relocations + sizes.relocations;
        let symbol_names = symbols + sizes.symbol_table;
        let own_symbols =
            (symbol_names + sizes.symbol_names).next_multiple_of(OwnSymbols::ENTRY_BYTES as u64);
        let frame_maps = if sizes.own_symbols == 0 {
            symbol_names + sizes.symbol_names
        } else {
            own_symbols + sizes.own_symbols
        };
        let native_returns =
            (frame_maps + frame_maps_bytes).next_multiple_of(NATIVE_RETURNS_ALIGN_BYTES);
        let unwind = (native_returns + sizes.native_returns).next_multiple_of(UNWIND_ALIGN_BYTES);
        let tables_end = if sizes.unwind == 0 {
            frame_maps + frame_maps_bytes
        } else {
            unwind + sizes.unwind
        };
        let objects = tables_end.next_multiple_of(OBJECT_ALIGN_BYTES as u64);
        Self {
            image_header,
            relocations,
            symbols,
            symbol_names,
            own_symbols,
            frame_maps,
            frame_maps_bytes,
            native_returns,
            unwind,
            objects,
            end: if constants.read_only.is_empty() {
                tables_end
            } else {
                objects + constants.read_only.len() as u64
            },
        }
    }
}

impl Layout {
    fn fill_tables(
        &mut self,
        unit: &LinkUnit,
        constants: &PlacedConstants,
        frame_maps: &PlacedFrameMaps,
    ) {
        let mut next = u64::from(self.header.code.start);
        let mut next_function = 0;
        for procedure in &unit.procedures {
            self.procedures.push(address(next));
            next += procedure_bytes(procedure.code.len());
            let functions = procedure
                .native
                .as_ref()
                .map(|native| native.functions.len());
            self.first_functions.push(functions.map(|_| next_function));
            next_function += functions.unwrap_or_default();
        }
        self.header.entry = self.procedures[ProcedureId::ENTRY];
        for &start in &frame_maps.starts {
            let start = self.header.frame_maps.start + address(start as u64);
            self.frame_maps.push(start);
        }
        for place in &constants.places {
            let start = match place.home {
                Home::ReadOnly(offset) => self.read_only_object(offset.0),
                Home::Linked(word) => self.header.constants.start + address(8 * word),
            };
            self.constants.push(start + place.tag as u32);
        }
    }
}

/// Bytes that a procedure's bytecode takes in the code segment: header, code, padding.
pub(super) const fn procedure_bytes(code_bytes: usize) -> u64 {
    ((PROCEDURE_HEADER_BYTES + code_bytes).next_multiple_of(PROCEDURE_ALIGN_BYTES)) as u64
}

fn bytecode_bytes(unit: &LinkUnit) -> u64 {
    unit.procedures
        .iter()
        .map(|procedure| procedure_bytes(procedure.code.len()))
        .sum()
}

/// Where each function starts if the code starts at `start`, and where the last one ends with the
/// trap behind it: no call returns to the end of the code.
pub(super) fn place_native_functions(unit: &LinkUnit, start: u64) -> (Vec<u64>, u64) {
    let mut next = start;
    let mut starts = Vec::new();
    for function in unit.native_functions() {
        let align = u64::from(function.align.max(1));
        assert!(
            align <= NATIVE_CODE_ALIGN_BYTES,
            "functions lie in cache lines"
        );
        next = next.next_multiple_of(align);
        starts.push(next);
        next += function.code.len() as u64;
    }
    let end = if starts.is_empty() { start } else { next + 1 };
    (starts, end)
}

/// Puts segments one after the other.
#[derive(Debug)]
pub(super) struct Packer {
    spacing: Spacing,
    file_end: u64,
    memory_end: u64,
}

/// Where a segment lies.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Placed {
    pub(super) extent: Extent,
    pub(super) file_offset: u64,
}

impl Packer {
    const fn new(spacing: Spacing) -> Self {
        Self {
            spacing,
            file_end: 0,
            memory_end: 0,
        }
    }

    /// For the segments of a native part, behind this address of its image.
    pub(super) const fn behind(address: u64) -> Self {
        Self {
            spacing: Spacing::Granules,
            file_end: 0,
            memory_end: address,
        }
    }

    /// One past the last address.
    pub(super) const fn memory_end(&self) -> u64 {
        self.memory_end
    }

    /// Address and file offset of the next segment.
    pub(super) const fn next(&self) -> (u64, u64) {
        let file_offset = self.file_end.next_multiple_of(OBJECT_ALIGN_BYTES as u64);
        if matches!(self.spacing, Spacing::Close) {
            return (file_offset, file_offset);
        }
        let granule = self.memory_end.next_multiple_of(SEGMENT_ALIGN_BYTES);
        (granule + file_offset % SEGMENT_ALIGN_BYTES, file_offset)
    }

    pub(super) fn add(&mut self, bytes: u64) -> Placed {
        if bytes == 0 {
            return Placed::default();
        }
        let (start, file_offset) = self.next();
        self.file_end = file_offset + bytes;
        self.memory_end = start + bytes;
        if self.memory_end > IMAGE_BYTES_MAX {
            return Placed::default();
        }
        Placed {
            extent: extent(start, bytes),
            file_offset,
        }
    }
}

/// Narrows an extent of an image.
pub(super) fn extent(start: u64, bytes: u64) -> Extent {
    Extent {
        start: address(start),
        bytes: address(bytes),
    }
}

/// Narrows an address or size of an image.
pub(super) fn address(value: u64) -> u32 {
    u32::try_from(value).expect("the image's size was checked first")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_packed_in_the_file_and_congruent_in_memory() {
        let mut packer = Packer::new(Spacing::Granules);
        let first = packer.add(1000);
        let second = packer.add(70_000);
        assert_eq!(packer.add(0).extent, Extent::default());
        let third = packer.add(8);
        assert_eq!((first.extent.start, first.file_offset), (0, 0));
        assert_eq!(
            (second.extent.start, second.file_offset),
            (0x10000 + 1008, 1008)
        );
        assert_eq!(third.file_offset, 1008 + 70_000);
        assert_eq!(
            u64::from(third.extent.start) % 0x10000,
            third.file_offset % 0x10000
        );
        assert!(third.extent.start >= 0x30000, "a granule of its own");
    }

    #[test]
    fn too_large_an_image_is_found_before_anything_is_narrowed() {
        let mut packer = Packer::new(Spacing::Granules);
        packer.add(IMAGE_BYTES_MAX * 4);
        assert!(packer.memory_end > IMAGE_BYTES_MAX);
    }

    #[test]
    fn close_segments_lie_in_memory_as_in_the_file() {
        let mut packer = Packer::new(Spacing::Close);
        for (bytes, start) in [(100, 0), (7, 112), (16, 128), (8, 144)] {
            let placed = packer.add(bytes);
            assert_eq!(u64::from(placed.extent.start), start);
            assert_eq!(placed.file_offset, start);
        }
    }
}
