//! Holes in code, what fills them, and the ids of what they lead to; and the lines that code comes from.

use abi::written_name::WrittenName;

use crate::core::ir::{ActivationId, CallPosition, LineAndName, SourcePlace};
use crate::id::define_ids;
use crate::ssa::ir::{CellId, ProcedureId};

define_ids! {
    /// A literal of an image: an index into [`super::unit::LinkUnit::constants`].
    pub ConstantId;

    /// A symbol that an image names: an index into [`super::unit::LinkUnit::symbols`].
    pub NameId;

    /// An index into [`super::unit::LinkUnit::frame_maps`].
    pub FrameMapId;
}

impl FrameMapId {
    /// Stands in holes until maps are made.
    pub(crate) const PENDING: Self = Self(u32::MAX);
}

impl Default for FrameMapId {
    /// The first.
    fn default() -> Self {
        Self(0)
    }
}

/// A hole of four bytes in code: filled with the distance from `end` to the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fixup {
    /// Offset of the hole in the procedure's code, in bytes.
    pub at: u32,
    /// Offset of the end of the instruction.
    pub end: u32,
    /// What it leads to.
    pub target: FixupTarget,
}

/// What a hole leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FixupTarget {
    /// A procedure header, by index.
    Procedure(ProcedureId),
    /// A constant (its tag added), by index.
    Constant(ConstantId),
    /// The cell of a symbol, by index into `symbols`.
    SymbolCell(NameId),
    /// A cell, by index into `cells`.
    Cell(CellId),
    /// A frame map, by index.
    FrameMap(FrameMapId),
}

/// The code from `offset` on comes from this line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineRow {
    /// Bytes from the start of the procedure's bytecode.
    pub offset: u32,
    /// Index into `files`.
    pub file: u16,
    /// From 1; 0 in the procedures of a record type.
    pub line: u32,
    /// From 1; 0 without a line.
    pub column: u32,
    /// What errors of this code name.
    pub written: WrittenName,
    /// Whose frame would show the code, if nothing were inlined.
    pub activation: ActivationId,
    /// Whether that frame is gone while a call in this code runs.
    pub call: CallPosition,
}

impl LineRow {
    /// The row of the code from `offset` on, which was written at `place`.
    pub fn new(offset: u32, place: SourcePlace) -> Self {
        Self {
            offset,
            file: place.file,
            line: place.line,
            column: place.column,
            written: place.written,
            activation: place.activation,
            call: place.call,
        }
    }

    /// The line, and what errors name.
    pub fn line_and_name(&self) -> LineAndName {
        LineAndName {
            line: self.line,
            written: self.written,
        }
    }
}
