//! Every check of an image, before anything is mapped.
//!
//! The order matters. A check may rely on the checks before it. A check never panics, whatever the
//! checks before it leave open.

use abi::fingerprint::FINGERPRINT;
use abi::image::{
    ContentHash, Extent, IMAGE_BYTES_MAX, IMAGE_HEADER_BYTES, IMAGE_HEADER_HASH_OFFSET,
    ImageHeader, OwnSymbols, SEGMENT_ALIGN_BYTES,
};
use abi::object_layout::{OBJECT_ALIGN_BYTES, WORD_BYTES, symbol};
use abi::procedure::PROCEDURE_ALIGN_BYTES;
use abi::tag::TAG_MASK;

use crate::elf::{ElfHeader, LoadedSegments, NOT_HASHED, PF_R, PF_W, PF_X};
use crate::error::LoadError;
use crate::image::ImageView;
use crate::segment::{Segment, SegmentKind};

/// Bytes of a symbol: its header and its words.
const SYMBOL_BYTES: u32 = (symbol::WORDS as usize * WORD_BYTES + WORD_BYTES) as u32;

/// Reads the image header, and refuses an image made for another runtime.
pub(crate) fn image_header(file: &[u8], elf: &ElfHeader) -> Result<ImageHeader, LoadError> {
    let offset = elf.image_header_offset();
    let available_bytes = file.len().saturating_sub(offset);
    if available_bytes < IMAGE_HEADER_BYTES {
        return Err(LoadError::Truncated {
            what: "image header",
            offset: offset as u64,
            needed_bytes: IMAGE_HEADER_BYTES as u64,
            available_bytes: available_bytes as u64,
        });
    }
    let header = ImageHeader::decode(&file[offset..]).ok_or(LoadError::NoImageHeader {
        offset: offset as u64,
    })?;
    if header.fingerprint != FINGERPRINT {
        return Err(LoadError::FingerprintMismatch {
            found: header.fingerprint,
            expected: FINGERPRINT,
        });
    }
    if (header.read_only.bytes as usize) < offset + IMAGE_HEADER_BYTES {
        return Err(LoadError::NoImageHeader {
            offset: offset as u64,
        });
    }
    Ok(header)
}

/// Holds the program headers against the image header, and both against the file.
pub(crate) fn segments(
    file: &[u8],
    header: &ImageHeader,
    loaded: &LoadedSegments,
) -> Result<[Option<Segment>; 4], LoadError> {
    let expected = SegmentKind::ALL
        .into_iter()
        .filter(|kind| kind.extent(header).bytes > 0);
    if loaded.count() != expected.count() {
        let expected = SegmentKind::ALL
            .iter()
            .filter(|kind| kind.extent(header).bytes > 0)
            .count();
        return Err(LoadError::SegmentCount {
            found: loaded.count(),
            expected,
        });
    }
    let mut program_headers = loaded.as_slice().iter();
    let mut segments = [None; 4];
    let mut before: Option<Segment> = None;
    for kind in SegmentKind::ALL {
        let extent = kind.extent(header);
        if extent.bytes == 0 {
            empty_segment(kind, extent)?;
            continue;
        }
        let program_header = program_headers
            .next()
            .expect("there are as many as was counted");
        let segment = segment(file, header, kind, program_header)?;
        follows(header, before, segment)?;
        before = Some(segment);
        segments[kind as usize] = Some(segment);
    }
    let end = before.map_or(0, |last| last.extent.end());
    let image = header.image;
    if image.start != 0 || u64::from(image.bytes) != end || end > IMAGE_BYTES_MAX {
        return Err(LoadError::ImageExtent {
            start: image.start,
            found_bytes: image.bytes,
            end,
            end_max: IMAGE_BYTES_MAX,
        });
    }
    Ok(segments)
}

fn empty_segment(kind: SegmentKind, extent: Extent) -> Result<(), LoadError> {
    if matches!(kind, SegmentKind::ReadOnly | SegmentKind::Code) {
        return Err(LoadError::SegmentMissing { segment: kind });
    }
    if extent.start != 0 {
        return Err(LoadError::EmptySegmentPlaced {
            segment: kind,
            start: extent.start,
        });
    }
    Ok(())
}

const fn access_flags(kind: SegmentKind) -> u32 {
    match kind {
        SegmentKind::ReadOnly => PF_R,
        SegmentKind::Code => PF_R | PF_X,
        SegmentKind::Constants | SegmentKind::Cells => PF_R | PF_W,
    }
}

