//! What the shape of a procedure's code gives, together.

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
}
