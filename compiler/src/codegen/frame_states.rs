//! From records that were made while code was written to frame maps.
//!
//! A slot is unused if no path to the safepoint writes it. A slot is dead if some path writes it
//! but its value is not used again.

use std::collections::HashMap;

use abi::frame_map::{self, SlotState};

use super::assembler::{LiveSlots, Safepoint};
use super::slot_set::SlotSet;
use crate::id::IdVec;
use crate::link::unit::FrameMapId;
use crate::ssa::analysis::Flow;
use crate::ssa::ir::BlockId;

/// Encoded frame maps, each once.
#[derive(Debug, Default)]
pub(super) struct FrameMaps {
    /// In the order in which they were first needed.
    pub(super) maps: IdVec<FrameMapId, Vec<u8>>,
    numbers: HashMap<Vec<u8>, FrameMapId>,
}

impl FrameMaps {
    /// The number of the map of a safepoint, where `written_before` is what may have been written before
    /// its block.
    pub(super) fn map_of(&mut self, safepoint: &Safepoint, written_before: &SlotSet) -> FrameMapId {
        let mut written = safepoint.written.clone();
        written.extend(written_before);
        let count = safepoint.slot_count.map_or_else(
            || written.end().max(safepoint.slots.live.end()),
            usize::from,
        );
        self.intern(&states(&safepoint.slots, &written, count))
    }

    /// The number of the map with these states.
    pub(super) fn intern(&mut self, states: &[SlotState]) -> FrameMapId {
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

/// What may have been written before each block, given what each block writes; `entry` is what the
/// caller has written.
pub(super) fn written_before(
    flow: &Flow,
    writes: &IdVec<BlockId, SlotSet>,
    entry: SlotSet,
) -> IdVec<BlockId, SlotSet> {
    let mut before = writes.side_table(SlotSet::default());
    before[flow.order[0]] = entry;
    let mut changed = true;
    while changed {
        changed = false;
        for &block in &flow.order {
            let mut set = std::mem::take(&mut before[block]);
            for &from in &flow.predecessors[block] {
                if from == block {
                    changed |= set.extend(&writes[from]);
                } else {
                    changed |= set.extend(&before[from]) | set.extend(&writes[from]);
                }
            }
            before[block] = set;
        }
    }
    before
}
