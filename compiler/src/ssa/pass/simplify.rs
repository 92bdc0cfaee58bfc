//! Simplification of control flow: fewer blocks, jumps and block parameters.
//!
//! Before: any unit. After:
//!
//! * All blocks are reachable.
//! * No block only jumps on, unless its jump carries arguments.
//! * A block with one predecessor that jumps to it is part of this predecessor.
//! * No parameter gets the same value from everywhere.
//! * A jump with a constant to a block that only tests or switches on the constant goes where the
//!   test leads.
//!
//! Claim: the same instructions run in the same order. A block that is passed by has no
//! instructions, and nothing else uses its parameters. A parameter is replaced by a value that
//! every jump gives it. So the value is defined wherever the parameter is. A constant decides a
//! test by its word alone. The entry never becomes part of another block, because calls lead to it.
//!
//! ```text
//! b1: jump b2(v1);  b2(v2): return v2   =>   b1: return v1
//! ```

use abi::tag;
use abi::type_test::TypeTest;

use crate::id::IdVec;
use crate::rewrites::Rewrites;
use crate::ssa::analysis::{Flow, blocks_with_fixed_parameters};
use crate::ssa::ir::{Block, BlockId, Condition, Procedure, Target, Terminator, Unit, ValueId};

/// Simplifies all procedures of `unit`.
#[must_use]
pub fn simplify(mut unit: Unit) -> Unit {
    let mut procedures = std::mem::take(&mut unit.procedures);
    for procedure in &mut procedures {
        let words = unit.immediate_words(procedure);
        let rewrites = &mut unit.rewrites;
        thread_jumps(procedure, &words, rewrites);
        fold_branches(procedure, &words, rewrites);
        // Neither edges nor reachable blocks change but by merging.
        let mut flow = Flow::new(procedure);
        remove_trivial_parameters(procedure, &flow, rewrites);
        if merge_blocks(procedure, &flow, rewrites) {
            flow = Flow::new(procedure);
        }
        drop_unreachable(procedure, &flow);
    }
    unit.procedures = procedures;
    unit
}

/// Whether `condition` holds when its only operand is `word`.
fn outcome(condition: &Condition, word: u64) -> Option<bool> {
    match condition {
        Condition::True(_) => Some(word != tag::FALSE),
        Condition::EqWord(_, half) => Some(word == i64::from(*half) as u64),
        Condition::Type(TypeTest::Null, _) => Some(word == tag::NULL),
        Condition::Type(TypeTest::Pair, _) => Some(false),
        Condition::Type(TypeTest::Fixnum, _) => Some(tag::is_fixnum(word)),
        _ => None,
    }
}

fn tested_value(condition: &Condition) -> Option<ValueId> {
    match condition {
        Condition::True(value) | Condition::EqWord(value, _) | Condition::Type(_, value) => {
            Some(*value)
        }
        _ => None,
    }
}

/// Leads jumps past blocks that only jump on or test what the jump says.
fn thread_jumps(
    procedure: &mut Procedure,
    words: &IdVec<ValueId, Option<u64>>,
    rewrites: &mut Rewrites,
) {
    let used_elsewhere = used_outside_their_block(procedure);
    for id in procedure.blocks.ids() {
        let mut terminator =
            std::mem::replace(&mut procedure.blocks[id].terminator, Terminator::None);
        for target in terminator.targets_mut() {
            // Bounded, for blocks may jump in circles.
            for _ in 0..THREADS_MAX {
                let next = thread_once(&procedure.blocks, target, words, &used_elsewhere);
                let Some(next) = next else { break };
                if !rewrites.allow() {
                    break;
                }
                *target = next;
            }
        }
        procedure.blocks[id].terminator = terminator;
    }
}

/// How many blocks a jump may be led past.
const THREADS_MAX: u32 = 16;

