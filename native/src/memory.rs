//! Objects: making them, reading them, writing them past the barrier.

use abi::native::{RuntimeOperation, Stub, chunk_kind, context};
use abi::object_layout::{OBJECT_ALIGN_BYTES, PAYLOAD, WORD_BYTES, boxed, closure, pair, record};
use abi::primitive::Primitive;
use abi::tag::{self, HEADER_SIZE_SHIFT, Header, Kind, TAG_BITS, TAG_OBJECT, TAG_PAIR};
use compiler::codegen::RECORD_INDEX_OPERAND;
use compiler::link::unit::FixupTarget;
use compiler::ssa::analysis::{GROUP_BYTES_MAX, Proof};
use compiler::ssa::ir::{ProcedureId, ValueId};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, Signature, Value, types};
use cranelift_codegen::isa::CallConv;

use super::call_place::Listed;
use super::emitter::Emitter;
use super::loaded::{Field, Loaded};

/// Bits of a word that say whether it is a reference: see [`tag::is_reference`].
const REFERENCE_BITS: i64 = 0b110;
/// Their value in a reference.
const REFERENCE: i64 = 0b010;

impl Emitter<'_, '_> {
    /// The address of the object that the operation being written makes: in memory that it takes for itself
    /// and those that follow in its group, or that the first of the group took.
    pub(super) fn allocate(&mut self, bytes: u64) -> Value {
        let place = self.allocations.at(self.current, self.index);
        let place = place.expect("objects of known size were grouped");
        debug_assert_eq!(u64::from(place.bytes), bytes, "the analysis knows the size");
        if place.reserved_bytes != 0 {
            let address = self.reserve(u64::from(place.reserved_bytes));
            self.group = Some((address, place.reserved_bytes));
        }
        let (group, group_bytes) = self.group.expect("the first of a group takes the memory");
        if place.reserved_bytes == 0 && self.shared.unit().checks_facts {
            self.check_group(group, group_bytes);
        }
        if place.offset == 0 {
            return group;
        }
        self.code.ins().iadd_imm_s(group, i64::from(place.offset))
    }

    /// Stops unless nothing was allocated or collected since the group at `group` was reserved.
    fn check_group(&mut self, group: Value, group_bytes: u32) {
        let wrong = self.cold_block();
        let mutator = self.mutator();
        let cursor = self.load(mutator, context::ALLOCATION_CURSOR);
        let end = self.code.ins().iadd_imm_s(group, i64::from(group_bytes));
        let is_same = self.code.ins().icmp(IntCC::Equal, cursor, end);
        self.require(is_same, wrong);
        let done = self.next_block();
        self.code.ins().jump(done, &[]);
        self.start(wrong);
        let symbol = self.shared.symbol("allocation-group");
        let cell = self.address(FixupTarget::SymbolCell(symbol));
        let symbol = self.load(cell, 0);
        self.raise_by_runtime(RuntimeOperation::BrokenClaim, &[symbol]);
        self.start(done);
    }

    /// The address of `bytes` of fresh memory. The allocator looks where a large object goes.
    pub(super) fn reserve(&mut self, bytes: u64) -> Value {
        debug_assert!(bytes.is_multiple_of(OBJECT_ALIGN_BYTES as u64));
        if bytes > u64::from(GROUP_BYTES_MAX) {
            return self.allocate_slowly(bytes);
        }
        let (merge, address) = self.merge_block(types::I64);
        let slow = self.cold_block();
        let mutator = self.mutator();
        let start = self.load(mutator, context::ALLOCATION_CURSOR);
        let end = self.code.ins().iadd_imm_s(start, bytes.cast_signed());
        let limit = self.load(mutator, context::ALLOCATION_LIMIT);
        let is_beyond = self.code.ins().icmp(IntCC::UnsignedGreaterThan, end, limit);
        self.unless(is_beyond, slow);
        self.store(end, mutator, context::ALLOCATION_CURSOR);
        self.jump_with(merge, start);
        self.start(slow);
        let start = self.allocate_slowly(bytes);
        self.jump_with(merge, start);
        self.start(merge);
        address
    }

    /// By the stub that changes no register.
    fn allocate_slowly(&mut self, bytes: u64) -> Value {
        self.set_context(context::OPERAND, bytes);
        let target = self.stub(Stub::Allocate);
        let signature = match self.allocate_signature {
            Some(signature) => signature,
            None => self
                .code
                .import_signature(Signature::new(CallConv::PreserveAll)),
        };
        self.allocate_signature = Some(signature);
        self.list_as(Listed::Never);
        self.code.ins().call_indirect(signature, target, &[]);
        self.list_as(Listed::Ordinary);
        let mutator = self.mutator();
        self.load(mutator, context::OPERAND)
    }

