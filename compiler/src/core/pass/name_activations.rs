//! Gives each lambda an activation, tells each place whose it is, and marks tail calls.
//!
//! Before: stage 1. After: stage 1; every place has the activation of the innermost lambda around it. Calls in tail
//! position with respect to that lambda are marked, as the text has them: later passes may move a call, and backtraces
//! stay those of the text. A call of `error` or `raise` is none: it never returns, and the frame stays to be shown. So
//! does the frame of a call of a library procedure that [returns itself](crate::core::returning).
//!
//! A call of a value that the text has no name for, such as a parameter, is marked, too: who looks for the procedure
//! that a program called goes no further outwards than to such a call.
//!
//! ```text
//! (lambda f.0 (x.1) (begin (call g.2) (call h.3 x.1)))    the places inside are f.0's; the call of h.3 is a tail call
//! ```
//!
//! Procedures that a record type defines, and those that choose the clause of a `case-lambda`, get places without
//! lines. So errors show where such a procedure is called, as errors of primitives do, and not the definition.

use abi::primitive::Primitive;

use crate::core::activation::{Activation, ActivationKind};
use crate::core::ir::{
    ActivationId, CallPosition, Expr, ExprId, LambdaId, LambdaOrigin, LastExpression, Program,
    SourcePlace, VariableId,
};
use crate::id::IdVec;

/// Runs the pass.
#[must_use]
pub fn name_activations(mut program: Program) -> Program {
    let root = program.root();
    let entry = program.activations.push(Activation {
        definition: program.place(root),
        ..Activation::default()
    });
    let call = match program.last_expression {
        LastExpression::TailCall => CallPosition::Tail,
        LastExpression::Value | LastExpression::Values => CallPosition::Inner,
    };
    let mut pending = vec![Work {
        id: root,
        activation: entry,
        call,
        has_lines: true,
    }];
    let mut names = Names(program.variables.side_table(false));
    while let Some(work) = pending.pop() {
        visit(&mut program, work, &mut names, &mut pending);
    }
    program
}

/// An expression in so many others is not looked for a name: the inits of nested bindings take linear time.
const NAMING_STEPS_MAX: usize = 32;

/// Which local variables name a procedure of the text.
struct Names(IdVec<VariableId, bool>);

impl Names {
    fn bind(&mut self, program: &Program, bindings: &[(VariableId, ExprId)]) {
        for &(variable, init) in bindings {
            self.0[variable] = !program.variable(variable).assigned && self.is_named(program, init);
        }
    }

    /// Whether an expression is a procedure of the text, or the name of one.
    fn is_named(&self, program: &Program, procedure: ExprId) -> bool {
        let mut id = procedure;
        for _ in 0..NAMING_STEPS_MAX {
            id = match program.expr(id) {
                Expr::GlobalRef(_) | Expr::Lambda(_) => return true,
                &Expr::Local(variable) => return self.0[variable],
                // A `case-lambda` binds its clauses.
                Expr::Let(bindings, body) | Expr::Letrec(bindings, body) => {
                    let bound = |variable| bindings.iter().find(|it| it.0 == variable);
                    match program.expr(*body) {
                        &Expr::Local(variable) => bound(variable).map_or(*body, |it| it.1),
                        _ => *body,
                    }
                }
                _ => return false,
            };
        }
        false
    }

    /// Whether a call calls what no name of the text stands for.
    fn is_call_of_value(&self, program: &Program, call: ExprId) -> bool {
        let called = match program.expr(call) {
            Expr::Primitive(Primitive::Apply, operands) => operands[0],
            Expr::Call(operator, operands) => match program.expr(*operator) {
                &Expr::GlobalRef(global) if &*program.global(global).key == "apply" => {
                    operands.first().copied().unwrap_or(*operator)
                }
                _ => *operator,
            },
            _ => return false,
        };
        !self.is_named(program, called)
    }
}

/// An expression, and what its place is to say.
#[derive(Clone, Copy)]
struct Work {
    id: ExprId,
    activation: ActivationId,
    /// How a call in its place would be.
    call: CallPosition,
    has_lines: bool,
}

fn visit(program: &mut Program, work: Work, names: &mut Names, pending: &mut Vec<Work>) {
    mark(program, work, names);
    let last = |id: ExprId| Work { id, ..work };
    let inner = |id: ExprId| Work {
        id,
        call: CallPosition::Inner,
        ..work
    };
    match program.expr(work.id) {
        &Expr::Lambda(lambda) => {
            let body = enter(program, lambda);
            pending.push(body);
        }
        &Expr::If(test, consequent, alternative) => {
            pending.extend([inner(test), last(consequent), last(alternative)]);
        }
        Expr::Sequence(parts) => {
            let (&end, before) = parts.split_last().expect("a sequence is not empty");
            pending.extend(before.iter().copied().map(inner));
            pending.push(last(end));
        }
        Expr::Let(bindings, body) | Expr::Letrec(bindings, body) => {
            names.bind(program, bindings);
            pending.extend(bindings.iter().map(|&(_, init)| inner(init)));
            pending.push(last(*body));
        }
        &Expr::Receive { producer, body, .. } => pending.extend([inner(producer), last(body)]),
        _ => program.each_part(work.id, |part| pending.push(inner(part))),
    }
}

