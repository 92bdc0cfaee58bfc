//! Primitives: an instruction of their own, or a call of a leaf.

use abi::isa::{Count, Index, Instruction, Into, Local, MapOffset, PrimitiveOperand, TestOperand};
use abi::primitive::{Primitive, PrimitiveClass};
use abi::tag;

use super::procedure::{Selector, clamp};
use crate::codegen::bytecode::intervals::RECORD_INDEX_OPERAND;
use crate::codegen::bytecode::outgoing::{Area, Outgoing, leaf_names_operands};
use crate::ssa::ir::{Comparison, Condition, Truth, ValueId};
use crate::ssa::primitive_facts::{comparison_of, is_arithmetic};
use abi::type_test::type_test_of;

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
        if let Some(test) = type_test_of(primitive) {
            let (src, test) = (self.local(operands[0]), TestOperand(test as u8));
            self.assembler.emit(Instruction::TypeTest {
                dst: Into(dst),
                src,
                test,
            });
        } else if let Some(comparison) = comparison_of(primitive) {
            self.comparison(comparison, operands[0], operands[1], dst);
        } else if let Some(instruction) = self.arithmetic(primitive, operands, dst) {
            self.emit_with_operands(instruction, operands);
        } else if let Some(instruction) = self.element(primitive, operands, dst) {
            self.assembler.emit(instruction);
        } else {
            self.inline_value(primitive, operands, dst);
        }
    }

    fn leaf(&mut self, primitive: Primitive, operands: &[ValueId], dst: u16) {
        let (dst, map) = (Into(dst), MapOffset(0));
        let primitive = PrimitiveOperand(primitive.index());
        if !leaf_names_operands(operands.len()) {
            let outgoing = Outgoing {
                area: Area::Region,
                closure: None,
                operands,
            };
            let mut live = self.live();
            let first = self.place_operands(outgoing, &live);
            live.hold(first, operands.len());
            let count = Count(operands.len() as u16);
            let leaf = Instruction::Leaf {
                dst,
                primitive,
                first: Local(first),
                count,
                map,
            };
            self.assembler.emit_safepoint(leaf, None, live, None);
            return;
        }
        let local = |place: usize| self.local(operands[place]);
        let leaf = match operands.len() {
            1 => Instruction::Leaf1 {
                dst,
                primitive,
                a: local(0),
                map,
            },
            2 => Instruction::Leaf2 {
                dst,
                primitive,
                a: local(0),
                b: local(1),
                map,
            },
            _ => Instruction::Leaf3 {
                dst,
                primitive,
                a: local(0),
                b: local(1),
                c: local(2),
                map,
            },
        };
        self.emit_with_operands(leaf, operands);
    }

    fn arithmetic(
        &self,
        primitive: Primitive,
        operands: &[ValueId],
        dst: u16,
    ) -> Option<Instruction> {
        let &[a, b] = operands else { return None };
        if !is_arithmetic(primitive) {
            return None;
        }
        let (dst, a, b, map) = (Into(dst), self.local(a), self.local(b), MapOffset(0));
        Some(match primitive {
            Primitive::Add => Instruction::Add { dst, a, b, map },
            Primitive::Subtract => Instruction::Subtract { dst, a, b, map },
            Primitive::Multiply => Instruction::Multiply { dst, a, b, map },
            Primitive::Divide => Instruction::Divide { dst, a, b, map },
            Primitive::Quotient => Instruction::Quotient { dst, a, b, map },
            Primitive::Remainder => Instruction::Remainder { dst, a, b, map },
            Primitive::Modulo => Instruction::Modulo { dst, a, b, map },
            Primitive::BitwiseAnd => Instruction::BitAnd { dst, a, b, map },
            Primitive::BitwiseIor => Instruction::BitOr { dst, a, b, map },
            Primitive::BitwiseXor => Instruction::BitXor { dst, a, b, map },
            Primitive::ArithmeticShift => Instruction::Shift { dst, a, b, map },
            _ => unreachable!("{} is no arithmetic", primitive.name()),
        })
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
            Primitive::IsEq => Instruction::Eq {
                dst: into,
                a: local(0),
                b: local(1),
            },
            Primitive::Cons => Instruction::Cons {
                dst: into,
                car: local(0),
                cdr: local(1),
            },
            Primitive::Car => Instruction::Car {
                dst: into,
                pair: local(0),
            },
            Primitive::Cdr => Instruction::Cdr {
                dst: into,
                pair: local(0),
            },
            Primitive::CharToInteger => Instruction::CharToInteger {
                dst: into,
                src: local(0),
            },
            Primitive::IntegerToChar => Instruction::IntegerToChar {
                dst: into,
                src: local(0),
            },
            Primitive::MakeBox => Instruction::MakeBox {
                dst: into,
                src: local(0),
            },
            Primitive::BoxRef => Instruction::BoxRef {
                dst: into,
                boxed: local(0),
            },
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

    /// Elements and lengths of sequences.
    fn element(&self, primitive: Primitive, operands: &[ValueId], dst: u16) -> Option<Instruction> {
        let into = Into(dst);
        let local = |place: usize| self.local(operands[place]);
        Some(match primitive {
            Primitive::VectorRef => Instruction::VectorRef {
                dst: into,
                vector: local(0),
                index: local(1),
            },
            Primitive::VectorLength => Instruction::VectorLength {
                dst: into,
                vector: local(0),
            },
            Primitive::StringRef => Instruction::StringRef {
                dst: into,
                string: local(0),
                index: local(1),
            },
            Primitive::StringLength => Instruction::StringLength {
                dst: into,
                string: local(0),
            },
            Primitive::BytevectorRef => Instruction::BytevectorRef {
                dst: into,
                bytevector: local(0),
                index: local(1),
            },
            Primitive::BytevectorLength => Instruction::BytevectorLength {
                dst: into,
                bytevector: local(0),
            },
            _ => return None,
        })
    }

    fn inline_effect(&mut self, primitive: Primitive, operands: &[ValueId]) {
        let local = |place: usize| self.local(operands[place]);
        self.assembler.emit(match primitive {
            Primitive::SetCar => Instruction::SetCar {
                pair: local(0),
                src: local(1),
            },
            Primitive::SetCdr => Instruction::SetCdr {
                pair: local(0),
                src: local(1),
            },
            Primitive::VectorSet => Instruction::VectorSet {
                vector: local(0),
                index: local(1),
                src: local(2),
            },
            Primitive::BytevectorSet => Instruction::BytevectorSet {
                bytevector: local(0),
                index: local(1),
                src: local(2),
            },
            Primitive::BoxSet => Instruction::BoxSet {
                boxed: local(0),
                src: local(1),
            },
            Primitive::RecordSet => Instruction::RecordSet {
                record: local(0),
                record_type: local(1),
                index: self.record_index(operands),
                src: local(3),
            },
            _ => unreachable!("{} is no operation of one value", primitive.name()),
        });
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
