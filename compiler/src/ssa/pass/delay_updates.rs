//! Delayed updates: computes the next value of a loop variable after the last use of its old value.
//!
//! So the next value can take the slot of the old one.
//!
//! Before: edges are split. After: consider arithmetic that computes an argument of a block's jump
//! from the parameter that the argument is for. If only arithmetic stands between it and a later
//! use of the parameter, it follows that use.
//!
//! Claim: the program does the same, and raises the same conditions in the same order. Either the
//! update cannot raise, as the types at its old place say, or nothing that the update passes can
//! raise, whatever the operands are. (An operation that cannot raise tells nothing new of its
//! operands, so whatever the update passes does not rely on it.) Arithmetic neither changes what
//! other arithmetic reads nor reads what other arithmetic changes.
//!
//! ```text
//! b1(v1 v2): v3 = add-small v1 1; v4 = + v2 v1; jump b1(v3 v4)
//!   =>  b1(v1 v2): v4 = + v2 v1; v3 = add-small v1 1; jump b1(v3 v4)
//! ```

use abi::primitive::{Effect, Primitive, PrimitiveClass, Raises};

use crate::id::IdVec;
use crate::rewrites::Rewrites;
use crate::ssa::analysis::{Graph, UnitTypes, cannot_raise};
use crate::ssa::ir::{
    Block, BlockId, Instruction, Operation, Procedure, ProcedureId, RawUnary, Terminator, Unit,
    ValueId,
};

/// Delays updates in all procedures of `unit`.
#[must_use]
pub fn delay_updates(mut unit: Unit) -> Unit {
    let harmless = harmless_updates(&unit);
    for (procedure, harmless) in unit.procedures.iter_mut().zip(&harmless) {
        for id in procedure.blocks.ids() {
            for update in updates(procedure, id) {
                let rewrites = &mut unit.rewrites;
                delay(&mut procedure.blocks[id], update, harmless, rewrites);
            }
        }
    }
    unit
}

/// A parameter, and the argument that it gets next.
type Update = (ValueId, ValueId);

/// The updates at the end of a block.
fn updates(procedure: &Procedure, id: BlockId) -> Vec<Update> {
    let Terminator::Jump(target) = &procedure.blocks[id].terminator else {
        return Vec::new();
    };
    let parameters = procedure.blocks[target.block].parameters.iter();
    let updates = parameters
        .copied()
        .zip(target.arguments.iter().copied())
        .filter(|(parameter, argument)| parameter != argument);
    updates.collect()
}

/// For each procedure the updates that cannot raise where they stand, in ascending order. Types are looked for
/// only if it matters.
fn harmless_updates(unit: &Unit) -> IdVec<ProcedureId, Vec<ValueId>> {
    let mut found = unit.procedures.side_table(Vec::new());
    let matters = |procedure: &Procedure| {
        let mut blocks = procedure.blocks.entries();
        blocks.any(|(id, block)| {
            let updates = updates(procedure, id);
            let mut passages = updates.iter().filter_map(|&each| Passage::of(block, each));
            passages.any(|passage| passage.may_change_order(block))
        })
    };
    if !unit.procedures.iter().any(matters) {
        return found;
    }
    let graphs: IdVec<ProcedureId, Graph> = unit.procedures.iter().map(Graph::new).collect();
    let types = UnitTypes::infer(unit, &graphs);
    for (number, procedure) in unit.procedures.entries() {
        let types = &types.procedures[number];
        for (id, block) in procedure.blocks.entries() {
            for (_, argument) in updates(procedure, id) {
                let is_harmless = block.instructions.iter().enumerate().any(|(at, each)| {
                    each.result == Some(argument)
                        && cannot_raise(&each.operation, |value| types.at(value, (id, at)))
                });
                if is_harmless {
                    found[number].push(argument);
                }
            }
        }
        found[number].sort_unstable();
    }
    found
}

/// The way of an update behind the last use of the old value.
struct Passage {
    from: usize,
    to: usize,
}

impl Passage {
    /// The way of an update, if arithmetic alone stands there.
    fn of(block: &Block, (parameter, argument): Update) -> Option<Self> {
        let instructions = &block.instructions;
        let from = instructions
            .iter()
            .position(|each| each.result == Some(argument))?;
        if !is_arithmetic(&instructions[from].operation) || !uses(&instructions[from], parameter) {
            return None;
        }
        let after = &instructions[from + 1..];
        let last_use = after.iter().rposition(|each| uses(each, parameter))?;
        let mut passed = after[..=last_use].iter();
        passed
            .all(|each| is_arithmetic(&each.operation) && !uses(each, argument))
            .then_some(Self {
                from,
                to: from + 1 + last_use,
            })
    }

