//! How much memory a compilation may take: the compiler counts what it makes, and ends when too little is left.
//!
//! Who makes something that grows with the program takes its price from the account of the thread ([`take`]). What a
//! phase drops stays counted, so a compilation may need more than it has at one time. Without an account there is no
//! limit. The end unwinds as [`crate::checkpoint`] says, with [`Stop::Full`].
//!
//! The prices are about how many bytes a piece takes in its own phase, with the tables beside it and the room that
//! growing tables leave unused.

use std::cell::Cell;

use syntax::Stop;

use crate::unwind::end;

/// A byte of a text that is to be read, with the data in it.
pub(crate) const TEXT_BYTE_BYTES: usize = 4;

/// A datum that was read, before it becomes syntax.
pub const DATUM_BYTES: usize = 64;

/// A piece of syntax.
pub(crate) const SYNTAX_BYTES: usize = 72;

/// What the expander notes of a form until it is expanded.
pub(crate) const VISIT_BYTES: usize = 48;

/// A name that an import set provides, with its meaning.
pub(crate) const IMPORT_BYTES: usize = 64;

/// A piece of a literal, from its copy for the program to its place in the image.
pub(crate) const LITERAL_BYTES: usize = 96;

/// So many copies of a long text or number come to be on its way into the image.
pub(crate) const COPIES: usize = 4;

/// A part of the pattern or the template of a macro.
pub(crate) const RULE_PART_BYTES: usize = 128;

/// An expression.
pub(crate) const EXPRESSION_BYTES: usize = 128;

/// An instruction in SSA form, with what analyses know of it.
pub(crate) const INSTRUCTION_BYTES: usize = 320;

/// A byte of the bytecode, with the rows of its tables.
pub(crate) const CODE_BYTE_BYTES: usize = 8;

/// What a frame map takes besides its bytes.
pub(crate) const FRAME_MAP_BYTES: usize = 96;

/// A byte of an image, with the sections that it is made of.
pub(crate) const IMAGE_BYTE_BYTES: usize = 3;

/// An instruction of Cranelift's, with what Cranelift makes of it.
pub const NATIVE_INSTRUCTION_BYTES: usize = 176;

thread_local! {
    /// How many bytes the compilation of the thread may still take.
    static LEFT_BYTES: Cell<usize> = const { Cell::new(usize::MAX) };
}

/// The account of a compilation.
#[derive(Debug)]
pub struct Memory {
    left_bytes: usize,
}

impl Memory {
    /// An account of so many bytes; `usize::MAX` is no limit.
    pub const fn new(bytes: usize) -> Self {
        Self { left_bytes: bytes }
    }

    /// How many bytes are left.
    pub const fn left_bytes(&self) -> usize {
        self.left_bytes
    }
}

/// While this lives, the thread's compilation takes from an account.
#[derive(Debug)]
pub(crate) struct Spending<'memory> {
    memory: &'memory mut Memory,
    outer_bytes: usize,
}

impl<'memory> Spending<'memory> {
    pub(crate) fn from(memory: &'memory mut Memory) -> Self {
        let outer_bytes = LEFT_BYTES.replace(memory.left_bytes);
        Self {
            memory,
            outer_bytes,
        }
    }
}

impl Drop for Spending<'_> {
    fn drop(&mut self) {
        self.memory.left_bytes = LEFT_BYTES.replace(self.outer_bytes);
    }
}

/// Takes so many bytes from the thread's account, and does not return if there are fewer.
#[inline]
pub fn take(bytes: usize) {
    match LEFT_BYTES.get().checked_sub(bytes) {
        Some(left_bytes) => LEFT_BYTES.set(left_bytes),
        None => end(Stop::Full { bytes }),
    }
}

/// Takes the price of so many pieces.
#[inline]
pub fn take_all(count: usize, price_bytes: usize) {
    take(count.saturating_mul(price_bytes));
}
