//! Frame maps of bytecode, each once.
//!
//! A slot is unused if no path to the safepoint writes it. A slot is dead if some path writes it
//! but its value is not used again.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use abi::frame_map::{self, SlotState};
use smallvec::SmallVec;

use super::live_slots::LiveSlots;
use super::slot_set::SlotSet;
use crate::id::IdVec;
use crate::link::unit::FrameMapId;

/// Encoded frame maps, each once.
#[derive(Debug, Default)]
pub(in crate::codegen) struct FrameMaps {
    /// In the order in which they were first needed.
    pub(in crate::codegen) maps: IdVec<FrameMapId, Vec<u8>>,
    /// The maps with each hash: a map may be long, and there may be as many as there are safepoints.
    with_hash: HashMap<u64, SmallVec<[FrameMapId; 1]>>,
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
        let in_use = || {
            let end = written.end().max(slots.live.end());
            u16::try_from(end).expect("the frame's size was checked")
        };
        let mut encoded = Vec::new();
        frame_map::encode_bits(
            slot_count.unwrap_or_else(in_use),
            |index| state_bits(slots, written, index),
            &mut encoded,
        );
        self.enter(encoded)
    }

    /// The number of the map with these states.
    pub(in crate::codegen) fn intern(&mut self, states: &[SlotState]) -> FrameMapId {
        let mut encoded = Vec::new();
        frame_map::encode(states, &mut encoded);
        self.enter(encoded)
    }

    fn enter(&mut self, encoded: Vec<u8>) -> FrameMapId {
        let mut hasher = DefaultHasher::new();
        encoded.hash(&mut hasher);
        let same_hash = self.with_hash.entry(hasher.finish()).or_default();
        let known = same_hash.iter().find(|&&id| self.maps[id] == encoded);
        known.copied().unwrap_or_else(|| {
            let id = self.maps.push(encoded);
            same_hash.push(id);
            id
        })
    }
}

/// The low and the high bits of the states of 64 slots.
fn state_bits(slots: &LiveSlots, written: &SlotSet, index: usize) -> [u64; 2] {
    let (live, raw) = (slots.live.word(index), slots.raw.word(index));
    let [dead, is_raw, is_live] = [written.word(index) & !live, live & raw, live & !raw];
    let states = [
        (SlotState::Dead, dead),
        (SlotState::Raw, is_raw),
        (SlotState::Live, is_live),
    ];
    [0, 1].map(|half| {
        let has_bit = |&&(state, _): &&(SlotState, u64)| state as u8 >> half & 1 != 0;
        states
            .iter()
            .filter(has_bit)
            .fold(0, |bits, (_, slots)| bits | slots)
    })
}
