//! Which expressions can be dropped when their value is not used.

use super::Inliner;
use crate::core::ir::{Expr, ExprId};

/// How many expressions are looked at; larger ones count as impure.
const LOOKED_AT_MAX: usize = 64;

impl Inliner<'_> {
    /// Whether evaluating the expression does nothing but compute its value, and never raises.
    pub(super) fn is_pure(&self, id: ExprId) -> bool {
        let mut looked_at = 0;
        let mut pending = vec![id];
        while let Some(id) = pending.pop() {
            looked_at += 1;
            if looked_at > LOOKED_AT_MAX {
                return false;
            }
            match self.program.expr(id) {
                Expr::Quote(_) | Expr::Local(_) | Expr::Lambda(_) => {}
                Expr::Primitive(primitive, operands) if primitive.is_pure() => {
                    pending.extend(operands);
                }
                Expr::If(..) | Expr::Let(..) | Expr::Sequence(_) => {
                    self.program.each_part(id, |part| pending.push(part));
                }
                Expr::Fix(_, body) => pending.push(*body),
                _ => return false,
            }
        }
        true
    }
}