fn mark(program: &mut Program, work: Work, names: &Names) {
    let is_call_of_value = names.is_call_of_value(program, work.id);
    let replaces_frame = match program.expr(work.id) {
        Expr::Call(operator, _) => match program.expr(*operator) {
            &Expr::GlobalRef(global) => !program.global(global).keeps_caller(),
            _ => true,
        },
        _ => false,
    };
    let place = &mut program.spans[work.id];
    place.activation = work.activation;
    place.call = if replaces_frame {
        work.call
    } else {
        CallPosition::Inner
    };
    if is_call_of_value && place.line > 0 {
        place.written = place.written.calling_value();
    }
    if !work.has_lines {
        (place.line, place.column) = (0, 0);
    }
}

/// Makes the activation of a lambda; what is to be done about the body.
fn enter(program: &mut Program, lambda: LambdaId) -> Work {
    let lambda = &mut program.lambdas[lambda];
    let kind = match lambda.origin {
        LambdaOrigin::Text | LambdaOrigin::CaseLambda => ActivationKind::Procedure,
        LambdaOrigin::RecordType => ActivationKind::RecordProcedure,
    };
    let activation = program.activations.next_id();
    lambda.place = SourcePlace {
        activation,
        ..lambda.place
    };
    program.activations.push(Activation {
        name: lambda.name.clone(),
        definition: lambda.place,
        kind,
        called_at: None,
    });
    Work {
        id: lambda.body,
        activation,
        call: CallPosition::Tail,
        has_lines: lambda.origin == LambdaOrigin::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::parse;

    /// The name and the position of each call, with the name of the procedure whose place it is.
    fn calls(text: &str) -> Vec<(String, CallPosition)> {
        let program = name_activations(parse(text).unwrap());
        let ids = program.exprs.ids();
        let calls = ids.filter(|&id| matches!(program.expr(id), Expr::Call(..)));
        calls
            .map(|id| {
                let place = program.place(id);
                let activation = program.activations.get(place.activation).unwrap();
                (activation.name.to_string(), place.call)
            })
            .collect()
    }

    #[test]
    fn calls_in_tail_position_of_their_lambda_are_tail_calls() {
        let wanted = |name: &str, call| (name.to_owned(), call);
        let text = "(lambda f.0 (x.1) (begin (call x.1 1) (let ((y.2 (call x.1 2))) \
                    (if (call x.1 3) (call x.1 4) y.2))))";
        let (inner, tail) = (CallPosition::Inner, CallPosition::Tail);
        let found = calls(text);
        assert_eq!(
            found,
            [inner, inner, inner, tail].map(|call| wanted("f", call))
        );
    }

    #[test]
    fn the_inits_of_nested_bindings_take_linear_time() {
        use std::fmt::Write as _;
        // A search through all inits for each would take minutes.
        const DEPTH: usize = 200_000;
        let mut text = "(lambda f.0 (y.1) ".to_owned();
        for number in 2..DEPTH + 2 {
            write!(text, "(let ((x.{number} ").expect("a text takes all");
        }
        text += "(call y.1)";
        for number in (2..DEPTH + 2).rev() {
            write!(text, ")) x.{number})").expect("a text takes all");
        }
        text += ")";
        assert_eq!(calls(&text), [("f".to_owned(), CallPosition::Inner)]);
    }

    #[test]
    fn calls_that_never_return_are_no_tail_calls() {
        let text = "(lambda f.0 () (lambda g.1 () (call (immutable error) 1)))";
        assert_eq!(calls(text), [("g".to_owned(), CallPosition::Inner)]);
    }

    #[test]
    fn calls_of_procedures_that_return_themselves_are_no_tail_calls() {
        let text = |word| format!("(lambda f.0 (x.1) (call ({word} map) x.1 x.1))");
        let found = ["returning", "immutable", "global"].map(|word| calls(&text(word))[0].1);
        let (inner, tail) = (CallPosition::Inner, CallPosition::Tail);
        assert_eq!(found, [inner, tail, tail]);
    }

    /// Whether each call, in the order of their places, calls a value.
    fn calls_of_values(text: &str) -> Vec<bool> {
        let mut program = parse(text).unwrap();
        let ids: Vec<ExprId> = program.exprs.ids().collect();
        for &id in &ids {
            program.spans[id].line = 1;
        }
        let program = name_activations(program);
        let calls = ids.iter().filter(|&&id| {
            let expr = program.expr(id);
            matches!(expr, Expr::Call(..) | Expr::Primitive(Primitive::Apply, _))
        });
        let places = calls.map(|&id| program.place(id));
        places.map(|place| place.written.calls_value()).collect()
    }

    #[test]
    fn calls_of_what_no_name_stands_for_are_marked() {
        for (text, is_of_value) in [
            ("(lambda f.0 (x.1) (call x.1 1))", true),
            ("(lambda f.0 (x.1) (call (immutable car) x.1))", false),
            ("(let ((g.1 (lambda g.2 () 1))) (call g.1))", false),
            ("(letrec ((g.1 (lambda g.2 () (call g.1)))) 1)", false),
            (
                "(let ((g.1 (letrec ((h.2 (lambda h.3 () 1))) h.2))) (call g.1))",
                false,
            ),
            (
                "(lambda f.0 (x.1) (let ((g.2 (car x.1))) (call g.2)))",
                true,
            ),
            (
                "(lambda f.0 (x.1 l.2) (call (immutable apply) x.1 l.2))",
                true,
            ),
            (
                "(lambda f.0 (l.2) (call (immutable apply) (immutable map) l.2))",
                false,
            ),
            ("(lambda f.0 (x.1 l.2) (%apply x.1 l.2))", true),
        ] {
            assert_eq!(calls_of_values(text), [is_of_value], "{text}");
        }
    }
}
