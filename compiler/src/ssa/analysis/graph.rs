//! The facts that follow from the shape of a procedure's code, together.

use super::{Dominators, Flow, Loops};
use crate::ssa::ir::Procedure;

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
    /// The graph of `procedure`.
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

    /// The graph of `procedure`, with its blocks in the order in which both code generators write blocks: of two
    /// successors the one in more loops comes next.
    pub fn in_code_order(procedure: &Procedure) -> Self {
        let graph = Self::new(procedure);
        let flow = Flow::with_priority(procedure, |block| graph.loops.depth[block]);
        Self { flow, ..graph }
    }
}
