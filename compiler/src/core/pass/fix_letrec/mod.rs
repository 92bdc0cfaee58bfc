//! Letrec fixing: sorts recursive bindings by their dependencies.
//!
//! `Fix` binds procedures that call each other. An ordinary `Let` binds most other variables.
//!
//! Before: stage 1. After: no `Letrec`. A procedure that a `Let` bound is bound by `Fix` if its
//! variable is never assigned. Where an init may run code that uses a variable before the
//! variable's own init, the uses are checked.
//!
//! ```text
//! (letrec ((f.0 (lambda () (g.1))) (g.1 (lambda () (f.0))) (x.2 (f.0))) x.2)
//! => (fix ((f.0 (lambda () (g.1))) (g.1 (lambda () (f.0)))) (let ((x.2 (f.0))) x.2))
//! ```
//!
//! After Ghuloum and Dybvig, Fixing Letrec (reloaded), 2009: the graph has an edge from a binding
//! to each binding that its init names, and from an init with effects to the one before.
//!
//! # Claims
//!
//! * Inits are evaluated in the order in which they are written (`letrec*`, R7RS 4.2.2 and 5.3.2),
//!   as far as a program can tell. Proof: every init stays in the chain of inits with effects,
//!   unless it is *movable*. A movable init is a constant, a lambda expression or a variable that
//!   is never assigned, and no code that names its variable can run before its turn.
//! * `#<unbound>` is never the value of a variable. A reference that may run before the init of its
//!   variable is checked; [`early`] says which references these are. Other references need no
//!   check, because the variable's `Let` stands around them or around all code that runs them.
//! * Procedures (lambda expressions whose variables are never assigned) are bound by `Fix`, and so are
//!   there from the start of their form. A reference that may run before the procedure's turn asks a
//!   *flag* first: a variable that gets a value in that turn. Until then the flag is `#<unbound>`.
//! * A variable that is bound by `Let` gets its location when its init returns. So an init that
//!   returns twice makes two locations, as in Chez Scheme and Guile. With one location (R7RS
//!   4.2.2), every variable of a body that a procedure names would have to be a box.
//! * A `Let` that binds procedures keeps its other inits in one `Let`, in front of the `Fix`. So
//!   all of these inits have returned before a location is made.
//!
//! `tests` and the random programs of `core::pass::property` fail where one of these is false.

mod components;
mod early;
mod group;
#[cfg(test)]
mod tests;

use abi::tag;

use crate::checkpoint;
use crate::core::ir::{Expr, ExprId, LambdaId, Program, SourcePlace, Variable, VariableId};
use crate::id::{Id, IdVec};
use components::strong_components;
use early::Early;
use group::{BindingId, Group, find_groups, procedure};

/// Runs the pass.
#[must_use]
pub fn fix_letrec(mut program: Program) -> Program {
    let groups = find_groups(&program);
    for group in groups {
        checkpoint::step();
        fix(&mut program, &group);
    }
    program
}

fn fix(program: &mut Program, group: &Group) {
    let fixed = match program.expr(group.id).clone() {
        Expr::Letrec(bindings, body) => fix_recursive(program, group, &bindings, body),
        Expr::Let(bindings, body) => fix_let(program, group.id, bindings, body),
        other => unreachable!("a group is a binding form, not {other:?}"),
    };
    program.replace(group.id, fixed);
}

/// Takes the procedures out of a `Let`. What is bound there can be seen by no init: so each gets a `Fix` of its
/// own, for procedures of one `Fix` count as recursive, and are inlined nowhere.
fn fix_let(
    program: &mut Program,
    id: ExprId,
    bindings: Vec<(VariableId, ExprId)>,
    body: ExprId,
) -> Expr {
    let mut procedures = Vec::new();
    let mut others = Vec::new();
    for binding in bindings {
        match procedure(program, binding) {
            Some(lambda) => procedures.push((binding.0, lambda)),
            None => others.push(binding),
        }
    }
    let place = program.place(id);
    if others.is_empty() {
        let inner = procedures.split_off(1);
        return Expr::Fix(procedures, fix_each(program, inner, body, place));
    }
    Expr::Let(others, fix_each(program, procedures, body, place))
}

/// `body` in a `Fix` for each of `procedures`, the first outermost.
fn fix_each(
    program: &mut Program,
    procedures: Vec<(VariableId, LambdaId)>,
    body: ExprId,
    place: SourcePlace,
) -> ExprId {
    let nest = |inner, each| program.add(Expr::Fix(vec![each], inner), place);
    procedures.into_iter().rev().fold(body, nest)
}

