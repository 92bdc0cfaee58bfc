//! Procedure cloning: a procedure gets a copy for the calls that give it flonums.
//!
//! Before: any unit. After: a parameter may not always be a flonum, while some known calls
//! (recursive ones above all) give it a flonum. These calls go to a copy whose parameter always is
//! a flonum.
//!
//! ```text
//! fib: v1 = v0 - 1.0; v2 = call-known fib v1; ...
//!   =>  fib: v1 = v0 - 1.0; v2 = call-known fib' v1; ...    fib': v1 = v0 - 1.0; v2 = call-known fib' v1; ...
//! ```
//!
//! # Claim
//!
//! A copy is the same procedure under another number. A call that goes to the copy gives the same
//! arguments in the same order. Only procedures without free variables are copied, and no closure
//! is made of a copy.

use std::collections::BTreeMap;

use abi::primitive::Primitive;

use crate::id::{Id, IdVec};
use crate::ssa::analysis::{
    KeptTypes, Type, UnitTypes, each_known_call_with_place, mentions_flonums,
};
use crate::ssa::ir::{
    Callee, Condition, InstructionPlace, Operation, Procedure, ProcedureId, Terminator, Unit,
    ValueId,
};

/// Procedures with more instructions are not copied.
const INSTRUCTIONS_MAX: usize = 150;
/// Parameters beyond these are not looked at.
const PARAMETERS_MAX: usize = 32;

/// Copies procedures of `unit`.
#[must_use]
pub fn clone_procedures(mut unit: Unit, kept: &mut KeptTypes) -> Unit {
    if !mentions_flonums(&unit) {
        return unit;
    }
    let calls = kept.with(&unit, |_, types| Calls::new(&unit, types));
    let mut rewrites = unit.rewrites;
    let mut clones = Vec::new();
    let mut clone_of = unit.procedures.side_table(None);
    for (id, clone) in clone_of.entries_mut().skip(1) {
        if let Some(mask) = calls.worth_cloning(&unit, id)
            && rewrites.allow()
        {
            let index = unit.procedures.len() + clones.len();
            clones.push(unit.procedures[id].clone());
            *clone = Some((ProcedureId::from_index(index), mask));
        }
    }
    if clones.is_empty() {
        return unit;
    }
    // A copy's calls are where the calls of its original are.
    let sources: Vec<ProcedureId> = (clone_of.ids())
        .chain(clone_of.ids().filter(|&id| clone_of[id].is_some()))
        .collect();
    unit.rewrites = rewrites;
    unit.procedures.extend(clones);
    for (procedure, source) in unit.procedures.iter_mut().zip(sources) {
        for_each_callee(procedure, |place, callee| {
            let Some((clone, mask)) = clone_of.get(*callee).copied().flatten() else {
                return;
            };
            if calls.masks[source]
                .get(&place)
                .is_some_and(|given| given & mask == mask)
            {
                *callee = clone;
            }
        });
    }
    unit
}

/// Which parameters: a bit each.
type Mask = u32;
/// What known calls give.
struct Calls {
    /// For each procedure the calls in it: which arguments are flonums.
    masks: IdVec<ProcedureId, BTreeMap<InstructionPlace, Mask>>,
    /// For each procedure how often calls give it what is worth more than what all calls give.
    better: IdVec<ProcedureId, BTreeMap<Mask, u32>>,
}

impl Calls {
    fn new(unit: &Unit, types: &UnitTypes<'_>) -> Self {
        let mut calls = Self {
            masks: unit.procedures.side_table(BTreeMap::new()),
            better: unit.procedures.side_table(BTreeMap::new()),
        };
        let always = |callee: ProcedureId| {
            let parameters = unit.procedures[callee].parameters();
            let of = |value| types.procedures[callee].of(value);
            mask_of(parameters.iter().map(|&parameter| of(parameter)))
        };
        for (id, procedure) in unit.procedures.entries() {
            each_known_call_with_place(procedure, |place, callee, arguments| {
                let of = |&value: &ValueId| types.procedures[id].at(value, place);
                let given = mask_of(arguments.iter().map(of));
                calls.masks[id].insert(place, given);
                let better = given & !always(callee);
                if better != 0 {
                    *calls.better[callee].entry(better).or_default() += 1;
                }
            });
        }
        calls
    }

    /// The parameters that are flonums in the copy that a procedure is to get.
    fn worth_cloning(&self, unit: &Unit, id: ProcedureId) -> Option<Mask> {
        let procedure = &unit.procedures[id];
        let instructions: usize = procedure
            .blocks
            .iter()
            .map(|block| block.instructions.len() + 1)
            .sum();
        let is_simple = procedure.free == 0 && procedure.optional == 0 && !procedure.rest;
        if !is_simple || instructions > INSTRUCTIONS_MAX {
            return None;
        }
        let most = self.better[id].iter().max_by_key(|&(_, &count)| count);
        most.map(|(&mask, _)| mask)
            .filter(|&mask| uses_as_number(procedure, mask))
    }
}

