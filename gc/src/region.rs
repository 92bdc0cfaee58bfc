//! A run of an arena's chunks with its own first-fit search.

/// Bounds of the free chunks of a run. Callers of [`Region::find`] know of each chunk that was given out whether it is
/// free again.
#[derive(Debug)]
pub(crate) struct Region {
    /// No chunk below this index is free.
    first_free: usize,
    /// All chunks from this index on are free: none was ever given out, and nothing was written about them.
    used_end: usize,
    end: usize,
}

impl Region {
    /// The chunks from `start` to `end`, all free.
    pub(crate) const fn new(start: usize, end: usize) -> Self {
        Self {
            first_free: start,
            used_end: start,
            end,
        }
    }

    /// The index after the last chunk.
    pub(crate) const fn end(&self) -> usize {
        self.end
    }

    /// The index after the last chunk that was ever given out.
    pub(crate) const fn used_end(&self) -> usize {
        self.used_end
    }

    /// The first of `count` consecutive free chunks. `is_free` says so of a chunk that was given out once.
    pub(crate) fn find(&mut self, count: usize, is_free: impl Fn(usize) -> bool) -> Option<usize> {
        while self.first_free < self.used_end && !is_free(self.first_free) {
            self.first_free += 1;
        }
        let (mut first, mut next) = (self.first_free, self.first_free);
        while next < self.used_end {
            if !is_free(next) {
                first = next + 1;
            } else if next + 1 - first == count {
                return Some(first);
            }
            next += 1;
        }
        (self.end.saturating_sub(first) >= count).then_some(first)
    }

    /// Notes that `count` chunks from `first` on are free no more. [`Self::find`] has found these chunks.
    pub(crate) fn take(&mut self, first: usize, count: usize) {
        if self.first_free == first {
            self.first_free = first + count;
        }
        self.used_end = self.used_end.max(first + count);
    }

    /// Notes that chunks from `first` on are free again.
    pub(crate) fn give_back(&mut self, first: usize) {
        self.first_free = self.first_free.min(first);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CHUNKS: usize = 40;

    proptest! {
        /// A region finds what a search through all chunks finds.
        #[test]
        fn first_fit_is_the_first_that_fits(steps in prop::collection::vec((1_usize..9, 0_usize..8), 1..60)) {
            let mut region = Region::new(3, CHUNKS);
            let mut is_free = [true; CHUNKS];
            let mut taken: Vec<(usize, usize)> = Vec::new();
            for (count, choice) in steps {
                if choice < 3 && !taken.is_empty() {
                    let (first, count) = taken.swap_remove(choice % taken.len());
                    is_free[first..first + count].fill(true);
                    region.give_back(first);
                    continue;
                }
                let fits = |first: &usize| is_free[*first..][..count].iter().all(|&free| free);
                let expected = (3..=CHUNKS - count).find(fits);
                let found = region.find(count, |chunk| is_free[chunk]);
                prop_assert_eq!(found, expected);
                if let Some(first) = found {
                    is_free[first..first + count].fill(false);
                    region.take(first, count);
                    taken.push((first, count));
                }
            }
        }
    }
}
