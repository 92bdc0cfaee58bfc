//! Why an image is refused: a variant for each check.

use loader::LoadError;
use thiserror::Error;

/// An image that is not run: the first check that failed. Addresses are virtual: bytes from the start of the image.
#[derive(Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifyError {
    /// A check of the loader failed.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The image brings symbols of its own, as only the library does.
    #[error(
        "the image brings symbols of its own ({bytes} bytes at {start:#x}), as only the library does"
    )]
    OwnSymbols {
        /// Where their table starts.
        start: u32,
        /// Its size.
        bytes: u32,
    },
    /// The headers of procedures do not follow one another to the end of the bytecode.
    #[error("no procedure header at {address:#x}, where the bytecode goes on until {end:#x}")]
    NoProcedure {
        /// Where a header should be.
        address: u32,
        /// Where the bytecode ends.
        end: u32,
    },
    /// A procedure header says what cannot be.
    #[error("the procedure at {procedure:#x}: {problem}")]
    Header {
        /// The procedure.
        procedure: u32,
        /// What is wrong.
        problem: HeaderProblem,
    },
    /// An instruction may do what the machine does not expect.
    #[error("the procedure at {procedure:#x}, {instruction} at offset {offset}: {problem}")]
    Code {
        /// The procedure.
        procedure: u32,
        /// Offset of the instruction in its bytecode, in bytes.
        offset: u32,
        /// The instruction's mnemonic.
        instruction: &'static str,
        /// What is wrong.
        problem: CodeProblem,
    },
    /// A word of the data is not what the collector and the machine expect.
    #[error("the data at {address:#x}: {problem}")]
    Data {
        /// The word, or the object.
        address: u32,
        /// What is wrong.
        problem: DataProblem,
    },
}

/// What is wrong with a procedure header.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeaderProblem {
    /// Flags that no procedure has.
    #[error("flags {flags:#x}")]
    Flags {
        /// All of them.
        flags: u8,
    },
    /// The frame has no room for closure and parameters, or its size is no number of slots.
    #[error("a frame of {frame_bytes} bytes for {parameters} parameters")]
    FrameSize {
        /// The frame's size.
        frame_bytes: u32,
        /// How many parameters there are.
        parameters: u32,
    },
    /// There is no frame map where the entry map should be.
    #[error("no frame map at {address:#x}")]
    EntryMap {
        /// Where it should be.
        address: i64,
    },
    /// The entry map calls a slot live or raw that no caller fills.
    #[error("the entry map calls slot {slot} used, but there are {parameters} parameters")]
    EntryMapSlot {
        /// The slot.
        slot: u32,
        /// How many parameters there are.
        parameters: u32,
    },
    /// The entry of the image takes or gives raw words.
    #[error("the entry of the image takes or gives raw words")]
    EntryRaw,
}