fn segment(
    file: &[u8],
    header: &ImageHeader,
    kind: SegmentKind,
    found: &crate::elf::LoadedSegment,
) -> Result<Segment, LoadError> {
    let segment = segment_in_file(file, kind, kind.extent(header), found)?;
    let is_first = found.offset == 0 && found.start == 0;
    if !is_aligned(header, found)
        || !found.offset.is_multiple_of(OBJECT_ALIGN_BYTES as u64)
        || is_first != (kind == SegmentKind::ReadOnly)
    {
        return Err(LoadError::SegmentAlignment {
            segment: kind,
            offset: found.offset,
            start: found.start,
            align_bytes: found.align_bytes,
        });
    }
    Ok(segment)
}

/// Holds a program header against the extent that its segment has, and against the file. The alignment is not looked
/// at.
pub(crate) fn segment_in_file(
    file: &[u8],
    kind: SegmentKind,
    extent: Extent,
    found: &crate::elf::LoadedSegment,
) -> Result<Segment, LoadError> {
    let expected = access_flags(kind);
    if found.flags != expected {
        return Err(LoadError::SegmentFlags {
            segment: kind,
            found: found.flags,
            expected,
        });
    }
    if (found.start, found.memory_bytes) != (extent.start.into(), extent.bytes.into()) {
        return Err(LoadError::SegmentExtent {
            segment: kind,
            found_start: found.start,
            found_bytes: found.memory_bytes,
            expected_start: extent.start,
            expected_bytes: extent.bytes,
        });
    }
    if found.file_bytes != found.memory_bytes {
        return Err(LoadError::SegmentSizes {
            segment: kind,
            file_bytes: found.file_bytes,
            memory_bytes: found.memory_bytes,
        });
    }
    let available_bytes = (file.len() as u64).saturating_sub(found.offset);
    if available_bytes < found.file_bytes {
        return Err(LoadError::Truncated {
            what: "segment",
            offset: found.offset,
            needed_bytes: found.file_bytes,
            available_bytes,
        });
    }
    let file_offset = usize::try_from(found.offset).expect("it lies in a file in memory");
    Ok(Segment {
        kind,
        extent,
        file_offset,
    })
}

/// Whether a segment lies as those of its image do.
const fn is_aligned(header: &ImageHeader, found: &crate::elf::LoadedSegment) -> bool {
    if header.is_small() {
        found.align_bytes == OBJECT_ALIGN_BYTES as u64 && found.offset == found.start
    } else {
        found.align_bytes == SEGMENT_ALIGN_BYTES
            && found.offset % SEGMENT_ALIGN_BYTES == found.start % SEGMENT_ALIGN_BYTES
    }
}

/// Segments ascend in the file, and in memory each has granules of its own, unless the image is small.
fn follows(
    header: &ImageHeader,
    before: Option<Segment>,
    segment: Segment,
) -> Result<(), LoadError> {
    let Some(before) = before else { return Ok(()) };
    let granule_bytes = if header.is_small() {
        1
    } else {
        SEGMENT_ALIGN_BYTES
    };
    let granule_end = before.extent.end().next_multiple_of(granule_bytes);
    let start = u64::from(segment.extent.start);
    if start < granule_end || segment.file_offset < before.file_end() {
        return Err(LoadError::SegmentOverlap {
            segment: segment.kind,
            start,
            offset: segment.file_offset as u64,
        });
    }
    Ok(())
}

/// Places and alignments of the tables in the read-only segment, and of what segments hold.
pub(crate) fn tables(header: &ImageHeader) -> Result<(), LoadError> {
    let read_only = header.read_only;
    let tables = [
        ("frame maps", header.frame_maps, 1, read_only),
        ("relocations", header.relocations, WORD_BYTES, read_only),
        ("symbol table", header.symbols, 4, read_only),
        (
            "read-only objects",
            header.read_only_objects,
            OBJECT_ALIGN_BYTES,
            read_only,
        ),
        ("native return points", header.native_returns, 4, read_only),
        (
            "own symbols",
            header.own_symbols,
            OwnSymbols::ENTRY_BYTES,
            read_only,
        ),
        (
            "native code",
            header.native_code,
            PROCEDURE_ALIGN_BYTES,
            header.code,
        ),
    ];
    for (table, extent, align_bytes, segment) in tables {
        if extent != Extent::default() && !segment.contains(extent) {
            let Extent { start, bytes } = extent;
            return Err(LoadError::TableOutside {
                table,
                start,
                bytes,
            });
        }
        aligned(table, extent.start.into(), align_bytes)?;
    }
    aligned(
        "end of the relocations",
        header.relocations.end(),
        WORD_BYTES,
    )?;
    aligned(
        "end of the read-only objects",
        header.read_only_objects.end(),
        OBJECT_ALIGN_BYTES,
    )?;
    aligned(
        "end of the constants",
        header.constants.end(),
        OBJECT_ALIGN_BYTES,
    )?;
    aligned("end of the cells", header.cells.end(), WORD_BYTES)?;

    if header.is_small() && header.native_code.bytes > 0 {
        return Err(LoadError::NativeCodeInSmallImage {
            bytes: header.native_code.bytes,
        });
    }
    symbol_counts(header)
}

