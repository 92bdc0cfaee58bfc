//! The context of an expression: where its value goes.

use crate::core::ir::SourcePlace;
use crate::ssa::ir::BlockId;

/// Where the value (or values) of an expression go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Context {
    /// To the stack of operands.
    Value,
    /// Nowhere.
    Effect,
    /// To the caller.
    Tail,
    /// To a block, as its argument.
    Jump(BlockId),
    /// Nowhere; then on to a block without parameters.
    EffectJump(BlockId),
    /// To one of two blocks without parameters: whether it is true.
    Test(BlockId, BlockId),
    /// Any number of values go to the parameters of a block.
    Receive(Receiver),
}

/// A block that takes any number of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Receiver {
    /// The block.
    pub(super) block: BlockId,
    /// How many parameters take one value each.
    pub(super) required: u16,
    /// Whether the last parameter takes a list of the rest.
    pub(super) rest: bool,
    /// The form that takes the values.
    pub(super) place: SourcePlace,
}
