//! The stress mode: collect at every Nth place where one may start.

use crate::object_model::Scope;
use crate::options::Zeal;

/// Counts the places where a collection may start.
#[derive(Debug)]
pub(crate) struct ZealClock {
    zeal: Zeal,
    places: u32,
    next_is_full: bool,
}

impl ZealClock {
    pub(crate) const fn new(zeal: Zeal) -> Self {
        Self {
            zeal,
            places: 0,
            next_is_full: false,
        }
    }

    /// Counts one place; whether to collect there.
    pub(crate) fn tick(&mut self) -> bool {
        self.places += 1;
        if self.places < self.zeal.every.get() {
            return false;
        }
        self.places = 0;
        true
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
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    #[test]
    fn every_third_place_collects() {
        let every = NonZeroU32::new(3).unwrap();
        let mut clock = ZealClock::new(Zeal { every });
        let ticks: Vec<_> = (0..7).map(|_| clock.tick()).collect();
        assert_eq!(ticks, [false, false, true, false, false, true, false]);
        assert_eq!(clock.next_scope(), Scope::Minor);
        assert_eq!(clock.next_scope(), Scope::Full);
        assert_eq!(clock.next_scope(), Scope::Minor);
    }
}
