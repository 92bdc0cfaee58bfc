//! `let` and `let*`, and the bindings of all such forms.

use std::rc::Rc;

use super::super::denotation::CoreForm;
use super::super::expander::Expander;
use super::super::failure::Result;
use super::super::name::Name;
use super::super::syntax::SyntaxId;
use crate::core::ir::{Expr, ExprId, VariableId};

impl Expander<'_> {
    /// Reads `((name value) ...)`.
    pub(crate) fn bindings(&self, list: SyntaxId, form: CoreForm) -> Result<Vec<(Name, SyntaxId)>> {
        let form = form.name();
        let Some(bindings) = self.syntax.proper_list(list) else {
            let message = format!("{form}: expected a list of bindings ((name value) ...)");
            return Err(self.failure(list, message));
        };
        let binding = |&binding: &SyntaxId| {
            let parts = self.syntax.proper_list(binding);
            if let Some(&[name, value]) = parts.as_deref()
                && let Some(name) = self.syntax.as_name(name)
            {
                return Ok((name, value));
            }
            let found = self.to_text(binding);
            let message = format!("{form}: expected a binding (name value), found {found}");
            Err(self.failure(binding, message))
        };
        bindings.iter().map(binding).collect()
    }

    pub(super) fn check_distinct(
        &self,
        names: &[Name],
        form: CoreForm,
        at: SyntaxId,
    ) -> Result<()> {
        let mut sorted = names.to_vec();
        sorted.sort_unstable();
        match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            None => Ok(()),
            Some(pair) => {
                let message = format!("{}: `{}` is bound twice", form.name(), self.text(pair[0]));
                Err(self.failure(at, message))
            }
        }
    }

    pub(super) fn let_form(&mut self, id: SyntaxId) -> Result<()> {
        let operands = self.operands(id, CoreForm::Let, 2, usize::MAX)?;
        if let Some(name) = self.syntax.as_name(operands[0]) {
            return self.named_let(id, name, &operands);
        }
        let bindings = self.bindings(operands[0], CoreForm::Let)?;
        let (names, inits): (Vec<_>, Vec<_>) = bindings.into_iter().unzip();
        self.check_distinct(&names, CoreForm::Let, operands[0])?;
        let body = operands[1..].to_vec();
        let count = names.len();
        self.then(move |expander| {
            expander.scopes.enter();
            let variables = expander.bind_names(&names);
            expander.then(move |expander| {
                expander.scopes.exit();
                let body = expander.pop();
                let inits = expander.pop_many(count);
                expander.finish_let(variables, inits, body, id);
                Ok(())
            });
            expander.body(body, id)
        });
        self.later_all(&inits);
        Ok(())
    }

    /// Leaves a `Let`, naming procedures after their variables.
    pub(super) fn finish_let(
        &mut self,
        variables: Vec<VariableId>,
        inits: Vec<ExprId>,
        body: ExprId,
        at: SyntaxId,
    ) {
        for (&variable, &init) in variables.iter().zip(&inits) {
            let name = Rc::clone(&self.program.variable(variable).name);
            self.name_lambda(init, &name);
        }
        if variables.is_empty() {
            self.push_value(body);
            return;
        }
        let bindings = variables.into_iter().zip(inits).collect();
        self.finish(Expr::Let(bindings, body), at);
    }

    pub(super) fn let_star(&mut self, id: SyntaxId) -> Result<()> {
        let operands = self.operands(id, CoreForm::LetStar, 2, usize::MAX)?;
        let bindings = self.bindings(operands[0], CoreForm::LetStar)?;
        let mut variables = Vec::with_capacity(bindings.len());
        for &(name, _) in &bindings {
            variables.push(self.variable(name));
        }
        let all = variables.clone();
        self.then(move |expander| {
            let mut body = expander.pop();
            for variable in all.into_iter().rev() {
                expander.scopes.exit();
                let init = expander.pop();
                expander.finish_let(vec![variable], vec![init], body, id);
                body = expander.pop();
            }
            expander.push_value(body);
            Ok(())
        });
        let body = operands[1..].to_vec();
        self.then(move |expander| expander.body(body, id));
        for (&(name, init), variable) in bindings.iter().zip(variables).rev() {
            self.then(move |expander| {
                expander.scopes.enter();
                expander.bind_local(name, variable);
                Ok(())
            });
            self.later(init);
        }
        Ok(())
    }
}
