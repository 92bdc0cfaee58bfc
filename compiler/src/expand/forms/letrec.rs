//! `letrec` and `letrec*` (R7RS 4.2.2).
//!
//! `letrec*` is a form of Core. `letrec` differs from it where an init returns twice: all inits return before the first
//! variable gets its value, and a variable keeps its location. If an init may return twice, all inits but procedures
//! are the inits of temporary variables, and the variables themselves are assigned. A procedure keeps its place among
//! the inits: one before that place uses it too early.
//!
//! ```text
//! (letrec ((x (g)) (f (lambda () x))) body)
//! => (letrec* ((x #<unbound>) (t (g)) (f (lambda () x))) (set! x t) body)
//! ```
//!
//! Where one of these inits names a variable of the form, references to `x` in inits are checked. No other code runs
//! before the assignments.

use std::rc::Rc;

use abi::primitive::{Effect, Primitive, PrimitiveClass};
use abi::tag;

use super::super::denotation::CoreForm;
use super::super::expander::Expander;
use super::super::failure::Result;
use super::super::syntax::SyntaxId;
use crate::core::ir::{Expr, ExprId, VariableId};
use crate::core::post_order;
use crate::id_map::IdSet;

impl Expander<'_> {
    pub(super) fn letrec(&mut self, form: CoreForm, id: SyntaxId) -> Result<()> {
        let operands = self.operands(id, form, 2, usize::MAX)?;
        let bindings = self.bindings(operands[0], form)?;
        let (names, inits): (Vec<_>, Vec<_>) = bindings.into_iter().unzip();
        self.check_distinct(&names, form, operands[0])?;
        self.scopes.enter();
        let variables = self.bind_names(&names);
        let count = inits.len();
        self.then(move |expander| {
            expander.scopes.exit();
            let body = expander.pop();
            let inits = expander.pop_many(count);
            for (&variable, &init) in variables.iter().zip(&inits) {
                let name = Rc::clone(&expander.program.variable(variable).name);
                expander.name_lambda(init, &name);
            }
            if variables.is_empty() {
                expander.push_value(body);
                return Ok(());
            }
            let bindings: Vec<_> = variables.into_iter().zip(inits).collect();
            let (bindings, body) = match form {
                CoreForm::Letrec => expander.keep_locations(bindings, body, id),
                _ => (bindings, body),
            };
            expander.finish(Expr::Letrec(bindings, body), id);
            Ok(())
        });
        let body = operands[1..].to_vec();
        self.then(move |expander| expander.body(body, id));
        self.later_all(&inits);
        Ok(())
    }

    /// The bindings and the body of the `letrec*` that a `letrec` becomes.
    fn keep_locations(
        &mut self,
        bindings: Vec<(VariableId, ExprId)>,
        body: ExprId,
        at: SyntaxId,
    ) -> (Vec<(VariableId, ExprId)>, ExprId) {
        let may_return_twice = |&(_, init): &(VariableId, ExprId)| self.may_return_twice(init);
        if !bindings.iter().any(may_return_twice) {
            return (bindings, body);
        }
        let is_procedure = |&(variable, init): &(VariableId, ExprId)| {
            matches!(self.program.expr(init), Expr::Lambda(_))
                && !self.program.variable(variable).assigned
        };
        let others = bindings.iter().copied().filter(|each| !is_procedure(each));
        let assigned: Vec<(VariableId, ExprId)> = others.collect();
        let own: IdSet<VariableId> = bindings.iter().map(|&(variable, _)| variable).collect();
        let names_own = |&(_, init): &(VariableId, ExprId)| {
            let mut parts = post_order(&self.program, init).into_iter();
            parts.any(|part| self.named(part).is_some_and(|name| own.contains(&name)))
        };
        let late: IdSet<VariableId> = assigned.iter().map(|&(variable, _)| variable).collect();
        if assigned.iter().any(names_own) {
            for &(_, init) in &bindings {
                self.check_references(init, &late);
            }
        }
        let place = self.place(at);
        let mut fixed = Vec::with_capacity(bindings.len() + assigned.len());
        for &(variable, _) in &assigned {
            fixed.push((variable, self.program.add_quote(tag::UNBOUND, place)));
        }
        let mut steps = Vec::with_capacity(assigned.len() + 1);
        for (variable, init) in bindings {
            if !late.contains(&variable) {
                fixed.push((variable, init));
                continue;
            }
            let name = Rc::clone(&self.program.variable(variable).name);
            let temporary = self.program.add_variable(name);
            fixed.push((temporary, init));
            let value = self.add(Expr::Local(temporary), at);
            let assignment = self.assign_local(variable, value);
            steps.push(self.add(assignment, at));
        }
        steps.push(body);
        (fixed, self.add(Expr::Sequence(steps), at))
    }

    /// Whether an init may capture its continuation. None does whose evaluation calls no procedure of Scheme.
    fn may_return_twice(&self, init: ExprId) -> bool {
        let is_simple = |id: ExprId| {
            matches!(
                self.program.expr(id),
                Expr::Quote(_) | Expr::Lambda(_) | Expr::Local(_) | Expr::GlobalRef(_)
            )
        };
        if is_simple(init) {
            return false;
        }
        let Expr::Call(operator, operands) = self.program.expr(init) else {
            return true;
        };
        let Expr::GlobalRef(global) = self.program.expr(*operator) else {
            return true;
        };
        let global = &self.program.globals[*global];
        let primitive = Primitive::from_name(&global.key).filter(|_| global.immutable);
        let returns_once = primitive.is_some_and(|primitive| {
            primitive.class() != PrimitiveClass::Host && primitive.effect() != Effect::Control
        });
        !returns_once || !operands.iter().copied().all(is_simple)
    }

    /// The variable that an expression names.
    fn named(&self, id: ExprId) -> Option<VariableId> {
        match self.program.expr(id) {
            Expr::Local(variable) | Expr::SetLocal(variable, _) => Some(*variable),
            _ => None,
        }
    }

    /// Checks the references to `variables` in `init`.
    fn check_references(&mut self, init: ExprId, variables: &IdSet<VariableId>) {
        for part in post_order(&self.program, init) {
            if let Expr::Local(variable) = *self.program.expr(part)
                && variables.contains(&variable)
            {
                let inner = self.program.relocate(part);
                self.program
                    .replace(part, Expr::CheckInitialized(variable, inner));
            }
        }
    }
}
