//! Sets of values by their place in a plan, as bits.

/// A set of kept values: see [`super::plan::Plan`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ValueSet(Vec<u64>);

impl ValueSet {
    /// The empty set of values below `count`.
    pub(super) fn empty(count: usize) -> Self {
        Self(vec![0; count.div_ceil(64)])
    }

    /// All values below `count`, and perhaps some more.
    pub(super) fn full(count: usize) -> Self {
        Self(vec![u64::MAX; count.div_ceil(64)])
    }

    /// Adds a value.
    pub(super) fn insert(&mut self, value: usize) {
        self.0[value / 64] |= 1 << (value % 64);
    }

    /// Removes a value.
    pub(super) fn remove(&mut self, value: usize) {
        self.0[value / 64] &= !(1 << (value % 64));
    }

    /// Whether the value is a member.
    pub(super) fn contains(&self, value: usize) -> bool {
        self.0[value / 64] & 1 << (value % 64) != 0
    }

    /// Removes all values.
    pub(super) fn clear(&mut self) {
        self.0.fill(0);
    }

    /// Adds what `other` has.
    pub(super) fn unite(&mut self, other: &Self) {
        for (mine, &theirs) in self.0.iter_mut().zip(&other.0) {
            *mine |= theirs;
        }
    }

    /// The members, in ascending order.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().flat_map(|(index, &word)| {
            let bits = (0..64).filter(move |bit| word & 1 << bit != 0);
            bits.map(move |bit| index * 64 + bit)
        })
    }

    /// Keeps what `other` has too; whether anything went.
    pub(super) fn intersect(&mut self, other: &Self) -> bool {
        let mut changed = false;
        for (mine, &theirs) in self.0.iter_mut().zip(&other.0) {
            changed |= *mine & !theirs != 0;
            *mine &= theirs;
        }
        changed
    }
}
