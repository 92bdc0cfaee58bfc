//! Native parts: native code laid out behind an image, and linked to what the image has.
//!
//! The format stands in [`abi::native::part`].

use abi::fingerprint::FINGERPRINT;
use abi::image::{Extent, IMAGE_BYTES_MAX, IMAGE_HEADER_HASH_OFFSET, ImageHeader, section};
use abi::native::part::{ENTRIES_SECTION, ENTRY_BYTES, PART_HEADER_BYTES, PartHeader, SECTION};
use abi::native::return_table::{self, entry_count};

use super::error::LinkError;
use super::frame_maps::PlacedFrameMaps;
use super::layout::{
    Layout, NATIVE_CODE_ALIGN_BYTES, NATIVE_RETURNS_ALIGN_BYTES, Packer, UNWIND_ALIGN_BYTES,
    address, extent, header_offset, place_native_functions,
};
use super::native_code::NativeApart;
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
    let (image, layout) = link_laid_out(&unit)?;
    for (procedure, native) in unit.procedures.iter_mut().zip(native.procedures) {
        procedure.native = native;
    }
    if unit.native_functions().next().is_none() {
        return Ok((image, None));
    }
    let hash_at = layout.image_header as usize + IMAGE_HEADER_HASH_OFFSET;
    let hash = image[hash_at..].first_chunk();
    let image_hash = u64::from_le_bytes(*hash.expect("an image holds its hash"));
    let part = link_part(unit, &maps, layout, image_hash)?;
    Ok((image, Some(part)))
}

/// The part of the native code in `unit`, whose image has this layout. `maps` are the frame maps that the image lacks.
fn link_part(
    mut unit: LinkUnit,
    maps: &[Vec<u8>],
    image: Layout,
    image_hash: u64,
) -> Result<Vec<u8>, LinkError> {
    let placed_maps = PlacedFrameMaps::of_maps(maps);
    let tables = Tables::place(&unit, placed_maps.bytes.len())?;
    let (mut layout, end) = lay_out_behind(image, &unit, &tables)?;
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
    };
    for (map, &start) in maps.iter().zip(&placed_maps.starts) {
        layout
            .frame_maps
            .push(header.frame_maps.start + start as u32);
        unit.frame_maps.push(map.clone());
    }
    let sections = read_only_sections(&unit, &layout, &header, placed_maps.bytes)?;
    let code_section = Section::new(
        section::NATIVE_CODE,
        NATIVE_CODE_ALIGN_BYTES,
        encode_native::encode(&unit, &layout),
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
        tool_sections: tool_sections(&unit, &layout)?,
    };
    Ok(write_elf(&unit, &layout, &file))
}

/// Where everything lies for the native code, and where the part ends: what `image` has lies where it did.
fn lay_out_behind(
    image: Layout,
    unit: &LinkUnit,
    tables: &Tables,
) -> Result<(Layout, u64), LinkError> {
    let mut packer = Packer::behind(image.header.image.bytes.into());
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
        ..image
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
    // Zeros end the unwind rows.
    let mut unwind = unwind::encode(unit, layout)?;
    let end = header.read_only.start + header.read_only.bytes;
    unwind.resize((end - layout.unwind) as usize, 0);
    Ok(vec![
        Section::new(SECTION, 8, header.encode().to_vec()),
        Section::new(ENTRIES_SECTION, 4, entries),
        Section::new(section::FRAME_MAPS, 1, maps),
        Section::new(
            section::NATIVE_RETURNS,
            NATIVE_RETURNS_ALIGN_BYTES,
            encode_native::encode_returns(unit, layout),
        ),
        Section::new(section::UNWIND, UNWIND_ALIGN_BYTES, unwind),
    ])
}
