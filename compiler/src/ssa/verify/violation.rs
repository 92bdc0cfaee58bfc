//! Rules that a unit can break.

use std::fmt;

use abi::primitive::Primitive;

use crate::id::Id;
use crate::ssa::ir::{BlockId, ProcedureId, Repr, ValueId};

/// A rule that a unit breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The procedure.
    pub procedure: ProcedureId,
    /// The block.
    pub block: BlockId,
    /// What is wrong.
    pub kind: ViolationKind,
}

/// Rules that a unit can break.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ViolationKind {
    /// A block has no terminator.
    NoTerminator,
    /// A jump to a block that does not exist.
    NoSuchBlock(BlockId),
    /// A jump to the entry, whose parameters callers alone give.
    JumpToEntry,
    /// A value is defined twice.
    DefinedTwice(ValueId),
    /// A value is used where its definition does not dominate.
    NotDefined(ValueId),
    /// A value is not represented as its user or its definition wants.
    Repr(ValueId, Repr),
    /// A jump has another number of arguments than its target has parameters.
    ArgumentCount(BlockId),
    /// The entry has other parameters than the procedure says.
    EntryParameters,
    /// A block that receives values has other predecessors, or not the right parameters.
    ReceivingBlock(BlockId),
    /// A known call has not one argument for each of the callee's parameters.
    CallArguments(ProcedureId),
    /// The closure of a procedure is made for unknown calls, although it takes or gives raw words.
    RawEscapes(ProcedureId),
    /// A way out of a procedure with a raw result does not give such a result, or gives another one.
    RawResult(Repr),
    /// A switch without cases, or with keys that are out of order or impossible.
    SwitchKeys,
    /// Something may collect, or a block ends, before the free variables of a closure are initialised.
    UnfilledClosure(ValueId),
    /// A primitive that transfers control, or has another number of operands, or lacks a literal.
    Primitive(Primitive),
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "procedure {}, block {}: {:?}",
            self.procedure.number(),
            self.block.number(),
            self.kind
        )
    }
}