    /// A fresh object with `header`; its payload is not written.
    pub(super) fn allocate_object(&mut self, header: Header) -> Value {
        let address = self.allocate(header.object_bytes());
        let word = self.word(header.word());
        self.store(word, address, 0);
        address
    }

    pub(super) fn with_tag(&mut self, address: Value, tag: u64) -> Value {
        self.code.ins().iadd_imm_s(address, tag.cast_signed())
    }

    /// A pair.
    pub(super) fn cons(&mut self, car: Value, cdr: Value) -> Value {
        let address = self.allocate(pair::BYTES as u64);
        self.store(car, address, pair::CAR as i32);
        self.store(cdr, address, pair::CDR as i32);
        self.with_tag(address, TAG_PAIR)
    }

    /// A box.
    pub(super) fn make_box(&mut self, value: Value) -> Value {
        let address = self.allocate_object(Header::new(Kind::Box, boxed::WORDS));
        self.store(value, address, boxed::VALUE as i32);
        self.with_tag(address, TAG_OBJECT)
    }

    /// A closure whose free variables are not written yet.
    pub(super) fn make_closure(&mut self, procedure: ProcedureId, free: u16) -> Value {
        let header = Header::new(Kind::Closure, 1 + u64::from(free));
        let address = self.allocate_object(header);
        let code = self.address(FixupTarget::Procedure(procedure));
        self.store(code, address, closure::CODE as i32);
        self.with_tag(address, TAG_OBJECT)
    }

    /// The offset of a free variable from a closure's word.
    pub(super) fn free_offset(index: u16) -> i32 {
        (closure::FREE + usize::from(index) * WORD_BYTES) as i32 - TAG_OBJECT as i32
    }

    /// A record of `operands`: its type, then its fields.
    pub(super) fn make_record(&mut self, ids: &[ValueId], operands: &[Value]) -> Value {
        let wrong = self.cold_block();
        self.require_kind(
            Loaded {
                value: ids[0],
                word: operands[0],
            },
            Kind::Record,
            wrong,
        );
        let address = self.allocate_object(Header::new(Kind::Record, operands.len() as u64));
        for (index, &operand) in operands.iter().enumerate() {
            self.store(operand, address, (record::TYPE + index * WORD_BYTES) as i32);
        }
        let result = self.with_tag(address, TAG_OBJECT);
        let done = self.next_block();
        self.code.ins().jump(done, &[]);
        self.start(wrong);
        self.raise_by_primitive(Primitive::MakeRecord, operands);
        self.start(done);
        result
    }

    // Reading

    /// `car`, `cdr`.
    pub(super) fn pair_word(&mut self, primitive: Primitive, id: ValueId, word: Value) -> Value {
        let wrong = self.cold_block();
        let address = self.require_pair(Loaded { value: id, word }, wrong);
        let offset = if primitive == Primitive::Car {
            pair::CAR
        } else {
            pair::CDR
        };
        let result = self.load(address, offset as i32);
        self.raise_in(wrong, primitive, &[word]);
        result
    }

    /// Writes the cold block that raises, and goes on here.
    pub(super) fn raise_in(&mut self, wrong: Block, primitive: Primitive, operands: &[Value]) {
        let done = self.next_block();
        self.code.ins().jump(done, &[]);
        self.start(wrong);
        self.raise_by_primitive(primitive, operands);
        self.start(done);
    }

    /// The value of a box.
    pub(super) fn box_ref(&mut self, id: ValueId, word: Value) -> Value {
        let wrong = self.cold_block();
        let address = self.require_kind(Loaded { value: id, word }, Kind::Box, wrong);
        let result = self.load(address, boxed::VALUE as i32);
        self.raise_in(wrong, Primitive::BoxRef, &[word]);
        result
    }

    /// The size field of the header at `address`.
    pub(super) fn size_at(&mut self, address: Value) -> Value {
        let header = self.load(address, 0);
        self.code
            .ins()
            .ushr_imm_s(header, i64::from(HEADER_SIZE_SHIFT))
    }

    /// Goes on if the fixnum word `index` is below `length`, else to `wrong`; the index.
    pub(super) fn require_index(&mut self, index: Value, length: Value, wrong: Block) -> Value {
        // The tag goes to the highest bits: only natural fixnums stay small.
        let place = self.code.ins().rotr_imm_s(index, i64::from(TAG_BITS));
        let is_below = self.code.ins().icmp(IntCC::UnsignedLessThan, place, length);
        self.require(is_below, wrong);
        place
    }

    /// As [`Self::require_index`] of an element that is accessed.
    pub(super) fn require_place(&mut self, index: Value, length: Value, wrong: Block) -> Value {
        if self.proves(Proof::Index) && self.proves(Proof::InBounds) {
            let bits = i64::from(TAG_BITS);
            return self.code.ins().ushr_imm_s(index, bits);
        }
        self.require_index(index, length, wrong)
    }

