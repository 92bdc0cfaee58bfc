//! Arithmetic on any numbers: fixnums and self-tagged flonums here, all others in a stub.
//!
//! ```text
//! fixnums?  ─ yes ─► machine arithmetic ─ fits ─► result
//!    │ no                    │ does not
//! flonums?  ─ yes ─► doubles ─ self-tagged ─► result
//!    │ no                    │ boxed
//!    └───────────────────────┴─► stub ─► result
//! ```
//!
//! Branches that the types of the operands rule out are left out.

use abi::primitive::Primitive;
use abi::tag::{self, TAG_BITS};
use compiler::ssa::analysis::{Range, Type};
use compiler::ssa::ir::ValueId;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, BlockArg, InstBuilder, Value, types};

use super::emitter::Emitter;
use super::type_test::Fixnums;

/// Integers that doubles represent exactly lie within this bound.
const EXACT_IN_DOUBLE: i64 = 1 << 53;

/// An operand: its word and what is known of it.
#[derive(Clone, Copy)]
pub(super) struct Operand {
    /// The word.
    pub(super) word: Value,
    /// Its type here.
    pub(super) kind: Type,
    /// The fixnum that it always is.
    pub(super) fixnum: Option<i64>,
}

impl Operand {
    /// Whether it is a fixnum.
    pub(super) fn is_fixnum(self) -> bool {
        self.kind
            .as_integer()
            .is_some_and(|range| range.is_within(Range::FIXNUM))
    }

    /// Whether it is known not to be negative.
    fn is_natural(self) -> bool {
        self.kind.as_integer().is_some_and(|range| range.low >= 0)
    }

    /// Whether it is known to be no exact integer.
    pub(super) fn is_no_integer(self) -> bool {
        self.kind.integer.is_none() && self.fixnum.is_none()
    }

    /// Whether it may be a flonum, or is a constant that stands for one.
    fn may_be_double(self) -> bool {
        self.kind.flonum || self.as_double().is_some()
    }

    fn as_double(self) -> Option<f64> {
        self.fixnum
            .filter(|value| value.abs() <= EXACT_IN_DOUBLE)
            .map(|value| value as f64)
    }
}

/// Whether the result of an operation on fixnums may be an integer that is no fixnum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Overflow {
    /// It may.
    Possible,
    /// It never is.
    Excluded,
}

impl Overflow {
    /// Excluded if the result `fits` a fixnum.
    fn possible_unless(fits: bool) -> Self {
        if fits { Self::Excluded } else { Self::Possible }
    }
}

/// Whether an operation has a path for operands of which not both are fixnums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubles {
    /// It has.
    Possible,
    /// It has none.
    Excluded,
}

impl Doubles {
    /// Possible if `are_possible`.
    pub(super) fn possible_if(are_possible: bool) -> Self {
        if are_possible {
            Self::Possible
        } else {
            Self::Excluded
        }
    }
}

/// The ways out of an operation's short path: blocks that are made when they are first needed.
#[derive(Clone, Copy, Default)]
pub(super) struct Ways {
    /// Where operands go that are not both fixnums.
    pub(super) other: Option<Block>,
    /// Where the stub is called.
    pub(super) slow: Option<Block>,
}

impl Ways {
    /// The slow path.
    pub(super) fn slow(&mut self, emitter: &mut Emitter<'_, '_>) -> Block {
        *self.slow.get_or_insert_with(|| emitter.cold_block())
    }

    /// The path of operands that are not both fixnums.
    pub(super) fn other(&mut self, emitter: &mut Emitter<'_, '_>, doubles: Doubles) -> Block {
        if doubles == Doubles::Excluded {
            return self.slow(emitter);
        }
        let other = || {
            if emitter.reach.mostly_doubles {
                emitter.next_block()
            } else {
                emitter.cold_block()
            }
        };
        *self.other.get_or_insert_with(other)
    }
}

/// A result, and the condition under which it is wrong, if it may be: the last check, so that the branch
/// on it leads straight to where the result is wanted.
#[derive(Clone, Copy)]
struct Quick {
    word: Value,
    is_wrong: Option<Value>,
}

impl From<Value> for Quick {
    fn from(word: Value) -> Self {
        Self {
            word,
            is_wrong: None,
        }
    }
}

impl Emitter<'_, '_> {
    /// An operand of an operation in the current block.
    pub(super) fn operand(&mut self, value: ValueId) -> Operand {
        let fixnum = self.word_of(value).filter(|&word| tag::is_fixnum(word));
        Operand {
            word: self.get(value),
            kind: self.type_at(value),
            fixnum: fixnum.map(tag::fixnum_value),
        }
    }

