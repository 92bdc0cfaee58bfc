//! Sets of slots as bits.

use smallvec::SmallVec;

/// A set of slots.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::codegen) struct SlotSet(SmallVec<[u64; 1]>);

impl SlotSet {
    /// Adds `slot`.
    pub(in crate::codegen) fn insert(&mut self, slot: u16) {
        let (word, bit) = place(slot);
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= bit;
    }

    /// Removes `slot`.
    pub(in crate::codegen) fn remove(&mut self, slot: u16) {
        let (word, bit) = place(slot);
        if let Some(word) = self.0.get_mut(word) {
            *word &= !bit;
        }
    }

    /// Whether `slot` is a member.
    pub(in crate::codegen) fn contains(&self, slot: u16) -> bool {
        let (word, bit) = place(slot);
        self.0.get(word).is_some_and(|word| word & bit != 0)
    }

    /// Adds all of `other`; whether anything was new.
    pub(in crate::codegen) fn extend(&mut self, other: &Self) -> bool {
        if other.0.len() > self.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        let mut changed = false;
        for (mine, &theirs) in self.0.iter_mut().zip(&other.0) {
            changed |= theirs & !*mine != 0;
            *mine |= theirs;
        }
        changed
    }

    /// The bits of 64 slots, from slot 64 times `index` on.
    pub(in crate::codegen) fn word(&self, index: usize) -> u64 {
        self.0.get(index).copied().unwrap_or(0)
    }

    /// All members, ascending.
    pub(in crate::codegen) fn iter(&self) -> impl Iterator<Item = u16> {
        (0..self.end() as u16).filter(|&slot| self.contains(slot))
    }

    /// One more than the greatest member.
    pub(in crate::codegen) fn end(&self) -> usize {
        let last = self.0.iter().rposition(|&word| word != 0);
        last.map_or(0, |word| {
            64 * word + 64 - self.0[word].leading_zeros() as usize
        })
    }
}

fn place(slot: u16) -> (usize, u64) {
    (usize::from(slot) / 64, 1 << (slot % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_found_across_words() {
        let mut set = SlotSet::default();
        assert_eq!(set.end(), 0);
        set.insert(3);
        set.insert(130);
        assert!(set.contains(3) && set.contains(130) && !set.contains(64));
        assert_eq!(set.end(), 131);
        assert_eq!(set.iter().collect::<Vec<_>>(), [3, 130]);
        set.remove(130);
        assert_eq!(set.end(), 4);
        let mut other = SlotSet::default();
        assert!(other.extend(&set));
        assert!(!other.extend(&set));
    }
}
