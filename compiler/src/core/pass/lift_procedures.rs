//! Lambda lifting: passes free variables to procedures as further arguments.
//!
//! The pass lifts procedures that are only called, where lifting makes their closures disappear.
//!
//! Before: stage 2, assignments converted. After: the same; no closure holds more than before.
//!
//! ```text
//! (lambda _.0 (x.0) (fix ((f.1 (lambda f.1 (y.2) (cons x.0 (call f.1 y.2))))) (call f.1 1)))
//! => (lambda _.0 (x.0) (fix ((f.1 (lambda f.1 (y.2 x.3) (cons x.3 (call f.1 y.2 x.3))))) (call f.1 1 x.0)))
//! ```
//!
//! After Johnsson, Lambda Lifting, 1985. At first, the pass takes all procedures that could be
//! lifted for lifted. Then it gives up one procedure after another, until the rest agree. It gives
//! up a procedure that needs too many arguments, that needs the closure of a procedure which is not
//! lifted, or that needs more room in a closure that calls it.
//!
//! # Claims
//!
//! * A variable that is free in a procedure has the same value at each call of the procedure,
//!   because it is never assigned (boxes are variables too, and top-level variables are left out).
//!   The variable is in scope at each call, because it is bound outside of the procedure's own
//!   `Fix`.
//! * The pass sees all calls. A procedure that is named otherwise than as the operator of a call
//!   that fits is not lifted. Added arguments stand behind the others, and have nothing to
//!   evaluate.
//! * A lifted procedure passes the arguments on that its callees need. So needs spread to all
//!   callers before any procedure is changed.
//!
//! `tests` and the random programs of `core::pass::property` fail where one of these is false.

use std::collections::{BTreeMap, BTreeSet};

use super::frames::Frames;
use crate::core::ir::{Expr, ExprId, LambdaId, Program, VariableId};
use crate::id::IdVec;

/// A procedure is given no more arguments than this: each call copies them.
const EXTRA_MAX: usize = 4;

/// Runs the pass.
#[must_use]
pub fn lift_procedures(mut program: Program) -> Program {
    let frames = Frames::find(&program);
    let mut candidates = only_called(&program, &frames);
    candidates.retain(|_| program.rewrites.allow());
    let mut lifting = Lifting::new(&program, &frames, &candidates);
    lifting.agree();
    lifting.extra.retain(|_, extra| !extra.is_empty());
    if lifting.extra.is_empty() {
        return program;
    }
    let extra = lifting.extra;
    Rewriter::new(&mut program, &frames, &extra).run();
    program
}

/// Which procedures are lifted, and what they need.
struct Lifting<'program> {
    frames: &'program Frames,
    /// Of each procedure, the variables with values that are free in it.
    free: IdVec<LambdaId, BTreeSet<VariableId>>,
    /// Of each procedure, the procedures bound outside that it names, in itself or inside.
    named: IdVec<LambdaId, BTreeSet<LambdaId>>,
    /// Of each procedure that may be lifted, the arguments it needs.
    extra: BTreeMap<LambdaId, BTreeSet<VariableId>>,
}

impl<'program> Lifting<'program> {
    fn new(program: &Program, frames: &'program Frames, candidates: &BTreeSet<LambdaId>) -> Self {
        let mut this = Self {
            frames,
            free: program.lambdas.side_table(BTreeSet::new()),
            named: program.lambdas.side_table(BTreeSet::new()),
            extra: BTreeMap::new(),
        };
        for reference in &frames.uses {
            if !program.variable(reference.variable).top_level {
                this.note(reference.variable, reference.frame);
            }
        }
        for lambda in candidates {
            let free = this.free[*lambda].clone();
            this.extra.insert(*lambda, free);
        }
        this
    }

    /// Notes a reference in each procedure between it and the binding.
    fn note(&mut self, variable: VariableId, mut frame: Option<LambdaId>) {
        let owner = self.frames.owner[variable];
        let procedure = self.frames.fixed[variable];
        while frame != owner {
            let lambda = frame.expect("a variable is used inside the procedure that binds it");
            let is_new = match procedure {
                Some(procedure) => self.named[lambda].insert(procedure),
                None => self.free[lambda].insert(variable),
            };
            if !is_new {
                break;
            }
            frame = self.frames.parent[lambda];
        }
    }