    /// A constant fixnum as an operand.
    pub(super) fn small_operand(&mut self, value: i64) -> Operand {
        let word = tag::fixnum(value).expect("small numbers are fixnums");
        Operand {
            word: self.word(word),
            kind: Type::integer(Range::only(i128::from(value))),
            fixnum: Some(value),
        }
    }

    /// Whether the result may be an integer that is no fixnum.
    fn overflow_of(&self, result: Option<ValueId>) -> Overflow {
        let kind = result.map(|result| self.types.of(result));
        kind.and_then(Type::as_integer)
            .map_or(Overflow::Possible, |range| {
                Overflow::possible_unless(range.is_within(Range::FIXNUM))
            })
    }

    /// A primitive of two numbers.
    pub(super) fn arithmetic(
        &mut self,
        primitive: Primitive,
        operands: [Operand; 2],
        result: Option<ValueId>,
    ) -> Value {
        let overflow = self.overflow_of(result);
        let (merge, value) = self.merge_block(types::I64);
        let mut ways = Ways::default();
        let doubles = Doubles::possible_if(
            has_double_path(primitive) && operands.iter().all(|each| each.may_be_double()),
        );
        if doubles == Doubles::Possible && operands.iter().any(|each| each.is_no_integer()) {
            let quick = self.on_doubles(primitive, operands, &mut ways);
            self.jump_with(merge, quick);
        } else {
            self.require_fixnums(operands, doubles, &mut ways);
            let quick = self.on_fixnums(primitive, operands, overflow, &mut ways);
            self.jump_if_right(merge, quick, &mut ways);
        }
        if let Some(other) = ways.other {
            self.start(other);
            let quick = self.on_doubles(primitive, operands, &mut ways);
            self.jump_with(merge, quick);
        }
        if let Some(slow) = ways.slow {
            self.start(slow);
            let word =
                self.call_primitive(primitive, [operands[0].word, operands[1].word].as_ref());
            self.jump_with(merge, word);
        }
        self.start(merge);
        value
    }

    /// Jumps to `merge` with a result, unless it is wrong.
    fn jump_if_right(&mut self, merge: Block, quick: Quick, ways: &mut Ways) {
        let Some(is_wrong) = quick.is_wrong else {
            return self.jump_with(merge, quick.word);
        };
        let slow = ways.slow(self);
        let arguments = [BlockArg::Value(quick.word)];
        self.code.ins().brif(is_wrong, slow, &[], merge, &arguments);
    }

    /// Goes on if both operands are fixnums.
    pub(super) fn require_fixnums(
        &mut self,
        operands: [Operand; 2],
        doubles: Doubles,
        ways: &mut Ways,
    ) {
        let [a, b] = operands;
        let tested = match (a.is_fixnum(), b.is_fixnum()) {
            (true, true) => return,
            (true, false) => b.word,
            (false, true) => a.word,
            (false, false) => self.code.ins().bor(a.word, b.word),
        };
        let rest = self.tag_of(tested);
        let other = ways.other(self, doubles);
        self.unless(rest, other);
    }

    fn on_fixnums(
        &mut self,
        primitive: Primitive,
        operands: [Operand; 2],
        overflow: Overflow,
        ways: &mut Ways,
    ) -> Quick {
        let [a, b] = operands;
        match primitive {
            Primitive::Add => self.add_fixnums(a, b, overflow),
            Primitive::Subtract => self.subtract_fixnums(a, b, overflow),
            Primitive::Multiply => self.multiply_fixnums(a, b, overflow),
            Primitive::Divide => self.divide_fixnums(a, b, ways),
            Primitive::Quotient => self.quotient(a, b, overflow, ways),
            Primitive::Remainder => self.remainder(a, b, ways).into(),
            Primitive::Modulo => self.modulo(a, b, ways).into(),
            Primitive::BitwiseAnd => self.code.ins().band(a.word, b.word).into(),
            Primitive::BitwiseIor => self.code.ins().bor(a.word, b.word).into(),
            Primitive::BitwiseXor => self.code.ins().bxor(a.word, b.word).into(),
            Primitive::ArithmeticShift => self.shift(a, b, ways).into(),
            _ => unreachable!("{} is no arithmetic", primitive.name()),
        }
    }

    fn add_fixnums(&mut self, a: Operand, b: Operand, overflow: Overflow) -> Quick {
        let (a, b) = if a.fixnum.is_some() { (b, a) } else { (a, b) };
        if overflow == Overflow::Excluded || b.fixnum.is_some() {
            let word = self.code.ins().iadd(a.word, b.word);
            let constant = b.fixnum.filter(|_| overflow == Overflow::Possible);
            let is_wrong = constant.map(|value| match value {
                0.. => self.is_below(word, a.word),
                ..0 => self.is_above(word, a.word),
            });
            return Quick { word, is_wrong };
        }
        let (word, overflow) = self.code.ins().sadd_overflow(a.word, b.word);
        Quick {
            word,
            is_wrong: Some(overflow),
        }
    }

