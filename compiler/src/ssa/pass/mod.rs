//! Passes over SSA, each from a unit to a unit.

mod check_facts;
mod clone_procedures;
mod delay_updates;
mod eliminate_common;
mod eliminate_dead_code;
mod fold_branches;
mod hoist_constants;
mod hoist_invariants;
mod peel_loops;
mod place_polls;
mod select_small;
mod select_switches;
mod simplify;
mod split_edges;
mod unbox;

use super::analysis::KeptTypes;
use super::ir::Unit;
use crate::options::Level;

pub use check_facts::check_facts;
pub use clone_procedures::clone_procedures;
pub use delay_updates::delay_updates;
pub use eliminate_common::eliminate_common;
pub use eliminate_dead_code::eliminate_dead_code;
pub use fold_branches::fold_branches;
pub use hoist_constants::hoist_constants;
pub use hoist_invariants::hoist_invariants;
pub use peel_loops::peel_loops;
pub use place_polls::place_polls;
pub use select_small::select_small;
pub use select_switches::select_switches;
pub use simplify::simplify;
pub use split_edges::split_edges;
pub use unbox::unbox;

/// One step: a name for `--dump-after`, and the function.
pub struct Pass {
    /// Stable, in kebab case, equal to the file's name.
    pub name: &'static str,
    /// The step.
    step: Step,
    /// The lowest level on which it is done.
    pub level: Level,
}

/// What a pass does.
enum Step {
    /// Whatever it does.
    Any(fn(Unit) -> Unit),
    /// It looks at types, and counts each of its changes as a rewrite.
    WithTypes(fn(Unit, &mut KeptTypes) -> Unit),
}

impl Pass {
    /// What becomes of `unit`.
    #[must_use]
    pub fn run(&self, unit: Unit) -> Unit {
        self.run_keeping(unit, &mut KeptTypes::default())
    }

    /// The same. What is `kept` is of `unit`, and of what becomes of it afterwards.
    #[must_use]
    pub fn run_keeping(&self, unit: Unit, kept: &mut KeptTypes) -> Unit {
        match self.step {
            Step::Any(run) => {
                kept.forget();
                run(unit)
            }
            Step::WithTypes(run) => {
                let done = unit.rewrites.done();
                let unit = run(unit, kept);
                if unit.rewrites.done() != done {
                    kept.forget();
                }
                unit
            }
        }
    }
}

/// All passes between [`super::build()`] and code generation, in the order in which they run. Dead code
/// goes on every level: what would keep a value alive that nothing reads would make frame maps inexact.
pub const PASSES: &[Pass] = &[
    Pass {
        name: "simplify",
        step: Step::Any(simplify),
        level: Level::Basic,
    },
    Pass {
        name: "select-small",
        step: Step::Any(select_small),
        level: Level::Basic,
    },
    Pass {
        name: "select-switches",
        step: Step::Any(select_switches),
        level: Level::Basic,
    },
    Pass {
        name: "eliminate-common",
        step: Step::Any(eliminate_common),
        level: Level::Full,
    },
    Pass {
        name: "simplify",
        step: Step::Any(simplify),
        level: Level::Basic,
    },
    Pass {
        name: "eliminate-dead-code",
        step: Step::Any(eliminate_dead_code),
        level: Level::None,
    },
    Pass {
        name: "peel-loops",
        step: Step::WithTypes(peel_loops),
        level: Level::Full,
    },
    Pass {
        name: "clone-procedures",
        step: Step::WithTypes(clone_procedures),
        level: Level::Full,
    },
    Pass {
        name: "fold-branches",
        step: Step::WithTypes(fold_branches),
        level: Level::Full,
    },
    Pass {
        name: "simplify",
        step: Step::Any(simplify),
        level: Level::Full,
    },
    Pass {
        name: "split-edges",
        step: Step::Any(split_edges),
        level: Level::None,
    },
    Pass {
        name: "unbox",
        step: Step::Any(unbox),
        level: Level::Full,
    },
    Pass {
        name: "eliminate-dead-code",
        step: Step::Any(eliminate_dead_code),
        level: Level::None,
    },
    Pass {
        name: "hoist-invariants",
        step: Step::Any(hoist_invariants),
        level: Level::Full,
    },
    Pass {
        name: "hoist-constants",
        step: Step::Any(hoist_constants),
        level: Level::Full,
    },
    Pass {
        name: "delay-updates",
        step: Step::Any(delay_updates),
        level: Level::Full,
    },
    Pass {
        name: "place-polls",
        step: Step::Any(place_polls),
        level: Level::None,
    },
    Pass {
        name: "check-facts",
        step: Step::Any(check_facts),
        level: Level::None,
    },
];
