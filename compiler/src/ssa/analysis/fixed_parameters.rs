//! Which blocks have parameters that passes must neither add to nor take from.

use crate::ssa::ir::{Procedure, Terminator};

/// Which blocks get their parameters from no jump: the entry from the caller, receiving blocks from a
/// callee.
pub fn blocks_with_fixed_parameters(procedure: &Procedure) -> Vec<bool> {
    let mut fixed = vec![false; procedure.blocks.len()];
    fixed[0] = true;
    for block in &procedure.blocks {
        if let Terminator::CallReceive { block, .. } = block.terminator {
            fixed[block.0 as usize] = true;
        }
    }
    fixed
}
