//! Which slots may have been written where a block starts.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::codegen::frame::SlotSet;
use crate::id::IdVec;
use crate::ssa::analysis::Flow;
use crate::ssa::ir::{BlockId, Procedure};

/// What a block's code does, as far as blocks behind it depend on it.
#[derive(Clone, Debug, Default)]
pub(super) struct WrittenBlock {
    /// The slots that it writes.
    pub(super) writes: SlotSet,
    /// The block that it jumps to, if it does that block's work itself and goes on behind it.
    pub(super) joined: Option<BlockId>,
}

/// What may have been written before each block; `entry` is what the caller has written.
pub(super) fn written_before(
    procedure: &Procedure,
    flow: &Flow,
    blocks: &IdVec<BlockId, WrittenBlock>,
    entry: SlotSet,
) -> IdVec<BlockId, SlotSet> {
    let mut before = blocks.side_table(SlotSet::default());
    before[flow.order[0]] = entry;
    let mut is_pending = blocks.side_table(true);
    // By their places in the order, the first first.
    let mut pending: BinaryHeap<Reverse<u32>> = (0..flow.order.len() as u32).map(Reverse).collect();
    while let Some(Reverse(number)) = pending.pop() {
        let id = flow.order[number as usize];
        is_pending[id] = false;
        let mut after = before[id].clone();
        after.extend(&blocks[id].writes);
        let last = blocks[id].joined.unwrap_or(id);
        for next in procedure.blocks[last].terminator.successors() {
            if before[next].extend(&after) && !std::mem::replace(&mut is_pending[next], true) {
                pending.push(Reverse(flow.number[next]));
            }
        }
    }
    before
}
