//! Walking over a program without recursion.

use super::ir::{Expr, ExprId, Program};

impl Program {
    /// Calls `visit` with each direct part of an expression in the order of the text; bodies of lambdas
    /// and labels are parts of the expression that holds them.
    pub fn each_part(&self, id: ExprId, mut visit: impl FnMut(ExprId)) {
        match self.expr(id) {
            Expr::Quote(_) | Expr::Local(_) | Expr::GlobalRef(_) => {}
            Expr::SetLocal(_, part)
            | Expr::GlobalSet(_, part)
            | Expr::GlobalDefine(_, part)
            | Expr::CheckInitialized(_, part) => visit(*part),
            Expr::If(test, consequent, alternative) => {
                visit(*test);
                visit(*consequent);
                visit(*alternative);
            }
            Expr::Sequence(parts)
            | Expr::CallKnown(_, parts)
            | Expr::Primitive(_, parts)
            | Expr::Goto(_, parts) => parts.iter().copied().for_each(visit),
            Expr::Let(bindings, body) | Expr::Letrec(bindings, body) => {
                bindings.iter().for_each(|&(_, init)| visit(init));
                visit(*body);
            }
            Expr::Lambda(lambda) => visit(self.lambda(*lambda).body),
            Expr::Fix(bindings, body) => {
                bindings
                    .iter()
                    .for_each(|&(_, lambda)| visit(self.lambda(lambda).body));
                visit(*body);
            }
            Expr::Call(operator, operands) => {
                visit(*operator);
                operands.iter().copied().for_each(visit);
            }
            Expr::Receive { producer, body, .. } => {
                visit(*producer);
                visit(*body);
            }
            Expr::Labels(labels, body) => {
                labels
                    .iter()
                    .for_each(|&label| visit(self.lambda(label).body));
                visit(*body);
            }
        }
    }
}

/// All expressions under `root`, parts before what they are part of, in the order of the text.
pub fn post_order(program: &Program, root: ExprId) -> Vec<ExprId> {
    let mut order = Vec::new();
    let mut pending = vec![root];
    while let Some(id) = pending.pop() {
        order.push(id);
        program.each_part(id, |part| pending.push(part));
    }
    order.reverse();
    order
}
