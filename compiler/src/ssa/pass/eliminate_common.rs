//! Common subexpressions: nothing is computed, read or tested twice.
//!
//! Before: any unit. After: no computation is dominated by the same computation from the same
//! values. No branch tests what a branch above has told. No field is read twice within a block and
//! the blocks that only it leads to, unless something may have written in between.
//!
//! ```text
//! v1 = car v0; v2 = car v0; v3 = cons v1 v2   =>   v1 = car v0; v3 = cons v1 v1
//! ```
//!
//! # Claim
//!
//! The kept computation dominates the dropped one and has the same operands. Nothing that may write
//! stands between two reads on any path, because a block takes reads over only from its only
//! predecessor. A test is decided by the first branch above that tells its outcome. A fact that
//! contradicts this outcome comes from a path that control never takes, and changes nothing.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use abi::primitive::{Effect, Primitive, PrimitiveClass};

use crate::checkpoint;
use crate::core::ir::GlobalId;
use crate::id::IdVec;
use crate::rewrites::Rewrites;
use crate::ssa::analysis::{Dominators, Flow};
use crate::ssa::ir::{
    BlockId, CellId, Condition, Operation, Procedure, Target, Terminator, Truth, Unit, ValueId,
};

/// With how many known reads other blocks start at most.
const READ_MAX: usize = 64;

/// Eliminates common subexpressions in all procedures of `unit`.
#[must_use]
pub fn eliminate_common(mut unit: Unit) -> Unit {
    let immutable: IdVec<GlobalId, bool> = unit
        .tables
        .globals
        .iter()
        .map(|global| global.immutable)
        .collect();
    for procedure in &mut unit.procedures {
        eliminate_in(procedure, &immutable, &mut unit.rewrites);
    }
    unit
}

fn eliminate_in(
    procedure: &mut Procedure,
    immutable: &IdVec<GlobalId, bool>,
    rewrites: &mut Rewrites,
) {
    let flow = Flow::new(procedure);
    let dominators = Dominators::new(&flow);
    let mut children = procedure.blocks.side_table(Vec::new());
    for &block in &flow.order {
        if let Some(above) = dominators.immediate(block) {
            children[above].push(block);
        }
    }
    let facts = flow.facts_of_blocks(procedure);
    let mut eliminator = Eliminator {
        rewrites,
        immutable,
        same: procedure.values.ids().collect(),
        computed: HashMap::new(),
        told: HashMap::new(),
        undo: Vec::new(),
    };
    let mut read_after = procedure.blocks.side_table(HashMap::new());
    let mut stack = vec![TreeStep::Enter(flow.order[0])];
    while let Some(step) = stack.pop() {
        checkpoint::step();
        match step {
            TreeStep::Leave(mark) => eliminator.undo_to(mark),
            TreeStep::Enter(block) => {
                stack.push(TreeStep::Leave(eliminator.undo.len()));
                if let Some((condition, truth)) = &facts[block] {
                    eliminator.tell(condition, *truth);
                }
                let read = match flow.predecessors[block][..] {
                    [above] => read_after[above].clone(),
                    _ => HashMap::new(),
                };
                read_after[block] = eliminator.block(procedure, block, read);
                stack.extend(
                    children[block]
                        .iter()
                        .rev()
                        .map(|&child| TreeStep::Enter(child)),
                );
            }
        }
    }
}

/// A step of the walk over the dominator tree.
enum TreeStep {
    Enter(BlockId),
    /// Forget what is known since then.
    Leave(usize),
}

/// What makes two computations the same: the operation without its operands, and those.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key(Kind, Vec<ValueId>);

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Primitive(Primitive),
    AddSmall(i16),
    ClosureRef(u16),
    Global(GlobalId),
    Cell(CellId),
    /// An immediate: known in its block until the next call, so that none is kept across one.
    Word(u64),
}

/// When a computation gives the same again.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lasting {
    Always,
    UntilWrite,
}

/// A test of one value, as a key.
type Test = (u8, ValueId, i32);

enum Undo {
    Computed(Key),
    Told(Test),
}

