//! SSA: procedures as blocks with parameters; values typed by their representation.
//!
//! A unit has procedures. A procedure has blocks. The first block is the entry, and its parameters
//! are the closure (if the procedure has free variables) and the arguments. Each block is a list of
//! instructions and a terminator. An instruction defines at most one value. A value is defined
//! once, and its definition dominates its uses.
//!
//! # Raw arguments and results
//!
//! A procedure that is reached by known calls alone may take parameters and give its result raw.
//! The representation of an argument is the representation of the callee's entry parameter. The
//! representation of a known call's value is the callee's [`Procedure::result`]. Raw words stand
//! where tagged ones would: in the slots of the arguments, and in the slot that takes the result.
//!
//! So no code may get hold of the closure of such a procedure, because a call of a closure gives
//! and takes tagged words. Every way out of a procedure with a raw result gives a word of that
//! representation: it returns one value, or it tail-calls a known procedure with the same
//! representation of its result. Anything else that could put a tagged value in the result's place
//! keeps the result tagged. Capturing the procedure's continuation is the first example.

use std::rc::Rc;

use abi::primitive::Primitive;
use abi::properties::ProcedureProperties;
use abi::type_test::TypeTest;

use super::Tables;
use crate::core::ir::{GlobalId, LiteralId, SourcePlace};
use crate::id::{IdVec, define_ids};
use crate::rewrites::Rewrites;

define_ids! {
    /// An index into [`Unit::procedures`].
    pub ProcedureId;

    /// An index into [`Procedure::blocks`].
    pub BlockId;

    /// An index into [`Procedure::values`].
    pub ValueId;

    /// A cell of the image that holds a top-level variable: an index into [`Unit::cells`].
    pub CellId;
}

/// An instruction, by its block and its index there; the terminator is behind the last. Also the place in front of it.
pub type InstructionPlace = (BlockId, usize);

impl ProcedureId {
    /// What a unit runs first.
    pub const ENTRY: Self = Self(0);
}

impl BlockId {
    /// Where a procedure starts.
    pub const ENTRY: Self = Self(0);
}

/// A compilation unit.
#[derive(Clone, Debug, Default)]
pub struct Unit {
    /// All procedures; the first is the entry.
    pub procedures: IdVec<ProcedureId, Procedure>,
    /// Names of the top-level variables that live in cells.
    pub cells: IdVec<CellId, Rc<str>>,
    /// What the program's literals, globals and files were.
    pub tables: Tables,
    /// Counts what passes do.
    pub rewrites: Rewrites,
    /// Whether the code checks what analyses claim.
    pub checks_facts: bool,
    /// Whether each turn of a loop polls at its end, also a turn that has called what polls: native code that is linked
    /// later goes on there.
    pub polls_each_turn: bool,
}

/// How a value is represented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Repr {
    /// A tagged word.
    Tagged,
    /// A signed 64-bit integer.
    I64,
    /// An unsigned 64-bit integer.
    U64,
    /// A double.
    F64,
    /// A condition, consumed by a branch only.
    Bool,
}

impl Repr {
    /// Whether a slot of it is raw.
    pub const fn is_raw(self) -> bool {
        !matches!(self, Self::Tagged)
    }
}

/// A procedure.
#[derive(Clone, Debug)]
pub struct Procedure {
    /// For people; empty if it has none.
    pub name: Rc<str>,
    /// Parameters that must be given.
    pub required: u16,
    /// Parameters that may be given.
    pub optional: u8,
    /// Whether there is a rest parameter.
    pub rest: bool,
    /// Names of all parameters.
    pub parameter_names: Vec<Rc<str>>,
    /// What the text says of it beside that, if anything. No pass looks at this, and no text of the IR has it.
    pub properties: Option<Rc<ProcedureProperties>>,
    /// How the one value that it returns is represented: raw only if known calls alone lead here. Its
    /// parameters are represented as the values of the entry's block are.
    pub result: Repr,
    /// Number of free variables; with none, slot 0 is not used.
    pub free: u16,
    /// All blocks; the first is the entry.
    pub blocks: IdVec<BlockId, Block>,
    /// All values.
    pub values: IdVec<ValueId, Value>,
    /// Where it was written.
    pub place: SourcePlace,
}

