//! Joins expanded definitions and expressions, in order, to one expression.

use std::rc::Rc;

use super::denotation::TopVariable;
use super::expanded_item::{ExpandedItem, Target};
use super::expander::Expander;
use super::syntax::SyntaxId;
use crate::core::ir::{Expr, ExprId, VariableId};

type Bindings = Vec<(VariableId, ExprId)>;

impl Expander<'_> {
    /// One expression for `items`: a sequence, or a `Letrec` where they bind variables. Its value is
    /// that of the last item.
    pub(crate) fn join(&mut self, mut items: Vec<ExpandedItem>, at: SyntaxId) -> ExprId {
        if !items.iter().any(ExpandedItem::binds) {
            let mut parts = Vec::with_capacity(items.len());
            for item in items {
                parts.push(self.effect(item));
            }
            return self.sequence(parts, at);
        }
        let last = items.pop_if(|last| !last.binds());
        let mut bindings = Vec::with_capacity(items.len());
        for item in items {
            self.join_item(item, &mut bindings);
        }
        let result = match last {
            Some(last) => self.effect(last),
            None => self.unspecified(at),
        };
        self.add(Expr::Letrec(bindings, result), at)
    }

    /// The expression of an item that binds no variable.
    fn effect(&mut self, item: ExpandedItem) -> ExprId {
        match item.target {
            Some(Target::Global(variable)) => self.define_global(&variable, item.value, item.at),
            Some(Target::Again(variable)) => {
                let set = self.assign_local(variable, item.value);
                self.add(set, item.at)
            }
            _ => item.value,
        }
    }

    fn join_item(&mut self, item: ExpandedItem, bindings: &mut Bindings) {
        let at = item.at;
        let (variable, top) = match item.target {
            Some(Target::Local(variable)) => (variable, None),
            Some(Target::Exported(variable, ref top)) => (variable, Some(Rc::clone(top))),
            _ => {
                let effect = self.effect(item);
                return self.bind_effect(effect, at, bindings);
            }
        };
        let name = Rc::clone(&self.program.variable(variable).name);
        self.name_lambda(item.value, &name);
        bindings.push((variable, item.value));
        if let Some(top) = top.filter(|top| top.is_visible()) {
            let value = self.add(Expr::Local(variable), at);
            let define = self.define_global(&top, value, at);
            self.exported.push((variable, top, value));
            self.bind_effect(define, at, bindings);
        }
    }

    /// An expression between definitions, as the value of a variable that nobody reads.
    fn bind_effect(&mut self, value: ExprId, at: SyntaxId, bindings: &mut Bindings) {
        let nothing = self.unspecified(at);
        let effect = self.add(Expr::Sequence(vec![value, nothing]), at);
        bindings.push((self.program.add_variable("effect".into()), effect));
    }

    pub(crate) fn define_global(
        &mut self,
        variable: &TopVariable,
        value: ExprId,
        at: SyntaxId,
    ) -> ExprId {
        let key = variable.key();
        let name = key.split_once([':', '#']).map_or(&**key, |(_, name)| name);
        let name = if name.is_empty() { key } else { name };
        self.name_lambda(value, &name.into());
        let global = self.global(key, variable.mutability());
        self.add(Expr::GlobalDefine(global, value), at)
    }
}

impl ExpandedItem {
    fn binds(&self) -> bool {
        matches!(self.target, Some(Target::Local(_) | Target::Exported(..)))
    }
}
