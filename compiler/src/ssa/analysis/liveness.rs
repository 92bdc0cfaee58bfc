//! Liveness: which values are used later, found by walking up from each use to the definition.
//!
//! The work is proportional to the size of the answer (Boissinot et al.: Computing Liveness Sets
//! for SSA-Form Programs, 2011).

use super::Flow;
use crate::ssa::ir::{BlockId, Procedure, ValueId};

/// Live values at the borders of blocks.
#[derive(Clone, Debug)]
pub struct Liveness {
    /// Values defined before each block and used in it or later; not its parameters. Ascending.
    pub live_in: Vec<Vec<ValueId>>,
    /// Values used after each block; arguments of its own jumps are not. Ascending.
    pub live_out: Vec<Vec<ValueId>>,
    /// The block that defines each value; `None` for values that nothing reachable defines.
    pub definition: Vec<Option<BlockId>>,
}

impl Liveness {
    /// The liveness of all values of `procedure`.
    pub fn new(procedure: &Procedure, flow: &Flow) -> Self {
        let blocks = procedure.blocks.len();
        let mut definition = vec![None; procedure.values.len()];
        let mut uses: Vec<Vec<BlockId>> = vec![Vec::new(); procedure.values.len()];
        for &id in &flow.order {
            let block = &procedure.blocks[id.0 as usize];
            for parameter in &block.parameters {
                definition[parameter.0 as usize] = Some(id);
            }
            let mut record = |value: ValueId| {
                let list = &mut uses[value.0 as usize];
                if list.last() != Some(&id) {
                    list.push(id);
                }
            };
            for instruction in &block.instructions {
                instruction.operation.each_use(&mut record);
                if let Some(result) = instruction.result {
                    definition[result.0 as usize] = Some(id);
                }
            }
            block.terminator.each_use(&mut record);
        }
        let mut liveness = Self {
            live_in: vec![Vec::new(); blocks],
            live_out: vec![Vec::new(); blocks],
            definition,
        };
        for (value, blocks) in uses.into_iter().enumerate() {
            liveness.walk_up(flow, ValueId(value as u32), blocks);
        }
        liveness
    }

    fn walk_up(&mut self, flow: &Flow, value: ValueId, uses: Vec<BlockId>) {
        let Some(definition) = self.definition[value.0 as usize] else {
            return;
        };
        let mut pending = uses;
        while let Some(block) = pending.pop() {
            let live_in = &mut self.live_in[block.0 as usize];
            if block == definition || live_in.last() == Some(&value) {
                continue;
            }
            live_in.push(value);
            for &before in &flow.predecessors[block.0 as usize] {
                let live_out = &mut self.live_out[before.0 as usize];
                if live_out.last() != Some(&value) {
                    live_out.push(value);
                }
                pending.push(before);
            }
        }
    }
}
