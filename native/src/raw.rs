//! Raw words and doubles.

use abi::native::RuntimeOperation;
use abi::tag::{self, TAG_BITS};
use compiler::ssa::ir::{RawBinary, RawUnary, ValueId};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, MemFlagsData, Value, types};

use super::emitter::Emitter;
use super::type_test::Fixnums;

/// A double is its word, less one, rotated by so many bits.
const FLONUM_ROTATION: i64 = 4;

/// The bits that the two tags of all but the smallest flonums share, and their value.
const COMMON_TAG_BITS: i64 = 0b110;
const COMMON_FLONUM_TAG: i64 = 0b100;
/// The tag of zeros and the smallest flonums.
const TINY_FLONUM_TAG: u64 = 0b001;

const _: () = assert!(tag::FLONUM_TAGS as u8 == 1 << TINY_FLONUM_TAG | 0b11 << COMMON_FLONUM_TAG);

impl Emitter<'_, '_> {
    /// The double in a self-tagged word.
    pub(super) fn double_of(&mut self, word: Value) -> Value {
        let bits = self.code.ins().iadd_imm_s(word, -1);
        let bits = self.code.ins().rotr_imm_s(bits, FLONUM_ROTATION);
        self.double_of_bits(bits)
    }

    /// The double with these bits.
    pub(super) fn double_of_bits(&mut self, bits: Value) -> Value {
        self.code
            .ins()
            .bitcast(types::F64, MemFlagsData::new(), bits)
    }

    /// The bits of a double.
    pub(super) fn bits_of(&mut self, double: Value) -> Value {
        self.code
            .ins()
            .bitcast(types::I64, MemFlagsData::new(), double)
    }

    /// Goes on with the word of a double, if it is self-tagged, else to `slow`.
    ///
    /// Two of the three tags differ in one bit only; zeros have the third.
    pub(super) fn flonum_word(&mut self, double: Value, slow: Block) -> Value {
        let bits = self.bits_of(double);
        let rotated = self.code.ins().rotl_imm_s(bits, FLONUM_ROTATION);
        let word = self.code.ins().iadd_imm_s(rotated, 1);
        let (tiny, done) = (self.cold_block(), self.next_block());
        let high = self.code.ins().band_imm_s(word, COMMON_TAG_BITS);
        let is_common = self
            .code
            .ins()
            .icmp_imm_s(IntCC::Equal, high, COMMON_FLONUM_TAG);
        self.code.ins().brif(is_common, done, &[], tiny, &[]);
        self.start(tiny);
        let rest = self.tag_of(word);
        let is_tiny = self.is_word(rest, TINY_FLONUM_TAG);
        self.code.ins().brif(is_tiny, done, &[], slow, &[]);
        self.start(done);
        word
    }

    /// A raw operation with one operand.
    pub(super) fn raw_unary(&mut self, operation: RawUnary, operand: ValueId) -> Value {
        let value = self.get(operand);
        match operation {
            RawUnary::F64Negate => self.code.ins().fneg(value),
            RawUnary::F64Sqrt => self.code.ins().sqrt(value),
            RawUnary::F64Abs => self.code.ins().fabs(value),
            RawUnary::I64ToF64 => self.code.ins().fcvt_from_sint(types::F64, value),
            RawUnary::UnboxF64 => {
                let fixnums = Fixnums::excluded_if(self.type_at(operand).integer.is_none());
                self.unbox_double(value, fixnums, RuntimeOperation::UnboxF64)
            }
            RawUnary::RealToF64 => self.real_to_double(operand, value),
            RawUnary::BoxF64 => self.box_double(value),
            RawUnary::UnboxI64 | RawUnary::UnboxU64 => self.unbox_word(operation, operand, value),
            RawUnary::BoxI64 | RawUnary::BoxU64 => self.box_word(operation, value),
        }
    }

    fn unbox_double(
        &mut self,
        word: Value,
        fixnums: Fixnums,
        operation: RuntimeOperation,
    ) -> Value {
        let (merge, result) = self.merge_block(types::F64);
        let slow = self.cold_block();
        self.require_self_tagged(word, fixnums, slow);
        let quick = self.double_of(word);
        self.jump_with(merge, quick);
        self.start(slow);
        let bits = self.call_runtime(operation, &[word]);
        let double = self.double_of_bits(bits);
        self.jump_with(merge, double);
        self.start(merge);
        result
    }