/// What is wrong with an instruction.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum CodeProblem {
    /// No instruction has this opcode.
    #[error("no instruction has opcode {opcode:#04x}")]
    Opcode {
        /// The byte.
        opcode: u8,
    },
    /// The operands reach past the end of the procedure.
    #[error("its operands reach past the end of the procedure")]
    Truncated,
    /// An instruction that only the machine's own code has.
    #[error("only the machine's own code has it")]
    MachineOnly,
    /// `enter_native` anywhere but at the start of a procedure that has native code.
    #[error("it does not stand at the start of a procedure with native code")]
    EnterNative,
    /// Code goes on behind the last instruction.
    #[error("the procedure ends behind it, and code would go on")]
    FallsOut,
    /// A branch leads to where no instruction of the procedure starts.
    #[error("it leads to offset {target}, where no instruction starts")]
    BranchTarget {
        /// The offset.
        target: i64,
    },
    /// A switch is not followed by its table.
    #[error("{found} of the {expected} instructions of its table follow")]
    Table {
        /// How many are there.
        found: u32,
        /// How many should be.
        expected: u32,
    },
    /// A switch takes bits that a hash has not.
    #[error("it takes {bits} bits from bit {shift} of a hash")]
    SwitchBits {
        /// How many.
        bits: i16,
        /// From where.
        shift: i16,
    },
    /// A slot that the frame has not.
    #[error("slot {slot}, but the frame has {slots}")]
    Slot {
        /// The slot.
        slot: u32,
        /// How many there are.
        slots: u32,
    },
    /// A slot is read as a value that may hold something else.
    #[error("slot {slot} is read, but may hold no value")]
    NotTagged {
        /// The slot.
        slot: u32,
    },
    /// A slot is read that may not have been written.
    #[error("slot {slot} is read, but may not have been written")]
    NotWritten {
        /// The slot.
        slot: u32,
    },
    /// There is no frame map where the operand leads.
    #[error("no frame map at {address:#x}")]
    NoMap {
        /// The address.
        address: i64,
    },
    /// A frame map has more slots than the frame.
    #[error("its frame map has {map_slots} slots, the frame has {slots}")]
    MapSlots {
        /// Slots of the map.
        map_slots: u16,
        /// Slots that it may have.
        slots: u32,
    },
    /// A frame map calls a slot live that may hold no value.
    #[error("its frame map calls slot {slot} live, which may hold no value")]
    MapLive {
        /// The slot.
        slot: u32,
    },
    /// A frame map calls a slot raw that may not have been written.
    #[error("its frame map calls slot {slot} raw, which may not have been written")]
    MapRaw {
        /// The slot.
        slot: u32,
    },
    /// A call where no callee's frame may start.
    #[error("the callee's frame starts at word {words}, but the frame has {slots} slots")]
    FrameWords {
        /// Words of the caller's frame.
        words: u16,
        /// Slots of the procedure.
        slots: u32,
    },
    /// A known call, or a closure, leads to where no procedure header is.
    #[error("no procedure at {address:#x}")]
    NoProcedure {
        /// The address.
        address: i64,
    },
    /// A closure is made of a procedure that takes or gives raw words.
    #[error("a closure of the procedure at {address:#x}, which takes or gives raw words")]
    ClosureOfRaw {
        /// The procedure.
        address: u32,
    },
    /// A tail call of a procedure with a raw result, where a value is expected, or the other way round.
    #[error("it returns a raw word where a value is expected, or the other way round")]
    ResultKind,
    /// There is no object with that tag.
    #[error("no object at {address:#x}, tag included")]
    Constant {
        /// The address with the tag.
        address: i64,
    },
    /// There is no cell.
    #[error("no cell at {address:#x}")]
    Cell {
        /// The address.
        address: i64,
    },
    /// An immediate that is no value.
    #[error("{word:#x} is no value")]
    Word {
        /// The word.
        word: u64,
    },
    /// A primitive that the instruction does not call, or not with so many arguments.
    #[error("primitive {number} with {count} arguments")]
    Primitive {
        /// Its number.
        number: u16,
        /// How many arguments it is given.
        count: u16,
    },
    /// A type test that there is not.
    #[error("type test {number}")]
    TypeTest {
        /// Its number.
        number: u8,
    },
    /// A flag that is neither zero nor one.
    #[error("flag {flag}")]
    Flag {
        /// It.
        flag: u8,
    },
    /// A closure is initialised that was not made since the last safepoint.
    #[error("the closure in slot {slot} was not made since the last safepoint")]
    NotFresh {
        /// The slot.
        slot: u32,
    },
    /// A way back without a poll.
    #[error("it leads back to offset {target}, and no poll lies between")]
    NoPoll {
        /// Where the turn starts.
        target: u32,
    },
    /// Allocation after a call without a poll between.
    #[error("it allocates after a call returned, and no poll lies between")]
    AllocatesUnpolled,
    /// Too much is allocated between two polls.
    #[error("{bytes} bytes are allocated since the last poll")]
    AllocatesMuch {
        /// How many.
        bytes: u32,
    },
    /// What slots hold does not settle, or takes too much memory to find out.
    #[error("what the slots hold cannot be found out: {what}")]
    Flow {
        /// What is too much.
        what: &'static str,
    },
}

/// What is wrong with data.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum DataProblem {
    /// A header of a kind that constants have not.
    #[error("kind {kind} is none of constants")]
    Kind {
        /// The number of the kind.
        kind: u8,
    },
    /// A header with wrong flags: constants are literals.
    #[error("the header {header:#x} has flags that its kind has not")]
    Flags {
        /// The header.
        header: u64,
    },
    /// An object has a size that its kind has not, or reaches past the end.
    #[error("an object with the header {header:#x} takes {bytes} bytes, {left_bytes} are left")]
    Size {
        /// The header.
        header: u64,
        /// What it takes.
        bytes: u64,
        /// Up to the end of the data.
        left_bytes: u64,
    },
    /// A word that should be a value, and is none.
    #[error("{word:#x} is no value")]
    Word {
        /// The word.
        word: u64,
    },
    /// A pointer to where no object with that tag starts.
    #[error("a pointer to {target:#x}, where no such object is")]
    Pointer {
        /// Where it leads, tag included.
        target: u64,
    },
    /// A relocation of a word that holds no pointer.
    #[error("the word is relocated, but no pointer may be there")]
    Relocation,
    /// A symbol where none may be.
    #[error("the word becomes a symbol, but none may be there")]
    Symbol,
    /// The code address of a closure leads to no procedure that takes and gives values.
    #[error("a closure of {target:#x}, where no procedure is that takes and gives values")]
    Code {
        /// Where it leads.
        target: u64,
    },
    /// A string whose parts do not agree.
    #[error(
        "a string of {length} characters, whose units are an object with the header {header:#x}"
    )]
    String {
        /// The word of its length.
        length: u64,
        /// The header of its units.
        header: u64,
    },
    /// A character that is none.
    #[error("{unit:#x} is no character")]
    Character {
        /// The unit.
        unit: u32,
    },
    /// A number that has a shorter form.
    #[error("a {what} that has another form")]
    Number {
        /// What it is.
        what: &'static str,
    },
    /// A cell of a symbol that is more than that.
    #[error("the cell of a symbol is relocated")]
    SymbolCell,
}
