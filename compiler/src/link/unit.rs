//! The output of code generation, for the linker: code with holes, data, and information for tools.

use std::rc::Rc;

use abi::written_name::WrittenName;

use super::native_code::NativeCode;
use crate::id::{IdVec, define_ids};
use crate::ssa::ir::{CellId, ProcedureId};

define_ids! {
    /// A literal of an image: an index into [`LinkUnit::constants`].
    pub ConstantId;

    /// A symbol that an image names: an index into [`LinkUnit::symbols`].
    pub NameId;

    /// An index into [`LinkUnit::frame_maps`].
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

/// Everything that becomes one image. The order of all vectors reaches the output.
#[derive(Clone, Debug, Default)]
pub struct LinkUnit {
    /// Procedures in the order in which they are laid out; the first is the entry.
    pub procedures: IdVec<ProcedureId, ProcedureCode>,
    /// Encoded frame maps, each once.
    pub frame_maps: IdVec<FrameMapId, Vec<u8>>,
    /// Literals and static closures.
    pub constants: IdVec<ConstantId, Constant>,
    /// Interned symbols by name; the first cells are theirs, in this order.
    pub symbols: IdVec<NameId, Rc<str>>,
    /// Cells after the symbols: what each holds at first, never a symbol.
    pub cells: IdVec<CellId, ConstantWord>,
    /// Source files by number.
    pub files: Vec<Rc<str>>,
    /// Contents of `.cozen.interface`, if there is any.
    pub interface: Option<String>,
}

/// A procedure's code.
#[derive(Clone, Debug, Default)]
pub struct ProcedureCode {
    /// For `.symtab` and backtraces; empty if there is none.
    pub name: Rc<str>,
    /// Names of the parameters, the rest parameter last.
    pub parameters: Vec<Rc<str>>,
    /// Of each parameter whether it is raw; none is where closures of the procedure are made.
    pub raw_parameters: Vec<bool>,
    /// Whether it returns a raw word.
    pub returns_raw: bool,
    /// The header; `entry_map`, `native_entry` and `code_bytes` are filled in by the linker.
    pub header: abi::procedure::ProcedureHeader,
    /// Index of the frame map of the entry safepoint.
    pub entry_map: FrameMapId,
    /// Bytecode with zeros where fixups go.
    pub code: Vec<u8>,
    /// Holes, ascending by `at`.
    pub fixups: Vec<Fixup>,
    /// Line table rows, ascending by `offset`. The first one is also the place of the definition,
    /// and stands for the header.
    pub lines: Vec<LineRow>,
    /// Machine code for the same procedure, if there is any.
    pub native: Option<NativeCode>,
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
    /// From 1.
    pub line: u32,
    /// From 1.
    pub column: u32,
    /// What errors of this code name.
    pub written: WrittenName,
}

/// A word in a constant or a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConstantWord {
    /// An immediate, fixnum or flonum.
    Word(u64),
    /// A reference to a constant, by index.
    Constant(ConstantId),
    /// An interned symbol, by index.
    Symbol(NameId),
}

/// A literal object. Objects without pointers go to the read-only segment, the others to the
/// constants.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    /// A pair.
    Pair(ConstantWord, ConstantWord),
    /// A string literal.
    String(Rc<str>),
    /// A vector literal.
    Vector(Vec<ConstantWord>),
    /// A bytevector literal.
    Bytevector(Vec<u8>),
    /// A double that cannot be self-tagged.
    Flonum(f64),
    /// A bignum: sign and magnitude, least significant limb first, no leading zeros.
    Bignum {
        /// Below zero.
        negative: bool,
        /// The magnitude.
        limbs: Vec<u64>,
    },
    /// A ratnum.
    Ratnum(ConstantWord, ConstantWord),
    /// A compnum.
    Compnum(ConstantWord, ConstantWord),
    /// The closure of a procedure without free variables, by index.
    Closure(ProcedureId),
}
