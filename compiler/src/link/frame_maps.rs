//! The frame maps of an image, as bytes, and where each starts.

use abi::frame_map::FrameMapWriter;

use super::unit::{FrameMapId, LinkUnit};
use crate::id::IdVec;

/// All frame maps of a unit.
#[derive(Debug)]
pub(super) struct PlacedFrameMaps {
    /// Contents of the section.
    pub(super) bytes: Vec<u8>,
    /// Where each map starts in it.
    pub(super) starts: IdVec<FrameMapId, usize>,
}

impl PlacedFrameMaps {
    /// The frame maps of `unit`, in their order.
    pub(super) fn of(unit: &LinkUnit) -> Self {
        Self::of_maps(&unit.frame_maps)
    }

    /// These frame maps, in their order.
    pub(super) fn of_maps<'a>(maps: impl IntoIterator<Item = &'a Vec<u8>>) -> Self {
        let mut writer = FrameMapWriter::default();
        let mut starts = IdVec::default();
        for map in maps {
            starts.push(writer.add(map));
        }
        let bytes = writer.finish();
        Self { bytes, starts }
    }
}
