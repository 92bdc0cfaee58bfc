//! Leaf primitives that programs call often, without a call for the usual operands.
//!
//! Predicates are written as branches: `procedure` hands a predicate to the branch that alone uses
//! its value.
//!
//! ```text
//! assq key list:  p = list ─► pair? ─ yes ─► entry = car p: a pair whose car is the key? ─ yes ─► entry
//!                   ▲            │ no: ()? ─► #f                     │ no
//!                   └────────────┼──────────────── p = cdr p ◄───────┘
//!                                └─ anything else, or too long: the stub, from the beginning
//! ```

use std::ops::RangeInclusive;

use abi::object_layout::{PAYLOAD, compnum, pair, record, record_type, string};
use abi::primitive::{NativeCall, Primitive, PrimitiveClass, ResultType};
use abi::tag::{self, Header, Kind, TAG_BITS, TAG_MASK, TAG_OBJECT, TAG_PAIR};
use compiler::ssa::ir::ValueId;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, BlockArg, InstBuilder, MemFlagsData, Value, types};

use super::emitter::Emitter;
use super::type_test::KIND_BYTE;

/// Pairs after which a search is left to the stub, which finds cycles.
const SEARCH_PAIRS_MAX: i64 = 1 << 16;

/// Distance of an integer's lowest bit from that of its fixnum.
const ODD_BIT: i64 = 1 << TAG_BITS;

/// Whether a primitive is a predicate that is written as a branch here.
pub(super) fn is_predicate(primitive: Primitive) -> bool {
    has_short_path(primitive) && primitive.result() == ResultType::Boolean
}

/// Whether a leaf primitive is called on a slow path only.
pub(super) fn has_short_path(primitive: Primitive) -> bool {
    primitive.class() == PrimitiveClass::Leaf && primitive.native_call() == NativeCall::Slow
}

/// Where a branch on a predicate goes.
#[derive(Clone, Copy)]
struct Outcomes {
    /// Where the predicate holds.
    yes: Block,
    /// Where it does not.
    no: Block,
    /// Where the stub is called.
    slow: Block,
}

/// A loop over the pairs of a list, while it is written.
struct Search {
    /// Where the next pair is looked at.
    head: Block,
    /// The rest of the list.
    rest: Value,
    /// How many more pairs are looked at.
    left: Value,
    /// Where the stub is called.
    slow: Block,
}

impl Emitter<'_, '_> {
    /// A primitive with [`has_short_path`].
    pub(super) fn short_leaf(&mut self, primitive: Primitive, operands: &[ValueId]) -> Value {
        let (merge, result) = self.merge_block(types::I64);
        if is_predicate(primitive) {
            let (yes, no) = (self.next_block(), self.next_block());
            self.branch_on_predicate(primitive, operands, yes, no);
            for (block, word) in [(yes, tag::TRUE), (no, tag::FALSE)] {
                self.start(block);
                let word = self.word(word);
                self.jump_with(merge, word);
            }
            self.start(merge);
            return result;
        }
        let words: Vec<Value> = operands.iter().map(|&operand| self.get(operand)).collect();
        let slow = self.cold_block();
        match primitive {
            Primitive::Length => self.length(words[0], merge, slow),
            Primitive::StringSet => self.string_set(&words, merge, slow),
            Primitive::CharUpcase => self.change_case(words[0], 'a'..='z', merge, slow),
            Primitive::CharDowncase => self.change_case(words[0], 'A'..='Z', merge, slow),
            Primitive::RealPart => self.part_of_complex(words[0], compnum::REAL, merge, slow),
            Primitive::ImagPart => self.part_of_complex(words[0], compnum::IMAGINARY, merge, slow),
            Primitive::Memq
            | Primitive::Memv
            | Primitive::Member
            | Primitive::Assq
            | Primitive::Assv
            | Primitive::Assoc => self.search(primitive, &words, merge, slow),
            _ => unreachable!("{} has no short path", primitive.name()),
        }
        self.start(slow);
        let word = self.call_primitive(primitive, &words);
        self.jump_with(merge, word);
        self.start(merge);
        result
    }

