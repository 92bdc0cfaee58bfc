//! Which slots may have been written where a block starts.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::codegen::frame::SlotSet;
use crate::id::IdVec;
use crate::ssa::analysis::Flow;
use crate::ssa::ir::{BlockId, Procedure};

/// What may have been written before each block, given what each block writes; `entry` is what the
/// caller has written.
pub(super) fn written_before(
    procedure: &Procedure,
    flow: &Flow,
    writes: &IdVec<BlockId, SlotSet>,
    entry: SlotSet,
) -> IdVec<BlockId, SlotSet> {
    let mut before = writes.side_table(SlotSet::default());
    before[flow.order[0]] = entry;
    let mut is_pending = writes.side_table(true);
    // By their places in the order, the first first.
    let mut pending: BinaryHeap<Reverse<u32>> = (0..flow.order.len() as u32).map(Reverse).collect();
    while let Some(Reverse(number)) = pending.pop() {
        let id = flow.order[number as usize];
        is_pending[id] = false;
        let mut after = before[id].clone();
        after.extend(&writes[id]);
        for next in procedure.blocks[id].terminator.successors() {
            if before[next].extend(&after) && !std::mem::replace(&mut is_pending[next], true) {
                pending.push(Reverse(flow.number[next]));
            }
        }
    }
    before
}