    /// A field of a record.
    pub(super) fn record_ref(&mut self, operands: &[ValueId], words: &[Value]) -> Value {
        let (merge, result) = self.merge_block(types::I64);
        let slow = self.cold_block();
        let address = self.require_field(operands, words, slow);
        let offset = self.field_offset(operands);
        let quick = self.load(address, offset);
        self.jump_with(merge, quick);
        self.start(slow);
        let word = self.call_primitive(Primitive::RecordRef, words);
        self.jump_with(merge, word);
        self.start(merge);
        result
    }

    /// Goes on with the address of a record of exactly the wanted type, else to `slow`.
    fn require_field(&mut self, operands: &[ValueId], words: &[Value], slow: Block) -> Value {
        let address = self.require_kind(
            Loaded {
                value: operands[0],
                word: words[0],
            },
            Kind::Record,
            slow,
        );
        let size = self.size_at(address);
        let words_before = self.field_index(operands) + 1;
        let is_there = self
            .code
            .ins()
            .icmp_imm_s(IntCC::UnsignedGreaterThan, size, words_before);
        self.require(is_there, slow);
        let found = self.load(address, record::TYPE as i32);
        let is_same = self.code.ins().icmp(IntCC::Equal, found, words[1]);
        self.require(is_same, slow);
        address
    }

    fn field_index(&self, operands: &[ValueId]) -> i64 {
        let word = self.word_of(operands[RECORD_INDEX_OPERAND]);
        let index = word.filter(|&word| tag::is_fixnum(word));
        tag::fixnum_value(index.expect("the verifier wants literal indices of record fields"))
    }

    fn field_offset(&self, operands: &[ValueId]) -> i32 {
        record::FIELDS as i32 + WORD_BYTES as i32 * self.field_index(operands) as i32
    }

    // Writing

    /// Whether a value is never a reference.
    pub(super) fn is_no_reference(&self, value: ValueId) -> bool {
        if self.proves(Proof::StoresImmediate) {
            return true;
        }
        if let Some(word) = self.word_of(value) {
            return !tag::is_reference(word);
        }
        let kind = self.type_at(value).as_integer();
        kind.is_some_and(|range| range.is_within(compiler::ssa::analysis::Range::FIXNUM))
    }

    /// Writes a value to a field of an object that may be changed; where the collector has
    /// to know of it, goes to `slow` instead.
    pub(super) fn store_past_barrier(
        &mut self,
        field: Field,
        Loaded { value, word }: Loaded,
        slow: Block,
    ) {
        if !self.is_no_reference(value) {
            let (plain, reference) = (self.next_block(), self.next_block());
            let is_reference = self.is_reference(word);
            self.code
                .ins()
                .brif(is_reference, reference, &[], plain, &[]);
            self.start(reference);
            let old = self.next_block();
            let is_young = self.is_young(field.base);
            self.code.ins().brif(is_young, plain, &[], old, &[]);
            self.start(old);
            self.branch_unless_young_object(word, plain, slow);
            self.start(plain);
        }
        self.store(word, field.base, field.offset);
    }

    /// Whether a word is a reference, as a condition.
    fn is_reference(&mut self, word: Value) -> Value {
        let bits = self.code.ins().band_imm_s(word, REFERENCE_BITS);
        self.code.ins().icmp_imm_s(IntCC::Equal, bits, REFERENCE)
    }

    /// Whether an address is that of an object in the nursery, as a condition.
    pub(super) fn is_young(&mut self, address: Value) -> Value {
        let mutator = self.mutator();
        let start = self.load(mutator, context::NURSERY_START);
        let distance = self.code.ins().isub(address, start);
        let bytes = self.load(mutator, context::NURSERY_BYTES);
        self.code
            .ins()
            .icmp(IntCC::UnsignedLessThan, distance, bytes)
    }

    /// Jumps to `yes` if a reference is to an object that a collection has seen, else to `no`.
    fn branch_unless_young_object(&mut self, reference: Value, yes: Block, no: Block) {
        let kind = self.chunk_kind(reference);
        let large = self.next_block();
        let is_nursery =
            self.code
                .ins()
                .icmp_imm_s(IntCC::Equal, kind, i64::from(chunk_kind::NURSERY));
        self.code.ins().brif(is_nursery, no, &[], large, &[]);
        self.start(large);
        let is_young =
            self.code
                .ins()
                .icmp_imm_s(IntCC::Equal, kind, i64::from(chunk_kind::LARGE_YOUNG));
        self.code.ins().brif(is_young, no, &[], yes, &[]);
    }

