//! Unboxing: numbers that are known to be doubles or unsigned words are kept raw, across known calls too.
//!
//! Before: edges are split. After: values that arithmetic makes of others of the same kind, block
//! parameters that only get such values, and arguments and results of procedures that only known calls
//! lead to, are raw where that saves more work than converting at the borders costs. Integers modulo
//! 2^64 are words: a product under a mask is a word multiplication. A tail call of a procedure whose
//! result is raw by one whose result is not becomes a call: from there on, tail calls
//! stay among procedures with raw results, so that the stack grows by one frame at most.
//!
//! Claim: every tagged value that leaves raw code is the one that tagged code would have made.
//!
//! * A double stands for a flonum. An exact operand becomes one only if arithmetic would take that double too
//!   ([`crate::ssa::analysis::Type::has_doubles`]); a divisor that may be exact zero stays tagged, for it raises.
//! * A word stands for an integer modulo 2^64. Words whose integers have other words too are used by operations alone that give the
//!   same modulo 2^64; not by comparisons, right shifts, jumps, calls and boxes.
//! * What takes a word takes integers of unsigned words alone. So what is handed over to it is one, even where only the
//!   place says so: it is converted there.
//! * Conversions raise nothing: their operands are of the right types where they stand. They allocate but never collect, so that
//!   they may stand between a closure and its initialisation.
//! * Raw parameters and results are those of procedures that known calls alone lead to.
//!
//! ```text
//! v3 = * v1 v2; v5 = bitwise-and v3 2^64-1   =>   v6 = unbox-u64 v1; v7 = unbox-u64 v2
//!                                                 v3:u64 = word-multiply v6 v7; v5:u64 = v3
//! v2 = call-known half v1; return v2         =>   v3:f64 = unbox-f64 v1; v2:f64 = call-known half v3
//!                                                 v4 = box-f64 v2; return v4
//! ```

mod candidates;
mod components;
mod rewrite;
mod signatures;
#[cfg(test)]
mod tests;

use super::super::analysis::{Graph, UnitTypes};
use super::super::ir::{ProcedureId, Unit};
use crate::id::IdVec;
use components::Choice;
use signatures::UnitFacts;

/// Unboxes in all procedures of `unit`.
#[must_use]
pub fn unbox(mut unit: Unit) -> Unit {
    if !unit.procedures.iter().any(candidates::may_have_any) {
        return unit;
    }
    let graphs: IdVec<ProcedureId, Graph> = unit.procedures.iter().map(Graph::new).collect();
    let types = UnitTypes::infer(&unit, &graphs);
    let facts = UnitFacts::new(&unit, &graphs, &types);
    let mut rewrites = unit.rewrites;
    let choice = Choice::new(&unit, &graphs, &facts, &mut rewrites);
    for (number, procedure) in unit.procedures.entries_mut() {
        if choice.concerns(number) {
            rewrite::rewrite(procedure, number, &graphs[number], (&facts, &choice));
        }
    }
    unit.rewrites = rewrites;
    unit
}
