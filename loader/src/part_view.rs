//! A checked native part that is not mapped yet: a view of its file, and every check of the file.
//!
//! As for an image, the machine code itself is trusted.

use abi::fingerprint::FINGERPRINT;
use abi::frame_map::{FrameMap, SlotState};
use abi::image::{ContentHash, Extent, IMAGE_BYTES_MAX, SEGMENT_ALIGN_BYTES};
use abi::isa::Opcode;
use abi::native::part::{
    ENTRY_BYTES, LoopEntry, NativeEntry, PART_HEADER_BYTES, PART_HEADER_HASH_OFFSET, PartHeader,
    is_end_of_turn,
};
use abi::native::return_table::ReturnTable;
use abi::procedure::{PROCEDURE_ALIGN_BYTES, ProcedureHeader};

use crate::contents::{Contents, Procedure};
use crate::elf::{ElfHeader, LoadedSegment, LoadedSegments, Sections};
use crate::error::LoadError;
use crate::segment::{Segment, SegmentKind};
use crate::validate::{add_first_segment, aligned, segment_in_file};
use crate::validate_native::return_point_is_sound;

/// The segments of a part, in the order of their addresses.
const SEGMENTS: [SegmentKind; 2] = [SegmentKind::ReadOnly, SegmentKind::Code];

/// A native part all of whose structure and contents were checked against its image, but nothing of it is mapped.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PartView<'file> {
    pub(crate) file: &'file [u8],
    pub(crate) header: PartHeader,
    pub(crate) segments: [Segment; 2],
    elf: ElfHeader,
}

impl<'file> PartView<'file> {
    /// Checks `file`, which is to be linked to `image`. Never panics, whatever the bytes are.
    ///
    /// # Errors
    ///
    /// [`LoadError`]: the first check that failed.
    pub(crate) fn parse(file: &'file [u8], image: Contents<'_>) -> Result<Self, LoadError> {
        let view = Self::structure(file, image)?;
        view.content_hash()?;
        view.return_points(image)?;
        view.entry_points(image)?;
        view.loop_entries(image)?;
        view.elf.section_table.check(file)?;
        Ok(view)
    }

    /// As [`Self::parse`], for a part whose checks have passed before, and pass again in debug builds.
    pub(crate) fn checked_before(
        file: &'file [u8],
        image: Contents<'_>,
    ) -> Result<Self, LoadError> {
        if cfg!(debug_assertions) {
            Self::parse(file, image)
        } else {
            Self::structure(file, image)
        }
    }

    /// The segments of `file`, and headers that agree on them.
    fn structure(file: &'file [u8], image: Contents<'_>) -> Result<Self, LoadError> {
        let elf = ElfHeader::parse(file)?;
        let loaded = LoadedSegments::parse(file, elf.program_header_count)?;
        let header = part_header(file, &elf, image.header().hash)?;
        let &[read_only, code] = loaded.as_slice() else {
            return Err(LoadError::SegmentCount {
                found: loaded.count(),
                expected: SEGMENTS.len(),
            });
        };
        let read_only = part_segment(file, SegmentKind::ReadOnly, header.read_only, &read_only)?;
        let code = part_segment(file, SegmentKind::Code, header.code, &code)?;
        let image_end = image.header().image.end();
        starts_behind(image_end, 0, read_only)?;
        starts_behind(read_only.extent.end(), read_only.file_end(), code)?;
        if code.extent.end() > IMAGE_BYTES_MAX {
            return Err(LoadError::ImageExtent {
                start: 0,
                found_bytes: header.code.bytes,
                end: code.extent.end(),
                end_max: IMAGE_BYTES_MAX,
            });
        }
        let view = Self {
            file,
            header,
            segments: [read_only, code],
            elf,
        };
        view.tables()?;
        Ok(view)
    }

