//! Type tests.

use abi::tag::{self, HEADER_KIND_SHIFT, Kind, TAG_MASK, TAG_OBJECT, TAG_PAIR};
use abi::type_test::TypeTest;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, Value, types};

use super::emitter::Emitter;
use crate::ssa::analysis::{Kinds, Proof};
use crate::ssa::ir::ValueId;

/// Where the kind is in an object's header, in bytes.
pub(super) const KIND_BYTE: i32 = (HEADER_KIND_SHIFT / 8) as i32;

impl Emitter<'_, '_> {
    /// Jumps to `yes` if `word` passes `test`, else to `no`.
    pub(super) fn branch_on_test(&mut self, test: TypeTest, word: Value, yes: Block, no: Block) {
        let immediate = |emitter: &mut Self, expected: u64| emitter.is_word(word, expected);
        let condition = match test {
            TypeTest::Null => immediate(self, tag::NULL),
            TypeTest::Eof => immediate(self, tag::EOF),
            TypeTest::Default => immediate(self, tag::DEFAULT),
            TypeTest::Unbound => immediate(self, tag::UNBOUND),
            TypeTest::Pair => {
                let (rest, _) = self.untagged(word, TAG_PAIR);
                self.code.ins().brif(rest, no, &[], yes, &[]);
                return;
            }
            TypeTest::Fixnum => {
                let rest = self.tag_of(word);
                self.code.ins().brif(rest, no, &[], yes, &[]);
                return;
            }
            TypeTest::Boolean => {
                let with_bit = self
                    .code
                    .ins()
                    .bor_imm_s(word, tag::BOOLEAN_BIT.cast_signed());
                self.is_word(with_bit, tag::TRUE)
            }
            TypeTest::Character => self.is_character(word),
            _ => return self.branch_on_kinds(test, word, yes, no),
        };
        self.code.ins().brif(condition, yes, &[], no, &[]);
    }

    /// The tag of a word.
    pub(super) fn tag_of(&mut self, word: Value) -> Value {
        self.code.ins().band_imm_s(word, TAG_MASK.cast_signed())
    }

    /// Whether a word is a character, as a condition.
    pub(super) fn is_character(&mut self, word: Value) -> Value {
        let low = self.code.ins().ireduce(types::I8, word);
        let expected = tag::character('\0') & 0xff;
        self.code
            .ins()
            .icmp_imm_s(IntCC::Equal, low, i64::from(expected as i8))
    }

    /// Whether a word is a self-tagged flonum, as a condition that is zero if it is none.
    pub(super) fn is_self_tagged(&mut self, word: Value) -> Value {
        // The shape of one instruction, which takes the bit's number modulo 32.
        let low = self.code.ins().ireduce(types::I32, word);
        let one = self.code.ins().iconst(types::I32, 1);
        let bit = self.code.ins().ishl(one, low);
        let tags = i64::from(tag::FLONUM_TAGS as u32);
        let tags = self.code.ins().iconst(types::I32, tags);
        self.code.ins().band(tags, bit)
    }

    /// Tests that look at the header.
    fn branch_on_kinds(&mut self, test: TypeTest, word: Value, yes: Block, no: Block) {
        let (first, last) = kinds_of(test);
        if matches!(
            test,
            TypeTest::Number | TypeTest::Real | TypeTest::ExactInteger | TypeTest::ExactRational
        ) {
            let rest = self.tag_of(word);
            self.unless_fixnum(rest, yes);
        }
        if matches!(test, TypeTest::Number | TypeTest::Real | TypeTest::Flonum) {
            let is_flonum = self.is_self_tagged(word);
            let next = self.code.create_block();
            self.code.ins().brif(is_flonum, yes, &[], next, &[]);
            self.start(next);
        }
        let (rest, address) = self.untagged(word, TAG_OBJECT);
        let next = self.code.create_block();
        self.code.ins().brif(rest, no, &[], next, &[]);
        self.start(next);
        let kind = self.load_as(types::I8, address, KIND_BYTE);
        let condition = if first == last {
            self.code
                .ins()
                .icmp_imm_s(IntCC::Equal, kind, i64::from(first as u8))
        } else {
            let above = self.code.ins().iadd_imm_s(kind, -i64::from(first as u8));
            let width = i64::from(last as u8 - first as u8);
            self.code
                .ins()
                .icmp_imm_s(IntCC::UnsignedLessThanOrEqual, above, width)
        };
        self.code.ins().brif(condition, yes, &[], no, &[]);
    }

