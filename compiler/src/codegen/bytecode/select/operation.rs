//! Operations other than primitives.

use abi::isa::{
    AnyLocal, CodeOffset, Count, DataOffset, Index, Instruction, Into, IntoAny, IntoRaw,
    IntoReturned, Local, MapOffset, PrimitiveOperand, RawLocal, Small, Word,
};
use abi::primitive::{PrimitiveClass, ResultType};
use abi::tag;
use syntax::DatumKind;

use super::procedure::{Selector, clamp};
use crate::codegen::CodegenError;
use crate::codegen::bytecode::intervals::writes_before_reading;
use crate::codegen::bytecode::outgoing::{self, frame_words};
use crate::core::LiteralDatum;
use crate::core::ir::{GlobalId, Literal};
use crate::link::unit::{Constant, ConstantId, ConstantWord, FixupTarget};
use crate::ssa::ir::{Operation, RawBinary, RawUnary, ValueId};

impl Selector<'_, '_> {
    /// Writes the operation at which the sweep stands.
    pub(super) fn operation(
        &mut self,
        operation: &Operation,
        result: Option<ValueId>,
    ) -> Result<(), CodegenError> {
        let dst = result.map(|result| self.slot(result));
        match operation {
            Operation::Primitive(primitive, operands) => {
                let before = self.assembler.written_count;
                self.primitive(*primitive, operands, dst);
                let is_value = primitive.class() == PrimitiveClass::Inline
                    && primitive.result() != ResultType::Unspecified;
                debug_assert!(
                    !is_value
                        || self.assembler.written_count - before <= 1
                        || writes_before_reading(operation),
                    "{} reads operands after its result is written",
                    primitive.name()
                );
            }
            Operation::Call(..) | Operation::CallKnown(..) | Operation::CallHost(..) => {
                let dst = dst.unwrap_or_else(|| clamp(self.live_end()));
                self.call(operation, dst);
            }
            Operation::Poll => {
                let (poll, live) = (Instruction::Poll { map: MapOffset(0) }, self.live());
                self.assembler.emit_safepoint(poll, None, live, None);
            }
            Operation::GlobalSet(..)
            | Operation::GlobalDefine(..)
            | Operation::CellSet(..)
            | Operation::CheckInitialized(..)
            | Operation::ClosureInit(..) => self.store(operation, dst),
            _ => {
                if let Some(dst) = dst {
                    self.load(operation, dst)?;
                }
            }
        }
        Ok(())
    }

    fn load(&mut self, operation: &Operation, dst: u16) -> Result<(), CodegenError> {
        let into = Into(dst);
        match *operation {
            Operation::Literal(literal) => {
                let unit = self.shared.unit;
                return self.literal(&unit.tables.literals[literal], dst);
            }
            Operation::Word(word) => self.load_word(word, dst),
            Operation::Raw(word) => {
                self.assembler.emit(Instruction::LoadRaw {
                    dst: IntoRaw(dst),
                    word: Word(word),
                });
            }
            Operation::GlobalRef(global) => {
                let load = Instruction::LocationRef {
                    dst: into,
                    cell: DataOffset(0),
                };
                let cell = self.global_cell(global);
                self.assembler.emit_with_last(load, cell);
            }
            Operation::CellRef(cell) => {
                let load = Instruction::LoadCell {
                    dst: into,
                    cell: DataOffset(0),
                };
                self.assembler.emit_with_last(load, FixupTarget::Cell(cell));
            }
            Operation::AddSmall(value, small) => {
                let a = self.local(value);
                let add = Instruction::AddSmall {
                    dst: into,
                    a,
                    value: Small(small),
                    map: MapOffset(0),
                };
                self.emit_with_operands(add, &[value]);
            }
            Operation::StaticClosure(_)
            | Operation::MakeClosure(..)
            | Operation::ClosureRef(..) => {
                self.closure(operation, dst);
            }
            Operation::Raw1(operation, value) => self.raw_unary(operation, dst, self.slot(value)),
            Operation::Raw2(operation, a, b) => {
                self.raw_binary(
                    operation,
                    IntoRaw(dst),
                    RawLocal(self.slot(a)),
                    RawLocal(self.slot(b)),
                );
            }
            _ => unreachable!("written elsewhere"),
        }
        Ok(())
    }

