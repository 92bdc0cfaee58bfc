//! Native parts: native code laid out behind an image, and linked to what the image has.
//!
//! The format stands in [`abi::native::part`].

use abi::fingerprint::FINGERPRINT;
use abi::image::{Extent, IMAGE_BYTES_MAX, IMAGE_HEADER_HASH_OFFSET, ImageHeader, section};
use abi::native::part::{
    ENTRIES_SECTION, ENTRY_BYTES, LOOPS_SECTION, LoopEntry, PART_HEADER_BYTES, PartHeader, SECTION,
    room_bytes,
};
use abi::native::return_table::{self, entry_count};
use abi::procedure::PROCEDURE_HEADER_BYTES;

use super::error::LinkError;
use super::frame_maps::PlacedFrameMaps;
use super::layout::{
    Layout, NATIVE_CODE_ALIGN_BYTES, NATIVE_RETURNS_ALIGN_BYTES, Packer, UNWIND_ALIGN_BYTES,
    address, extent, header_offset, place_native_functions,
};
use super::native_code::{NativeApart, NativeCode};
use super::pipeline::link_laid_out;
use super::unit::{LinkUnit, ProcedureCode};
use super::write_elf::{ElfImage, Section, write_elf};
use super::{debug_info, encode_bytecode, encode_native, inlined_calls, unwind};
use crate::id::IdVec;
use crate::memory;
use crate::ssa::ir::ProcedureId;

/// Segments of a native part.
const SEGMENT_COUNT: u64 = 2;

/// Makes the image of `unit`, which has bytecode alone, and the native part of `native`: `None` if no procedure has
/// native code. The image does not depend on `native`.
///
/// # Errors
///
/// [`LinkError`]: the unit exceeds a limit of the format.
///
/// # Panics
///
/// As [`link`](super::link).
pub fn link_apart(
    mut unit: LinkUnit,
    native: NativeApart,
) -> Result<(Vec<u8>, Option<Vec<u8>>), LinkError> {
    let maps: Vec<Vec<u8>> = unit
        .frame_maps
        .iter()
        .skip(native.bytecode_maps)
        .cloned()
        .collect();
    unit.frame_maps.truncate(native.bytecode_maps);
    let mut image = LinkedImage::new(unit)?;
    let part = image.part(native.procedures, &maps, PartPlace::First)?;
    Ok((image.bytes, part))
}

/// Where a native part lies in the room behind its image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartPlace {
    /// At its start: the part that has all native code.
    First,
    /// Behind its middle, and behind the parts that were put there before.
    Behind,
}

/// An image of bytecode, for which native parts are linked.
#[derive(Debug)]
pub struct LinkedImage {
    unit: LinkUnit,
    layout: Layout,
    hash: u64,
    bytes: Vec<u8>,
    /// Where the next part behind the middle of the room may start.
    behind: u64,
}

impl LinkedImage {
    /// Makes the image of `unit`, which has bytecode alone.
    ///
    /// # Errors
    ///
    /// [`LinkError`]: the unit exceeds a limit of the format.
    ///
    /// # Panics
    ///
    /// As [`link`](super::link).
    pub fn new(unit: LinkUnit) -> Result<Self, LinkError> {
        let (bytes, layout) = link_laid_out(&unit)?;
        let hash_at = layout.image_header as usize + IMAGE_HEADER_HASH_OFFSET;
        let hash = bytes[hash_at..].first_chunk();
        let hash = u64::from_le_bytes(*hash.expect("an image holds its hash"));
        let image = layout.header.image;
        Ok(Self {
            behind: image.end() + room_bytes(layout.header.code) / 2,
            unit,
            layout,
            hash,
            bytes,
        })
    }

    /// The bytes of the image.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The same, for whoever links no more parts.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The virtual address where the bytecode ends.
    pub fn code_end(&self) -> u32 {
        let code = self.layout.header.code;
        code.start + code.bytes
    }

    /// The virtual addresses of the procedures' headers, ascending.
    pub fn procedures(&self) -> &IdVec<ProcedureId, u32> {
        &self.layout.procedures
    }

    /// Makes the native part of `native`: `None` if no procedure has native code. `maps` are its frame maps, which the
    /// image lacks.
    ///
    /// # Errors
    ///
    /// [`LinkError::ImageTooLarge`]: there is no room for it.
    pub fn part(
        &mut self,
        native: IdVec<ProcedureId, Option<NativeCode>>,
        maps: &[Vec<u8>],
        place: PartPlace,
    ) -> Result<Option<Vec<u8>>, LinkError> {
        for (procedure, native) in self.unit.procedures.iter_mut().zip(native) {
            procedure.native = native;
        }
        let part = self.linked_part(maps, place);
        for procedure in &mut self.unit.procedures {
            procedure.native = None;
        }
        part
    }

