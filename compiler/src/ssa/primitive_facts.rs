//! What the compiler knows of primitives beyond the table.

use abi::primitive::Primitive;
use abi::type_test::TypeTest;

use super::Tables;
use super::ir::{Comparison, Operation, Procedure, Unit};
use crate::core::ir::{Literal, LiteralId};

/// The test that a predicate makes, if one instruction can make it.
pub fn type_test_of(primitive: Primitive) -> Option<TypeTest> {
    Some(match primitive {
        Primitive::IsNull => TypeTest::Null,
        Primitive::IsPair => TypeTest::Pair,
        Primitive::IsBoolean => TypeTest::Boolean,
        Primitive::IsChar => TypeTest::Character,
        Primitive::IsSymbol => TypeTest::Symbol,
        Primitive::IsString => TypeTest::String,
        Primitive::IsVector => TypeTest::Vector,
        Primitive::IsBytevector => TypeTest::Bytevector,
        Primitive::IsProcedure => TypeTest::Procedure,
        Primitive::IsNumber => TypeTest::Number,
        Primitive::IsFixnum => TypeTest::Fixnum,
        Primitive::IsFlonum => TypeTest::Flonum,
        Primitive::IsExactInteger => TypeTest::ExactInteger,
        Primitive::IsExactRational => TypeTest::ExactRational,
        Primitive::IsReal => TypeTest::Real,
        Primitive::IsRecord => TypeTest::Record,
        Primitive::IsEofObject => TypeTest::Eof,
        Primitive::IsDefault => TypeTest::Default,
        Primitive::IsPort => TypeTest::Port,
        Primitive::IsWeakPair => TypeTest::WeakPair,
        Primitive::IsTable => TypeTest::Table,
        Primitive::IsBox => TypeTest::Box,
        Primitive::IsUnbound => TypeTest::Unbound,
        Primitive::IsGuardian => TypeTest::Guardian,
        Primitive::IsEphemeron => TypeTest::Ephemeron,
        _ => return None,
    })
}

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
    pub fn immediate_words(&self, procedure: &Procedure) -> Vec<Option<u64>> {
        let mut words = vec![None; procedure.values.len()];
        let instructions = procedure
            .blocks
            .iter()
            .flat_map(|block| &block.instructions);
        for instruction in instructions {
            if let Some(result) = instruction.result {
                words[result.0 as usize] = self.immediate_word(&instruction.operation);
            }
        }
        words
    }
}

impl Tables {
    /// The word of a literal that is an immediate, fixnum or self-tagged flonum.
    pub fn literal_word(&self, literal: LiteralId) -> Option<u64> {
        match &self.literals[literal.0 as usize] {
            Literal::Word(word) => Some(*word),
            Literal::Datum(_) => None,
        }
    }
}
