//! Native parts that were linked to an image: where they lie, and the names and lines of their code.

use std::borrow::Cow;
use std::sync::OnceLock;

use abi::image::{Extent, SEGMENT_ALIGN_BYTES};
use abi::native::part::{LoopEntry, NativeEntry};

use crate::debug::DebugTables;
use crate::elf::{SectionTable, Sections};
use crate::native_map::Registration;

/// A native part in memory. Dropping it makes its return words unknown; its memory is the image's.
#[derive(Debug)]
pub(crate) struct LinkedPart {
    /// The procedures that have native code in the part.
    pub(crate) entries: Vec<NativeEntry>,
    /// The loops that have native entries in the part.
    pub(crate) loops: Vec<LoopEntry>,
    /// Both segments, and what is between.
    pub(crate) extent: Extent,
    _native: Option<Registration>,
    tail: Cow<'static, [u8]>,
    tail_offset: u64,
    section_table: SectionTable,
    debug_tables: OnceLock<DebugTables>,
}

/// The part of a native part's file that is not mapped.
#[derive(Debug)]
pub(crate) struct PartTail {
    pub(crate) bytes: Cow<'static, [u8]>,
    pub(crate) offset: u64,
    pub(crate) section_table: SectionTable,
}

impl LinkedPart {
    /// A part that was placed at `extent`.
    pub(crate) fn new(
        (entries, loops): (Vec<NativeEntry>, Vec<LoopEntry>),
        extent: Extent,
        native: Option<Registration>,
        tail: PartTail,
    ) -> Self {
        Self {
            entries,
            loops,
            extent,
            _native: native,
            tail: tail.bytes,
            tail_offset: tail.offset,
            section_table: tail.section_table,
            debug_tables: OnceLock::new(),
        }
    }

    /// Whether the part has a granule in common with what lies at `extent`.
    pub(crate) fn touches(&self, extent: Extent) -> bool {
        let granule = |address: u64| address / SEGMENT_ALIGN_BYTES;
        let last = |extent: Extent| granule(extent.end().saturating_sub(1));
        granule(extent.start.into()) <= last(self.extent)
            && granule(self.extent.start.into()) <= last(extent)
    }

    /// Whether the part starts in the first granule behind what lies at `extent`.
    pub(crate) fn starts_behind(&self, extent: Extent) -> bool {
        let next = extent.end().next_multiple_of(SEGMENT_ALIGN_BYTES);
        u64::from(self.extent.start) < next + SEGMENT_ALIGN_BYTES
    }

    /// Whether the part lies at a virtual address of its image.
    pub(crate) const fn contains(&self, address: u32) -> bool {
        address >= self.extent.start && (address as u64) < self.extent.end()
    }

    /// Names and lines of the native code, as far as the file has them; read when first asked for.
    pub(crate) fn debug_tables(&self) -> &DebugTables {
        self.debug_tables.get_or_init(|| {
            let sections = Sections {
                tail: &self.tail,
                tail_offset: self.tail_offset,
                table: self.section_table,
            };
            DebugTables::parse(&sections, Extent::default())
        })
    }
}
