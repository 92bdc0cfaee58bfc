//! The slots with closures that were made since the last safepoint, in a straight piece of code.

/// A set of slots. To clear it takes as long as what was added.
#[derive(Debug, Default)]
pub(super) struct Fresh {
    bits: Vec<u64>,
    /// The words that may not be zero.
    used: Vec<usize>,
}

const fn place(slot: u32) -> (usize, u64) {
    ((slot / u64::BITS) as usize, 1 << (slot % u64::BITS))
}

impl Fresh {
    pub(super) fn add(&mut self, slot: u32) {
        let (word, bit) = place(slot);
        if word >= self.bits.len() {
            self.bits.resize(word + 1, 0);
        }
        if self.bits[word] == 0 {
            self.used.push(word);
        }
        self.bits[word] |= bit;
    }

    #[inline]
    pub(super) fn remove(&mut self, slot: u32) {
        if !self.used.is_empty() {
            let (word, bit) = place(slot);
            if let Some(bits) = self.bits.get_mut(word) {
                *bits &= !bit;
            }
        }
    }

    #[inline]
    pub(super) fn contains(&self, slot: u32) -> bool {
        let (word, bit) = place(slot);
        !self.used.is_empty() && self.bits.get(word).is_some_and(|bits| bits & bit != 0)
    }

    #[inline]
    pub(super) fn clear(&mut self) {
        while let Some(word) = self.used.pop() {
            self.bits[word] = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_is_there_until_it_is_removed_or_all_are() {
        let mut fresh = Fresh::default();
        for slot in [3, 64, 65, 40_000] {
            fresh.add(slot);
        }
        fresh.remove(64);
        assert!(!fresh.contains(64) && fresh.contains(65) && fresh.contains(40_000));
        fresh.clear();
        fresh.add(4);
        assert!(!fresh.contains(3) && !fresh.contains(40_000) && fresh.contains(4));
    }
}
