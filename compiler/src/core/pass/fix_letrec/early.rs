//! Which references may run before their variable has its value.
//!
//! Inits run in the order in which they are written.
//!
//! * The code of an init that is not a lambda expression runs in the init's turn. Parts of it that
//!   stand in a lambda expression inside may run later.
//! * The code of an init that is a lambda expression runs when an init with effects calls it. Such
//!   an init can call it only if it names the variable, or names another variable that leads to it,
//!   or if an earlier init has kept it, as a definition of a global variable does.
//!   The earliest such init is where the lambda expression *starts*.
//!
//! A reference is *early* if its code starts at or before the turn of the variable that it names.
//! Any other reference runs after that init has returned, or never.
//!
//! ```text
//! (letrec ((f.0 (lambda () x.2)) (g.1 (lambda () x.2)) (x.2 (call f.0)) (y.3 (call g.1))) _)
//! ```
//!
//! Here `f.0` starts with the init of `x.2`, so the reference in `f.0` is early. `g.1` starts with
//! the init of `y.3`, so the reference in `g.1` is not. An assignment may be early, too. It raises
//! nothing, but the init has to come after it.
//!
//! A procedure's code runs after a reference to the procedure. An early reference raises before the
//! procedure's turn. So a procedure that only early references reach starts with the first init with
//! effects after the procedure's own turn.

use std::collections::HashSet;

use super::group::{BindingId, Mention, procedure};
use crate::core::ir::{Expr, ExprId, Program, VariableId};
use crate::id::{Id, IdVec};

/// What may run before what in one group.
pub(super) struct Early {
    /// The references that may run before the init of their variable, which is no procedure.
    pub(super) references: Vec<ExprId>,
    /// The references that may run before the turn of the procedure that they name.
    pub(super) of_procedures: Vec<(ExprId, BindingId)>,
    is_movable: IdVec<BindingId, bool>,
}

/// What an init does in its turn.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// Nothing.
    Nothing,
    /// A variable that is never assigned is read.
    Read,
    /// Something is kept, as by a definition of a global variable. Nothing is called, and nothing raises.
    Keeps,
    /// Anything. An early reference in the init's turn raises, and so calls a handler, which may call what was kept.
    Effects,
}

impl Turn {
    /// Whether a program can tell when the init is evaluated.
    fn has_effects(self) -> bool {
        matches!(self, Self::Keeps | Self::Effects)
    }
}

impl Early {
    /// Looks at a group.
    pub(super) fn find(
        program: &Program,
        bindings: &[(VariableId, ExprId)],
        mentions: &[Mention],
    ) -> Self {
        let turns = turns(program, bindings, mentions);
        let is_procedure = bindings
            .iter()
            .map(|&binding| procedure(program, binding).is_some())
            .collect();
        let starts = starts(&turns, &is_procedure, mentions);
        let mut is_movable: IdVec<BindingId, bool> =
            turns.iter().map(|&turn| !turn.has_effects()).collect();
        let mut references = Vec::new();
        let mut of_procedures = Vec::new();
        for mention in mentions {
            let (source, target) = (mention.source, mention.target);
            let start = if is_closure(program, bindings[source.index()].1) {
                starts[source]
            } else {
                Some(source)
            };
            if start.is_none_or(|start| start > target) {
                continue;
            }
            if is_procedure[target] {
                of_procedures.extend(mention.reference.map(|reference| (reference, target)));
            } else {
                references.extend(mention.reference);
                is_movable[target] = false;
            }
        }
        Self {
            references,
            of_procedures,
            is_movable,
        }
    }

    /// Whether a program cannot tell when the init of a binding is evaluated, as long as that happens after
    /// the inits that it names and before those that name it.
    pub(super) fn is_movable(&self, binding: BindingId) -> bool {
        self.is_movable[binding]
    }
}

