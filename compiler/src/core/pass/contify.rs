//! Contification: turns procedures into labels and loops.
//!
//! A procedure that always returns to the same place becomes a label of the procedure around that
//! place. A procedure that calls itself in tail position becomes a loop.
//!
//! Before: stage 2. After: stage 2.
//!
//! ```text
//! (fix ((loop.0 (lambda loop.0 (i.1) (if (< i.1 9) (call loop.0 (+ i.1 1)) i.1)))) (call loop.0 0))
//! => (labels ((loop.0 (i.1) (if (< i.1 9) (goto loop.0 (+ i.1 1)) i.1))) (goto loop.0 0))
//! ```
//!
//! The *root* of an expression is the outermost expression with respect to which it stands in tail
//! position. Two calls with the same root return to the same place. A group of procedures is
//! contified under two conditions: its procedures are only called, and all calls have one root.
//! Calls in tail position of the group's own bodies do not count. The bodies then get this root,
//! too (after Fluet and Weeks, Contification Using Dominators, 2001, for the case that roots are
//! found from the inside out).
//!
//! # Claims
//!
//! * Calls with one root return to one place, which wants the same number of values from all. No
//!   frame is needed to find the place again. A continuation that is captured in an operand holds
//!   the frame around it.
//! * The pass sees all calls of a group. If a variable is named otherwise than as an operator, its
//!   group stays. If a call does not fit, the group stays, because the call has to raise.
//! * A procedure that captures the continuation to which it returns does not become a label: the
//!   capture would take another procedure's frame.
//! * Each jump binds the parameters of a label anew. So assigned parameters that a procedure
//!   captured in an earlier turn keep their locations: `convert_assignments` makes a box in the
//!   label's body.
//! * A group may move inwards to the root of its calls. Names in its bodies are bound outside of
//!   the group, and so outside of the root. Making closures has no effect that a program could tell
//!   from its absence.
//!
//! `tests` and the random programs of `core::pass::property` fail where one of these is false.

use abi::primitive::Primitive;

use crate::checkpoint;
use crate::core::ir::{CallPosition, Expr, ExprId, LambdaId, Program, SourcePlace, VariableId};
use crate::id::{IdVec, define_ids};

/// Runs the pass.
#[must_use]
pub fn contify(mut program: Program) -> Program {
    let mut survey = Survey::take(&program);
    let mut inner = Vec::new();
    while let Some(fix) = survey.fixes.pop() {
        checkpoint::step();
        let destination = survey.destination(&program, fix);
        match destination {
            Some(root) if program.rewrites.allow() => {
                survey.move_group(&mut program, fix, root, &mut inner);
            }
            _ => survey.stay(&mut program, fix),
        }
    }
    survey.rewrite_calls(&mut program);
    for (labels, root) in inner {
        let place = program.place(root);
        let body = program.relocate(root);
        program.spans[root] = place;
        program.replace(root, Expr::Labels(labels, body));
    }
    program
}

/// A call of a variable that `Fix` binds.
#[derive(Clone, Copy)]
struct CallSite {
    id: ExprId,
    callee: VariableId,
    root: ExprId,
}

/// A `Fix` and its root.
#[derive(Clone, Copy)]
struct FixSite {
    id: ExprId,
    root: ExprId,
}

define_ids! {
    /// A call of a variable that `Fix` binds.
    CallId;
}

/// What becomes of a procedure.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It stays a procedure.
    Procedure,
    /// It is a label.
    Label,
    /// Its body is a loop with this label.
    Loop(LambdaId),
}

struct Survey {
    /// In the order of the text.
    fixes: Vec<FixSite>,
    calls: IdVec<CallId, CallSite>,
    /// Of each variable that `Fix` binds, its calls.
    calls_of: IdVec<VariableId, Vec<CallId>>,
    /// The procedure of each variable that `Fix` binds.
    lambdas: IdVec<VariableId, Option<LambdaId>>,
    /// Whether a variable is used otherwise than to be called.
    escapes: IdVec<VariableId, bool>,
    /// Whether a procedure captures its continuation.
    captures: IdVec<LambdaId, bool>,
    /// What the root of each expression was merged into; itself if it was not.
    merged: IdVec<ExprId, ExprId>,
    /// Of the body of a procedure, the `Fix` that binds it.
    groups: IdVec<ExprId, Option<ExprId>>,
    fates: IdVec<LambdaId, Fate>,
}

