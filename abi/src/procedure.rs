//! Procedures, frames and calls: the agreement between code, walkers and both tiers.
//!
//! # Procedures
//!
//! A procedure in a code segment is a [`ProcedureHeader`] at a multiple of 16 bytes, followed by
//! its bytecode. The address of the header is the procedure's *code address*. A closure's code word
//! holds the code address.
//!
//! # Frames
//!
//! The stack grows down. A frame's *frame pointer* is the address of its return word and is 8
//! modulo
//! 16. Slot `i` is the word at `frame pointer - 8 * (i + 1)`. Slot 0 holds the closure (where the
//!     procedure has free variables), slots 1 and on the arguments, then everything else.
//!
//! ```text
//! higher    ... slots of the caller ...
//!           return word           <- frame pointer of the callee = caller's - 8 * words
//!           slot 0   closure
//!           slot 1   argument 1
//!           slot 2   argument 2
//! lower     ...
//! ```
//!
//! # Calls
//!
//! A call says by `words` (even) where the callee's frame starts. The callee's return word is the
//! caller's slot `words - 1`, and the callee's slot 0 is the caller's slot `words`. So the caller
//! puts closure and arguments into its slots `words`, `words + 1` and on, and keeps its own values
//! in slots below `words - 1`. At that return point, the caller's frame takes `words` words, its
//! return word included.
//!
//! Every instruction that pushes a return word ends with the same trailer. The return word, which
//! is the address of the next instruction, leads to the trailer:
//!
//! ```text
//! return word - 8   dst: u16      slot of the caller that takes the result
//! return word - 6   words: u16    words of the caller's frame, return word included
//! return word - 4   map: i32      from the return word to the frame map
//! ```
//!
//! No frame pointer is saved: the caller's is `frame pointer + 8 * words`. Stubs are trailers with
//! `words` 0 in front of one instruction.
//!
//! A procedure starts with a safepoint. Before the first instruction, the call that enters the
//! procedure compares the callee's lowest possible address with the mutator's limit. The header's
//! entry map describes the frame there: the closure if it is used, and the parameters.

use crate::isa::{Count, IntoReturned, MapOffset, Operand};

/// The name, in tables for errors, of the procedure that stands for an application which is no tail call. It has no
/// place: errors are those of its caller.
pub const APPLY_HELPER: &str = "%apply";

/// The name, in tables for tools, of procedures without a name or a place: those of the top level.
pub const TOP_LEVEL: &str = "(toplevel)";

/// The folder of the files of the library in debug tables and messages.
pub const LIBRARY_FOLDER: &str = "(cozen)/";

/// Alignment of a procedure header in bytes.
pub const PROCEDURE_ALIGN_BYTES: usize = 16;

/// Bytes of an encoded [`ProcedureHeader`]; the first instruction follows.
pub const PROCEDURE_HEADER_BYTES: usize = 32;

/// [`ProcedureHeader::arity_key`] of a procedure that takes optional or rest arguments.
pub const ARITY_KEY_GENERAL: u32 = u32::MAX;

/// Offset of [`ProcedureHeader::arity_key`] in bytes.
pub const ARITY_KEY_OFFSET: usize = 0;
/// Offset of [`ProcedureHeader::required`], `optional` and `flags`, which are one 32-bit word.
pub const ARITY_OFFSET: usize = 4;
/// Offset of [`ProcedureHeader::frame_bytes`].
pub const FRAME_BYTES_OFFSET: usize = 8;
/// Offset of [`ProcedureHeader::entry_map`].
pub const ENTRY_MAP_OFFSET: usize = 12;

/// Offset of [`ProcedureHeader::native_entry`].
pub const NATIVE_ENTRY_OFFSET: usize = 16;
/// Offset of [`ProcedureHeader::native_key`].
pub const NATIVE_KEY_OFFSET: usize = 24;

/// Bytes of a call's trailer.
pub const TRAILER_BYTES: usize = IntoReturned::BYTES + Count::BYTES + MapOffset::BYTES;
/// The trailer's `dst`, in bytes before the return word.
pub const TRAILER_DST_BEFORE: usize = 8;
/// The trailer's `words`, in bytes before the return word.
pub const TRAILER_WORDS_BEFORE: usize = 6;
/// The trailer's `map`, in bytes before the return word.
pub const TRAILER_MAP_BEFORE: usize = 4;

const _: () = assert!(TRAILER_BYTES == TRAILER_DST_BEFORE);

/// Flag: arguments beyond the optional ones are consed into a list.
pub const FLAG_REST: u8 = 1;
/// Flag: what the procedure returns is one raw word. Only calls that know the procedure lead there.
pub const FLAG_RETURNS_RAW: u8 = 2;
/// All flags that there are.
pub const FLAGS: u8 = FLAG_REST | FLAG_RETURNS_RAW;

