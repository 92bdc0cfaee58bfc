//! Which values could be raw.

use abi::primitive::Primitive;
use abi::tag;
use syntax::{DatumKind, Number};

use crate::core::ir::Literal;
use crate::ssa::analysis::{Flow, Loops, Range, Type, Types};
use crate::ssa::ir::{
    BlockId, Condition, Operation, Procedure, RawBinary, RawUnary, Repr, Terminator, Unit, ValueId,
};

/// What is known of the values of a procedure.
pub(super) struct Facts {
    /// The block that defines each value.
    pub(super) block_of: Vec<BlockId>,
    /// What a value is everywhere.
    pub(super) types: Vec<Type>,
    /// Bits of constants: as a double.
    pub(super) constant_f64: Vec<Option<u64>>,
    /// Bits of constants: modulo 2^64.
    pub(super) constant_word: Vec<Option<u64>>,
    /// Raw operations that could define values.
    pub(super) operations: Vec<Option<RawOperation>>,
    /// How each value could be represented.
    pub(super) candidates: Vec<Option<Repr>>,
    /// Into what each value can be converted.
    convertible: Conversions,
}

/// What rewriting needs.
pub(super) struct Plan {
    /// The facts.
    pub(super) facts: Facts,
    /// How each value is represented.
    pub(super) chosen: Vec<Option<Repr>>,
    /// How many loops enclose each block.
    pub(super) depth: Vec<u32>,
}

/// An operation on raw operands that does what one on tagged operands did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RawOperation {
    /// One operand.
    Unary(RawUnary, ValueId),
    /// Two operands.
    Binary(RawBinary, ValueId, ValueId),
    /// A word operation with a constant.
    Constant(RawBinary, ValueId, u64),
    /// A block parameter.
    Parameter,
}

impl RawOperation {
    /// Its operands that are not part of it.
    pub(super) fn operands(self) -> impl Iterator<Item = ValueId> {
        let (first, second) = match self {
            Self::Unary(_, a) | Self::Constant(_, a, _) => (Some(a), None),
            Self::Binary(_, a, b) => (Some(a), Some(b)),
            Self::Parameter => (None, None),
        };
        first.into_iter().chain(second)
    }
}

/// Whether anything in the procedure computes with numbers that could be raw.
pub(super) fn may_have_any(procedure: &Procedure) -> bool {
    procedure
        .blocks
        .iter()
        .flat_map(|block| &block.instructions)
        .any(|instruction| {
            matches!(
                instruction.operation,
                Operation::Primitive(
                    Primitive::Add
                        | Primitive::Subtract
                        | Primitive::Multiply
                        | Primitive::Divide
                        | Primitive::BitwiseAnd
                        | Primitive::BitwiseXor
                        | Primitive::BitwiseIor
                        | Primitive::Inexact,
                    _
                )
            )
        })
}

/// Whether values can be converted to doubles, and to words.
#[derive(Default)]
struct Conversions {
    f64: Vec<bool>,
    word: Vec<bool>,
}

impl Facts {
    /// Finds all candidates.
    pub(super) fn new(unit: &Unit, procedure: &Procedure, flow: &Flow, types: &Types<'_>) -> Self {
        let count = procedure.values.len();
        let mut facts = Self {
            block_of: vec![BlockId(0); count],
            types: (0..count as u32)
                .map(|value| types.of(ValueId(value)))
                .collect(),
            constant_f64: vec![None; count],
            constant_word: vec![None; count],
            operations: vec![None; count],
            candidates: vec![None; count],
            convertible: Conversions::default(),
        };
        facts.note_definitions(unit, procedure, flow);
        facts.convertible = Conversions {
            f64: facts.types.iter().map(|&known| is_real(known)).collect(),
            word: facts.types.iter().map(|&known| fits_word(known)).collect(),
        };
        facts.propose(procedure, flow);
        facts.withdraw(procedure, flow);
        facts
    }

    /// With what was chosen.
    pub(super) fn into_plan(self, loops: &Loops, chosen: Vec<Option<Repr>>) -> Plan {
        Plan {
            facts: self,
            chosen,
            depth: loops.depth.clone(),
        }
    }