    /// Jumps to `yes` if the predicate holds, else to `no`.
    pub(super) fn branch_on_predicate(
        &mut self,
        primitive: Primitive,
        operands: &[ValueId],
        yes: Block,
        no: Block,
    ) {
        let words: Vec<Value> = operands.iter().map(|&operand| self.get(operand)).collect();
        let slow = self.cold_block();
        let outcomes = Outcomes { yes, no, slow };
        match primitive {
            Primitive::IsEqv | Primitive::IsEqual => {
                self.branch_on_equivalence(primitive, [words[0], words[1]], outcomes);
            }
            Primitive::IsRecordOf => {
                self.branch_on_record_type([words[0], words[1]], outcomes);
            }
            Primitive::IsOdd | Primitive::IsEven => {
                let rest = self.tag_of(words[0]);
                self.unless(rest, slow);
                let bit = self.code.ins().band_imm_s(words[0], ODD_BIT);
                let (odd, even) = if primitive == Primitive::IsOdd {
                    (yes, no)
                } else {
                    (no, yes)
                };
                self.code.ins().brif(bit, odd, &[], even, &[]);
            }
            Primitive::IsCharAlphabetic
            | Primitive::IsCharNumeric
            | Primitive::IsCharWhitespace
            | Primitive::IsCharUpperCase
            | Primitive::IsCharLowerCase => {
                self.branch_on_character(primitive, words[0], outcomes);
            }
            _ => unreachable!("{} is no predicate with a short path", primitive.name()),
        }
        self.start(slow);
        let boolean = self.call_primitive(primitive, &words);
        let is_false = self.is_word(boolean, tag::FALSE);
        self.code.ins().brif(is_false, no, &[], yes, &[]);
    }

    /// Only numbers that are objects, and for `equal?` pairs and other objects but symbols, may be the same
    /// without being one word.
    fn branch_on_equivalence(
        &mut self,
        primitive: Primitive,
        [a, b]: [Value; 2],
        Outcomes { yes, no, slow }: Outcomes,
    ) {
        let (differ, alike) = (self.next_block(), self.next_block());
        let is_same = self.code.ins().icmp(IntCC::Equal, a, b);
        self.code.ins().brif(is_same, yes, &[], differ, &[]);
        self.start(differ);
        if primitive == Primitive::IsEqv {
            // No word has the tag of headers, the only other one with these bits.
            let both = self.code.ins().band(a, b);
            let common = self.tag_of(both);
            let are_objects = self.is_word(common, TAG_OBJECT);
            self.code.ins().brif(are_objects, alike, &[], no, &[]);
            self.start(alike);
            let (_, address) = self.untagged(a, TAG_OBJECT);
            let is_number = self.is_number_at(address);
            self.code.ins().brif(is_number, slow, &[], no, &[]);
            return;
        }
        let difference = self.code.ins().bxor(a, b);
        let rest = self.tag_of(difference);
        self.code.ins().brif(rest, no, &[], alike, &[]);
        self.start(alike);
        self.require_alone(primitive, a, slow);
        self.code.ins().jump(no, &[]);
    }

    /// Goes on if nothing but the same word is equivalent to `word`, as `primitive` takes it.
    fn require_alone(&mut self, primitive: Primitive, word: Value, slow: Block) {
        let by_content = matches!(
            primitive,
            Primitive::IsEqual | Primitive::Member | Primitive::Assoc
        );
        if by_content {
            let (rest, _) = self.untagged(word, TAG_PAIR);
            self.require(rest, slow);
        }
        let (object, done) = (self.next_block(), self.next_block());
        let (rest, address) = self.untagged(word, TAG_OBJECT);
        self.code.ins().brif(rest, done, &[], object, &[]);
        self.start(object);
        if by_content {
            let kind = self.load_as(types::I8, address, KIND_BYTE);
            let is_symbol =
                self.code
                    .ins()
                    .icmp_imm_s(IntCC::Equal, kind, i64::from(Kind::Symbol as u8));
            self.code.ins().brif(is_symbol, done, &[], slow, &[]);
        } else {
            let is_number = self.is_number_at(address);
            self.code.ins().brif(is_number, slow, &[], done, &[]);
        }
        self.start(done);
    }