/// What each init does in its turn.
fn turns(
    program: &Program,
    bindings: &[(VariableId, ExprId)],
    mentions: &[Mention],
) -> IdVec<BindingId, Turn> {
    let inits = bindings.iter().map(|&(_, init)| init);
    let mut turns: IdVec<BindingId, Turn> = inits.clone().map(|init| turn(program, init)).collect();
    let mut read = HashSet::new();
    for (init, &turn) in inits.zip(turns.iter()) {
        if matches!(turn, Turn::Read | Turn::Keeps) {
            each_read(program, init, |reference| _ = read.insert(reference));
        }
    }
    for mention in mentions {
        if mention.source <= mention.target
            && let Some(reference) = mention.reference
            && read.contains(&reference)
        {
            turns[mention.source] = Turn::Effects;
        }
    }
    turns
}

fn turn(program: &Program, init: ExprId) -> Turn {
    match program.expr(init) {
        Expr::Quote(_) => Turn::Nothing,
        _ if is_closure(program, init) => Turn::Nothing,
        Expr::Local(variable) if !program.variable(*variable).assigned => Turn::Read,
        Expr::Sequence(parts) if parts.iter().all(|&part| is_kept(program, part)) => Turn::Keeps,
        _ if is_kept(program, init) => Turn::Keeps,
        _ => Turn::Effects,
    }
}

/// Calls `visit` with each reference that is evaluated in the turn of an init that reads or keeps.
fn each_read(program: &Program, init: ExprId, mut visit: impl FnMut(ExprId)) {
    let own = [init];
    let parts = match program.expr(init) {
        Expr::Sequence(parts) => parts.as_slice(),
        _ => &own,
    };
    for &part in parts {
        let value = match *program.expr(part) {
            Expr::GlobalDefine(_, value) | Expr::SetLocal(_, value) => value,
            _ => part,
        };
        if let Expr::Local(_) = program.expr(value) {
            visit(value);
        }
    }
}

/// Whether the value of an expression is a procedure that nothing has called: a lambda expression, or one around which
/// lambda expressions are bound, as `case-lambda` makes it.
fn is_closure(program: &Program, init: ExprId) -> bool {
    let is_lambda = |id| matches!(program.expr(id), Expr::Lambda(_));
    match program.expr(init) {
        Expr::Letrec(bindings, body) | Expr::Let(bindings, body) => {
            is_lambda(*body) && bindings.iter().all(|&(_, init)| is_lambda(init))
        }
        _ => is_lambda(init),
    }
}

/// Whether an expression at most gives a variable a value that is there.
fn is_kept(program: &Program, id: ExprId) -> bool {
    let is_there = |id| {
        matches!(
            program.expr(id),
            Expr::Quote(_) | Expr::Lambda(_) | Expr::Local(_)
        )
    };
    match program.expr(id) {
        Expr::GlobalDefine(_, value) | Expr::SetLocal(_, value) => is_there(*value),
        _ => is_there(id),
    }
}

/// The first init that may call each other one; none, if nothing calls that one. What an init keeps may be called by
/// any later init that calls something.
fn starts(
    turns: &IdVec<BindingId, Turn>,
    is_procedure: &IdVec<BindingId, bool>,
    mentions: &[Mention],
) -> IdVec<BindingId, Option<BindingId>> {
    let mut named = turns.side_table(Vec::new());
    for mention in mentions {
        named[mention.source].push(mention.target);
    }
    let mut starts = turns.side_table(None);
    // What was kept, and procedures that a reference reached before their turn.
    let mut delayed = Vec::new();
    for (start, &turn) in turns.entries().filter(|(_, turn)| turn.has_effects()) {
        if turn == Turn::Keeps {
            delayed.extend(&named[start]);
            continue;
        }
        let (reached, waiting) = delayed.into_iter().partition(|&each| each < start);
        delayed = waiting;
        let mut pending: Vec<BindingId> = reached;
        pending.retain(|&each| starts[each].is_none() && !turns[each].has_effects());
        for &each in &pending {
            starts[each] = Some(start);
        }
        pending.push(start);
        while let Some(binding) = pending.pop() {
            for &target in &named[binding] {
                if turns[target].has_effects() || starts[target].is_some() {
                    continue;
                }
                if is_procedure[target] && target > start {
                    delayed.push(target);
                    continue;
                }
                starts[target] = Some(start);
                pending.push(target);
            }
        }
    }
    starts
}
