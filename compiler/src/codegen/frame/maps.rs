//! Frame maps of bytecode, each once.
//!
//! A slot is unused if no path to the safepoint writes it. A slot is dead if some path writes it
//! but its value is not used again.

use abi::frame_map::{self, SlotState, StateGroup};
use smallvec::SmallVec;

use super::live_slots::LiveSlots;
use super::slot_set::SlotSet;
use crate::id::IdVec;
use crate::id_map::IdMap;
use crate::link::unit::FrameMapId;
use crate::memory;

/// Encoded frame maps, each once.
#[derive(Debug, Default)]
pub(in crate::codegen) struct FrameMaps {
    /// In the order in which they were first needed.
    pub(in crate::codegen) maps: IdVec<FrameMapId, Vec<u8>>,
    /// The maps with each hash: a map may be long, and there may be as many as there are safepoints.
    with_hash: IdMap<u64, SmallVec<[FrameMapId; 1]>>,
    last: PackedFrame,
}

/// A frame, and the packed states of its slots.
#[derive(Debug, Default)]
struct PackedFrame {
    slots: LiveSlots,
    written: SlotSet,
    groups: Vec<StateGroup>,
}

impl PackedFrame {
    /// Goes on to another frame. Only what differs is packed anew: in a large frame, most slots are at one safepoint
    /// what they are at the next.
    fn become_frame(&mut self, slots: &LiveSlots, written: &SlotSet) {
        let mut pack_group = |index: usize| {
            let [low, high] = state_bits(slots, written, index);
            if index >= self.groups.len() {
                self.groups.resize(index + 1, StateGroup::default());
            }
            self.groups[index] = frame_map::pack(low, high);
        };
        slots
            .live
            .each_changed_word(&self.slots.live, &mut pack_group);
        slots
            .raw
            .each_changed_word(&self.slots.raw, &mut pack_group);
        written.each_changed_word(&self.written, &mut pack_group);
        self.slots = slots.clone();
        self.written = written.clone();
    }
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
        self.last.become_frame(slots, written);
        let mut encoded = Vec::new();
        frame_map::encode_groups(
            slot_count.unwrap_or_else(in_use),
            &self.last.groups,
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

    /// Takes away all maps but the first so many.
    pub(in crate::codegen) fn split_off(&mut self, count: usize) -> Vec<Vec<u8>> {
        let taken: Vec<Vec<u8>> = self.maps.iter().skip(count).cloned().collect();
        self.maps.truncate(count);
        for map in &taken {
            if let Some(same_hash) = self.with_hash.get_mut(&hash(map)) {
                same_hash.retain(|id| self.maps.contains(*id));
            }
        }
        taken
    }

    fn enter(&mut self, encoded: Vec<u8>) -> FrameMapId {
        let same_hash = self.with_hash.entry(hash(&encoded)).or_default();
        let known = same_hash.iter().find(|&&id| self.maps[id] == encoded);
        known.copied().unwrap_or_else(|| {
            memory::take(encoded.len() + memory::FRAME_MAP_BYTES);
            let id = self.maps.push(encoded);
            same_hash.push(id);
            id
        })
    }
}

/// A hash of a map. The maps of large frames are long, and each is hashed: two words at once, and no protection from
/// maps that were made to collide.
fn hash(encoded: &[u8]) -> u64 {
    const FACTORS: [u64; 2] = [0x9e37_79b9_7f4a_7c15, 0xd1b5_4a32_d192_ed03];
    let mix = |[one, other]: [u64; 2], words: &[u8; 16]| {
        let words = u128::from_le_bytes(*words);
        [
            (one.rotate_left(29) ^ words as u64).wrapping_mul(FACTORS[0]),
            (other.rotate_left(29) ^ (words >> 64) as u64).wrapping_mul(FACTORS[1]),
        ]
    };
    let (words, rest) = encoded.as_chunks::<16>();
    let mut last = [0; 16];
    last[..rest.len()].copy_from_slice(rest);
    let [one, other] = words.iter().chain([&last]).fold([0; 2], mix);
    one ^ other.rotate_left(32)
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
