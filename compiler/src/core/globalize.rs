//! Local variables that become globals.

use super::ir::{Expr, GlobalId, Program, VariableId};
use crate::id_map::IdMap;

impl Program {
    /// Lets all expressions refer to these variables as globals.
    pub(crate) fn refer_to_globals(&mut self, globals: &IdMap<VariableId, GlobalId>) {
        for expr in &mut self.exprs {
            match *expr {
                Expr::Local(variable) => {
                    if let Some(&global) = globals.get(&variable) {
                        *expr = Expr::GlobalRef(global);
                    }
                }
                Expr::SetLocal(variable, value) => {
                    if let Some(&global) = globals.get(&variable) {
                        *expr = Expr::GlobalSet(global, value);
                    }
                }
                _ => {}
            }
        }
    }
}
