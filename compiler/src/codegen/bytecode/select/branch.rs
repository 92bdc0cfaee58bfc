//! Branches on conditions, and on their opposites. With not-a-number, the opposite of a relation is
//! not another relation.

use abi::isa::{BranchOffset, Instruction, Local, MapOffset, RawLocal, Small, TestOperand, Word32};
use abi::type_test::TypeTest;

use super::procedure::Selector;
use crate::codegen::bytecode::assembler::Label;
use crate::ssa::ir::{Comparison, Condition, Truth, ValueId};

/// Filled in when the label is bound.
const OFFSET: BranchOffset = BranchOffset(0);
/// Filled in when the frame's map is known.
const MAP: MapOffset = MapOffset(0);

/// Picks the instruction for a condition or its opposite.
macro_rules! pick {
    ($truth:expr, $yes:ident, $no:ident, $fields:tt) => {
        match $truth {
            Truth::Holds => pick!(@build $yes $fields),
            Truth::Fails => pick!(@build $no $fields),
        }
    };
    (@build $name:ident { $($field:ident),* }) => {
        Instruction::$name { $($field,)* offset: OFFSET }
    };
}

/// Branches on whether `src` is true.
pub(in crate::codegen::bytecode) fn true_branch(src: Local, truth: Truth) -> Instruction {
    pick!(truth, BranchTrue, BranchFalse, { src })
}

/// Branches on what `src` is.
pub(in crate::codegen::bytecode) fn type_branch(
    kind: TypeTest,
    src: Local,
    truth: Truth,
) -> Instruction {
    let test = TestOperand(kind as u8);
    match kind {
        TypeTest::Null => pick!(truth, BranchNull, BranchNotNull, { src }),
        TypeTest::Pair => pick!(truth, BranchPair, BranchNotPair, { src }),
        _ => pick!(truth, BranchType, BranchNotType, { src, test }),
    }
}

/// Branches on whether two words are the same.
pub(in crate::codegen::bytecode) fn eq_branch(a: Local, b: Local, truth: Truth) -> Instruction {
    pick!(truth, BranchEq, BranchNotEq, { a, b })
}

/// Branches on a comparison of any numbers: a safepoint.
pub(in crate::codegen::bytecode) fn comparing_branch(
    comparison: Comparison,
    a: Local,
    b: Local,
    truth: Truth,
) -> Instruction {
    let (comparison, a, b) = comparison.without_greater(a, b);
    let map = MAP;
    match comparison {
        Comparison::Equal => pick!(truth, BranchEqual, BranchNotEqual, { a, b, map }),
        Comparison::Less => pick!(truth, BranchLess, BranchNotLess, { a, b, map }),
        _ => pick!(truth, BranchLessEqual, BranchNotLessEqual, { a, b, map }),
    }
}

impl Selector<'_, '_> {
    /// Branches to `label` if `condition` holds.
    pub(super) fn branch_if(&mut self, condition: &Condition, label: Label) {
        self.emit_branch(condition, Truth::Holds, label, None);
    }

    /// Branches to `label` unless `condition` holds.
    pub(super) fn branch_unless(&mut self, condition: &Condition, label: Label) {
        self.emit_branch(condition, Truth::Fails, label, None);
    }

    /// Branches to `label` if `condition` holds, or if it fails. A result in slot `kept` is not used up.
    pub(super) fn emit_branch(
        &mut self,
        condition: &Condition,
        truth: Truth,
        label: Label,
        kept: Option<u16>,
    ) {
        let branch = self.branch(condition, truth);
        let operands = match *condition {
            Condition::Compare(_, a, b) => [Some(a), Some(b)],
            Condition::CompareSmall(_, a, _) => [Some(a), None],
            _ => return self.assembler.emit_branch(branch, label),
        };
        let mut live = self.live();
        for operand in operands.into_iter().flatten() {
            self.make_live(operand, &mut live);
        }
        if let Some(kept) = kept {
            live.hold(kept, 1);
        }
        self.assembler.emit_safepoint_branch(branch, label, live);
    }

