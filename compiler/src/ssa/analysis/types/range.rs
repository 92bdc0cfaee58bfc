//! Ranges of exact integers.

use abi::tag::{FIXNUM_MAX, FIXNUM_MIN, HEADER_SIZE_MAX};

/// Exact integers from `low` to `high`; the extreme values stand for infinity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The least.
    pub low: i128,
    /// The greatest.
    pub high: i128,
}

/// Bounds beyond this are taken for infinite, so that arithmetic on bounds cannot overflow.
const FINITE_MAX: i128 = 1 << 120;

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

    /// Lengths of vectors, strings and bytevectors: headers have no room for more.
    pub const LENGTH: Self = Self {
        low: 0,
        high: HEADER_SIZE_MAX as i128,
    };

    /// From `low` to `high`.
    pub const fn new(low: i128, high: i128) -> Self {
        Self {
            low: if low < -FINITE_MAX { i128::MIN } else { low },
            high: if high > FINITE_MAX { i128::MAX } else { high },
        }
    }

    /// One integer.
    pub const fn only(value: i128) -> Self {
        Self::new(value, value)
    }

    /// Whether all members are members of `other`.
    pub const fn is_within(self, other: Self) -> bool {
        other.low <= self.low && self.high <= other.high
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
