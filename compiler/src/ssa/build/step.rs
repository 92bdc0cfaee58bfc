//! The steps that are left to do for a procedure.

use super::context::Context;
use crate::core::ir::ExprId;
use crate::ssa::ir::{BlockId, ValueId};

/// What is left to do; the stack of steps replaces recursion.
#[derive(Clone, Copy, Debug)]
pub(super) enum BuildStep {
    /// Compile an expression.
    Evaluate(ExprId, Context),
    /// Finish an expression whose operands are on the stack.
    Finish(ExprId, Context),
    /// Go on in a block.
    Enter(BlockId),
    /// Go on in a block that only some paths reach: what is cached in it is forgotten at `LeaveArm`.
    EnterArm(BlockId),
    /// See `EnterArm`.
    LeaveArm,
    /// The next steps are an arm too, in the current block.
    OpenArm,
    /// Put a value on the stack.
    Push(ValueId),
    /// Bind the variables of a `Let` to the values on the stack.
    BindLet(ExprId),
    /// Deliver an immediate.
    Word(u64, Context),
}
