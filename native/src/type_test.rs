//! Type tests.

use abi::tag::{self, HEADER_KIND_SHIFT, Kind, TAG_FIXNUM, TAG_MASK, TAG_OBJECT, TAG_PAIR};
use abi::type_test::TypeTest;
use compiler::ssa::analysis::{Kinds, Proof};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, Value, types};

use super::emitter::Emitter;
use super::loaded::Loaded;

/// Where the kind is in an object's header, in bytes.
pub(super) const KIND_BYTE: i32 = (HEADER_KIND_SHIFT / 8) as i32;

/// The bit that the tags of fixnums and self-tagged flonums lack, and all others have.
const NO_SELF_TAGGED_NUMBER: i64 = 0b010;

const _: () = {
    let mut tag = 0;
    while tag <= TAG_MASK {
        let is_number = tag == TAG_FIXNUM || tag::FLONUM_TAGS >> tag & 1 == 1;
        assert!(is_number == (tag & NO_SELF_TAGGED_NUMBER as u64 == 0));
        tag += 1;
    }
};

/// Whether a word may be a fixnum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fixnums {
    /// It may.
    Possible,
    /// It never is one here.
    Excluded,
}

impl Fixnums {
    /// Excluded if `are_excluded`.
    pub(super) fn excluded_if(are_excluded: bool) -> Self {
        if are_excluded {
            Self::Excluded
        } else {
            Self::Possible
        }
    }
}

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

    /// Goes on if a word is a self-tagged flonum, else to `cold`.
    ///
    /// Their tags and that of fixnums are those without the bit that all others have.
    pub(super) fn require_self_tagged(&mut self, word: Value, fixnums: Fixnums, cold: Block) {
        let other = self.code.ins().band_imm_s(word, NO_SELF_TAGGED_NUMBER);
        self.unless(other, cold);
        if fixnums == Fixnums::Possible {
            let rest = self.tag_of(word);
            self.require(rest, cold);
        }
    }

    /// Tests that look at the header.
    fn branch_on_kinds(&mut self, test: TypeTest, word: Value, yes: Block, no: Block) {
        let (first, last) = kinds_of(test);
        match test {
            TypeTest::ExactInteger | TypeTest::ExactRational => {
                let rest = self.tag_of(word);
                self.go_on_if(rest, yes);
            }
            TypeTest::Number | TypeTest::Real => {
                let other = self.code.ins().band_imm_s(word, NO_SELF_TAGGED_NUMBER);
                self.go_on_if(other, yes);
            }
            TypeTest::Flonum => {
                let (number, object) = (self.next_block(), self.next_block());
                let other = self.code.ins().band_imm_s(word, NO_SELF_TAGGED_NUMBER);
                self.code.ins().brif(other, object, &[], number, &[]);
                self.start(number);
                let rest = self.tag_of(word);
                self.code.ins().brif(rest, yes, &[], no, &[]);
                self.start(object);
            }
            _ => {}
        }
        let (rest, address) = self.untagged(word, TAG_OBJECT);
        let next = self.next_block();
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

    fn go_on_if(&mut self, condition: Value, yes: Block) {
        let next = self.next_block();
        self.code.ins().brif(condition, next, &[], yes, &[]);
        self.start(next);
    }

    /// Goes on with the address of an object of `kind`, else to `cold`; without a test where the type of
    /// `value`, whose word it is, tells.
    pub(super) fn require_kind(
        &mut self,
        Loaded { value, word }: Loaded,
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
    pub(super) fn require_pair(&mut self, Loaded { value, word }: Loaded, cold: Block) -> Value {
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
