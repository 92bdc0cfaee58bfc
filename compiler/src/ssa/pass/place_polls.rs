//! Poll placement: so that allocation between two safepoints at which a collection may start is bounded.
//!
//! Before: edges are split. After: a poll stands at the end of every block that jumps back, and on every
//! way from a call's return to an allocation. (A procedure's entry is such a safepoint itself, so a way
//! from a return to the next call needs none.) A loop's poll stands last in its block, where it
//! becomes one instruction with the jump.
//!
//! ```text
//! v1 = call f; v2 = cons v1 v0   =>   v1 = call f; poll; v2 = cons v1 v0
//! ```

use abi::primitive::{Effect, Primitive, PrimitiveClass, ResultType};

use crate::ssa::analysis::Flow;
use crate::ssa::ir::{Instruction, Operation, Procedure, RawUnary, Terminator, Unit};

/// Places polls in all procedures of `unit`.
#[must_use]
pub fn place_polls(mut unit: Unit) -> Unit {
    unit.procedures.iter_mut().for_each(place_in);
    unit
}

fn place_in(procedure: &mut Procedure) {
    let flow = Flow::new(procedure);
    for &id in &flow.order {
        let block = &mut procedure.blocks[id.0 as usize];
        let Terminator::Jump(target) = &block.terminator else {
            continue;
        };
        if flow.is_retreating(id, target.block) {
            let place = block.place;
            block.instructions.push(Instruction {
                operation: Operation::Poll,
                result: None,
                place,
            });
        }
    }
    let returned = returned_before(procedure, &flow);
    for &id in &flow.order {
        let block = &mut procedure.blocks[id.0 as usize];
        let mut returned = returned[id.0 as usize];
        let mut instructions = Vec::with_capacity(block.instructions.len());
        for instruction in std::mem::take(&mut block.instructions) {
            if returned && allocates(&instruction.operation) {
                let place = instruction.place;
                instructions.push(Instruction {
                    operation: Operation::Poll,
                    result: None,
                    place,
                });
            }
            returned = returned_after(&instruction.operation, returned);
            instructions.push(instruction);
        }
        block.instructions = instructions;
    }
}

/// For each block, whether a call may have returned since the last poll.
fn returned_before(procedure: &Procedure, flow: &Flow) -> Vec<bool> {
    let mut before = vec![false; procedure.blocks.len()];
    let mut changed = true;
    while changed {
        changed = false;
        for &id in &flow.order {
            let block = &procedure.blocks[id.0 as usize];
            let at_end = block
                .instructions
                .iter()
                .fold(before[id.0 as usize], |returned, each| {
                    returned_after(&each.operation, returned)
                });
            let after = at_end || matches!(block.terminator, Terminator::CallReceive { .. });
            for next in block.terminator.successors().filter(|_| after) {
                changed |= !std::mem::replace(&mut before[next.0 as usize], true);
            }
        }
    }
    before
}

fn returned_after(operation: &Operation, returned: bool) -> bool {
    match operation {
        Operation::Call(..) | Operation::CallKnown(..) | Operation::CallHost(..) => true,
        Operation::Poll => false,
        _ => returned && !allocates(operation),
    }
}

/// Whether the operation may allocate without asking for a collection. (Arithmetic asks.)
fn allocates(operation: &Operation) -> bool {
    match operation {
        Operation::MakeClosure(..)
        | Operation::Raw1(RawUnary::BoxF64 | RawUnary::BoxI64 | RawUnary::BoxU64, _) => true,
        Operation::Primitive(primitive, _) => primitive_allocates(*primitive),
        _ => false,
    }
}

fn primitive_allocates(primitive: Primitive) -> bool {
    if primitive == Primitive::Capture {
        return true;
    }
    match primitive.effect() {
        Effect::Allocate => true,
        Effect::Total | Effect::Write | Effect::Control => false,
        Effect::Partial | Effect::Read => {
            primitive.class() == PrimitiveClass::Leaf
                && !matches!(
                    primitive.result(),
                    ResultType::Any
                        | ResultType::Boolean
                        | ResultType::Fixnum
                        | ResultType::Character
                        | ResultType::Unspecified
                )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::place_polls;
    use crate::ssa::golden::after;
    use crate::ssa::pass::split_edges;

    #[test]
    fn polls_stand_where_returns_could_allocate() {
        let text = after(
            &[split_edges, place_polls],
            r#"(globals "f")
            (procedure "p" 1 0 #f 0 ("x")
              (block b0 (v0)
                (let v1 (global-ref 0))
                (let v2 (call v1 v0))
                (branch (true v2) (b1) (b2)))
              (block b1 ()
                (let v3 (primitive cons v2 v0))
                (let v4 (primitive cons v3 v0))
                (return v4))
              (block b2 ()
                (let v5 (primitive cdr v0))
                (let v6 (primitive + v5 v2))
                (return v6)))"#,
        );
        insta::assert_snapshot!(text, @r#"
        (globals "f")
        (procedure "p" 1 0 #f 0 ("x")
          (block b0 (v0)
            (let v1 (global-ref 0))
            (let v2 (call v1 v0))
            (branch (true v2) (b1) (b2)))
          (block b1 ()
            (do (poll))
            (let v3 (primitive cons v2 v0))
            (let v4 (primitive cons v3 v0))
            (return v4))
          (block b2 ()
            (let v5 (primitive cdr v0))
            (let v6 (primitive + v5 v2))
            (return v6)))
        "#);
    }

    #[test]
    fn loops_poll_where_they_go_back() {
        let text = after(
            &[place_polls],
            r#"(procedure "p" 1 0 #f 0 ("x")
              (block b0 (v0) (jump (b1 v0)))
              (block b1 (v1) (branch (type pair? v1) (b2) (b3)))
              (block b2 () (let v2 (primitive cdr v1)) (jump (b1 v2)))
              (block b3 () (return v1)))"#,
        );
        insta::assert_snapshot!(text, @r#"
        (procedure "p" 1 0 #f 0 ("x")
          (block b0 (v0)
            (jump (b1 v0)))
          (block b1 (v1)
            (branch (type pair? v1) (b2) (b3)))
          (block b2 ()
            (let v2 (primitive cdr v1))
            (do (poll))
            (jump (b1 v2)))
          (block b3 ()
            (return v1)))
        "#);
    }

    #[test]
    fn ways_without_loops_that_allocate_before_calls_need_no_poll() {
        let before = r#"(globals "f")
(procedure "p" 1 0 #f 0 ("x")
  (block b0 (v0)
    (let v1 (primitive cons v0 v0))
    (let v2 (global-ref 0))
    (let v3 (call v2 v1))
    (let v4 (call v2 v3))
    (let v5 (primitive car v4))
    (return v5)))
"#;
        assert_eq!(after(&[place_polls], before), before);
    }
}
