//! Primitive integration: calls of standard procedures become primitives.
//!
//! Before: stage 1. After: stage 1. A call with a fitting number of operands becomes a
//! [`Primitive`](crate::core::ir::Expr::Primitive), or several, if the operator is a global
//! variable that never changes and that names a procedure of the standard.
//!
//! ```text
//! (call (immutable +) a.0 b.1 (call (immutable cadr) c.2)) => (+ (+ a.0 b.1) (car (cdr c.2)))
//! ```
//!
//! # Claims
//!
//! * The primitive, or the primitives, answer what the procedure answers, and raise where the
//!   procedure raises. So a comparison of several numbers looks at all numbers, even where the
//!   comparison is false already.
//! * All operands are evaluated before the first primitive can raise, as for a call (R7RS 4.1.3).
//!   Proof: several primitives may share the operands of one call. Then either all operands are
//!   bound first, or the operands that come behind a primitive are quiet: they only compute a
//!   value, or raise. Which one of several errors is raised is left open.
//! * A constant that is `eqv?` only to what it is `eq?` to is an immediate or a symbol. Numbers
//!   with such values are never objects.
//!
//! `tests` and the random programs of `core::pass::property` fail where one of these is false.

mod rewrite;
mod rule;
#[cfg(test)]
mod tests;

use abi::primitive::Primitive;

use crate::checkpoint;
use crate::core::ir::{CallPosition, Expr, ExprId, Program};
use crate::core::post_order;

/// Runs the pass.
#[must_use]
pub fn integrate_primitives(mut program: Program) -> Program {
    for id in post_order(&program, program.root()) {
        checkpoint::step();
        let Expr::Call(operator, operands) = program.expr(id) else {
            continue;
        };
        let &Expr::GlobalRef(global) = program.expr(*operator) else {
            continue;
        };
        let global = &program.globals[global];
        if !global.immutable {
            continue;
        }
        if let Some(rule) = rule::Rule::of(&global.key, operands.len()) {
            let operands = operands.clone();
            let before = program.place(id);
            program.spans[id].written = before.written.renamed(&global.key);
            // The frame stays while the primitive runs.
            program.spans[id].call = CallPosition::Inner;
            match rewrite::apply(&mut program, rule, operands, id, before.call) {
                Some(expr) => {
                    if let Expr::Primitive(Primitive::Apply, operands) = &expr
                        && !returns_itself(&program, operands[0])
                    {
                        program.spans[id].call = before.call;
                    }
                    program.replace(id, expr);
                }
                None => program.spans[id] = before,
            }
        }
    }
    program
}

/// Whether an expression names a procedure that [returns itself](crate::core::returning).
fn returns_itself(program: &Program, procedure: ExprId) -> bool {
    match program.expr(procedure) {
        &Expr::GlobalRef(global) => program.global(global).returns_itself,
        _ => false,
    }
}
