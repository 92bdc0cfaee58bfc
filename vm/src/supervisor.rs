//! Long work of primitives asks the mutator whether to go on.

use std::ops::Range;

use syntax::{Stop, Supervisor};

use crate::interrupts::INTERRUPT_BIT;
use crate::mutator::Mutator;

impl Supervisor for Mutator<'_> {
    /// An interrupt that was raised is taken: whoever stops for it passes it on, and the run ends.
    #[inline]
    fn check(&self) -> Result<(), Stop> {
        #[cfg(test)]
        self.count_question();
        if self.heap().poll_requested() && self.heap().take_interrupts(INTERRUPT_BIT) != 0 {
            return Err(Stop::Interrupted);
        }
        Ok(())
    }

    fn reserve(&self, bytes: usize) -> Result<(), Stop> {
        let reserved = self.heap().reserve_outside(bytes);
        reserved.map_err(|full| Stop::Full { bytes: full.bytes })
    }
}

/// How many elements, characters or bytes are worked on between two questions.
const PART: usize = 1 << 16;

impl Mutator<'_> {
    /// For loops over large objects: asks once in so many elements whether to go on, and never for a short object.
    ///
    /// # Errors
    ///
    /// [`Stop::Interrupted`].
    #[inline(always)]
    pub(crate) fn check_at(&self, index: usize) -> Result<(), Stop> {
        if index.is_multiple_of(PART) && index > 0 {
            self.check()?;
        }
        Ok(())
    }

    /// For work on large objects that does many elements at once: does `work` on one part of `range` after the other,
    /// and asks between them whether to go on. A short range is one part, and asks nothing.
    ///
    /// # Errors
    ///
    /// [`Stop::Interrupted`]: the parts before are done.
    #[inline(always)]
    pub(crate) fn in_parts(
        &self,
        range: Range<usize>,
        mut work: impl FnMut(Range<usize>),
    ) -> Result<(), Stop> {
        self.all_parts(range, |part| {
            work(part);
            true
        })?;
        Ok(())
    }

    /// As [`Self::in_parts`], the last part first.
    ///
    /// # Errors
    ///
    /// [`Stop::Interrupted`]: the parts behind are done.
    #[inline(always)]
    pub(crate) fn in_parts_from_the_end(
        &self,
        range: Range<usize>,
        mut work: impl FnMut(Range<usize>),
    ) -> Result<(), Stop> {
        let mut end = range.end;
        while end.saturating_sub(range.start) > PART {
            work(end - PART..end);
            end -= PART;
            self.check()?;
        }
        work(range.start..end);
        Ok(())
    }

    /// Whether `holds` answers true for each part of `range`, see [`Self::in_parts`].
    ///
    /// # Errors
    ///
    /// [`Stop::Interrupted`].
    #[inline(always)]
    pub(crate) fn all_parts(
        &self,
        range: Range<usize>,
        mut holds: impl FnMut(Range<usize>) -> bool,
    ) -> Result<bool, Stop> {
        let mut start = range.start;
        while range.end.saturating_sub(start) > PART {
            if !holds(start..start + PART) {
                return Ok(false);
            }
            start += PART;
            self.check()?;
        }
        Ok(holds(start..range.end))
    }

    /// Counts the questions up to the one that an interrupt comes with.
    #[cfg(test)]
    fn count_question(&self) {
        let left = &self.state().interrupted_question;
        if left.get() == 1 {
            self.raise_interrupt();
        }
        left.set(left.get().saturating_sub(1));
    }

    /// Raises an interrupt, which the next question finds: also one that was taken where nobody could pass it on.
    pub(crate) fn raise_interrupt(&self) {
        self.heap().interrupt().raise(INTERRUPT_BIT);
    }

    /// Announces so many bytes outside of the heap, where they may be many.
    ///
    /// # Errors
    ///
    /// [`Stop::Full`].
    #[inline]
    pub(crate) fn announce(&self, bytes: usize) -> Result<(), Stop> {
        if bytes > PART {
            Supervisor::reserve(self, bytes)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::mutator;

    #[test]
    fn an_interrupt_stops_work_once() {
        let m = mutator();
        assert_eq!(m.check(), Ok(()));
        m.raise_interrupt();
        assert_eq!(m.check(), Err(Stop::Interrupted));
        assert_eq!(m.check(), Ok(()));
    }

    #[test]
    fn parts_make_up_the_range_and_an_interrupt_ends_them() {
        let m = mutator();
        for end in [5, 6, PART, 5 + PART, 6 + PART, 5 + 3 * PART] {
            let (mut forth, mut back) = (5, end);
            m.in_parts(5..end, |part| {
                assert_eq!(part.start, forth);
                forth = part.end;
            })
            .unwrap();
            m.in_parts_from_the_end(5..end, |part| {
                assert_eq!(part.end, back);
                back = part.start;
            })
            .unwrap();
            assert_eq!((forth, back), (end, 5));
        }
        let mut parts = 0;
        let stopped = m.all_parts(0..10 * PART, |_| {
            parts += 1;
            m.raise_interrupt();
            true
        });
        assert_eq!((stopped, parts), (Err(Stop::Interrupted), 1));
        assert_eq!(m.all_parts(0..10, |_| false), Ok(false));
    }

    #[test]
    fn more_than_the_heap_may_have_is_refused() {
        let m = mutator();
        assert_eq!(Supervisor::reserve(&m, 1 << 10), Ok(()));
        let bytes = usize::MAX / 2;
        assert_eq!(Supervisor::reserve(&m, bytes), Err(Stop::Full { bytes }));
    }
}
