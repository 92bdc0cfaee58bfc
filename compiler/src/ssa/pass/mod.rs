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
    pub run: fn(Unit) -> Unit,
    /// The lowest level on which it is done.
    pub level: Level,
}

/// All passes between [`super::build()`] and code generation, in the order in which they run. Dead code
/// goes on every level: what would keep a value alive that nothing reads would make frame maps inexact.
pub const PASSES: &[Pass] = &[
    Pass {
        name: "simplify",
        run: simplify,
        level: Level::Basic,
    },
    Pass {
        name: "select-small",
        run: select_small,
        level: Level::Basic,
    },
    Pass {
        name: "select-switches",
        run: select_switches,
        level: Level::Basic,
    },
    Pass {
        name: "eliminate-common",
        run: eliminate_common,
        level: Level::Full,
    },
    Pass {
        name: "simplify",
        run: simplify,
        level: Level::Basic,
    },
    Pass {
        name: "eliminate-dead-code",
        run: eliminate_dead_code,
        level: Level::None,
    },
    Pass {
        name: "peel-loops",
        run: peel_loops,
        level: Level::Full,
    },
    Pass {
        name: "clone-procedures",
        run: clone_procedures,
        level: Level::Full,
    },
    Pass {
        name: "fold-branches",
        run: fold_branches,
        level: Level::Full,
    },
    Pass {
        name: "simplify",
        run: simplify,
        level: Level::Full,
    },
    Pass {
        name: "split-edges",
        run: split_edges,
        level: Level::None,
    },
    Pass {
        name: "unbox",
        run: unbox,
        level: Level::Full,
    },
    Pass {
        name: "eliminate-dead-code",
        run: eliminate_dead_code,
        level: Level::None,
    },
    Pass {
        name: "hoist-invariants",
        run: hoist_invariants,
        level: Level::Full,
    },
    Pass {
        name: "hoist-constants",
        run: hoist_constants,
        level: Level::Full,
    },
    Pass {
        name: "delay-updates",
        run: delay_updates,
        level: Level::Full,
    },
    Pass {
        name: "place-polls",
        run: place_polls,
        level: Level::None,
    },
    Pass {
        name: "check-facts",
        run: check_facts,
        level: Level::None,
    },
];
