//! A walk over a block from its end to its start, as all that follows live values goes.
//!
//! What is live behind the block is known. A value becomes live where the walk meets a use, and is live no
//! more where the walk meets its definition.

use crate::ssa::ir::{Block, Instruction, Terminator, ValueId};

/// What a walk over a block from its end to its start meets.
#[derive(Clone, Copy, Debug)]
pub enum Met<'block> {
    /// The terminator, before its operands: what is live there is live behind the block.
    End(&'block Terminator),
    /// The place before the terminator, whose operands have been met.
    BeforeEnd,
    /// An instruction with its index, before its operands. Its result is live no more, and what is live else is
    /// live behind the instruction.
    Instruction(usize, &'block Instruction),
    /// An operand.
    Use(ValueId),
}

/// Tells `meet` of all that stands in `block`, the last first.
pub fn walk_back<'block>(block: &'block Block, mut meet: impl FnMut(Met<'block>)) {
    meet(Met::End(&block.terminator));
    block.terminator.each_use(|value| meet(Met::Use(value)));
    meet(Met::BeforeEnd);
    for (index, instruction) in block.instructions.iter().enumerate().rev() {
        meet(Met::Instruction(index, instruction));
        let operation = &instruction.operation;
        operation.each_use(|value| meet(Met::Use(value)));
    }
}
