//! Primitives for their values.

use abi::isa::{Count, Instruction, Into, Local, MapOffset, PrimitiveOperand};
use abi::primitive::Primitive;
use abi::tag;
use smallvec::SmallVec;

use super::liveness::{Operands, operands_of};
use super::writer::Writer;
use crate::codegen::bytecode::primitive_instruction;
use crate::core::ir::{Expr, ExprId};
use crate::ssa::primitive_facts::comparison_of;

impl Writer<'_> {
    /// Computes a primitive into the first free slot.
    pub(super) fn primitive(&mut self, id: ExprId, primitive: Primitive, parts: &[ExprId]) {
        if primitive == Primitive::Not || comparison_of(primitive).is_some() {
            return self.boolean(id);
        }
        if primitive == Primitive::Values {
            return match *parts {
                [part] => self.value(part),
                _ => self.is_refused = true,
            };
        }
        let start = self.depth;
        let is_named = operands_of(primitive, parts.len()) == Some(Operands::Named);
        let operands = if is_named {
            self.operands(parts)
        } else {
            self.in_a_row(parts);
            (start..self.depth).map(Local).collect()
        };
        self.operation(id, primitive, &operands, start);
    }

    /// Writes the operation of a primitive on operands of which those from `start` on are kept, up to here. The result
    /// comes to `start`.
    pub(super) fn operation(
        &mut self,
        id: ExprId,
        primitive: Primitive,
        operands: &[Local],
        start: u16,
    ) {
        if primitive.allocates_unasked() {
            self.poll_before(id, operands);
        }
        self.release(start);
        if primitive == Primitive::Void {
            return self.load_word(tag::UNSPECIFIED);
        }
        self.at(id);
        let dst = Into(start);
        let is_named = operands_of(primitive, operands.len()) == Some(Operands::Named);
        let safepoint = if is_named {
            primitive_instruction::safepoint(primitive, operands, dst)
        } else {
            Some(Instruction::Leaf {
                dst,
                primitive: PrimitiveOperand(primitive.index()),
                first: Local(start),
                count: Count(operands.len() as u16),
                map: MapOffset(0),
            })
        };
        if let Some(instruction) = safepoint {
            let live = self.live_with(id, operands);
            self.assembler.emit_safepoint(instruction, None, live, None);
        } else if let Some(instruction) = primitive_instruction::value(primitive, operands, dst) {
            self.assembler.emit(instruction);
        } else {
            let effect = primitive_instruction::effect(primitive, operands);
            let effect = effect.expect("straight forms have no other primitives");
            self.assembler.emit(effect);
            self.load_word(tag::UNSPECIFIED);
        }
    }

    /// Where operands are: variables stay in their slots, and other values are kept.
    pub(super) fn operands(&mut self, parts: &[ExprId]) -> SmallVec<[Local; 3]> {
        parts.iter().map(|&part| self.operand(part)).collect()
    }

    /// Where an operand is.
    pub(super) fn operand(&mut self, part: ExprId) -> Local {
        if let &Expr::Local(variable) = self.program.expr(part) {
            return Local(self.slots[variable]);
        }
        self.value(part);
        self.keep()
    }
}
