//! Long calls: more arguments than a frame should hold at once go to the procedure in a list.
//!
//! Before and after: stage 1, any program. After: no call has more than [`OPERANDS_MAX`] operands. Primitives keep
//! theirs: the expander makes none that long, and `integrate-primitives` runs later.
//!
//! ```text
//! (call f.0 a b c …)
//! => (let ((procedure.1 f.0)) (let ((arguments.2 (cons a ()))) (let ((arguments.3 (cons b arguments.2)))
//!      … (%apply procedure.1 (reverse arguments.9)))))
//! ```
//!
//! # Claims
//!
//! * The operator is evaluated first, and the operands in their order, as elsewhere.
//! * An operand that returns again through a continuation makes new arguments: each pair is made when its operand
//!   has returned, no pair is changed, and `reverse` makes a new list each time.

use abi::primitive::Primitive;
use abi::tag;

use crate::checkpoint;
use crate::core::ir::{Expr, ExprId, Program};
use crate::core::post_order;

/// How many operands a call may have: the frame map of a call among the operands has a slot for each that is a value
/// already, and for those of the calls around it.
const OPERANDS_MAX: usize = 512;

/// Runs the pass.
#[must_use]
pub fn gather_arguments(mut program: Program) -> Program {
    let is_long =
        |expr: &Expr| matches!(expr, Expr::Call(_, operands) if operands.len() > OPERANDS_MAX);
    if !program.exprs.iter().any(is_long) {
        return program;
    }
    for id in post_order(&program, program.root()) {
        if is_long(program.expr(id)) {
            gather(&mut program, id);
        }
    }
    program
}

fn gather(program: &mut Program, id: ExprId) {
    let place = program.place(id);
    let Expr::Call(operator, operands) = program.expr(id).clone() else {
        return;
    };
    let procedure = program.add_variable("procedure".into());
    // From the outside in: each variable, and what it is bound to.
    let mut bindings = vec![(procedure, operator)];
    let mut list = program.add_quote(tag::NULL, place);
    for operand in operands {
        checkpoint::step();
        let longer = program.add_variable("arguments".into());
        let pair = Expr::Primitive(Primitive::Cons, vec![operand, list]);
        bindings.push((longer, program.add(pair, place)));
        list = program.add(Expr::Local(longer), place);
    }
    let procedure = program.add(Expr::Local(procedure), place);
    let list = program.add(Expr::Primitive(Primitive::Reverse, vec![list]), place);
    let mut body = Expr::Primitive(Primitive::Apply, vec![procedure, list]);
    for binding in bindings.into_iter().rev() {
        checkpoint::step();
        let inner = program.add(body, place);
        body = Expr::Let(vec![binding], inner);
    }
    program.replace(id, body);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::Stage;
    use crate::core::golden::after;

    fn gathered(operands: usize) -> String {
        let operands = " 1".repeat(operands);
        let text = format!("(lambda f.0 (x.0) (call x.0{operands}))");
        after(gather_arguments, Stage::Expanded, &text)
    }

    #[test]
    fn a_long_call_passes_a_list() {
        let text = gathered(OPERANDS_MAX + 1);
        let start = "(lambda f.0 (x.0) (let ((procedure.1 x.0)) (let ((arguments.2 (cons 1 ()))) \
                     (let ((arguments.3 (cons 1 arguments.2)))";
        assert!(text.starts_with(start), "{}", &text[..200]);
        let last = OPERANDS_MAX + 2;
        assert!(text.contains(&format!("(%apply procedure.1 (reverse arguments.{last}))")));
    }

    #[test]
    fn a_call_that_a_frame_holds_stays() {
        let text = gathered(OPERANDS_MAX);
        assert!(text.starts_with("(lambda f.0 (x.0) (call x.0 1 1"));
        assert!(!text.contains("%apply"));
    }
}