/// Where an expression stands.
#[derive(Clone, Copy)]
struct Position {
    root: ExprId,
    procedure: Option<LambdaId>,
}

impl Position {
    /// That of a part whose value is used: no jump out of it.
    const fn apart(self, part: ExprId) -> Self {
        Self { root: part, ..self }
    }
}

impl Survey {
    fn take(program: &Program) -> Self {
        let mut survey = Self {
            fixes: Vec::new(),
            calls: IdVec::new(),
            calls_of: program.variables.side_table(Vec::new()),
            lambdas: program.variables.side_table(None),
            escapes: program.variables.side_table(false),
            captures: program.lambdas.side_table(false),
            merged: program.exprs.ids().collect(),
            groups: program.exprs.side_table(None),
            fates: program.lambdas.side_table(Fate::Procedure),
        };
        let root = program.root();
        let procedure = None;
        let mut pending = vec![(root, Position { root, procedure })];
        while let Some((id, position)) = pending.pop() {
            checkpoint::step();
            let start = pending.len();
            survey.visit(program, id, position, &mut pending);
            pending[start..].reverse();
        }
        survey
    }

    fn visit(
        &mut self,
        program: &Program,
        id: ExprId,
        position: Position,
        pending: &mut Vec<(ExprId, Position)>,
    ) {
        let apart = |part: ExprId| (part, position.apart(part));
        let body_of = |lambda: LambdaId| {
            let root = program.lambda(lambda).body;
            let procedure = Some(lambda);
            (root, Position { root, procedure })
        };
        match program.expr(id) {
            Expr::Local(variable) => self.escapes[*variable] = true,
            Expr::Call(operator, operands) => {
                match program.expr(*operator) {
                    Expr::Local(callee) if self.lambdas[*callee].is_some() => {
                        self.note_call(id, *callee, position.root);
                    }
                    _ => pending.push(apart(*operator)),
                }
                pending.extend(operands.iter().copied().map(apart));
            }
            Expr::If(test, consequent, alternative) => {
                pending.push(apart(*test));
                pending.push((*consequent, position));
                pending.push((*alternative, position));
            }
            Expr::Sequence(parts) => {
                let (&last, before) = parts.split_last().expect("a sequence is not empty");
                pending.extend(before.iter().copied().map(apart));
                pending.push((last, position));
            }
            Expr::Let(bindings, body) => {
                pending.extend(bindings.iter().map(|&(_, init)| apart(init)));
                pending.push((*body, position));
            }
            Expr::Receive { producer, body, .. } => {
                pending.push(apart(*producer));
                pending.push((*body, position));
            }
            Expr::Labels(labels, body) => {
                for &label in labels {
                    pending.push((program.lambda(label).body, position));
                }
                pending.push((*body, position));
            }
            Expr::Lambda(lambda) => pending.push(body_of(*lambda)),
            Expr::Fix(bindings, body) => {
                let root = position.root;
                self.fixes.push(FixSite { id, root });
                for &(variable, lambda) in bindings {
                    self.lambdas[variable] = Some(lambda);
                    pending.push(body_of(lambda));
                }
                pending.push((*body, position));
            }
            expr => {
                if let (Expr::Primitive(Primitive::Capture, _), Some(procedure)) =
                    (expr, position.procedure)
                {
                    self.captures[procedure] = true;
                }
                program.each_part(id, |part| pending.push(apart(part)));
            }
        }
    }

    fn note_call(&mut self, id: ExprId, callee: VariableId, root: ExprId) {
        let call = self.calls.push(CallSite { id, callee, root });
        self.calls_of[callee].push(call);
    }

    /// What a root has been merged into.
    fn find(&mut self, root: ExprId) -> ExprId {
        let mut end = root;
        while self.merged[end] != end {
            end = self.merged[end];
        }
        let mut step = root;
        while step != end {
            step = std::mem::replace(&mut self.merged[step], end);
        }
        end
    }

    /// The root that all calls of a group from outside have.
    fn destination(&mut self, program: &Program, fix: FixSite) -> Option<ExprId> {
        let Expr::Fix(bindings, _) = program.expr(fix.id) else {
            unreachable!("only `Fix` forms are noted");
        };
        for &(_, lambda) in bindings {
            self.groups[program.lambda(lambda).body] = Some(fix.id);
        }
        let mut destination = None;
        for &(variable, lambda) in bindings {
            if self.escapes[variable] || self.captures[lambda] {
                return None;
            }
            for number in 0..self.calls_of[variable].len() {
                let call = self.calls[self.calls_of[variable][number]];
                if !fits(program, lambda, call.id) {
                    return None;
                }
                let root = self.find(call.root);
                if self.groups[root] == Some(fix.id) {
                    continue;
                }
                if destination.is_some_and(|known| known != root) {
                    return None;
                }
                destination = Some(root);
            }
        }
        destination
    }