    /// The branch, yet without its distance, that is taken if `condition` holds, or if it fails.
    pub(super) fn branch(&self, condition: &Condition, truth: Truth) -> Instruction {
        match *condition {
            Condition::True(src) => true_branch(self.local(src), truth),
            Condition::Type(kind, src) => type_branch(kind, self.local(src), truth),
            Condition::Eq(a, b) => eq_branch(self.local(a), self.local(b), truth),
            Condition::EqWord(a, word) => {
                let (a, word) = (self.local(a), Word32(word));
                pick!(truth, BranchEqWord, BranchNotEqWord, { a, word })
            }
            Condition::Compare(comparison, a, b) => {
                comparing_branch(comparison, self.local(a), self.local(b), truth)
            }
            Condition::CompareSmall(comparison, a, value) => {
                self.compare_small(comparison, a, value, truth)
            }
            Condition::CompareF64(comparison, a, b) => self.compare_f64(comparison, a, b, truth),
            Condition::CompareI64(comparison, a, b) => self.compare_i64(comparison, a, b, truth),
            Condition::CompareU64(comparison, a, b) => self.compare_u64(comparison, a, b, truth),
        }
    }

    fn compare_small(
        &self,
        comparison: Comparison,
        a: ValueId,
        value: i16,
        truth: Truth,
    ) -> Instruction {
        let (a, value, map) = (self.local(a), Small(value), MAP);
        match comparison {
            Comparison::Equal => {
                pick!(truth, BranchEqualSmall, BranchNotEqualSmall, { a, value, map })
            }
            Comparison::Less => {
                pick!(truth, BranchLessSmall, BranchNotLessSmall, { a, value, map })
            }
            Comparison::LessEqual => {
                pick!(truth, BranchLessEqualSmall, BranchNotLessEqualSmall, { a, value, map })
            }
            Comparison::Greater => {
                pick!(truth, BranchGreaterSmall, BranchNotGreaterSmall, { a, value, map })
            }
            Comparison::GreaterEqual => {
                pick!(truth, BranchGreaterEqualSmall, BranchNotGreaterEqualSmall, { a, value, map })
            }
        }
    }

    fn compare_f64(
        &self,
        comparison: Comparison,
        a: ValueId,
        b: ValueId,
        truth: Truth,
    ) -> Instruction {
        let (comparison, a, b) = self.raw_operands(comparison, a, b);
        match comparison {
            Comparison::Equal => pick!(truth, BranchF64Equal, BranchNotF64Equal, { a, b }),
            Comparison::Less => pick!(truth, BranchF64Less, BranchNotF64Less, { a, b }),
            _ => pick!(truth, BranchF64LessEqual, BranchNotF64LessEqual, { a, b }),
        }
    }

    fn compare_i64(
        &self,
        comparison: Comparison,
        a: ValueId,
        b: ValueId,
        truth: Truth,
    ) -> Instruction {
        let (comparison, a, b) = self.raw_operands(comparison, a, b);
        match comparison {
            Comparison::Equal => pick!(truth, BranchI64Equal, BranchNotI64Equal, { a, b }),
            Comparison::Less => pick!(truth, BranchI64Less, BranchNotI64Less, { a, b }),
            _ => pick!(truth, BranchI64LessEqual, BranchNotI64LessEqual, { a, b }),
        }
    }

    fn compare_u64(
        &self,
        comparison: Comparison,
        a: ValueId,
        b: ValueId,
        truth: Truth,
    ) -> Instruction {
        let (comparison, a, b) = self.raw_operands(comparison, a, b);
        match comparison {
            Comparison::Equal => pick!(truth, BranchI64Equal, BranchNotI64Equal, { a, b }),
            Comparison::Less => pick!(truth, BranchU64Less, BranchNotU64Less, { a, b }),
            _ => pick!(truth, BranchU64LessEqual, BranchNotU64LessEqual, { a, b }),
        }
    }

    fn raw_operands(
        &self,
        comparison: Comparison,
        a: ValueId,
        b: ValueId,
    ) -> (Comparison, RawLocal, RawLocal) {
        let (comparison, a, b) = comparison.without_greater(a, b);
        (comparison, RawLocal(self.slot(a)), RawLocal(self.slot(b)))
    }
}
