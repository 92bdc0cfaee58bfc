//! The live slots at one instruction after the other, in the order of the code.
//!
//! A value is live behind an instruction if its live range starts before the instruction and goes on behind
//! it. From one instruction to the next only few values come or go, however many are live. So no
//! instruction needs a list of all.

use super::intervals::Intervals;
use crate::codegen::frame::LiveSlots;
use crate::id::IdVec;
use crate::ssa::ir::{Procedure, ValueId};

/// A slot that a value has from one position to before another.
#[derive(Clone, Copy, Debug)]
struct Residence {
    start: u32,
    end: u32,
    slot: u16,
    is_raw: bool,
}

/// A place in the code, and what is live behind the instruction there.
#[derive(Debug)]
pub(super) struct LiveSweep {
    /// Those that start later, the next last.
    coming: Vec<Residence>,
    /// Ends of those that are live or will be, the next last.
    going: Vec<Residence>,
    /// What is live behind the instruction, its own result excepted.
    live: LiveSlots,
}

impl LiveSweep {
    /// Stands before all code of `procedure`.
    pub(super) fn new(
        procedure: &Procedure,
        intervals: &Intervals,
        slots: &IdVec<ValueId, Option<u16>>,
    ) -> Self {
        let mut coming = Vec::new();
        for (value, segments) in intervals.segments.entries() {
            let Some(slot) = slots[value] else { continue };
            let is_raw = procedure.values[value].repr.is_raw();
            coming.extend(segments.iter().map(|&(start, end)| Residence {
                start,
                end,
                slot,
                is_raw,
            }));
        }
        let mut going = coming.clone();
        coming.sort_unstable_by_key(|residence| std::cmp::Reverse(residence.start));
        going.sort_unstable_by_key(|residence| std::cmp::Reverse(residence.end));
        Self {
            coming,
            going,
            live: LiveSlots::default(),
        }
    }

    /// Goes on to the instruction at `position`, which is not before the last one.
    pub(super) fn advance(&mut self, position: u32) {
        // Values that share a slot come after one another: those that go are first.
        while let Some(gone) = self.going.pop_if(|next| next.end <= position + 1) {
            self.live.live.remove(gone.slot);
            self.live.raw.remove(gone.slot);
        }
        while let Some(come) = self.coming.pop_if(|next| next.start < position) {
            if come.end <= position + 1 {
                continue;
            }
            self.live.live.insert(come.slot);
            if come.is_raw {
                self.live.raw.insert(come.slot);
            }
        }
    }

    /// The slots that hold what is used behind the instruction, its own result excepted.
    pub(super) fn live(&self) -> &LiveSlots {
        &self.live
    }
}
