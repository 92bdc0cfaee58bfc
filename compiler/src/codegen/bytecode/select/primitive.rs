//! Primitives: an instruction of their own, or a call of a leaf.

use abi::isa::{Count, Index, Instruction, Into, Local, MapOffset, PrimitiveOperand};
use abi::primitive::{Primitive, PrimitiveClass};
use abi::tag;
use smallvec::SmallVec;

use super::procedure::{Selector, clamp};
use crate::codegen::bytecode::intervals::RECORD_INDEX_OPERAND;
use crate::codegen::bytecode::outgoing::{Area, Outgoing, leaf_names_operands};
use crate::codegen::bytecode::primitive_instruction;
use crate::ssa::ir::{Comparison, Condition, Truth, ValueId};
use crate::ssa::primitive_facts::comparison_of;

impl Selector<'_, '_> {
    /// Writes a primitive on `operands`, whose result goes to `dst`, if anywhere.
    pub(super) fn primitive(
        &mut self,
        primitive: Primitive,
        operands: &[ValueId],
        dst: Option<u16>,
    ) {
        if primitive == Primitive::Void {
            if let Some(dst) = dst {
                self.load_word(tag::UNSPECIFIED, dst);
            }
            return;
        }
        if primitive.class() == PrimitiveClass::Leaf {
            let dst = dst.unwrap_or_else(|| clamp(self.live_end()));
            return self.leaf(primitive, operands, dst);
        }
        let Some(dst) = dst else {
            return self.inline_effect(primitive, operands);
        };
        if let Some(comparison) = comparison_of(primitive) {
            return self.comparison(comparison, operands[0], operands[1], dst);
        }
        if is_of_record(primitive) {
            return self.inline_value(primitive, operands, dst);
        }
        let locals = self.locals(operands);
        if let Some(it) = primitive_instruction::safepoint(primitive, &locals, Into(dst)) {
            self.emit_with_operands(it, operands);
        } else if let Some(it) = primitive_instruction::value(primitive, &locals, Into(dst)) {
            self.assembler.emit(it);
        } else {
            self.inline_value(primitive, operands, dst);
        }
    }

    /// The slots of values, all of which have one.
    fn locals(&self, values: &[ValueId]) -> SmallVec<[Local; 3]> {
        values.iter().map(|&value| self.local(value)).collect()
    }

    fn leaf(&mut self, primitive: Primitive, operands: &[ValueId], dst: u16) {
        let dst = Into(dst);
        if leaf_names_operands(operands.len()) {
            let locals = self.locals(operands);
            let leaf = primitive_instruction::safepoint(primitive, &locals, dst);
            let leaf = leaf.expect("there is an instruction for each number of named operands");
            return self.emit_with_operands(leaf, operands);
        }
        let outgoing = Outgoing {
            area: Area::Region,
            closure: None,
            operands,
        };
        let mut live = self.live();
        let first = self.place_operands(outgoing, &live);
        live.hold(first, operands.len());
        let leaf = Instruction::Leaf {
            dst,
            primitive: PrimitiveOperand(primitive.index()),
            first: Local(first),
            count: Count(operands.len() as u16),
            map: MapOffset(0),
        };
        self.assembler.emit_safepoint(leaf, None, live, None);
    }

    /// `#t` or `#f`: `load #f; branch unless; load #t`.
    fn comparison(&mut self, comparison: Comparison, a: ValueId, b: ValueId, dst: u16) {
        self.load_word(tag::FALSE, dst);
        let end = self.assembler.new_label();
        let condition = Condition::Compare(comparison, a, b);
        self.emit_branch(&condition, Truth::Fails, end, Some(dst));
        self.load_word(tag::TRUE, dst);
        self.assembler.bind(end);
    }

    fn inline_value(&mut self, primitive: Primitive, operands: &[ValueId], dst: u16) {
        let into = Into(dst);
        let local = |place: usize| self.local(operands[place]);
        let instruction = match primitive {
            Primitive::RecordRef => Instruction::RecordRef {
                dst: into,
                record: local(0),
                record_type: local(1),
                index: self.record_index(operands),
            },
            Primitive::MakeRecord => return self.make_record(operands, dst),
            Primitive::Capture => {
                let capture = Instruction::Capture {
                    dst: into,
                    map: MapOffset(0),
                };
                let live = self.live();
                return self.assembler.emit_safepoint(capture, None, live, None);
            }
            Primitive::Not => return self.not(operands[0], dst),
            _ => {
                self.inline_effect(primitive, operands);
                return self.load_word(tag::UNSPECIFIED, dst);
            }
        };
        self.assembler.emit(instruction);
    }

    fn inline_effect(&mut self, primitive: Primitive, operands: &[ValueId]) {
        let local = |place: usize| self.local(operands[place]);
        let instruction = match primitive {
            Primitive::RecordSet => Some(Instruction::RecordSet {
                record: local(0),
                record_type: local(1),
                index: self.record_index(operands),
                src: local(3),
            }),
            _ => primitive_instruction::effect(primitive, &self.locals(operands)),
        };
        let instruction = instruction
            .unwrap_or_else(|| unreachable!("{} is no operation of one value", primitive.name()));
        self.assembler.emit(instruction);
    }

    fn make_record(&mut self, operands: &[ValueId], dst: u16) {
        let record_type = self.local(operands[0]);
        let fields = Count(operands.len() as u16 - 1);
        self.assembler.emit(Instruction::MakeRecord {
            dst: Into(dst),
            record_type,
            fields,
        });
        for (index, &field) in (0..).zip(&operands[1..]) {
            let (record, src) = (Local(dst), self.local(field));
            self.assembler.emit(Instruction::RecordInit {
                record,
                index: Index(index),
                src,
            });
        }
    }

    fn not(&mut self, value: ValueId, dst: u16) {
        self.load_word(tag::FALSE, dst);
        let end = self.assembler.new_label();
        self.branch_if(&Condition::True(value), end);
        self.load_word(tag::TRUE, dst);
        self.assembler.bind(end);
    }

    fn record_index(&self, operands: &[ValueId]) -> Index {
        let word = self.words[operands[RECORD_INDEX_OPERAND]];
        let index = word
            .filter(|&word| tag::is_fixnum(word))
            .map(tag::fixnum_value);
        let index = index.and_then(|index| u16::try_from(index).ok());
        Index(index.expect("the verifier wants literal indices of record fields"))
    }
}

/// Whether one of the operands has no slot: the index of a field.
const fn is_of_record(primitive: Primitive) -> bool {
    matches!(
        primitive,
        Primitive::MakeRecord | Primitive::RecordRef | Primitive::RecordSet
    )
}
