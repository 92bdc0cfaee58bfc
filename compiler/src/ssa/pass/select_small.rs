//! Small operands: operations on constants take the form that holds the constant.
//!
//! Before: any unit. After: an addition, a subtraction, a comparison or an identity test has the
//! form for its constant operand, if there is such a form. A branch on a boolean that was just
//! computed tests what the boolean tells.
//!
//! Claim: the form that holds the constant gives, or raises, what the primitive does, for operands
//! of all kinds. A sum exchanges its operands. A difference of a constant other than zero is the
//! sum with the negative constant. A comparison is mirrored, and never negated, because
//! not-a-number fails both. Errors name the operand that was written. `tests/rewrites/rules.rs`
//! runs every rule on numbers of all kinds.
//!
//! ```text
//! v1 = word 1; v2 = + v0 v1         =>   v1 = word 1; v2 = add-small v0 1
//! v1 = null? v0; branch true v1     =>   v1 = null? v0; branch null? v0
//! ```

use abi::primitive::Primitive;
use abi::tag;

use crate::core::ir::SourcePlace;
use crate::id::IdVec;
use crate::rewrites::Rewrites;
use crate::ssa::ir::{Condition, Operation, Procedure, Terminator, Unit, ValueId};
use abi::type_test::type_test_of;

/// Selects small forms in all procedures of `unit`.
#[must_use]
pub fn select_small(mut unit: Unit) -> Unit {
    let mut procedures = std::mem::take(&mut unit.procedures);
    for procedure in &mut procedures {
        let definitions = definitions(&unit, procedure);
        select_in(procedure, &definitions, &mut unit.rewrites);
    }
    unit.procedures = procedures;
    unit
}

/// What is known of how a value is computed.
#[derive(Clone, Copy, Default)]
struct Known {
    /// Its word, if it is an immediate.
    word: Option<u64>,
    /// The test whose result it is.
    test: Option<(Primitive, ValueId, Option<ValueId>)>,
}

impl Known {
    fn small(self) -> Option<i16> {
        let word = self.word.filter(|&word| tag::is_fixnum(word))?;
        i16::try_from(tag::fixnum_value(word)).ok()
    }
}

fn definitions(unit: &Unit, procedure: &Procedure) -> IdVec<ValueId, Known> {
    let mut known = procedure.values.side_table(Known::default());
    for instruction in procedure
        .blocks
        .iter()
        .flat_map(|block| &block.instructions)
    {
        let Some(result) = instruction.result else {
            continue;
        };
        let known = &mut known[result];
        known.word = unit.immediate_word(&instruction.operation);
        if let Operation::Primitive(primitive, operands) = &instruction.operation
            && (type_test_of(*primitive).is_some()
                || matches!(primitive, Primitive::IsEq | Primitive::Not))
        {
            known.test = Some((*primitive, operands[0], operands.get(1).copied()));
        }
    }
    known
}

fn select_in(procedure: &mut Procedure, known: &IdVec<ValueId, Known>, rewrites: &mut Rewrites) {
    for block in &mut procedure.blocks {
        for instruction in &mut block.instructions {
            if let Operation::Primitive(primitive, operands) = &instruction.operation
                && let [a, b] = operands[..]
                && let Some(selected) = arithmetic(*primitive, a, b, known)
                && rewrites.allow()
            {
                name_operand(&mut instruction.place, b, operand_of_sum(&selected));
                instruction.operation = selected;
            }
        }
        if let Terminator::Branch(condition, yes, no) = &mut block.terminator {
            while let Condition::True(value) = condition
                && let Some((Primitive::Not, operand, _)) = known[*value].test
                && rewrites.allow()
            {
                *condition = Condition::True(operand);
                std::mem::swap(yes, no);
            }
            let selected = select_condition(condition.clone(), known);
            if selected != *condition && rewrites.allow() {
                if let (Condition::Compare(_, _, b), Condition::CompareSmall(_, left, _)) =
                    (&*condition, &selected)
                {
                    name_operand(&mut block.place, *b, Some(*left));
                }
                *condition = selected;
            }
        }
    }
}

/// Lets errors name the second operand if that is the one left.
fn name_operand(place: &mut SourcePlace, second: ValueId, left: Option<ValueId>) {
    if left == Some(second) {
        place.written = place.written.with_argument_if_open(2);
    }
}

fn operand_of_sum(selected: &Operation) -> Option<ValueId> {
    match selected {
        Operation::AddSmall(operand, _) => Some(*operand),
        _ => None,
    }
}