    /// Whether a tagged value can be converted to `repr`.
    pub(super) fn is_convertible(&self, value: ValueId, repr: Repr) -> bool {
        let index = value.0 as usize;
        if repr == Repr::F64 {
            self.convertible.f64[index]
        } else {
            self.convertible.word[index]
        }
    }

    /// The constant that a value is in `repr`.
    pub(super) fn constant(&self, value: ValueId, repr: Repr) -> Option<u64> {
        let index = value.0 as usize;
        if repr == Repr::F64 {
            self.constant_f64[index]
        } else {
            self.constant_word[index]
        }
    }

    fn note_definitions(&mut self, unit: &Unit, procedure: &Procedure, flow: &Flow) {
        for &id in &flow.order {
            let block = &procedure.blocks[id.0 as usize];
            for parameter in &block.parameters {
                self.block_of[parameter.0 as usize] = id;
            }
            for instruction in &block.instructions {
                if let Some(result) = instruction.result {
                    self.block_of[result.0 as usize] = id;
                    self.constant_f64[result.0 as usize] =
                        f64_constant(unit, &instruction.operation);
                }
            }
        }
        for (value, known) in self.types.iter().enumerate() {
            if let Some(range) = known.as_integer().filter(|range| range.low == range.high) {
                self.constant_word[value] = Some(range.low as u64);
                if range.low.unsigned_abs() <= 1 << f64::MANTISSA_DIGITS {
                    self.constant_f64[value] = Some((range.low as f64).to_bits());
                }
            }
        }
    }

    /// Proposes every value that has a raw operation, as far as its own type allows.
    fn propose(&mut self, procedure: &Procedure, flow: &Flow) {
        let fixed = super::super::blocks_with_fixed_parameters(procedure);
        for &id in &flow.order {
            let block = &procedure.blocks[id.0 as usize];
            for parameter in block.parameters.iter().filter(|_| !fixed[id.0 as usize]) {
                let index = parameter.0 as usize;
                self.candidates[index] = repr_of(self.types[index]);
                self.operations[index] = Some(RawOperation::Parameter);
            }
            for instruction in &block.instructions {
                let Some(result) = instruction.result else {
                    continue;
                };
                let index = result.0 as usize;
                let known = self.types[index];
                let (repr, raw) = if known.is_flonum() {
                    (Repr::F64, self.f64_operation(&instruction.operation))
                } else if known.as_integer().is_some() {
                    (Repr::U64, self.word_operation(&instruction.operation))
                } else {
                    continue;
                };
                self.operations[index] = raw;
                self.candidates[index] = raw.map(|_| repr);
            }
        }
    }

    fn f64_operation(&self, operation: &Operation) -> Option<RawOperation> {
        let Operation::Primitive(primitive, operands) = operation else {
            return match operation {
                Operation::AddSmall(value, small) => {
                    let bits = f64::from(*small).to_bits();
                    Some(RawOperation::Constant(RawBinary::F64Add, *value, bits))
                }
                _ => None,
            };
        };
        match (*primitive, &operands[..]) {
            (Primitive::Inexact, &[a]) if self.types[a.0 as usize].is_flonum() => None,
            (Primitive::Inexact, &[a]) => Some(RawOperation::Unary(RawUnary::RealToF64, a)),
            (Primitive::Abs, &[a]) => Some(RawOperation::Unary(RawUnary::F64Abs, a)),
            (Primitive::Square, &[a]) => Some(RawOperation::Binary(RawBinary::F64Multiply, a, a)),
            (_, &[a, b]) => {
                let raw = match primitive {
                    Primitive::Add => RawBinary::F64Add,
                    Primitive::Subtract => RawBinary::F64Subtract,
                    Primitive::Multiply => RawBinary::F64Multiply,
                    // Division by an exact zero raises, also that of a flonum.
                    Primitive::Divide if self.types[b.0 as usize].may_be_exact_zero() => {
                        return None;
                    }
                    Primitive::Divide => RawBinary::F64Divide,
                    _ => return None,
                };
                Some(RawOperation::Binary(raw, a, b))
            }
            _ => None,
        }
    }