/// What stands in front of a procedure's bytecode. Little-endian, in this order.
///
/// ```text
/// 0   arity_key: u32
/// 4   required: u16
/// 6   optional: u8
/// 7   flags: u8
/// 8   frame_bytes: u32
/// 12  entry_map: i32
/// 16  native_entry: i32
/// 20  code_bytes: u32
/// 24  native_key: u32
/// 28  reserved: u32 (zero)
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProcedureHeader {
    /// The number of arguments if the procedure takes exactly `required` ones, else
    /// [`ARITY_KEY_GENERAL`].
    pub arity_key: u32,
    /// Arguments that must be given.
    pub required: u16,
    /// Arguments that may be given; `DEFAULT` where they are not.
    pub optional: u8,
    /// [`FLAG_REST`], [`FLAG_RETURNS_RAW`].
    pub flags: u8,
    /// Bytes below the frame pointer that the procedure's slots take at most, outgoing arguments
    /// and return words included.
    pub frame_bytes: u32,
    /// From the header to the frame map of the entry safepoint, in bytes. It covers the slots of
    /// closure and parameters (a rest list is one).
    pub entry_map: i32,
    /// From the header to the general entry of native code for the same procedure (see
    /// [`crate::native`]), in bytes; 0 if there is none.
    pub native_entry: i32,
    /// Bytes of the bytecode after the header.
    pub code_bytes: u32,
    /// One more than the number of arguments with which native code may enter the native entry
    /// directly; 0 if it may not: there is none, or it takes optional or rest arguments.
    pub native_key: u32,
}

impl ProcedureHeader {
    /// Whether extra arguments are consed into a list.
    pub const fn has_rest(&self) -> bool {
        self.flags & FLAG_REST != 0
    }

    /// Whether the result is a raw word.
    pub const fn returns_raw(&self) -> bool {
        self.flags & FLAG_RETURNS_RAW != 0
    }

    /// The header with its arity key set as `required`, `optional` and `flags` say.
    #[must_use]
    pub const fn with_arity_key(mut self) -> Self {
        self.arity_key = if self.optional == 0 && !self.has_rest() {
            self.required as u32
        } else {
            ARITY_KEY_GENERAL
        };
        self
    }

    /// The encoding.
    pub fn encode(&self) -> [u8; PROCEDURE_HEADER_BYTES] {
        let mut bytes = [0; PROCEDURE_HEADER_BYTES];
        bytes[0..4].copy_from_slice(&self.arity_key.to_le_bytes());
        bytes[4..6].copy_from_slice(&self.required.to_le_bytes());
        bytes[6] = self.optional;
        bytes[7] = self.flags;
        bytes[8..12].copy_from_slice(&self.frame_bytes.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.entry_map.to_le_bytes());
        bytes[16..20].copy_from_slice(&self.native_entry.to_le_bytes());
        bytes[20..24].copy_from_slice(&self.code_bytes.to_le_bytes());
        bytes[24..28].copy_from_slice(&self.native_key.to_le_bytes());
        bytes
    }

    /// Reads the header at the start of `bytes`; `None` if there are too few or a key contradicts
    /// the arity.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; PROCEDURE_HEADER_BYTES] = bytes.first_chunk()?;
        let word = |at: usize| [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
        let header = Self {
            arity_key: u32::from_le_bytes(word(0)),
            required: u16::from_le_bytes([bytes[4], bytes[5]]),
            optional: bytes[6],
            flags: bytes[7],
            frame_bytes: u32::from_le_bytes(word(8)),
            entry_map: i32::from_le_bytes(word(12)),
            native_entry: i32::from_le_bytes(word(16)),
            code_bytes: u32::from_le_bytes(word(20)),
            native_key: u32::from_le_bytes(word(24)),
        };
        let native_key_is_right = header.native_key == 0
            || header.native_entry != 0 && header.native_key == header.arity_key.wrapping_add(1);
        (header == header.with_arity_key() && native_key_is_right).then_some(header)
    }
}

/// What a procedure takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arity {
    /// [`ProcedureHeader::required`].
    pub required: u16,
    /// [`ProcedureHeader::optional`].
    pub optional: u8,
    /// [`ProcedureHeader::has_rest`].
    pub has_rest: bool,
}

impl Arity {
    /// The arity of the 32-bit word at [`ARITY_OFFSET`] of an encoded header.
    #[inline]
    pub const fn from_word(word: u32) -> Self {
        let [low, high, optional, flags] = word.to_le_bytes();
        Self {
            required: u16::from_le_bytes([low, high]),
            optional,
            has_rest: flags & FLAG_REST != 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_round_trip_and_truncations_are_refused() {
        let header = ProcedureHeader {
            required: 2,
            optional: 1,
            flags: FLAG_REST,
            frame_bytes: 160,
            entry_map: -4000,
            code_bytes: 77,
            native_entry: 0x1230,
            ..ProcedureHeader::default()
        }
        .with_arity_key();
        let bytes = header.encode();
        assert_eq!(ProcedureHeader::decode(&bytes), Some(header));
        assert_eq!(ProcedureHeader::decode(&bytes[..31]), None);
        let word = bytes[ARITY_OFFSET..].first_chunk().unwrap();
        let arity = Arity {
            required: 2,
            optional: 1,
            has_rest: true,
        };
        assert_eq!(Arity::from_word(u32::from_le_bytes(*word)), arity);
    }

    #[test]
    fn an_arity_key_that_lies_is_refused() {
        let mut bytes = ProcedureHeader {
            required: 2,
            ..Default::default()
        }
        .with_arity_key()
        .encode();
        bytes[0] = 3;
        assert_eq!(ProcedureHeader::decode(&bytes), None);
    }

    #[test]
    fn a_native_key_needs_an_entry_and_the_same_arity() {
        let header = ProcedureHeader {
            required: 2,
            native_entry: 64,
            native_key: 3,
            ..Default::default()
        }
        .with_arity_key();
        assert_eq!(ProcedureHeader::decode(&header.encode()), Some(header));
        for wrong in [
            ProcedureHeader {
                native_entry: 0,
                ..header
            },
            ProcedureHeader {
                native_key: 2,
                ..header
            },
        ] {
            assert_eq!(ProcedureHeader::decode(&wrong.encode()), None);
        }
    }
}