impl Procedure {
    /// The entry's parameters but for the closure.
    ///
    /// # Panics
    ///
    /// If it has no blocks.
    pub fn parameters(&self) -> &[ValueId] {
        &self.blocks[BlockId::ENTRY].parameters[usize::from(self.free > 0)..]
    }
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// How it is represented.
    pub repr: Repr,
    /// The source variable it stands for, if any.
    pub name: Option<Rc<str>>,
}

/// A block.
#[derive(Clone, Debug)]
pub struct Block {
    /// Values that jumps to the block give. The entry's: the closure (where `free > 0`), then the parameters.
    pub parameters: Vec<ValueId>,
    /// In order.
    pub instructions: Vec<Instruction>,
    /// How it ends.
    pub terminator: Terminator,
    /// Where the terminator was written.
    pub place: SourcePlace,
}

/// An instruction.
#[derive(Clone, Debug)]
pub struct Instruction {
    /// What it computes.
    pub operation: Operation,
    /// What it defines, if anything is defined.
    pub result: Option<ValueId>,
    /// Where it was written.
    pub place: SourcePlace,
}

/// What an instruction computes.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    /// A literal.
    Literal(LiteralId),
    /// A tagged immediate word.
    Word(u64),
    /// A raw word (i64, u64 or the bits of a double).
    Raw(u64),
    /// The value of a global variable.
    GlobalRef(GlobalId),
    /// Assignment to a global variable.
    GlobalSet(GlobalId, ValueId),
    /// Definition of a global variable.
    GlobalDefine(GlobalId, ValueId),
    /// A top-level variable in a cell.
    CellRef(CellId),
    /// Initialisation of or assignment to a top-level variable in a cell.
    CellSet(CellId, ValueId),
    /// Raises unless the value is initialised; the name is the variable's.
    CheckInitialized(ValueId, Rc<str>),
    /// A primitive on tagged values (including `Inline` ones); result tagged.
    Primitive(Primitive, Vec<ValueId>),
    /// `a + constant` on a tagged number.
    AddSmall(ValueId, i16),
    /// A closure that needs no environment: a constant of the image.
    StaticClosure(ProcedureId),
    /// A fresh closure; its free variables follow as `ClosureInit` before the next safepoint.
    MakeClosure(ProcedureId, u16),
    /// Initialise free variable `.1` of closure `.0`.
    ClosureInit(ValueId, u16, ValueId),
    /// Free variable of the procedure's own closure (the first parameter of the entry).
    ClosureRef(ValueId, u16),
    /// A call, for one value.
    Call(ValueId, Vec<ValueId>),
    /// A call of a known procedure; the closure only where it has free variables. Arguments and result are
    /// represented as the callee says.
    CallKnown(ProcedureId, Option<ValueId>, Vec<ValueId>),
    /// A call of a host primitive.
    CallHost(Primitive, Vec<ValueId>),
    /// Representation changes and raw arithmetic.
    Raw1(RawUnary, ValueId),
    /// Raw arithmetic.
    Raw2(RawBinary, ValueId, ValueId),
    /// A safepoint.
    Poll,
}

/// Raw operations with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "named after the instruction each becomes")]
pub enum RawUnary {
    F64Negate,
    F64Sqrt,
    F64Abs,
    UnboxF64,
    RealToF64,
    BoxF64,
    I64ToF64,
    UnboxI64,
    BoxI64,
    UnboxU64,
    BoxU64,
}

/// Raw operations with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "named after the instruction each becomes")]
pub enum RawBinary {
    F64Add,
    F64Subtract,
    F64Multiply,
    F64Divide,
    WordAdd,
    WordSubtract,
    WordMultiply,
    WordAnd,
    WordOr,
    WordXor,
    WordShiftLeft,
    WordShiftRight,
    WordShiftRightSigned,
}

/// A jump to a block with arguments for its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Where to.
    pub block: BlockId,
    /// One value a parameter, of the same representation.
    pub arguments: Vec<ValueId>,
}