    /// The entries, in the order of the procedures.
    pub(crate) fn entries(&self) -> impl Iterator<Item = NativeEntry> + 'file {
        NativeEntry::decode_all(self.table(self.header.entries))
    }

    /// The entries of loops, in the order of the procedures; none if they are cut short.
    pub(crate) fn loops(&self) -> Vec<LoopEntry> {
        LoopEntry::decode_all(self.table(self.header.loops)).unwrap_or_default()
    }

    /// The sections behind the last segment.
    pub(crate) fn sections(&self) -> Sections<'file> {
        let tail_start = self.segments[1].file_end();
        Sections {
            tail: &self.file[tail_start..],
            tail_offset: tail_start as u64,
            table: self.elf.section_table,
        }
    }

    /// The bytes of a table, which lies in the read-only segment.
    fn table(&self, extent: Extent) -> &'file [u8] {
        let segment = self.segments[0];
        let start = (extent.start - segment.extent.start) as usize;
        &segment.bytes(self.file)[start..][..extent.bytes as usize]
    }

    fn tables(&self) -> Result<(), LoadError> {
        let header = &self.header;
        let tables = [
            ("native entries", header.entries, 4),
            ("native entries of loops", header.loops, 4),
            ("frame maps", header.frame_maps, 1),
            ("native return points", header.native_returns, 4),
        ];
        for (table, extent, align_bytes) in tables {
            if !header.read_only.contains(extent) {
                let Extent { start, bytes } = extent;
                return Err(LoadError::TableOutside {
                    table,
                    start,
                    bytes,
                });
            }
            aligned(table, extent.start.into(), align_bytes)?;
        }
        let entry_bytes = ENTRY_BYTES as u64;
        if !u64::from(header.entries.bytes).is_multiple_of(entry_bytes) {
            return Err(LoadError::Misaligned {
                what: "end of the native entries",
                address: header.entries.end(),
                align_bytes: entry_bytes,
            });
        }
        aligned(
            "native code",
            header.code.start.into(),
            PROCEDURE_ALIGN_BYTES,
        )
    }

    fn content_hash(&self) -> Result<(), LoadError> {
        let mut hash = ContentHash::default();
        let hash_start = self.elf.image_header_offset() + PART_HEADER_HASH_OFFSET;
        add_first_segment(&mut hash, self.segments[0].bytes(self.file), hash_start);
        hash.add_segment(self.segments[1].bytes(self.file));
        let (found, expected) = (hash.finish(), self.header.hash);
        if found == expected {
            Ok(())
        } else {
            Err(LoadError::HashMismatch { found, expected })
        }
    }

    /// Every return point can be found, and leads to a frame map of the part or of the image.
    fn return_points(&self, image: Contents<'_>) -> Result<(), LoadError> {
        let (table, code) = (self.header.native_returns, self.header.code);
        let returns = ReturnTable::decode(self.table(table));
        let returns = returns.ok_or(LoadError::NativeReturnTable {
            bytes: table.bytes,
            code_bytes: code.bytes,
        })?;
        let wrong = returns.lost_point().or_else(|| {
            let mut points = returns.points();
            points.find(|&point| {
                let map = self
                    .frame_map(point.map)
                    .or_else(|| image.frame_map(point.map));
                !return_point_is_sound(point, code.bytes, map)
            })
        });
        match wrong {
            None => Ok(()),
            Some(point) => Err(LoadError::NativeReturn {
                offset: point.offset,
                words: point.words,
                map: point.map,
            }),
        }
    }

    fn frame_map(&self, address: u32) -> Option<FrameMap<'file>> {
        let maps = self.header.frame_maps;
        let offset = address.checked_sub(maps.start)?;
        FrameMap::in_image(self.table(maps), offset as usize)
    }

    /// Every entry is of a procedure of the image, in their order, and leads into the native code. The key is what the
    /// procedure's arity allows.
    fn entry_points(&self, image: Contents<'_>) -> Result<(), LoadError> {
        let code = self.header.code;
        let mut procedures = image.procedures();
        for entry in self.entries() {
            let found = procedures.find(|procedure| procedure.address == entry.procedure);
            let is_inside = entry.entry >= code.start && u64::from(entry.entry) < code.end();
            let is_right = found.is_some_and(|procedure| {
                let header = ProcedureHeader {
                    native_entry: entry.entry.wrapping_sub(entry.procedure).cast_signed(),
                    native_key: entry.key,
                    ..procedure.header
                };
                !procedure.code.is_empty() && ProcedureHeader::decode(&header.encode()).is_some()
            });
            if !is_right || !is_inside {
                return Err(LoadError::NativeEntry {
                    procedure: entry.procedure,
                    target: entry.entry.into(),
                });
            }
        }
        Ok(())
    }

    /// Every entry of a loop leads into the native code, from a poll at the end of a turn, and takes slots that hold
    /// values there.
    fn loop_entries(&self, image: Contents<'_>) -> Result<(), LoadError> {
        let table = self.header.loops;
        let loops = LoopEntry::decode_all(self.table(table));
        let loops = loops.ok_or(LoadError::TableOutside {
            table: "native entries of loops",
            start: table.start,
            bytes: table.bytes,
        })?;
        if loops.is_empty() {
            return Ok(());
        }
        let procedures: Vec<Procedure<'_>> = image.procedures().collect();
        let code = self.header.code;
        for entry in loops {
            let is_inside = entry.entry >= code.start && u64::from(entry.entry) < code.end();
            if !is_inside || !takes_what_is_there(&entry, &procedures, image) {
                return Err(LoadError::LoopEntry {
                    poll: entry.poll,
                    entry: entry.entry,
                });
            }
        }
        Ok(())
    }
}

