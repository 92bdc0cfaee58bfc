//! Expressions: for their value, for their effect, and last in the form.

use abi::isa::{
    AnyLocal, Count, DataOffset, Flag, Instruction, Into, IntoAny, IntoReturned, Local, MapOffset,
};
use abi::primitive::Primitive;
use abi::tag;
use syntax::DatumKind;

use super::liveness::constant_test;
use super::writer::Writer;
use crate::codegen::bytecode::outgoing::frame_words;
use crate::core::LiteralDatum;
use crate::core::ir::{
    CallPosition, Expr, ExprId, GlobalId, LastExpression, Literal, LiteralId, VariableId,
};
use crate::link::unit::{ConstantWord, FixupTarget};
use crate::ssa::ir::Truth;

impl Writer<'_> {
    /// Computes `id` into the first free slot.
    pub(super) fn value(&mut self, id: ExprId) {
        let program = self.program;
        match program.expr(id) {
            &Expr::Quote(literal) => self.literal(literal),
            &Expr::Local(variable) => {
                let (dst, src) = (IntoAny(self.depth), AnyLocal(self.slots[variable]));
                self.assembler.emit(Instruction::Copy { dst, src });
            }
            &Expr::GlobalRef(global) => {
                let (dst, cell) = (Into(self.depth), DataOffset(0));
                let cell_of = self.cell_of(global);
                self.at(id);
                self.assembler
                    .emit_with_last(Instruction::LocationRef { dst, cell }, cell_of);
            }
            &Expr::GlobalSet(global, part) => {
                self.store(id, part, global, |cell, src| Instruction::LocationSet {
                    cell,
                    src,
                });
            }
            &Expr::GlobalDefine(global, part) => {
                let define = |cell, src| Instruction::LocationDefine { cell, src };
                self.store(id, part, global, define);
            }
            Expr::Primitive(primitive, parts) => self.primitive(id, *primitive, parts),
            Expr::Call(operator, operands) => self.call(id, *operator, operands),
            Expr::Sequence(parts) => {
                let last = self.all_but_last(parts);
                self.value(last);
            }
            &Expr::If(test, consequent, alternative) => {
                self.conditional(test, [consequent, alternative], Self::value);
            }
            Expr::Let(bindings, body) => {
                let start = self.depth;
                self.binding(bindings);
                self.value(*body);
                let (dst, src) = (IntoAny(start), AnyLocal(self.depth));
                if dst.0 != src.0 {
                    self.assembler.emit(Instruction::Copy { dst, src });
                }
                self.depth = start;
            }
            _ => unreachable!("straight forms have no other expressions"),
        }
    }

    /// Evaluates `id`, whose value nobody reads.
    fn effect(&mut self, id: ExprId) {
        match self.program.expr(id) {
            Expr::Quote(_) | Expr::Local(_) => {}
            Expr::Sequence(parts) => {
                let last = self.all_but_last(parts);
                self.effect(last);
            }
            &Expr::If(test, consequent, alternative) => {
                self.conditional(test, [consequent, alternative], Self::effect);
            }
            Expr::Let(bindings, body) => {
                let start = self.depth;
                self.binding(bindings);
                self.effect(*body);
                self.depth = start;
            }
            _ => self.value(id),
        }
    }

    /// Evaluates `id`, which is the last expression, and leaves.
    pub(super) fn finish(&mut self, id: ExprId) {
        let how = self.program.last_expression;
        match self.program.expr(id) {
            Expr::Sequence(parts) => {
                let last = self.all_but_last(parts);
                self.finish(last);
            }
            &Expr::If(test, consequent, alternative) => match constant_test(self.program, test) {
                Some(true) => self.finish(consequent),
                Some(false) => self.finish(alternative),
                None => {
                    let mut no = self.join();
                    self.branch_if(test, Truth::Fails, &mut no);
                    self.finish(consequent);
                    self.bind(no);
                    self.finish(alternative);
                }
            },
            Expr::Let(bindings, body) => {
                let start = self.depth;
                self.binding(bindings);
                self.finish(*body);
                self.depth = start;
            }
            Expr::Primitive(Primitive::Values, parts) if parts.len() != 1 => {
                self.finish_values(id, parts);
            }
            Expr::Call(operator, operands) => match how {
                LastExpression::TailCall if !self.keeps_frame(id, *operator) => {
                    self.tail_call(id, *operator, operands);
                }
                LastExpression::Values => {
                    self.call(id, *operator, operands);
                    let place = self.entry_place();
                    self.assembler.set_place(place);
                    self.assembler.emit(Instruction::Receive {
                        first: Into(self.depth),
                        required: Count(0),
                        rest: Flag(1),
                    });
                    self.leave();
                }
                LastExpression::TailCall | LastExpression::Value => {
                    self.call(id, *operator, operands);
                    self.leave();
                }
            },
            _ => {
                self.value(id);
                if how == LastExpression::Values {
                    let start = self.depth;
                    self.keep();
                    self.list(id, start);
                }
                self.leave();
            }
        }
    }

    /// Returns the value in the first free slot.
    fn leave(&mut self) {
        let src = Local(self.depth);
        self.assembler.emit(Instruction::ReturnValue { src });
        self.is_reachable = false;
    }

    /// Leaves with several values, or none.
    fn finish_values(&mut self, id: ExprId, parts: &[ExprId]) {
        let start = self.depth;
        match self.program.last_expression {
            LastExpression::TailCall => {
                self.in_a_row(parts);
                self.release(start);
                let (first, count) = (Local(start), Count(parts.len() as u16));
                self.assembler
                    .emit(Instruction::ReturnValues { first, count });
                self.is_reachable = false;
            }
            LastExpression::Values if parts.is_empty() => {
                self.load_word(tag::NULL);
                self.leave();
            }
            LastExpression::Values => {
                self.in_a_row(parts);
                self.list(id, start);
                self.leave();
            }
            LastExpression::Value => self.is_refused = true,
        }
    }

    /// Puts a list of the kept values from `start` on into that slot.
    fn list(&mut self, id: ExprId, start: u16) {
        let operands: Vec<Local> = (start..self.depth).map(Local).collect();
        self.operation(id, Primitive::List, &operands, start);
    }

    /// Evaluates all parts but the last, which is answered.
    pub(super) fn all_but_last(&mut self, parts: &[ExprId]) -> ExprId {
        let (&last, before) = parts.split_last().expect("a sequence is not empty");
        for &part in before {
            self.effect(part);
        }
        last
    }

    /// Binds variables to slots that their values come to.
    pub(super) fn binding(&mut self, bindings: &[(VariableId, ExprId)]) {
        for &(variable, init) in bindings {
            self.value(init);
            self.slots[variable] = self.depth;
            self.depth += 1;
        }
    }

    fn conditional(&mut self, test: ExprId, arms: [ExprId; 2], write: fn(&mut Self, ExprId)) {
        let [consequent, alternative] = arms;
        if let Some(is_true) = constant_test(self.program, test) {
            return write(self, if is_true { consequent } else { alternative });
        }
        let (mut no, mut end) = (self.join(), self.join());
        self.branch_if(test, Truth::Fails, &mut no);
        write(self, consequent);
        self.jump(&mut end);
        self.bind(no);
        write(self, alternative);
        self.bind(end);
    }

    fn literal(&mut self, literal: LiteralId) {
        let program = self.program;
        let datum = match program.literals[literal] {
            Literal::Word(word) => return self.load_word(word),
            Literal::Datum(LiteralDatum(datum)) => datum,
        };
        let (dst, cell) = (Into(self.depth), DataOffset(0));
        let load = Instruction::LoadCell { dst, cell };
        if let &DatumKind::External(object) = program.data.kind(datum) {
            let found = self.external_cells.iter().find(|(each, _)| *each == object);
            let (_, cell) = *found.expect("live objects that occur were collected");
            return self.assembler.emit_with_last(load, FixupTarget::Cell(cell));
        }
        match self.pool.datum(&program.data, datum) {
            Ok(ConstantWord::Word(word)) => self.load_word(word),
            Ok(ConstantWord::Symbol(symbol)) => {
                self.assembler
                    .emit_with_last(load, FixupTarget::SymbolCell(symbol));
            }
            Ok(ConstantWord::Constant(constant)) => {
                let load = Instruction::LoadConstant {
                    dst,
                    constant: DataOffset(0),
                };
                self.assembler
                    .emit_with_last(load, FixupTarget::Constant(constant));
            }
            // The way through SSA tells of it.
            Err(_) => self.is_refused = true,
        }
    }

    fn store(
        &mut self,
        id: ExprId,
        part: ExprId,
        global: GlobalId,
        instruction: fn(DataOffset, Local) -> Instruction,
    ) {
        let start = self.depth;
        let src = self.operand(part);
        let cell = self.cell_of(global);
        self.at(id);
        self.assembler
            .emit_with_operand(instruction(DataOffset(0), src), 1, cell);
        self.release(start);
        self.load_word(tag::UNSPECIFIED);
    }

    /// Computes the operator and the operands of a call into slots from the first free one on.
    fn callee(&mut self, operator: ExprId, operands: &[ExprId]) {
        self.value(operator);
        self.keep();
        self.in_a_row(operands);
    }

    /// Computes parts into consecutive slots, and keeps them.
    pub(super) fn in_a_row(&mut self, parts: &[ExprId]) {
        for &part in parts {
            self.value(part);
            self.keep();
        }
    }

    /// Calls, and waits for the result.
    fn call(&mut self, id: ExprId, operator: ExprId, operands: &[ExprId]) {
        let start = self.depth;
        let words = frame_words(usize::from(start));
        self.depth = words as u16;
        self.callee(operator, operands);
        self.release(words as u16);
        self.depth = start;
        self.at(id);
        let live = self.live(id);
        let call = Instruction::Call {
            arguments: Count(operands.len() as u16),
            dst: IntoReturned(start),
            words: Count(words as u16),
            map: MapOffset(0),
        };
        self.assembler.slots_end = self.assembler.slots_end.max(words + 1);
        self.assembler
            .emit_safepoint(call, None, live, Some(words as u16 - 1));
        self.returned = true;
    }

    /// Whether a call in tail position leaves this frame for backtraces.
    fn keeps_frame(&self, id: ExprId, operator: ExprId) -> bool {
        let &Expr::GlobalRef(global) = self.program.expr(operator) else {
            return false;
        };
        let global = self.program.global(global);
        let stays = self.program.place(id).call == CallPosition::Inner;
        global.never_returns() || global.returns_itself && stays
    }

    fn tail_call(&mut self, id: ExprId, operator: ExprId, operands: &[ExprId]) {
        let start = self.depth;
        self.callee(operator, operands);
        let end = self.depth;
        self.release(start);
        self.at(id);
        if start > 0 {
            for (to, from) in (0..).zip(start..end) {
                let (dst, src) = (IntoAny(to), AnyLocal(from));
                self.assembler.emit(Instruction::Copy { dst, src });
            }
        }
        let arguments = Count(operands.len() as u16);
        self.assembler.emit(Instruction::TailCall { arguments });
        self.is_reachable = false;
    }
}