/// What a branch tests.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// Not `#f`.
    True(ValueId),
    /// A type test.
    Type(TypeTest, ValueId),
    /// The same word.
    Eq(ValueId, ValueId),
    /// The same word as an immediate (its sign-extended low half).
    EqWord(ValueId, i32),
    /// A comparison of tagged numbers.
    Compare(Comparison, ValueId, ValueId),
    /// A comparison of a tagged number with a small integer.
    CompareSmall(Comparison, ValueId, i16),
    /// A comparison of doubles.
    CompareF64(Comparison, ValueId, ValueId),
    /// A comparison of signed words.
    CompareI64(Comparison, ValueId, ValueId),
    /// A comparison of unsigned words.
    CompareU64(Comparison, ValueId, ValueId),
}

/// What became of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    Holds,
    /// It does not hold.
    Fails,
}

impl Truth {
    /// Of a condition of which is known whether it `holds`.
    pub fn of(holds: bool) -> Self {
        if holds { Self::Holds } else { Self::Fails }
    }

    /// The other one.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Holds => Self::Fails,
            Self::Fails => Self::Holds,
        }
    }
}

/// Relations. (With not-a-number, `Less` and the negation of `GreaterEqual` differ.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "self-explanatory")]
pub enum Comparison {
    Equal,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

/// How a block ends.
#[derive(Clone, Debug, PartialEq)]
pub enum Terminator {
    /// Only while a block is being built.
    None,
    /// Unconditional jump. To a loop header: a back edge carries a poll.
    Jump(Target),
    /// Two-way branch: if the condition holds to the first, else to the second.
    Branch(Condition, Target, Target),
    /// Many-way branch. Never raises.
    Switch(Switch),
    /// Return one value, represented as the procedure's result.
    Return(ValueId),
    /// Return any number of values.
    ReturnValues(Vec<ValueId>),
    /// Tail call.
    TailCall(ValueId, Vec<ValueId>),
    /// Tail call of a known procedure, whose result is represented as this one's.
    TailCallKnown(ProcedureId, Option<ValueId>, Vec<ValueId>),
    /// Tail call with a list of further arguments: closure, list.
    TailApply(ValueId, ValueId),
    /// Abandon the stack for a continuation: continuation, list of values.
    Reinstate(ValueId, ValueId),
    /// The same with one value.
    ReinstateValue(ValueId, ValueId),
    /// A call for any number of values, all tagged; the block's parameters are `required` values and, if
    /// `rest`, a list.
    CallReceive {
        /// What is called.
        callee: Callee,
        /// Operands.
        arguments: Vec<ValueId>,
        /// How many values the target's parameters take one by one.
        required: u16,
        /// Whether the target's last parameter takes a list of the rest.
        rest: bool,
        /// The block that goes on; it has no other predecessor.
        block: BlockId,
        /// The place of the form that takes the values: errors of their number have it.
        received_at: SourcePlace,
    },
}

/// A many-way branch: to the case whose key the value has, else to the default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switch {
    /// What the cases are told apart by.
    pub key: SwitchKey,
    /// A tagged value, of any type.
    pub value: ValueId,
    /// Keys in ascending order, each once, with where they lead. Never empty.
    pub cases: Vec<(i32, Target)>,
    /// Where values without a key lead, and those with any other.
    pub default: Target,
}

/// What a switch takes from its value to compare it with the keys of its cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SwitchKey {
    /// The word. A case is an immediate: its word is the sign-extended key.
    Word,
    /// `hash >> shift` modulo `2^bits` ([`abi::text_hash`]) of a symbol; other values have no key.
    /// A case has to compare the symbol: others may have the same key.
    SymbolHash {
        /// How many low bits are left out.
        shift: u8,
        /// How many bits are looked at: at most [`SwitchKey::BITS_MAX`].
        bits: u8,
    },
    /// The length of a string in characters; other values have no key.
    StringLength,
}

impl SwitchKey {
    /// The most bits of a hash that are looked at: tables are not larger.
    pub const BITS_MAX: u8 = 12;
}

/// What a receiving call calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Callee {
    /// A closure.
    Value(ValueId),
    /// A known procedure and its closure where it has free variables.
    Known(ProcedureId, Option<ValueId>),
}
