//! Which blocks a full collection evacuates: a few sparse ones, or all.
//!
//! An object in an evacuated block is copied. All others are marked in place. Copies need room beside what is there
//! already, so the policy has a budget. It looks at a histogram of how full the blocks are, and chooses the emptiest
//! ones, as Immix does (2008, section 2.4), and of those that are next as many as fit. It chooses no more than can be
//! emptied: of a block that is evacuated in part, both parts would take memory.

use crate::space::block;

/// Blocks are told apart by how full they are, in so many steps.
const STEPS: usize = 16;
const STEP_BYTES: usize = block::BYTES / STEPS;

/// Blocks that are fuller than this are evacuated only where memory is tight: a copy costs more than a mark.
const SPARSE_STEPS: usize = STEPS / 2;

/// Why blocks are evacuated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Nothing needs it, so that only sparse blocks are worth it.
    Little,
    /// Memory is short, so that every block with a hole is worth it.
    Much,
    /// Somebody wishes that everything moves.
    Everything,
}

/// What to evacuate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Blocks in which objects take fewer bytes are evacuated.
    below_bytes: usize,
    /// Of the next step, blocks whose objects take so many bytes together are evacuated, too.
    next_step_bytes: usize,
    /// So many bytes may be copied out of them. All others are marked in place there.
    pub(crate) copied_bytes_max: usize,
}

impl Plan {
    /// Chooses for blocks in which objects take `used_bytes` each, as far as is known, and for a budget of so many
    /// bytes.
    pub(crate) fn choose(
        need: Need,
        budget_bytes: usize,
        used_bytes: impl Iterator<Item = usize>,
    ) -> Self {
        let steps_max = match need {
            Need::Everything => {
                return Self {
                    below_bytes: usize::MAX,
                    next_step_bytes: 0,
                    copied_bytes_max: budget_bytes,
                };
            }
            Need::Little => SPARSE_STEPS,
            Need::Much => STEPS - 1,
        };
        let mut histogram = [0; STEPS];
        for bytes in used_bytes {
            histogram[(bytes / STEP_BYTES).min(STEPS - 1)] += bytes;
        }
        let mut left_bytes = budget_bytes;
        let affordable = histogram[..steps_max].iter().take_while(|&&bytes| {
            let left = left_bytes.checked_sub(bytes);
            left_bytes = left.unwrap_or(left_bytes);
            left.is_some()
        });
        let steps = affordable.count();
        Self {
            below_bytes: steps * STEP_BYTES,
            next_step_bytes: if steps < steps_max { left_bytes } else { 0 },
            copied_bytes_max: budget_bytes,
        }
    }

    /// Whether to evacuate the next block, in which objects take `used_bytes`.
    pub(crate) const fn takes(&mut self, used_bytes: usize) -> bool {
        if used_bytes < self.below_bytes {
            return true;
        }
        let is_of_next_step = used_bytes - self.below_bytes < STEP_BYTES;
        if !is_of_next_step || used_bytes > self.next_step_bytes {
            return false;
        }
        self.next_step_bytes -= used_bytes;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIB: usize = 1 << 10;

    fn below(need: Need, budget_bytes: usize, used: &[usize]) -> usize {
        Plan::choose(need, budget_bytes, used.iter().copied()).below_bytes
    }

    #[test]
    fn the_emptiest_blocks_go_as_far_as_the_budget_reaches() {
        let used = [1, 3, 5, 9, 13, 21, 29, 33, 50, 59, 63].map(|kib| kib * KIB);
        assert_eq!(below(Need::Little, usize::MAX, &used), 32 * KIB);
        assert_eq!(below(Need::Much, usize::MAX, &used), 60 * KIB);
        assert_eq!(below(Need::Much, 9 * KIB, &used), 8 * KIB);
        assert_eq!(below(Need::Much, 8 * KIB, &used), 4 * KIB);
        assert_eq!(below(Need::Much, KIB, &used), 0);
        assert_eq!(below(Need::Everything, 0, &used), usize::MAX);
    }

    #[test]
    fn of_blocks_that_are_equally_full_as_many_go_as_the_budget_reaches() {
        let taken = |need, budget_bytes| {
            let used = [30 * KIB; 10];
            let mut plan = Plan::choose(need, budget_bytes, used.into_iter());
            used.into_iter().filter(|&bytes| plan.takes(bytes)).count()
        };
        assert_eq!(taken(Need::Much, 100 * KIB), 3);
        assert_eq!(taken(Need::Little, 29 * KIB), 0);
        assert_eq!(taken(Need::Little, 300 * KIB), 10);
        assert_eq!(taken(Need::Everything, 0), 10);
        let mut plan = Plan::choose(Need::Little, usize::MAX, [40 * KIB].into_iter());
        assert!(!plan.takes(40 * KIB), "full blocks are not worth it");
    }
}
