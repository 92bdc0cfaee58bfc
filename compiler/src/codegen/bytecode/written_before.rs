//! Which slots may have been written where a block starts.
//!
//! What a loop writes may have been written wherever its header starts. So one walk with the flow of control finds
//! everything, however deep loops are nested. Where a cycle has two ways in, more walks follow until nothing is new.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::codegen::frame::SlotSet;
use crate::id::IdVec;
use crate::ssa::analysis::{Flow, Loops};
use crate::ssa::ir::{BlockId, Procedure};

/// What may have been written before each block, given what each block writes; `entry` is what the
/// caller has written.
pub(super) fn written_before(
    procedure: &Procedure,
    flow: &Flow,
    loops: &Loops,
    writes: &IdVec<BlockId, SlotSet>,
    entry: &SlotSet,
) -> IdVec<BlockId, SlotSet> {
    let mut before = written_in_loops(flow, loops, writes);
    before[flow.order[0]].extend(entry);
    for &id in &flow.order {
        pass_on(procedure, id, writes, &mut before, |_| ());
    }
    if !loops.is_reducible() {
        complete(procedure, flow, writes, &mut before);
    }
    before
}

/// For each header what its loop writes, and nothing for other blocks.
fn written_in_loops(
    flow: &Flow,
    loops: &Loops,
    writes: &IdVec<BlockId, SlotSet>,
) -> IdVec<BlockId, SlotSet> {
    let mut written = writes.side_table(SlotSet::default());
    // What is in a loop comes after its header.
    for &id in flow.order.iter().rev() {
        if let Some(header) = loops.innermost[id] {
            written[header].extend(&writes[id]);
        }
        if loops.is_header[id]
            && let Some(header) = loops.around(id)
        {
            let inner = written[id].clone();
            written[header].extend(&inner);
        }
    }
    written
}

/// Adds what may have been written after a block to its successors; tells which of them got something new.
fn pass_on(
    procedure: &Procedure,
    id: BlockId,
    writes: &IdVec<BlockId, SlotSet>,
    before: &mut IdVec<BlockId, SlotSet>,
    mut is_new: impl FnMut(BlockId),
) {
    let mut after = before[id].clone();
    after.extend(&writes[id]);
    for next in procedure.blocks[id].terminator.successors() {
        if before[next].extend(&after) {
            is_new(next);
        }
    }
}

/// Looks at blocks until nothing is new.
fn complete(
    procedure: &Procedure,
    flow: &Flow,
    writes: &IdVec<BlockId, SlotSet>,
    before: &mut IdVec<BlockId, SlotSet>,
) {
    let mut is_pending = writes.side_table(true);
    // By their places in the order, the first first.
    let mut pending: BinaryHeap<Reverse<u32>> = (0..flow.order.len() as u32).map(Reverse).collect();
    while let Some(Reverse(number)) = pending.pop() {
        let id = flow.order[number as usize];
        is_pending[id] = false;
        pass_on(procedure, id, writes, before, |next| {
            if !std::mem::replace(&mut is_pending[next], true) {
                pending.push(Reverse(flow.number[next]));
            }
        });
    }
}
