//! Unboxing: keeps numbers raw that are known to be doubles or unsigned words, across known calls
//! too.
//!
//! Before: edges are split. After: three sorts of values are raw, where that saves more work than
//! conversions at the borders cost:
//!
//! * values that arithmetic makes of values of the same kind;
//! * block parameters that only get such values;
//! * arguments and results of procedures that only known calls lead to.
//!
//! Integers modulo 2^64 are words: a product under a mask is a word multiplication. A procedure
//! whose result is tagged may tail-call a procedure whose result is raw. Then the tail call becomes
//! a call. From there on, tail calls stay among procedures with raw results, so that the stack
//! grows by one frame at most.
//!
//! Claim: every tagged value that leaves raw code is the value that tagged code would have made.
//!
//! * A double stands for a flonum. An exact operand becomes a double only if arithmetic would take
//!   that double, too ([`crate::ssa::analysis::Type::has_doubles`]). A divisor that may be an exact
//!   zero stays tagged, because it raises.
//! * A word stands for an integer modulo 2^64. The integer may lie outside of the range of unsigned
//!   words. Then only operations that give the same modulo 2^64 use its word; comparisons, right
//!   shifts, jumps, calls and boxes do not.
//! * A jump, a call or a return hands a word over only if the integer lies in the range of unsigned
//!   words. Where only the type at that place says so, the value is converted at that place.
//! * A conversion raises nothing, because its operand is of the right type at its place. A
//!   conversion may allocate, but never collects. So it may stand between a closure and its
//!   initialisation.
//! * Only procedures that known calls alone lead to have raw parameters and results.
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
            rewrite::rewrite(procedure, number, &graphs[number], &facts, &choice);
        }
    }
    unit.rewrites = rewrites;
    unit
}
