//! Record integration: calls of accessors and modifiers become primitives.
//!
//! Before: stage 1. After: stage 1. If a variable is bound to an accessor or a modifier and is never assigned, a call
//! of the variable with the right number of operands becomes the primitive in the procedure's body. The place of the
//! primitive is the place of the call, and belongs to an activation of the kind
//! [`ActivationKind::RecordOperation`]: an error names the accessor, and the innermost frame is the caller's. So
//! accessors fail as primitives do, at every level.
//!
//! ```text
//! (letrec ((point-x.0 (lambda point-x.0 (record.1) (%record-ref record.1 point.2 0)))) … (call point-x.0 p.3) …)
//! => (letrec ((point-x.0 (lambda point-x.0 (record.1) (%record-ref record.1 point.2 0))))
//!      … (%record-ref p.3 point.2 0) …)
//! ```
//!
//! # Claims
//!
//! * The variable of the record type is bound by the same form as the accessor, and is never assigned. So the variable
//!   is in scope at each call, and has the accessor's type as its value there.
//!
//! `tests/differential_levels` and the golden tests of backtraces fail where this is false.

use std::rc::Rc;

use abi::primitive::Primitive;

use crate::core::activation::{Activation, ActivationKind};
use crate::core::ir::{
    CallPosition, Expr, ExprId, Lambda, LambdaId, LambdaOrigin, Program, SourcePlace, VariableId,
};
use crate::id::IdVec;

/// Runs the pass.
#[must_use]
pub fn integrate_records(mut program: Program) -> Program {
    let operations = find_operations(&program);
    if operations.iter().all(Option::is_none) {
        return program;
    }
    for id in program.exprs.ids().collect::<Vec<_>>() {
        let Expr::Call(operator, operands) = program.expr(id) else {
            continue;
        };
        let &Expr::Local(variable) = program.expr(*operator) else {
            continue;
        };
        let Some(operation) = &operations[variable] else {
            continue;
        };
        let lambda = program.lambda(operation.lambda);
        if lambda.required.len() != operands.len() {
            continue;
        }
        let operands = operands.clone();
        integrate(&mut program, id, operation, operands);
    }
    program
}

/// What an accessor or a modifier does.
struct Operation {
    lambda: LambdaId,
    primitive: Primitive,
    record_type: VariableId,
    /// The quotation of the field's index.
    index: ExprId,
}

/// The operations that variables are bound to.
fn find_operations(program: &Program) -> IdVec<VariableId, Option<Operation>> {
    let mut operations = IdVec::new();
    for _ in program.variables.ids() {
        operations.push(None);
    }
    for expr in &program.exprs {
        let Expr::Letrec(bindings, _) = expr else {
            continue;
        };
        for &(variable, init) in bindings {
            if let &Expr::Lambda(lambda) = program.expr(init)
                && !program.variable(variable).assigned
            {
                operations[variable] = operation_of(program, lambda);
            }
        }
    }
    operations
}

fn operation_of(program: &Program, id: LambdaId) -> Option<Operation> {
    let lambda = program.lambda(id);
    if lambda.origin != LambdaOrigin::RecordType || !is_simple(lambda) {
        return None;
    }
    let Expr::Primitive(primitive, operands) = program.expr(lambda.body) else {
        return None;
    };
    let (Primitive::RecordRef | Primitive::RecordSet) = *primitive else {
        return None;
    };
    let &Expr::Local(record_type) = program.expr(operands[1]) else {
        return None;
    };
    (!program.variable(record_type).assigned).then_some(Operation {
        lambda: id,
        primitive: *primitive,
        record_type,
        index: operands[2],
    })
}

fn is_simple(lambda: &Lambda) -> bool {
    lambda.optional.is_empty() && lambda.rest.is_none()
}

/// Puts the primitive in the place of the call `id`.
fn integrate(program: &mut Program, id: ExprId, operation: &Operation, operands: Vec<ExprId>) {
    let argument = match program.expr(operands[0]) {
        &Expr::Local(variable) => Some(Rc::clone(&program.variable(variable).name)),
        _ => None,
    };
    let place = SourcePlace {
        call: CallPosition::Inner,
        ..program.place(id)
    };
    let lambda = program.lambda(operation.lambda);
    let activation = program.activations.push(Activation {
        name: Rc::clone(&lambda.name),
        definition: lambda.place,
        kind: ActivationKind::RecordOperation { argument },
        called_at: Some(place),
    });
    let record_type = program.add(Expr::Local(operation.record_type), place);
    let index = program.expr(operation.index).clone();
    let index = program.add(index, place);
    let mut all = operands;
    all.splice(1..1, [record_type, index]);
    program.replace(id, Expr::Primitive(operation.primitive, all));
    program.spans[id] = SourcePlace {
        activation,
        ..place
    };
}