struct Eliminator<'a> {
    rewrites: &'a mut Rewrites,
    immutable: &'a IdVec<GlobalId, bool>,
    same: IdVec<ValueId, ValueId>,
    computed: HashMap<Key, ValueId>,
    told: HashMap<Test, Truth>,
    undo: Vec<Undo>,
}

impl Eliminator<'_> {
    /// Eliminates in a block before which `read` is known; what is known after it.
    fn block(
        &mut self,
        procedure: &mut Procedure,
        id: BlockId,
        mut read: HashMap<Key, ValueId>,
    ) -> HashMap<Key, ValueId> {
        let block = &mut procedure.blocks[id];
        block.instructions.retain_mut(|instruction| {
            instruction
                .operation
                .each_use_mut(|value| *value = self.same[*value]);
            if may_write(&instruction.operation) {
                read.clear();
            }
            let Some(result) = instruction.result else {
                return true;
            };
            let Some((key, lasting)) = self.key_of(&instruction.operation) else {
                return true;
            };
            let known = match lasting {
                Lasting::Always => self.computed.get(&key),
                Lasting::UntilWrite => read.get(&key),
            };
            if let Some(&known) = known
                && self.rewrites.allow()
            {
                self.same[result] = known;
                return false;
            }
            match lasting {
                Lasting::UntilWrite => {
                    read.insert(key, result);
                }
                Lasting::Always => {
                    self.undo.push(Undo::Computed(key.clone()));
                    self.computed.insert(key, result);
                }
            }
            true
        });
        block
            .terminator
            .each_use_mut(|value| *value = self.same[*value]);
        self.fold(&mut block.terminator);
        let calls = matches!(block.terminator, Terminator::CallReceive { .. });
        if calls || read.len() > READ_MAX {
            return HashMap::new();
        }
        read.retain(|key, _| !matches!(key.0, Kind::Word(_)));
        read
    }

    /// Turns a branch whose outcome is known into a jump.
    fn fold(&mut self, terminator: &mut Terminator) {
        let Terminator::Branch(condition, yes, no) = terminator else {
            return;
        };
        let Some(&truth) = test_of(condition).and_then(|test| self.told.get(&test)) else {
            return;
        };
        if !self.rewrites.allow() {
            return;
        }
        let nowhere = Target {
            block: BlockId::ENTRY,
            arguments: Vec::new(),
        };
        let way = match truth {
            Truth::Holds => yes,
            Truth::Fails => no,
        };
        let taken = std::mem::replace(way, nowhere);
        *terminator = Terminator::Jump(taken);
    }

    fn tell(&mut self, condition: &Condition, truth: Truth) {
        let mut condition = condition.clone();
        condition.each_use_mut(|value| *value = self.same[*value]);
        let Some(test) = test_of(&condition) else {
            return;
        };
        // What contradicts a branch above is told on a way that control never goes: it stays as it was.
        if let Entry::Vacant(told) = self.told.entry(test) {
            told.insert(truth);
            self.undo.push(Undo::Told(test));
        }
    }

    fn undo_to(&mut self, mark: usize) {
        for undo in self.undo.drain(mark..) {
            match undo {
                Undo::Computed(key) => {
                    self.computed.remove(&key);
                }
                Undo::Told(test) => {
                    self.told.remove(&test);
                }
            }
        }
    }

    fn key_of(&self, operation: &Operation) -> Option<(Key, Lasting)> {
        Some(match operation {
            Operation::AddSmall(value, small) => {
                (Key(Kind::AddSmall(*small), vec![*value]), Lasting::Always)
            }
            Operation::ClosureRef(closure, index) => (
                Key(Kind::ClosureRef(*index), vec![*closure]),
                Lasting::Always,
            ),
            Operation::GlobalRef(global) => {
                let lasting = if self.immutable[*global] {
                    Lasting::Always
                } else {
                    Lasting::UntilWrite
                };
                (Key(Kind::Global(*global), Vec::new()), lasting)
            }
            Operation::Word(word) => (Key(Kind::Word(*word), Vec::new()), Lasting::UntilWrite),
            Operation::CellRef(cell) => (Key(Kind::Cell(*cell), Vec::new()), Lasting::UntilWrite),
            Operation::Primitive(primitive, operands) => {
                let lasting = match primitive.effect() {
                    Effect::Total | Effect::Partial => Lasting::Always,
                    Effect::Read if primitive.class() == PrimitiveClass::Inline => {
                        Lasting::UntilWrite
                    }
                    _ => return None,
                };
                (Key(Kind::Primitive(*primitive), operands.clone()), lasting)
            }
            _ => return None,
        })
    }
}

