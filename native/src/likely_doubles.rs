//! A guess: whether numbers of unknown type are more often flonums than fixnums.
//!
//! The guess moves code, and changes nothing else.

use abi::tag;
use compiler::ssa::ir::{Operation, Procedure, Repr, Unit};

/// Flonums in the text from which a unit counts as one that computes with them.
const MANY_DOUBLES: usize = 16;

/// Whether so many flonums occur in `unit` that it probably computes with them.
pub(super) fn has_many_doubles(unit: &Unit) -> bool {
    let count = |procedure: &Procedure| {
        let tagged = unit.immediate_words(procedure).into_iter().flatten();
        let tagged = tagged.filter(|&word| tag::is_self_tagged_flonum(word));
        let instructions = (procedure.blocks.iter()).flat_map(|block| &block.instructions);
        let raw = instructions.filter(|each| {
            let is_double =
                |value: compiler::ssa::ir::ValueId| procedure.values[value].repr == Repr::F64;
            matches!(each.operation, Operation::Raw(_)) && each.result.is_some_and(is_double)
        });
        tagged.count() + raw.count()
    };
    unit.procedures.iter().map(count).sum::<usize>() >= MANY_DOUBLES
}