fn thread_once(
    blocks: &IdVec<BlockId, Block>,
    target: &Target,
    words: &IdVec<ValueId, Option<u64>>,
    used_elsewhere: &IdVec<ValueId, bool>,
) -> Option<Target> {
    let block = &blocks[target.block];
    // Its parameters would not be defined on the new way.
    if !block.instructions.is_empty()
        || block
            .parameters
            .iter()
            .any(|&parameter| used_elsewhere[parameter])
    {
        return None;
    }
    let argument_of = |value: ValueId| {
        let place = block
            .parameters
            .iter()
            .position(|&parameter| parameter == value);
        place.map_or(value, |place| target.arguments[place])
    };
    let next = match &block.terminator {
        Terminator::Jump(next) => next,
        Terminator::Branch(condition, yes, no) => {
            let word = words[argument_of(tested_value(condition)?)]?;
            if outcome(condition, word)? { yes } else { no }
        }
        Terminator::Switch(switch) => {
            let word = words[argument_of(switch.value)]?;
            switch.target_of_word(word)
        }
        _ => return None,
    };
    let arguments = next
        .arguments
        .iter()
        .map(|&value| argument_of(value))
        .collect();
    Some(Target {
        block: next.block,
        arguments,
    })
}

/// Which block parameters are used in blocks other than their own.
fn used_outside_their_block(procedure: &Procedure) -> IdVec<ValueId, bool> {
    let mut owner = procedure.values.side_table(None);
    for (id, block) in procedure.blocks.entries() {
        block
            .parameters
            .iter()
            .for_each(|parameter| owner[*parameter] = Some(id));
    }
    let mut outside = procedure.values.side_table(false);
    for (id, block) in procedure.blocks.entries() {
        let mut note = |value: ValueId| outside[value] |= owner[value] != Some(id);
        block
            .instructions
            .iter()
            .for_each(|each| each.operation.each_use(&mut note));
        block.terminator.each_use(&mut note);
    }
    outside
}

/// Turns branches and switches on constants into jumps.
fn fold_branches(
    procedure: &mut Procedure,
    words: &IdVec<ValueId, Option<u64>>,
    rewrites: &mut Rewrites,
) {
    for block in &mut procedure.blocks {
        if let Terminator::Switch(switch) = &block.terminator
            && let Some(word) = words[switch.value]
            && rewrites.allow()
        {
            block.terminator = Terminator::Jump(switch.target_of_word(word).clone());
        }
        if let Terminator::Branch(condition, yes, no) = &mut block.terminator
            && let Some(word) = tested_value(condition).and_then(|value| words[value])
            && let Some(holds) = outcome(condition, word)
            && rewrites.allow()
        {
            let taken = std::mem::replace(
                if holds { yes } else { no },
                Target {
                    block: BlockId::ENTRY,
                    arguments: Vec::new(),
                },
            );
            block.terminator = Terminator::Jump(taken);
        }
    }
}

/// Values that stand for others.
struct Replacements(IdVec<ValueId, ValueId>);

impl Replacements {
    fn new(procedure: &Procedure) -> Self {
        Self(procedure.values.ids().collect())
    }

    fn find(&self, mut value: ValueId) -> ValueId {
        while self.0[value] != value {
            value = self.0[value];
        }
        value
    }

    fn replace(&mut self, value: ValueId, by: ValueId) {
        self.0[value] = self.find(by);
    }

    fn apply(&self, procedure: &mut Procedure) {
        let change = |value: &mut ValueId| *value = self.find(*value);
        for block in &mut procedure.blocks {
            block
                .instructions
                .iter_mut()
                .for_each(|each| each.operation.each_use_mut(change));
            block.terminator.each_use_mut(change);
        }
    }
}

