//! Which values could be raw.

use abi::primitive::Primitive;
use abi::tag;
use syntax::{DatumKind, Number};

use crate::core::ir::Literal;
use crate::id::IdVec;
use crate::id_map::IdMap;
use crate::ssa::analysis::{Flow, Range, Type, Types, blocks_with_fixed_parameters};
use crate::ssa::ir::{
    BlockId, Condition, InstructionPlace, Operation, Procedure, ProcedureId, RawBinary, RawUnary,
    Repr, Unit, ValueId,
};

/// What is known of the values of a procedure.
pub(super) struct Facts {
    /// The block that defines each value.
    pub(super) block_of: IdVec<ValueId, BlockId>,
    /// What a value is everywhere.
    pub(super) types: IdVec<ValueId, Type>,
    /// Bits of constants: as a double.
    pub(super) constant_f64: IdVec<ValueId, Option<u64>>,
    /// Bits of constants: modulo 2^64.
    pub(super) constant_word: IdVec<ValueId, Option<u64>>,
    /// Raw operations that could define values.
    pub(super) operations: IdVec<ValueId, Option<RawOperation>>,
    /// How each value could be represented.
    pub(super) candidates: IdVec<ValueId, Option<Repr>>,
    /// Into what each value can be converted.
    convertible: Conversions,
    /// What values are where they are used, if they can be converted there and not everywhere.
    local: IdMap<(InstructionPlace, ValueId), Type>,
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
    /// A known call.
    Call(ProcedureId),
}

impl RawOperation {
    /// Its operands that are not part of it.
    pub(super) fn operands(self) -> impl Iterator<Item = ValueId> {
        let (first, second) = match self {
            Self::Unary(_, a) | Self::Constant(_, a, _) => (Some(a), None),
            Self::Binary(_, a, b) => (Some(a), Some(b)),
            Self::Parameter | Self::Call(_) => (None, None),
        };
        first.into_iter().chain(second)
    }
}

/// Whether anything in the procedure computes with numbers that could be raw.
pub(super) fn may_have_any(procedure: &Procedure) -> bool {
    let mut instructions = procedure
        .blocks
        .iter()
        .flat_map(|block| &block.instructions);
    instructions.any(|instruction| {
        may_be_raw(&instruction.operation)
            && !matches!(instruction.operation, Operation::AddSmall(..))
    })
}

fn may_be_raw(operation: &Operation) -> bool {
    match operation {
        Operation::AddSmall(..) => true,
        Operation::Primitive(primitive, _) => matches!(
            primitive,
            Primitive::Add
                | Primitive::Subtract
                | Primitive::Multiply
                | Primitive::Divide
                | Primitive::BitwiseAnd
                | Primitive::BitwiseXor
                | Primitive::BitwiseIor
                | Primitive::ArithmeticShift
                | Primitive::Abs
                | Primitive::Square
                | Primitive::Inexact
        ),
        _ => false,
    }
}

/// Whether values can be converted to doubles, and to words.
#[derive(Default)]
struct Conversions {
    f64: IdVec<ValueId, bool>,
    word: IdVec<ValueId, bool>,
}

/// Where calls of a procedure come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Callers {
    /// From known calls alone.
    AllKnown,
    /// From anywhere.
    Any,
}

impl Facts {
    /// Finds all candidates; the parameters of the entry are some only if known calls alone lead there.
    pub(super) fn new(
        unit: &Unit,
        procedure: &Procedure,
        flow: &Flow,
        types: &Types<'_>,
        callers: Callers,
    ) -> Self {
        let values = &procedure.values;
        let mut facts = Self {
            block_of: values.side_table(BlockId::ENTRY),
            types: values.ids().map(|value| types.of(value)).collect(),
            constant_f64: values.side_table(None),
            constant_word: values.side_table(None),
            operations: values.side_table(None),
            candidates: values.side_table(None),
            convertible: Conversions::default(),
            local: IdMap::default(),
        };
        facts.note_definitions(unit, procedure, flow);
        facts.convertible = Conversions {
            f64: facts
                .types
                .iter()
                .map(|known| known.has_doubles())
                .collect(),
            word: facts.types.iter().map(|&known| fits_word(known)).collect(),
        };
        facts.note_local_types(procedure, flow, types);
        facts.propose(procedure, flow, callers);
        if !may_have_any(procedure) {
            let words = facts.candidates.iter_mut();
            words
                .filter(|each| **each == Some(Repr::U64))
                .for_each(|each| *each = None);
        }
        facts
    }

    /// Whether a tagged value can be converted to `repr` where it is used.
    pub(super) fn is_convertible(
        &self,
        value: ValueId,
        repr: Repr,
        place: InstructionPlace,
    ) -> bool {
        let local = self.local.get(&(place, value));
        if repr == Repr::F64 {
            self.convertible.f64[value] || local.is_some_and(|known| known.has_doubles())
        } else {
            self.convertible.word[value] || local.is_some_and(|&known| fits_word(known))
        }
    }

