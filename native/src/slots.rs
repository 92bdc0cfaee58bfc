//! Which kept values share a slot of the frame.
//!
//! A slot is written in two situations: at a safepoint, when the operands have been read; and at
//! the end of a block before a loop, when the operands of the terminator have not been read. So two
//! values need different slots only if both are live behind such a place, or are read there. It
//! does not matter whether both are live somewhere between. So the frame of a recursive procedure
//! is as small as its calls allow, even if slow paths keep more values. The size decides how much
//! memory deep recursion touches (`ack`: two slots for three values, a third less stack).

use compiler::id::{IdSet, IdVec};
use compiler::ssa::analysis::{Flow, Met, walk_back};
use compiler::ssa::ir::{Block, BlockId, Condition, Procedure, Terminator, ValueId};

use super::kept::{Kept, KeptId};
use super::safepoints::{Safepoint, at_end, at_operation};

/// The slot of each kept value, and how many slots there are: each value gets the lowest that no
/// conflicting value before it has.
pub(super) fn choose(
    kept: &Kept,
    procedure: &Procedure,
    flow: &Flow,
    store_at_end: &IdVec<BlockId, Vec<ValueId>>,
) -> (IdVec<KeptId, usize>, usize) {
    let mut conflicts = Conflicts {
        kept,
        store_at_end,
        of: IdVec::filled(kept.count, IdSet::empty(kept.count)),
    };
    for &id in &flow.order {
        conflicts.add_block(procedure, id);
    }
    let mut slots: IdVec<KeptId, usize> = IdVec::new();
    let mut count = 0;
    // For each slot the last value that could not have it.
    let mut taken = vec![None; kept.count];
    for (value, others) in conflicts.of.entries() {
        for other in others.iter().take_while(|&other| other < value) {
            taken[slots[other]] = Some(value);
        }
        let free = taken.iter().position(|&by| by != Some(value));
        let slot = free.expect("a value conflicts with fewer others than there are slots");
        slots.push(slot);
        count = count.max(slot + 1);
    }
    (slots, count)
}

/// What the end of `block` reads when what a loop needs is stored already: what the terminator uses, and
/// the operands of a predicate that may be one with the branch on it.
pub(super) fn read_at_end(block: &Block) -> Vec<ValueId> {
    let mut read = Vec::new();
    block.terminator.each_use(|value| read.push(value));
    if let Terminator::Branch(Condition::True(tested), ..) = block.terminator
        && let Some(last) = block.instructions.last()
        && last.result == Some(tested)
    {
        last.operation.each_use(|value| read.push(value));
    }
    read
}

/// For each value those that cannot have the same slot, and itself.
struct Conflicts<'a> {
    kept: &'a Kept,
    store_at_end: &'a IdVec<BlockId, Vec<ValueId>>,
    of: IdVec<KeptId, IdSet<KeptId>>,
}

/// What is live where a block is walked backward.
struct Live {
    now: IdSet<KeptId>,
    /// What has become live since the last safepoint: the others know their conflicts.
    new: Vec<KeptId>,
}

impl Live {
    fn add(&mut self, place: KeptId) {
        if !self.now.contains(place) {
            self.now.insert(place);
            self.new.push(place);
        }
    }
}