fn mask_of(types: impl Iterator<Item = Type>) -> Mask {
    let numbered = (0..PARAMETERS_MAX).zip(types);
    numbered
        .filter(|(_, known)| known.is_flonum())
        .fold(0, |mask, (index, _)| mask | 1 << index)
}

/// Whether the procedure computes with or compares one of these parameters.
fn uses_as_number(procedure: &Procedure, mask: Mask) -> bool {
    let wanted: Vec<ValueId> = (0..PARAMETERS_MAX)
        .zip(procedure.parameters())
        .filter(|(index, _)| mask >> index & 1 == 1)
        .map(|(_, &parameter)| parameter)
        .collect();
    let mut found = false;
    let mut look = |value: ValueId| found |= wanted.contains(&value);
    for block in &procedure.blocks {
        for instruction in &block.instructions {
            match &instruction.operation {
                Operation::AddSmall(value, _) => look(*value),
                Operation::Primitive(
                    Primitive::Add | Primitive::Subtract | Primitive::Multiply | Primitive::Divide,
                    operands,
                ) => operands.iter().copied().for_each(&mut look),
                _ => {}
            }
        }
        if let Terminator::Branch(condition, ..) = &block.terminator
            && let Condition::Compare(..) | Condition::CompareSmall(..) = condition
        {
            condition.each_use(&mut look);
        }
    }
    found
}

fn for_each_callee(
    procedure: &mut Procedure,
    mut visit: impl FnMut(InstructionPlace, &mut ProcedureId),
) {
    for (id, block) in procedure.blocks.entries_mut() {
        for (index, instruction) in block.instructions.iter_mut().enumerate() {
            if let Operation::CallKnown(callee, ..) = &mut instruction.operation {
                visit((id, index), callee);
            }
        }
        if let Terminator::TailCallKnown(callee, ..)
        | Terminator::CallReceive {
            callee: Callee::Known(callee, _),
            ..
        } = &mut block.terminator
        {
            visit((id, block.instructions.len()), callee);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{KeptTypes, clone_procedures};
    use crate::ssa::golden::after;

    fn cloned(text: &str) -> String {
        after(
            &[|unit| clone_procedures(unit, &mut KeptTypes::default())],
            text,
        )
    }

    #[test]
    fn recursive_calls_with_flonums_go_to_a_copy() {
        let text = cloned(
            r#"(literals (datum 1.5))
            (procedure "main" 1 0 #f 0 ("n") (block b0 (v0) (tail-call-known 1 #f v0)))
            (procedure "f" 1 0 #f 0 ("n")
              (block b0 (v0) (let v1 (literal 0)) (branch (compare < v0 v1) (b1) (b2)))
              (block b1 () (return v0))
              (block b2 ()
                (let v2 (primitive - v0 v1))
                (let v3 (call-known 1 #f v2))
                (let v4 (primitive + v3 v0))
                (return v4)))"#,
        );
        insta::assert_snapshot!(text, @r#"
        (literals (datum 1.5))
        (procedure "main" 1 0 #f 0 ("n")
          (block b0 (v0)
            (tail-call-known 1 #f v0)))
        (procedure "f" 1 0 #f 0 ("n")
          (block b0 (v0)
            (let v1 (literal 0))
            (branch (compare < v0 v1) (b1) (b2)))
          (block b1 ()
            (return v0))
          (block b2 ()
            (let v2 (primitive - v0 v1))
            (let v3 (call-known 2 #f v2))
            (let v4 (primitive + v3 v0))
            (return v4)))
        (procedure "f" 1 0 #f 0 ("n")
          (block b0 (v0)
            (let v1 (literal 0))
            (branch (compare < v0 v1) (b1) (b2)))
          (block b1 ()
            (return v0))
          (block b2 ()
            (let v2 (primitive - v0 v1))
            (let v3 (call-known 2 #f v2))
            (let v4 (primitive + v3 v0))
            (return v4)))
        "#);
    }

    #[test]
    fn calls_with_what_is_not_known_share_one_procedure() {
        let before = r#"(literals (datum 1.5))
(procedure "main" 1 0 #f 0 ("n")
  (block b0 (v0)
    (tail-call-known 1 #f v0)))
(procedure "f" 1 0 #f 0 ("n")
  (block b0 (v0)
    (let v1 (literal 0))
    (let v2 (primitive cons v0 v1))
    (let v3 (primitive car v2))
    (tail-call-known 1 #f v3)))
"#;
        assert_eq!(cloned(before), before);
    }
}
