//! Closures are filled before anything may collect.
//!
//! The free variables of a closure that was just made are words without meaning. The collector must
//! not see them. So nothing that may collect stands between `make-closure` and the last
//! `closure-init` of a closure, and both are in one block. (Conversions allocate and never collect.
//! The check of a claim does neither.)

use abi::primitive::{Primitive, PrimitiveClass};

use super::violation::ViolationKind;
use crate::ssa::ir::{Block, Operation, ValueId};
use crate::ssa::primitive_facts::is_arithmetic;

/// Calls `report` with each closure of `block` that something may see before it is filled.
pub(super) fn check_closures(block: &Block, mut report: impl FnMut(ViolationKind)) {
    let mut unfilled: Vec<(ValueId, Vec<u16>)> = Vec::new();
    for instruction in &block.instructions {
        match (&instruction.operation, instruction.result) {
            (&Operation::MakeClosure(_, free), Some(made)) if free > 0 => {
                unfilled.push((made, (0..free).collect()));
            }
            (Operation::ClosureInit(closure, index, _), _) => {
                for (_, indices) in unfilled.iter_mut().filter(|(made, _)| made == closure) {
                    indices.retain(|missing| missing != index);
                }
                unfilled.retain(|(_, indices)| !indices.is_empty());
            }
            (operation, _) if may_collect(operation) => report_all(&mut unfilled, &mut report),
            _ => {}
        }
    }
    report_all(&mut unfilled, &mut report);
}

fn report_all(unfilled: &mut Vec<(ValueId, Vec<u16>)>, report: &mut impl FnMut(ViolationKind)) {
    for (made, _) in unfilled.drain(..) {
        report(ViolationKind::UnfilledClosure(made));
    }
}

/// Whether the collector may run during the operation, in some tier.
fn may_collect(operation: &Operation) -> bool {
    match operation {
        Operation::Primitive(Primitive::Void | Primitive::CheckClaim, _)
        | Operation::Literal(_)
        | Operation::Word(_)
        | Operation::Raw(_)
        | Operation::GlobalRef(_)
        | Operation::GlobalSet(..)
        | Operation::GlobalDefine(..)
        | Operation::CellRef(_)
        | Operation::CellSet(..)
        | Operation::CheckInitialized(..)
        | Operation::StaticClosure(_)
        | Operation::MakeClosure(..)
        | Operation::ClosureInit(..)
        | Operation::ClosureRef(..)
        | Operation::Raw1(..)
        | Operation::Raw2(..) => false,
        Operation::Primitive(primitive, _) => {
            primitive.class() == PrimitiveClass::Leaf
                || is_arithmetic(*primitive)
                || *primitive == Primitive::Capture
        }
        Operation::Poll
        | Operation::Call(..)
        | Operation::CallKnown(..)
        | Operation::CallHost(..)
        | Operation::AddSmall(..) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Id;
    use crate::ssa::parse::parse;
    use crate::ssa::verify::verify;

    /// What is wrong with a procedure that makes a closure and does this.
    fn kinds(instructions: &str) -> Vec<ViolationKind> {
        let text = format!(
            "(procedure \"f\" 1 0 #f 0 (\"x\")
               (block b0 (v0) (let v1 (make-closure 1 2)) {instructions} (return v1)))
             (procedure \"g\" 1 0 #f 2 (\"x\") (block b0 (v0 v1) (return v1)))"
        );
        let found = verify(&parse(&text).unwrap()).into_iter();
        found.map(|violation| violation.kind).collect()
    }

    const FILLED: &str = "(do (closure-init v1 0 v0)) (do (closure-init v1 1 v1))";

    #[test]
    fn closures_are_filled_at_once_or_behind_what_never_collects() {
        assert_eq!(kinds(FILLED), []);
        let others = "(let v2 (make-closure 1 2)) (let v3 (primitive cons v0 v0))
            (do (closure-init v1 1 v2)) (do (closure-init v2 0 v1)) (do (closure-init v2 1 v3))
            (do (closure-init v1 0 v3)) (do (poll))";
        assert_eq!(kinds(others), []);
    }

    #[test]
    fn nothing_that_may_collect_sees_a_closure_that_is_not_filled() {
        for between in [
            "(do (poll))",
            "(let v2 (call v0 v0))",
            "(let v2 (add-small v0 1))",
            "(let v2 (primitive + v0 v0))",
            "(let v2 (primitive list v0))",
        ] {
            let half = "(do (closure-init v1 0 v0))";
            let text = format!("{half} {between} (do (closure-init v1 1 v0))");
            assert_eq!(
                kinds(&text),
                [ViolationKind::UnfilledClosure(ValueId::new(1))],
                "{between}"
            );
            assert_eq!(kinds(&format!("{FILLED} {between}")), [], "{between}");
        }
    }

    #[test]
    fn closures_are_filled_in_the_block_that_makes_them() {
        let text = "(do (closure-init v1 1 v0))";
        assert_eq!(
            kinds(text),
            [ViolationKind::UnfilledClosure(ValueId::new(1))]
        );
    }
}
