//! Joins expanded definitions and expressions, in order, to one expression.

use std::rc::Rc;

use super::body::Target;
use super::denotation::TopVariable;
use super::expander::Expander;
use super::syntax::SyntaxId;
use super::unit::Step;
use crate::core::ir::{Expr, ExprId, VariableId};

type Bindings = Vec<(VariableId, ExprId)>;

impl Expander<'_> {
    /// One expression for `steps`: a sequence, or a `Letrec` where they bind variables. Its value is
    /// that of the last step.
    pub(crate) fn join(&mut self, mut steps: Vec<Step>, at: SyntaxId) -> ExprId {
        if !steps.iter().any(Step::binds) {
            let mut parts = Vec::with_capacity(steps.len());
            for step in steps {
                parts.push(self.effect(step));
            }
            return self.sequence(parts, at);
        }
        let last = steps.pop_if(|last| !last.binds());
        let mut bindings = Vec::with_capacity(steps.len());
        for step in steps {
            self.join_step(step, &mut bindings);
        }
        let result = match last {
            Some(last) => self.effect(last),
            None => self.unspecified(at),
        };
        self.add(Expr::Letrec(bindings, result), at)
    }

    /// The expression of a step that binds no variable.
    fn effect(&mut self, step: Step) -> ExprId {
        match step.target {
            Some(Target::Global(variable)) => self.define_global(&variable, step.value, step.at),
            Some(Target::Again(variable)) => {
                let set = self.assign_local(variable, step.value);
                self.add(set, step.at)
            }
            _ => step.value,
        }
    }

    fn join_step(&mut self, step: Step, bindings: &mut Bindings) {
        let at = step.at;
        let (variable, top) = match step.target {
            Some(Target::Local(variable)) => (variable, None),
            Some(Target::Exported(variable, ref top)) => (variable, Some(Rc::clone(top))),
            _ => {
                let effect = self.effect(step);
                return self.bind_effect(effect, at, bindings);
            }
        };
        let name = Rc::clone(&self.program.variable(variable).name);
        self.name_lambda(step.value, &name);
        bindings.push((variable, step.value));
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
        let global = self.global(key, variable.is_immutable());
        self.add(Expr::GlobalDefine(global, value), at)
    }
}

impl Step {
    fn binds(&self) -> bool {
        matches!(self.target, Some(Target::Local(_) | Target::Exported(..)))
    }
}