    /// What a value is where it is used, if it can be converted there and not where it is defined.
    pub(super) fn local_type(&self, value: ValueId, place: InstructionPlace) -> Option<Type> {
        self.local.get(&(place, value)).copied()
    }

    /// What a value is where it is used.
    fn type_at(&self, value: ValueId, place: InstructionPlace) -> Type {
        self.local_type(value, place).unwrap_or(self.types[value])
    }

    /// Whether a value can be handed over in `repr`.
    pub(super) fn can_give(&self, value: ValueId, repr: Repr, place: InstructionPlace) -> bool {
        self.candidates[value] == Some(repr) || self.is_convertible(value, repr, place)
    }

    /// Looks for uses of values that are known better there than where they are defined.
    fn note_local_types(&mut self, procedure: &Procedure, flow: &Flow, types: &Types<'_>) {
        for &id in &flow.order {
            let block = &procedure.blocks[id];
            let mut note = |value: ValueId, index: usize| {
                if self.convertible.f64[value] || self.convertible.word[value] {
                    return;
                }
                let known = types.at(value, (id, index));
                if known.has_doubles() {
                    self.local.insert(((id, index), value), known);
                }
            };
            for (index, instruction) in block.instructions.iter().enumerate() {
                if may_be_raw(&instruction.operation)
                    || matches!(instruction.operation, Operation::CallKnown(..))
                {
                    instruction.operation.each_use(|value| note(value, index));
                }
            }
            let end = block.instructions.len();
            block.terminator.each_use(|value| note(value, end));
        }
    }

    /// The constant that a value is in `repr`.
    pub(super) fn constant(&self, value: ValueId, repr: Repr) -> Option<u64> {
        if repr == Repr::F64 {
            self.constant_f64[value]
        } else {
            self.constant_word[value]
        }
    }

    fn note_definitions(&mut self, unit: &Unit, procedure: &Procedure, flow: &Flow) {
        for &id in &flow.order {
            let block = &procedure.blocks[id];
            for parameter in &block.parameters {
                self.block_of[*parameter] = id;
            }
            for instruction in &block.instructions {
                if let Some(result) = instruction.result {
                    self.block_of[result] = id;
                    self.constant_f64[result] = f64_constant(unit, &instruction.operation);
                }
            }
        }
        for (value, known) in self.types.entries() {
            if let Some(single) = known.as_integer().and_then(Range::single) {
                self.constant_word[value] = Some(single as u64);
                if single.unsigned_abs() <= 1 << f64::MANTISSA_DIGITS {
                    self.constant_f64[value] = Some((single as f64).to_bits());
                }
            }
        }
    }

    /// Proposes every value that has a raw operation, as far as its own type allows.
    fn propose(&mut self, procedure: &Procedure, flow: &Flow, callers: Callers) {
        let mut fixed = blocks_with_fixed_parameters(procedure);
        fixed[BlockId::ENTRY] &= callers == Callers::Any;
        for &id in &flow.order {
            let block = &procedure.blocks[id];
            for &parameter in block.parameters.iter().filter(|_| !fixed[id]) {
                self.candidates[parameter] = if id == flow.order[0] {
                    repr_across_calls(self.types[parameter])
                } else {
                    repr_of(self.types[parameter])
                };
                self.operations[parameter] = Some(RawOperation::Parameter);
            }
            for (place, instruction) in block.instructions.iter().enumerate() {
                let Some(result) = instruction.result else {
                    continue;
                };
                let known = self.types[result];
                if let Operation::CallKnown(callee, ..) = instruction.operation {
                    self.operations[result] = Some(RawOperation::Call(callee));
                    self.candidates[result] = repr_across_calls(known);
                    continue;
                }
                let place = (id, place);
                let (repr, raw) = if known.is_flonum() {
                    (Repr::F64, self.f64_operation(&instruction.operation, place))
                } else if known.as_integer().is_some() {
                    (Repr::U64, self.word_operation(&instruction.operation))
                } else {
                    continue;
                };
                self.operations[result] = raw;
                self.candidates[result] = raw.map(|_| repr);
            }
        }
    }

