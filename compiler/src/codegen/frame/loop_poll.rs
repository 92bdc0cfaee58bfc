//! Polls at the ends of the turns of loops: what stands where in a frame of bytecode there.

use crate::ssa::ir::{BlockId, ValueId};

/// A poll at the end of a turn. Behind it, control goes to the start of a block of the loop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoopPoll {
    /// Offset of the instruction in the procedure's bytecode.
    pub offset: u32,
    /// The block that goes on; its parameters are there.
    pub block: BlockId,
    /// The values that are there, and their slots, ascending by slot.
    pub values: Vec<(ValueId, u16)>,
}
