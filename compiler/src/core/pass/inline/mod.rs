//! Inlining, and the simplifications that it makes possible.
//!
//! The pass propagates copies and constants, and folds constants. It puts procedures that are
//! called once, or that are small, in the place of their calls. It decides tests of constants, and
//! drops expressions that nothing uses.
//!
//! Before: stage 2. After: stage 2.
//!
//! ```text
//! (fix ((twice.0 (lambda twice.0 (x.1) (+ x.1 x.1)))) (let ((y.2 3)) (call twice.0 y.2)))
//! => 6
//! ```
//!
//! The pass walks over the program once, on a stack of steps. A procedure that is named once is
//! visited at its call, as part of the caller. Any other procedure is visited where it is bound,
//! before its callers. A procedure that captures its continuation is not inlined.
//!
//! # Claims
//!
//! * A variable that is never assigned has one value wherever it is named. References to it may be
//!   replaced by the expression that it was bound to, and may move past anything. Neither is true
//!   of an assigned variable. Neither is true of a variable that was unset before its init, which
//!   is why `fix_letrec` marks such a variable as assigned.
//! * Only a [pure](Inliner::is_pure) expression is dropped, or passed by an effect. A pure
//!   expression has no effect, reads nothing that may change, and does not raise.
//! * An init moves to the only use of its variable if only constants and variables that are never
//!   assigned are evaluated between the two. So the init keeps its place among effects, errors and
//!   returns.
//! * A call may become the body of its procedure, because a parameter is bound as an operand is. A
//!   body that captures the continuation of its procedure is the exception: the body would then
//!   return to another place. The capture has to stand in the body itself, because a capture in a
//!   procedure inside returns elsewhere.
//! * Copies share nothing: each copy has variables, labels and lambdas of its own.
//! * A binding takes the first value of its init, and ignores the others. So an init that may have
//!   another number of values than one does not move to a place where all values are taken: the
//!   body itself, and the producer of a `receive`. A place that wants one value takes the first one, too.
//!
//! `tests` and the random programs of `core::pass::property` fail where one of these is false.

mod binding;
mod call;
mod census;
mod copy;
mod fold;
mod purity;
mod size;
#[cfg(test)]
mod tests;

use abi::primitive::Primitive;
use abi::tag;

use crate::checkpoint;
use crate::core::ir::{Expr, ExprId, LambdaId, LiteralId, Program, VariableId};
use crate::id::IdVec;
use census::{Census, Progress};

/// Runs the pass.
#[must_use]
pub fn inline(mut program: Program) -> Program {
    let root = program.root();
    let census = Census::take(&program);
    let mut inliner = Inliner {
        substitutes: program.variables.side_table(None),
        budget: program.exprs.len().max(BUDGET_MIN),
        program: &mut program,
        census,
        depth: 0,
        steps: vec![InlineStep::Visit(root, Use::Value)],
    };
    while let Some(step) = inliner.steps.pop() {
        checkpoint::step();
        inliner.take(step);
    }
    program
}

/// Expressions that copies of small procedures may add, at least.
const BUDGET_MIN: usize = 1000;

/// What the value of an expression is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    Value,
    /// Only whether it is true.
    Test,
    /// Nothing.
    Effect,
}

/// What a variable is replaced by wherever it is used.
#[derive(Clone, Copy, Debug)]
enum Substitute {
    Quote(LiteralId),
    Local(VariableId),
}

#[derive(Clone, Copy, Debug)]
enum InlineStep {
    Visit(ExprId, Use),
    /// The parts have been visited.
    Leave(ExprId, Use),
    /// The test has been visited.
    Decide(ExprId, Use),
    /// The inits have been visited.
    Propagate(ExprId, Use),
    /// The body of a `Fix` has been visited.
    VisitRest(ExprId),
    /// The body of a `Fix` whose procedures were visited before has been visited.
    LeaveFix(ExprId),
    /// A procedure that `Fix` binds, unless it has been put in the place of its only call.
    VisitProcedure(LambdaId),
    LeaveLambda(LambdaId),
    /// The copy of a procedure's body has been visited.
    LeaveCopy,
}

struct Inliner<'program> {
    program: &'program mut Program,
    census: Census,
    /// By variable.
    substitutes: IdVec<VariableId, Option<Substitute>>,
    /// How many expressions copies may still add.
    budget: usize,
    /// How many copies the walk is in, each in the last.
    depth: usize,
    steps: Vec<InlineStep>,
}

