//! Unboxing: numbers that are known to be doubles or unsigned words are kept raw.
//!
//! Before: edges are split. After: values that arithmetic makes of others of the same kind, and block
//! parameters that only get such values, are raw where that saves more work than converting at the
//! borders costs. Integers modulo 2^64 are words: a product under a mask is a word multiplication.
//!
//! ```text
//! v3 = * v1 v2; v5 = bitwise-and v3 2^64-1   =>   v6 = unbox-u64 v1; v7 = unbox-u64 v2
//!                                                 v3:u64 = word-multiply v6 v7; v5:u64 = v3
//! ```

mod candidates;
mod components;
mod rewrite;

use super::super::analysis::{Dominators, Flow, Loops, Types};
use super::super::ir::{Procedure, Unit};

/// Unboxes in all procedures of `unit`.
#[must_use]
pub fn unbox(mut unit: Unit) -> Unit {
    let mut procedures = std::mem::take(&mut unit.procedures);
    for procedure in &mut procedures {
        unbox_in(&unit, procedure);
    }
    unit.procedures = procedures;
    unit
}

fn unbox_in(unit: &Unit, procedure: &mut Procedure) {
    if !candidates::may_have_any(procedure) {
        return;
    }
    let flow = Flow::new(procedure);
    let dominators = Dominators::new(&flow);
    let loops = Loops::new(&flow, &dominators);
    let types = Types::infer(unit, procedure, &flow, &dominators);
    let facts = candidates::Facts::new(unit, procedure, &flow, &types);
    let chosen = components::choose(procedure, &flow, &loops, &facts);
    if chosen.iter().any(Option::is_some) {
        let plan = facts.into_plan(&loops, chosen);
        rewrite::rewrite(procedure, &flow, &plan);
    }
}