    /// The place that backtraces show for the calls of a group from outside: that of the calls, if they have one.
    /// Otherwise the place of the form around them all: which of them was made is not known any more.
    fn place_of_calls(&mut self, program: &Program, fix: ExprId, root: ExprId) -> SourcePlace {
        let Expr::Fix(bindings, _) = program.expr(fix) else {
            unreachable!("only `Fix` forms are noted");
        };
        let mut first: Option<SourcePlace> = None;
        let mut is_one = true;
        let mut are_tail_calls = true;
        for &(variable, _) in bindings {
            for number in 0..self.calls_of[variable].len() {
                let call = self.calls[self.calls_of[variable][number]];
                let group = self.find(call.root);
                if self.groups[group] == Some(fix) {
                    continue;
                }
                let place = program.place(call.id);
                let returns_to = |place| program.activations.returns_to(place);
                is_one &= first.is_none_or(|first| returns_to(first) == returns_to(place));
                are_tail_calls &= place.call == CallPosition::Tail;
                first = first.or(Some(place));
            }
        }
        match first {
            Some(place) if is_one => place,
            _ => SourcePlace {
                call: if are_tail_calls {
                    CallPosition::Tail
                } else {
                    CallPosition::Inner
                },
                ..program.place(root)
            },
        }
    }

    /// Makes labels of a group: in its place, or around the root of its calls.
    fn move_group(
        &mut self,
        program: &mut Program,
        fix: FixSite,
        root: ExprId,
        inner: &mut Vec<(Vec<LambdaId>, ExprId)>,
    ) {
        let Expr::Fix(bindings, body) = program.expr(fix.id) else {
            unreachable!("only `Fix` forms are noted");
        };
        let body = *body;
        let labels: Vec<LambdaId> = bindings.iter().map(|&(_, lambda)| lambda).collect();
        let called_at = self.place_of_calls(program, fix.id, root);
        for &label in &labels {
            let activation = program.lambda(label).place.activation;
            program.activations.inline(activation, called_at);
            self.fates[label] = Fate::Label;
            self.merged[program.lambda(label).body] = root;
        }
        if self.find(fix.root) == root {
            program.replace(fix.id, Expr::Labels(labels, body));
        } else {
            inner.push((labels, root));
            program.replace(fix.id, Expr::Sequence(vec![body]));
        }
    }

    /// Notes which procedures of a group that stays call themselves in tail position.
    fn stay(&mut self, program: &mut Program, fix: FixSite) {
        let Expr::Fix(bindings, _) = program.expr(fix.id) else {
            unreachable!("only `Fix` forms are noted");
        };
        for (variable, lambda) in bindings.clone() {
            let body = program.lambda(lambda).body;
            for number in 0..self.calls_of[variable].len() {
                let call = self.calls[self.calls_of[variable][number]];
                let is_loop = self.find(call.root) == body && fits(program, lambda, call.id);
                if is_loop && !self.captures[lambda] && program.rewrites.allow() {
                    self.fates[lambda] = Fate::Loop(lambda);
                    break;
                }
            }
        }
    }

    /// Turns calls of labels into jumps.
    fn rewrite_calls(&mut self, program: &mut Program) {
        for id in self.calls.ids() {
            let call = self.calls[id];
            let lambda = self.lambdas[call.callee].expect("only known calls are noted");
            let label = match self.fates[lambda] {
                Fate::Procedure => continue,
                Fate::Label => lambda,
                Fate::Loop(label) => {
                    // The root of a loop is the body of its procedure, or of its label once that is made.
                    let root = self.find(call.root);
                    let is_inside =
                        root == program.lambda(lambda).body || root == program.lambda(label).body;
                    if !is_inside || !fits(program, lambda, call.id) {
                        continue;
                    }
                    self.label_of_loop(program, lambda, label)
                }
            };
            let Expr::Call(_, operands) = program.expr(call.id) else {
                unreachable!("only calls are noted");
            };
            let operands = operands.clone();
            program.replace(call.id, Expr::Goto(label, operands));
        }
    }

