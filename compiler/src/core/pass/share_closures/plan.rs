//! The choice of variables for each closure to hold: the choice that takes the fewest bytes.

use std::collections::BTreeMap;

use abi::object_layout::closure;

use crate::core::ir::{Expr, Lambda, LambdaId, Program, VariableId};
use crate::core::post_order;
use crate::id::IdVec;

/// Closures that need more variables are left as they are: the search is quadratic in their number.
const NEEDED_MAX: usize = 64;
/// Of more closures than this that are made together, each is looked at by itself.
pub(super) const TOGETHER_MAX: usize = 32;

/// A closure that another one could hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    /// The variable that stands for it; `None` is the procedure around, which has no name yet.
    pub(super) variable: Option<VariableId>,
    /// Its procedure.
    pub(super) lambda: LambdaId,
}

/// What a closure holds.
pub(super) struct Plan {
    pub(super) lambda: LambdaId,
    /// The variables; `None` is the closure of the procedure around, which has no name yet.
    pub(super) held: Vec<Option<VariableId>>,
    /// What it reaches through which of them, ascending.
    pub(super) through: Vec<(VariableId, Option<VariableId>)>,
}

impl Plan {
    /// Whether the procedure around needs a name.
    pub(super) fn uses_own(&self) -> bool {
        self.held.contains(&None)
    }

    fn bytes(&self) -> usize {
        closure::bytes(self.held.len())
    }
}

/// What closures hold, as far as that is decided.
pub(super) struct Records {
    /// Of each procedure, all variables that its closure has to reach.
    needed: IdVec<LambdaId, Vec<VariableId>>,
    /// Whether a procedure is used otherwise than to be called where it is known.
    is_value: IdVec<LambdaId, bool>,
    /// Of each procedure that was decided, those that its closure holds itself.
    held: IdVec<LambdaId, Option<Vec<VariableId>>>,
    /// The procedures that variables stand for, of those that were met.
    procedures: BTreeMap<VariableId, LambdaId>,
}

impl Records {
    pub(super) fn new(program: &Program) -> Self {
        let needed = program.lambdas.iter().map(|each| each.free.clone());
        Self {
            needed: needed.collect(),
            is_value: values(program),
            held: program.lambdas.side_table(None),
            procedures: BTreeMap::new(),
        }
    }

    /// All variables that a closure has to reach.
    pub(super) fn needed(&self, lambda: LambdaId) -> &[VariableId] {
        &self.needed[lambda]
    }

    /// From here on, the closure of `lambda` holds `held`.
    pub(super) fn put(&mut self, lambda: LambdaId, held: Vec<VariableId>) {
        self.held[lambda] = Some(held);
    }

    /// From here on, `variable` stands for `lambda`.
    pub(super) fn name(&mut self, variable: VariableId, lambda: LambdaId) {
        self.procedures.insert(variable, lambda);
    }

    /// Plans for closures that are made together, in the order in which they are to be bound; a plan
    /// that reaches nothing through another closure changes nothing.
    pub(super) fn plan(
        &mut self,
        closures: &[(Option<VariableId>, LambdaId)],
        candidates: &[Candidate],
    ) -> Vec<Plan> {
        for &(variable, lambda) in closures {
            if let Some(variable) = variable {
                self.name(variable, lambda);
            }
        }
        let mut order = closures.to_vec();
        let plans = if (2..=TOGETHER_MAX).contains(&order.len()) {
            order.sort_by_key(|&(_, lambda)| self.needed(lambda).len());
            let ascending = self.plan_in_order(&order, candidates);
            order.reverse();
            let descending = self.plan_in_order(&order, candidates);
            let bytes = |plans: &[Plan]| plans.iter().map(Plan::bytes).sum::<usize>();
            if bytes(&descending) < bytes(&ascending) {
                descending
            } else {
                ascending
            }
        } else {
            let alone = order.chunks(1);
            alone
                .flat_map(|closure| self.plan_in_order(closure, candidates))
                .collect()
        };
        for &(_, lambda) in closures {
            self.put(lambda, self.needed(lambda).to_vec());
        }
        plans
    }

    fn plan_in_order(
        &self,
        order: &[(Option<VariableId>, LambdaId)],
        candidates: &[Candidate],
    ) -> Vec<Plan> {
        let mut plans: Vec<Plan> = Vec::with_capacity(order.len());
        for (place, &(_, lambda)) in order.iter().enumerate() {
            let earlier = order[..place].iter().zip(&plans);
            let mut choices: Vec<Choice> = earlier
                .map(|(&(variable, lambda), plan)| Choice {
                    candidate: Candidate { variable, lambda },
                    held: plan.held.iter().copied().flatten().collect(),
                })
                .collect();
            for &variable in self.needed(lambda) {
                if let Some(&lambda) = self.procedures.get(&variable) {
                    let variable = Some(variable);
                    choices.extend(self.choice(Candidate { variable, lambda }));
                }
            }
            choices.extend(candidates.iter().filter_map(|&each| self.choice(each)));
            plans.push(self.plan_one(lambda, &choices));
        }
        plans
    }

