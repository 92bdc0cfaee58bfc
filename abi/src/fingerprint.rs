//! A hash, computed at compile time, of everything that an image relies on.
//!
//! The linker writes the hash, and the loader refuses an image with another one. The hash covers
//! the instruction table, the primitive table, the type tests, tags, kinds and layouts. So none of
//! them can change without old images being refused.

use crate::frame_map;
use crate::isa::{Local, Opcode};
use crate::native;
use crate::object_layout::{closure, compnum, location, pair, record, string, symbol, table};
use crate::primitive;
use crate::procedure::{PROCEDURE_HEADER_BYTES, TRAILER_BYTES};
use crate::tag;
use crate::text_hash::text_hash;
use crate::type_test::TypeTest;

/// The fingerprint of this build of the vocabulary.
pub const FINGERPRINT: u64 = {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325; // FNV-1a 64-bit offset basis.
    let mut index = 0;
    while index < Opcode::ALL.len() {
        let opcode = Opcode::ALL[index];
        hash = fnv1a(hash, &[opcode as u8]);
        hash = fnv1a(hash, opcode.mnemonic().as_bytes());
        hash = fnv1a(hash, opcode.operands().as_bytes());
        index += 1;
    }
    hash = fnv1a(hash, primitive::TABLE_TEXT.as_bytes());
    index = 0;
    while index < TypeTest::ALL.len() {
        hash = fnv1a(hash, TypeTest::ALL[index].name().as_bytes());
        index += 1;
    }
    index = 0;
    while index < LAYOUT_WORDS.len() {
        hash = fnv1a(hash, &LAYOUT_WORDS[index].to_le_bytes());
        index += 1;
    }
    hash
};

/// Numbers that fix tags, headers and layouts.
const LAYOUT_WORDS: &[u64] = &[
    FORMAT_VERSION,
    frame_map::SLOTS_WHOLE_MAX as u64,
    frame_map::SLOTS_PER_BLOCK as u64,
    u16::from_le_bytes(Local(0).to_bytes()) as u64,
    tag::TAG_PAIR,
    tag::TAG_OBJECT,
    tag::TAG_IMMEDIATE,
    tag::TAG_HEADER,
    tag::FLONUM_TAGS,
    tag::TRUE,
    tag::NULL,
    tag::UNBOUND,
    tag::Kind::ALL.len() as u64,
    tag::HEADER_SIZE_SHIFT as u64,
    tag::HEADER_KIND_SHIFT as u64,
    pair::CDR as u64,
    compnum::IMAGINARY as u64,
    string::LENGTH as u64,
    symbol::LOCATION as u64,
    closure::FREE as u64,
    record::FIELDS as u64,
    location::VALUE as u64,
    table::WORDS,
    PROCEDURE_HEADER_BYTES as u64,
    TRAILER_BYTES as u64,
    native::return_table::ENTRY_BYTES as u64,
    native::context::CONTEXT_BYTES as u64,
    native::context::WIDE_ARGUMENTS as u64,
    native::WIDE_ARGUMENT_WORDS as u64,
    native::Stub::ALL.len() as u64,
    native::RuntimeOperation::ALL.len() as u64,
    text_hash("cozen"),
];

/// Counts changes of meaning that no table shows.
const FORMAT_VERSION: u64 = 6;

const fn fnv1a(mut hash: u64, bytes: &[u8]) -> u64 {
    let mut index = 0;
    while index < bytes.len() {
        hash = (hash ^ bytes[index] as u64).wrapping_mul(0x0000_0100_0000_01b3);
        index += 1;
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_text_has_another_hash() {
        assert_ne!(fnv1a(1, b"jump"), fnv1a(1, b"jumq"));
        assert_ne!(FINGERPRINT, 0);
    }
}
