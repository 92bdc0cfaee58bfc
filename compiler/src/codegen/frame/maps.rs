//! Frame maps of bytecode, each once.
//!
//! A slot is unused if no path to the safepoint writes it. A slot is dead if some path writes it
//! but its value is not used again.

use std::collections::HashMap;

use abi::frame_map::{self, SlotState};

use super::live_slots::LiveSlots;
use super::slot_set::SlotSet;
use crate::id::IdVec;
use crate::link::unit::FrameMapId;

/// Encoded frame maps, each once.
#[derive(Debug, Default)]
pub(in crate::codegen) struct FrameMaps {
    /// In the order in which they were first needed.
    pub(in crate::codegen) maps: IdVec<FrameMapId, Vec<u8>>,
    numbers: HashMap<Vec<u8>, FrameMapId>,
}

impl FrameMaps {
    /// The number of the map of a frame with these live slots, in which these may have been written.
    /// The map covers `slot_count` slots; without that, all that were in use.
    pub(in crate::codegen) fn map_of(
        &mut self,
        slots: &LiveSlots,
        written: &SlotSet,
        slot_count: Option<u16>,
    ) -> FrameMapId {
        let in_use = || written.end().max(slots.live.end());
        let count = slot_count.map_or_else(in_use, usize::from);
        self.intern(&states(slots, written, count))
    }

    /// The number of the map with these states.
    pub(in crate::codegen) fn intern(&mut self, states: &[SlotState]) -> FrameMapId {
        let mut encoded = Vec::new();
        frame_map::encode(states, &mut encoded);
        if let Some(&number) = self.numbers.get(&encoded) {
            return number;
        }
        let number = self.maps.push(encoded.clone());
        self.numbers.insert(encoded, number);
        number
    }
}

fn states(slots: &LiveSlots, written: &SlotSet, count: usize) -> Vec<SlotState> {
    let state = |slot: u16| {
        if !slots.live.contains(slot) {
            if written.contains(slot) {
                SlotState::Dead
            } else {
                SlotState::Unused
            }
        } else if slots.raw.contains(slot) {
            SlotState::Raw
        } else {
            SlotState::Live
        }
    };
    (0..count).map(|slot| state(slot as u16)).collect()
}