    fn choice(&self, candidate: Candidate) -> Option<Choice> {
        let held = self.held[candidate.lambda].clone()?;
        Some(Choice { candidate, held })
    }

    /// What one closure holds: as long as there are two variables more that one choice holds, or one
    /// that a closure held anyway does, it takes the best.
    fn plan_one(&self, lambda: LambdaId, choices: &[Choice]) -> Plan {
        let needed = self.needed(lambda);
        let mut plan = Plan {
            lambda,
            held: needed.iter().copied().map(Some).collect(),
            through: Vec::new(),
        };
        if needed.len() > NEEDED_MAX || !self.is_value[lambda] {
            return plan;
        }
        let bytes_before = plan.bytes();
        loop {
            let gains = choices
                .iter()
                .map(|choice| (self.gain(&plan, choice), choice));
            let best = gains.rev().max_by_key(|&(gain, _)| gain);
            let Some((_, choice)) = best.filter(|&(gain, _)| gain > 0) else {
                break;
            };
            take(&mut plan, choice);
        }
        keep_what_fits(&mut plan);
        if plan.bytes() == bytes_before {
            plan.held = needed.iter().copied().map(Some).collect();
            plan.through.clear();
        }
        plan
    }

    /// How many words smaller the object gets if variables are reached through a choice; 0 also where it
    /// may not be.
    fn gain(&self, plan: &Plan, choice: &Choice) -> usize {
        let holder = choice.candidate.variable;
        let is_dropped = |&(variable, _): &(VariableId, _)| Some(variable) == holder;
        if plan.through.iter().any(is_dropped) {
            return 0;
        }
        let is_held = plan.held.contains(&holder);
        let is_safe = is_held || {
            let needed = self.needed(plan.lambda);
            let reached = self.needed(choice.candidate.lambda);
            let is_needed = |each: &VariableId| {
                needed.binary_search(each).is_ok()
                    || self.procedures.get(each) == Some(&plan.lambda)
            };
            plan.lambda != choice.candidate.lambda && reached.iter().all(is_needed)
        };
        if !is_safe {
            return 0;
        }
        let dropped = plan.held.iter().filter(|each| drops(plan, choice, **each));
        dropped.count().saturating_sub(usize::from(!is_held))
    }
}

/// Which procedures are values: all that no variable is bound to, and those whose variables are read.
fn values(program: &Program) -> IdVec<LambdaId, bool> {
    let mut is_read = program.variables.side_table(false);
    for id in post_order(program, program.root()) {
        if let Expr::Local(variable) = program.expr(id) {
            is_read[*variable] = true;
        }
    }
    let is_value = |lambda: &Lambda| lambda.self_variable.is_none_or(|own| is_read[own]);
    program.lambdas.iter().map(is_value).collect()
}

/// A closure that is there, and what it holds itself.
struct Choice {
    candidate: Candidate,
    held: Vec<VariableId>,
}

/// Whether a closure needs not hold a variable if it holds `choice`. What others are reached through
/// stays.
fn drops(plan: &Plan, choice: &Choice, variable: Option<VariableId>) -> bool {
    let is_holder = || plan.through.iter().any(|&(_, holder)| holder == variable);
    variable != choice.candidate.variable
        && variable.is_some_and(|variable| choice.held.contains(&variable))
        && !is_holder()
}

fn take(plan: &mut Plan, choice: &Choice) {
    let holder = choice.candidate.variable;
    let (dropped, kept): (Vec<_>, Vec<_>) = plan
        .held
        .iter()
        .partition(|each| drops(plan, choice, **each));
    plan.held = kept;
    if !plan.held.contains(&holder) {
        plan.held.push(holder);
    }
    let dropped = dropped.into_iter().flatten();
    plan.through.extend(dropped.map(|each| (each, holder)));
    plan.through.sort_unstable();
}

/// Holds variables again as long as that takes no more room.
fn keep_what_fits(plan: &mut Plan) {
    while let Some(&(variable, _)) = plan.through.first()
        && closure::bytes(plan.held.len() + 1) == plan.bytes()
    {
        plan.held.push(Some(variable));
        plan.through.remove(0);
    }
}
