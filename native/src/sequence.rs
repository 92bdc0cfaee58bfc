//! Elements and lengths of vectors, strings and bytevectors; characters.

use abi::object_layout::{PAYLOAD, string};
use abi::primitive::Primitive;
use abi::tag::{self, Kind, TAG_BITS, TAG_OBJECT};
use compiler::ssa::analysis::Kinds;
use compiler::ssa::ir::ValueId;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Value, types};

use super::emitter::Emitter;
use super::loaded::Loaded;

/// Bits by which a character's code point is shifted in its word.
const CHARACTER_SHIFT: i64 = 8;
/// Code points from here to [`SURROGATES_END`] are no characters.
const SURROGATES_START: i64 = 0xd800;
const SURROGATES_END: i64 = 0xe000;
/// One more than the last code point.
const CODE_POINTS_END: i64 = char::MAX as i64 + 1;
/// Where the kind is in a header, in bytes.
const KIND_BYTE: i32 = 1;

impl Emitter<'_, '_> {
    /// `vector-ref`.
    pub(super) fn vector_ref(&mut self, id: ValueId, words: &[Value]) -> Value {
        let wrong = self.cold_block();
        let address = self.require_kind(
            Loaded {
                value: id,
                word: words[0],
            },
            Kind::Vector,
            wrong,
        );
        let length = self.size_at(address);
        self.require_place(words[1], length, wrong);
        // The word of a fixnum is eight times the number: the distance in bytes.
        let element = self.code.ins().iadd(address, words[1]);
        let result = self.load(element, PAYLOAD as i32);
        self.raise_in(wrong, Primitive::VectorRef, words);
        result
    }

    /// `vector-length`, `bytevector-length`.
    pub(super) fn size_of(&mut self, primitive: Primitive, kind: Kind, operand: Loaded) -> Value {
        let wrong = self.cold_block();
        let address = self.require_kind(operand, kind, wrong);
        let size = self.size_at(address);
        let result = self.code.ins().ishl_imm_s(size, i64::from(TAG_BITS));
        self.raise_in(wrong, primitive, &[operand.word]);
        result
    }

    /// `string-length`.
    pub(super) fn string_length(&mut self, id: ValueId, word: Value) -> Value {
        let wrong = self.cold_block();
        let address = self.require_kind(Loaded { value: id, word }, Kind::String, wrong);
        let result = self.load(address, string::LENGTH as i32);
        self.raise_in(wrong, Primitive::StringLength, &[word]);
        result
    }

    /// `string-ref`.
    pub(super) fn string_ref(&mut self, id: ValueId, words: &[Value]) -> Value {
        let wrong = self.cold_block();
        let address = self.require_kind(
            Loaded {
                value: id,
                word: words[0],
            },
            Kind::String,
            wrong,
        );
        let length = self.load(address, string::LENGTH as i32);
        let length = self.code.ins().ushr_imm_s(length, i64::from(TAG_BITS));
        let place = self.require_place(words[1], length, wrong);
        let units = self.load(address, string::UNITS as i32);
        let units = self.code.ins().iadd_imm_s(units, -TAG_OBJECT.cast_signed());
        let kind = self.load_as(types::I8, units, KIND_BYTE);
        let is_narrow =
            self.code
                .ins()
                .icmp_imm_s(IntCC::Equal, kind, i64::from(Kind::Units8 as u8));
        let (merge, unit) = self.merge_block(types::I64);
        let (narrow, wide) = (self.next_block(), self.cold_block());
        self.code.ins().brif(is_narrow, narrow, &[], wide, &[]);
        self.start(narrow);
        let at = self.code.ins().iadd(units, place);
        let flags = MemFlagsData::trusted();
        let byte = self
            .code
            .ins()
            .uload8(types::I64, flags, at, PAYLOAD as i32);
        self.jump_with(merge, byte);
        self.start(wide);
        let distance = self.code.ins().ishl_imm_s(place, 2);
        let at = self.code.ins().iadd(units, distance);
        let wide = self.code.ins().uload32(flags, at, PAYLOAD as i32);
        self.jump_with(merge, wide);
        self.start(merge);
        let result = self.character_of(unit);
        self.raise_in(wrong, Primitive::StringRef, words);
        result
    }

    /// `bytevector-u8-ref`.
    pub(super) fn bytevector_ref(&mut self, id: ValueId, words: &[Value]) -> Value {
        let wrong = self.cold_block();
        let address = self.require_kind(
            Loaded {
                value: id,
                word: words[0],
            },
            Kind::Bytevector,
            wrong,
        );
        let length = self.size_at(address);
        let place = self.require_place(words[1], length, wrong);
        let at = self.code.ins().iadd(address, place);
        let flags = MemFlagsData::trusted();
        let byte = self
            .code
            .ins()
            .uload8(types::I64, flags, at, PAYLOAD as i32);
        let result = self.code.ins().ishl_imm_s(byte, i64::from(TAG_BITS));
        self.raise_in(wrong, Primitive::BytevectorRef, words);
        result
    }

    /// `bytevector-u8-set!`.
    pub(super) fn bytevector_set(&mut self, words: &[Value]) {
        let wrong = self.cold_block();
        let address = self.require_mutable(words[0], Kind::Bytevector, wrong);
        let length = self.size_at(address);
        let place = self.require_place(words[1], length, wrong);
        let bytes = self.word(256);
        let byte = self.require_index(words[2], bytes, wrong);
        let at = self.code.ins().iadd(address, place);
        self.code
            .ins()
            .istore8(MemFlagsData::trusted(), byte, at, PAYLOAD as i32);
        self.raise_in(wrong, Primitive::BytevectorSet, words);
    }

    /// `char->integer`.
    pub(super) fn char_to_integer(&mut self, id: ValueId, word: Value) -> Value {
        let wrong = self.cold_block();
        if !self.is_of(id, Kinds::CHARACTER) {
            let is_character = self.is_character(word);
            self.require(is_character, wrong);
        }
        let shifted = self
            .code
            .ins()
            .ushr_imm_s(word, CHARACTER_SHIFT - i64::from(TAG_BITS));
        let result = self.clear_tag(shifted);
        self.raise_in(wrong, Primitive::CharToInteger, &[word]);
        result
    }

    /// `integer->char`.
    pub(super) fn integer_to_char(&mut self, word: Value) -> Value {
        let wrong = self.cold_block();
        let (high, good) = (self.cold_block(), self.next_block());
        let code = self.code.ins().rotr_imm_s(word, i64::from(TAG_BITS));
        let is_low = self
            .code
            .ins()
            .icmp_imm_s(IntCC::UnsignedLessThan, code, SURROGATES_START);
        self.code.ins().brif(is_low, good, &[], high, &[]);
        self.start(high);
        let above = self.code.ins().iadd_imm_s(code, -SURROGATES_END);
        let is_there = self.code.ins().icmp_imm_s(
            IntCC::UnsignedLessThan,
            above,
            CODE_POINTS_END - SURROGATES_END,
        );
        self.code.ins().brif(is_there, good, &[], wrong, &[]);
        self.start(good);
        let result = self.character_of(code);
        self.raise_in(wrong, Primitive::IntegerToChar, &[word]);
        result
    }

    /// The word of a code point's character.
    fn character_of(&mut self, code: Value) -> Value {
        let shifted = self.code.ins().ishl_imm_s(code, CHARACTER_SHIFT);
        self.code
            .ins()
            .bor_imm_s(shifted, tag::character('\0').cast_signed())
    }
}
