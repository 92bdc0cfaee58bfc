//! Primitives with forms of their own: tests that branches make, sums with small constants.

use abi::primitive::Primitive;
use abi::tag;
use abi::type_test::TypeTest;

use super::procedure::ProcedureBuilder;
use crate::core::ir::ExprId;
use crate::ssa::ir::{Comparison, Condition, ValueId};

/// The form that a primitive with these operands is compiled to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Selection {
    /// Negation of a test.
    Not(ExprId),
    /// A type test.
    Type(TypeTest, ExprId),
    /// Identity of two values.
    Eq(ExprId, ExprId),
    /// Identity with an immediate.
    EqWord(ExprId, i32),
    /// A comparison of numbers.
    Compare(Comparison, ExprId, ExprId),
    /// A comparison with a small integer.
    CompareSmall(Comparison, ExprId, i16),
    /// A sum with a small integer.
    AddSmall(ExprId, i16),
    /// None of its own.
    Plain,
}

impl Selection {
    /// What has to be evaluated for a test; `None` if it is no test.
    pub(super) fn operands(self) -> Option<Vec<ExprId>> {
        match self {
            Self::Type(_, part) | Self::EqWord(part, _) | Self::CompareSmall(_, part, _) => {
                Some(vec![part])
            }
            Self::Eq(left, right) | Self::Compare(_, left, right) => Some(vec![left, right]),
            Self::Not(_) | Self::AddSmall(..) | Self::Plain => None,
        }
    }

    /// What a branch tests; `values` are those of [`Self::operands`].
    pub(super) fn condition(self, values: &[ValueId]) -> Condition {
        match self {
            Self::Type(test, _) => Condition::Type(test, values[0]),
            Self::EqWord(_, word) => Condition::EqWord(values[0], word),
            Self::Eq(..) => Condition::Eq(values[0], values[1]),
            Self::Compare(comparison, ..) => Condition::Compare(comparison, values[0], values[1]),
            Self::CompareSmall(comparison, _, small) => {
                Condition::CompareSmall(comparison, values[0], small)
            }
            Self::Not(_) | Self::AddSmall(..) | Self::Plain => {
                unreachable!("only tests have conditions")
            }
        }
    }
}

impl ProcedureBuilder<'_, '_> {
    /// Chooses the form of a primitive.
    pub(super) fn select(&self, primitive: Primitive, operands: &[ExprId]) -> Selection {
        if let Some(test) = type_test(primitive) {
            return Selection::Type(test, operands[0]);
        }
        match primitive {
            Primitive::Not => Selection::Not(operands[0]),
            Primitive::IsEq => self.select_eq(operands[0], operands[1]),
            Primitive::Add => match (self.small(operands[0]), self.small(operands[1])) {
                (_, Some(value)) => Selection::AddSmall(operands[0], value),
                (Some(value), None) => Selection::AddSmall(operands[1], value),
                (None, None) => Selection::Plain,
            },
            // Not a difference with zero: -0.0 and an exact zero have another sum than difference.
            Primitive::Subtract => match self.small(operands[1]).and_then(i16::checked_neg) {
                Some(value) if value != 0 => Selection::AddSmall(operands[0], value),
                _ => Selection::Plain,
            },
            Primitive::NumberEqual => self.select_comparison(Comparison::Equal, operands),
            Primitive::Less => self.select_comparison(Comparison::Less, operands),
            Primitive::LessEqual => self.select_comparison(Comparison::LessEqual, operands),
            Primitive::Greater => self.select_comparison(Comparison::Greater, operands),
            Primitive::GreaterEqual => self.select_comparison(Comparison::GreaterEqual, operands),
            _ => Selection::Plain,
        }
    }

    fn select_eq(&self, left: ExprId, right: ExprId) -> Selection {
        let half = |id| self.literal_word(id).and_then(sign_extended_half);
        match (half(left), half(right)) {
            (_, Some(word)) => Selection::EqWord(left, word),
            (Some(word), None) => Selection::EqWord(right, word),
            (None, None) => Selection::Eq(left, right),
        }
    }

    fn select_comparison(&self, comparison: Comparison, operands: &[ExprId]) -> Selection {
        let (left, right) = (operands[0], operands[1]);
        match (self.small(left), self.small(right)) {
            (_, Some(value)) => Selection::CompareSmall(comparison, left, value),
            (Some(value), None) => Selection::CompareSmall(mirrored(comparison), right, value),
            (None, None) => Selection::Compare(comparison, left, right),
        }
    }

    /// The value of an expression that quotes a small fixnum.
    fn small(&self, id: ExprId) -> Option<i16> {
        let word = self.literal_word(id)?;
        let value = tag::is_fixnum(word).then(|| tag::fixnum_value(word))?;
        i16::try_from(value).ok()
    }
}

fn sign_extended_half(word: u64) -> Option<i32> {
    i32::try_from(word.cast_signed()).ok()
}

/// The comparison with its operands exchanged.
fn mirrored(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Equal => Comparison::Equal,
        Comparison::Less => Comparison::Greater,
        Comparison::LessEqual => Comparison::GreaterEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterEqual => Comparison::LessEqual,
    }
}

/// The test that a predicate makes. Predicates and tests are listed in the same order.
fn type_test(primitive: Primitive) -> Option<TypeTest> {
    let number = primitive.index().checked_sub(Primitive::IsNull.index())?;
    let test = TypeTest::from_byte(u8::try_from(number).ok()?)?;
    debug_assert_eq!(test.name(), primitive.name());
    Some(test)
}
