//! Liveness: which values are used later, found by walking up from each use to the definition.
//!
//! The work is proportional to the size of the answer (Boissinot et al.: Computing Liveness Sets
//! for SSA-Form Programs, 2011).
//!
//! Claim: a value that some path from a place uses is live there. Frame maps and slots rest on this: the
//! collector does not trace a dead value. An argument of a jump is used by the jump, not by the block that
//! receives it. `tests::graphs` and `codegen::check_frame_maps` fail where this is false.

use super::Flow;
use crate::checkpoint;
use crate::id::IdVec;
use crate::ssa::ir::{BlockId, Procedure, ValueId};

/// Live values at the borders of blocks.
#[derive(Clone, Debug)]
pub struct Liveness {
    /// Values defined before each block and used in it or later; not its parameters. Ascending.
    pub live_in: IdVec<BlockId, Vec<ValueId>>,
    /// Values used after each block; arguments of its own jumps are not. Ascending.
    pub live_out: IdVec<BlockId, Vec<ValueId>>,
    /// The block that defines each value; `None` for values that nothing reachable defines.
    pub definition: IdVec<ValueId, Option<BlockId>>,
}

impl Liveness {
    /// The liveness of all values of `procedure`.
    pub fn new(procedure: &Procedure, flow: &Flow) -> Self {
        let mut definition = procedure.values.side_table(None);
        let mut uses: IdVec<ValueId, Vec<BlockId>> = procedure.values.side_table(Vec::new());
        for &id in &flow.order {
            let block = &procedure.blocks[id];
            for parameter in &block.parameters {
                definition[*parameter] = Some(id);
            }
            let mut record = |value: ValueId| {
                let list = &mut uses[value];
                if list.last() != Some(&id) {
                    list.push(id);
                }
            };
            for instruction in &block.instructions {
                instruction.operation.each_use(&mut record);
                if let Some(result) = instruction.result {
                    definition[result] = Some(id);
                }
            }
            block.terminator.each_use(&mut record);
        }
        let mut liveness = Self {
            live_in: procedure.blocks.side_table(Vec::new()),
            live_out: procedure.blocks.side_table(Vec::new()),
            definition,
        };
        for (value, blocks) in procedure.values.ids().zip(uses) {
            liveness.walk_up(flow, value, blocks);
        }
        liveness
    }

    fn walk_up(&mut self, flow: &Flow, value: ValueId, uses: Vec<BlockId>) {
        let Some(definition) = self.definition[value] else {
            return;
        };
        let mut pending = uses;
        while let Some(block) = pending.pop() {
            checkpoint::step();
            let live_in = &mut self.live_in[block];
            if block == definition || live_in.last() == Some(&value) {
                continue;
            }
            live_in.push(value);
            for &before in &flow.predecessors[block] {
                let live_out = &mut self.live_out[before];
                if live_out.last() != Some(&value) {
                    live_out.push(value);
                }
                pending.push(before);
            }
        }
    }
}