    /// Whether the object at an address is a number, as a condition.
    fn is_number_at(&mut self, address: Value) -> Value {
        let kind = self.load_as(types::I8, address, KIND_BYTE);
        let (first, last) = (Kind::Flonum as u8, Kind::Compnum as u8);
        let above = self.code.ins().iadd_imm_s(kind, -i64::from(first));
        self.code.ins().icmp_imm_s(
            IntCC::UnsignedLessThanOrEqual,
            above,
            i64::from(last - first),
        )
    }

    /// Records of the very type, and others whose type has no parent.
    fn branch_on_record_type(
        &mut self,
        [word, wanted]: [Value; 2],
        Outcomes { yes, no, slow }: Outcomes,
    ) {
        let (object, of_record, other) = (self.next_block(), self.next_block(), self.next_block());
        let (rest, address) = self.untagged(word, TAG_OBJECT);
        self.code.ins().brif(rest, no, &[], object, &[]);
        self.start(object);
        let kind = self.load_as(types::I8, address, KIND_BYTE);
        let is_record =
            self.code
                .ins()
                .icmp_imm_s(IntCC::Equal, kind, i64::from(Kind::Record as u8));
        self.code.ins().brif(is_record, of_record, &[], no, &[]);
        self.start(of_record);
        let found = self.load(address, record::TYPE as i32);
        let is_same = self.code.ins().icmp(IntCC::Equal, found, wanted);
        self.code.ins().brif(is_same, yes, &[], other, &[]);
        self.start(other);
        let parent = self.load(found, record_type::PARENT as i32 - TAG_OBJECT as i32);
        let is_root = self.is_word(parent, tag::FALSE);
        self.code.ins().brif(is_root, no, &[], slow, &[]);
    }

    /// Predicates of characters: those of ASCII.
    fn branch_on_character(
        &mut self,
        primitive: Primitive,
        word: Value,
        Outcomes { yes, no, slow }: Outcomes,
    ) {
        self.require_ascii(word, slow);
        let folded = |emitter: &mut Self| {
            let case_bit = (tag::character('a') ^ tag::character('A')).cast_signed();
            emitter.code.ins().bor_imm_s(word, case_bit)
        };
        let holds = match primitive {
            Primitive::IsCharNumeric => self.is_between(word, '0'..='9'),
            Primitive::IsCharUpperCase => self.is_between(word, 'A'..='Z'),
            Primitive::IsCharLowerCase => self.is_between(word, 'a'..='z'),
            Primitive::IsCharAlphabetic => {
                let lower = folded(self);
                self.is_between(lower, 'a'..='z')
            }
            _ => {
                let other = self.next_block();
                let is_space = self.is_word(word, tag::character(' '));
                self.code.ins().brif(is_space, yes, &[], other, &[]);
                self.start(other);
                self.is_between(word, '\t'..='\r')
            }
        };
        self.code.ins().brif(holds, yes, &[], no, &[]);
    }

    /// Goes on if a word is a character of ASCII.
    fn require_ascii(&mut self, word: Value, slow: Block) {
        self.require_character_below(word, '\u{80}', slow);
    }

    /// Goes on if a word is a character below `end`, a power of two.
    fn require_character_below(&mut self, word: Value, end: char, slow: Block) {
        let others = !code_points_below(end);
        let rest = self.code.ins().band_imm_s(word, others.cast_signed());
        let expected = tag::character('\0');
        let is_low = self.is_word(rest, expected);
        self.require(is_low, slow);
    }

    /// Whether a character lies in a range, as a condition.
    fn is_between(&mut self, word: Value, range: RangeInclusive<char>) -> Value {
        let start = tag::character(*range.start()).cast_signed();
        let width = tag::character(*range.end()).cast_signed() - start;
        let above = self.code.ins().iadd_imm_s(word, -start);
        self.code
            .ins()
            .icmp_imm_s(IntCC::UnsignedLessThanOrEqual, above, width)
    }

