//! Which blocks have parameters that passes must neither add to nor take from.
//!
//! Claim: every other block gets its parameters from jumps alone, so a pass that changes parameters and
//! jumps together changes nothing else. `tests::graphs` fails where this is false.

use crate::id::IdVec;
use crate::ssa::ir::{BlockId, Procedure, Terminator};

/// Which blocks get their parameters from no jump: the entry from the caller, receiving blocks from a
/// callee.
pub fn blocks_with_fixed_parameters(procedure: &Procedure) -> IdVec<BlockId, bool> {
    let mut fixed = procedure.blocks.side_table(false);
    fixed[BlockId::ENTRY] = true;
    for block in &procedure.blocks {
        if let Terminator::CallReceive { block, .. } = block.terminator {
            fixed[block] = true;
        }
    }
    fixed
}
