//! Who goes on when native code, or the interpreter, is left.

use gc::Address;

use crate::frame::{FramePointer, below};
use crate::interpreter::Machine;
use crate::native::crossing::{SAVED_BYTES, return_through};

/// Who goes on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Next {
    /// The interpreter.
    Bytecode(Machine),
    /// Native code.
    Native(Jump),
}

/// Where native code goes on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Jump {
    /// The callee-saved registers, and a return word above them.
    pub(super) stack_pointer: Address,
    /// Native code, or a stub.
    pub(super) target: usize,
    /// What `rax` holds.
    pub(super) value: u64,
}

impl Jump {
    /// The return of `value` through the return word at `fp`, below which the callee-saved
    /// registers are.
    pub(super) fn returning(fp: FramePointer, value: u64) -> Self {
        Self {
            stack_pointer: below(fp.address(), SAVED_BYTES),
            target: return_through as extern "C" fn() as usize,
            value,
        }
    }
}