    fn word_operation(&self, operation: &Operation) -> Option<RawOperation> {
        let Operation::Primitive(primitive, operands) = operation else {
            return match operation {
                Operation::AddSmall(value, small) => {
                    let word = i64::from(*small) as u64;
                    Some(RawOperation::Constant(RawBinary::WordAdd, *value, word))
                }
                _ => None,
            };
        };
        let &[a, b] = &operands[..] else { return None };
        let raw = match primitive {
            Primitive::Add => RawBinary::WordAdd,
            Primitive::Subtract => RawBinary::WordSubtract,
            Primitive::Multiply => RawBinary::WordMultiply,
            Primitive::BitwiseAnd => RawBinary::WordAnd,
            Primitive::BitwiseIor => RawBinary::WordOr,
            Primitive::BitwiseXor => RawBinary::WordXor,
            Primitive::ArithmeticShift => return self.shift(a, b),
            _ => return None,
        };
        Some(RawOperation::Binary(raw, a, b))
    }

    /// Shifts by constants; to the right only of unsigned words.
    fn shift(&self, value: ValueId, by: ValueId) -> Option<RawOperation> {
        let by = self.types[by.0 as usize]
            .as_integer()
            .filter(|by| by.low == by.high)?
            .low;
        if (0..64).contains(&by) {
            return Some(RawOperation::Constant(
                RawBinary::WordShiftLeft,
                value,
                by as u64,
            ));
        }
        let is_word = self
            .range(value)
            .is_some_and(|range| range.is_within(Range::U64));
        ((-63..0).contains(&by) && is_word)
            .then(|| RawOperation::Constant(RawBinary::WordShiftRight, value, -by as u64))
    }

    fn range(&self, value: ValueId) -> Option<Range> {
        self.types[value.0 as usize].as_integer()
    }

    /// Whether the low 64 bits of an integer tell which it is.
    pub(super) fn is_exact_word(&self, value: ValueId) -> bool {
        self.range(value)
            .is_some_and(|range| range.is_within(Range::U64))
    }

    /// Takes back candidates whose operands cannot be converted, or whose users need more than the low
    /// 64 bits, until none is left.
    fn withdraw(&mut self, procedure: &Procedure, flow: &Flow) {
        let mut changed = true;
        while changed {
            changed = false;
            for index in 0..self.candidates.len() {
                let Some(repr) = self.candidates[index] else {
                    continue;
                };
                let raw = self.operations[index].expect("candidates have operations");
                let accepts = |operand: ValueId| {
                    self.is_convertible(operand, repr)
                        || self.candidates[operand.0 as usize] == Some(repr)
                };
                let takes_real = raw_takes_tagged(raw);
                if !takes_real && !raw.operands().all(accepts) {
                    self.candidates[index] = None;
                    changed = true;
                }
            }
            changed |= self.withdraw_parameters(procedure, flow);
            changed |= self.withdraw_inexact_words(procedure, flow);
        }
    }

    /// Parameters must get what can be converted.
    fn withdraw_parameters(&mut self, procedure: &Procedure, flow: &Flow) -> bool {
        let mut changed = false;
        for &id in &flow.order {
            for target in procedure.blocks[id.0 as usize].terminator.targets() {
                let parameters = &procedure.blocks[target.block.0 as usize].parameters;
                for (parameter, &argument) in parameters.iter().zip(&target.arguments) {
                    let Some(repr) = self.candidates[parameter.0 as usize] else {
                        continue;
                    };
                    let is_raw = self.candidates[argument.0 as usize] == Some(repr);
                    if !is_raw && !self.is_convertible(argument, repr) {
                        self.candidates[parameter.0 as usize] = None;
                        changed = true;
                    }
                }
            }
        }
        changed
    }

