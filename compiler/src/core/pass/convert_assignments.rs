//! Assignment conversion: assigned local variables become boxes.
//!
//! Before: stage 2. After: only top-level variables (which live in cells) are assigned.
//!
//! ```text
//! (lambda (x.0) (begin (set! x.0 1) x.0))
//! => (lambda (x.1) (let ((x.0 (%make-box x.1))) (begin (%box-set! x.0 1) (%box-ref x.0))))
//! ```
//!
//! # Claims
//!
//! * A binding form makes its locations when all its operands have returned. It makes them anew
//!   each time an operand returns again through a continuation. Proof: boxes are made in the body
//!   of the form, and the operands are bound to variables that are never assigned. Or the form has
//!   one operand, and the box is made around this operand.
//! * Every use of an assigned variable goes through its box. No earlier pass may have copied such a
//!   variable. Only the cell of an assigned top-level variable knows its value.
//!
//! `tests` and the random programs of `core::pass::property` fail where one of these is false.

use abi::primitive::Primitive;

use crate::core::ir::{Expr, ExprId, LambdaId, Program, SourcePlace, VariableId};
use crate::core::post_order;

/// Runs the pass.
#[must_use]
pub fn convert_assignments(mut program: Program) -> Program {
    if !program
        .variables
        .iter()
        .any(|variable| variable.assigned && !variable.top_level)
    {
        return program;
    }
    for id in post_order(&program, program.root()) {
        let place = program.place(id);
        match program.expr(id).clone() {
            Expr::Local(variable) if is_boxed(&program, variable) => {
                let boxed = program.relocate(id);
                program.replace(id, Expr::Primitive(Primitive::BoxRef, vec![boxed]));
            }
            Expr::SetLocal(variable, value) if is_boxed(&program, variable) => {
                let boxed = program.add(Expr::Local(variable), place);
                program.replace(id, Expr::Primitive(Primitive::BoxSet, vec![boxed, value]));
            }
            Expr::Let(bindings, body) => {
                let bound = box_let(&mut program, bindings, body, place);
                program.replace(id, bound);
            }
            Expr::Lambda(lambda) => box_parameters(&mut program, lambda),
            Expr::Fix(bindings, _) => bindings
                .iter()
                .for_each(|&(_, lambda)| box_parameters(&mut program, lambda)),
            Expr::Labels(labels, _) => labels
                .iter()
                .for_each(|&label| box_parameters(&mut program, label)),
            Expr::Receive {
                mut required,
                mut rest,
                producer,
                body,
            } => {
                let variables = required.iter_mut().chain(&mut rest);
                let body = box_bound(&mut program, variables, body, place);
                let receive = Expr::Receive {
                    required,
                    rest,
                    producer,
                    body,
                };
                program.replace(id, receive);
            }
            _ => {}
        }
    }
    for variable in &mut program.variables {
        variable.assigned &= variable.top_level;
    }
    program
}

/// Whether a variable becomes a box.
fn is_boxed(program: &Program, id: VariableId) -> bool {
    let variable = program.variable(id);
    variable.assigned && !variable.top_level
}

/// The only init of a `Let` has returned when its box is made around it; of several, another one may
/// return again afterwards.
fn box_let(
    program: &mut Program,
    mut bindings: Vec<(VariableId, ExprId)>,
    mut body: ExprId,
    place: SourcePlace,
) -> Expr {
    if let [(variable, init)] = bindings.as_mut_slice() {
        if is_boxed(program, *variable) {
            *init = program.add(Expr::Primitive(Primitive::MakeBox, vec![*init]), place);
        }
    } else {
        let variables = bindings.iter_mut().map(|binding| &mut binding.0);
        body = box_bound(program, variables, body, place);
    }
    Expr::Let(bindings, body)
}

fn box_parameters(program: &mut Program, id: LambdaId) {
    let mut lambda = program.lambda(id).clone();
    let parameters = lambda
        .required
        .iter_mut()
        .chain(&mut lambda.optional)
        .chain(&mut lambda.rest);
    lambda.body = box_bound(program, parameters, lambda.body, lambda.place);
    program.lambdas[id] = lambda;
}

/// Renames the assigned ones of some parameters, and binds the old variables to boxes around `body`.
fn box_bound<'variable>(
    program: &mut Program,
    parameters: impl Iterator<Item = &'variable mut VariableId>,
    body: ExprId,
    place: SourcePlace,
) -> ExprId {
    let mut bindings = Vec::new();
    for parameter in parameters {
        if !is_boxed(program, *parameter) {
            continue;
        }
        let fresh = program.add_variable(program.variable(*parameter).name.clone());
        let value = program.add(Expr::Local(fresh), place);
        let boxed = program.add(Expr::Primitive(Primitive::MakeBox, vec![value]), place);
        bindings.push((*parameter, boxed));
        *parameter = fresh;
    }
    if bindings.is_empty() {
        return body;
    }
    program.add(Expr::Let(bindings, body), place)
}

#[cfg(test)]
mod tests {
    use super::convert_assignments;
    use crate::core::Stage;
    use crate::core::golden::after;

    #[test]
    fn assigned_variables_become_boxes() {
        assert_eq!(
            after(
                convert_assignments,
                Stage::Converted,
                "(lambda _.0 (x.0) (let ((y.1 1)) (begin (set! x.0 y.1) (set! y.1 2) x.0)))"
            ),
            "(lambda _.0 (x.2) (let ((x.0 (%make-box x.2))) (let ((y.1 (%make-box 1))) \
             (begin (%box-set! x.0 (%box-ref y.1)) (%box-set! y.1 2) (%box-ref x.0)))))"
        );
    }

    #[test]
    fn boxes_are_made_when_all_operands_have_returned() {
        assert_eq!(
            after(
                convert_assignments,
                Stage::Converted,
                "(let ((x.0 1) (y.1 (call (global f)))) (begin (set! x.0 y.1) x.0))"
            ),
            "(let ((x.2 1) (y.1 (call (global f)))) (let ((x.0 (%make-box x.2))) \
             (begin (%box-set! x.0 y.1) (%box-ref x.0))))"
        );
    }

    #[test]
    fn assigned_variables_of_the_top_level_stay() {
        let text = "(let ((x@0 1)) (begin (set! x@0 2) x@0))";
        assert_eq!(after(convert_assignments, Stage::Converted, text), text);
    }

    #[test]
    fn variables_that_are_never_assigned_stay() {
        let text = "(lambda _.0 (x.0) (let ((y.1 (car x.0))) (lambda _.1 () (cons x.0 y.1))))";
        assert_eq!(after(convert_assignments, Stage::Converted, text), text);
    }
}
