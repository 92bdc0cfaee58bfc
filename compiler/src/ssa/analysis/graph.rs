//! The facts that follow from the shape of a procedure's code, together.
//!
//! Claim: the blocks of a loop are the header, and all blocks that can reach a jump back to the header
//! without passing the header. So an operation in no other block than these belongs to a turn.
//! `tests::graphs` fails where this is false.

use std::collections::HashSet;

use super::{Dominators, Flow, Loops};
use crate::checkpoint;
use crate::ssa::ir::{BlockId, Procedure};

/// Flow, dominators and loops of a procedure.
#[derive(Clone, Debug)]
pub struct Graph {
    /// Predecessors and order.
    pub flow: Flow,
    /// The dominator tree.
    pub dominators: Dominators,
    /// Loops.
    pub loops: Loops,
}

impl Graph {
    /// Those of `procedure`.
    pub fn new(procedure: &Procedure) -> Self {
        let flow = Flow::new(procedure);
        let dominators = Dominators::new(&flow);
        let loops = Loops::new(&flow, &dominators);
        Self {
            flow,
            dominators,
            loops,
        }
    }

    /// Those of `procedure`, with its blocks in the order in which both code generators write them: of two
    /// successors the one in more loops comes next.
    pub fn in_code_order(procedure: &Procedure) -> Self {
        let graph = Self::new(procedure);
        let flow = Flow::with_priority(procedure, |block| graph.loops.depth[block]);
        Self { flow, ..graph }
    }

    /// The blocks of the loop of `header`, inner loops included, in order. Takes time for these alone.
    pub fn blocks_of_loop(&self, header: BlockId) -> Vec<BlockId> {
        let mut inside = HashSet::from([header]);
        let mut blocks = vec![header];
        let predecessors = |block: BlockId| self.flow.predecessors[block].iter();
        let mut pending: Vec<BlockId> = predecessors(header)
            .copied()
            .filter(|&tail| self.dominators.dominates(header, tail))
            .collect();
        while let Some(block) = pending.pop() {
            checkpoint::step();
            if inside.insert(block) {
                blocks.push(block);
                pending.extend(predecessors(block));
            }
        }
        blocks.sort_unstable_by_key(|block| self.flow.number[*block]);
        blocks
    }
}