    /// The part of the native code that is in the unit.
    fn linked_part(
        &mut self,
        maps: &[Vec<u8>],
        place: PartPlace,
    ) -> Result<Option<Vec<u8>>, LinkError> {
        if self.unit.native_functions().next().is_none() {
            return Ok(None);
        }
        let image = self.layout.header.image;
        let (start, end_max) = match place {
            PartPlace::First => (image.end(), IMAGE_BYTES_MAX),
            PartPlace::Behind => {
                let room_end = image.end() + room_bytes(self.layout.header.code);
                (self.behind, room_end.min(IMAGE_BYTES_MAX))
            }
        };
        let map_count = self.unit.frame_maps.len();
        let part = link_part(&mut self.unit, maps, &self.layout, self.hash, start);
        self.unit.frame_maps.truncate(map_count);
        let (part, end) = part?;
        if end > end_max {
            return Err(LinkError::ImageTooLarge {
                bytes: end,
                bytes_max: end_max,
            });
        }
        if place == PartPlace::Behind {
            self.behind = end;
        }
        Ok(Some(part))
    }
}

/// The part of the native code in `unit`, whose image has this layout, in granules from `start` on; and where it ends.
/// `maps` are the frame maps that the image lacks, and become maps of the unit.
fn link_part(
    unit: &mut LinkUnit,
    maps: &[Vec<u8>],
    image: &Layout,
    image_hash: u64,
    start: u64,
) -> Result<(Vec<u8>, u64), LinkError> {
    let placed_maps = PlacedFrameMaps::of_maps(maps);
    let tables = Tables::place(unit, placed_maps.bytes.len())?;
    let (mut layout, end) = lay_out_behind(image, start, unit, &tables)?;
    let [read_only, code] = [layout.header.read_only, layout.header.native_code];
    memory::take_all(
        (read_only.bytes + code.bytes) as usize,
        memory::IMAGE_BYTE_BYTES,
    );
    let at = |table: Extent| Extent {
        start: read_only.start + table.start,
        ..table
    };
    let header = PartHeader {
        fingerprint: FINGERPRINT,
        hash: 0,
        image_hash,
        read_only,
        code,
        entries: at(tables.entries),
        frame_maps: at(tables.frame_maps),
        native_returns: at(tables.native_returns),
        loops: at(tables.loops),
    };
    for (map, &start) in maps.iter().zip(&placed_maps.starts) {
        layout
            .frame_maps
            .push(header.frame_maps.start + start as u32);
        unit.frame_maps.push(map.clone());
    }
    let sections = read_only_sections(unit, &layout, &header, placed_maps.bytes)?;
    let code_section = Section::new(
        section::NATIVE_CODE,
        NATIVE_CODE_ALIGN_BYTES,
        encode_native::encode(unit, &layout),
    );
    // What tools are told of is the part alone.
    layout.header = ImageHeader {
        image: extent(0, end),
        read_only,
        code,
        native_code: code,
        ..ImageHeader::default()
    };
    let file = ElfImage {
        segments: [sections, vec![code_section], Vec::new(), Vec::new()],
        tool_sections: tool_sections(unit, &layout)?,
    };
    Ok((write_elf(unit, &layout, &file), end))
}

/// Where everything lies for the native code, and where the part ends: what `image` has lies where it did.
fn lay_out_behind(
    image: &Layout,
    start: u64,
    unit: &LinkUnit,
    tables: &Tables,
) -> Result<(Layout, u64), LinkError> {
    let mut packer = Packer::behind(start);
    let read_only = packer.add(tables.end);
    let code_start = packer.next().0;
    let (functions, code_end) = place_native_functions(unit, code_start);
    let code = packer.add(code_end - code_start);
    let end = packer.memory_end();
    if end > IMAGE_BYTES_MAX {
        return Err(LinkError::ImageTooLarge {
            bytes: end,
            bytes_max: IMAGE_BYTES_MAX,
        });
    }
    let layout = Layout {
        header: ImageHeader {
            read_only: read_only.extent,
            native_code: code.extent,
            ..image.header
        },
        unwind: read_only.extent.start + tables.unwind.start,
        native_functions: functions.into_iter().map(address).collect(),
        first_functions: first_functions(unit),
        file_offsets: [read_only.file_offset, code.file_offset, 0, 0],
        image_header: address(header_offset(SEGMENT_COUNT)),
        is_part: true,
        ..image.clone()
    };
    Ok((layout, end))
}

fn tool_sections(unit: &LinkUnit, layout: &Layout) -> Result<Vec<Section>, LinkError> {
    let mut sections = Vec::new();
    if let Some(bytes) = inlined_calls::encode(unit, layout) {
        sections.push(Section::new(section::INLINED, 1, bytes));
    }
    for (name, bytes) in debug_info::encode(unit, layout)? {
        sections.push(Section::new(name, 1, bytes));
    }
    Ok(sections)
}

