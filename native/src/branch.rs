//! Conditions, and booleans that are made of conditions.

use abi::primitive::Primitive;
use abi::tag;
use compiler::ssa::ir::{Comparison, Condition, ValueId};
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{Block, InstBuilder, Value, types};

use super::arithmetic::{Doubles, Operand, Ways};
use super::emitter::Emitter;

/// Distance of the bit in which the booleans differ from the lowest one.
const BOOLEAN_SHIFT: i64 = tag::BOOLEAN_BIT.trailing_zeros() as i64;

impl Emitter<'_, '_> {
    /// Jumps to `yes` if `condition` holds, else to `no`.
    pub(super) fn branch(&mut self, condition: &Condition, yes: Block, no: Block) {
        let holds = match *condition {
            Condition::True(value) => {
                if let Some((predicate, operands)) = self.fused.take() {
                    return self.branch_on_predicate(predicate, operands, yes, no);
                }
                let word = self.get(value);
                let is_false = self.is_word(word, tag::FALSE);
                self.code.ins().brif(is_false, no, &[], yes, &[]);
                return;
            }
            Condition::Type(test, value) => {
                let word = self.get(value);
                return self.branch_on_test(test, word, yes, no);
            }
            Condition::Eq(a, b) => self.is_same(a, b),
            Condition::EqWord(value, word) => {
                let found = self.get(value);
                self.is_word(found, i64::from(word).cast_unsigned())
            }
            Condition::Compare(comparison, a, b) => {
                let (comparison, a, b) = comparison.without_greater(a, b);
                let operands = [self.operand(a), self.operand(b)];
                return self.compare(comparison, operands, yes, no);
            }
            Condition::CompareSmall(comparison, value, small) => {
                let operands = [self.operand(value), self.small_operand(i64::from(small))];
                return self.compare(comparison, operands, yes, no);
            }
            Condition::CompareF64(comparison, a, b) => {
                let (a, b) = (self.get(a), self.get(b));
                self.code.ins().fcmp(of_doubles(comparison), a, b)
            }
            Condition::CompareI64(comparison, a, b) => {
                let (a, b) = (self.get(a), self.get(b));
                self.code.ins().icmp(signed(comparison), a, b)
            }
            Condition::CompareU64(comparison, a, b) => {
                let (a, b) = (self.get(a), self.get(b));
                self.code.ins().icmp(unsigned(comparison), a, b)
            }
        };
        self.code.ins().brif(holds, yes, &[], no, &[]);
    }

    fn is_same(&mut self, a: ValueId, b: ValueId) -> Value {
        if let Some(word) = self.word_of(b) {
            let a = self.get(a);
            return self.is_word(a, word);
        }
        let (a, b) = (self.get(a), self.get(b));
        self.code.ins().icmp(IntCC::Equal, a, b)
    }

    /// Compares tagged numbers.
    fn compare(&mut self, comparison: Comparison, operands: [Operand; 2], yes: Block, no: Block) {
        let mut ways = Ways::default();
        let [a, b] = operands;
        let doubles = Doubles::possible_if(a.kind.flonum || b.kind.flonum);
        if doubles == Doubles::Possible && (a.is_no_integer() || b.is_no_integer()) {
            let [x, y] = self.require_doubles(operands, &mut ways);
            let holds = self.code.ins().fcmp(of_doubles(comparison), x, y);
            self.code.ins().brif(holds, yes, &[], no, &[]);
        } else {
            self.require_fixnums(operands, doubles, &mut ways);
            let holds = self.code.ins().icmp(signed(comparison), a.word, b.word);
            self.code.ins().brif(holds, yes, &[], no, &[]);
        }
        if let Some(other) = ways.other {
            self.start(other);
            let [x, y] = self.require_doubles(operands, &mut ways);
            let holds = self.code.ins().fcmp(of_doubles(comparison), x, y);
            self.code.ins().brif(holds, yes, &[], no, &[]);
        }
        if let Some(slow) = ways.slow {
            self.start(slow);
            let primitive = primitive_of(comparison);
            let boolean = self.call_primitive(primitive, &[a.word, b.word]);
            let is_false = self.is_word(boolean, tag::FALSE);
            self.code.ins().brif(is_false, no, &[], yes, &[]);
        }
    }

    /// The boolean of a condition.
    pub(super) fn boolean_of(&mut self, condition: &Condition) -> Value {
        let simple = match *condition {
            Condition::Eq(a, b) => Some(self.is_same(a, b)),
            Condition::True(value) => {
                let word = self.get(value);
                let word_of_false = tag::FALSE.cast_signed();
                Some(
                    self.code
                        .ins()
                        .icmp_imm_s(IntCC::NotEqual, word, word_of_false),
                )
            }
            _ => None,
        };
        if let Some(holds) = simple {
            return self.boolean(holds);
        }
        let (yes, no) = (self.next_block(), self.next_block());
        let (merge, result) = self.merge_block(types::I64);
        self.branch(condition, yes, no);
        for (block, word) in [(yes, tag::TRUE), (no, tag::FALSE)] {
            self.start(block);
            let word = self.word(word);
            self.jump_with(merge, word);
        }
        self.start(merge);
        result
    }

    /// `#t` or `#f`.
    fn boolean(&mut self, holds: Value) -> Value {
        let bit = self.code.ins().uextend(types::I64, holds);
        let bit = self.code.ins().ishl_imm_s(bit, BOOLEAN_SHIFT);
        self.code.ins().bor_imm_s(bit, tag::FALSE.cast_signed())
    }

    /// `not`.
    pub(super) fn not(&mut self, value: ValueId) -> Value {
        let word = self.get(value);
        let holds = self.is_word(word, tag::FALSE);
        self.boolean(holds)
    }
}

const fn primitive_of(comparison: Comparison) -> Primitive {
    match comparison {
        Comparison::Equal => Primitive::NumberEqual,
        Comparison::Less => Primitive::Less,
        Comparison::LessEqual => Primitive::LessEqual,
        Comparison::Greater => Primitive::Greater,
        Comparison::GreaterEqual => Primitive::GreaterEqual,
    }
}

const fn signed(comparison: Comparison) -> IntCC {
    match comparison {
        Comparison::Equal => IntCC::Equal,
        Comparison::Less => IntCC::SignedLessThan,
        Comparison::LessEqual => IntCC::SignedLessThanOrEqual,
        Comparison::Greater => IntCC::SignedGreaterThan,
        Comparison::GreaterEqual => IntCC::SignedGreaterThanOrEqual,
    }
}

const fn unsigned(comparison: Comparison) -> IntCC {
    match comparison {
        Comparison::Equal => IntCC::Equal,
        Comparison::Less => IntCC::UnsignedLessThan,
        Comparison::LessEqual => IntCC::UnsignedLessThanOrEqual,
        Comparison::Greater => IntCC::UnsignedGreaterThan,
        Comparison::GreaterEqual => IntCC::UnsignedGreaterThanOrEqual,
    }
}

const fn of_doubles(comparison: Comparison) -> FloatCC {
    match comparison {
        Comparison::Equal => FloatCC::Equal,
        Comparison::Less => FloatCC::LessThan,
        Comparison::LessEqual => FloatCC::LessThanOrEqual,
        Comparison::Greater => FloatCC::GreaterThan,
        Comparison::GreaterEqual => FloatCC::GreaterThanOrEqual,
    }
}
