//! The stress mode: at which of the places to collect where a collection may start.

use crate::object_model::Scope;
use crate::options::{Evacuation, Zeal};

/// Under [`Zeal::Paced`], a place pays for so many of the references that the checks of a collection look at.
/// With 8, programs that allocate little take some 20 times as long, and others up to 100 times.
const REFERENCES_PER_PLACE: u64 = 8;

/// Counts the places where a collection may start.
#[derive(Debug)]
pub(crate) struct ZealClock {
    zeal: Zeal,
    /// Places until the next collection.
    left: u64,
    /// Of the pseudo-random numbers that pace.
    state: u64,
    next_is_full: bool,
    next_stays: bool,
}

impl ZealClock {
    pub(crate) const fn new(zeal: Zeal) -> Self {
        let (left, state) = match zeal {
            Zeal::Every(every) => (every.get() as u64, 0),
            // Seeds that follow one another begin at places that do.
            Zeal::Paced { seed } => (1 + seed % FIRST_PLACES, seed),
        };
        Self {
            zeal,
            left,
            state,
            next_is_full: false,
            next_stays: false,
        }
    }

    /// Counts one place; whether to collect there.
    pub(crate) fn tick(&mut self) -> bool {
        self.left = self.left.saturating_sub(1);
        if self.left > 0 {
            return false;
        }
        self.left = match self.zeal {
            Zeal::Every(every) => u64::from(every.get()),
            // Until `checked` knows better.
            Zeal::Paced { .. } => 1,
        };
        true
    }

    /// Decides how long to wait after a collection whose checks have looked at so many references.
    pub(crate) fn checked(&mut self, references: u64) {
        if let Zeal::Paced { .. } = self.zeal {
            let mean = references / REFERENCES_PER_PLACE;
            self.left = 1 + mean / 2 + self.random() % (mean + 1);
        }
    }

    /// Steele, Lea and Flood: Fast splittable pseudorandom number generators, 2014.
    const fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ self.state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// Minor and full collections in turn.
    pub(crate) fn next_scope(&mut self) -> Scope {
        self.next_is_full = !self.next_is_full;
        if self.next_is_full {
            Scope::Minor
        } else {
            Scope::Full
        }
    }

    /// By turns full collections move everything, so that stale references show, and mark in place, so that holes and
    /// the marks beside them are checked.
    pub(crate) const fn next_evacuation(&mut self) -> Evacuation {
        let stays = self.next_stays;
        self.next_stays = !stays;
        if stays {
            Evacuation::AsNeeded
        } else {
            Evacuation::Everything
        }
    }
}

/// The places among which a seed chooses the first.
const FIRST_PLACES: u64 = 4096;

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    #[test]
    fn every_third_place_collects() {
        let every = NonZeroU32::new(3).unwrap();
        let mut clock = ZealClock::new(Zeal::Every(every));
        let ticks: Vec<_> = (0..7).map(|_| clock.tick()).collect();
        assert_eq!(ticks, [false, false, true, false, false, true, false]);
        assert_eq!(clock.next_scope(), Scope::Minor);
        assert_eq!(clock.next_scope(), Scope::Full);
        assert_eq!(clock.next_scope(), Scope::Minor);
    }

    /// The places of the first collections, whose checks look at `references` each.
    fn paced(seed: u64, references: u64, count: usize) -> Vec<u64> {
        let mut clock = ZealClock::new(Zeal::Paced { seed });
        let mut places = Vec::new();
        for place in 0.. {
            if places.len() == count {
                break;
            }
            if clock.tick() {
                places.push(place);
                clock.checked(references);
            }
        }
        places
    }

    #[test]
    fn a_paced_clock_waits_as_long_as_the_checks_are_worth() {
        for references in [0, 7, 800, 80_000] {
            let mean = references / REFERENCES_PER_PLACE;
            let places = paced(5, references, 200);
            assert_eq!(places[0], 5);
            let waits: Vec<_> = places.windows(2).map(|pair| pair[1] - pair[0]).collect();
            let is_near = |&wait: &u64| (1 + mean / 2..=1 + mean / 2 + mean).contains(&wait);
            assert!(waits.iter().all(is_near), "{waits:?}");
            let sum: u64 = waits.iter().sum();
            assert!(sum.abs_diff(199 * (1 + mean)) <= 199 * mean / 8, "{sum}");
        }
    }

    #[test]
    fn seeds_cover_all_places() {
        let mut covered = std::collections::BTreeSet::new();
        for seed in 0..2000 {
            covered.extend(paced(seed, 800, 50));
        }
        assert!((0..2000).all(|place| covered.contains(&place)));
    }
}