impl Conflicts<'_> {
    fn add_block(&mut self, procedure: &Procedure, id: BlockId) {
        let kept = self.kept;
        let block = &procedure.blocks[id];
        let mut live = Live {
            now: IdSet::empty(kept.count),
            new: Vec::new(),
        };
        let add = |value: ValueId, live: &mut Live| {
            if let Some(place) = kept.place(value) {
                live.add(place);
            }
        };
        for &value in &kept.live_out[id] {
            add(value, &mut live);
        }
        let stores_at_end = !self.store_at_end[id].is_empty();
        walk_back(block, |met| match met {
            Met::End(terminator) => {
                if at_end(terminator) != Safepoint::None {
                    self.separate(&mut live);
                }
            }
            Met::BeforeEnd if stores_at_end => {
                for value in read_at_end(block) {
                    add(value, &mut live);
                }
                self.separate(&mut live);
            }
            Met::BeforeEnd => {}
            Met::Instruction(_, instruction) => {
                if let Some(place) = instruction.result.and_then(|result| kept.place(result)) {
                    live.now.remove(place);
                }
                if at_operation(&instruction.operation) != Safepoint::None {
                    self.separate(&mut live);
                }
            }
            Met::Use(value) => add(value, &mut live),
        });
        if kept.poll == Some(id) {
            for value in kept.live_at_start(procedure, id) {
                add(value, &mut live);
            }
            self.separate(&mut live);
        }
    }

    /// All that is live has slots of its own.
    fn separate(&mut self, live: &mut Live) {
        let mut new = std::mem::take(&mut live.new);
        new.retain(|&place| live.now.contains(place));
        let mut old = live.now.clone();
        for &place in &new {
            old.remove(place);
        }
        for &place in &new {
            self.of[place].unite(&live.now);
            for other in old.iter() {
                self.of[other].insert(place);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Plan;
    use compiler::id::Id;
    use compiler::ssa::ir::ProcedureId;
    use compiler::ssa::parse::parse;

    /// How many slots the last procedure of `text` has.
    fn slot_count(text: &str) -> usize {
        let unit = parse(text).unwrap();
        Plan::new(&unit, unit.procedures.iter().last().unwrap()).slot_count
    }

    #[test]
    fn what_only_a_slow_path_keeps_shares_its_slot_with_what_a_call_keeps() {
        // The sum keeps v1 on its slow path, the call v3, nothing both.
        let text = r#"(procedure "p" 2 0 #f 0 ("a" "b")
            (block b0 (v0 v1)
              (let v2 (primitive + v0 v0))
              (let v3 (primitive car v1))
              (let v4 (call v3 v2))
              (let v5 (primitive + v3 v4))
              (return v5)))"#;
        assert_eq!(slot_count(text), 2, "v0 and v1 at the entry's poll");
    }

    #[test]
    fn what_is_live_across_the_same_call_has_slots_of_its_own() {
        let text = r#"(procedure "p" 3 0 #f 0 ("a" "b" "c")
            (block b0 (v0 v1 v2)
              (let v3 (call v0 v1))
              (let v4 (call v0 v2 v3))
              (let v5 (call v1 v3 v4))
              (return v5)))"#;
        assert_eq!(slot_count(text), 3);
    }

    #[test]
    fn what_a_loop_keeps_in_its_slot_is_not_overwritten_before_the_loop() {
        let text = r#"(procedure "p" 2 0 #f 0 ("a" "b")
            (block b0 (v0 v1)
              (let v2 (primitive car v1))
              (jump (b1 v2)))
            (block b1 (v3)
              (let v4 (call v0 v3))
              (branch (type pair? v4) (b2) (b3)))
            (block b2 () (let v5 (primitive cdr v4)) (jump (b1 v5)))
            (block b3 () (let v6 (call v1 v0 v2)) (return v6)))"#;
        let unit = parse(text).unwrap();
        let procedure = &unit.procedures[ProcedureId::ENTRY];
        let plan = Plan::new(&unit, procedure);
        let before = &plan.store_at_end[BlockId::ENTRY];
        assert_eq!(before.len(), 3, "v0, v1, v2 are stored once");
        assert!(plan.has_own_slots(before));
        assert_eq!(plan.slot_count, 3);
    }

    #[test]
    fn what_a_loop_starts_from_is_read_after_what_it_keeps_is_stored() {
        // v2 is in its slot only when the jump reads it: the slot of v3 is written before that.
        let text = r#"(procedure "p" 2 0 #f 0 ("a" "b")
            (block b0 (v0 v1)
              (let v2 (call v0 v1))
              (let v3 (call v0 v1))
              (jump (b1 v2)))
            (block b1 (v4)
              (let v5 (call v3 v4))
              (branch (type pair? v5) (b2) (b3)))
            (block b2 () (jump (b1 v5)))
            (block b3 () (return v3)))"#;
        let unit = parse(text).unwrap();
        let plan = Plan::new(&unit, &unit.procedures[ProcedureId::ENTRY]);
        let [v2, v3] = [2, 3].map(|number| plan.place(ValueId::new(number)).unwrap());
        assert_ne!(plan.slots[v2], plan.slots[v3]);
    }

    #[test]
    fn what_the_branch_before_a_loop_tests_is_read_after_what_the_loop_keeps_is_stored() {
        // The predicate is one with the branch, and v0 is in its slot only.
        let text = r#"(procedure "p" 3 0 #f 0 ("a" "b" "c")
            (block b0 (v0 v1 v2)
              (let v3 (call v1 v2))
              (let v4 (primitive eqv? v0 v2))
              (branch (true v4) (b1) (b2)))
            (block b1 ()
              (let v5 (call v1 v3))
              (branch (true v5) (b3) (b2)))
            (block b2 () (return v3))
            (block b3 () (jump (b1))))"#;
        let unit = parse(text).unwrap();
        let plan = Plan::new(&unit, &unit.procedures[ProcedureId::ENTRY]);
        assert!(
            !plan.store_at_end[BlockId::ENTRY].is_empty(),
            "the loop has no parameters"
        );
        let [v0, v2, v3] =
            [0, 2, 3].map(|number| plan.slots[plan.place(ValueId::new(number)).unwrap()]);
        assert!(v0 != v3 && v2 != v3);
    }
}
