//! Sets of values as bits, by the values' places in a plan.

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

#[cfg(test)]
mod tests {
    use super::ValueSet;

    const COUNT: usize = 200;

    fn set(members: &[usize]) -> ValueSet {
        let mut set = ValueSet::empty(COUNT);
        for &member in members {
            set.insert(member);
        }
        set
    }

    fn members(set: &ValueSet) -> Vec<usize> {
        let members: Vec<usize> = set.iter().collect();
        let contained = (0..COUNT).filter(|&value| set.contains(value));
        assert_eq!(contained.collect::<Vec<usize>>(), members);
        members
    }

    #[test]
    fn each_value_is_a_member_by_itself_in_every_word() {
        for value in [0, 1, 62, 63, 64, 65, 126, 127, 128, 199] {
            assert_eq!(members(&set(&[value])), [value]);
            let mut all = ValueSet::full(COUNT);
            all.remove(value);
            assert!((0..COUNT).all(|other| all.contains(other) == (other != value)));
        }
        assert_eq!(members(&ValueSet::empty(COUNT)), []);
        let mut cleared = set(&[3, 64, 199]);
        cleared.clear();
        assert_eq!(members(&cleared), []);
    }

    #[test]
    fn sets_unite_and_intersect_in_every_word() {
        let mut united = set(&[1, 63, 130]);
        united.unite(&set(&[1, 64, 199]));
        assert_eq!(members(&united), [1, 63, 64, 130, 199]);
        assert!(united.intersect(&set(&[1, 63, 64, 199])));
        assert_eq!(members(&united), [1, 63, 64, 199]);
        assert!(!united.intersect(&set(&[1, 5, 63, 64, 199])));
        // What goes from the first word is told though nothing goes from the last.
        assert!(united.intersect(&set(&[63, 64, 199])));
        assert!(united.intersect(&set(&[63, 64])));
        assert_eq!(members(&united), [63, 64]);
    }
}