    /// The label of a procedure's loop; made at first use: it takes over parameters and body.
    fn label_of_loop(
        &mut self,
        program: &mut Program,
        lambda: LambdaId,
        label: LambdaId,
    ) -> LambdaId {
        if label != lambda {
            return label;
        }
        let procedure = program.lambda(lambda).clone();
        let place = procedure.place;
        let label = program.add_lambda(procedure.clone());
        let mut parameters = Vec::with_capacity(procedure.required.len());
        let mut operands = Vec::with_capacity(procedure.required.len());
        for variable in procedure.required {
            let fresh = program.add_variable(program.variable(variable).name.clone());
            parameters.push(fresh);
            operands.push(program.add(Expr::Local(fresh), place));
        }
        let start = program.add(Expr::Goto(label, operands), place);
        let body = program.add(Expr::Labels(vec![label], start), place);
        let lambda_mut = &mut program.lambdas[lambda];
        lambda_mut.required = parameters;
        lambda_mut.body = body;
        self.fates[lambda] = Fate::Loop(label);
        label
    }
}

/// Whether a call has as many operands as a procedure without optional parameters.
fn fits(program: &Program, lambda: LambdaId, call: ExprId) -> bool {
    let Expr::Call(_, operands) = program.expr(call) else {
        return false;
    };
    let lambda = program.lambda(lambda);
    lambda.optional.is_empty() && lambda.rest.is_none() && lambda.required.len() == operands.len()
}

#[cfg(test)]
mod tests {
    use super::contify;
    use crate::core::Stage;
    use crate::core::golden::after;

    #[test]
    fn loops_become_labels() {
        assert_eq!(
            after(
                contify,
                Stage::Fixed,
                "(fix ((loop.0 (lambda loop.0 (i.1) (if (< i.1 9) (call loop.0 (+ i.1 1)) i.1)))) (call loop.0 0))"
            ),
            "(labels ((loop.0 (i.1) (if (< i.1 9) (goto loop.0 (+ i.1 1)) i.1))) (goto loop.0 0))"
        );
    }

    #[test]
    fn labels_stand_around_the_place_that_all_calls_return_to() {
        assert_eq!(
            after(
                contify,
                Stage::Fixed,
                "(fix ((f.0 (lambda f.0 (x.1) (car x.1)))) \
                 (lambda g.1 (y.2) (cons (if y.2 (call f.0 1) (call f.0 2)) 3)))"
            ),
            "(begin (lambda g.1 (y.2) \
             (cons (labels ((f.0 (x.1) (car x.1))) (if y.2 (goto f.0 1) (goto f.0 2))) 3)))"
        );
    }

    #[test]
    fn loops_in_loops_become_labels_too() {
        assert_eq!(
            after(
                contify,
                Stage::Fixed,
                "(lambda _.0 () (fix ((a.0 (lambda a.1 (i.1) (fix ((b.2 (lambda b.2 (j.3) \
                 (if (= j.3 0) (call a.0 i.1) (call b.2 (- j.3 1)))))) (call b.2 i.1))))) (call a.0 5)))"
            ),
            "(lambda _.0 () (labels ((a.1 (i.1) (labels ((b.2 (j.3) \
             (if (= j.3 0) (goto a.1 i.1) (goto b.2 (- j.3 1))))) (goto b.2 i.1)))) (goto a.1 5)))"
        );
    }

    #[test]
    fn procedures_that_call_themselves_last_are_loops_inside() {
        assert_eq!(
            after(
                contify,
                Stage::Fixed,
                "(fix ((f.0 (lambda f.0 (x.1) (if x.1 (call f.0 (cons (call f.0 1) 2)) 3)))) f.0)"
            ),
            "(fix ((f.0 (lambda f.0 (x.2) (labels ((f.1 (x.1) \
             (if x.1 (goto f.1 (cons (call f.0 1) 2)) 3))) (goto f.1 x.2))))) f.0)"
        );
    }

    #[test]
    fn procedures_with_several_returns_stay() {
        for text in [
            "(fix ((f.0 (lambda f.0 (x.1) (car x.1)))) (cons (call f.0 1) (call f.0 2)))",
            "(fix ((f.0 (lambda f.0 () (%capture)))) (cons (call f.0) 1))",
            "(fix ((f.0 (lambda f.0 (%rest x.1) x.1))) (call f.0 1))",
            "(fix ((f.0 (lambda f.0 () 1))) f.0)",
        ] {
            assert_eq!(after(contify, Stage::Fixed, text), text);
        }
    }
}
