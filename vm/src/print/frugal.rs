//! The supervisor of texts for messages: they take little time and memory, whatever the value.

use std::cell::Cell;

use syntax::{Stop, Supervisor};

/// How often work may ask: some hundredths of a second.
const CHECKS_MAX: usize = 1000;
/// How much work may take at once.
const BYTES_MAX: usize = 1 << 20;

/// Stops work that becomes long or large. No interrupt does.
#[derive(Debug, Default)]
pub(super) struct Frugal {
    checks: Cell<usize>,
}

impl Supervisor for Frugal {
    fn check(&self) -> Result<(), Stop> {
        self.checks.set(self.checks.get() + 1);
        if self.checks.get() > CHECKS_MAX {
            return Err(Stop::Interrupted);
        }
        Ok(())
    }

    fn reserve(&self, bytes: usize) -> Result<(), Stop> {
        if bytes > BYTES_MAX {
            return Err(Stop::Full { bytes });
        }
        Ok(())
    }
}
