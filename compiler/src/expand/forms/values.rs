//! Forms that bind several values at once.

use std::rc::Rc;

use super::super::denotation::CoreForm;
use super::super::expander::Expander;
use super::super::failure::Result;
use super::super::name::Name;
use super::super::syntax::SyntaxId;
use super::Formals;
use super::procedure::Parameters;
use crate::core::ir::{Expr, VariableId};

impl Expander<'_> {
    /// `(receive formals producer body ...)`.
    pub(super) fn receive(&mut self, id: SyntaxId) -> Result<()> {
        let operands = self.operands(id, CoreForm::Receive, 3, usize::MAX)?;
        let formals = self.formals(operands[0], CoreForm::Receive)?;
        let body = operands[2..].to_vec();
        self.then(move |expander| {
            expander.scopes.enter();
            let parameters = expander.bind_formals(&formals);
            expander.then(move |expander| {
                expander.scopes.exit();
                expander.finish_receive(parameters, id);
                Ok(())
            });
            expander.body(body, id)
        });
        self.later(operands[1]);
        Ok(())
    }

    /// Takes body and producer off the stack of values, leaves a `Receive`.
    fn finish_receive(&mut self, parameters: Parameters, at: SyntaxId) {
        let body = self.pop();
        let producer = self.pop();
        let receive = Expr::Receive {
            required: parameters.required,
            rest: parameters.rest,
            producer,
            body,
        };
        self.finish(receive, at);
    }

    /// Reads `((formals producer) ...)`.
    fn values_bindings(&self, list: SyntaxId, form: CoreForm) -> Result<Vec<(Formals, SyntaxId)>> {
        let expected = |at: SyntaxId| {
            let message = format!("{}: expected ((formals expression) ...)", form.name());
            self.failure(at, message)
        };
        let bindings = self
            .syntax
            .proper_list(list)
            .ok_or_else(|| expected(list))?;
        let binding = |&binding: &SyntaxId| match self.syntax.proper_list(binding).as_deref() {
            Some(&[formals, producer]) => Ok((self.formals(formals, form)?, producer)),
            _ => Err(expected(binding)),
        };
        bindings.iter().map(binding).collect()
    }

    pub(super) fn let_values(&mut self, id: SyntaxId) -> Result<()> {
        let form = CoreForm::LetValues;
        let operands = self.operands(id, form, 2, usize::MAX)?;
        let bindings = self.values_bindings(operands[0], form)?;
        let (formals, producers): (Vec<_>, Vec<_>) = bindings.into_iter().unzip();
        let names: Vec<Name> = formals.iter().flat_map(Formals::names).collect();
        self.check_distinct(&names, form, operands[0])?;
        let body = operands[1..].to_vec();
        self.then(move |expander| {
            expander.scopes.enter();
            let parameters: Vec<_> = formals
                .iter()
                .map(|formals| expander.bind_formals(formals))
                .collect();
            expander.then(move |expander| {
                expander.scopes.exit();
                let parameters = expander.locations_after_producers(parameters, id);
                for parameters in parameters.into_iter().rev() {
                    expander.finish_receive(parameters, id);
                }
                Ok(())
            });
            expander.body(body, id)
        });
        self.later_all(&producers);
        Ok(())
    }

    /// Takes the body off the stack of values, and leaves one around which assigned variables are bound anew:
    /// their locations are made when all producers have returned, each time the last one does.
    fn locations_after_producers(
        &mut self,
        mut parameters: Vec<Parameters>,
        at: SyntaxId,
    ) -> Vec<Parameters> {
        let body = self.pop();
        let last = parameters.len().saturating_sub(1);
        let mut bindings = Vec::new();
        for parameters in &mut parameters[..last] {
            for variable in parameters.required.iter_mut().chain(&mut parameters.rest) {
                let description = self.program.variable(*variable);
                if description.assigned {
                    let name = Rc::clone(&description.name);
                    let fresh = self.program.add_variable(name);
                    bindings.push((*variable, self.add(Expr::Local(fresh), at)));
                    *variable = fresh;
                }
            }
        }
        if bindings.is_empty() {
            self.push_value(body);
        } else {
            self.finish(Expr::Let(bindings, body), at);
        }
        parameters
    }

    pub(super) fn let_star_values(&mut self, id: SyntaxId) -> Result<()> {
        let form = CoreForm::LetStarValues;
        let operands = self.operands(id, form, 2, usize::MAX)?;
        let bindings = self.values_bindings(operands[0], form)?;
        let mut all = Vec::with_capacity(bindings.len());
        for (formals, _) in &bindings {
            all.push(self.fresh_parameters(formals));
        }
        let parameters = all.clone();
        self.then(move |expander| {
            for parameters in parameters.into_iter().rev() {
                expander.scopes.exit();
                expander.finish_receive(parameters, id);
            }
            Ok(())
        });
        let body = operands[1..].to_vec();
        self.then(move |expander| expander.body(body, id));
        for ((formals, producer), parameters) in bindings.into_iter().zip(all).rev() {
            self.then(move |expander| {
                expander.scopes.enter();
                let variables = parameters.required.iter().copied().chain(parameters.rest);
                for (name, variable) in formals.names().zip(variables) {
                    expander.bind_local(name, variable);
                }
                Ok(())
            });
            self.later(producer);
        }
        Ok(())
    }

    fn fresh_parameters(&mut self, formals: &Formals) -> Parameters {
        let mut variable = |name: &Name| -> VariableId { self.variable(*name) };
        Parameters {
            required: formals.required.iter().map(&mut variable).collect(),
            optional: Vec::new(),
            rest: formals.rest.as_ref().map(&mut variable),
        }
    }
}
