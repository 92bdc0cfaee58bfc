//! Where the native code of a procedure polls before it goes on to calls and allocations.
//!
//! Claim: a block that calls, tail-calls or allocates is the block of the poll, or every path from the
//! entry to it passes the block of the poll. So recursion polls at each depth. The block of the poll is in
//! no loop, unless the entry itself heads one. `tests::graphs` fails where this is false.

use abi::primitive::{Effect, Primitive};

use super::Graph;
use crate::ssa::ir::{Block, BlockId, Operation, Procedure, Terminator};

/// Where a procedure polls: in the innermost block that every way to a call or an allocation passes,
/// but in no loop. So what a procedure does without calls needs no poll.
pub fn entry_poll(procedure: &Procedure, graph: &Graph) -> Option<BlockId> {
    let Graph {
        flow,
        dominators,
        loops,
    } = graph;
    let mut common: Option<BlockId> = None;
    for &id in &flow.order {
        if !wants_poll(&procedure.blocks[id]) {
            continue;
        }
        let mut above = common.unwrap_or(id);
        while !dominators.dominates(above, id) {
            above = dominators.immediate(above)?;
        }
        common = Some(above);
    }
    let mut block = common?;
    while loops.depth[block] > 0 {
        match dominators.immediate(block) {
            Some(above) => block = above,
            // The entry heads a loop: it polls itself.
            None => break,
        }
    }
    Some(block)
}

/// Whether `procedure` polls whichever way it goes, in both tiers: bytecode does at each entry.
pub fn polls_at_entry(procedure: &Procedure) -> bool {
    let graph = Graph::new(procedure);
    entry_poll(procedure, &graph) == graph.flow.order.first().copied()
}

/// Whether a block calls, tail-calls or allocates: a poll has to come before.
fn wants_poll(block: &Block) -> bool {
    let counts = |operation: &Operation| match operation {
        Operation::Call(..)
        | Operation::CallKnown(..)
        | Operation::CallHost(..)
        | Operation::MakeClosure(..) => true,
        Operation::Primitive(primitive, _) => {
            primitive.effect() == Effect::Allocate || *primitive == Primitive::Capture
        }
        _ => false,
    };
    let leaves = matches!(
        block.terminator,
        Terminator::TailCall(..)
            | Terminator::TailCallKnown(..)
            | Terminator::TailApply(..)
            | Terminator::CallReceive { .. }
    );
    leaves || (block.instructions.iter()).any(|instruction| counts(&instruction.operation))
}
