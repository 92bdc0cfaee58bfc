//! Ranges of exact integers.
//!
//! A bound is finite up to [`FINITE_MAX`] on either side of zero. Beyond, nothing is claimed. A
//! range may have only members that lie beyond. Then its nearer bound is the limit. So a bound that
//! is compared or computed with never stands for more than one number.
//!
//! Claim: the range of each operation has every result that the operation on integers gives for
//! members of the operands' ranges. Every range is made by [`Range::new`], or of the bounds of such
//! ranges. So [`Range::single`] is the one test for "a single number". `laws.rs` compares all
//! operations with integers.

use abi::tag::{FIXNUM_MAX, FIXNUM_MIN, HEADER_SIZE_MAX};

/// Exact integers from `low` to `high`; the least low and the greatest high bound stand for infinity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The least.
    pub low: i128,
    /// The greatest.
    pub high: i128,
}

/// Bounds beyond this are taken for infinite, so that arithmetic on bounds cannot overflow.
const FINITE_MAX: i128 = 1 << 120;
const NEGATIVE_LIMIT: i128 = -FINITE_MAX;
const AFTER_LIMIT: i128 = FINITE_MAX + 1;

impl Range {
    /// All integers.
    pub const ALL: Self = Self {
        low: i128::MIN,
        high: i128::MAX,
    };
    /// Fixnums.
    pub const FIXNUM: Self = Self {
        low: FIXNUM_MIN as i128,
        high: FIXNUM_MAX as i128,
    };
    /// Unsigned words.
    pub const U64: Self = Self {
        low: 0,
        high: u64::MAX as i128,
    };
    /// Signed words.
    pub const I64: Self = Self {
        low: i64::MIN as i128,
        high: i64::MAX as i128,
    };

    /// Bytes.
    pub const BYTE: Self = Self::new(0, 0xff);
    /// Codes of characters.
    pub const CODE_POINT: Self = Self::new(0, 0x10_ffff);
    /// Lengths of vectors, strings and bytevectors: headers have no room for more.
    pub const LENGTH: Self = Self {
        low: 0,
        high: HEADER_SIZE_MAX as i128,
    };

    /// From `low` to `high`, and more where a bound lies beyond the limit.
    pub const fn new(low: i128, high: i128) -> Self {
        Self {
            low: match low {
                ..NEGATIVE_LIMIT => i128::MIN,
                FINITE_MAX.. => FINITE_MAX,
                finite => finite,
            },
            high: match high {
                ..=NEGATIVE_LIMIT => NEGATIVE_LIMIT,
                AFTER_LIMIT.. => i128::MAX,
                finite => finite,
            },
        }
    }

    /// All up to `high`.
    pub const fn at_most(high: i128) -> Self {
        Self::new(i128::MIN, high)
    }

    /// All from `low` on.
    pub const fn at_least(low: i128) -> Self {
        Self::new(low, i128::MAX)
    }

    /// One integer.
    pub const fn only(value: i128) -> Self {
        Self::new(value, value)
    }

    /// Whether all members are members of `other`.
    pub const fn is_within(self, other: Self) -> bool {
        other.low <= self.low && self.high <= other.high
    }

    /// The only member, if there is but one.
    pub fn single(self) -> Option<i128> {
        (self.low == self.high).then_some(self.low)
    }

    /// The members but one, where that is one of the bounds.
    #[must_use]
    pub fn without(self, excluded: i128) -> Self {
        if self.single().is_some() {
            return self;
        }
        Self::new(
            self.low + i128::from(self.low == excluded),
            self.high - i128::from(self.high == excluded),
        )
    }

    /// Whether both bounds are finite.
    pub const fn is_finite(self) -> bool {
        self.low != i128::MIN && self.high != i128::MAX
    }

    /// The members of both and what lies between.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        Self {
            low: self.low.min(other.low),
            high: self.high.max(other.high),
        }
    }

    /// The common members, if there are any.
    pub fn meet(self, other: Self) -> Option<Self> {
        let met = Self {
            low: self.low.max(other.low),
            high: self.high.min(other.high),
        };
        (met.low <= met.high).then_some(met)
    }

    /// The range of what `combine` makes of the bounds, where these decide and are finite.
    #[must_use]
    pub fn of_corners(self, other: Self, combine: impl Fn(i128, i128) -> Option<i128>) -> Self {
        if !self.is_finite() || !other.is_finite() {
            return Self::ALL;
        }
        let corners = [
            combine(self.low, other.low),
            combine(self.low, other.high),
            combine(self.high, other.low),
            combine(self.high, other.high),
        ];
        let [Some(a), Some(b), Some(c), Some(d)] = corners else {
            return Self::ALL;
        };
        Self::new(a.min(b).min(c).min(d), a.max(b).max(c).max(d))
    }

    /// Sums.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let bound = |a: i128, b: i128, infinity: i128| {
            if a == infinity || b == infinity {
                infinity
            } else {
                a.saturating_add(b)
            }
        };
        Self::new(
            bound(self.low, other.low, i128::MIN),
            bound(self.high, other.high, i128::MAX),
        )
    }

    /// Negatives.
    #[must_use]
    pub fn negate(self) -> Self {
        let flip = |bound: i128| match bound {
            i128::MIN => i128::MAX,
            i128::MAX => i128::MIN,
            finite => -finite,
        };
        Self {
            low: flip(self.high),
            high: flip(self.low),
        }
    }
}