/// Replaces parameters that are given the same value everywhere.
fn remove_trivial_parameters(procedure: &mut Procedure, flow: &Flow, rewrites: &mut Rewrites) {
    let fixed = blocks_with_fixed_parameters(procedure);
    let mut replacements = Replacements::new(procedure);
    let mut removed = procedure.values.side_table(false);
    let mut changed = true;
    while changed {
        changed = false;
        let arguments = only_arguments(procedure, flow, &replacements);
        for &id in flow.order.iter().filter(|&&id| !fixed[id]) {
            for &parameter in &procedure.blocks[id].parameters {
                if let Some(argument) = arguments[parameter]
                    && !removed[parameter]
                    && replacements.find(argument) != parameter
                    && rewrites.allow()
                {
                    replacements.replace(parameter, argument);
                    removed[parameter] = true;
                    changed = true;
                }
            }
        }
    }
    if !removed.iter().any(|&is_removed| is_removed) {
        return;
    }
    for id in procedure.blocks.ids() {
        let mut terminator =
            std::mem::replace(&mut procedure.blocks[id].terminator, Terminator::None);
        for target in terminator.targets_mut() {
            let parameters = &procedure.blocks[target.block].parameters;
            let mut parameters = parameters.iter();
            target.arguments.retain(|_| {
                let parameter = parameters.next().expect("one argument a parameter");
                !removed[*parameter]
            });
        }
        procedure.blocks[id].terminator = terminator;
    }
    for block in &mut procedure.blocks {
        block.parameters.retain(|parameter| !removed[*parameter]);
    }
    replacements.apply(procedure);
}

/// For each block parameter the one value other than itself that jumps give it.
fn only_arguments(
    procedure: &Procedure,
    flow: &Flow,
    replacements: &Replacements,
) -> IdVec<ValueId, Option<ValueId>> {
    let mut only: IdVec<ValueId, Option<ValueId>> = procedure.values.side_table(None);
    let mut several = procedure.values.side_table(false);
    for &id in &flow.order {
        for target in procedure.blocks[id].terminator.targets() {
            let parameters = &procedure.blocks[target.block].parameters;
            for (&parameter, &argument) in parameters.iter().zip(&target.arguments) {
                let argument = replacements.find(argument);
                let known = &mut only[parameter];
                if argument != replacements.find(parameter) {
                    several[parameter] |= known.is_some_and(|known| known != argument);
                    *known = Some(argument);
                }
            }
        }
    }
    only.iter()
        .zip(several)
        .map(|(&only, several)| only.filter(|_| !several))
        .collect()
}

/// Appends blocks to the only block that jumps to them; whether there was any.
fn merge_blocks(procedure: &mut Procedure, flow: &Flow, rewrites: &mut Rewrites) -> bool {
    let mut is_changed = false;
    let mut replacements = Replacements::new(procedure);
    for &id in &flow.order {
        while let Terminator::Jump(target) = &procedure.blocks[id].terminator {
            let next = target.block;
            let is_part =
                next != id && next != BlockId::ENTRY && flow.predecessors[next].len() == 1;
            if !is_part || !rewrites.allow() {
                break;
            }
            is_changed = true;
            let arguments = target.arguments.clone();
            let taken = &mut procedure.blocks[next];
            let parameters = std::mem::take(&mut taken.parameters);
            let instructions = std::mem::take(&mut taken.instructions);
            let terminator = std::mem::replace(&mut taken.terminator, Terminator::None);
            let place = taken.place;
            for (parameter, argument) in parameters.into_iter().zip(arguments) {
                replacements.replace(parameter, argument);
            }
            let block = &mut procedure.blocks[id];
            block.instructions.extend(instructions);
            block.terminator = terminator;
            block.place = place;
        }
    }
    if is_changed {
        replacements.apply(procedure);
    }
    is_changed
}