    /// `char-upcase`, `char-downcase` of ASCII: letters of the range change.
    fn change_case(&mut self, word: Value, range: RangeInclusive<char>, merge: Block, slow: Block) {
        self.require_ascii(word, slow);
        let case_bit = (tag::character('a') ^ tag::character('A')).cast_signed();
        let is_letter = self.is_between(word, range);
        let changed = self.code.ins().bxor_imm_s(word, case_bit);
        let result = self.code.ins().select(is_letter, changed, word);
        self.jump_with(merge, result);
    }

    // Lists

    /// Starts a loop over the pairs of `list`, which goes to `slow` where there are too many.
    fn start_search(&mut self, list: Value, slow: Block) -> Search {
        let head = self.next_block();
        let rest = self.code.append_block_param(head, types::I64);
        let left = self.code.append_block_param(head, types::I64);
        let most = self.word(SEARCH_PAIRS_MAX.cast_unsigned());
        let first = [BlockArg::Value(list), BlockArg::Value(most)];
        self.code.ins().jump(head, &first);
        self.code.switch_to_block(head);
        Search {
            head,
            rest,
            left,
            slow,
        }
    }

    /// Goes on with the address of the next pair; where there is none, to `end`.
    fn next_pair(&mut self, search: &Search, end: Block) -> Value {
        let (rest, address) = self.untagged(search.rest, TAG_PAIR);
        self.unless(rest, end);
        address
    }

    /// Goes to the pair after that at `address`.
    fn repeat_search(&mut self, search: &Search, address: Value) {
        let cdr = self.load(address, pair::CDR as i32);
        let left = self.code.ins().iadd_imm_s(search.left, -1);
        let arguments = [BlockArg::Value(cdr), BlockArg::Value(left)];
        let (head, slow) = (search.head, search.slow);
        self.code.ins().brif(left, head, &arguments, slow, &[]);
        self.code.seal_block(search.head);
    }

    /// Starts `end`, where a list has no further pair: goes on if it is a list.
    fn require_list_end(&mut self, search: &Search, end: Block) {
        self.start(end);
        let is_null = self.is_word(search.rest, tag::NULL);
        self.require(is_null, search.slow);
    }

    /// `memq`, `assq` and their likes.
    fn search(&mut self, primitive: Primitive, words: &[Value], merge: Block, slow: Block) {
        let (key, list) = (words[0], words[1]);
        if !matches!(primitive, Primitive::Memq | Primitive::Assq) {
            self.require_alone(primitive, key, slow);
        }
        let search = self.start_search(list, slow);
        let (end, next) = (self.next_block(), self.next_block());
        let address = self.next_pair(&search, end);
        let car = self.load(address, pair::CAR as i32);
        let wants_entry = matches!(
            primitive,
            Primitive::Assq | Primitive::Assv | Primitive::Assoc
        );
        let (found, result) = if wants_entry {
            let (rest, entry) = self.untagged(car, TAG_PAIR);
            self.unless(rest, slow);
            (self.load(entry, pair::CAR as i32), car)
        } else {
            (car, search.rest)
        };
        let is_same = self.code.ins().icmp(IntCC::Equal, found, key);
        let arguments = [BlockArg::Value(result)];
        self.code.ins().brif(is_same, merge, &arguments, next, &[]);
        self.start(next);
        self.repeat_search(&search, address);
        self.require_list_end(&search, end);
        let word = self.word(tag::FALSE);
        self.jump_with(merge, word);
    }

    /// `length`.
    fn length(&mut self, list: Value, merge: Block, slow: Block) {
        let search = self.start_search(list, slow);
        let end = self.next_block();
        let address = self.next_pair(&search, end);
        self.repeat_search(&search, address);
        self.require_list_end(&search, end);
        let most = self.word(SEARCH_PAIRS_MAX.cast_unsigned());
        let count = self.code.ins().isub(most, search.left);
        let word = self.code.ins().ishl_imm_s(count, i64::from(TAG_BITS));
        self.jump_with(merge, word);
    }