/// Whether a loop's entry stands at the poll of a turn whose frame map calls all of its slots live or raw.
fn takes_what_is_there(
    entry: &LoopEntry,
    procedures: &[Procedure<'_>],
    image: Contents<'_>,
) -> bool {
    let behind = procedures.partition_point(|procedure| procedure.address <= entry.poll);
    let map = || {
        let procedure = procedures[..behind].last()?;
        let offset = entry.poll.checked_sub(procedure.code_start())? as usize;
        let code = procedure.code.get(offset..)?;
        let opcode = code.first().filter(|&&opcode| is_end_of_turn(opcode))?;
        let bytes = Opcode::from_byte(*opcode)?.instruction_bytes();
        let distance = code.get(..bytes)?.last_chunk()?;
        let end = entry.poll + bytes as u32;
        image.frame_map(end.wrapping_add_signed(i32::from_le_bytes(*distance)))
    };
    let Some(map) = map() else {
        return false;
    };
    let states: Vec<SlotState> = map.states().collect();
    let holds = |slot: &u16| {
        let state = states.get(usize::from(*slot));
        matches!(state, Some(SlotState::Live | SlotState::Raw))
    };
    entry.slots.iter().all(holds)
}

fn part_header(file: &[u8], elf: &ElfHeader, image_hash: u64) -> Result<PartHeader, LoadError> {
    let offset = elf.image_header_offset();
    let bytes = file.get(offset..).unwrap_or_default();
    let header = PartHeader::decode(bytes);
    let header = header.filter(|it| it.read_only.bytes as usize >= offset + PART_HEADER_BYTES);
    let header = header.ok_or(LoadError::NoPartHeader {
        offset: offset as u64,
    })?;
    if header.fingerprint != FINGERPRINT {
        return Err(LoadError::FingerprintMismatch {
            found: header.fingerprint,
            expected: FINGERPRINT,
        });
    }
    if header.image_hash != image_hash {
        return Err(LoadError::PartOfOtherImage {
            found: header.image_hash,
            expected: image_hash,
        });
    }
    Ok(header)
}

fn part_segment(
    file: &[u8],
    kind: SegmentKind,
    extent: Extent,
    found: &LoadedSegment,
) -> Result<Segment, LoadError> {
    let segment = segment_in_file(file, kind, extent, found)?;
    let is_congruent = found.align_bytes == SEGMENT_ALIGN_BYTES
        && found.offset % SEGMENT_ALIGN_BYTES == found.start % SEGMENT_ALIGN_BYTES;
    let is_first = found.offset == 0;
    if extent.bytes > 0 && is_congruent && is_first == (kind == SegmentKind::ReadOnly) {
        return Ok(segment);
    }
    Err(LoadError::SegmentAlignment {
        segment: kind,
        offset: found.offset,
        start: found.start,
        align_bytes: found.align_bytes,
    })
}

/// The segment has granules of its own, behind `end`, and bytes of the file behind `file_end`.
fn starts_behind(end: u64, file_end: usize, segment: Segment) -> Result<(), LoadError> {
    let start = u64::from(segment.extent.start);
    if start >= end.next_multiple_of(SEGMENT_ALIGN_BYTES) && segment.file_offset >= file_end {
        return Ok(());
    }
    Err(LoadError::SegmentOverlap {
        segment: segment.kind,
        start,
        offset: segment.file_offset as u64,
    })
}