/// The table of symbols and the cells have room for as many symbols as the header says.
fn symbol_counts(header: &ImageHeader) -> Result<(), LoadError> {
    let (symbol_count, fixup_count) = (header.symbol_count, header.fixup_count);
    let expected_bytes = 8 * (u64::from(symbol_count) + u64::from(fixup_count));
    if u64::from(header.symbols.bytes) != expected_bytes {
        return Err(LoadError::SymbolTableSize {
            found_bytes: header.symbols.bytes,
            symbol_count,
            fixup_count,
            expected_bytes,
        });
    }
    if u64::from(header.cells.bytes) < 8 * u64::from(symbol_count) {
        return Err(LoadError::SymbolCells {
            symbol_count,
            cell_bytes: header.cells.bytes,
        });
    }
    Ok(())
}

/// Refuses an address that is no multiple of so many bytes.
pub(crate) fn aligned(
    what: &'static str,
    address: u64,
    align_bytes: usize,
) -> Result<(), LoadError> {
    let align_bytes = align_bytes as u64;
    if address.is_multiple_of(align_bytes) {
        Ok(())
    } else {
        Err(LoadError::Misaligned {
            what,
            address,
            align_bytes,
        })
    }
}

/// Whether the segments hold what the linker wrote.
pub(crate) fn content_hash(view: &ImageView<'_>) -> Result<(), LoadError> {
    let (found, expected) = (hash_of_contents(view), view.header.hash);
    if found == expected {
        Ok(())
    } else {
        Err(LoadError::HashMismatch { found, expected })
    }
}

/// The hash of what the segments hold.
pub(crate) fn hash_of_contents(view: &ImageView<'_>) -> u64 {
    let mut hash = ContentHash::default();
    let hash_start = view.elf.image_header_offset() + IMAGE_HEADER_HASH_OFFSET;
    add_first_segment(&mut hash, view.segment(SegmentKind::ReadOnly), hash_start);
    for segment in view.segments.iter().flatten().skip(1) {
        hash.add_segment(segment.bytes(view.file));
    }
    hash.finish()
}

/// Adds the segment that has the headers, with what is not hashed taken as zero; the hash itself is at `hash_start`.
pub(crate) fn add_first_segment(hash: &mut ContentHash, segment: &[u8], hash_start: usize) {
    let hash_bytes = hash_start..hash_start + 8;
    // All of these bytes lie in headers: the rest need not be copied.
    let blocks = hash_bytes.end.next_multiple_of(ContentHash::BLOCK_BYTES);
    let (headers, rest) = segment.split_at(blocks.min(segment.len()));
    let mut headers = headers.to_vec();
    for range in NOT_HASHED.into_iter().chain([hash_bytes]) {
        headers[range].fill(0);
    }
    hash.add_segment_in_parts(&headers, rest);
}

/// The entry is a procedure without arguments, with a frame map.
pub(crate) fn entry(view: &ImageView<'_>) -> Result<(), LoadError> {
    let entry = view.header.entry;
    let code = view.header.code;
    if entry < code.start || u64::from(entry) >= code.end() {
        return Err(LoadError::EntryOutside {
            entry,
            start: code.start,
            end: code.end(),
        });
    }
    aligned("entry", entry.into(), PROCEDURE_ALIGN_BYTES)?;
    let contents = view.contents();
    let procedure = contents
        .procedure(entry)
        .ok_or(LoadError::EntryInvalid { entry })?;
    if procedure.header.arity_key != 0 {
        return Err(LoadError::EntryTakesArguments {
            required: procedure.header.required,
            optional: procedure.header.optional,
        });
    }
    let address = i64::from(entry) + i64::from(procedure.header.entry_map);
    u32::try_from(address)
        .ok()
        .and_then(|address| contents.frame_map(address))
        .map(|_| ())
        .ok_or(LoadError::EntryMapInvalid { address })
}

