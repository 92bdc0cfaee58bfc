//! Liveness: which values are used later, found by walking against the flow of control until nothing is new.
//!
//! What is live differs little from one block to the next. So the sets share what they have in common
//! ([`SharedSet`]), and the work grows with the values that become live or are live no more, not with values times
//! blocks. A block is looked at again only if a block behind it got a value: at most once more for each loop around
//! it.
//!
//! Claim: a value that some path from a place uses is live there. Frame maps and slots rest on this: the
//! collector does not trace a dead value. An argument of a jump is used by the jump, not by the block that
//! receives it. `tests::graphs` and `codegen::check_frame_maps` fail where this is false.

use std::collections::BinaryHeap;

use super::Flow;
use crate::checkpoint;
use crate::id::IdVec;
use crate::shared_set::SharedSet;
use crate::ssa::ir::{Block, BlockId, Operation, Procedure, ValueId};

/// Live values at the borders of blocks.
#[derive(Clone, Debug)]
pub struct Liveness {
    /// Values defined before each block and used in it or later; not its parameters.
    pub live_in: IdVec<BlockId, SharedSet<ValueId>>,
    /// Values used after each block; arguments of its own jumps are not.
    pub live_out: IdVec<BlockId, SharedSet<ValueId>>,
}

/// Calls the second argument with the values that an operation uses.
type EachUse = fn(&Operation, &mut dyn FnMut(ValueId));

impl Liveness {
    /// The liveness of all values of `procedure`.
    pub fn new(procedure: &Procedure, flow: &Flow) -> Self {
        Self::of_uses(procedure, flow, |operation, visit| {
            operation.each_use(visit);
        })
    }

    /// The liveness of all values of `procedure`, where `each_use` says what operations use.
    pub fn of_uses(procedure: &Procedure, flow: &Flow, each_use: EachUse) -> Self {
        let mut liveness = Self {
            live_in: procedure.blocks.side_table(SharedSet::default()),
            live_out: procedure.blocks.side_table(SharedSet::default()),
        };
        for &id in &flow.order {
            liveness.live_in[id] = used_from_before(&procedure.blocks[id], each_use);
        }
        let mut is_pending = procedure.blocks.side_table(true);
        // By their places in the order, the last first.
        let mut pending: BinaryHeap<u32> = (0..flow.order.len() as u32).collect();
        while let Some(number) = pending.pop() {
            let id = flow.order[number as usize];
            is_pending[id] = false;
            if !liveness.update(procedure, id) {
                continue;
            }
            for &before in &flow.predecessors[id] {
                if !std::mem::replace(&mut is_pending[before], true) {
                    pending.push(flow.number[before]);
                }
            }
        }
        liveness
    }

    /// Adds to what is live at a block what is live at the blocks behind it; whether anything was new at its start.
    fn update(&mut self, procedure: &Procedure, id: BlockId) -> bool {
        checkpoint::step();
        let block = &procedure.blocks[id];
        let mut live = SharedSet::default();
        for next in block.terminator.successors() {
            live.unite(&self.live_in[next]);
        }
        self.live_out[id] = live.clone();
        if live.is_empty() {
            return false;
        }
        let results = block.instructions.iter();
        let results = results.filter_map(|instruction| instruction.result);
        for defined in results.chain(block.parameters.iter().copied()) {
            live.remove(defined);
        }
        self.live_in[id].unite(&live)
    }
}

/// What a block uses and does not define.
fn used_from_before(block: &Block, each_use: EachUse) -> SharedSet<ValueId> {
    let mut used = SharedSet::default();
    block.terminator.each_use(|value| used.insert(value));
    for instruction in block.instructions.iter().rev() {
        if let Some(result) = instruction.result {
            used.remove(result);
        }
        each_use(&instruction.operation, &mut |value| used.insert(value));
    }
    for &parameter in &block.parameters {
        used.remove(parameter);
    }
    used
}