fn arithmetic(
    primitive: Primitive,
    a: ValueId,
    b: ValueId,
    known: &IdVec<ValueId, Known>,
) -> Option<Operation> {
    let small = |value: ValueId| known[value].small();
    match primitive {
        Primitive::Add => small(b)
            .map(|constant| Operation::AddSmall(a, constant))
            .or_else(|| small(a).map(|constant| Operation::AddSmall(b, constant))),
        // Zero has no negative: -0.0 less 0 is -0.0, but -0.0 and 0 are 0.0.
        Primitive::Subtract => {
            let constant = small(b).filter(|&constant| constant != 0)?;
            Some(Operation::AddSmall(a, constant.checked_neg()?))
        }
        _ => None,
    }
}

fn select_condition(condition: Condition, known: &IdVec<ValueId, Known>) -> Condition {
    let of = |value: ValueId| known[value];
    match condition {
        Condition::True(value) => match of(value).test {
            Some((Primitive::IsEq, a, Some(b))) => select_condition(Condition::Eq(a, b), known),
            Some((primitive, operand, _)) => {
                type_test_of(primitive).map_or(condition, |test| Condition::Type(test, operand))
            }
            None => condition,
        },
        Condition::Eq(a, b) => half_word(of(b))
            .map(|word| Condition::EqWord(a, word))
            .or_else(|| half_word(of(a)).map(|word| Condition::EqWord(b, word)))
            .unwrap_or(condition),
        Condition::Compare(comparison, a, b) => of(b)
            .small()
            .map(|small| Condition::CompareSmall(comparison, a, small))
            .or_else(|| {
                let small = of(a).small()?;
                Some(Condition::CompareSmall(comparison.mirrored(), b, small))
            })
            .unwrap_or(condition),
        other => other,
    }
}

fn half_word(known: Known) -> Option<i32> {
    i32::try_from(known.word? as i64).ok()
}

#[cfg(test)]
mod tests {
    use super::select_small;
    use crate::ssa::golden::after;

    #[test]
    fn operations_on_constants_hold_them() {
        let text = after(
            &[select_small],
            r#"(procedure "f" 1 0 #f 0 ("x")
              (block b0 (v0)
                (let v1 (fixnum 1))
                (let v2 (primitive - v0 v1))
                (let v3 (primitive null? v2))
                (branch (true v3) (b1) (b2)))
              (block b1 () (branch (compare < v1 v2) (b2) (b3)))
              (block b2 () (let v4 (fixnum 100000)) (let v5 (primitive + v2 v4)) (return v5))
              (block b3 () (return v2)))"#,
        );
        insta::assert_snapshot!(text, @r#"
        (procedure "f" 1 0 #f 0 ("x")
          (block b0 (v0)
            (let v1 (fixnum 1))
            (let v2 (add-small v0 -1))
            (let v3 (primitive null? v2))
            (branch (type null? v2) (b1) (b2)))
          (block b1 ()
            (branch (compare-small > v2 1) (b2) (b3)))
          (block b2 ()
            (let v4 (fixnum 100000))
            (let v5 (primitive + v2 v4))
            (return v5))
          (block b3 ()
            (return v2)))
        "#);
    }

    #[test]
    fn constants_that_are_large_or_subtracted_from_keep_their_operation() {
        let before = r#"(literals (datum 1.5))
(procedure "f" 1 0 #f 0 ("x")
  (block b0 (v0)
    (let v1 (fixnum 40000))
    (let v2 (literal 0))
    (let v3 (fixnum -32768))
    (let v4 (primitive + v0 v1))
    (let v5 (primitive + v4 v2))
    (let v6 (primitive - v5 v3))
    (let v7 (fixnum 1))
    (let v8 (primitive - v7 v6))
    (branch (compare < v8 v1) (b1) (b2)))
  (block b1 ()
    (return v8))
  (block b2 ()
    (branch (compare < v8 v2) (b1) (b3)))
  (block b3 ()
    (return v0)))
"#;
        assert_eq!(after(&[select_small], before), before);
    }

    #[test]
    fn zero_is_not_added_where_it_was_subtracted() {
        // The sum of -0.0 and zero is no -0.0, and the difference is.
        let before = r#"(procedure "f" 1 0 #f 0 ("x")
  (block b0 (v0)
    (let v1 (fixnum 0))
    (let v2 (primitive - v0 v1))
    (return v2)))
"#;
        assert_eq!(after(&[select_small], before), before);
    }
}