/// Whether something that was read before may be different after the operation.
pub(super) fn may_write(operation: &Operation) -> bool {
    match operation {
        Operation::Call(..)
        | Operation::CallKnown(..)
        | Operation::CallHost(..)
        | Operation::GlobalSet(..)
        | Operation::GlobalDefine(..)
        | Operation::CellSet(..) => true,
        Operation::Primitive(primitive, _) => {
            matches!(primitive.effect(), Effect::Write | Effect::Control)
        }
        _ => false,
    }
}

/// A condition that tells something of one value and cannot raise.
fn test_of(condition: &Condition) -> Option<Test> {
    Some(match *condition {
        Condition::True(value) => (0, value, 0),
        Condition::Type(test, value) => (1, value, i32::from(test as u8)),
        Condition::EqWord(value, word) => (2, value, word),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::eliminate_common;
    use crate::ssa::golden::after;
    use crate::ssa::pass::simplify;

    #[test]
    fn what_is_known_is_not_computed_or_tested_again() {
        let text = after(
            &[eliminate_common, simplify],
            r#"(procedure "p" 1 0 #f 0 ("x")
              (block b0 (v0) (branch (type pair? v0) (b1) (b2)))
              (block b1 ()
                (let v1 (primitive car v0))
                (let v2 (primitive car v0))
                (let v3 (primitive + v1 v2))
                (let v4 (primitive + v1 v1))
                (let v5 (primitive cons v3 v4))
                (branch (type pair? v0) (b3) (b2)))
              (block b2 () (return v0))
              (block b3 () (return v5)))"#,
        );
        insta::assert_snapshot!(text, @r#"
        (procedure "p" 1 0 #f 0 ("x")
          (block b0 (v0)
            (branch (type pair? v0) (b1) (b2)))
          (block b1 ()
            (let v1 (primitive car v0))
            (let v3 (primitive + v1 v1))
            (let v5 (primitive cons v3 v3))
            (return v5))
          (block b2 ()
            (return v0)))
        "#);
    }

    #[test]
    fn what_a_branch_tells_on_a_dead_way_is_not_believed_elsewhere() {
        let text = after(
            &[eliminate_common, simplify],
            r#"(globals "g")
            (procedure "p" 1 0 #f 0 ("x")
              (block b0 (v0) (branch (type pair? v0) (b1) (b7)))
              (block b1 () (branch (type pair? v0) (b2) (b3)))
              (block b2 () (do (global-set! 0 v0)) (jump (b4)))
              (block b3 () (jump (b4)))
              (block b4 () (branch (type pair? v0) (b5) (b6)))
              (block b5 () (let v1 (fixnum 1)) (return v1))
              (block b6 () (let v2 (fixnum 2)) (return v2))
              (block b7 () (let v3 (fixnum 3)) (return v3)))"#,
        );
        assert!(text.contains("(fixnum 1)"), "{text}");
        assert!(!text.contains("(fixnum 2)"), "{text}");
    }

    #[test]
    fn what_may_be_written_is_read_again() {
        let before = r#"(procedure "p" 2 0 #f 0 ("x" "y")
  (block b0 (v0 v1)
    (let v2 (primitive car v0))
    (do (primitive set-car! v1 v0))
    (let v3 (primitive car v0))
    (let v4 (primitive cons v2 v3))
    (return v4)))
"#;
        assert_eq!(after(&[eliminate_common], before), before);
    }

    #[test]
    fn what_a_call_with_several_values_may_write_is_read_again() {
        let before = r#"(procedure "p" 2 0 #f 0 ("x" "f")
  (block b0 (v0 v1)
    (let v2 (primitive car v0))
    (call-receive v1 1 #f b1))
  (block b1 (v3)
    (let v4 (primitive car v0))
    (let v5 (primitive cons v2 v4))
    (return v5)))
"#;
        assert_eq!(after(&[eliminate_common], before), before);
    }
}