    fn unless_fixnum(&mut self, rest: Value, yes: Block) {
        let next = self.code.create_block();
        self.code.ins().brif(rest, next, &[], yes, &[]);
        self.start(next);
    }

    /// Goes on with the address of an object of `kind`, else to `cold`; without a test where the type of
    /// `value`, whose word it is, tells.
    pub(super) fn require_kind(
        &mut self,
        (value, word): (ValueId, Value),
        kind: Kind,
        cold: Block,
    ) -> Value {
        if self.proves(Proof::Object) || self.is_of(value, kinds_within(kind)) {
            return self.untagged(word, TAG_OBJECT).1;
        }
        let address = self.require_object(word, cold);
        let found = self.load_as(types::I8, address, KIND_BYTE);
        let is_kind = self
            .code
            .ins()
            .icmp_imm_s(IntCC::Equal, found, i64::from(kind as u8));
        self.require(is_kind, cold);
        address
    }

    /// Goes on with the address of an object with a header, else to `cold`.
    pub(super) fn require_object(&mut self, word: Value, cold: Block) -> Value {
        let (rest, address) = self.untagged(word, TAG_OBJECT);
        self.unless(rest, cold);
        address
    }

    /// Goes on with the address of a pair, else to `cold`.
    pub(super) fn require_pair(&mut self, (value, word): (ValueId, Value), cold: Block) -> Value {
        if self.proves(Proof::Object) || self.is_of(value, Kinds::PAIR) {
            return self.untagged(word, TAG_PAIR).1;
        }
        let (rest, address) = self.untagged(word, TAG_PAIR);
        self.unless(rest, cold);
        address
    }
}

/// The kinds that only objects of `kind` have.
const fn kinds_within(kind: Kind) -> Kinds {
    match kind {
        Kind::Vector => Kinds::VECTOR,
        Kind::Bytevector => Kinds::BYTEVECTOR,
        Kind::String => Kinds::STRING,
        Kind::Closure => Kinds::PROCEDURE,
        Kind::Record => Kinds::RECORD,
        Kind::Box => Kinds::BOX,
        _ => Kinds::NONE,
    }
}

/// The kinds of objects that pass, first and last.
fn kinds_of(test: TypeTest) -> (Kind, Kind) {
    let one = |kind: Kind| (kind, kind);
    match test {
        TypeTest::Symbol => one(Kind::Symbol),
        TypeTest::String => one(Kind::String),
        TypeTest::Vector => one(Kind::Vector),
        TypeTest::Bytevector => one(Kind::Bytevector),
        TypeTest::Procedure => one(Kind::Closure),
        TypeTest::Flonum => one(Kind::Flonum),
        TypeTest::ExactInteger => one(Kind::Bignum),
        TypeTest::ExactRational => (Kind::Bignum, Kind::Ratnum),
        TypeTest::Real => (Kind::Flonum, Kind::Ratnum),
        TypeTest::Number => (Kind::Flonum, Kind::Compnum),
        TypeTest::Record => one(Kind::Record),
        TypeTest::Port => one(Kind::Port),
        TypeTest::WeakPair => one(Kind::WeakPair),
        TypeTest::Table => one(Kind::Table),
        TypeTest::Box => one(Kind::Box),
        TypeTest::Guardian => one(Kind::Guardian),
        TypeTest::Ephemeron => one(Kind::Ephemeron),
        TypeTest::Null
        | TypeTest::Pair
        | TypeTest::Boolean
        | TypeTest::Character
        | TypeTest::Fixnum
        | TypeTest::Eof
        | TypeTest::Default
        | TypeTest::Unbound => unreachable!("the word alone tells"),
    }
}