    fn real_to_double(&mut self, operand: ValueId, word: Value) -> Value {
        let kind = self.type_at(operand);
        if kind.is_flonum() {
            return self.unbox_double(word, Fixnums::Excluded, RuntimeOperation::RealToF64);
        }
        let (merge, result) = self.merge_block(types::F64);
        let (fixnum, other) = (self.next_block(), self.next_block());
        let rest = self.tag_of(word);
        self.code.ins().brif(rest, other, &[], fixnum, &[]);
        self.start(fixnum);
        let integer = self.code.ins().sshr_imm_s(word, i64::from(TAG_BITS));
        let double = self.code.ins().fcvt_from_sint(types::F64, integer);
        self.jump_with(merge, double);
        self.start(other);
        let double = self.unbox_double(word, Fixnums::Excluded, RuntimeOperation::RealToF64);
        self.jump_with(merge, double);
        self.start(merge);
        result
    }

    fn box_double(&mut self, double: Value) -> Value {
        let (merge, result) = self.merge_block(types::I64);
        let slow = self.cold_block();
        let word = self.flonum_word(double, slow);
        self.jump_with(merge, word);
        self.start(slow);
        let bits = self.bits_of(double);
        let boxed = self.call_runtime(RuntimeOperation::BoxF64, &[bits]);
        self.jump_with(merge, boxed);
        self.start(merge);
        result
    }

    fn unbox_word(&mut self, operation: RawUnary, operand: ValueId, word: Value) -> Value {
        let is_signed = operation == RawUnary::UnboxI64;
        let kind = self.type_at(operand).as_integer();
        let known = kind.filter(|range| range.is_within(compiler::ssa::analysis::Range::FIXNUM));
        let bits = i64::from(TAG_BITS);
        if known.is_some_and(|range| is_signed || range.low >= 0) {
            return self.code.ins().sshr_imm_s(word, bits);
        }
        let (merge, result) = self.merge_block(types::I64);
        let slow = self.cold_block();
        let rest = if is_signed {
            self.tag_of(word)
        } else {
            // A natural fixnum has neither tag nor sign.
            let mask = tag::TAG_MASK | 1 << 63;
            let mask = self.word(mask);
            self.code.ins().band(word, mask)
        };
        self.unless(rest, slow);
        let quick = self.code.ins().sshr_imm_s(word, bits);
        self.jump_with(merge, quick);
        self.start(slow);
        let runtime = if is_signed {
            RuntimeOperation::UnboxI64
        } else {
            RuntimeOperation::UnboxU64
        };
        let integer = self.call_runtime(runtime, &[word]);
        self.jump_with(merge, integer);
        self.start(merge);
        result
    }

    fn box_word(&mut self, operation: RawUnary, integer: Value) -> Value {
        let is_signed = operation == RawUnary::BoxI64;
        let (merge, result) = self.merge_block(types::I64);
        let slow = self.cold_block();
        let word = self.code.ins().ishl_imm_s(integer, i64::from(TAG_BITS));
        let fits = if is_signed {
            let back = self.code.ins().sshr_imm_s(word, i64::from(TAG_BITS));
            self.code.ins().icmp(IntCC::Equal, back, integer)
        } else {
            let high = self
                .code
                .ins()
                .ushr_imm_s(integer, i64::from(63 - TAG_BITS));
            self.is_word(high, 0)
        };
        self.require(fits, slow);
        self.jump_with(merge, word);
        self.start(slow);
        let runtime = if is_signed {
            RuntimeOperation::BoxI64
        } else {
            RuntimeOperation::BoxU64
        };
        let boxed = self.call_runtime(runtime, &[integer]);
        self.jump_with(merge, boxed);
        self.start(merge);
        result
    }

    /// A raw operation with two operands.
    pub(super) fn raw_binary(&mut self, operation: RawBinary, a: ValueId, b: ValueId) -> Value {
        let (a, b) = (self.get(a), self.get(b));
        match operation {
            RawBinary::F64Add => self.code.ins().fadd(a, b),
            RawBinary::F64Subtract => self.code.ins().fsub(a, b),
            RawBinary::F64Multiply => self.code.ins().fmul(a, b),
            RawBinary::F64Divide => self.code.ins().fdiv(a, b),
            RawBinary::WordAdd => self.code.ins().iadd(a, b),
            RawBinary::WordSubtract => self.code.ins().isub(a, b),
            RawBinary::WordMultiply => self.code.ins().imul(a, b),
            RawBinary::WordAnd => self.code.ins().band(a, b),
            RawBinary::WordOr => self.code.ins().bor(a, b),
            RawBinary::WordXor => self.code.ins().bxor(a, b),
            RawBinary::WordShiftLeft => self.code.ins().ishl(a, b),
            RawBinary::WordShiftRight => self.code.ins().ushr(a, b),
            RawBinary::WordShiftRightSigned => self.code.ins().sshr(a, b),
        }
    }
}