/// By procedure, the index of its first function.
fn first_functions(unit: &LinkUnit) -> IdVec<ProcedureId, Option<usize>> {
    let mut next = 0;
    let of = |procedure: &ProcedureCode| {
        let count = procedure.native.as_ref()?.functions.len();
        next += count;
        Some(next - count)
    };
    unit.procedures.iter().map(of).collect()
}

/// What the read-only segment holds, in offsets from its start.
struct Tables {
    entries: Extent,
    loops: Extent,
    frame_maps: Extent,
    native_returns: Extent,
    unwind: Extent,
    /// Bytes of the segment: so many that the code behind it is aligned.
    end: u64,
}

impl Tables {
    fn place(unit: &LinkUnit, map_bytes: usize) -> Result<Self, LinkError> {
        let mut next = header_offset(SEGMENT_COUNT) + PART_HEADER_BYTES as u64;
        let mut place = |bytes: u64, align_bytes: u64| {
            let start = next.next_multiple_of(align_bytes);
            next = start + bytes;
            (start, bytes)
        };
        let entry_count_bytes = native_entry_count(unit) * ENTRY_BYTES;
        let entries = place(entry_count_bytes as u64, 4);
        let loops = place(loop_bytes(unit) as u64, 4);
        let frame_maps = place(map_bytes as u64, 1);
        let return_bytes = entry_count(unit.native_return_count()) * return_table::ENTRY_BYTES;
        let native_returns = place(return_bytes as u64, NATIVE_RETURNS_ALIGN_BYTES);
        let unwind = place(unwind::bytes(unit)?, UNWIND_ALIGN_BYTES);
        let end = next.next_multiple_of(NATIVE_CODE_ALIGN_BYTES);
        if end > IMAGE_BYTES_MAX {
            return Err(LinkError::ImageTooLarge {
                bytes: end,
                bytes_max: IMAGE_BYTES_MAX,
            });
        }
        let narrow = |(start, bytes)| extent(start, bytes);
        Ok(Self {
            entries: narrow(entries),
            loops: narrow(loops),
            frame_maps: narrow(frame_maps),
            native_returns: narrow(native_returns),
            unwind: narrow(unwind),
            end,
        })
    }
}

fn native_entry_count(unit: &LinkUnit) -> usize {
    let procedures = unit.procedures.iter();
    procedures
        .filter(|procedure| procedure.native.is_some())
        .count()
}

/// The native entries into loops.
fn loop_entries(unit: &LinkUnit, layout: &Layout) -> Vec<LoopEntry> {
    let mut entries = Vec::new();
    for (id, procedure) in unit.procedures.entries() {
        let Some((native, first)) = procedure.native.as_ref().zip(layout.first_function(id)) else {
            continue;
        };
        let code_start = layout.procedures[id] + PROCEDURE_HEADER_BYTES as u32;
        entries.extend(native.loops.iter().map(|each| LoopEntry {
            poll: code_start + each.poll,
            entry: layout.native_functions[first + each.function],
            slots: each.slots.clone(),
        }));
    }
    entries
}

/// Bytes of their encoding.
fn loop_bytes(unit: &LinkUnit) -> usize {
    let native = unit.procedures.iter().filter_map(|it| it.native.as_ref());
    let loops = native.flat_map(|native| &native.loops);
    loops.map(|each| LoopEntry::bytes(each.slots.len())).sum()
}

fn read_only_sections(
    unit: &LinkUnit,
    layout: &Layout,
    header: &PartHeader,
    maps: Vec<u8>,
) -> Result<Vec<Section>, LinkError> {
    let entries = unit.procedures.entries();
    let entries = entries
        .filter_map(|(id, procedure)| encode_bytecode::native_entry(procedure, id, layout))
        .flat_map(|entry| entry.encode())
        .collect();
    let mut loops = Vec::new();
    for entry in loop_entries(unit, layout) {
        entry.encode(&mut loops);
    }
    // Zeros end the unwind rows.
    let mut unwind = unwind::encode(unit, layout)?;
    let end = header.read_only.start + header.read_only.bytes;
    unwind.resize((end - layout.unwind) as usize, 0);
    Ok(vec![
        Section::new(SECTION, 8, header.encode().to_vec()),
        Section::new(ENTRIES_SECTION, 4, entries),
        Section::new(LOOPS_SECTION, 4, loops),
        Section::new(section::FRAME_MAPS, 1, maps),
        Section::new(
            section::NATIVE_RETURNS,
            NATIVE_RETURNS_ALIGN_BYTES,
            encode_native::encode_returns(unit, layout),
        ),
        Section::new(section::UNWIND, UNWIND_ALIGN_BYTES, unwind),
    ])
}
