//! Closure sharing: a closure holds another closure instead of the variables that the other one
//! holds.
//!
//! Before: stage 3, nothing is shared. After: stage 3. No closure takes more room than before.
//! Every closure that takes less room reaches the dropped variables through a closure that it
//! holds.
//!
//! ```text
//! (fix ((f.3 (lambda f.0 () (%free x.0 y.1 z.2) _)) (g.4 (lambda g.1 () (%free x.0 y.1 z.2) _))) _)
//!   => (fix ((f.3 (lambda f.0 () (%free x.0 y.1 z.2) _))
//!            (g.4 (lambda g.1 () (%free x.0 f.3) (%through (y.1 f.3) (z.2 f.3)) _))) _)
//! ```
//!
//! # What is shared
//!
//! A closure reaches variables through a *holder*. A holder is a closure that the closure holds
//! anyway, the closure of the procedure around it, or a closure that the same procedure made before
//! it or together with it. `Fix` binds some procedures together, and these hold each other. One of
//! them becomes the holder for the others. The pass tries them from the smallest on and from the
//! largest on, and takes the way that needs fewer bytes.
//!
//! A holder itself holds each variable that is reached through it. So an access costs one load more
//! at most. Only whole objects count: a variable is kept if dropping it makes the object no
//! smaller.
//!
//! # Safe for space
//!
//! Nothing lives longer than without the pass, except for the objects of holders themselves. A
//! closure holds a new holder only if it needed *all* variables that the holder reaches (Shao and
//! Appel, Space-efficient closure representations, 1994). A closure that it holds anyway lives as
//! long as it does.
//!
//! # Claims
//!
//! * A variable that a holder holds has the same value in the closure that reaches the variable
//!   through the holder: both name the variable in one scope, and the variable is never assigned.
//! * A holder is made before the closures that hold it, or together with them.
//! * The variables that a holder holds do not change once another closure reaches a variable
//!   through it. The verifier fails where a holder does not hold a variable that is reached through
//!   it.
//!
//! # What is left out
//!
//! After Keep, Hearn and Dybvig, Optimizing closures in O(0) time, 2012. Their first cases are
//! well-known procedures that need no closure or are one variable. [`super::lift_procedures()`] does
//! these cases: it turns free variables into arguments. It leaves some well-known procedures. They
//! are holders here, but hold what they held, because they are called more often than their
//! closures are made. (With them, the R7RS benchmark `parsing` took 1.04 of its time.) Several
//! closures could also share a record of the variables that they have in common. Such a record
//! takes two words, and one more in each closure. Of the closures in the R7RS benchmarks that are
//! values, none would gain.

mod plan;
#[cfg(test)]
mod tests;

use crate::core::ir::{Expr, ExprId, LambdaId, Program, VariableId};
use crate::id::{IdVec, define_ids};

use plan::{Candidate, Plan, Records, TOGETHER_MAX};

/// A closure looks at no more closures than this that it does not hold.
const NEAR_MAX: usize = 8;

/// Runs the pass.
#[must_use]
pub fn share_closures(program: Program) -> Program {
    let mut sharing = Sharing {
        records: Records::new(&program),
        made_at: program.lambdas.side_table(None),
        nearby: IdVec::new(),
        program,
    };
    sharing.run();
    sharing.program
}

define_ids! {
    /// An index into [`Sharing::nearby`].
    NearId;
}

/// Where an expression stands.
#[derive(Clone, Copy)]
struct Surroundings {
    procedure: Option<LambdaId>,
    /// The closure that this procedure made last, of those whose variables can be used here.
    near: Option<NearId>,
}

/// A closure that a procedure has made, and the one before.
struct Near {
    variable: VariableId,
    lambda: LambdaId,
    before: Option<NearId>,
}

/// A procedure that `Fix` binds.
type Member = (VariableId, LambdaId);

struct Sharing {
    program: Program,
    records: Records,
    /// The expression of each procedure that no variable is bound to.
    made_at: IdVec<LambdaId, Option<ExprId>>,
    nearby: IdVec<NearId, Near>,
}

impl Sharing {
    /// Visits procedures from the outside in, and closures in the order in which they are made.
    fn run(&mut self) {
        let outside = Surroundings {
            procedure: None,
            near: None,
        };
        let mut pending = vec![(self.program.root(), outside)];
        while let Some((id, around)) = pending.pop() {
            let start = pending.len();
            match self.program.expr(id) {
                &Expr::Lambda(lambda) => {
                    self.made_at[lambda] = Some(id);
                    self.share(&[(None, lambda)], around);
                    pending.push(self.body(lambda));
                }
                Expr::Fix(..) => self.fix(id, around, &mut pending),
                _ => self
                    .program
                    .each_part(id, |part| pending.push((part, around))),
            }
            pending[start..].reverse();
        }
    }

