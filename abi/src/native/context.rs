//! Words of the mutator that native code knows, as byte offsets from the pinned register.

use super::ARGUMENT_WORDS;
use super::stub::Stub;

/// Where the next object goes.
pub const ALLOCATION_CURSOR: i32 = 0;
/// One past the last byte that may be allocated without [`Stub::Allocate`].
pub const ALLOCATION_LIMIT: i32 = 8;
/// Address of the word that polls compare with: the slow path is due when the stack pointer is below.
pub const POLL_LIMIT_ADDRESS: i32 = 16;
/// Start of the addresses of young objects.
pub const NURSERY_START: i32 = 24;
/// How many bytes from there on are young.
pub const NURSERY_BYTES: i32 = 32;
/// Address of the arena's table of kinds, one byte for 64 KiB, biased so that the byte of address
/// `a` is at `table + (a >> 16)`.
pub const KIND_TABLE: i32 = 40;

/// How many arguments a call through a stub has, or how many values are returned.
pub const ARGUMENT_COUNT: i32 = 48;
/// [`Stub::CallCode`]: the address of the procedure header.
pub const CALLEE: i32 = 56;
/// [`Stub::Allocate`]: bytes in; the address of the memory out. The first of [`OPERANDS`].
pub const OPERAND: i32 = OPERANDS;
/// What primitives and runtime operations are given: [`OPERAND_WORDS`] words.
pub const OPERANDS: i32 = 64;
/// Words in [`OPERANDS`].
pub const OPERAND_WORDS: usize = 3;
/// The virtual machine's own: the system stack pointer while native code runs.
pub const SYSTEM_STACK: i32 = 88;
/// The virtual machine's own: the stack pointer of native code while it does not run.
pub const SCHEME_STACK: i32 = 96;
/// The virtual machine's own: the frame that an underflow has restored.
pub const FRAME_BASE: i32 = 104;
/// The list of entered `dynamic-wind`s: a root.
pub const WINDERS: i32 = 112;
/// The stack of exception handlers: a root.
pub const HANDLERS: i32 = 120;
/// The bindings of parameters: a root.
pub const PARAMETERS: i32 = 128;
/// The serial number of the base that runs, a fixnum: that of the continuations which can be resumed.
pub const BASE_SERIAL: i32 = 136;
/// Addresses of the stubs, in the order of [`Stub::ALL`].
pub const STUBS: i32 = 144;
/// Room for so many stubs.
pub const STUB_WORDS: usize = 30;
/// [`Stub::TailCall`], [`Stub::Apply`]: the end of an instruction of the tail call, whose frame is gone.
pub const CALL_SITE: i32 = STUBS + 8 * STUB_WORDS as i32;
/// Address of the area of arguments and values beyond [`ARGUMENTS`].
pub const WIDE_ARGUMENTS: i32 = CALL_SITE + 8;
/// Arguments and values that have no register.
pub const ARGUMENTS: i32 = WIDE_ARGUMENTS + 8;
/// Bytes of all these words.
pub const CONTEXT_BYTES: usize = ARGUMENTS as usize + 8 * ARGUMENT_WORDS;

/// The word with the address of `stub`.
pub const fn stub_word(stub: Stub) -> i32 {
    STUBS + 8 * stub as i32
}

/// Where an argument or a value is that has no register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArgumentPlace {
    /// At so many bytes from the mutator.
    Context(i32),
    /// At so many bytes from the address in [`WIDE_ARGUMENTS`].
    Wide(i32),
}

/// The place of argument `index`, counted from 1 (0: the closure, or the first of many values).
pub const fn argument_place(index: usize) -> ArgumentPlace {
    let offset = 8 * index as i32;
    if index < ARGUMENT_WORDS {
        ArgumentPlace::Context(ARGUMENTS + offset)
    } else {
        ArgumentPlace::Wide(offset)
    }
}

const _: () = assert!(Stub::ALL.len() <= STUB_WORDS);
