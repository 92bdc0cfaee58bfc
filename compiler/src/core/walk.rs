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
                for &(_, init) in bindings {
                    visit(init);
                }
                visit(*body);
            }
            Expr::Lambda(lambda) => visit(self.lambda(*lambda).body),
            Expr::Fix(bindings, body) => {
                for &(_, lambda) in bindings {
                    visit(self.lambda(lambda).body);
                }
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
                for &label in labels {
                    visit(self.lambda(label).body);
                }
                visit(*body);
            }
        }
    }
}

impl Expr {
    /// Calls `visit` with each direct part of the expression, to be changed; bodies of lambdas and labels
    /// are not in the expression itself.
    pub fn each_part_mut(&mut self, mut visit: impl FnMut(&mut ExprId)) {
        match self {
            Self::Quote(_) | Self::Local(_) | Self::GlobalRef(_) | Self::Lambda(_) => {}
            Self::SetLocal(_, part)
            | Self::GlobalSet(_, part)
            | Self::GlobalDefine(_, part)
            | Self::CheckInitialized(_, part)
            | Self::Fix(_, part)
            | Self::Labels(_, part) => visit(part),
            Self::If(test, consequent, alternative) => {
                visit(test);
                visit(consequent);
                visit(alternative);
            }
            Self::Sequence(parts)
            | Self::CallKnown(_, parts)
            | Self::Primitive(_, parts)
            | Self::Goto(_, parts) => parts.iter_mut().for_each(visit),
            Self::Let(bindings, body) | Self::Letrec(bindings, body) => {
                for (_, init) in bindings {
                    visit(init);
                }
                visit(body);
            }
            Self::Call(operator, operands) => {
                visit(operator);
                operands.iter_mut().for_each(visit);
            }
            Self::Receive { producer, body, .. } => {
                visit(producer);
                visit(body);
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