/// Drops blocks that the entry does not reach, and numbers the others anew.
///
/// Not counted as a rewrite: what merging leaves of a block is none.
fn drop_unreachable(procedure: &mut Procedure, flow: &Flow) {
    if flow.order.len() == procedure.blocks.len() {
        return;
    }
    let new_ids = procedure.blocks.renumber(|id| flow.is_reachable(id));
    let new_id = |id: BlockId| new_ids[id].expect("what is reached leads to what is reached");
    for block in &mut procedure.blocks {
        if let Terminator::CallReceive { block, .. } = &mut block.terminator {
            *block = new_id(*block);
        }
        for target in block.terminator.targets_mut() {
            target.block = new_id(target.block);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::simplify;
    use crate::ssa::golden::after;
    use crate::ssa::pass::eliminate_dead_code;

    #[test]
    fn blocks_that_only_test_a_constant_are_passed_by() {
        let text = after(
            &[simplify, eliminate_dead_code],
            r#"(procedure "p" 2 0 #f 0 ("x" "y")
              (block b0 (v0 v1)
                (branch (type pair? v0) (b1) (b2)))
              (block b1 () (let v2 (word 6)) (jump (b3 v2)))
              (block b2 () (let v3 (word 262)) (jump (b3 v3)))
              (block b3 (v4) (branch (true v4) (b4) (b5)))
              (block b4 () (jump (b6 v0)))
              (block b5 () (return v1))
              (block b6 (v5) (return v5)))"#,
        );
        insta::assert_snapshot!(text, @r#"
        (procedure "p" 2 0 #f 0 ("x" "y")
          (block b0 (v0 v1)
            (branch (type pair? v0) (b1) (b2)))
          (block b1 ()
            (return v1))
          (block b2 ()
            (return v0)))
        "#);
    }

    #[test]
    fn parameters_used_beyond_their_block_keep_it() {
        let text = after(
            &[simplify],
            r#"(procedure "p" 2 0 #f 0 ("x" "y")
              (block b0 (v0 v1)
                (branch (type pair? v0) (b1) (b2)))
              (block b1 () (let v2 (word 6)) (jump (b3 v2)))
              (block b2 () (jump (b3 v1)))
              (block b3 (v4) (branch (true v4) (b4) (b5)))
              (block b4 () (return v4))
              (block b5 () (return v1)))"#,
        );
        insta::assert_snapshot!(text, @r#"
        (procedure "p" 2 0 #f 0 ("x" "y")
          (block b0 (v0 v1)
            (branch (type pair? v0) (b1) (b2 v1)))
          (block b1 ()
            (let v2 (word 6))
            (jump (b2 v2)))
          (block b2 (v4)
            (branch (true v4) (b3) (b4)))
          (block b3 ()
            (return v4))
          (block b4 ()
            (return v1)))
        "#);
    }

    #[test]
    fn switches_on_constants_are_jumps() {
        let text = r#"(procedure "p" 0 0 #f 0 ()
              (block b0 () (let v0 (fixnum 2)) (jump (b1 v0)))
              (block b1 (v1)
                (switch (word v1) (8 (b2)) (16 (b3)) (else (b4))))
              (block b2 () (jump (b1 v0)))
              (block b3 () (return v0))
              (block b4 () (let v2 (fixnum 1)) (return v2)))"#;
        insta::assert_snapshot!(after(&[simplify], text), @r#"
        (procedure "p" 0 0 #f 0 ()
          (block b0 ()
            (let v0 (fixnum 2))
            (return v0)))
        "#);
    }

    #[test]
    fn blocks_that_several_jumps_reach_with_different_values_stay() {
        let before = r#"(procedure "p" 2 0 #f 0 ("x" "y")
  (block b0 (v0 v1)
    (branch (type pair? v0) (b1) (b2)))
  (block b1 ()
    (let v2 (primitive car v0))
    (jump (b3 v2)))
  (block b2 ()
    (let v3 (primitive cdr v1))
    (jump (b3 v3)))
  (block b3 (v4)
    (let v5 (primitive cons v4 v4))
    (return v5)))
"#;
        assert_eq!(after(&[simplify], before), before);
    }
}
