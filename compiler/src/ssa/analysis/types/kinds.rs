//! Kinds of values other than flonums and exact integers, as sets.
//!
//! Claim: every such value is of exactly one kind. A test of types passes for all values of a kind or
//! for none, except that some values of [`Kinds::OTHER`] may pass. `types::type_laws` and the tests here
//! fail where this is false.

use std::ops::{BitAnd, BitOr};

use abi::claim::kinds as bits;
use abi::primitive::ResultType;
use abi::tag;
use abi::type_test::TypeTest;

/// A set of kinds. No value is of two kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kinds(u32);

impl Kinds {
    /// None.
    pub const NONE: Self = Self(0);
    /// Exact rationals that are no integers.
    pub const RATIO: Self = Self(bits::RATIO);
    /// Numbers that are not real.
    pub const COMPLEX: Self = Self(bits::COMPLEX);
    /// Pairs.
    pub const PAIR: Self = Self(bits::PAIR);
    /// The empty list.
    pub const NULL: Self = Self(bits::NULL);
    /// `#f`.
    pub const FALSE: Self = Self(bits::FALSE);
    /// `#t`.
    pub const TRUE: Self = Self(bits::TRUE);
    /// Characters.
    pub const CHARACTER: Self = Self(bits::CHARACTER);
    /// Symbols.
    pub const SYMBOL: Self = Self(bits::SYMBOL);
    /// Strings.
    pub const STRING: Self = Self(bits::STRING);
    /// Vectors.
    pub const VECTOR: Self = Self(bits::VECTOR);
    /// Bytevectors.
    pub const BYTEVECTOR: Self = Self(bits::BYTEVECTOR);
    /// Closures.
    pub const PROCEDURE: Self = Self(bits::PROCEDURE);
    /// Records.
    pub const RECORD: Self = Self(bits::RECORD);
    /// Boxes.
    pub const BOX: Self = Self(bits::BOX);
    /// What a variable holds before it is initialised.
    pub const UNBOUND: Self = Self(bits::UNBOUND);
    /// What is of none of these kinds.
    pub const OTHER: Self = Self(bits::OTHER);
    /// All.
    pub const ALL: Self = Self(bits::ALL);

    /// The set as bits of [`abi::claim::kinds`].
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// Whether it is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether all members are members of `other`.
    pub const fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// Whether it has a member in common with `other`.
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The members that are not members of `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The kind of an immediate that is no fixnum or flonum.
    pub(super) fn of_immediate(word: u64) -> Self {
        match word {
            tag::NULL => Self::NULL,
            tag::FALSE => Self::FALSE,
            tag::TRUE => Self::TRUE,
            tag::UNBOUND => Self::UNBOUND,
            _ if tag::is_character(word) => Self::CHARACTER,
            _ => Self::OTHER,
        }
    }

    /// The kinds that pass a test, of numbers those that are neither flonums nor exact integers. What
    /// a test shares with no kind is within [`Self::OTHER`].
    pub(super) fn that_pass(test: TypeTest) -> Self {
        match test {
            TypeTest::Null => Self::NULL,
            TypeTest::Pair => Self::PAIR,
            TypeTest::Boolean => Self::FALSE | Self::TRUE,
            TypeTest::Character => Self::CHARACTER,
            TypeTest::Symbol => Self::SYMBOL,
            TypeTest::String => Self::STRING,
            TypeTest::Vector => Self::VECTOR,
            TypeTest::Bytevector => Self::BYTEVECTOR,
            TypeTest::Procedure => Self::PROCEDURE,
            TypeTest::Number => Self::RATIO | Self::COMPLEX,
            TypeTest::Real | TypeTest::ExactRational => Self::RATIO,
            TypeTest::Fixnum | TypeTest::Flonum | TypeTest::ExactInteger => Self::NONE,
            TypeTest::Record => Self::RECORD,
            TypeTest::Box => Self::BOX,
            TypeTest::Unbound => Self::UNBOUND,
            TypeTest::Eof
            | TypeTest::Default
            | TypeTest::Port
            | TypeTest::WeakPair
            | TypeTest::Table
            | TypeTest::Guardian
            | TypeTest::Ephemeron => Self::OTHER,
        }
    }

    /// The kinds of a primitive's results that are no numbers.
    pub(super) fn of_result(result: ResultType) -> Self {
        match result {
            ResultType::Boolean => Self::FALSE | Self::TRUE,
            ResultType::Character => Self::CHARACTER,
            ResultType::String => Self::STRING,
            ResultType::Symbol => Self::SYMBOL,
            ResultType::Pair => Self::PAIR,
            ResultType::Vector => Self::VECTOR,
            ResultType::Bytevector => Self::BYTEVECTOR,
            ResultType::Record => Self::RECORD,
            ResultType::Unspecified => Self::OTHER,
            ResultType::Any => Self::ALL,
            ResultType::Number | ResultType::FlonumOfFlonums => Self::RATIO | Self::COMPLEX,
            ResultType::Byte
            | ResultType::CodePoint
            | ResultType::Length
            | ResultType::Natural
            | ResultType::Fixnum
            | ResultType::ExactInteger
            | ResultType::Flonum => Self::NONE,
        }
    }
}

impl BitOr for Kinds {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitAnd for Kinds {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_sets() {
        let both = Kinds::PAIR | Kinds::NULL;
        assert!(Kinds::PAIR.is_within(both) && !both.is_within(Kinds::PAIR));
        assert_eq!(both.without(Kinds::NULL), Kinds::PAIR);
        assert_eq!(both & Kinds::VECTOR, Kinds::NONE);
        assert!(Kinds::OTHER.is_within(Kinds::ALL) && !Kinds::ALL.meets(Kinds::NONE));
    }

    #[test]
    fn claims_have_the_same_bits() {
        let both = Kinds::PAIR | Kinds::BOX;
        assert_eq!(both.bits(), bits::PAIR | bits::BOX);
    }

    #[test]
    fn words_are_of_the_kind_that_their_test_passes() {
        assert_eq!(
            Kinds::of_immediate(tag::NULL),
            Kinds::that_pass(TypeTest::Null)
        );
        assert_eq!(
            Kinds::of_immediate(tag::UNBOUND),
            Kinds::that_pass(TypeTest::Unbound)
        );
        assert_eq!(Kinds::of_immediate(tag::EOF), Kinds::OTHER);
        assert_eq!(Kinds::of_immediate(tag::character('x')), Kinds::CHARACTER);
    }
}