fn fix_recursive(
    program: &mut Program,
    group: &Group,
    bindings: &[(VariableId, ExprId)],
    body: ExprId,
) -> Expr {
    let early = Early::find(program, bindings, &group.mentions);
    let mut edges = IdVec::filled(bindings.len(), Vec::new());
    for mention in &group.mentions {
        edges[mention.source].push(mention.target);
    }
    let (flags, raised) = raise_flags(program, &early, bindings);
    let all: Vec<_> = bindings.iter().copied().chain(raised).collect();
    let mut raisers = edges.side_table(None);
    // The binding in whose turn each binding has its own.
    let mut turns: IdVec<BindingId, BindingId> = edges.ids().collect();
    for &(procedure, _) in &flags {
        raisers[procedure] = Some(edges.push(Vec::new()));
        turns.push(procedure);
    }
    let mut previous = None;
    let mut in_turn = |binding| {
        edges[binding].extend(previous);
        previous = Some(binding);
    };
    for (binding, &raiser) in raisers.entries() {
        if let Some(raiser) = raiser {
            in_turn(raiser);
        } else if !early.is_movable(binding) {
            in_turn(binding);
        }
    }
    let mut fixed = body;
    for component in strong_components(&edges).iter().rev() {
        let is_cyclic = component.len() > 1 || edges[component[0]].contains(&component[0]);
        let mut component = component.clone();
        component.sort_by_key(|&each| turns[each]);
        let members: Vec<_> = component.iter().map(|&each| all[each.index()]).collect();
        fixed = bind(program, group.id, &members, is_cyclic, fixed);
    }
    for &reference in &early.references {
        let variable = match program.expr(reference) {
            Expr::Local(variable) => *variable,
            other => unreachable!("only references are noted, not {other:?}"),
        };
        let inner = program.relocate(reference);
        program.replace(reference, Expr::CheckInitialized(variable, inner));
    }
    if !flags.is_empty() {
        check_flags(program, &early, &flags);
        let place = program.place(group.id);
        let unset = |&(_, flag): &(_, VariableId)| (flag, program.add_quote(tag::UNBOUND, place));
        return Expr::Let(flags.iter().map(unset).collect(), fixed);
    }
    if fixed == body {
        // The body stays where it is: it may be a group that is still to be fixed.
        return Expr::Sequence(vec![body]);
    }
    program.expr(fixed).clone()
}

/// Of each procedure that has early references, the flag; sorted.
type Flags = Vec<(BindingId, VariableId)>;

/// Makes a flag for each procedure that has early references. Also answers the bindings that set the flags.
fn raise_flags(
    program: &mut Program,
    early: &Early,
    bindings: &[(VariableId, ExprId)],
) -> (Flags, Vec<(VariableId, ExprId)>) {
    let mut procedures: Vec<_> = early.of_procedures.iter().map(|&(_, each)| each).collect();
    procedures.sort_unstable();
    procedures.dedup();
    let mut flags = Flags::new();
    let mut raised = Vec::new();
    for procedure in procedures {
        let (variable, init) = bindings[procedure.index()];
        let place = program.place(init);
        let variable = program.variable(variable).clone();
        let flag = program.variables.push(Variable {
            assigned: true,
            ..variable
        });
        let there = program.add_quote(tag::TRUE, place);
        let unused = program.add_variable("".into());
        raised.push((unused, program.add(Expr::SetLocal(flag, there), place)));
        flags.push((procedure, flag));
    }
    (flags, raised)
}

/// Asks the flags of procedures at early references.
fn check_flags(program: &mut Program, early: &Early, flags: &Flags) {
    for &(reference, procedure) in &early.of_procedures {
        let found = flags.binary_search_by_key(&procedure, |&(each, _)| each);
        let (_, flag) = flags[found.expect("each procedure with early references has a flag")];
        let place = program.place(reference);
        let value = program.add(Expr::Local(flag), place);
        let check = program.add(Expr::CheckInitialized(flag, value), place);
        let inner = program.relocate(reference);
        program.replace(reference, Expr::Sequence(vec![check, inner]));
    }
}

/// Binds the variables of one component around `body`.
fn bind(
    program: &mut Program,
    group: ExprId,
    members: &[(VariableId, ExprId)],
    is_cyclic: bool,
    body: ExprId,
) -> ExprId {
    let place = program.place(group);
    let mut procedures = Vec::new();
    let mut others = Vec::new();
    for &binding in members {
        match procedure(program, binding) {
            Some(lambda) => procedures.push((binding.0, lambda)),
            None => others.push(binding),
        }
    }
    if others.is_empty() {
        return program.add(Expr::Fix(procedures, body), place);
    }
    if !is_cyclic {
        return program.add(Expr::Let(others, body), place);
    }
    let mut steps = Vec::new();
    let mut unset = Vec::new();
    for (variable, init) in others {
        program.variables[variable].assigned = true;
        steps.push(program.add(Expr::SetLocal(variable, init), program.place(init)));
        unset.push((variable, program.add_quote(tag::UNBOUND, place)));
    }
    steps.push(body);
    let mut inner = program.add(Expr::Sequence(steps), place);
    if !procedures.is_empty() {
        inner = program.add(Expr::Fix(procedures, inner), place);
    }
    program.add(Expr::Let(unset, inner), place)
}
