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
        let mut writer = FrameMapWriter::default();
        let mut starts = IdVec::default();
        for map in &unit.frame_maps {
            starts.push(writer.add(map));
        }
        let bytes = writer.finish();
        Self { bytes, starts }
    }
}
