//! Tests: branches on what an expression is.

use abi::isa::Local;
use abi::primitive::Primitive;
use abi::tag;
use abi::type_test::type_test_of;

use super::emit::Join;
use super::liveness::constant_test;
use super::writer::Writer;
use crate::codegen::bytecode::select::{comparing_branch, eq_branch, true_branch, type_branch};
use crate::core::ir::{Expr, ExprId};
use crate::ssa::ir::Truth;
use crate::ssa::primitive_facts::comparison_of;

impl Writer<'_> {
    /// Branches to `join` if the test of `id` comes out as `truth` says.
    pub(super) fn branch_if(&mut self, id: ExprId, truth: Truth, join: &mut Join) {
        if let Some(is_true) = constant_test(self.program, id) {
            if is_true == (truth == Truth::Holds) {
                self.jump(join);
            }
            return;
        }
        match self.program.expr(id) {
            Expr::Primitive(Primitive::Not, parts) => {
                self.branch_if(parts[0], truth.opposite(), join);
            }
            &Expr::Primitive(primitive, _) if comparison_of(primitive).is_some() => {
                self.branch_if_related(id, truth, join);
            }
            Expr::Primitive(..) => self.branch_if_primitive(id, truth, join),
            &Expr::If(test, consequent, alternative) => {
                self.branch_if_either([test, consequent, alternative], truth, join);
            }
            Expr::Sequence(parts) => {
                let last = self.all_but_last(parts);
                self.branch_if(last, truth, join);
            }
            Expr::Let(bindings, body) => {
                let start = self.depth;
                self.binding(bindings);
                self.branch_if(*body, truth, join);
                self.depth = start;
            }
            _ => self.branch_if_value(id, truth, join),
        }
    }

    fn branch_if_either(
        &mut self,
        [test, consequent, alternative]: [ExprId; 3],
        truth: Truth,
        join: &mut Join,
    ) {
        match constant_test(self.program, test) {
            Some(true) => return self.branch_if(consequent, truth, join),
            Some(false) => return self.branch_if(alternative, truth, join),
            None => {}
        }
        let (mut no, mut end) = (self.join(), self.join());
        self.branch_if(test, Truth::Fails, &mut no);
        self.branch_if(consequent, truth, join);
        self.jump(&mut end);
        self.bind(no);
        self.branch_if(alternative, truth, join);
        self.bind(end);
    }

    /// Branches on a comparison of numbers.
    fn branch_if_related(&mut self, id: ExprId, truth: Truth, join: &mut Join) {
        let Expr::Primitive(primitive, parts) = self.program.expr(id) else {
            unreachable!("comparisons are primitives")
        };
        let comparison = comparison_of(*primitive).expect("the caller has looked");
        let start = self.depth;
        let operands = self.operands(parts);
        self.release(start);
        self.at(id);
        let live = self.live_with(id, &operands);
        let branch = comparing_branch(comparison, operands[0], operands[1], truth);
        let label = self.arrive(join);
        self.assembler.emit_safepoint_branch(branch, label, live);
    }

    /// Branches on another primitive.
    fn branch_if_primitive(&mut self, id: ExprId, truth: Truth, join: &mut Join) {
        let Expr::Primitive(primitive, parts) = self.program.expr(id) else {
            unreachable!("the caller has looked")
        };
        let start = self.depth;
        let branch = if let Some(kind) = type_test_of(*primitive) {
            type_branch(kind, self.operand(parts[0]), truth)
        } else if *primitive == Primitive::IsEq {
            let operands = self.operands(parts);
            eq_branch(operands[0], operands[1], truth)
        } else {
            return self.branch_if_value(id, truth, join);
        };
        self.release(start);
        self.at(id);
        let label = self.arrive(join);
        self.assembler.emit_branch(branch, label);
    }

    fn branch_if_value(&mut self, id: ExprId, truth: Truth, join: &mut Join) {
        let src = if let &Expr::Local(variable) = self.program.expr(id) {
            self.slots[variable]
        } else {
            self.value(id);
            self.depth
        };
        let label = self.arrive(join);
        self.assembler
            .emit_branch(true_branch(Local(src), truth), label);
    }

    /// Computes `#t` or `#f`, as a test comes out, into the first free slot.
    pub(super) fn boolean(&mut self, id: ExprId) {
        let (mut no, mut end) = (self.join(), self.join());
        self.branch_if(id, Truth::Fails, &mut no);
        if self.is_reachable {
            self.load_word(tag::TRUE);
            self.jump(&mut end);
        }
        if self.bind(no) {
            self.load_word(tag::FALSE);
        }
        self.bind(end);
    }
}