    fn closure(&mut self, operation: &Operation, dst: u16) {
        let into = Into(dst);
        match *operation {
            Operation::StaticClosure(procedure) => {
                let closure = self.shared.pool.constant(Constant::Closure(procedure));
                self.load_constant(closure, dst);
            }
            Operation::MakeClosure(procedure, free) => {
                let make = Instruction::MakeClosure {
                    dst: into,
                    code: CodeOffset(0),
                    free: Count(free),
                };
                self.assembler
                    .emit_with_operand(make, 3, FixupTarget::Procedure(procedure));
            }
            Operation::ClosureRef(closure, index) => {
                let closure = self.local(closure);
                self.assembler.emit(Instruction::ClosureRef {
                    dst: into,
                    closure,
                    index: Index(index),
                });
            }
            _ => unreachable!("written elsewhere"),
        }
    }

    fn store(&mut self, operation: &Operation, dst: Option<u16>) {
        match *operation {
            Operation::GlobalSet(global, value) => {
                let store = Instruction::LocationSet {
                    cell: DataOffset(0),
                    src: self.local(value),
                };
                let cell = self.global_cell(global);
                self.assembler.emit_with_operand(store, 1, cell);
            }
            Operation::GlobalDefine(global, _) if self.shared.is_laid_out(global) => {}
            Operation::GlobalDefine(global, value) => {
                let store = Instruction::LocationDefine {
                    cell: DataOffset(0),
                    src: self.local(value),
                };
                let cell = self.global_cell(global);
                self.assembler.emit_with_operand(store, 1, cell);
            }
            Operation::CellSet(cell, value) => {
                let store = Instruction::StoreCell {
                    cell: DataOffset(0),
                    src: self.local(value),
                };
                self.assembler
                    .emit_with_operand(store, 1, FixupTarget::Cell(cell));
            }
            Operation::ClosureInit(closure, index, value) => {
                let (closure, src) = (self.local(closure), self.local(value));
                self.assembler.emit(Instruction::ClosureInit {
                    closure,
                    index: Index(index),
                    src,
                });
            }
            Operation::CheckInitialized(value, ref name) => {
                let symbol = self.shared.pool.symbol(name);
                let src = self.local(value);
                let check = Instruction::CheckInitialized {
                    src,
                    name: DataOffset(0),
                };
                self.assembler
                    .emit_with_last(check, FixupTarget::SymbolCell(symbol));
                if let Some(dst) = dst.filter(|&dst| dst != src.0) {
                    let src = AnyLocal(src.0);
                    self.assembler.emit(Instruction::Copy {
                        dst: IntoAny(dst),
                        src,
                    });
                }
                return;
            }
            _ => unreachable!("written elsewhere"),
        }
        if let Some(dst) = dst {
            self.load_word(tag::UNSPECIFIED, dst);
        }
    }

    fn call(&mut self, operation: &Operation, dst: u16) {
        let mut live = self.live();
        let outgoing = outgoing::of_operation(operation).expect("calls have operands by place");
        let first = self.place_operands(outgoing, &live);
        let count = Count(outgoing.operands.len() as u16);
        let (dst, map) = (IntoReturned(dst), MapOffset(0));
        let mut words = frame_words(live.live.end());
        let (instruction, target) = match *operation {
            Operation::Call(..) => (
                Instruction::Call {
                    arguments: count,
                    dst,
                    words: Count(clamp(words)),
                    map,
                },
                None,
            ),
            Operation::CallKnown(procedure, ..) => {
                let call = Instruction::CallKnown {
                    target: CodeOffset(0),
                    dst,
                    words: Count(clamp(words)),
                    map,
                };
                (call, Some(FixupTarget::Procedure(procedure)))
            }
            Operation::CallHost(primitive, ref operands) => {
                // The host procedure reads its operands from this frame.
                live.hold(first, operands.len());
                words = frame_words(live.live.end());
                let primitive = PrimitiveOperand(primitive.index());
                let first = Local(first);
                let words = Count(clamp(words));
                (
                    Instruction::CallHost {
                        primitive,
                        first,
                        count,
                        dst,
                        words,
                        map,
                    },
                    None,
                )
            }
            _ => unreachable!("only calls are written here"),
        };
        self.assembler.slots_end = self.assembler.slots_end.max(words + 1);
        self.assembler
            .emit_safepoint(instruction, target, live, Some(clamp(words - 1)));
    }

    /// Writes an instruction that may be run again after a collection, so that its operands are live.
    pub(super) fn emit_with_operands(&mut self, instruction: Instruction, operands: &[ValueId]) {
        let mut live = self.live();
        for &operand in operands {
            self.make_live(operand, &mut live);
        }
        self.assembler.emit_safepoint(instruction, None, live, None);
    }

    fn global_cell(&self, global: GlobalId) -> FixupTarget {
        let cell = self.shared.cell_of_global[global];
        FixupTarget::Cell(cell.expect("globals that occur were collected"))
    }

