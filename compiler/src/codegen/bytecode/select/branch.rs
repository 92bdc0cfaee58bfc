//! Branches on conditions, and on their opposites. With not-a-number, the opposite of a relation is
//! not another relation.

use abi::isa::{BranchOffset, Instruction, RawLocal, Small, TestOperand, Word32};
use abi::type_test::TypeTest;

use super::procedure::Selector;
use crate::codegen::bytecode::assembler::Label;
use crate::ssa::ir::{Comparison, Condition, ValueId};

/// Filled in when the label is bound.
const OFFSET: BranchOffset = BranchOffset(0);

/// Picks the instruction for a condition or its opposite.
macro_rules! pick {
    ($holds:expr, $yes:ident, $no:ident, $fields:tt) => {
        if $holds { pick!(@build $yes $fields) } else { pick!(@build $no $fields) }
    };
    (@build $name:ident { $($field:ident),* }) => {
        Instruction::$name { $($field,)* offset: OFFSET }
    };
}

impl Selector<'_, '_> {
    /// Branches to `label` if `condition` holds.
    pub(super) fn branch_if(&mut self, condition: &Condition, label: Label) {
        let branch = self.branch(condition, true);
        self.assembler.emit_branch(branch, label);
    }

    /// Branches to `label` unless `condition` holds.
    pub(super) fn branch_unless(&mut self, condition: &Condition, label: Label) {
        let branch = self.branch(condition, false);
        self.assembler.emit_branch(branch, label);
    }

    /// The branch, yet without its distance, that is taken if `condition` holds or does not.
    pub(super) fn branch(&self, condition: &Condition, holds: bool) -> Instruction {
        match *condition {
            Condition::True(src) => {
                let src = self.local(src);
                pick!(holds, BranchTrue, BranchFalse, { src })
            }
            Condition::Type(test, src) => {
                let src = self.local(src);
                let code = TestOperand(test as u8);
                match test {
                    TypeTest::Null => pick!(holds, BranchNull, BranchNotNull, { src }),
                    TypeTest::Pair => pick!(holds, BranchPair, BranchNotPair, { src }),
                    _ if holds => Instruction::BranchType {
                        src,
                        test: code,
                        offset: OFFSET,
                    },
                    _ => Instruction::BranchNotType {
                        src,
                        test: code,
                        offset: OFFSET,
                    },
                }
            }
            Condition::Eq(a, b) => {
                let (a, b) = (self.local(a), self.local(b));
                pick!(holds, BranchEq, BranchNotEq, { a, b })
            }
            Condition::EqWord(a, word) => {
                let (a, word) = (self.local(a), Word32(word));
                pick!(holds, BranchEqWord, BranchNotEqWord, { a, word })
            }
            Condition::Compare(comparison, a, b) => self.compare(comparison, a, b, holds),
            Condition::CompareSmall(comparison, a, value) => {
                self.compare_small(comparison, a, value, holds)
            }
            Condition::CompareF64(comparison, a, b) => self.compare_f64(comparison, a, b, holds),
            Condition::CompareI64(comparison, a, b) => self.compare_i64(comparison, a, b, holds),
            Condition::CompareU64(comparison, a, b) => self.compare_u64(comparison, a, b, holds),
        }
    }

    fn compare(&self, comparison: Comparison, a: ValueId, b: ValueId, holds: bool) -> Instruction {
        let (comparison, a, b) = comparison.without_greater(a, b);
        let (a, b) = (self.local(a), self.local(b));
        match comparison {
            Comparison::Equal => pick!(holds, BranchEqual, BranchNotEqual, { a, b }),
            Comparison::Less => pick!(holds, BranchLess, BranchNotLess, { a, b }),
            _ => pick!(holds, BranchLessEqual, BranchNotLessEqual, { a, b }),
        }
    }

    fn compare_small(
        &self,
        comparison: Comparison,
        a: ValueId,
        value: i16,
        holds: bool,
    ) -> Instruction {
        let (a, value) = (self.local(a), Small(value));
        match comparison {
            Comparison::Equal => pick!(holds, BranchEqualSmall, BranchNotEqualSmall, { a, value }),
            Comparison::Less => pick!(holds, BranchLessSmall, BranchNotLessSmall, { a, value }),
            Comparison::LessEqual => {
                pick!(holds, BranchLessEqualSmall, BranchNotLessEqualSmall, { a, value })
            }
            Comparison::Greater => {
                pick!(holds, BranchGreaterSmall, BranchNotGreaterSmall, { a, value })
            }
            Comparison::GreaterEqual => {
                pick!(holds, BranchGreaterEqualSmall, BranchNotGreaterEqualSmall, { a, value })
            }
        }
    }

    fn compare_f64(
        &self,
        comparison: Comparison,
        a: ValueId,
        b: ValueId,
        holds: bool,
    ) -> Instruction {
        let (comparison, a, b) = self.raw_operands(comparison, a, b);
        match comparison {
            Comparison::Equal => pick!(holds, BranchF64Equal, BranchNotF64Equal, { a, b }),
            Comparison::Less => pick!(holds, BranchF64Less, BranchNotF64Less, { a, b }),
            _ => pick!(holds, BranchF64LessEqual, BranchNotF64LessEqual, { a, b }),
        }
    }

    fn compare_i64(
        &self,
        comparison: Comparison,
        a: ValueId,
        b: ValueId,
        holds: bool,
    ) -> Instruction {
        let (comparison, a, b) = self.raw_operands(comparison, a, b);
        match comparison {
            Comparison::Equal => pick!(holds, BranchI64Equal, BranchNotI64Equal, { a, b }),
            Comparison::Less => pick!(holds, BranchI64Less, BranchNotI64Less, { a, b }),
            _ => pick!(holds, BranchI64LessEqual, BranchNotI64LessEqual, { a, b }),
        }
    }

    fn compare_u64(
        &self,
        comparison: Comparison,
        a: ValueId,
        b: ValueId,
        holds: bool,
    ) -> Instruction {
        let (comparison, a, b) = self.raw_operands(comparison, a, b);
        match comparison {
            Comparison::Equal => pick!(holds, BranchI64Equal, BranchNotI64Equal, { a, b }),
            Comparison::Less => pick!(holds, BranchU64Less, BranchNotU64Less, { a, b }),
            _ => pick!(holds, BranchU64LessEqual, BranchNotU64LessEqual, { a, b }),
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