    fn subtract_fixnums(&mut self, a: Operand, b: Operand, overflow: Overflow) -> Quick {
        if overflow == Overflow::Excluded || b.fixnum.is_some() {
            let word = self.code.ins().isub(a.word, b.word);
            let constant = b.fixnum.filter(|_| overflow == Overflow::Possible);
            let is_wrong = constant.map(|value| match value {
                0.. => self.is_above(word, a.word),
                ..0 => self.is_below(word, a.word),
            });
            return Quick { word, is_wrong };
        }
        let (word, overflow) = self.code.ins().ssub_overflow(a.word, b.word);
        Quick {
            word,
            is_wrong: Some(overflow),
        }
    }

    /// Whether a result is below what something was added to: the sum did overflow.
    fn is_below(&mut self, result: Value, from: Value) -> Value {
        self.code.ins().icmp(IntCC::SignedLessThan, result, from)
    }

    /// Whether a result is above what something was taken from: the difference did overflow.
    fn is_above(&mut self, result: Value, from: Value) -> Value {
        self.code.ins().icmp(IntCC::SignedGreaterThan, result, from)
    }

    fn multiply_fixnums(&mut self, a: Operand, b: Operand, overflow: Overflow) -> Quick {
        let (a, b) = if a.fixnum.is_some() { (b, a) } else { (a, b) };
        let bits = i64::from(TAG_BITS);
        let (x, y) = match b.fixnum {
            Some(value) => (a.word, self.word(value.cast_unsigned())),
            None => (self.code.ins().sshr_imm_s(a.word, bits), b.word),
        };
        if overflow == Overflow::Excluded {
            return self.code.ins().imul(x, y).into();
        }
        let (word, overflow) = self.code.ins().smul_overflow(x, y);
        Quick {
            word,
            is_wrong: Some(overflow),
        }
    }

    /// Goes on if a divisor is not zero.
    fn require_divisor(&mut self, b: Operand, ways: &mut Ways) {
        let may_be_zero = b
            .fixnum
            .map_or(b.kind.may_be_exact_zero(), |value| value == 0);
        if may_be_zero {
            let slow = ways.slow(self);
            let is_zero = self.is_word(b.word, 0);
            self.unless(is_zero, slow);
        }
    }

    fn divide_fixnums(&mut self, a: Operand, b: Operand, ways: &mut Ways) -> Quick {
        self.require_divisor(b, ways);
        let remainder = self.code.ins().srem(a.word, b.word);
        let slow = ways.slow(self);
        self.unless(remainder, slow);
        let quotient = self.code.ins().sdiv(a.word, b.word);
        self.tagged(quotient, Overflow::Possible)
    }

    /// The fixnum of an integer.
    fn tagged(&mut self, integer: Value, overflow: Overflow) -> Quick {
        let bits = i64::from(TAG_BITS);
        let word = self.code.ins().ishl_imm_s(integer, bits);
        let is_wrong = (overflow == Overflow::Possible).then(|| {
            let back = self.code.ins().sshr_imm_s(word, bits);
            self.code.ins().icmp(IntCC::NotEqual, back, integer)
        });
        Quick { word, is_wrong }
    }

    fn quotient(&mut self, a: Operand, b: Operand, overflow: Overflow, ways: &mut Ways) -> Quick {
        if let Some(bits) = power_of_two(b)
            && a.is_natural()
        {
            let shifted = self.code.ins().ushr_imm_s(a.word, bits);
            return self.clear_tag(shifted).into();
        }
        self.require_divisor(b, ways);
        let quotient = self.code.ins().sdiv(a.word, b.word);
        let only_shrinks = b.fixnum.is_some_and(|value| value != -1) || b.is_natural();
        let overflow = if only_shrinks {
            Overflow::Excluded
        } else {
            overflow
        };
        self.tagged(quotient, overflow)
    }

    fn remainder(&mut self, a: Operand, b: Operand, ways: &mut Ways) -> Value {
        if power_of_two(b).is_some() && a.is_natural() {
            return self.low_bits(a, b);
        }
        self.require_divisor(b, ways);
        self.code.ins().srem(a.word, b.word)
    }

