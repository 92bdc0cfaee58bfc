//! Poll placement: bounds the allocation between two polls, and gives every loop a poll.
//!
//! Before: edges are split. After:
//!
//! * A poll stands at the end of every block that jumps back, unless each turn that comes there has
//!   called a procedure that polls on each of its paths, and nothing else wants the poll
//!   ([`Unit::polls_each_turn`]). The poll of a loop stands last in its block, where it becomes one
//!   instruction with the jump.
//! * A poll stands on every path from a call's return to an allocation. The entry of a procedure is
//!   a safepoint where a collection may start. So a path from a return to the next call needs no
//!   poll.
//!
//! ```text
//! v1 = call f; v2 = cons v1 v0   =>   v1 = call f; poll; v2 = cons v1 v0
//! ```
//!
//! # Claim
//!
//! Every cycle has an edge that goes back in the order of the blocks, and this edge is a jump. A
//! call counts as the poll of a turn only if it is on every path of that turn, from the header to
//! the jump, and if its callee polls on each of its paths.

use crate::id::IdVec;
use crate::ssa::analysis::{Flow, polls_at_entry};
use crate::ssa::ir::{
    Block, BlockId, Callee, Instruction, Operation, Procedure, ProcedureId, RawUnary, Terminator,
    Unit,
};

/// Places polls in all procedures of `unit`.
#[must_use]
pub fn place_polls(mut unit: Unit) -> Unit {
    let mut polls: IdVec<ProcedureId, Option<bool>> = unit.procedures.side_table(None);
    for id in unit.procedures.ids() {
        let flow = Flow::new(&unit.procedures[id]);
        let ends = ends_of_turns(&unit, &unit.procedures[id], &flow, &mut polls);
        place_in(&mut unit.procedures[id], &flow, &ends);
    }
    unit
}

/// The blocks that jump back and have to poll.
fn ends_of_turns(
    unit: &Unit,
    procedure: &Procedure,
    flow: &Flow,
    polls: &mut IdVec<ProcedureId, Option<bool>>,
) -> Vec<BlockId> {
    let is_back = |id: BlockId, next: BlockId| flow.is_retreating(id, next);
    let jumps_back = |&id: &BlockId| {
        let terminator = &procedure.blocks[id].terminator;
        matches!(terminator, Terminator::Jump(target) if is_back(id, target.block))
    };
    let mut ends: Vec<BlockId> = flow.order.iter().copied().filter(jumps_back).collect();
    if ends.is_empty() || unit.polls_each_turn {
        return ends;
    }
    let calls: IdVec<BlockId, bool> = (procedure.blocks.iter())
        .map(|block| calls_what_polls(unit, block, polls))
        .collect();
    // Whether all ways from where a turn starts to the end of a block lead through such a call. In this
    // order a block comes after all from which it is not jumped back to.
    let mut called = procedure.blocks.side_table(false);
    for &id in &flow.order {
        let before = &flow.predecessors[id];
        let has_called = |&from: &BlockId| !is_back(from, id) && called[from];
        let on_all_ways = !before.is_empty() && before.iter().all(has_called);
        called[id] = calls[id] || on_all_ways;
    }
    ends.retain(|id| !called[*id]);
    ends
}

/// Whether `block` calls a procedure that polls whichever way it goes; `polls` has what is known of these.
fn calls_what_polls(
    unit: &Unit,
    block: &Block,
    polls: &mut IdVec<ProcedureId, Option<bool>>,
) -> bool {
    let known = |instruction: &Instruction| match instruction.operation {
        Operation::CallKnown(procedure, ..) => Some(procedure),
        _ => None,
    };
    let received = match block.terminator {
        Terminator::CallReceive {
            callee: Callee::Known(procedure, _),
            ..
        } => Some(procedure),
        _ => None,
    };
    let called = block.instructions.iter().filter_map(known).chain(received);
    let mut does_poll =
        |id: ProcedureId| *polls[id].get_or_insert_with(|| polls_at_entry(&unit.procedures[id]));
    called.into_iter().any(&mut does_poll)
}

