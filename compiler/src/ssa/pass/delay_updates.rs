//! Delayed updates: the next value of a loop variable is computed after the last use of its old value,
//! so that it can take the old one's slot.
//!
//! Before: edges are split. After: where arithmetic computes an argument of a block's jump from the
//! parameter that it is for, and only arithmetic stands between it and a later use of that
//! parameter, it follows that use. (Which of two operations raises first is not defined by the order of
//! operands in a call.)
//!
//! ```text
//! b1(v1 v2): v3 = add-small v1 1; v4 = + v2 v1; jump b1(v3 v4)
//!   =>  b1(v1 v2): v4 = + v2 v1; v3 = add-small v1 1; jump b1(v3 v4)
//! ```

use abi::primitive::{Effect, Primitive, PrimitiveClass};

use crate::rewrites::Rewrites;
use crate::ssa::ir::{
    Block, Instruction, Operation, Procedure, RawUnary, Terminator, Unit, ValueId,
};

/// Delays updates in all procedures of `unit`.
#[must_use]
pub fn delay_updates(mut unit: Unit) -> Unit {
    for procedure in &mut unit.procedures {
        delay_in(procedure, &mut unit.rewrites);
    }
    unit
}

fn delay_in(procedure: &mut Procedure, rewrites: &mut Rewrites) {
    for index in 0..procedure.blocks.len() {
        let Terminator::Jump(target) = &procedure.blocks[index].terminator else {
            continue;
        };
        let parameters = &procedure.blocks[target.block.0 as usize].parameters;
        let updates: Vec<(ValueId, ValueId)> = parameters
            .iter()
            .copied()
            .zip(target.arguments.iter().copied())
            .filter(|(parameter, argument)| parameter != argument)
            .collect();
        for (parameter, argument) in updates {
            delay(&mut procedure.blocks[index], parameter, argument, rewrites);
        }
    }
}

fn delay(block: &mut Block, parameter: ValueId, argument: ValueId, rewrites: &mut Rewrites) {
    let instructions = &mut block.instructions;
    let Some(at) = instructions
        .iter()
        .position(|each| each.result == Some(argument))
    else {
        return;
    };
    if !is_arithmetic(&instructions[at].operation) || !uses(&instructions[at], parameter) {
        return;
    }
    let after = &instructions[at + 1..];
    let Some(last_use) = after.iter().rposition(|each| uses(each, parameter)) else {
        return;
    };
    let passed = &after[..=last_use];
    if passed
        .iter()
        .all(|each| is_arithmetic(&each.operation) && !uses(each, argument))
        && rewrites.allow()
    {
        instructions[at..=at + 1 + last_use].rotate_left(1);
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
              (block b0 (v0 v1) (jump (b1 v0 v1)))
              (block b1 (v2 v3)
                (let v4 (add-small v2 1))
                (let v5 (primitive + v3 v2))
                (jump (b1 v4 v5))))"#,
        );
        insta::assert_snapshot!(text, @r#"
        (procedure "p" 2 0 #f 0 ("x" "y")
          (block b0 (v0 v1)
            (jump (b1 v0 v1)))
          (block b1 (v2 v3)
            (let v5 (primitive + v3 v2))
            (let v4 (add-small v2 1))
            (jump (b1 v4 v5))))
        "#);
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
