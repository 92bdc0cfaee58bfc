//! `Let` and `Fix`: propagates, moves or drops the bound expressions.

use abi::primitive::Effect;

use super::census::Progress;
use super::{InlineStep, Inliner, Substitute, Use};
use crate::core::ir::{Expr, ExprId, LambdaId, Literal, VariableId};

/// How far from a binding its first use is looked for.
const STEPS_MAX: usize = 32;

/// How many operands of an expression are looked at for the first use of a variable. Each variable that is bound
/// around the expression is looked for, and there may be one for each operand.
pub(super) const OPERANDS_MAX: usize = 256;

/// How many values of an expression the code around it takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// The first one, as in a binding.
    One,
    /// All that there are.
    All,
}

impl Inliner<'_> {
    /// After the inits: constants and copies are propagated, procedures bound by a `Fix`; then the body.
    pub(super) fn propagate(&mut self, id: ExprId, usage: Use) {
        let Expr::Let(bindings, body) = self.program.expr(id).clone() else {
            unreachable!("scheduled for a `Let` only");
        };
        let mut kept = Vec::with_capacity(bindings.len());
        let mut procedures = Vec::new();
        for (variable, init) in bindings {
            if self.program.variable(variable).assigned {
                kept.push((variable, init));
                continue;
            }
            if let &Expr::Lambda(lambda) = self.program.expr(init)
                && self.may_rewrite()
            {
                procedures.push((variable, lambda));
            } else {
                self.substitutes[variable] = self.substitute_for(init);
                kept.push((variable, init));
            }
        }
        self.steps.push(InlineStep::Leave(id, usage));
        let mut inner = body;
        if !procedures.is_empty() {
            for &(variable, lambda) in &procedures {
                self.census.bind(variable, lambda);
            }
            let place = self.program.place(id);
            inner = self.program.add(Expr::Fix(procedures, body), place);
            self.steps.push(InlineStep::LeaveFix(inner));
        }
        self.program.replace(id, Expr::Let(kept, inner));
        self.steps.push(InlineStep::Visit(body, usage));
    }

    /// What can stand for a variable with this init.
    fn substitute_for(&self, init: ExprId) -> Option<Substitute> {
        match self.program.expr(init) {
            Expr::Quote(literal) => {
                let literal = *literal;
                let is_word = matches!(self.program.literals[literal], Literal::Word(_));
                is_word.then_some(Substitute::Quote(literal))
            }
            Expr::Local(other) if !self.program.variable(*other).assigned => {
                Some(Substitute::Local(*other))
            }
            _ => None,
        }
    }

    /// After the body: what is not used is dropped, what is used first and once goes there.
    pub(super) fn leave_let(&mut self, id: ExprId) {
        let Expr::Let(bindings, body) = self.program.expr(id).clone() else {
            unreachable!("scheduled for a `Let` only");
        };
        let mut kept = Vec::with_capacity(bindings.len());
        let mut effects = Vec::new();
        let mut keeps_settled = true;
        for (variable, init) in bindings {
            let is_pure = self.is_pure(init);
            // Effects go in front of what is kept: not past inits that they could be told from.
            let stays = !is_pure && !keeps_settled;
            if self.census.uses(variable) > 0 || stays || !self.may_rewrite() {
                keeps_settled &= self.is_settled(init);
                kept.push((variable, init));
            } else if is_pure {
                self.drop_expr(init);
            } else {
                effects.push(init);
            }
        }
        if let [(variable, init)] = *kept.as_slice()
            && effects.is_empty()
            && self.move_to_use(variable, init, body)
        {
            kept.clear();
        }
        let place = self.program.place(id);
        let mut result = body;
        if !kept.is_empty() {
            result = self.program.add(Expr::Let(kept, result), place);
        }
        if !effects.is_empty() {
            effects.push(result);
            result = self.program.add(Expr::Sequence(effects), place);
        }
        self.become_part(id, result);
    }

    /// Whether the value is the same before and after anything else that is evaluated.
    fn is_settled(&self, id: ExprId) -> bool {
        match self.program.expr(id) {
            Expr::Quote(_) | Expr::Lambda(_) => true,
            Expr::Local(variable) => !self.program.variable(*variable).assigned,
            _ => false,
        }
    }

    /// Puts the init in the place of the variable's only use, if that is what the body evaluates first.
    fn move_to_use(&mut self, variable: VariableId, init: ExprId, body: ExprId) -> bool {
        let description = self.program.variable(variable);
        if self.census.uses(variable) != 1 || description.assigned {
            return false;
        }
        let Some((place, wanted)) = self.first_evaluated(variable, body) else {
            return false;
        };
        if wanted == Wanted::All && !self.gives_one_value(init) || !self.may_rewrite() {
            return false;
        }
        self.census.forget(variable);
        self.become_part(place, init);
        true
    }

    /// The reference to `variable`, if nothing but constants and variables is evaluated before it, and
    /// how many values are wanted there.
    fn first_evaluated(&self, variable: VariableId, body: ExprId) -> Option<(ExprId, Wanted)> {
        let mut id = body;
        let mut wanted = Wanted::All;
        for _ in 0..STEPS_MAX {
            let outer = id;
            id = match self.program.expr(id) {
                Expr::Local(first) if *first == variable => return Some((id, wanted)),
                Expr::If(test, ..) => *test,
                Expr::Sequence(parts) => parts[0],
                Expr::Let(bindings, _) => bindings.first()?.1,
                Expr::Primitive(_, operands) | Expr::Goto(_, operands) => {
                    self.first_that_acts(variable, operands)?
                }
                Expr::Call(operator, operands) => {
                    self.first_that_acts(variable, std::iter::once(operator).chain(operands))?
                }
                Expr::Receive { producer, .. } => *producer,
                _ => return None,
            };
            wanted = match self.program.expr(outer) {
                Expr::Receive { .. } => Wanted::All,
                _ => Wanted::One,
            };
        }
        None
    }

    /// The first of the operands that is `variable`, or neither a constant nor a variable that is never assigned.
    fn first_that_acts<'a>(
        &self,
        variable: VariableId,
        operands: impl IntoIterator<Item = &'a ExprId>,
    ) -> Option<ExprId> {
        let mut operands = operands.into_iter().take(OPERANDS_MAX).copied();
        operands.find(|&operand| !self.is_inert(operand, variable))
    }

    /// Whether the expression has exactly one value, if it has any.
    fn gives_one_value(&self, id: ExprId) -> bool {
        let mut pending = vec![id];
        for _ in 0..STEPS_MAX {
            let Some(id) = pending.pop() else {
                return true;
            };
            match self.program.expr(id) {
                Expr::If(_, consequent, alternative) => pending.extend([*consequent, *alternative]),
                Expr::Sequence(parts) => pending.extend(parts.last()),
                Expr::Let(_, body) | Expr::Fix(_, body) | Expr::Receive { body, .. } => {
                    pending.push(*body);
                }
                Expr::Primitive(primitive, _) if primitive.effect() == Effect::Control => {
                    return false;
                }
                Expr::Quote(_)
                | Expr::Local(_)
                | Expr::GlobalRef(_)
                | Expr::Lambda(_)
                | Expr::Primitive(..)
                | Expr::CheckInitialized(..) => {}
                _ => return false,
            }
        }
        false
    }

    fn is_inert(&self, id: ExprId, wanted: VariableId) -> bool {
        match self.program.expr(id) {
            Expr::Quote(_) => true,
            Expr::Local(variable) => {
                *variable != wanted && !self.program.variable(*variable).assigned
            }
            _ => false,
        }
    }

    pub(super) fn visit_fix(&mut self, id: ExprId, usage: Use) {
        let Expr::Fix(bindings, body) = self.program.expr(id) else {
            unreachable!("scheduled for a `Fix` only");
        };
        let body = *body;
        let eager: Vec<LambdaId> = bindings
            .iter()
            .filter(|&&(variable, _)| self.census.uses(variable) > 1)
            .map(|&(_, lambda)| lambda)
            .collect();
        self.steps.push(InlineStep::VisitRest(id));
        self.steps.push(InlineStep::Visit(body, usage));
        for &lambda in eager.iter().rev() {
            self.steps.push(InlineStep::VisitProcedure(lambda));
        }
    }

    /// Visits those procedures that are needed but were not put in the place of their only call.
    pub(super) fn visit_rest(&mut self, id: ExprId) {
        let Expr::Fix(bindings, _) = self.program.expr(id) else {
            unreachable!("scheduled for a `Fix` only");
        };
        let next = bindings.iter().find(|&&(variable, lambda)| {
            self.census.uses(variable) > 0
                && self.census.facts(lambda).progress == Progress::Waiting
        });
        match next {
            Some(&(_, lambda)) => {
                self.steps.push(InlineStep::VisitRest(id));
                self.steps.push(InlineStep::VisitProcedure(lambda));
            }
            None => self.leave_fix(id),
        }
    }

    /// Drops the procedures that are not used.
    pub(super) fn leave_fix(&mut self, id: ExprId) {
        let Expr::Fix(mut bindings, body) = self.program.expr(id).clone() else {
            unreachable!("scheduled for a `Fix` only");
        };
        bindings.retain(|&(_, lambda)| !self.census.is_consumed(lambda));
        let mut is_changing = true;
        while std::mem::take(&mut is_changing) {
            bindings.retain(|&(variable, lambda)| {
                let is_used = self.census.uses(variable) > 0 || !self.may_rewrite();
                if !is_used {
                    self.drop_expr(self.program.lambda(lambda).body);
                    is_changing = true;
                }
                is_used
            });
        }
        if bindings.is_empty() {
            self.become_part(id, body);
        } else {
            self.program.replace(id, Expr::Fix(bindings, body));
        }
    }
}