    fn f64_operation(
        &self,
        operation: &Operation,
        place: InstructionPlace,
    ) -> Option<RawOperation> {
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
            (Primitive::Inexact, &[a]) if self.type_at(a, place).is_flonum() => None,
            (Primitive::Inexact, &[a]) => Some(RawOperation::Unary(RawUnary::RealToF64, a)),
            (Primitive::Abs, &[a]) => Some(RawOperation::Unary(RawUnary::F64Abs, a)),
            (Primitive::Square, &[a]) => Some(RawOperation::Binary(RawBinary::F64Multiply, a, a)),
            (_, &[a, b]) => {
                let raw = match primitive {
                    Primitive::Add => RawBinary::F64Add,
                    Primitive::Subtract => RawBinary::F64Subtract,
                    Primitive::Multiply => RawBinary::F64Multiply,
                    // Division by an exact zero raises, also that of a flonum.
                    Primitive::Divide if self.type_at(b, place).may_be_exact_zero() => {
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
        let by = self.range(by)?.single()?;
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
        self.types[value].as_integer()
    }

    /// Whether the low 64 bits of an integer tell which it is.
    pub(super) fn is_exact_word(&self, value: ValueId) -> bool {
        is_exact_word(self.types[value])
    }

    /// Takes back candidates whose operands cannot be converted, or whose users need more than the low
    /// 64 bits, until none is left; whether there were any.
    pub(super) fn withdraw(&mut self, procedure: &Procedure, flow: &Flow) -> bool {
        let mut any = false;
        let mut changed = true;
        while changed {
            changed = self.withdraw_operations(procedure, flow);
            changed |= self.withdraw_parameters(procedure, flow);
            changed |= self.withdraw_inexact_words(procedure, flow);
            any |= changed;
        }
        any
    }

    fn withdraw_operations(&mut self, procedure: &Procedure, flow: &Flow) -> bool {
        let mut changed = false;
        for &id in &flow.order {
            let block = &procedure.blocks[id];
            for (index, instruction) in block.instructions.iter().enumerate() {
                let Some(result) = instruction.result else {
                    continue;
                };
                let Some(repr) = self.candidates[result] else {
                    continue;
                };
                let raw = self.operations[result].expect("candidates have operations");
                let mut operands = raw.operands();
                if !raw_takes_tagged(raw)
                    && !operands.all(|operand| self.can_give(operand, repr, (id, index)))
                {
                    self.candidates[result] = None;
                    changed = true;
                }
            }
        }
        changed
    }

    /// Parameters must get what can be converted.
    fn withdraw_parameters(&mut self, procedure: &Procedure, flow: &Flow) -> bool {
        let mut changed = false;
        for &id in &flow.order {
            let block = &procedure.blocks[id];
            let end = (id, block.instructions.len());
            for target in block.terminator.targets() {
                let parameters = &procedure.blocks[target.block].parameters;
                for (parameter, &argument) in parameters.iter().zip(&target.arguments) {
                    let Some(repr) = self.candidates[*parameter] else {
                        continue;
                    };
                    if !self.can_give(argument, repr, end) {
                        self.candidates[*parameter] = None;
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
            facts.candidates[value] == Some(Repr::U64) && !facts.is_exact_word(value)
        };
        let mut withdrawn = Vec::new();
        for &id in &flow.order {
            let block = &procedure.blocks[id];
            for instruction in &block.instructions {
                let is_word = instruction
                    .result
                    .is_some_and(|result| self.candidates[result] == Some(Repr::U64));
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
            self.candidates[*value] = None;
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
        chosen: &IdVec<ValueId, Option<Repr>>,
        place: InstructionPlace,
    ) -> Option<(Repr, ValueId, Option<ValueId>)> {
        let (a, b) = match *condition {
            Condition::Compare(_, a, b) => (a, Some(b)),
            Condition::CompareSmall(_, a, _) => (a, None),
            _ => return None,
        };
        let repr = chosen[a].or_else(|| chosen[b?])?;
        let accepts = |value: ValueId| match chosen[value] {
            Some(other) => other == repr && (repr == Repr::F64 || self.is_exact_word(value)),
            None if repr == Repr::F64 => self.type_at(value, place).is_flonum(),
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

/// How a value can be raw, if all that it may be can.
pub(super) fn repr_of(known: Type) -> Option<Repr> {
    if known.is_flonum() {
        return Some(Repr::F64);
    }
    known
        .as_integer()
        .filter(|range| range.is_within(Range::U64))
        .map(|_| Repr::U64)
}

/// How an argument or a result can be raw. Fixnums would gain nothing.
pub(super) fn repr_across_calls(known: Type) -> Option<Repr> {
    let range = known.as_integer();
    repr_of(known).filter(|_| range.is_none_or(|range| !range.is_within(Range::FIXNUM)))
}

/// Whether the low 64 bits of an integer tell which it is.
pub(super) fn is_exact_word(known: Type) -> bool {
    let range = known.as_integer();
    range.is_some_and(|range| range.is_within(Range::U64))
}

fn fits_word(known: Type) -> bool {
    known.as_integer().is_some_and(|range| {
        range.is_within(Range::U64) || range.is_within(Range::I64) || range.single().is_some()
    })
}

fn f64_constant(unit: &Unit, operation: &Operation) -> Option<u64> {
    if let Some(word) = unit.immediate_word(operation) {
        return tag::is_self_tagged_flonum(word).then(|| tag::flonum_value(word).to_bits());
    }
    let Operation::Literal(literal) = operation else {
        return None;
    };
    let Literal::Datum(datum) = &unit.tables.literals[*literal] else {
        return None;
    };
    match unit.tables.data.kind(datum.0) {
        DatumKind::Number(Number::Flonum(value)) => Some(value.to_bits()),
        _ => None,
    }
}
