//! Primitive integration: calls of standard procedures become primitives.
//!
//! Before: stage 1. After: stage 1; a call of a global variable that never changes and names a
//! procedure of the standard is a [`Primitive`](crate::core::ir::Expr::Primitive), or several, if it
//! has a fitting number of operands.
//!
//! ```text
//! (call (immutable +) a.0 b.1 (call (immutable cadr) c.2)) => (+ (+ a.0 b.1) (car (cdr c.2)))
//! ```

mod rewrite;
mod rule;
#[cfg(test)]
mod tests;

use abi::written_name::WrittenName;

use crate::core::ir::{Expr, Program};
use crate::core::post_order;

/// Runs the pass.
#[must_use]
pub fn integrate_primitives(mut program: Program) -> Program {
    for id in post_order(&program, program.root()) {
        let Expr::Call(operator, operands) = program.expr(id) else {
            continue;
        };
        let &Expr::GlobalRef(global) = program.expr(*operator) else {
            continue;
        };
        let global = &program.globals[global.0 as usize];
        if !global.immutable {
            continue;
        }
        if let Some(rule) = rule::Rule::of(&global.key, operands.len()) {
            let operands = operands.clone();
            let before = program.place(id);
            program.spans[id.0 as usize].written = WrittenName::of(&global.key);
            match rewrite::apply(&mut program, rule, operands, id) {
                Some(expr) => {
                    program.replace(id, expr);
                }
                None => program.spans[id.0 as usize] = before,
            }
        }
    }
    program
}
