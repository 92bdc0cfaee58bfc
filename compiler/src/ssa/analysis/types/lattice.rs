//! Types as sets of values: flonums, exact integers of a range, kinds of anything else.
//!
//! Claim: types are sets. A join has the members of either type, a meet the members of both. Of
//! [`Kinds::OTHER`], a test or a word has only some members. So a meet with [`Kinds::OTHER`] proves
//! nothing about whether a test passes. `type_laws.rs` shows this.

use abi::tag;
use abi::type_test::TypeTest;

use super::kinds::Kinds;
use super::range::Range;

/// A set of values. Without any member: nothing is known to reach the place yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Type {
    /// Whether flonums are members.
    pub flonum: bool,
    /// Which exact integers are members.
    pub integer: Option<Range>,
    /// What else is a member.
    pub kinds: Kinds,
}

impl Type {
    /// Nothing.
    pub const NONE: Self = Self::of_kinds(Kinds::NONE);
    /// Everything.
    pub const ANY: Self = Self {
        flonum: true,
        integer: Some(Range::ALL),
        kinds: Kinds::ALL,
    };
    /// Flonums.
    pub const FLONUM: Self = Self {
        flonum: true,
        integer: None,
        kinds: Kinds::NONE,
    };
    /// Flonums and exact rationals.
    pub const REAL: Self = Self {
        flonum: true,
        integer: Some(Range::ALL),
        kinds: Kinds::RATIO,
    };

    /// Exact integers of a range.
    pub const fn integer(range: Range) -> Self {
        Self {
            flonum: false,
            integer: Some(range),
            kinds: Kinds::NONE,
        }
    }

    /// Values of some kinds.
    pub const fn of_kinds(kinds: Kinds) -> Self {
        Self {
            flonum: false,
            integer: None,
            kinds,
        }
    }

    /// All numbers.
    pub fn number() -> Self {
        Self {
            kinds: Kinds::RATIO | Kinds::COMPLEX,
            ..Self::REAL
        }
    }

    /// One tagged word.
    pub fn of_word(word: u64) -> Self {
        if tag::is_fixnum(word) {
            Self::integer(Range::only(i128::from(tag::fixnum_value(word))))
        } else if tag::is_self_tagged_flonum(word) {
            Self::FLONUM
        } else {
            Self::of_kinds(Kinds::of_immediate(word))
        }
    }

    /// All values that pass a test, and perhaps some more of [`Kinds::OTHER`].
    pub fn that_passes(test: TypeTest) -> Self {
        let integer = match test {
            TypeTest::Fixnum => Some(Range::FIXNUM),
            TypeTest::ExactInteger
            | TypeTest::ExactRational
            | TypeTest::Real
            | TypeTest::Number => Some(Range::ALL),
            _ => None,
        };
        let flonum = matches!(test, TypeTest::Flonum | TypeTest::Real | TypeTest::Number);
        Self {
            flonum,
            integer,
            kinds: Kinds::that_pass(test),
        }
    }

    /// Whether it has no members.
    pub fn is_none(self) -> bool {
        self == Self::NONE
    }

    /// Whether it has members, and they are flonums.
    pub fn is_flonum(self) -> bool {
        self == Self::FLONUM
    }

    /// Whether it has members, all of which are real numbers.
    pub fn is_real(self) -> bool {
        self.kinds.is_within(Kinds::RATIO) && !self.is_none()
    }

    /// Whether it has members, and arithmetic may take the nearest doubles in place of them. A fraction or a large
    /// integer may lie beyond all doubles, or so near to zero that none is nearer: it is no infinity and no zero
    /// for that.
    pub fn has_doubles(self) -> bool {
        self.kinds.is_empty() && self.integer.is_none_or(Range::is_finite) && !self.is_none()
    }

    /// Whether it has members, all of which are of one of these kinds.
    pub fn is_of(self, kinds: Kinds) -> bool {
        !self.flonum
            && self.integer.is_none()
            && self.kinds.is_within(kinds)
            && !self.kinds.is_empty()
    }

    /// Whether exact zero is a member.
    pub fn may_be_exact_zero(self) -> bool {
        self.integer
            .is_some_and(|range| range.low <= 0 && range.high >= 0)
    }

    /// Its range if it has only exact integers.
    pub fn as_integer(self) -> Option<Range> {
        self.integer
            .filter(|_| !self.flonum && self.kinds.is_empty())
    }

    /// The members of either.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        Self {
            flonum: self.flonum || other.flonum,
            integer: match (self.integer, other.integer) {
                (Some(a), Some(b)) => Some(a.join(b)),
                (one, other) => one.or(other),
            },
            kinds: self.kinds | other.kinds,
        }
    }

    /// The members of both.
    #[must_use]
    pub fn meet(self, other: Self) -> Self {
        Self {
            flonum: self.flonum && other.flonum,
            integer: match (self.integer, other.integer) {
                (Some(a), Some(b)) => a.meet(b),
                _ => None,
            },
            kinds: self.kinds & other.kinds,
        }
    }

    /// The members that are not of some kinds.
    #[must_use]
    pub fn without(self, kinds: Kinds) -> Self {
        Self {
            kinds: self.kinds.without(kinds),
            ..self
        }
    }

    /// Whether all members are members of `other`.
    pub fn is_within(self, other: Self) -> bool {
        self.join(other) == other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_integers_flonums_or_of_a_kind() {
        let flonum = tag::flonum(1.5).expect("small flonums are words");
        assert_eq!(Type::of_word(flonum), Type::FLONUM);
        let fixnum = tag::fixnum(-3).expect("a fixnum");
        assert_eq!(Type::of_word(fixnum), Type::integer(Range::only(-3)));
        assert_eq!(Type::of_word(tag::TRUE), Type::of_kinds(Kinds::TRUE));
    }

    #[test]
    fn meet_and_join_are_bounds() {
        let small = Type::integer(Range::new(0, 9));
        let either = small.join(Type::FLONUM);
        assert!(small.is_within(either) && !either.is_within(small));
        assert_eq!(
            either.meet(Type::of_word(tag::fixnum(4).unwrap())),
            Type::integer(Range::only(4))
        );
        assert_eq!(either.meet(Type::of_kinds(Kinds::PAIR)), Type::NONE);
        assert_eq!(Type::ANY.meet(either), either);
        assert!(either.is_real() && !Type::NONE.is_real() && !Type::number().is_real());
        assert!(either.has_doubles() && !Type::NONE.has_doubles() && !Type::REAL.has_doubles());
        assert!(
            !Type::integer(Range::ALL).has_doubles() && !Type::of_kinds(Kinds::RATIO).has_doubles()
        );
    }
}
