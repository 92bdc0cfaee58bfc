//! Copying procedures: a copy has variables, lambdas and activations of its own.

use super::Inliner;
use super::census::Progress;
use crate::core::ir::{ActivationId, Expr, ExprId, LambdaId, VariableId};
use crate::core::post_order;
use crate::id_map::IdMap;

/// The new ones for old ones.
#[derive(Default)]
struct Renaming {
    variables: IdMap<VariableId, VariableId>,
    lambdas: IdMap<LambdaId, LambdaId>,
    exprs: IdMap<ExprId, ExprId>,
    activations: IdMap<ActivationId, ActivationId>,
}

impl Renaming {
    fn variable(&self, variable: VariableId) -> VariableId {
        self.variables.get(&variable).copied().unwrap_or(variable)
    }
}

impl Inliner<'_> {
    /// A copy of a procedure.
    pub(super) fn copy(&mut self, lambda: LambdaId) -> LambdaId {
        let body = self.program.lambda(lambda).body;
        let order = post_order(self.program, body);
        let mut renaming = Renaming::default();
        self.rename_lambda(lambda, &mut renaming);
        for &id in &order {
            self.rename_bound(id, &mut renaming);
        }
        for &id in &order {
            let copy = self.copy_expr(id, &mut renaming);
            renaming.exprs.insert(id, copy);
        }
        let mut pairs: Vec<(LambdaId, LambdaId)> = renaming
            .lambdas
            .iter()
            .map(|(&old, &new)| (old, new))
            .collect();
        pairs.sort_unstable();
        for (old, new) in pairs {
            let body = self.program.lambda(old).body;
            self.program.lambdas[new].body = renaming.exprs[&body];
        }
        renaming.lambdas[&lambda]
    }

    fn rename_variable(&mut self, variable: VariableId, renaming: &mut Renaming) {
        let copy = self.program.variable(variable).clone();
        let id = self.program.add_variable(copy.name.clone());
        self.program.variables[id] = copy;
        self.substitutes.push(None);
        self.census.grow(self.program);
        renaming.variables.insert(variable, id);
    }

    fn rename_lambda(&mut self, lambda: LambdaId, renaming: &mut Renaming) {
        let parameters: Vec<VariableId> = self.program.lambda(lambda).parameters().collect();
        for parameter in parameters {
            self.rename_variable(parameter, renaming);
        }
        let mut copy = self.program.lambda(lambda).clone();
        let variables = copy
            .required
            .iter_mut()
            .chain(&mut copy.optional)
            .chain(&mut copy.rest);
        for variable in variables {
            *variable = renaming.variable(*variable);
        }
        let activations = &mut self.program.activations;
        copy.place.activation =
            activations.copy_procedure(copy.place.activation, &mut renaming.activations);
        let id = self.program.add_lambda(copy);
        self.census.grow(self.program);
        let facts = self.census.facts(lambda);
        *self.census.facts_mut(id) = facts;
        self.census.facts_mut(id).progress = Progress::Waiting;
        renaming.lambdas.insert(lambda, id);
    }

    /// Makes new ones for the variables and lambdas that an expression binds.
    fn rename_bound(&mut self, id: ExprId, renaming: &mut Renaming) {
        let mut variables = Vec::new();
        let mut lambdas = Vec::new();
        match self.program.expr(id) {
            Expr::Let(bindings, _) => variables.extend(bindings.iter().map(|binding| binding.0)),
            Expr::Lambda(lambda) => lambdas.push(*lambda),
            Expr::Fix(bindings, _) => {
                variables.extend(bindings.iter().map(|binding| binding.0));
                lambdas.extend(bindings.iter().map(|binding| binding.1));
            }
            Expr::Labels(labels, _) => lambdas.extend(labels),
            Expr::Receive { required, rest, .. } => {
                variables.extend(required.iter().chain(rest).copied());
            }
            _ => {}
        }
        for variable in variables {
            self.rename_variable(variable, renaming);
        }
        for lambda in lambdas {
            self.rename_lambda(lambda, renaming);
        }
    }

    fn copy_expr(&mut self, id: ExprId, renaming: &mut Renaming) -> ExprId {
        let mut expr = self.program.expr(id).clone();
        expr.each_part_mut(|part| *part = renaming.exprs[part]);
        match &mut expr {
            Expr::Local(variable) | Expr::SetLocal(variable, _) => {
                *variable = renaming.variable(*variable);
                self.census.note(*variable);
            }
            Expr::CallKnown(variable, _) | Expr::CheckInitialized(variable, _) => {
                *variable = renaming.variable(*variable);
            }
            Expr::Let(bindings, _) => {
                for (variable, _) in bindings {
                    *variable = renaming.variable(*variable);
                }
            }
            Expr::Receive { required, rest, .. } => {
                for variable in required.iter_mut().chain(rest) {
                    *variable = renaming.variable(*variable);
                }
            }
            Expr::Lambda(lambda) => *lambda = renaming.lambdas[lambda],
            Expr::Fix(bindings, _) => {
                for (variable, lambda) in bindings {
                    *variable = renaming.variable(*variable);
                    *lambda = renaming.lambdas[lambda];
                    self.census.bind(*variable, *lambda);
                }
            }
            Expr::Labels(labels, _) => {
                for label in labels {
                    *label = renaming.lambdas[label];
                }
            }
            Expr::Goto(label, _) => {
                *label = renaming.lambdas.get(label).copied().unwrap_or(*label);
            }
            _ => {}
        }
        let mut place = self.program.place(id);
        let activations = &mut self.program.activations;
        place.activation = activations.copy_inlined(place.activation, &mut renaming.activations);
        self.program.add(expr, place)
    }
}
