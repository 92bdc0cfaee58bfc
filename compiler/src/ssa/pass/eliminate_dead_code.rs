//! Dead code elimination: drops computations whose results nothing uses.
//!
//! Before: any unit. After: every instruction has an effect, may raise, or defines a value that
//! such an instruction or a terminator needs. Blocks have only parameters that something needs.
//!
//! ```text
//! v1 = cons v0 v0; return v0   =>   return v0
//! ```
//!
//! # Claim
//!
//! A dropped instruction neither raises, nor has an effect, nor gives a value to an instruction
//! that stays. An instruction that may raise stays, even if nothing uses its value.

use abi::primitive::Primitive;

use crate::id::IdVec;
use crate::ssa::analysis::{Flow, blocks_with_fixed_parameters};
use crate::ssa::ir::{BlockId, Operation, Procedure, RawUnary, Terminator, Unit, ValueId};

/// Drops dead code from all procedures of `unit`.
#[must_use]
pub fn eliminate_dead_code(mut unit: Unit) -> Unit {
    unit.procedures.iter_mut().for_each(eliminate_in);
    unit
}

/// What defines a value.
#[derive(Clone, Copy)]
enum Definition {
    None,
    Instruction(BlockId, u32),
    Parameter(BlockId, u32),
}

fn eliminate_in(procedure: &mut Procedure) {
    let flow = Flow::new(procedure);
    let needed = find_needed(procedure, &flow);
    let is_needed = |value: ValueId| needed[value];
    let fixed = blocks_with_fixed_parameters(procedure);
    let kept: IdVec<BlockId, Option<Vec<bool>>> = procedure
        .blocks
        .iter()
        .zip(&fixed)
        .map(|(block, &fixed)| {
            (!fixed).then(|| {
                block
                    .parameters
                    .iter()
                    .map(|&value| is_needed(value))
                    .collect()
            })
        })
        .collect();
    for block in &mut procedure.blocks {
        block.instructions.retain(|instruction| {
            !is_removable(&instruction.operation) || instruction.result.is_some_and(is_needed)
        });
        for target in block.terminator.targets_mut() {
            if let Some(kept) = &kept[target.block] {
                retain_marked(&mut target.arguments, kept);
            }
        }
    }
    for (block, kept) in procedure.blocks.iter_mut().zip(&kept) {
        if let Some(kept) = kept {
            retain_marked(&mut block.parameters, kept);
        }
    }
}

fn retain_marked(values: &mut Vec<ValueId>, marks: &[bool]) {
    let mut marks = marks.iter();
    values.retain(|_| *marks.next().expect("as many marks as values"));
}

fn find_needed(procedure: &Procedure, flow: &Flow) -> IdVec<ValueId, bool> {
    let mut definitions = procedure.values.side_table(Definition::None);
    let mut needed = procedure.values.side_table(false);
    let mut pending = Vec::new();
    let mut need = |value: ValueId, pending: &mut Vec<ValueId>| {
        if !std::mem::replace(&mut needed[value], true) {
            pending.push(value);
        }
    };
    for &id in &flow.order {
        let block = &procedure.blocks[id];
        for (place, parameter) in (0..).zip(&block.parameters) {
            definitions[*parameter] = Definition::Parameter(id, place);
        }
        for (place, instruction) in (0..).zip(&block.instructions) {
            if let Some(result) = instruction.result {
                definitions[result] = Definition::Instruction(id, place);
            }
            if !is_removable(&instruction.operation) {
                instruction
                    .operation
                    .each_use(|value| need(value, &mut pending));
            }
        }
        match &block.terminator {
            Terminator::Jump(_) => {}
            Terminator::Branch(condition, ..) => {
                condition.each_use(|value| need(value, &mut pending));
            }
            Terminator::Switch(switch) => need(switch.value, &mut pending),
            other => other.each_use(|value| need(value, &mut pending)),
        }
    }
    while let Some(value) = pending.pop() {
        match definitions[value] {
            Definition::None => {}
            Definition::Instruction(block, place) => {
                procedure.blocks[block].instructions[place as usize]
                    .operation
                    .each_use(|value| need(value, &mut pending));
            }
            Definition::Parameter(block, place) => {
                let mut sources = flow.predecessors[block].to_vec();
                sources.dedup();
                let targets = sources
                    .iter()
                    .flat_map(|source| procedure.blocks[*source].terminator.targets())
                    .filter(|target| target.block == block);
                for target in targets {
                    need(target.arguments[place as usize], &mut pending);
                }
            }
        }
    }
    needed
}

/// Whether nobody can tell that the operation did not run, its result aside.
fn is_removable(operation: &Operation) -> bool {
    match operation {
        Operation::Literal(_)
        | Operation::Word(_)
        | Operation::Raw(_)
        | Operation::CellRef(_)
        | Operation::StaticClosure(_)
        | Operation::ClosureRef(..)
        | Operation::Raw2(..) => true,
        Operation::Raw1(operation, _) => !matches!(
            operation,
            RawUnary::UnboxF64 | RawUnary::RealToF64 | RawUnary::UnboxI64 | RawUnary::UnboxU64
        ),
        // Unused vectors could go as well: without the inliner, programs keep them.
        Operation::Primitive(primitive, _) => {
            primitive.is_pure() && *primitive != Primitive::Vector
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::eliminate_dead_code;
    use crate::ssa::golden::after;

    #[test]
    fn what_nothing_needs_goes_and_what_may_raise_stays() {
        let text = after(
            &[eliminate_dead_code],
            r#"(procedure "f" 1 0 #f 0 ("x")
              (block b0 (v0)
                (let v1 (primitive cons v0 v0))
                (let v2 (primitive car v0))
                (let v3 (primitive cons v1 v1))
                (jump (b1 v1 v0)))
              (block b1 (v4 v5) (return v5)))"#,
        );
        insta::assert_snapshot!(text, @r#"
        (procedure "f" 1 0 #f 0 ("x")
          (block b0 (v0)
            (let v2 (primitive car v0))
            (jump (b1 v0)))
          (block b1 (v5)
            (return v5)))
        "#);
    }

    #[test]
    fn what_has_an_effect_or_is_needed_by_one_stays() {
        let before = r#"(globals "f")
(procedure "f" 1 0 #f 0 ("x")
  (block b0 (v0)
    (let v1 (primitive cons v0 v0))
    (do (primitive set-car! v0 v1))
    (let v2 (global-ref 0))
    (let v3 (call v2))
    (let v4 (primitive + v0 v0))
    (return v0)))
"#;
        assert_eq!(after(&[eliminate_dead_code], before), before);
    }
}
