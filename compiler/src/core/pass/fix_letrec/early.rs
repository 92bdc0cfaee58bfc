//! Which references may run before their variable has its value.
//!
//! Inits run in the order in which they are written.
//!
//! * The code of an init that is not a lambda expression runs in the init's turn. Parts of it that
//!   stand in a lambda expression inside may run later.
//! * The code of an init that is a lambda expression runs when an init with effects calls it. Such
//!   an init can call it only if it names the variable, or names another variable that leads to it.
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

use super::group::{BindingId, Mention, procedure};
use crate::core::ir::{Expr, ExprId, Program, VariableId};
use crate::id::{Id, IdVec};

/// What may run before what in one group.
pub(super) struct Early {
    /// The references that may run before the init of their variable.
    pub(super) references: Vec<ExprId>,
    is_movable: IdVec<BindingId, bool>,
}

/// What an init does in its turn.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// Nothing.
    Nothing,
    /// A variable that is never assigned is read.
    Read,
    /// Anything.
    Effects,
}

impl Early {
    /// Looks at a group.
    pub(super) fn find(
        program: &Program,
        bindings: &[(VariableId, ExprId)],
        mentions: &[Mention],
    ) -> Self {
        let turns: IdVec<BindingId, Turn> = bindings
            .iter()
            .map(|&(_, init)| turn(program, init))
            .collect();
        let starts = starts(&turns, mentions);
        let mut is_movable: IdVec<BindingId, bool> =
            turns.iter().map(|&turn| turn != Turn::Effects).collect();
        let mut references = Vec::new();
        for mention in mentions {
            let (source, target) = (mention.source, mention.target);
            if procedure(program, bindings[target.index()]).is_some() {
                continue;
            }
            let start = match program.expr(bindings[source.index()].1) {
                Expr::Lambda(_) => starts[source],
                _ => Some(source),
            };
            if start.is_none_or(|start| start > target) {
                continue;
            }
            references.extend(mention.reference);
            is_movable[target] = false;
            // What reads too early raises in its turn.
            is_movable[source] &= turns[source] != Turn::Read;
        }
        Self {
            references,
            is_movable,
        }
    }

    /// Whether a program cannot tell when the init of a binding is evaluated, as long as that happens after
    /// the inits that it names and before those that name it.
    pub(super) fn is_movable(&self, binding: BindingId) -> bool {
        self.is_movable[binding]
    }
}

fn turn(program: &Program, init: ExprId) -> Turn {
    match program.expr(init) {
        Expr::Quote(_) | Expr::Lambda(_) => Turn::Nothing,
        Expr::Local(variable) if !program.variable(*variable).assigned => Turn::Read,
        _ => Turn::Effects,
    }
}

/// The first init with effects from which each other one is reached; none, if nothing calls that one.
fn starts(
    turns: &IdVec<BindingId, Turn>,
    mentions: &[Mention],
) -> IdVec<BindingId, Option<BindingId>> {
    let mut named = turns.side_table(Vec::new());
    for mention in mentions {
        named[mention.source].push(mention.target);
    }
    let mut starts = turns.side_table(None);
    for (start, _) in turns.entries().filter(|&(_, &turn)| turn == Turn::Effects) {
        let mut pending = vec![start];
        while let Some(binding) = pending.pop() {
            for &target in &named[binding] {
                let has_own_turn = turns[target] == Turn::Effects;
                if !has_own_turn && starts[target].is_none() {
                    starts[target] = Some(start);
                    pending.push(target);
                }
            }
        }
    }
    starts
}
