//! How large an expression is, as far as that matters.

use super::Inliner;
use crate::core::ir::{Expr, ExprId};

impl Inliner<'_> {
    /// How many expressions stand under `id`, constants and variables aside; `None` above `limit`.
    pub(super) fn size_up_to(&self, id: ExprId, limit: usize) -> Option<usize> {
        let mut size = 0;
        let mut visited = 0;
        let mut pending = vec![id];
        while let Some(id) = pending.pop() {
            visited += 1;
            size += usize::from(!matches!(
                self.program.expr(id),
                Expr::Quote(_) | Expr::Local(_)
            ));
            if size > limit || visited > limit * 8 {
                return None;
            }
            self.program.each_part(id, |part| pending.push(part));
        }
        Some(size)
    }
}