    /// Gives up procedures until all that are left can be lifted together.
    fn agree(&mut self) {
        loop {
            self.spread();
            let closures = self.closures();
            let mut given_up: BTreeSet<LambdaId> = BTreeSet::new();
            for (&lambda, extra) in &self.extra {
                let named = &self.named[lambda];
                if extra.len() > EXTRA_MAX || named.iter().any(|named| closures.contains(named)) {
                    given_up.insert(lambda);
                }
            }
            for lambda in self.free.ids() {
                if !self.extra.contains_key(&lambda) {
                    given_up.extend(self.enlarging(lambda));
                }
            }
            if given_up.is_empty() {
                return;
            }
            for lambda in given_up {
                self.extra.remove(&lambda);
            }
            for (lambda, extra) in &mut self.extra {
                extra.clone_from(&self.free[*lambda]);
            }
        }
    }

    /// A procedure needs what those that it calls need.
    fn spread(&mut self) {
        let mut callers: BTreeMap<LambdaId, Vec<LambdaId>> = BTreeMap::new();
        for &caller in self.extra.keys() {
            for &callee in &self.named[caller] {
                callers.entry(callee).or_default().push(caller);
            }
        }
        let mut pending: Vec<LambdaId> = self.extra.keys().copied().collect();
        while let Some(callee) = pending.pop() {
            let Some(needed) = self.extra.get(&callee).cloned() else {
                continue;
            };
            for &caller in callers.get(&callee).into_iter().flatten() {
                let extra = self
                    .extra
                    .get_mut(&caller)
                    .expect("only those are callers here");
                let before = extra.len();
                // Beyond the limit it makes no difference how many.
                if before <= EXTRA_MAX {
                    extra.extend(&needed);
                }
                if extra.len() > before {
                    pending.push(caller);
                }
            }
        }
    }

    /// The procedures bound by `Fix` that need a closure.
    fn closures(&self) -> BTreeSet<LambdaId> {
        let mut users: BTreeMap<LambdaId, Vec<LambdaId>> = BTreeMap::new();
        let mut pending = Vec::new();
        for lambda in self.frames.fixed.iter().copied().flatten() {
            if self.extra.contains_key(&lambda) {
                continue;
            }
            for &named in &self.named[lambda] {
                users.entry(named).or_default().push(lambda);
            }
            let needs = |named: &LambdaId| self.extra.get(named).is_some_and(|e| !e.is_empty());
            let holds_some = !self.free[lambda].is_empty();
            if holds_some || self.named[lambda].iter().any(needs) {
                pending.push(lambda);
            }
        }
        let mut closures = BTreeSet::new();
        while let Some(lambda) = pending.pop() {
            if closures.insert(lambda) {
                pending.extend(users.remove(&lambda).into_iter().flatten());
            }
        }
        closures
    }

    /// The lifted procedures for whose arguments a closure of `lambda` would need more room than for
    /// their closures.
    fn enlarging(&self, lambda: LambdaId) -> Vec<LambdaId> {
        let held = &self.free[lambda];
        let mut added: BTreeSet<VariableId> = BTreeSet::new();
        let mut lifted = Vec::new();
        for named in &self.named[lambda] {
            match self.extra.get(named) {
                Some(extra) if !extra.is_empty() => {
                    added.extend(extra.difference(held));
                    lifted.push(*named);
                }
                _ => {}
            }
        }
        if added.len() <= lifted.len() {
            lifted.clear();
        }
        lifted
    }
}

/// The procedures bound by `Fix` that are only called, with as many operands as they have parameters.
fn only_called(program: &Program, frames: &Frames) -> BTreeSet<LambdaId> {
    let mut other_uses = program.variables.side_table(0_u32);
    for reference in &frames.uses {
        other_uses[reference.variable] += 1;
    }
    for &(call, _) in &frames.calls {
        if let Some((variable, lambda)) = callee(program, frames, call) {
            let Expr::Call(_, operands) = program.expr(call) else {
                unreachable!("only calls are noted");
            };
            let lambda = program.lambda(lambda);
            let is_fixed = lambda.optional.is_empty() && lambda.rest.is_none();
            if is_fixed && lambda.required.len() == operands.len() {
                other_uses[variable] -= 1;
            }
        }
    }
    let fixed = frames.fixed.iter().zip(other_uses);
    fixed
        .filter(|&(_, uses)| uses == 0)
        .filter_map(|(&lambda, _)| lambda)
        .collect()
}

/// What a call with a variable as operator calls, if it is known.
fn callee(program: &Program, frames: &Frames, call: ExprId) -> Option<(VariableId, LambdaId)> {
    let Expr::Call(operator, _) = program.expr(call) else {
        return None;
    };
    let &Expr::Local(variable) = program.expr(*operator) else {
        return None;
    };
    // A parameter made here is no procedure bound by `Fix`.
    let lambda = *frames.fixed.get(variable)?;
    Some((variable, lambda?))
}

