//! Machine code on its way to the linker: bytes with holes, and facts about them.
//!
//! A procedure's native code is one or more functions. The first function is its *body*. Known
//! calls of the unit lead to the body, whose signature only they know. One of the functions is the
//! general entry (see [`abi::native`]). Functions may be placed anywhere in the native code, each
//! at a multiple of its alignment. Data that belongs to a function (floating point constants)
//! stands behind the function's code.

use super::fixup::{FixupTarget, FrameMapId, LineRow};
use crate::id::IdVec;
use crate::ssa::ir::ProcedureId;

/// The native code of a procedure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NativeCode {
    /// The body, then what leads to it.
    pub functions: Vec<NativeFunction>,
    /// Index of the function that is the general entry; it starts at its first byte.
    pub general_entry: usize,
    /// Functions that go on in loops, for native code that is linked later.
    pub loops: Vec<NativeLoop>,
}

/// A function that goes on for a frame of bytecode at the end of a turn of a loop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NativeLoop {
    /// Offset of the poll there in the procedure's bytecode.
    pub poll: u32,
    /// Index of the function among those of the procedure. It is entered at its first byte.
    pub function: usize,
    /// The slots of the frame whose words it takes, in the order of its arguments.
    pub slots: Vec<u16>,
}

/// Native code for the procedures of a unit that becomes an image of bytecode: what is linked to the image later.
#[derive(Clone, Debug, Default)]
pub struct NativeApart {
    /// By procedure.
    pub procedures: IdVec<ProcedureId, Option<NativeCode>>,
    /// How many of the unit's frame maps are the bytecode's. The others come behind, and are those of native code.
    pub bytecode_maps: usize,
}

/// A machine-code function: entered at its first byte only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NativeFunction {
    /// Bytes with zeros in holes.
    pub code: Vec<u8>,
    /// Where it may start, in bytes: a power of two.
    pub align: u32,
    /// Holes, ascending by `at`.
    pub fixups: Vec<NativeFixup>,
    /// Return points, ascending by `offset`.
    pub returns: Vec<NativeReturn>,
    /// Line table rows, ascending by `offset`.
    pub lines: Vec<LineRow>,
    /// How callers' registers are found, ascending by `offset`. At offset 0, only the return address
    /// is on the stack.
    pub unwind: Vec<UnwindRow>,
}

/// A hole of four bytes: filled with `target + addend - hole`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NativeFixup {
    /// Offset of the hole in the function's code, in bytes.
    pub at: u32,
    /// Added to the distance.
    pub addend: i32,
    /// What it leads to.
    pub target: NativeTarget,
}

/// What a hole in native code leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NativeTarget {
    /// Whatever bytecode can lead to.
    Image(FixupTarget),
    /// The body of a procedure that has native code, by index.
    Body(ProcedureId),
}

/// What is known where a call returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NativeReturn {
    /// Offset of the return point in the function's code, in bytes; never 0.
    pub offset: u32,
    /// Words of the frame, its return word included: even.
    pub words: u16,
    /// Whether the call takes any number of values.
    pub receives: bool,
    /// Whether a stub is called that calls no procedure.
    pub is_operation: bool,
    /// Index of the frame map in the unit's.
    pub map: FrameMapId,
}

/// From `offset` on, `rule` holds too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnwindRow {
    /// Bytes from the start of the function: the end of the instruction that made it so.
    pub offset: u32,
    /// What is known.
    pub rule: UnwindRule,
}

/// Where a caller's register is. The frame's address (CFA) is that of the return word plus 8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnwindRule {
    /// `rbp` was pushed: the stack pointer is 16 bytes below the CFA, the caller's `rbp` is there.
    FramePushed,
    /// From here to the end of the function `rbp` is 16 bytes below the CFA.
    FrameSet,
    /// The caller's register of this DWARF number is so many bytes below the CFA.
    Saved {
        /// DWARF number.
        register: u16,
        /// Bytes below the CFA.
        below: u32,
    },
}
