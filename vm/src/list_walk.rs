//! Walks over lists that end also where a list is circular.

use syntax::Stop;

use crate::mutator::Mutator;
use crate::value::Value;

/// The pairs of a list, each with its car; ends also where the list is circular.
///
/// In a circular list every pair comes at least once. Cycles are found as by Brent (1980).
pub(crate) struct Pairs<'m, 'id> {
    m: &'m Mutator<'id>,
    /// What comes after the last pair.
    pub(crate) rest: Value<'m>,
    mark: Value<'m>,
    until_mark: usize,
    mark_distance: usize,
    pub(crate) is_circular: bool,
}

impl<'m, 'id> Pairs<'m, 'id> {
    #[inline]
    pub(crate) fn of(m: &'m Mutator<'id>, list: Value<'m>) -> Self {
        Self {
            m,
            rest: list,
            mark: list,
            until_mark: 1,
            mark_distance: 1,
            is_circular: false,
        }
    }

    /// How many pairs are left.
    ///
    /// # Errors
    ///
    /// [`Stop::Interrupted`].
    pub(crate) fn count_supervised(&mut self) -> Result<usize, Stop> {
        self.skip_supervised(usize::MAX)
    }

    /// Passes so many pairs, or all that are left; how many they were.
    ///
    /// # Errors
    ///
    /// [`Stop::Interrupted`].
    pub(crate) fn skip_supervised(&mut self, count_max: usize) -> Result<usize, Stop> {
        let mut count = 0;
        while count < count_max && self.next().is_some() {
            count += 1;
            self.m.check_at(count)?;
        }
        Ok(count)
    }

    /// How many pairs the cycle has at which the iteration ended.
    pub(crate) const fn cycle_length(&self) -> usize {
        self.mark_distance - self.until_mark
    }

    /// Whether the iteration ended at the empty list.
    pub(crate) fn ended_well(&self) -> bool {
        self.rest.is_null()
    }
}

impl<'m> Iterator for Pairs<'m, '_> {
    type Item = (Value<'m>, Value<'m>);

    // What a search does for each element should stay in its registers.
    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.is_circular {
            return None;
        }
        let pair = self.rest;
        let (car, cdr) = self.m.pair(pair)?;
        self.rest = cdr;
        self.is_circular = cdr == self.mark;
        self.until_mark -= 1;
        if self.until_mark == 0 && !self.is_circular {
            self.mark = cdr;
            self.mark_distance *= 2;
            self.until_mark = self.mark_distance;
        }
        Some((pair, car))
    }
}

impl Mutator<'_> {
    /// How many elements a list has; `None` if the value is no list: it ends in something else, or never.
    pub fn list_length(&self, list: Value<'_>) -> Option<usize> {
        let mut pairs = Pairs::of(self, list);
        let length = pairs.by_ref().count();
        pairs.ended_well().then_some(length)
    }
}