    fn modulo(&mut self, a: Operand, b: Operand, ways: &mut Ways) -> Value {
        if power_of_two(b).is_some() {
            return self.low_bits(a, b);
        }
        self.require_divisor(b, ways);
        let remainder = self.code.ins().srem(a.word, b.word);
        if a.is_natural() && b.is_natural() {
            return remainder;
        }
        let signs = self.code.ins().bxor(remainder, b.word);
        let differ = self.code.ins().icmp_imm_s(IntCC::SignedLessThan, signs, 0);
        let moved = self.code.ins().iadd(remainder, b.word);
        let wrapped = self.code.ins().select(differ, moved, remainder);
        let is_zero = self.is_word(remainder, 0);
        self.code.ins().select(is_zero, remainder, wrapped)
    }

    /// The bits of `a` below the power of two `b`.
    fn low_bits(&mut self, a: Operand, b: Operand) -> Value {
        let mask = b.fixnum.map_or(0, |value| (value - 1) << TAG_BITS);
        self.code.ins().band_imm_s(a.word, mask)
    }

    pub(super) fn clear_tag(&mut self, word: Value) -> Value {
        self.code
            .ins()
            .band_imm_s(word, !tag::TAG_MASK.cast_signed())
    }

    fn shift(&mut self, a: Operand, b: Operand, ways: &mut Ways) -> Value {
        match b.fixnum {
            Some(count @ ..0) => {
                let down = count.unsigned_abs().min(63);
                let shifted = self.code.ins().sshr_imm_s(a.word, down.cast_signed());
                self.clear_tag(shifted)
            }
            Some(count) => {
                let count = self.word(count.cast_unsigned());
                self.shift_left(a, count, ways)
            }
            None => self.shift_either_way(a, b, ways),
        }
    }

    /// Shifts by a count that is not negative.
    fn shift_left(&mut self, a: Operand, count: Value, ways: &mut Ways) -> Value {
        let slow = ways.slow(self);
        let is_small = self
            .code
            .ins()
            .icmp_imm_s(IntCC::UnsignedLessThan, count, 64);
        self.require(is_small, slow);
        let shifted = self.code.ins().ishl(a.word, count);
        let back = self.code.ins().sshr(shifted, count);
        let is_same = self.code.ins().icmp(IntCC::Equal, back, a.word);
        self.require(is_same, slow);
        shifted
    }

    fn shift_either_way(&mut self, a: Operand, b: Operand, ways: &mut Ways) -> Value {
        let (done, result) = self.merge_block(types::I64);
        let (left, right) = (self.next_block(), self.next_block());
        let count = self.code.ins().sshr_imm_s(b.word, i64::from(TAG_BITS));
        let is_down = self.code.ins().icmp_imm_s(IntCC::SignedLessThan, count, 0);
        self.code.ins().brif(is_down, right, &[], left, &[]);
        self.start(right);
        let down = self.code.ins().ineg(count);
        let most = self.word(63);
        let down = self.code.ins().umin(down, most);
        let shifted = self.code.ins().sshr(a.word, down);
        let shifted = self.clear_tag(shifted);
        self.jump_with(done, shifted);
        self.start(left);
        let shifted = self.shift_left(a, count, ways);
        self.jump_with(done, shifted);
        self.start(done);
        result
    }

    /// The operation on operands of which not both are fixnums.
    fn on_doubles(
        &mut self,
        primitive: Primitive,
        operands: [Operand; 2],
        ways: &mut Ways,
    ) -> Value {
        let [a, b] = self.require_doubles(operands, ways);
        let result = match primitive {
            Primitive::Add => self.code.ins().fadd(a, b),
            Primitive::Subtract => self.code.ins().fsub(a, b),
            Primitive::Multiply => self.code.ins().fmul(a, b),
            Primitive::Divide => self.code.ins().fdiv(a, b),
            _ => unreachable!("{} is no arithmetic on doubles", primitive.name()),
        };
        let slow = ways.slow(self);
        self.flonum_word(result, slow)
    }

    /// Goes on if both operands are self-tagged flonums, or constants.
    pub(super) fn require_doubles(
        &mut self,
        operands: [Operand; 2],
        ways: &mut Ways,
    ) -> [Value; 2] {
        operands.map(|operand| {
            if let Some(value) = operand.as_double() {
                return self.code.ins().f64const(value);
            }
            let slow = ways.slow(self);
            let fixnums = Fixnums::excluded_if(operand.is_no_integer());
            self.require_self_tagged(operand.word, fixnums, slow);
            self.double_of(operand.word)
        })
    }
}

/// Whether the operation is made on doubles too.
fn has_double_path(primitive: Primitive) -> bool {
    matches!(
        primitive,
        Primitive::Add | Primitive::Subtract | Primitive::Multiply | Primitive::Divide
    )
}

/// How far a constant divisor shifts, if it is a power of two.
fn power_of_two(divisor: Operand) -> Option<i64> {
    let value = divisor.fixnum.filter(|&value| value > 0)?;
    (value.count_ones() == 1).then(|| i64::from(value.trailing_zeros()))
}