impl Inliner<'_> {
    fn take(&mut self, step: InlineStep) {
        match step {
            InlineStep::Visit(id, usage) => self.visit(id, usage),
            InlineStep::Leave(id, usage) => self.leave(id, usage),
            InlineStep::Decide(id, usage) => self.decide(id, usage),
            InlineStep::Propagate(id, usage) => self.propagate(id, usage),
            InlineStep::VisitRest(id) => self.visit_rest(id),
            InlineStep::LeaveFix(id) => self.leave_fix(id),
            InlineStep::VisitProcedure(lambda) => {
                if self.census.facts(lambda).progress == Progress::Waiting {
                    self.visit_lambda(lambda);
                }
            }
            InlineStep::LeaveLambda(lambda) => self.census.finish(lambda),
            InlineStep::LeaveCopy => self.depth -= 1,
        }
    }

    fn visit(&mut self, id: ExprId, usage: Use) {
        match self.program.expr(id) {
            Expr::Quote(_) | Expr::GlobalRef(_) => {}
            Expr::Local(variable) => self.substitute(id, *variable),
            &Expr::If(test, ..) => {
                self.steps.push(InlineStep::Decide(id, usage));
                self.steps.push(InlineStep::Visit(test, Use::Test));
            }
            Expr::Sequence(parts) => {
                self.steps.push(InlineStep::Leave(id, usage));
                let last = parts.len() - 1;
                for (index, &part) in parts.iter().enumerate().rev() {
                    let inner = if index == last { usage } else { Use::Effect };
                    self.steps.push(InlineStep::Visit(part, inner));
                }
            }
            Expr::Let(bindings, _) => {
                self.steps.push(InlineStep::Propagate(id, usage));
                for &(_, init) in bindings.iter().rev() {
                    self.steps.push(InlineStep::Visit(init, Use::Value));
                }
            }
            &Expr::Lambda(lambda) => self.visit_lambda(lambda),
            Expr::Fix(..) => self.visit_fix(id, usage),
            Expr::Call(..) => self.visit_call(id, usage),
            &Expr::Primitive(Primitive::Not, ref operands) => {
                let operand = operands[0];
                self.steps.push(InlineStep::Leave(id, usage));
                self.steps.push(InlineStep::Visit(operand, Use::Test));
            }
            &Expr::Receive { producer, body, .. } => {
                self.steps.push(InlineStep::Leave(id, usage));
                self.steps.push(InlineStep::Visit(body, usage));
                self.steps.push(InlineStep::Visit(producer, Use::Value));
            }
            _ => {
                self.steps.push(InlineStep::Leave(id, usage));
                let start = self.steps.len();
                let steps = &mut self.steps;
                self.program
                    .each_part(id, |part| steps.push(InlineStep::Visit(part, Use::Value)));
                self.steps[start..].reverse();
            }
        }
    }

    fn visit_lambda(&mut self, lambda: LambdaId) {
        self.census.start(lambda);
        let body = self.program.lambda(lambda).body;
        self.steps.push(InlineStep::LeaveLambda(lambda));
        self.steps.push(InlineStep::Visit(body, Use::Value));
    }

    /// Whether one rewrite more may be done.
    fn may_rewrite(&mut self) -> bool {
        self.program.rewrites.allow()
    }

    /// Replaces a reference to a variable that stands for something simpler.
    fn substitute(&mut self, id: ExprId, variable: VariableId) {
        let Some(substitute) = self.substitutes[variable] else {
            return;
        };
        if !self.may_rewrite() {
            return;
        }
        self.census.forget(variable);
        let expr = match substitute {
            Substitute::Quote(literal) => Expr::Quote(literal),
            Substitute::Local(other) => {
                self.census.note(other);
                Expr::Local(other)
            }
        };
        self.program.replace(id, expr);
    }

    fn leave(&mut self, id: ExprId, usage: Use) {
        match self.program.expr(id) {
            Expr::Call(..) => self.leave_call(id, usage),
            Expr::Primitive(..) => self.leave_primitive(id, usage),
            Expr::Sequence(_) => self.leave_sequence(id),
            Expr::Let(..) => self.leave_let(id),
            Expr::Receive { .. } => self.leave_receive(id, usage),
            &Expr::If(test, consequent, _) => self.leave_if(usage, test, consequent),
            _ => {}
        }
    }

    /// Chooses an arm if the test is a constant.
    fn decide(&mut self, id: ExprId, usage: Use) {
        let &Expr::If(mut test, mut consequent, mut alternative) = self.program.expr(id) else {
            unreachable!("scheduled for an `If` only");
        };
        while let &Expr::Primitive(Primitive::Not, ref operands) = self.program.expr(test) {
            let operand = operands[0];
            if !self.may_rewrite() {
                break;
            }
            test = operand;
            std::mem::swap(&mut consequent, &mut alternative);
        }
        if let Some(word) = self.program.quoted_word(test)
            && self.may_rewrite()
        {
            let (chosen, dropped) = if word == tag::FALSE {
                (alternative, consequent)
            } else {
                (consequent, alternative)
            };
            self.drop_expr(dropped);
            self.become_part(id, chosen);
            self.steps.push(InlineStep::Visit(id, usage));
            return;
        }
        self.program
            .replace(id, Expr::If(test, consequent, alternative));
        self.steps.push(InlineStep::Leave(id, usage));
        self.steps.push(InlineStep::Visit(alternative, usage));
        self.steps.push(InlineStep::Visit(consequent, usage));
    }

    /// `(if t t e)` as a test is `(if t #t e)`.
    fn leave_if(&mut self, usage: Use, test: ExprId, consequent: ExprId) {
        if usage == Use::Value {
            return;
        }
        if let (&Expr::Local(tested), &Expr::Local(result)) =
            (self.program.expr(test), self.program.expr(consequent))
            && tested == result
            && self.may_rewrite()
        {
            self.census.forget(result);
            let truth = self.program.add_word(tag::TRUE);
            self.program.replace(consequent, Expr::Quote(truth));
        }
    }

    /// Puts one part of an expression in its place. Nothing else leads to the part: a copy of it for each variable
    /// that is moved into a long list of operands would take time and memory by the square of their number.
    fn become_part(&mut self, id: ExprId, part: ExprId) {
        let expr = self.program.replace(part, Expr::Sequence(Vec::new()));
        self.program.spans[id] = self.program.place(part);
        self.program.replace(id, expr);
    }

    /// Forgets the uses of variables in an expression that is no longer part of the program.
    fn drop_expr(&mut self, id: ExprId) {
        let mut pending = vec![id];
        while let Some(id) = pending.pop() {
            if let Expr::Local(variable) | Expr::SetLocal(variable, _) = self.program.expr(id) {
                self.census.forget(*variable);
            }
            let census = &self.census;
            match self.program.expr(id) {
                // What was moved elsewhere is not dropped with what it was moved from.
                Expr::Fix(bindings, body) => {
                    for &(_, lambda) in bindings {
                        if !census.is_consumed(lambda) {
                            pending.push(self.program.lambda(lambda).body);
                        }
                    }
                    pending.push(*body);
                }
                _ => self.program.each_part(id, |part| pending.push(part)),
            }
        }
    }

    fn leave_sequence(&mut self, id: ExprId) {
        let Expr::Sequence(parts) = self.program.expr(id).clone() else {
            unreachable!("scheduled for a `Sequence` only");
        };
        let (&last, before) = parts.split_last().expect("a sequence is not empty");
        let mut kept = Vec::with_capacity(parts.len());
        for &part in before {
            if self.is_pure(part) && self.may_rewrite() {
                self.drop_expr(part);
            } else {
                kept.push(part);
            }
        }
        if kept.is_empty() {
            self.become_part(id, last);
        } else {
            kept.push(last);
            self.program.replace(id, Expr::Sequence(kept));
        }
    }

    /// Values that are known one by one are bound like those of a `Let`.
    fn leave_receive(&mut self, id: ExprId, usage: Use) {
        let Expr::Receive {
            required,
            rest: None,
            producer,
            body,
        } = self.program.expr(id)
        else {
            return;
        };
        let Expr::Primitive(Primitive::Values, values) = self.program.expr(*producer) else {
            return;
        };
        if values.len() != required.len() {
            return;
        }
        let bindings = required.iter().copied().zip(values.iter().copied());
        let bound = Expr::Let(bindings.collect(), *body);
        if !self.may_rewrite() {
            return;
        }
        self.program.replace(id, bound);
        self.steps.push(InlineStep::Propagate(id, usage));
    }
}