/// Adds parameters and operands.
struct Rewriter<'program> {
    program: &'program mut Program,
    frames: &'program Frames,
    extra: &'program BTreeMap<LambdaId, BTreeSet<VariableId>>,
    /// What a variable is called inside a lifted procedure.
    parameters: BTreeMap<(LambdaId, VariableId), VariableId>,
}

impl<'program> Rewriter<'program> {
    fn new(
        program: &'program mut Program,
        frames: &'program Frames,
        extra: &'program BTreeMap<LambdaId, BTreeSet<VariableId>>,
    ) -> Self {
        Self {
            program,
            frames,
            extra,
            parameters: BTreeMap::new(),
        }
    }

    fn run(mut self) {
        for (&lambda, extra) in self.extra {
            for &variable in extra {
                let name = self.program.variable(variable).name.clone();
                let parameter = self.program.add_variable(name);
                self.parameters.insert((lambda, variable), parameter);
                self.program.lambdas[lambda].required.push(parameter);
            }
        }
        for reference in &self.frames.uses {
            let inside = self.inside(reference.variable, reference.frame);
            if inside != reference.variable {
                self.program.replace(reference.id, Expr::Local(inside));
            }
        }
        for &(call, frame) in &self.frames.calls {
            self.add_operands(call, frame);
        }
    }

    /// What `variable` is called in a procedure.
    fn inside(&self, variable: VariableId, mut frame: Option<LambdaId>) -> VariableId {
        let owner = self.frames.owner[variable];
        while frame != owner {
            let lambda = frame.expect("a variable is used inside the procedure that binds it");
            if let Some(&parameter) = self.parameters.get(&(lambda, variable)) {
                return parameter;
            }
            frame = self.frames.parent[lambda];
        }
        variable
    }

    fn add_operands(&mut self, call: ExprId, frame: Option<LambdaId>) {
        let Some((_, lambda)) = callee(self.program, self.frames, call) else {
            return;
        };
        let Some(extra) = self.extra.get(&lambda) else {
            return;
        };
        let place = self.program.place(call);
        let added: Vec<ExprId> = extra
            .iter()
            .map(|&variable| {
                let inside = self.inside(variable, frame);
                self.program.add(Expr::Local(inside), place)
            })
            .collect();
        if let Expr::Call(_, operands) = &mut self.program.exprs[call] {
            operands.extend(added);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::lift_procedures;
    use crate::core::Stage;
    use crate::core::golden::after;

    #[test]
    fn procedures_that_are_only_called_get_what_is_free_as_arguments() {
        assert_eq!(
            after(
                lift_procedures,
                Stage::Converted,
                "(lambda _.0 (x.0) (fix ((f.1 (lambda f.1 (y.2) (cons x.0 (call f.1 y.2))))) \
                 (call f.1 1)))"
            ),
            "(lambda _.0 (x.0) (fix ((f.1 (lambda f.1 (y.2 x.3) (cons x.3 (call f.1 y.2 x.3))))) \
             (call f.1 1 x.0)))"
        );
    }

    #[test]
    fn what_lifted_procedures_need_spreads_to_their_callers() {
        assert_eq!(
            after(
                lift_procedures,
                Stage::Converted,
                "(lambda _.0 (x.0) (fix ((f.1 (lambda f.1 () (car x.0)))) \
                 (fix ((g.2 (lambda g.2 () (car (call f.1))))) (cons (call g.2) (lambda _.3 () (call f.1))))))"
            ),
            "(lambda _.0 (x.0) (fix ((f.1 (lambda f.1 (x.3) (car x.3)))) \
             (fix ((g.2 (lambda g.2 (x.4) (car (call f.1 x.4))))) \
             (cons (call g.2 x.0) (lambda _.3 () (call f.1 x.0))))))"
        );
    }

    #[test]
    fn procedures_keep_closures_that_are_values_or_save_room() {
        for text in [
            "(lambda _.0 (x.0) (fix ((f.1 (lambda f.1 () (car x.0)))) (cons (call f.1) f.1)))",
            "(lambda _.0 (x.0) (fix ((f.1 (lambda f.1 (%rest y.2) x.0))) (car (call f.1))))",
            "(lambda _.0 (x.0 y.1) (fix ((f.2 (lambda f.2 () (cons x.0 y.1)))) (lambda _.3 () (call f.2))))",
            "(lambda _.0 (x.0) (fix ((f.1 (lambda f.1 () (car x.0)))) \
             (fix ((g.2 (lambda g.2 () (cons f.1 x.0)))) (cons (call g.2) f.1))))",
            "(fix ((f.0 (lambda f.0 (x.1) x.1))) (car (call f.0 1)))",
        ] {
            assert_eq!(after(lift_procedures, Stage::Converted, text), text);
        }
    }
}
