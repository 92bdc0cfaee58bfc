//! Facts about primitives that the compiler knows beyond the table.

use abi::primitive::{Effect, OperandTypes, Primitive, PrimitiveClass};
use syntax::DatumKind;

use super::Tables;
use super::ir::{Comparison, Operation, Procedure, Unit, ValueId};
use crate::core::ir::{Literal, LiteralId};
use crate::id::IdVec;

/// The relation of numbers that a primitive tests for.
pub fn comparison_of(primitive: Primitive) -> Option<Comparison> {
    Some(match primitive {
        Primitive::NumberEqual => Comparison::Equal,
        Primitive::Less => Comparison::Less,
        Primitive::LessEqual => Comparison::LessEqual,
        Primitive::Greater => Comparison::Greater,
        Primitive::GreaterEqual => Comparison::GreaterEqual,
        _ => return None,
    })
}

/// Whether a primitive computes a number from two numbers, by an instruction of its own.
pub const fn is_arithmetic(primitive: Primitive) -> bool {
    matches!(
        primitive,
        Primitive::Add
            | Primitive::Subtract
            | Primitive::Multiply
            | Primitive::Divide
            | Primitive::Quotient
            | Primitive::Remainder
            | Primitive::Modulo
            | Primitive::BitwiseAnd
            | Primitive::BitwiseIor
            | Primitive::BitwiseXor
            | Primitive::ArithmeticShift
    )
}

/// Which operand a primitive stores into its first one, if that keeps references.
pub fn stored_operand(primitive: Primitive) -> Option<usize> {
    let is_store = primitive.class() == PrimitiveClass::Inline
        && primitive.effect() == Effect::Write
        && primitive.operand_types() != OperandTypes::BytevectorAtByte;
    is_store.then(|| usize::from(primitive.arguments_max()) - 1)
}

impl Comparison {
    /// The relation with its operands exchanged.
    #[must_use]
    pub const fn mirrored(self) -> Self {
        match self {
            Self::Equal => Self::Equal,
            Self::Less => Self::Greater,
            Self::LessEqual => Self::GreaterEqual,
            Self::Greater => Self::Less,
            Self::GreaterEqual => Self::LessEqual,
        }
    }

    /// `a > b` as `b < a`: the relation without greater ones, and its operands.
    pub fn without_greater<T>(self, a: T, b: T) -> (Self, T, T) {
        match self {
            Self::Greater | Self::GreaterEqual => (self.mirrored(), b, a),
            _ => (self, a, b),
        }
    }
}

impl Unit {
    /// The tagged word that an operation loads, if it is an immediate, fixnum or self-tagged flonum.
    pub fn immediate_word(&self, operation: &Operation) -> Option<u64> {
        match operation {
            Operation::Word(word) => Some(*word),
            Operation::Literal(literal) => self.tables.literal_word(*literal),
            _ => None,
        }
    }
}

impl Unit {
    /// For each value of `procedure` the tagged word that it is, if that is known and an immediate.
    pub fn immediate_words(&self, procedure: &Procedure) -> IdVec<ValueId, Option<u64>> {
        let mut words = procedure.values.side_table(None);
        let instructions = procedure
            .blocks
            .iter()
            .flat_map(|block| &block.instructions);
        for instruction in instructions {
            if let Some(result) = instruction.result {
                words[result] = self.immediate_word(&instruction.operation);
            }
        }
        words
    }
}

impl Tables {
    /// Whether a literal is a live object of the frontend.
    pub fn is_external(&self, literal: LiteralId) -> bool {
        match &self.literals[literal] {
            Literal::Word(_) => false,
            Literal::Datum(datum) => matches!(self.data.kind(datum.0), DatumKind::External(_)),
        }
    }

    /// The word of a literal that is an immediate, fixnum or self-tagged flonum.
    pub fn literal_word(&self, literal: LiteralId) -> Option<u64> {
        match &self.literals[literal] {
            Literal::Word(word) => Some(*word),
            Literal::Datum(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use abi::primitive::ResultType;

    use super::*;

    #[test]
    fn instructions_on_two_numbers_compute_or_compare() {
        for &primitive in Primitive::ALL {
            let takes_two = matches!(
                primitive.operand_types(),
                OperandTypes::Numbers | OperandTypes::Reals | OperandTypes::Integers
            );
            let is_instruction = takes_two && primitive.class() == PrimitiveClass::Inline;
            let compares = is_instruction && primitive.result() == ResultType::Boolean;
            let name = primitive.name();
            assert_eq!(comparison_of(primitive).is_some(), compares, "{name}");
            assert_eq!(
                is_arithmetic(primitive),
                is_instruction && !compares,
                "{name}"
            );
        }
    }

    #[test]
    fn what_is_stored_is_the_last_operand() {
        let stores = |&primitive: &Primitive| {
            stored_operand(primitive).map(|operand| (primitive.name(), operand))
        };
        let stores: Vec<(&str, usize)> = Primitive::ALL.iter().filter_map(stores).collect();
        assert_eq!(
            stores,
            [
                ("set-car!", 1),
                ("set-cdr!", 1),
                ("vector-set!", 2),
                ("%record-set!", 3),
                ("%box-set!", 1),
            ]
        );
    }
}
