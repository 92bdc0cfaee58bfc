//! Constant hoisting: loads of constants leave loops, where they would cost an instruction in each
//! turn.
//!
//! Before: edges are split. After: no constant is loaded in a loop, unless it is an operand that
//! has to be copied somewhere anyway (of a call, a return or a jump). Equal constants that were
//! hoisted to one place are one.
//!
//! ```text
//! b0: jump b1(v0);  b1(v1): v2 = fixnum 0; v3 = vector-ref v1 v2; ...jump b1(v1)
//!   =>  b0: v2 = fixnum 0; jump b1(v0);  b1(v1): v3 = vector-ref v1 v2; ...jump b1(v1)
//! ```
//!
//! # Claim
//!
//! The block that takes a constant dominates the outermost loop around the constant's uses, and
//! lies in no loop. Two constants are one only if they have the same bits (or the same literal) in
//! the same representation.

use std::collections::HashMap;

use crate::core::ir::LiteralId;
use crate::id::IdVec;
use crate::id_map::IdMap;
use crate::rewrites::Rewrites;
use crate::ssa::analysis::{Dominators, Flow, Loops};
use crate::ssa::ir::{BlockId, Instruction, Operation, Procedure, Repr, Terminator, Unit, ValueId};

/// Hoists constants in all procedures of `unit`.
#[must_use]
pub fn hoist_constants(mut unit: Unit) -> Unit {
    for procedure in &mut unit.procedures {
        hoist_in(procedure, &mut unit.rewrites);
    }
    unit
}

fn hoist_in(procedure: &mut Procedure, rewrites: &mut Rewrites) {
    let flow = Flow::new(procedure);
    let dominators = Dominators::new(&flow);
    let loops = Loops::new(&flow, &dominators);
    if loops.depth.iter().all(|&depth| depth == 0) {
        return;
    }
    let outside = find_outside(&flow, &loops, &dominators);
    let wanted = find_wanted(procedure, &flow);
    let mut hoisted: IdMap<BlockId, Vec<Instruction>> = IdMap::default();
    let mut known: HashMap<(BlockId, Key, Repr), ValueId> = HashMap::new();
    let mut same: IdVec<ValueId, Option<ValueId>> = procedure.values.side_table(None);
    for &id in &flow.order {
        let Some(home) = outside[id] else {
            continue;
        };
        let instructions = std::mem::take(&mut procedure.blocks[id].instructions);
        let mut kept = Vec::with_capacity(instructions.len());
        for instruction in instructions {
            let key = Key::new(&instruction.operation);
            let (Some(key), Some(result)) = (key, instruction.result) else {
                kept.push(instruction);
                continue;
            };
            if !wanted[result] || !rewrites.allow() {
                kept.push(instruction);
                continue;
            }
            let repr = procedure.values[result].repr;
            let first = *known.entry((home, key, repr)).or_insert(result);
            if first == result {
                hoisted.entry(home).or_default().push(instruction);
            } else {
                same[result] = Some(first);
            }
        }
        procedure.blocks[id].instructions = kept;
    }
    for &id in &flow.order {
        if let Some(instructions) = hoisted.remove(&id) {
            procedure.blocks[id].instructions.extend(instructions);
        }
    }
    replace(procedure, &same);
}

/// What makes two constants the same.
#[derive(PartialEq, Eq, Hash, Clone, Copy)]
enum Key {
    Word(u64),
    Raw(u64),
    Literal(LiteralId),
}

impl Key {
    fn new(operation: &Operation) -> Option<Self> {
        match operation {
            Operation::Word(word) => Some(Self::Word(*word)),
            Operation::Raw(word) => Some(Self::Raw(*word)),
            Operation::Literal(literal) => Some(Self::Literal(*literal)),
            _ => None,
        }
    }
}

/// For each block in a loop the closest block above the outermost loop around it, to the end of which constants can
/// go. A loop that follows another one goes where that one goes.
fn find_outside(
    flow: &Flow,
    loops: &Loops,
    dominators: &Dominators,
) -> IdVec<BlockId, Option<BlockId>> {
    let mut outside: IdVec<BlockId, Option<BlockId>> = flow.number.side_table(None);
    for &id in &flow.order {
        outside[id] = if loops.is_header[id] {
            let above = dominators.immediate(id);
            above.and_then(|above| match loops.innermost[above] {
                Some(header) => outside[header],
                None => Some(above),
            })
        } else {
            loops.innermost[id].and_then(|header| outside[header])
        };
    }
    outside
}

/// Which values some instruction reads in place.
fn find_wanted(procedure: &Procedure, flow: &Flow) -> IdVec<ValueId, bool> {
    let mut wanted = procedure.values.side_table(false);
    let mut want = |value: ValueId| wanted[value] = true;
    for &id in &flow.order {
        let block = &procedure.blocks[id];
        for instruction in &block.instructions {
            match &instruction.operation {
                Operation::Call(..) | Operation::CallKnown(..) | Operation::CallHost(..) => {}
                Operation::Primitive(_, operands) if operands.len() > 3 => {}
                operation => operation.each_use(&mut want),
            }
        }
        match &block.terminator {
            Terminator::Branch(condition, ..) => condition.each_use(&mut want),
            Terminator::Switch(switch) => want(switch.value),
            _ => {}
        }
    }
    wanted
}

fn replace(procedure: &mut Procedure, same: &IdVec<ValueId, Option<ValueId>>) {
    let change = |value: &mut ValueId| *value = same[*value].unwrap_or(*value);
    for block in &mut procedure.blocks {
        block
            .instructions
            .iter_mut()
            .for_each(|each| each.operation.each_use_mut(change));
        block.terminator.each_use_mut(change);
    }
}

#[cfg(test)]
mod tests {
    use super::hoist_constants;
    use crate::ssa::golden::after;

    #[test]
    fn constants_leave_loops_unless_they_are_copied_anyway() {
        let text = after(
            &[hoist_constants],
            r#"(procedure "p" 1 0 #f 0 ("x")
              (block b0 (v0) (jump (b1 v0)))
              (block b1 (v1)
                (let v2 (fixnum 3))
                (let v3 (primitive vector-ref v1 v2))
                (let v4 (fixnum 3))
                (let v5 (primitive vector-ref v3 v4))
                (let v6 (fixnum 9))
                (let v7 (call v5 v6))
                (jump (b1 v7))))"#,
        );
        insta::assert_snapshot!(text, @r#"
        (procedure "p" 1 0 #f 0 ("x")
          (block b0 (v0)
            (let v2 (fixnum 3))
            (jump (b1 v0)))
          (block b1 (v1)
            (let v3 (primitive vector-ref v1 v2))
            (let v5 (primitive vector-ref v3 v2))
            (let v6 (fixnum 9))
            (let v7 (call v5 v6))
            (jump (b1 v7))))
        "#);
    }

    #[test]
    fn constants_outside_of_loops_or_for_operands_of_calls_stay() {
        let before = r#"(procedure "p" 1 0 #f 0 ("x")
  (block b0 (v0)
    (let v1 (fixnum 3))
    (let v2 (primitive vector-ref v0 v1))
    (jump (b1 v2)))
  (block b1 (v3)
    (let v4 (fixnum 9))
    (let v5 (call v3 v4))
    (branch (true v5) (b2) (b3)))
  (block b2 ()
    (jump (b1 v5)))
  (block b3 ()
    (let v6 (fixnum 3))
    (let v7 (primitive vector-ref v5 v6))
    (return v7)))
"#;
        assert_eq!(after(&[hoist_constants], before), before);
    }
}
