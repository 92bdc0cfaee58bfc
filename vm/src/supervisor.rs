//! Long work of primitives asks the mutator whether to go on.

use syntax::{Stop, Supervisor};

use crate::mutator::Mutator;

impl Supervisor for Mutator<'_> {
    /// An interrupt that was raised is taken: whoever stops for it raises the condition `interrupted`.
    #[inline]
    fn check(&self) -> Result<(), Stop> {
        if self.heap().poll_requested() && self.heap().take_interrupts() != 0 {
            return Err(Stop::Interrupted);
        }
        Ok(())
    }

    fn reserve(&self, bytes: usize) -> Result<(), Stop> {
        let reserved = self.heap().reserve(bytes);
        reserved.map_err(|full| Stop::Full { bytes: full.bytes })
    }
}

impl Mutator<'_> {
    /// For loops over large objects: asks once in so many elements whether to go on.
    ///
    /// # Errors
    ///
    /// [`Stop::Interrupted`].
    #[inline(always)]
    pub(crate) fn check_at(&self, index: usize) -> Result<(), Stop> {
        const ELEMENTS: usize = 1 << 16;
        if index.is_multiple_of(ELEMENTS) {
            self.check()?;
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
        m.heap().interrupt().raise(crate::INTERRUPT_BIT);
        assert_eq!(m.check(), Err(Stop::Interrupted));
        assert_eq!(m.check(), Ok(()));
    }

    #[test]
    fn more_than_the_heap_may_have_is_refused() {
        let m = mutator();
        assert_eq!(Supervisor::reserve(&m, 1 << 10), Ok(()));
        let bytes = usize::MAX / 2;
        assert_eq!(Supervisor::reserve(&m, bytes), Err(Stop::Full { bytes }));
    }
}
