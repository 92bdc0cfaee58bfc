//! Which operations are safepoints of native code: those that call something that comes back.
//!
//! A call that only raises never comes back: nothing is live there.

use abi::primitive::{NativeCall, Primitive};
use compiler::ssa::analysis::allocated_bytes;
use compiler::ssa::ir::{Condition, Operation, RawUnary, Terminator};

/// Whether values have to be in their slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Safepoint {
    /// No.
    None,
    /// On a slow path, which stores and reads them by itself.
    Cold,
    /// On every path.
    Always,
}

/// What an operation is.
pub(super) fn at_operation(operation: &Operation) -> Safepoint {
    if allocated_bytes(operation).is_some() {
        return Safepoint::None;
    }
    match operation {
        Operation::Call(..) | Operation::CallKnown(..) | Operation::CallHost(..) => {
            Safepoint::Always
        }
        Operation::Primitive(primitive, _) => at_primitive(*primitive),
        Operation::AddSmall(..)
        | Operation::Poll
        | Operation::CellSet(..)
        | Operation::GlobalSet(..)
        | Operation::GlobalDefine(..) => Safepoint::Cold,
        Operation::Raw1(operation, _) => at_raw(*operation),
        Operation::Literal(_)
        | Operation::Word(_)
        | Operation::Raw(_)
        | Operation::GlobalRef(_)
        | Operation::CellRef(_)
        | Operation::CheckInitialized(..)
        | Operation::StaticClosure(_)
        | Operation::MakeClosure(..)
        | Operation::ClosureInit(..)
        | Operation::ClosureRef(..)
        | Operation::Raw2(..) => Safepoint::None,
    }
}

/// What a primitive is, unless it makes an object of a known size.
pub(super) fn at_primitive(primitive: Primitive) -> Safepoint {
    match primitive.native_call() {
        NativeCall::Never => Safepoint::None,
        NativeCall::Slow => Safepoint::Cold,
        NativeCall::Always => Safepoint::Always,
    }
}

fn at_raw(operation: RawUnary) -> Safepoint {
    match operation {
        RawUnary::UnboxF64
        | RawUnary::RealToF64
        | RawUnary::BoxF64
        | RawUnary::UnboxI64
        | RawUnary::BoxI64
        | RawUnary::UnboxU64
        | RawUnary::BoxU64 => Safepoint::Cold,
        RawUnary::F64Negate | RawUnary::F64Sqrt | RawUnary::F64Abs | RawUnary::I64ToF64 => {
            Safepoint::None
        }
    }
}

/// What a terminator is.
pub(super) fn at_end(terminator: &Terminator) -> Safepoint {
    match terminator {
        Terminator::CallReceive { .. } => Safepoint::Always,
        Terminator::Branch(Condition::Compare(..) | Condition::CompareSmall(..), ..) => {
            Safepoint::Cold
        }
        _ => Safepoint::None,
    }
}
