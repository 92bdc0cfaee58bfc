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
    loops: &Loops,
    blocks: &IdVec<BlockId, WrittenBlock>,
    entry: &SlotSet,
) -> IdVec<BlockId, SlotSet> {
    let code = Code {
        procedure,
        flow,
        blocks,
    };
    let mut before = code.written_by_loops(loops);
    before[flow.order[0]].extend(entry);
    code.complete(&mut before);
    before
}

struct Code<'a> {
    procedure: &'a Procedure,
    flow: &'a Flow,
    blocks: &'a IdVec<BlockId, WrittenBlock>,
}

impl Code<'_> {
    /// Where the code of a block goes on.
    fn successors(&self, id: BlockId) -> impl Iterator<Item = BlockId> {
        let last = self.blocks[id].joined.unwrap_or(id);
        self.procedure.blocks[last].terminator.successors()
    }

    /// What each loop writes, for the blocks at which its next iteration starts: the header, or, if each block that
    /// leads back does the header's work, the blocks behind the header.
    fn written_by_loops(&self, loops: &Loops) -> IdVec<BlockId, SlotSet> {
        let mut written = self.blocks.side_table(SlotSet::default());
        let mut is_reentered = self.blocks.side_table(false);
        // What is in a loop comes after its header.
        for &id in self.flow.order.iter().rev() {
            if let Some(header) = loops.innermost[id] {
                written[header].extend(&self.blocks[id].writes);
            }
            if loops.is_header[id]
                && let Some(header) = loops.around(id)
            {
                let inner = written[id].clone();
                written[header].extend(&inner);
            }
            for next in self.successors(id) {
                is_reentered[next] |= self.flow.is_retreating(id, next);
            }
        }
        let mut before = self.blocks.side_table(SlotSet::default());
        for &header in self.flow.order.iter().filter(|&&id| loops.is_header[id]) {
            if is_reentered[header] {
                before[header].extend(&written[header]);
            } else {
                for next in self.successors(header) {
                    before[next].extend(&written[header]);
                }
            }
        }
        before
    }

    /// Looks at blocks until nothing is new: at each of them once, if no cycle has two ways in.
    fn complete(&self, before: &mut IdVec<BlockId, SlotSet>) {
        let order = &self.flow.order;
        let mut is_pending = self.blocks.side_table(true);
        // By their places in the order, the first first.
        let mut pending: BinaryHeap<Reverse<u32>> = (0..order.len() as u32).map(Reverse).collect();
        while let Some(Reverse(number)) = pending.pop() {
            let id = order[number as usize];
            is_pending[id] = false;
            let mut after = before[id].clone();
            after.extend(&self.blocks[id].writes);
            for next in self.successors(id) {
                if before[next].extend(&after) && !std::mem::replace(&mut is_pending[next], true) {
                    pending.push(Reverse(self.flow.number[next]));
                }
            }
        }
    }
}