    /// Whether the update and something that it passes may raise, for some operands.
    fn may_change_order(&self, block: &Block) -> bool {
        let may_raise = |each: &Instruction| !never_raises(&each.operation);
        let passed = &block.instructions[self.from + 1..=self.to];
        may_raise(&block.instructions[self.from]) && passed.iter().any(may_raise)
    }
}

fn delay(block: &mut Block, update: Update, harmless: &[ValueId], rewrites: &mut Rewrites) {
    let Some(passage) = Passage::of(block, update) else {
        return;
    };
    let keeps_order = harmless.binary_search(&update.1).is_ok() || !passage.may_change_order(block);
    if keeps_order && rewrites.allow() {
        block.instructions[passage.from..=passage.to].rotate_left(1);
    }
}

/// Whether the operation raises for no operands, and relies on nothing that others tell of them.
fn never_raises(operation: &Operation) -> bool {
    match operation {
        Operation::Word(_) | Operation::Raw(_) | Operation::Literal(_) | Operation::Raw2(..) => {
            true
        }
        Operation::Primitive(primitive, _) => primitive.raises() == Raises::Never,
        _ => false,
    }
}

fn uses(instruction: &Instruction, value: ValueId) -> bool {
    let mut found = false;
    instruction
        .operation
        .each_use(|used| found |= used == value);
    found
}

/// Whether the operation neither changes anything nor depends on what changes, nor calls.
fn is_arithmetic(operation: &Operation) -> bool {
    match operation {
        Operation::Word(_)
        | Operation::Raw(_)
        | Operation::Literal(_)
        | Operation::AddSmall(..)
        | Operation::Raw2(..) => true,
        Operation::Raw1(raw, _) => {
            !matches!(raw, RawUnary::BoxF64 | RawUnary::BoxI64 | RawUnary::BoxU64)
        }
        Operation::Primitive(primitive, _) => {
            primitive.class() == PrimitiveClass::Inline
                && (matches!(primitive.effect(), Effect::Total | Effect::Partial)
                    || matches!(
                        primitive,
                        Primitive::Car | Primitive::Cdr | Primitive::VectorRef | Primitive::Cons
                    ))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::delay_updates;
    use crate::ssa::golden::after;

    #[test]
    fn updates_wait_for_the_last_use_of_the_old_value() {
        let text = after(
            &[delay_updates],
            r#"(procedure "p" 2 0 #f 0 ("x" "y")
              (block b0 (v0 v1) (let v6 (fixnum 0)) (jump (b1 v6 v1)))
              (block b1 (v2 v3)
                (let v4 (add-small v2 1))
                (let v5 (primitive + v3 v2))
                (jump (b1 v4 v5))))"#,
        );
        insta::assert_snapshot!(text, @r#"
        (procedure "p" 2 0 #f 0 ("x" "y")
          (block b0 (v0 v1)
            (let v6 (fixnum 0))
            (jump (b1 v6 v1)))
          (block b1 (v2 v3)
            (let v5 (primitive + v3 v2))
            (let v4 (add-small v2 1))
            (jump (b1 v4 v5))))
        "#);
    }

    #[test]
    fn updates_that_raise_pass_what_never_does() {
        let text = after(
            &[delay_updates],
            r#"(procedure "p" 2 0 #f 0 ("x" "y")
              (block b0 (v0 v1) (jump (b1 v0 v1)))
              (block b1 (v2 v3)
                (let v4 (add-small v2 1))
                (let v5 (primitive cons v3 v2))
                (jump (b1 v4 v5))))"#,
        );
        let order = |what: &str| text.find(what).unwrap();
        assert!(order("cons") < order("add-small"), "{text}");
    }

    /// Found in `delayed-update-raises-late`: `vector-ref` raised what `+` should have.
    #[test]
    fn updates_that_raise_do_not_pass_what_raises() {
        for passed in [
            "(primitive vector-ref v3 v2)",
            "(primitive + v3 v2)",
            "(primitive car v2)",
            "(add-small v2 2)",
        ] {
            let before = format!(
                r#"(procedure "p" 2 0 #f 0 ("x" "y")
  (block b0 (v0 v1)
    (jump (b1 v0 v1)))
  (block b1 (v2 v3)
    (let v4 (add-small v2 1))
    (let v5 {passed})
    (jump (b1 v4 v5))))
"#
            );
            assert_eq!(after(&[delay_updates], &before), before);
        }
    }

    #[test]
    fn updates_do_not_pass_calls() {
        let before = r#"(procedure "p" 2 0 #f 0 ("x" "y")
  (block b0 (v0 v1)
    (jump (b1 v0 v1)))
  (block b1 (v2 v3)
    (let v4 (add-small v2 1))
    (let v5 (call v3 v2))
    (jump (b1 v4 v5))))
"#;
        assert_eq!(after(&[delay_updates], before), before);
    }
}