fn place_in(procedure: &mut Procedure, flow: &Flow, ends: &[BlockId]) {
    for &id in ends {
        let block = &mut procedure.blocks[id];
        let place = block.place;
        block.instructions.push(Instruction {
            operation: Operation::Poll,
            result: None,
            place,
        });
    }
    let returned = returned_before(procedure, flow);
    for &id in &flow.order {
        let block = &mut procedure.blocks[id];
        let mut returned = returned[id];
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

/// For each block, whether a call may have returned since the last poll. Each block learns so once, however deep loops
/// are nested.
fn returned_before(procedure: &Procedure, flow: &Flow) -> IdVec<BlockId, bool> {
    let mut before = procedure.blocks.side_table(false);
    let returned_behind = |block: &Block, returned: bool| {
        let after = |returned, each: &Instruction| returned_after(&each.operation, returned);
        matches!(block.terminator, Terminator::CallReceive { .. })
            || block.instructions.iter().fold(returned, after)
    };
    let mut pending = flow.order.clone();
    pending.retain(|&id| returned_behind(&procedure.blocks[id], false));
    while let Some(id) = pending.pop() {
        for next in procedure.blocks[id].terminator.successors() {
            if !std::mem::replace(&mut before[next], true)
                && returned_behind(&procedure.blocks[next], true)
            {
                pending.push(next);
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
        Operation::Primitive(primitive, _) => primitive.allocates_unasked(),
        _ => false,
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

    /// A loop whose turns go this `way`, and the blocks of a second procedure.
    fn calling_loop(way: &str, callee: &str) -> String {
        after(
            &[split_edges, place_polls],
            &format!(
                r#"(globals "f")
                (procedure "p" 1 0 #f 0 ("x")
                  (block b0 (v0) (jump (b1 v0)))
                  (block b1 (v1) (branch (type pair? v1) (b2) (b4)))
                  (block b2 () {way})
                  (block b3 (v2) (jump (b1 v2)))
                  (block b4 () (return v1)))
                (procedure "q" 1 0 #f 0 ("y") {callee})"#
            ),
        )
    }

    const CALLS_AT_ONCE: &str = "(block b0 (v0) (let v1 (global-ref 0)) (tail-call v1 v0))";

    #[test]
    fn loops_whose_turns_call_what_polls_do_not_poll() {
        let way = "(let v3 (call-known 1 #f v1)) (jump (b3 v3))";
        let text = calling_loop(way, CALLS_AT_ONCE);
        assert!(!text.contains("(poll)"), "{text}");
    }

    #[test]
    fn loops_whose_turns_call_what_may_not_poll_do_poll() {
        let calls_now_and_then = "(block b0 (v0) (branch (type pair? v0) (b1) (b2)))
            (block b1 () (let v1 (global-ref 0)) (tail-call v1 v0))
            (block b2 () (return v0))";
        let way = "(let v3 (call-known 1 #f v1)) (jump (b3 v3))";
        let text = calling_loop(way, calls_now_and_then);
        assert_eq!(text.matches("(poll)").count(), 1, "{text}");
        let unknown = "(let v4 (global-ref 0)) (let v3 (call v4 v1)) (jump (b3 v3))";
        let text = calling_loop(unknown, CALLS_AT_ONCE);
        assert_eq!(text.matches("(poll)").count(), 1, "{text}");
    }

    #[test]
    fn loops_with_turns_that_call_nothing_do_poll() {
        let text = after(
            &[split_edges, place_polls],
            &format!(
                r#"(globals "f")
                (procedure "p" 1 0 #f 0 ("x")
                  (block b0 (v0) (jump (b1 v0)))
                  (block b1 (v1) (branch (type pair? v1) (b2) (b6)))
                  (block b2 () (let v2 (primitive cdr v1)) (branch (type pair? v2) (b3) (b4)))
                  (block b3 () (let v3 (call-known 1 #f v2)) (jump (b5 v3)))
                  (block b4 () (jump (b5 v2)))
                  (block b5 (v4) (jump (b1 v4)))
                  (block b6 () (return v1)))
                (procedure "q" 1 0 #f 0 ("y") {CALLS_AT_ONCE})"#
            ),
        );
        assert_eq!(text.matches("(poll)").count(), 1, "{text}");
    }

    #[test]
    fn inner_loops_poll_though_the_outer_turn_has_called() {
        let text = after(
            &[split_edges, place_polls],
            &format!(
                r#"(globals "f")
                (procedure "p" 1 0 #f 0 ("x")
                  (block b0 (v0) (jump (b1 v0)))
                  (block b1 (v1) (let v2 (call-known 1 #f v1)) (jump (b2 v2)))
                  (block b2 (v3) (branch (type pair? v3) (b3) (b4)))
                  (block b3 () (let v4 (primitive cdr v3)) (jump (b2 v4)))
                  (block b4 () (jump (b1 v3))))
                (procedure "q" 1 0 #f 0 ("y") {CALLS_AT_ONCE})"#
            ),
        );
        let inner = text.find("(jump (b2 v4))").expect("the inner loop goes on");
        assert!(text[..inner].trim_end().ends_with("(do (poll))"), "{text}");
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