    fn literal(&mut self, literal: &Literal, dst: u16) -> Result<(), CodegenError> {
        let datum = match literal {
            Literal::Word(word) => {
                self.load_word(*word, dst);
                return Ok(());
            }
            Literal::Datum(LiteralDatum(datum)) => *datum,
        };
        let unit = self.shared.unit;
        let data = &unit.tables.data;
        let load = Instruction::LoadCell {
            dst: Into(dst),
            cell: DataOffset(0),
        };
        if let DatumKind::External(object) = data.kind(datum) {
            let cell = self.shared.cell_of_external[object];
            self.assembler.emit_with_last(load, FixupTarget::Cell(cell));
            return Ok(());
        }
        match self.shared.pool.datum(data, datum)? {
            ConstantWord::Word(word) => self.load_word(word, dst),
            ConstantWord::Symbol(symbol) => {
                self.assembler
                    .emit_with_last(load, FixupTarget::SymbolCell(symbol));
            }
            ConstantWord::Constant(constant) => self.load_constant(constant, dst),
        }
        Ok(())
    }

    fn load_constant(&mut self, constant: ConstantId, dst: u16) {
        let load = Instruction::LoadConstant {
            dst: Into(dst),
            constant: DataOffset(0),
        };
        self.assembler
            .emit_with_last(load, FixupTarget::Constant(constant));
    }

    /// Loads an immediate, fixnum or flonum.
    pub(super) fn load_word(&mut self, word: u64, dst: u16) {
        let small = tag::is_fixnum(word).then(|| i16::try_from(tag::fixnum_value(word)).ok());
        self.assembler.emit(match small.flatten() {
            Some(value) => Instruction::LoadSmall {
                dst: Into(dst),
                value: Small(value),
            },
            None => Instruction::LoadWord {
                dst: Into(dst),
                word: Word(word),
            },
        });
    }

    fn raw_unary(&mut self, operation: RawUnary, dst: u16, src: u16) {
        let (into, into_raw) = (Into(dst), IntoRaw(dst));
        let (local, raw) = (Local(src), RawLocal(src));
        self.assembler.emit(match operation {
            RawUnary::F64Negate => Instruction::F64Negate {
                dst: into_raw,
                src: raw,
            },
            RawUnary::F64Sqrt => Instruction::F64Sqrt {
                dst: into_raw,
                src: raw,
            },
            RawUnary::F64Abs => Instruction::F64Abs {
                dst: into_raw,
                src: raw,
            },
            RawUnary::UnboxF64 => Instruction::UnboxF64 {
                dst: into_raw,
                src: local,
            },
            RawUnary::RealToF64 => Instruction::RealToF64 {
                dst: into_raw,
                src: local,
            },
            RawUnary::BoxF64 => Instruction::BoxF64 {
                dst: into,
                src: raw,
            },
            RawUnary::I64ToF64 => Instruction::I64ToF64 {
                dst: into_raw,
                src: raw,
            },
            RawUnary::UnboxI64 => Instruction::UnboxI64 {
                dst: into_raw,
                src: local,
            },
            RawUnary::BoxI64 => Instruction::BoxI64 {
                dst: into,
                src: raw,
            },
            RawUnary::UnboxU64 => Instruction::UnboxU64 {
                dst: into_raw,
                src: local,
            },
            RawUnary::BoxU64 => Instruction::BoxU64 {
                dst: into,
                src: raw,
            },
        });
    }

    fn raw_binary(&mut self, operation: RawBinary, dst: IntoRaw, a: RawLocal, b: RawLocal) {
        self.assembler.emit(match operation {
            RawBinary::F64Add => Instruction::F64Add { dst, a, b },
            RawBinary::F64Subtract => Instruction::F64Subtract { dst, a, b },
            RawBinary::F64Multiply => Instruction::F64Multiply { dst, a, b },
            RawBinary::F64Divide => Instruction::F64Divide { dst, a, b },
            RawBinary::WordAdd => Instruction::WordAdd { dst, a, b },
            RawBinary::WordSubtract => Instruction::WordSubtract { dst, a, b },
            RawBinary::WordMultiply => Instruction::WordMultiply { dst, a, b },
            RawBinary::WordAnd => Instruction::WordAnd { dst, a, b },
            RawBinary::WordOr => Instruction::WordOr { dst, a, b },
            RawBinary::WordXor => Instruction::WordXor { dst, a, b },
            RawBinary::WordShiftLeft => Instruction::WordShiftLeft { dst, a, b },
            RawBinary::WordShiftRight => Instruction::WordShiftRight { dst, a, b },
            RawBinary::WordShiftRightSigned => Instruction::WordShiftRightSigned { dst, a, b },
        });
    }
}
