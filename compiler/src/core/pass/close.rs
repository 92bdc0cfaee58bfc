//! Closure conversion: says what each closure holds, and which calls are known.
//!
//! Before: stage 2. After: stage 3. Some procedures bound by `Fix` have no free variables: those
//! whose bodies name only their own variables, top-level variables, and procedures of the same
//! kind. A call of such a procedure, or a reference to it, costs its users no free variable.
//!
//! ```text
//! (fix ((f.0 (lambda (x.1 . y.2) (f.0 x.1 1 2)))) f.0)
//! => (fix ((f.0 (lambda (x.1 . y.2) (call-known f.0 x.1 (list 1 2))))) f.0)
//! ```
//!
//! # Claims
//!
//! * A variable of `Fix` stands for its lambda wherever the variable is named, because the variable
//!   is never assigned.
//! * A call whose arguments do not fit stays an ordinary call, which raises. The list of further
//!   arguments is made when all operands have returned, as the callee would make it.
//! * A closure holds values, not locations: a free variable is never assigned. Variables of the top
//!   level are in cells, because their form is evaluated once, or again in the same cells.
//! * A procedure holds each variable that it names, and each procedure with free variables that it
//!   names. So does every procedure between it and the binding. The verifier fails where one is
//!   missing.

use std::collections::HashSet;

use abi::primitive::Primitive;
use abi::tag;

use super::frames::{Frames, Use};
use crate::core::ir::{Expr, ExprId, LambdaId, Program, VariableId};
use crate::id::IdVec;

/// Runs the pass.
#[must_use]
pub fn close(mut program: Program) -> Program {
    let frames = Frames::find(&program);
    for &(call, _) in &frames.calls {
        know_call(&mut program, &frames, call);
    }
    let free = FreeVariables::find(&program, &frames);
    for (lambda, mut variables) in program.lambdas.ids().zip(free) {
        variables.sort_unstable();
        program.lambdas[lambda].free = variables;
    }
    for (variable, lambda) in frames.fixed.entries() {
        if let Some(lambda) = *lambda {
            program.lambdas[lambda].self_variable = Some(variable);
        }
    }
    program.closed = true;
    program
}

/// Turns a call of a procedure bound by `Fix` into a known call if the operands fit.
fn know_call(program: &mut Program, frames: &Frames, call: ExprId) {
    let Expr::Call(operator, operands) = program.expr(call) else {
        return;
    };
    let &Expr::Local(variable) = program.expr(*operator) else {
        return;
    };
    let Some(id) = frames.fixed[variable] else {
        return;
    };
    let mut operands = operands.clone();
    let place = program.place(call);
    let lambda = program.lambda(id);
    if !lambda.accepts(operands.len()) {
        return;
    }
    let positional = lambda.required.len() + lambda.optional.len();
    let takes_rest = lambda.rest.is_some();
    let extra = operands.split_off(positional.min(operands.len()));
    while operands.len() < positional {
        operands.push(program.add_quote(tag::DEFAULT, place));
    }
    if takes_rest {
        operands.push(if extra.is_empty() {
            program.add_quote(tag::NULL, place)
        } else {
            program.add(Expr::Primitive(Primitive::List, extra), place)
        });
    }
    program.replace(call, Expr::CallKnown(variable, operands));
}

/// What each closure has to hold.
struct FreeVariables<'program> {
    program: &'program Program,
    frames: &'program Frames,
    free: IdVec<LambdaId, Vec<VariableId>>,
    /// Of each variable bound by `Fix`, the procedures that need its closure if it has one.
    users: IdVec<VariableId, Vec<LambdaId>>,
}

impl<'program> FreeVariables<'program> {
    fn find(
        program: &'program Program,
        frames: &'program Frames,
    ) -> IdVec<LambdaId, Vec<VariableId>> {
        let mut this = Self {
            program,
            frames,
            free: program.lambdas.side_table(Vec::new()),
            users: program.variables.side_table(Vec::new()),
        };
        this.note_uses();
        this.spread();
        this.free
    }

    fn note_uses(&mut self) {
        let mut seen = HashSet::new();
        for &Use {
            variable,
            mut frame,
            ..
        } in &self.frames.uses
        {
            if self.program.variable(variable).top_level {
                continue;
            }
            let owner = self.frames.owner[variable];
            let own = self.frames.fixed[variable];
            while frame != owner {
                let lambda = frame.expect("a variable is used inside the procedure that binds it");
                if !seen.insert((lambda, variable)) {
                    break;
                }
                if own.is_none() {
                    self.free[lambda].push(variable);
                } else if own != frame {
                    self.users[variable].push(lambda);
                }
                frame = self.frames.parent[lambda];
            }
        }
    }

    /// A procedure that has free variables is a free variable of those that use it.
    fn spread(&mut self) {
        let mut variable_of = self.program.lambdas.side_table(None);
        for (variable, lambda) in self.frames.fixed.entries() {
            if let Some(lambda) = *lambda {
                variable_of[lambda] = Some(variable);
            }
        }
        let has_free = |lambda: &LambdaId| !self.free[*lambda].is_empty();
        let mut pending: Vec<LambdaId> = self.free.ids().filter(has_free).collect();
        while let Some(lambda) = pending.pop() {
            let Some(variable) = variable_of[lambda] else {
                continue;
            };
            for user in std::mem::take(&mut self.users[variable]) {
                let free = &mut self.free[user];
                if free.is_empty() {
                    pending.push(user);
                }
                free.push(variable);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::close;
    use crate::core::Stage;
    use crate::core::golden::after;

    #[test]
    fn known_calls_have_all_arguments() {
        assert_eq!(
            after(
                close,
                Stage::Closed,
                "(fix ((f.0 (lambda f.0 (x.1 %optional y.2 %rest z.3) (call f.0 x.1 1 2 3)))) \
                 (list (call f.0 1) (call f.0)))"
            ),
            "(fix ((f.0 (lambda f.0 (x.1 %optional y.2 %rest z.3) (call-known f.0 x.1 1 (list 2 3))))) \
             (list (call-known f.0 1 (word default) ()) (call f.0)))"
        );
    }

    #[test]
    fn procedures_hold_what_is_free_and_those_that_hold_something() {
        assert_eq!(
            after(
                close,
                Stage::Closed,
                "(lambda _.0 (x.0) (fix ((f.1 (lambda f.1 () x.0))) \
                 (fix ((g.2 (lambda g.2 () (call f.1)))) (fix ((h.3 (lambda h.3 () 1))) \
                 (lambda _.4 () (begin (call g.2) (call h.3)))))))"
            ),
            "(lambda _.0 (x.0) (fix ((f.1 (lambda f.1 () (%free x.0) x.0))) \
             (fix ((g.2 (lambda g.2 () (%free f.1) (call-known f.1)))) (fix ((h.3 (lambda h.3 () 1))) \
             (lambda _.4 () (%free g.2) (begin (call-known g.2) (call-known h.3)))))))"
        );
    }

    #[test]
    fn calls_that_do_not_fit_or_whose_procedure_is_not_known_stay() {
        for text in [
            "(fix ((f.0 (lambda f.0 (x.1) x.1))) (list (call f.0) (call f.0 1 2)))",
            "(lambda _.0 (f.0) (call f.0 1))",
        ] {
            assert_eq!(after(close, Stage::Closed, text), text);
        }
    }

    #[test]
    fn variables_of_the_top_level_are_not_held() {
        let text = "(let ((x@0 (car 1))) (lambda _.0 () (lambda _.1 () x@0)))";
        assert_eq!(after(close, Stage::Closed, text), text);
    }
}
