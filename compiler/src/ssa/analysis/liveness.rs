//! Liveness: which values are used later.
//!
//! What is live differs little from one block to the next. So the sets share what they have in common
//! ([`SharedSet`]), and the work grows with the values that become live or are live no more, not with values times
//! blocks.
//!
//! A walk against the flow of control meets each block once, and overlooks what jumps back need. A value that is live
//! where a loop begins is live in the whole loop, because its definition is outside. So a walk with the flow of control
//! gives each block what is live at the header around it, and nothing is missing however deep loops are nested
//! (Boissinot et al., Computing Liveness Sets for SSA-Form Programs, 2011). Where a cycle has two ways in, the blocks
//! are looked at again until nothing is new.
//!
//! Claim: a value that some path from a place uses is live there. Frame maps and slots rest on this: the
//! collector does not trace a dead value. An argument of a jump is used by the jump, not by the block that
//! receives it. `tests::graphs` and `codegen::check_frame_maps` fail where this is false.

use std::collections::BinaryHeap;

use super::{Flow, Graph, Loops};
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
    pub fn new(procedure: &Procedure, graph: &Graph) -> Self {
        Self::of_uses(procedure, graph, |operation, visit| {
            operation.each_use(visit);
        })
    }

    /// The liveness of all values of `procedure`, where `each_use` says what operations use.
    pub fn of_uses(procedure: &Procedure, graph: &Graph, each_use: EachUse) -> Self {
        let Graph { flow, loops, .. } = graph;
        let mut liveness = Self {
            live_in: procedure.blocks.side_table(SharedSet::default()),
            live_out: procedure.blocks.side_table(SharedSet::default()),
        };
        for &id in flow.order.iter().rev() {
            liveness.live_in[id] = used_from_before(&procedure.blocks[id], each_use);
            liveness.update(procedure, id);
        }
        liveness.spread_over_loops(flow, loops);
        if !loops.is_reducible() {
            liveness.complete(procedure, flow);
        }
        liveness
    }

    /// What is live where a loop begins is live in all of the loop.
    fn spread_over_loops(&mut self, flow: &Flow, loops: &Loops) {
        for &id in &flow.order {
            checkpoint::step();
            if let Some(header) = loops.around(id) {
                let live = self.live_in[header].clone();
                self.live_in[id].unite(&live);
            }
            if let Some(header) = loops.innermost[id] {
                self.live_out[id].unite(&self.live_in[header]);
            }
        }
    }

    /// Looks at blocks until nothing is new.
    fn complete(&mut self, procedure: &Procedure, flow: &Flow) {
        let mut is_pending = procedure.blocks.side_table(true);
        // By their places in the order, the last first.
        let mut pending: BinaryHeap<u32> = (0..flow.order.len() as u32).collect();
        while let Some(number) = pending.pop() {
            let id = flow.order[number as usize];
            is_pending[id] = false;
            if !self.update(procedure, id) {
                continue;
            }
            for &before in &flow.predecessors[id] {
                if !std::mem::replace(&mut is_pending[before], true) {
                    pending.push(flow.number[before]);
                }
            }
        }
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