/// Relocated words lie in constants or cells and lead into the image.
pub(crate) fn relocations(view: &ImageView<'_>) -> Result<(), LoadError> {
    let segment = |kind: SegmentKind| (kind.extent(&view.header).start, view.segment(kind));
    let (constants, cells) = (segment(SegmentKind::Constants), segment(SegmentKind::Cells));
    let image_bytes = u64::from(view.header.image.bytes);
    for relocation in view.relocations() {
        let address =
            relocation.map_err(|(index, entry)| LoadError::RelocationOrder { index, entry })?;
        let target = word_in(constants, address)
            .or_else(|| word_in(cells, address))
            .ok_or(LoadError::RelocationOutside { address })?;
        if target & !TAG_MASK >= image_bytes {
            return Err(LoadError::RelocationTarget { address, target });
        }
    }
    Ok(())
}

/// The word at an address in a segment, which starts at an address.
#[inline]
fn word_in((start, bytes): (u32, &[u8]), address: u64) -> Option<u64> {
    let offset = usize::try_from(address.checked_sub(start.into())?).ok()?;
    let word = bytes.get(offset..)?.first_chunk()?;
    Some(u64::from_le_bytes(*word))
}

/// Names are UTF-8 in the read-only segment, one behind the other; fixups ascend through words of the constants.
pub(crate) fn symbols(view: &ImageView<'_>) -> Result<(), LoadError> {
    let header = &view.header;
    // Names of shared bytes could take more memory than any multiple of the file.
    let mut next = 0;
    for (name, symbol) in view.symbols().names().zip(0..) {
        let Extent { start, bytes } = name;
        if start < next {
            return Err(LoadError::SymbolNameOverlap {
                symbol,
                start,
                next,
            });
        }
        if !header.read_only.contains(name) {
            return Err(LoadError::SymbolNameOutside {
                symbol,
                start,
                bytes,
            });
        }
        if let Err(error) = std::str::from_utf8(view.read_only(name)) {
            let valid_bytes = error.valid_up_to();
            return Err(LoadError::SymbolNameNotUtf8 {
                symbol,
                start,
                valid_bytes,
            });
        }
        next = start + bytes;
    }
    let mut next = header.constants.start;
    for (found, fixup) in view.symbols().fixups().zip(0..) {
        let word = Extent {
            start: found.address,
            bytes: WORD_BYTES as u32,
        };
        let is_word = found.address.is_multiple_of(WORD_BYTES as u32);
        if found.address < next || !is_word || !header.constants.contains(word) {
            return Err(LoadError::FixupPlace {
                fixup,
                address: found.address,
            });
        }
        if found.symbol >= header.symbol_count {
            return Err(LoadError::FixupSymbol {
                fixup,
                symbol: found.symbol,
                symbol_count: header.symbol_count,
            });
        }
        next = found.address + WORD_BYTES as u32;
    }
    Ok(())
}

/// The own symbols are a table of a power of two of entries, which lead to objects among the cells.
pub(crate) fn own_symbols(view: &ImageView<'_>) -> Result<(), LoadError> {
    let header = &view.header;
    let Extent { start, bytes } = header.own_symbols;
    if bytes == 0 {
        return Ok(());
    }
    let (entries, rest) = view
        .read_only(header.own_symbols)
        .as_chunks::<{ OwnSymbols::ENTRY_BYTES }>();
    let is_table = entries.len().is_power_of_two() && rest.is_empty();
    if !is_table || header.symbol_count > 0 || header.fixup_count > 0 {
        return Err(LoadError::OwnSymbolTable {
            start,
            bytes,
            symbol_count: header.symbol_count,
        });
    }
    for (entry, bytes) in entries.iter().enumerate() {
        let address = u32::from_le_bytes(*bytes);
        let object = Extent {
            start: address,
            bytes: SYMBOL_BYTES,
        };
        let is_object = address.is_multiple_of(OBJECT_ALIGN_BYTES as u32);
        if address != 0 && !(is_object && header.cells.contains(object)) {
            return Err(LoadError::OwnSymbol { entry, address });
        }
    }
    Ok(())
}
