//! `lambda` and its relatives.

use std::rc::Rc;

use abi::properties::ProcedureProperties;
use syntax::{Constant, DatumKind};

use super::super::denotation::{CoreForm, Denotation, LocalName};
use super::super::expander::Expander;
use super::super::failure::Result;
use super::super::name::Name;
use super::super::syntax::{Node, SyntaxId};
use crate::core::ir::{Expr, ExprId, Lambda, LambdaOrigin, VariableId};

/// Parameters, as names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Formals {
    pub(crate) required: Vec<Name>,
    pub(crate) optional: Vec<Name>,
    pub(crate) rest: Option<Name>,
}

impl Formals {
    /// All names, in order.
    pub(crate) fn names(&self) -> impl Iterator<Item = Name> {
        let named = self.required.iter().chain(&self.optional).copied();
        named.chain(self.rest)
    }
}

/// Parameters, as variables.
#[derive(Clone, Debug)]
pub(crate) struct Parameters {
    pub(crate) required: Vec<VariableId>,
    pub(crate) optional: Vec<VariableId>,
    pub(crate) rest: Option<VariableId>,
}

impl Expander<'_> {
    pub(super) fn lambda(&mut self, id: SyntaxId) -> Result<()> {
        let operands = self.operands(id, CoreForm::Lambda, 2, usize::MAX)?;
        let formals = self.formals(operands[0], CoreForm::Lambda)?;
        self.procedure("".into(), &formals, operands[1..].to_vec(), id)
    }

    pub(super) fn named_lambda(&mut self, id: SyntaxId) -> Result<()> {
        let form = CoreForm::NamedLambda;
        let operands = self.operands(id, form, 2, usize::MAX)?;
        let Some((name, formals)) = self.syntax.as_pair(operands[0]) else {
            return Err(self.failure(operands[0], "named-lambda: expected (name parameter ...)"));
        };
        let name = self.identifier(name, form)?;
        let name = Rc::clone(self.text(name));
        let formals = self.formals(formals, form)?;
        self.procedure(name, &formals, operands[1..].to_vec(), id)
    }

    /// `(%lambda-optional (required ...) (optional ...) rest-or-#f body ...)`.
    pub(super) fn lambda_optional(&mut self, id: SyntaxId) -> Result<()> {
        let form = CoreForm::LambdaOptional;
        let operands = self.operands(id, form, 4, usize::MAX)?;
        let rest = self.syntax.as_name(operands[2]);
        let formals = Formals {
            required: self.formals(operands[0], form)?.required,
            optional: self.formals(operands[1], form)?.required,
            rest,
        };
        self.procedure("".into(), &formals, operands[3..].to_vec(), id)
    }

    /// Reads `(a b . c)`, and `(a #!optional b #!rest c)` as MIT Scheme does.
    pub(crate) fn formals(&self, id: SyntaxId, form: CoreForm) -> Result<Formals> {
        let list = self.syntax.list(id);
        let mut formals = Formals::default();
        let takes_marks = matches!(
            form,
            CoreForm::Define | CoreForm::Lambda | CoreForm::NamedLambda
        );
        let mut mark = None;
        for item in list.items {
            match (mark, self.mark(item)) {
                (_, Some(next)) if !takes_marks => {
                    let message = format!("{}: misplaced `{}`", form.name(), next.text());
                    return Err(self.failure(item, message));
                }
                (None, Some(next @ (Constant::Optional | Constant::Rest)))
                | (Some(Constant::Optional), Some(next @ Constant::Rest)) => mark = Some(next),
                (_, Some(next)) => {
                    let message = format!("{}: misplaced `{}`", form.name(), next.text());
                    return Err(self.failure(item, message));
                }
                (Some(Constant::Optional), None) => {
                    formals.optional.push(self.parameter(item, form)?);
                }
                (Some(_), None) if formals.rest.is_none() => {
                    formals.rest = Some(self.parameter(item, form)?);
                }
                (None, None) => formals.required.push(self.parameter(item, form)?),
                (Some(_), None) => {
                    let message = format!("{}: one parameter follows `#!rest`", form.name());
                    return Err(self.failure(item, message));
                }
            }
        }
        let has_tail = !matches!(self.syntax.node(list.tail), Node::Null);
        if mark == Some(Constant::Rest) && (has_tail || formals.rest.is_none()) {
            let message = format!("{}: one parameter follows `#!rest`", form.name());
            return Err(self.failure(id, message));
        }
        if has_tail {
            formals.rest = Some(self.parameter(list.tail, form)?);
        }
        self.check_parameters(&formals, id, form)?;
        Ok(formals)
    }

    /// The mark between parameters that `id` is.
    fn mark(&self, id: SyntaxId) -> Option<Constant> {
        match self.syntax.node(id) {
            Node::Atom(atom) => match **atom {
                DatumKind::Constant(constant) => Some(constant),
                _ => None,
            },
            _ => None,
        }
    }

    /// Refuses a parameter that occurs twice.
    fn check_parameters(&self, formals: &Formals, id: SyntaxId, form: CoreForm) -> Result<()> {
        let mut names: Vec<Name> = formals.names().collect();
        names.sort_unstable();
        if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            let message = format!(
                "{}: parameter `{}` occurs twice",
                form.name(),
                self.text(pair[0])
            );
            return Err(self.failure(id, message));
        }
        Ok(())
    }

    fn parameter(&self, id: SyntaxId, form: CoreForm) -> Result<Name> {
        self.syntax.as_name(id).ok_or_else(|| {
            let found = self.to_text(id);
            let message = format!(
                "{}: expected an identifier as parameter, found {found}",
                form.name()
            );
            self.failure(id, message)
        })
    }

    /// Leaves a closure with these parameters and this body.
    pub(crate) fn procedure(
        &mut self,
        name: Rc<str>,
        formals: &Formals,
        body: Vec<SyntaxId>,
        at: SyntaxId,
    ) -> Result<()> {
        self.scopes.enter();
        let parameters = self.bind_formals(formals);
        let documentation = match body.as_slice() {
            [first, _, ..] => self.syntax.as_string(*first).map(|text| text.to_string()),
            _ => None,
        };
        self.then(move |expander| {
            expander.scopes.exit();
            let body = expander.pop();
            let value = expander.closure(name, parameters, body, at);
            if documentation.is_some() {
                expander.note_properties(
                    value,
                    ProcedureProperties {
                        documentation,
                        accepted: None,
                    },
                );
            }
            expander.push_value(value);
            Ok(())
        });
        self.body(body, at)
    }

    /// Notes what the text says of the procedure that `closure` makes.
    pub(super) fn note_properties(&mut self, closure: ExprId, properties: ProcedureProperties) {
        if let Expr::Lambda(lambda) = *self.program.expr(closure) {
            self.program.lambdas[lambda].properties = Some(Rc::new(properties));
        }
    }

    /// Binds names in the innermost scope.
    pub(crate) fn bind_formals(&mut self, formals: &Formals) -> Parameters {
        Parameters {
            required: self.bind_names(&formals.required),
            optional: self.bind_names(&formals.optional),
            rest: formals.rest.map(|name| self.bind_name(name)),
        }
    }

    pub(crate) fn bind_names(&mut self, names: &[Name]) -> Vec<VariableId> {
        names.iter().map(|&name| self.bind_name(name)).collect()
    }

    /// Binds a name to a new variable in the innermost scope.
    pub(crate) fn bind_name(&mut self, name: Name) -> VariableId {
        let variable = self.variable(name);
        self.bind_local(name, variable);
        variable
    }

    /// Binds a name to a variable of this unit in the innermost scope.
    pub(crate) fn bind_local(&mut self, name: Name, variable: VariableId) {
        let unit = self.unit;
        let local = LocalName { variable, unit };
        self.scopes.bind(name, Denotation::Local(local));
    }

    pub(crate) fn closure(
        &mut self,
        name: Rc<str>,
        parameters: Parameters,
        body: ExprId,
        at: SyntaxId,
    ) -> ExprId {
        let place = self.place(at);
        let lambda = self.program.add_lambda(Lambda {
            name,
            required: parameters.required,
            optional: parameters.optional,
            rest: parameters.rest,
            body,
            free: Vec::new(),
            through: Vec::new(),
            self_variable: None,
            place,
            origin: LambdaOrigin::Text,
            properties: None,
        });
        self.add(Expr::Lambda(lambda), at)
    }

    /// A closure with `required` parameters only.
    pub(crate) fn simple_closure(
        &mut self,
        name: Rc<str>,
        required: Vec<VariableId>,
        body: ExprId,
        at: SyntaxId,
    ) -> ExprId {
        let parameters = Parameters {
            required,
            optional: Vec::new(),
            rest: None,
        };
        self.closure(name, parameters, body, at)
    }
}
