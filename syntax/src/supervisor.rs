//! What long work asks as it goes on: whether to stop, and whether memory is left.

use std::fmt;

use thiserror::Error;

/// Why long work stopped before its end.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Stop {
    /// Somebody wants it to stop.
    #[error("interrupted")]
    Interrupted,
    /// So many bytes are more than what is left.
    #[error("{bytes} bytes are more than what is left")]
    Full {
        /// The bytes that were asked for.
        bytes: usize,
    },
}

/// Whoever lets long work run.
pub trait Supervisor: fmt::Debug {
    /// Asked often: work between two questions takes far less than a tenth of a second.
    ///
    /// # Errors
    ///
    /// [`Stop::Interrupted`]: pass it on at once.
    fn check(&self) -> Result<(), Stop>;

    /// Asked before work takes so many bytes for a while, all of them together.
    ///
    /// # Errors
    ///
    /// [`Stop::Full`]: pass it on at once.
    fn reserve(&self, bytes: usize) -> Result<(), Stop>;
}

/// Lets all work run to its end.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unsupervised;

impl Supervisor for Unsupervised {
    fn check(&self) -> Result<(), Stop> {
        Ok(())
    }

    fn reserve(&self, _bytes: usize) -> Result<(), Stop> {
        Ok(())
    }
}