    fn body(&self, lambda: LambdaId) -> (ExprId, Surroundings) {
        let inside = Surroundings {
            procedure: Some(lambda),
            near: None,
        };
        (self.program.lambda(lambda).body, inside)
    }

    /// Takes forms that stand directly in one another together: their closures are made one after the
    /// other, with nothing between.
    fn fix(
        &mut self,
        id: ExprId,
        mut around: Surroundings,
        pending: &mut Vec<(ExprId, Surroundings)>,
    ) {
        let mut members: Vec<Member> = Vec::new();
        let mut body = id;
        while let Expr::Fix(bindings, inner) = self.program.expr(body) {
            members.extend(bindings);
            body = *inner;
        }
        let closures: Vec<(Option<VariableId>, LambdaId)> = members
            .iter()
            .filter(|&&(variable, lambda)| self.can_hold(variable, lambda))
            .map(|&(variable, lambda)| (Some(variable), lambda))
            .collect();
        if let Some(order) = self.share(&closures, around) {
            // A holder has to be bound where the others are made.
            let rank = |member: &Member| order.iter().position(|&lambda| lambda == member.1);
            let mut bindings = members.clone();
            bindings.sort_by_key(rank);
            self.program.replace(id, Expr::Fix(bindings, body));
        }
        for &(variable, lambda) in &members {
            pending.push(self.body(lambda));
            if self.can_hold(variable, lambda) {
                let before = around.near;
                around.near = Some(self.nearby.push(Near {
                    variable,
                    lambda,
                    before,
                }));
            }
        }
        pending.push((body, around));
    }

    /// Whether a closure of a procedure can be held, and holds something: those of the top level are not
    /// captured.
    fn can_hold(&self, variable: VariableId, lambda: LambdaId) -> bool {
        !self.records.needed(lambda).is_empty() && !self.program.variable(variable).top_level
    }

    /// Decides what closures that are made together hold; the order in which they are to be made, if it
    /// matters.
    fn share(
        &mut self,
        closures: &[(Option<VariableId>, LambdaId)],
        around: Surroundings,
    ) -> Option<Vec<LambdaId>> {
        let candidates = self.candidates(around);
        let plans = self.records.plan(closures, &candidates);
        let order: Vec<LambdaId> = plans.iter().map(|plan| plan.lambda).collect();
        let mut has_changed = false;
        for plan in plans {
            if plan.through.is_empty() || !self.program.rewrites.allow() {
                continue;
            }
            self.carry_out(plan, around.procedure);
            has_changed = true;
        }
        let matters = has_changed && (2..=TOGETHER_MAX).contains(&order.len());
        matters.then_some(order)
    }

    /// The closures that one made here could hold besides those that it holds.
    fn candidates(&self, around: Surroundings) -> Vec<Candidate> {
        let mut candidates = Vec::new();
        if let Some(lambda) = around.procedure
            && !self.records.needed(lambda).is_empty()
        {
            let variable = self.program.lambda(lambda).self_variable;
            if variable.is_none_or(|own| !self.program.variable(own).top_level) {
                candidates.push(Candidate { variable, lambda });
            }
        }
        let mut near = around.near;
        while let Some(closure) = near.filter(|_| candidates.len() <= NEAR_MAX) {
            let Near {
                variable,
                lambda,
                before,
            } = self.nearby[closure];
            let variable = Some(variable);
            candidates.push(Candidate { variable, lambda });
            near = before;
        }
        candidates
    }

    fn carry_out(&mut self, plan: Plan, around: Option<LambdaId>) {
        let own = plan.uses_own().then(|| {
            let around = around.expect("only procedures have closures of their own");
            self.name(around)
        });
        let resolve = |holder: Option<VariableId>| {
            holder.unwrap_or_else(|| own.expect("it has a name if it is used"))
        };
        let mut free: Vec<VariableId> = plan.held.into_iter().map(resolve).collect();
        free.sort_unstable();
        let through = plan.through.into_iter();
        let lambda = &mut self.program.lambdas[plan.lambda];
        lambda.through = through
            .map(|(variable, holder)| (variable, resolve(holder)))
            .collect();
        self.records.put(plan.lambda, free.clone());
        lambda.free = free;
    }

    /// The variable that stands for a procedure inside its body; binds one if there is none.
    fn name(&mut self, id: LambdaId) -> VariableId {
        let lambda = self.program.lambda(id);
        if let Some(own) = lambda.self_variable {
            return own;
        }
        let name = lambda.name.clone();
        let made_at = self.made_at[id].expect("it was made before its body was visited");
        let own = self.program.add_variable(name);
        let place = self.program.place(made_at);
        let closure = self.program.add(Expr::Local(own), place);
        self.program
            .replace(made_at, Expr::Fix(vec![(own, id)], closure));
        self.program.lambdas[id].self_variable = Some(own);
        self.records.name(own, id);
        own
    }
}
