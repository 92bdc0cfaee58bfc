//! Calls: puts procedures in the place of calls of them.

use abi::primitive::Primitive;
use abi::tag;

use super::census::Progress;
use super::{InlineStep, Inliner, Use};
use crate::core::ir::{Expr, ExprId, LambdaId, SourcePlace, VariableId};

/// Expressions that a procedure may consist of to be copied to its calls; see `size`.
const SMALL: usize = 10;
/// How deep copies may stand in copies.
const DEPTH_MAX: usize = 6;

impl Inliner<'_> {
    pub(super) fn visit_call(&mut self, id: ExprId, usage: Use) {
        if self.float_operator(id) {
            self.steps.push(InlineStep::Visit(id, usage));
            return;
        }
        let Expr::Call(operator, operands) = self.program.expr(id) else {
            unreachable!("scheduled for a `Call` only");
        };
        let operator = *operator;
        let operands = operands.clone();
        if let &Expr::Lambda(lambda) = self.program.expr(operator)
            && self.can_open(lambda, operands.len())
            && self.may_rewrite()
        {
            self.open(id, lambda, operands);
            self.steps.push(InlineStep::Visit(id, usage));
            return;
        }
        self.steps.push(InlineStep::Leave(id, usage));
        for &operand in operands.iter().rev() {
            self.steps.push(InlineStep::Visit(operand, Use::Value));
        }
        self.steps.push(InlineStep::Visit(operator, Use::Value));
    }

    /// `((let (...) f) a)` becomes `(let (...) (f a))`; what is bound has other names than the operands.
    fn float_operator(&mut self, id: ExprId) -> bool {
        let Expr::Call(operator, operands) = self.program.expr(id) else {
            return false;
        };
        let (operator, operands) = (*operator, operands.clone());
        let place = self.program.place(id);
        let mut outer = self.program.expr(operator).clone();
        let (Expr::Let(_, inner) | Expr::Fix(_, inner)) = &mut outer else {
            return false;
        };
        if !self.may_rewrite() {
            return false;
        }
        *inner = self.program.add(Expr::Call(*inner, operands), place);
        self.program.replace(id, outer);
        true
    }

    pub(super) fn leave_call(&mut self, id: ExprId, usage: Use) {
        let Expr::Call(operator, operands) = self.program.expr(id) else {
            unreachable!("scheduled for a `Call` only");
        };
        let (operator, count) = (*operator, operands.len());
        match *self.program.expr(operator) {
            Expr::Local(variable) => {
                if let Some(lambda) = self.census.lambda_of(variable)
                    && self.can_open(lambda, count)
                {
                    self.call_procedure(id, variable, lambda, usage);
                }
            }
            Expr::Lambda(lambda) if self.can_open(lambda, count) => {
                let operands = operands.clone();
                if !self.may_rewrite() {
                    return;
                }
                self.open(id, lambda, operands);
                self.steps.push(InlineStep::Propagate(id, usage));
            }
            _ => {}
        }
    }

    /// Whether a call of a procedure can become its body.
    fn can_open(&self, lambda: LambdaId, count: usize) -> bool {
        !self.census.facts(lambda).captures && self.program.lambda(lambda).accepts(count)
    }

    fn call_procedure(&mut self, id: ExprId, variable: VariableId, lambda: LambdaId, usage: Use) {
        let facts = self.census.facts(lambda);
        let is_closed = matches!(facts.progress, Progress::Waiting | Progress::Done);
        let opened = if self.census.uses(variable) == 1 && is_closed {
            if !self.may_rewrite() {
                return;
            }
            self.census.facts_mut(lambda).progress = Progress::Consumed;
            lambda
        } else if facts.progress == Progress::Done
            && !facts.is_recursive
            && self.may_copy(lambda)
            && self.may_rewrite()
        {
            self.depth += 1;
            self.steps.push(InlineStep::LeaveCopy);
            self.copy(lambda)
        } else {
            return;
        };
        self.census.forget(variable);
        let Expr::Call(_, operands) = self.program.expr(id) else {
            unreachable!("only calls are opened");
        };
        let operands = operands.clone();
        self.open(id, opened, operands);
        self.steps.push(InlineStep::Propagate(id, usage));
    }

    fn may_copy(&mut self, lambda: LambdaId) -> bool {
        if self.depth >= DEPTH_MAX {
            return false;
        }
        let Some(size) = self.size_up_to(self.program.lambda(lambda).body, SMALL) else {
            return false;
        };
        if size > self.budget {
            return false;
        }
        self.budget -= size;
        true
    }

    /// Replaces a call by the body of the procedure with its parameters bound to the operands.
    fn open(&mut self, id: ExprId, lambda: LambdaId, operands: Vec<ExprId>) {
        let place = self.program.place(id);
        let activation = self.program.lambda(lambda).place.activation;
        self.program.activations.inline(activation, place);
        let lambda = self.program.lambda(lambda);
        let body = lambda.body;
        let rest = lambda.rest;
        let positional: Vec<VariableId> = lambda
            .required
            .iter()
            .chain(&lambda.optional)
            .copied()
            .collect();
        let mut operands = operands.into_iter();
        let mut bindings = Vec::with_capacity(positional.len() + 1);
        for parameter in positional {
            let operand = operands
                .next()
                .unwrap_or_else(|| self.program.add_quote(tag::DEFAULT, place));
            bindings.push((parameter, operand));
        }
        if let Some(rest) = rest {
            bindings.push((rest, self.list(operands.collect(), place)));
        }
        self.program.replace(id, Expr::Let(bindings, body));
    }

    fn list(&mut self, items: Vec<ExprId>, place: SourcePlace) -> ExprId {
        if items.is_empty() {
            return self.program.add_quote(tag::NULL, place);
        }
        self.program
            .add(Expr::Primitive(Primitive::List, items), place)
    }
}
