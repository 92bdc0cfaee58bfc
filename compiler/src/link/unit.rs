//! The output of code generation, for the linker: code with holes, data, and information for tools.

use std::rc::Rc;

use abi::properties::ProcedureProperties;

pub use super::fixup::{ConstantId, Fixup, FixupTarget, FrameMapId, LineRow, NameId};
use super::native_code::{NativeCode, NativeFunction};
use crate::core::activation::Activations;
use crate::core::ir::SourcePlace;
use crate::id::IdVec;
use crate::image_options::{Frames, Purpose};
use crate::ssa::ir::{CellId, ProcedureId};

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
    /// The activations that line table rows refer to.
    pub activations: Activations,
    /// Which frames backtraces show.
    pub frames: Frames,
    /// Contents of `.cozen.interface`, if there is any.
    pub interface: Option<Vec<u8>>,
    /// Other sections for tools and compilers.
    pub records: Vec<(&'static str, Vec<u8>)>,
    /// What the image is made for.
    pub purpose: Purpose,
    /// What is laid out of a library ([`Purpose::Library`]).
    pub library: Option<LibraryObjects>,
}

/// The objects that a library brings along, so that loading makes none.
#[derive(Clone, Debug, Default)]
pub struct LibraryObjects {
    /// The name of each symbol: a string.
    pub names: IdVec<NameId, ConstantId>,
    /// The global variables.
    pub locations: Vec<StaticLocation>,
}

/// A global variable that lies in the image.
#[derive(Clone, Copy, Debug)]
pub struct StaticLocation {
    /// The cell that holds it, if code uses it.
    pub cell: Option<CellId>,
    /// The symbol that names it.
    pub name: NameId,
    /// Its value before the entry runs.
    pub value: ConstantWord,
}

impl LinkUnit {
    /// The functions of native code, in the order in which they are laid out.
    pub(super) fn native_functions(&self) -> impl Iterator<Item = &NativeFunction> {
        self.procedures
            .iter()
            .filter_map(|procedure| procedure.native.as_ref())
            .flat_map(|native| &native.functions)
    }

    /// How many return points native code has.
    pub(super) fn native_return_count(&self) -> usize {
        self.native_functions()
            .map(|function| function.returns.len())
            .sum()
    }
}

/// A procedure's code.
#[derive(Clone, Debug, Default)]
pub struct ProcedureCode {
    /// For `.symtab` and backtraces; empty if there is none.
    pub name: Rc<str>,
    /// Where it was written.
    pub place: SourcePlace,
    /// Names of the parameters, the rest parameter last.
    pub parameters: Vec<Rc<str>>,
    /// What the text says of it beside that, if anything.
    pub properties: Option<Rc<ProcedureProperties>>,
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
    /// Line table rows, ascending by `offset`. The first one stands for the header, too.
    pub lines: Vec<LineRow>,
    /// Machine code for the same procedure, if there is any.
    pub native: Option<NativeCode>,
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
