//! Sets of slots.

use crate::id::{Id as _, define_ids};
use crate::shared_set::SharedSet;

define_ids! {
    /// A slot of a frame.
    SlotId;
}

/// A set of slots. Copies share what they have in common: a frame may have many slots at many safepoints, of which
/// few change from one to the next.
#[derive(Clone, Debug, Default)]
pub(in crate::codegen) struct SlotSet(SharedSet<SlotId>);

impl SlotSet {
    /// Adds `slot`.
    pub(in crate::codegen) fn insert(&mut self, slot: u16) {
        self.0.insert(id(slot));
    }

    /// Removes `slot`.
    pub(in crate::codegen) fn remove(&mut self, slot: u16) {
        self.0.remove(id(slot));
    }

    /// Whether `slot` is a member.
    pub(in crate::codegen) fn contains(&self, slot: u16) -> bool {
        self.0.contains(id(slot))
    }

    /// Adds all of `other`; whether anything was new.
    pub(in crate::codegen) fn extend(&mut self, other: &Self) -> bool {
        self.0.unite(&other.0)
    }

    /// The bits of 64 slots, from slot 64 times `index` on.
    pub(in crate::codegen) fn word(&self, index: usize) -> u64 {
        self.0.word(index)
    }

    /// Calls `visit` with the index of each [`word`](Self::word) that is not the word of `other`.
    pub(in crate::codegen) fn each_changed_word(&self, other: &Self, mut visit: impl FnMut(usize)) {
        self.0
            .each_changed_word(&other.0, |index, _, _| visit(index));
    }

    /// All members, ascending.
    pub(in crate::codegen) fn iter(&self) -> impl Iterator<Item = u16> {
        self.0.iter().map(|slot| slot.number() as u16)
    }

    /// One more than the greatest member.
    pub(in crate::codegen) fn end(&self) -> usize {
        self.0.end()
    }
}

fn id(slot: u16) -> SlotId {
    SlotId::new(slot.into())
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