    /// Values known only modulo 2^64 may be used by word operations alone.
    fn withdraw_inexact_words(&mut self, procedure: &Procedure, flow: &Flow) -> bool {
        let is_inexact = |facts: &Self, value: ValueId| {
            facts.candidates[value.0 as usize] == Some(Repr::U64) && !facts.is_exact_word(value)
        };
        let mut withdrawn = Vec::new();
        for &id in &flow.order {
            let block = &procedure.blocks[id.0 as usize];
            for instruction in &block.instructions {
                let is_word = instruction
                    .result
                    .is_some_and(|result| self.candidates[result.0 as usize] == Some(Repr::U64));
                if !is_word || self.is_right_shift(&instruction.operation) {
                    instruction.operation.each_use(|value| {
                        if is_inexact(self, value) {
                            withdrawn.push(value);
                        }
                    });
                }
            }
            block.terminator.each_use(|value| {
                if is_inexact(self, value) {
                    withdrawn.push(value);
                }
            });
        }
        for value in &withdrawn {
            self.candidates[value.0 as usize] = None;
        }
        !withdrawn.is_empty()
    }

    fn is_right_shift(&self, operation: &Operation) -> bool {
        let Operation::Primitive(Primitive::ArithmeticShift, operands) = operation else {
            return false;
        };
        self.range(operands[1]).is_none_or(|by| by.low < 0)
    }

    /// The raw form of a condition, if what was chosen allows one.
    pub(super) fn raw_condition(
        &self,
        condition: &Condition,
        chosen: &[Option<Repr>],
    ) -> Option<(Repr, ValueId, Option<ValueId>)> {
        let (a, b) = match *condition {
            Condition::Compare(_, a, b) => (a, Some(b)),
            Condition::CompareSmall(_, a, _) => (a, None),
            _ => return None,
        };
        let repr = chosen[a.0 as usize].or_else(|| chosen[b?.0 as usize])?;
        let accepts = |value: ValueId| match chosen[value.0 as usize] {
            Some(other) => other == repr && (repr == Repr::F64 || self.is_exact_word(value)),
            None if repr == Repr::F64 => self.types[value.0 as usize].is_flonum(),
            None => self.is_exact_word(value),
        };
        let fits = accepts(a)
            && match (b, condition) {
                (Some(b), _) => accepts(b),
                (None, Condition::CompareSmall(_, _, small)) => repr == Repr::F64 || *small >= 0,
                _ => false,
            };
        fits.then_some((repr, a, b))
    }
}

/// Whether a raw operation takes its operand tagged.
pub(super) fn raw_takes_tagged(raw: RawOperation) -> bool {
    matches!(raw, RawOperation::Unary(RawUnary::RealToF64, _))
}

/// Whether the terminator hands `value` to parameters only.
pub(super) fn jump_target(terminator: &Terminator) -> Option<&crate::ssa::ir::Target> {
    match terminator {
        Terminator::Jump(target) => Some(target),
        _ => None,
    }
}

fn repr_of(known: Type) -> Option<Repr> {
    if known.is_flonum() {
        return Some(Repr::F64);
    }
    known
        .as_integer()
        .filter(|range| range.is_within(Range::U64))
        .map(|_| Repr::U64)
}

/// Flonums and exact integers, all of which have a nearest double.
fn is_real(known: Type) -> bool {
    !known.other && !known.is_none()
}

fn fits_word(known: Type) -> bool {
    known.as_integer().is_some_and(|range| {
        range.is_within(Range::U64) || range.is_within(Range::I64) || range.low == range.high
    })
}

fn f64_constant(unit: &Unit, operation: &Operation) -> Option<u64> {
    if let Some(word) = unit.immediate_word(operation) {
        return tag::is_self_tagged_flonum(word).then(|| tag::flonum_value(word).to_bits());
    }
    let Operation::Literal(literal) = operation else {
        return None;
    };
    let Literal::Datum(datum) = &unit.tables.literals[literal.0 as usize] else {
        return None;
    };
    match unit.tables.data.kind(datum.0) {
        DatumKind::Number(Number::Flonum(value)) => Some(value.to_bits()),
        _ => None,
    }
}
