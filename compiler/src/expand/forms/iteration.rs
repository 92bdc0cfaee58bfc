//! `do` and named `let`: a procedure bound by `Letrec` and its first call.

use std::rc::Rc;

use super::super::denotation::CoreForm;
use super::super::expander::Expander;
use super::super::failure::Result;
use super::super::name::Name;
use super::super::syntax::SyntaxId;
use crate::core::ir::{Expr, ExprId, VariableId};

/// `(do (variable ...) (test result ...) command ...)` without the inits.
struct DoLoop {
    names: Vec<Name>,
    /// `None` where the variable keeps its value.
    steps: Vec<Option<SyntaxId>>,
    test: SyntaxId,
    results: Vec<SyntaxId>,
    commands: Vec<SyntaxId>,
}

impl Expander<'_> {
    pub(super) fn named_let(
        &mut self,
        id: SyntaxId,
        name: Name,
        operands: &[SyntaxId],
    ) -> Result<()> {
        if operands.len() < 3 {
            return Err(self.failure(
                id,
                "let: expected a list of bindings and a body after the name",
            ));
        }
        let bindings = self.bindings(operands[1], CoreForm::Let)?;
        let (names, inits): (Vec<_>, Vec<_>) = bindings.into_iter().unzip();
        self.check_distinct(&names, CoreForm::Let, operands[1])?;
        let body = operands[2..].to_vec();
        let count = inits.len();
        self.then(move |expander| {
            expander.scopes.enter();
            let procedure = expander.bind_name(name);
            expander.scopes.enter();
            let variables = expander.bind_names(&names);
            expander.then(move |expander| {
                expander.scopes.exit();
                expander.scopes.exit();
                let body = expander.pop();
                let inits = expander.pop_many(count);
                let name = Rc::clone(&expander.program.variable(procedure).name);
                let closure = expander.simple_closure(name, variables, body, id);
                expander.finish_loop(procedure, closure, inits, id);
                Ok(())
            });
            expander.body(body, id)
        });
        self.later_all(&inits);
        Ok(())
    }

    /// Leaves `(letrec ((procedure closure)) (procedure . inits))`.
    ///
    /// The inits stand in the scope of the procedure, which is harmless: they do not name it.
    fn finish_loop(
        &mut self,
        procedure: VariableId,
        closure: ExprId,
        inits: Vec<ExprId>,
        at: SyntaxId,
    ) {
        let operator = self.local(procedure, at);
        let call = self.add(Expr::Call(operator, inits), at);
        self.finish(Expr::Letrec(vec![(procedure, closure)], call), at);
    }

    pub(super) fn do_form(&mut self, id: SyntaxId) -> Result<()> {
        let operands = self.operands(id, CoreForm::Do, 2, usize::MAX)?;
        let (inits, parts) = self.do_parts(&operands)?;
        let count = inits.len();
        self.then(move |expander| {
            let procedure = expander.program.add_variable("do".into());
            expander.scopes.enter();
            let variables = expander.bind_names(&parts.names);
            let steps: Vec<SyntaxId> = parts.steps.iter().copied().flatten().collect();
            let kept: Vec<bool> = parts.steps.iter().map(Option::is_none).collect();
            let counts = (parts.results.len(), parts.commands.len(), steps.len());
            expander.then(move |expander| {
                expander.scopes.exit();
                let (result_count, command_count, step_count) = counts;
                let mut steps = expander.pop_many(step_count).into_iter();
                let commands = expander.pop_many(command_count);
                let results = expander.pop_many(result_count);
                let test = expander.pop();
                let inits = expander.pop_many(count);
                let next: Vec<ExprId> = std::iter::zip(&variables, kept)
                    .map(|(&variable, is_kept)| {
                        if is_kept {
                            expander.local(variable, id)
                        } else {
                            steps.next().expect("each step was expanded")
                        }
                    })
                    .collect();
                let operator = expander.local(procedure, id);
                let call = expander.add(Expr::Call(operator, next), id);
                let again = expander.sequence([commands, vec![call]].concat(), id);
                let result = expander.sequence(results, id);
                let body = expander.add(Expr::If(test, result, again), id);
                let closure = expander.simple_closure("do".into(), variables, body, id);
                expander.finish_loop(procedure, closure, inits, id);
                Ok(())
            });
            expander.later_all(&steps);
            expander.later_all(&parts.commands);
            expander.later_all(&parts.results);
            expander.later(parts.test);
            Ok(())
        });
        self.later_all(&inits);
        Ok(())
    }

    fn do_parts(&self, operands: &[SyntaxId]) -> Result<(Vec<SyntaxId>, DoLoop)> {
        let Some(variables) = self.syntax.proper_list(operands[0]) else {
            return Err(self.failure(operands[0], "do: expected ((variable init step) ...)"));
        };
        let exit = self.syntax.proper_list(operands[1]).unwrap_or_default();
        let Some((&test, results)) = exit.split_first() else {
            return Err(self.failure(operands[1], "do: expected (test result ...)"));
        };
        let mut inits = Vec::with_capacity(variables.len());
        let mut parts = DoLoop {
            names: Vec::with_capacity(variables.len()),
            steps: Vec::with_capacity(variables.len()),
            test,
            results: results.to_vec(),
            commands: operands[2..].to_vec(),
        };
        for variable in variables {
            let items = self.syntax.proper_list(variable).unwrap_or_default();
            let (&name, &init, step) = match items.as_slice() {
                [name, init] => (name, init, None),
                [name, init, step] => (name, init, Some(*step)),
                _ => {
                    let found = self.to_text(variable);
                    let message = format!(
                        "do: expected (variable init) or (variable init step), found {found}"
                    );
                    return Err(self.failure(variable, message));
                }
            };
            parts.names.push(self.identifier(name, CoreForm::Do)?);
            parts.steps.push(step);
            inits.push(init);
        }
        self.check_distinct(&parts.names, CoreForm::Do, operands[0])?;
        Ok((inits, parts))
    }
}