    /// What lies around an address.
    fn chunk_kind(&mut self, address: Value) -> Value {
        let mutator = self.mutator();
        let table = self.load(mutator, context::KIND_TABLE);
        let number = self.code.ins().ushr_imm_s(address, chunk_kind::CHUNK_SHIFT);
        let place = self.code.ins().iadd(table, number);
        self.load_as(types::I8, place, 0)
    }

    /// An operation that writes: `quick` writes and goes on, or goes to the slow path, which calls the
    /// primitive.
    pub(super) fn write_or_call(
        &mut self,
        primitive: Primitive,
        words: &[Value],
        quick: impl FnOnce(&mut Self, Block),
    ) {
        let (slow, done) = (self.cold_block(), self.next_block());
        quick(self, slow);
        self.code.ins().jump(done, &[]);
        self.start(slow);
        self.call_primitive(primitive, words);
        self.code.ins().jump(done, &[]);
        self.start(done);
    }

    /// `set-car!`, `set-cdr!`: pairs have no header, so one that is not young may be a literal.
    pub(super) fn set_pair_word(
        &mut self,
        primitive: Primitive,
        operands: &[ValueId],
        words: &[Value],
    ) {
        let offset = if primitive == Primitive::SetCar {
            pair::CAR
        } else {
            pair::CDR
        };
        self.write_or_call(primitive, words, |emitter, slow| {
            let address = emitter.require_pair(
                Loaded {
                    value: operands[0],
                    word: words[0],
                },
                slow,
            );
            let (young, other) = (emitter.next_block(), emitter.next_block());
            let is_young = emitter.is_young(address);
            emitter.code.ins().brif(is_young, young, &[], other, &[]);
            emitter.start(other);
            let kind = emitter.chunk_kind(address);
            let is_old =
                emitter
                    .code
                    .ins()
                    .icmp_imm_s(IntCC::Equal, kind, i64::from(chunk_kind::OLD));
            emitter.require(is_old, slow);
            if emitter.is_no_reference(operands[1]) {
                emitter.code.ins().jump(young, &[]);
            } else {
                let reference = emitter.next_block();
                let is_reference = emitter.is_reference(words[1]);
                emitter
                    .code
                    .ins()
                    .brif(is_reference, reference, &[], young, &[]);
                emitter.start(reference);
                emitter.branch_unless_young_object(words[1], young, slow);
            }
            emitter.start(young);
            emitter.store(words[1], address, offset as i32);
        });
    }

    /// `%box-set!`.
    pub(super) fn box_set(&mut self, operands: &[ValueId], words: &[Value]) {
        self.write_or_call(Primitive::BoxSet, words, |emitter, slow| {
            let address = emitter.require_kind(
                Loaded {
                    value: operands[0],
                    word: words[0],
                },
                Kind::Box,
                slow,
            );
            let place = Field {
                base: address,
                offset: boxed::VALUE as i32,
            };
            emitter.store_past_barrier(
                place,
                Loaded {
                    value: operands[1],
                    word: words[1],
                },
                slow,
            );
        });
    }

    /// `%record-set!`.
    pub(super) fn record_set(&mut self, operands: &[ValueId], words: &[Value]) {
        let offset = self.field_offset(operands);
        self.write_or_call(Primitive::RecordSet, words, |emitter, slow| {
            let address = emitter.require_field(operands, words, slow);
            emitter.store_past_barrier(
                Field {
                    base: address,
                    offset,
                },
                Loaded {
                    value: operands[3],
                    word: words[3],
                },
                slow,
            );
        });
    }

    /// Goes on with the address of an object of `kind` that is no literal, else to `slow`.
    pub(super) fn require_mutable(&mut self, word: Value, kind: Kind, slow: Block) -> Value {
        let address = self.require_object(word, slow);
        let low = self.code.ins().uload16(
            types::I64,
            cranelift_codegen::ir::MemFlagsData::trusted(),
            address,
            0,
        );
        // Other flags than that of literals take the slow path too; they are rare.
        let expected = Header::new(kind, 0).word();
        let is_plain = self.is_word(low, expected);
        self.require(is_plain, slow);
        address
    }

    /// `vector-set!`.
    pub(super) fn vector_set(&mut self, operands: &[ValueId], words: &[Value]) {
        self.write_or_call(Primitive::VectorSet, words, |emitter, slow| {
            let address = emitter.require_mutable(words[0], Kind::Vector, slow);
            let length = emitter.size_at(address);
            emitter.require_place(words[1], length, slow);
            // The word of a fixnum is eight times the number: the distance in bytes.
            let element = emitter.code.ins().iadd(address, words[1]);
            let place = Field {
                base: element,
                offset: PAYLOAD as i32,
            };
            emitter.store_past_barrier(
                place,
                Loaded {
                    value: operands[2],
                    word: words[2],
                },
                slow,
            );
        });
    }
}
