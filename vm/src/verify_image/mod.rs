//! The verifier of images from anywhere: proves that bytecode and data break no memory, before they are loaded.
//!
//! ```text
//! bytes ─ ImageView::parse ─► headers ─► data ─► cells ─► code ─► TrustedImage, bytecode only
//!         (the loader)        procedures objects  values  flow
//! ```
//!
//! The interpreter and the collector trust what they run and trace. Each of their assumptions is a line below: what
//! they assume, the check that proves the assumption, and the error of the check. `tests/hostile_bytecode` has a
//! hostile image for each error.
//!
//! # Assumptions about code
//!
//! * A code address leads to a procedure header (`Code`). Checked: headers follow one another to the end of the
//!   bytecode; calls and closures lead to them (`VerifyError::NoProcedure`, `CodeProblem::NoProcedure`,
//!   `DataProblem::Code`).
//! * Headers decode, have known flags, and a frame for all parameters (`enter`). Checked: each header
//!   (`HeaderProblem::Flags`, `FrameSize`).
//! * Code lies in memory with all operands (`Fetch`). Checked: opcodes and lengths, to the end of each procedure
//!   (`Opcode`, `Truncated`, `FallsOut`).
//! * Branches lead to instructions of the procedure (`jumped`). Checked: each offset, against the starts of
//!   instructions (`BranchTarget`).
//! * So many jumps or tests follow a switch (`take_entry`, `switch_search`). Checked: the instructions behind it
//!   (`Table`, `SwitchBits`).
//! * A slot operand lies in the frame, for which the entry has checked the stack (`Machine::set`). Checked: each
//!   slot, against the frame's size (`Slot`).
//! * A `Local` holds a value, a `RawLocal` was written (`Machine::get`, `raw`). Checked: what each slot holds on
//!   every way (`NotTagged`, `NotWritten`).
//! * A constant operand leads to an object with its tag (`Machine::constant`). Checked: the starts of objects
//!   (`Constant`).
//! * A cell operand leads to a cell (`Machine::cell`). Checked: the extent of the cells (`Cell`).
//! * An immediate is a value that programs see; `MANY_VALUES` tells native code of several values. Checked: each
//!   immediate (`Word`).
//! * The callee's frame lies in the frame of the caller, its return word at an even word (`push_return_word`).
//!   Checked: the trailer (`FrameWords`, `Slot`).
//! * Known calls pass what the procedure takes, raw words included (`enter_known`). Checked: the slots, against
//!   the callee's entry map (`NotTagged`, `NotWritten`).
//! * What has raw parameters or a raw result is reached by known calls only. Checked: closures, the image's
//!   entry, tail calls, returns (`ClosureOfRaw`, `EntryRaw`, `ResultKind`, `DataProblem::Code`).
//! * A closure is initialised before anything is collected (`Field::initialize`). Checked: `closure_init` follows
//!   `make_closure` in straight code, without a safepoint between (`NotFresh`).
//! * Allocation never exceeds the nursery between two polls (`Nursery::take`). Checked: the bytes on every way
//!   since the last poll; none between a return and a poll (`AllocatesMuch`, `AllocatesUnpolled`).
//! * Every loop polls, so that interrupts and collections come. Checked: the ways back (`NoPoll`).
//! * Instructions of stubs stand in stubs, `enter_native` at the start of a procedure with native code. Checked:
//!   each opcode (`MachineOnly`, `EnterNative`).
//! * The claims of `--check-facts` are the compiler's. Checked: the primitive is not called (`Primitive`).
//!
//! Numbers of primitives, type tests and flags are checked by the interpreter, too: `Primitive`, `TypeTest`, `Flag`.
//!
//! # Assumptions about frame maps
//!
//! * A map lies where a safepoint says, and is well-formed (`frame_map`). Checked: each map operand and entry map
//!   (`NoMap`, `HeaderProblem::EntryMap`).
//! * A map names slots of the frame; at a call, those in front of the return word. Checked: its number of slots
//!   (`MapSlots`).
//! * A live slot holds a value. Checked: what each slot holds on every way (`MapLive`,
//!   `HeaderProblem::EntryMapSlot`).
//! * A raw slot was written. Checked: the same (`MapRaw`).
//! * What is neither live nor raw is not read again (zeal poisons dead slots). Checked: nothing is known of these
//!   slots behind the safepoint (`NotTagged`, `NotWritten`).
//!
//! # Assumptions about data
//!
//! * Objects follow one another, each of a known kind and size. Checked: headers, from one to the next (`Kind`,
//!   `Size`).
//! * Literals say so: a bytevector that does not is written to. Checked: the flags of headers (`Flags`).
//! * Every word of an object or a cell is a value. Checked: each word that is not relocated
//!   (`DataProblem::Word`).
//! * A pointer leads to the start of an object, and its tag says whether that is a pair. Checked: each relocated
//!   word (`Pointer`).
//! * Pointers are relocated, and nothing else is. Checked: words and relocations, side by side (`Relocation`,
//!   `Word`).
//! * The loader writes symbols where values may be. Checked: the same, for symbols (`Symbol`, `SymbolCell`).
//! * The parts of strings agree, and units are characters. Checked: each string (`String`, `Character`).
//! * Numbers have one form: the sign of a denominator is known, a bignum is no fixnum. Checked: each number
//!   (`Number`).
//! * Symbols that lie in an image are the library's. Checked: no others are accepted (`OwnSymbols`).
//!
//! Code that no way leads to is only checked for what is said of opcodes, lengths and ways back. Nothing runs it.
//!
//! # What it costs
//!
//! Time is linear in the image, times the number of rounds that the loops of a procedure take (two or three for what
//! the compiler writes, 256 at most). Memory is linear in the largest procedure ([`ways`]), and one bit for every 16
//! bytes of code and data ([`marks`]).
//!
//! # What it does not prove
//!
//! That the program is the one that somebody wrote, that it ends, and what it does with files. Names, lines and
//! arities for messages lie in sections that are read with care, and are not verified. Native code is not looked at,
//! and is not used.

mod calls;
mod cells;
mod data;
mod error;
mod execute;
mod flow;
mod fresh;
mod headers;
mod marks;
mod numbers;
mod objects;
mod operands;
mod patched_words;
mod rules;
mod scan;
mod sequences;
mod slots;
mod step;
mod strings;
mod switches;
mod verify;
mod ways;

pub use error::{CodeProblem, DataProblem, HeaderProblem, VerifyError};
pub use verify::verify_image;
