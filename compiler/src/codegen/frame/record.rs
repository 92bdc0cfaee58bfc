//! Which values stand where at each safepoint: the meaning of the letters of frame maps.
//!
//! A frame map tells a collector of slots. A debugger that shows frames to people wants variables.
//! The record is made while code is written, from the plan of each tier, and only for callers that
//! ask for it: [`generate_with_record`](crate::codegen::generate_with_record).

use std::rc::Rc;

use crate::link::unit::FrameMapId;
use crate::ssa::ir::{BlockId, Procedure, Repr, ValueId};

/// A place in a procedure's SSA.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Point {
    /// Where a block starts: its parameters are there.
    Start(BlockId),
    /// During an instruction, by its index; during the terminator behind the last. What is used by this
    /// instruction only may be there or not; its result is not there yet.
    During(BlockId, u32),
    /// During the jump at the end of a block, behind its copies: the parameters of the block that
    /// follows are there, and no longer the arguments.
    Jumping(BlockId),
}

/// Where a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Home {
    /// In this slot of the frame.
    Slot(u16),
    /// In a machine register that calls keep, by its number in machine code.
    Register(u8),
    /// Where the register allocator has not told of.
    Unknown,
}

/// A value that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resident {
    /// Which.
    pub value: ValueId,
    /// How the code of this tier holds it.
    pub repr: Repr,
    /// Where.
    pub home: Home,
}

impl Resident {
    /// `value` of `procedure` at `home`.
    pub fn new(procedure: &Procedure, value: ValueId, home: Home) -> Self {
        let repr = procedure.values[value].repr;
        Self { value, repr, home }
    }
}

/// A safepoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SafepointRecord {
    /// Where in SSA.
    pub at: Point,
    /// Where in the code of the procedure (or of the body, if it is native): where the call returns to,
    /// in bytes.
    pub offset: u32,
    /// The number of its frame map.
    pub map: FrameMapId,
    /// What is there, ascending by slot. A value may be there twice: an operand that was copied to
    /// where an instruction wants it.
    pub residents: Vec<Resident>,
    /// Whether the call comes back: where it only raises, nothing is there.
    pub comes_back: bool,
    /// Slots that the map calls live or raw and whose value is not known: there are none.
    pub strangers: Vec<u16>,
}

/// What a procedure's frames hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProcedureRecord {
    /// The source variables that values stand for, by value.
    pub names: Vec<Option<Rc<str>>>,
    /// In bytecode, but for what the entry of a unit does before its first block.
    pub bytecode: Vec<SafepointRecord>,
    /// In the body in native code; an operation may have several.
    pub native: Vec<SafepointRecord>,
}

impl ProcedureRecord {
    /// Of `procedure`, before code is made.
    pub(in crate::codegen) fn new(procedure: &Procedure) -> Self {
        let names = procedure.values.iter().map(|value| value.name.clone());
        Self {
            names: names.collect(),
            ..Self::default()
        }
    }
}
