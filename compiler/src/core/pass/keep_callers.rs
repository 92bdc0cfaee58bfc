//! Lets the caller's frame stay for a tail call of a library procedure that would call, in its place, what is no
//! procedure.
//!
//! Before: stage 1, behind `name-activations` and `integrate-primitives`. After: stage 1.
//!
//! Some procedures of the library call an argument in tail position, or return its values, and so do not [return
//! themselves](crate::core::returning). If this argument is no procedure, the call raises for certain. Then the call is
//! no tail call, so that the backtrace shows its place:
//!
//! ```text
//! (call (immutable call/cc) f.0)
//!   =>  (if (procedure? f.0)
//!           (call (immutable call/cc) f.0)
//!           (begin (call (immutable call/cc) f.0) #f))
//! ```
//!
//! Nothing changes where the argument is a lambda expression, as it is in most texts.
//!
//! # Claims
//!
//! * Procedures of [`certain_calls`] never return, if they are given so many arguments, and one of those that are
//!   named there is no procedure.

use abi::primitive::Primitive;
use abi::tag;

use crate::checkpoint;
use crate::core::ir::{CallPosition, Expr, ExprId, Program, SourcePlace, VariableId};
use crate::core::post_order;

/// Runs the pass.
#[must_use]
pub fn keep_callers(mut program: Program) -> Program {
    for id in post_order(&program, program.root()) {
        checkpoint::step();
        if program.place(id).call != CallPosition::Tail {
            continue;
        }
        let Expr::Call(operator, operands) = program.expr(id) else {
            continue;
        };
        let &Expr::GlobalRef(global) = program.expr(*operator) else {
            continue;
        };
        let global = program.global(global);
        if !global.immutable {
            continue;
        }
        let called = certain_calls(&global.key, operands.len());
        let is_lambda = |&index: &usize| matches!(program.expr(operands[index]), Expr::Lambda(_));
        let checked: Vec<usize> = called.iter().copied().filter(|it| !is_lambda(it)).collect();
        if !checked.is_empty() {
            let (operator, operands) = (*operator, operands.clone());
            keep_caller(&mut program, id, operator, &operands, &checked);
        }
    }
    program
}

/// Which arguments the procedure `name` of the library calls before it returns, if it is given `count` arguments.
fn certain_calls(name: &str, count: usize) -> &'static [usize] {
    match (name, count) {
        ("call-with-current-continuation", 1) => &[0],
        ("call-with-values", 2) => &[0, 1],
        ("dynamic-wind", 3) => &[0, 1, 2],
        (
            "with-exception-handler"
            | "call-with-port"
            | "call-with-input-file"
            | "call-with-output-file"
            | "with-input-from-file"
            | "with-output-to-file",
            2,
        ) => &[1],
        _ => &[],
    }
}

fn keep_caller(
    program: &mut Program,
    id: ExprId,
    operator: ExprId,
    operands: &[ExprId],
    checked: &[usize],
) {
    let place = program.place(id);
    let stays = SourcePlace {
        call: CallPosition::Inner,
        ..place
    };
    let (bindings, variables) = bind(program, operands);
    let operator = program.expr(operator).clone();
    let call = |program: &mut Program, place: SourcePlace| {
        let operator = program.add(operator.clone(), stays);
        let read = variables.iter().map(|&variable| Expr::Local(variable));
        let operands = read.map(|expr| program.add(expr, stays)).collect();
        program.add(Expr::Call(operator, operands), place)
    };
    let tail_call = call(program, place);
    let raising = call(program, stays);
    let never = add_false(program, stays);
    let raising = program.add(Expr::Sequence(vec![raising, never]), stays);
    let are_procedures = test(program, &variables, checked, stays);
    let result = program.add(Expr::If(are_procedures, tail_call, raising), stays);
    program.spans[id] = stays;
    program.replace(id, Expr::Let(bindings, result));
}

/// Whether the variables with these indices hold procedures.
fn test(
    program: &mut Program,
    variables: &[VariableId],
    checked: &[usize],
    place: SourcePlace,
) -> ExprId {
    let mut tests = checked.iter().map(|&index| variables[index]).rev();
    let mut is_procedure = |program: &mut Program| {
        let operand = Expr::Local(tests.next()?);
        let operand = program.add(operand, place);
        let test = Expr::Primitive(Primitive::IsProcedure, vec![operand]);
        Some(program.add(test, place))
    };
    let mut all = is_procedure(program).expect("an argument is checked");
    while let Some(earlier) = is_procedure(program) {
        let no = add_false(program, place);
        all = program.add(Expr::If(earlier, all, no), place);
    }
    all
}

fn add_false(program: &mut Program, place: SourcePlace) -> ExprId {
    let literal = program.add_word(tag::FALSE);
    program.add(Expr::Quote(literal), place)
}

/// Variables for the operands, so that each is evaluated once.
fn bind(
    program: &mut Program,
    operands: &[ExprId],
) -> (Vec<(VariableId, ExprId)>, Vec<VariableId>) {
    let variables = operands
        .iter()
        .map(|_| program.add_variable("argument".into()));
    let variables: Vec<VariableId> = variables.collect();
    let bindings = variables.iter().copied().zip(operands.iter().copied());
    (bindings.collect(), variables)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::Stage;
    use crate::core::golden::after;
    use crate::core::pass::name_activations;

    fn run(program: Program) -> Program {
        keep_callers(name_activations(program))
    }

    #[test]
    fn what_is_no_procedure_is_called_while_the_frame_stays() {
        let found = after(
            run,
            Stage::Expanded,
            "(lambda f.0 (x.1) (call (immutable call-with-current-continuation) x.1))",
        );
        let wanted = "(lambda f.0 (x.1) (let ((argument.2 x.1)) (if (procedure? argument.2) \
                      (call (immutable call-with-current-continuation) argument.2) \
                      (begin (call (immutable call-with-current-continuation) argument.2) #f))))";
        assert_eq!(found, wanted);
    }

    #[test]
    fn lambda_expressions_other_counts_and_inner_calls_stay() {
        for text in [
            "(lambda f.0 (x.1) (call (immutable call-with-current-continuation) (lambda g.1 (k.2) k.2)))\n",
            "(lambda f.0 (x.1) (call (immutable call-with-current-continuation) x.1 x.1))\n",
            "(lambda f.0 (x.1) (call (global call-with-current-continuation) x.1))\n",
            "(lambda f.0 (x.1) (car (call (immutable call-with-current-continuation) x.1)))\n",
        ] {
            let unchanged = after(name_activations, Stage::Expanded, text);
            assert_eq!(after(run, Stage::Expanded, text), unchanged);
        }
    }
}