    // Making

    /// `list`, or `cons*` with two operands or more.
    pub(super) fn make_list(&mut self, primitive: Primitive, operands: &[Value]) -> Value {
        let (elements, last) = match operands {
            [elements @ .., last] if primitive == Primitive::ConsStar => (elements, *last),
            _ => (operands, self.word(tag::NULL)),
        };
        let address = self.allocate((elements.len() * pair::BYTES) as u64);
        for (index, &element) in elements.iter().enumerate() {
            let at = (index * pair::BYTES) as i32;
            let rest = if index + 1 == elements.len() {
                last
            } else {
                let next = i64::from(at) + pair::BYTES as i64 + TAG_PAIR.cast_signed();
                self.code.ins().iadd_imm_s(address, next)
            };
            self.store(element, address, at + pair::CAR as i32);
            self.store(rest, address, at + pair::CDR as i32);
        }
        self.with_tag(address, TAG_PAIR)
    }

    /// `vector` with one operand or more.
    pub(super) fn make_vector(&mut self, operands: &[Value]) -> Value {
        let address = self.allocate_object(Header::new(Kind::Vector, operands.len() as u64));
        for (index, &operand) in operands.iter().enumerate() {
            self.store(
                operand,
                address,
                (PAYLOAD + index * size_of::<u64>()) as i32,
            );
        }
        self.with_tag(address, TAG_OBJECT)
    }

    // Complex numbers

    /// A field of a complex number that is an object; others are reals.
    fn part_of_complex(&mut self, number: Value, offset: usize, merge: Block, slow: Block) {
        let address = self.require_object(number, slow);
        let kind = self.load_as(types::I8, address, KIND_BYTE);
        let is_complex =
            self.code
                .ins()
                .icmp_imm_s(IntCC::Equal, kind, i64::from(Kind::Compnum as u8));
        self.require(is_complex, slow);
        let part = self.load(address, offset as i32);
        self.jump_with(merge, part);
    }

    // Strings

    /// `string-set!` of a character that fits a byte in a string of such.
    fn string_set(&mut self, words: &[Value], merge: Block, slow: Block) {
        let address = self.require_mutable(words[0], Kind::String, slow);
        let length = self.load(address, string::LENGTH as i32);
        let length = self.code.ins().ushr_imm_s(length, i64::from(TAG_BITS));
        let place = self.require_index(words[1], length, slow);
        self.require_character_below(words[2], '\u{100}', slow);
        let units = self.load(address, string::UNITS as i32);
        let units = self.code.ins().iadd_imm_s(units, -TAG_OBJECT.cast_signed());
        let kind = self.load_as(types::I8, units, KIND_BYTE);
        let is_narrow =
            self.code
                .ins()
                .icmp_imm_s(IntCC::Equal, kind, i64::from(Kind::Units8 as u8));
        self.require(is_narrow, slow);
        let forgotten = self.word(tag::FALSE);
        self.store(forgotten, address, string::HASH as i32);
        let at = self.code.ins().iadd(units, place);
        let code = self.code.ins().ushr_imm_s(words[2], 8);
        self.code
            .ins()
            .istore8(MemFlagsData::trusted(), code, at, PAYLOAD as i32);
        let word = self.word(tag::UNSPECIFIED);
        self.jump_with(merge, word);
    }
}

/// The bits of a character's word in which those below `end`, a power of two, differ.
const fn code_points_below(end: char) -> u64 {
    assert!((end as u32).is_power_of_two());
    tag::character(end) - tag::character('\x01')
}

const _: () = {
    assert!(TAG_MASK == 0b111 && TAG_OBJECT == 0b011);
    let zero = tag::character('\0');
    let mut code = 0;
    while code < 0x400 {
        if let Some(character) = char::from_u32(code) {
            let rest = tag::character(character) & !code_points_below('\u{100}');
            assert!((rest == zero) == (code < 0x100));
        }
        code += 1;
    }
};
