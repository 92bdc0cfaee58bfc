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

/// How many bytes of a text are gone through between two questions.
pub(crate) const PIECE_BYTES: usize = 1 << 16;

/// For loops over long texts: asks once in so many bytes whether to go on, and never for a short text.
///
/// # Errors
///
/// As of [`Supervisor::check`].
#[inline]
pub(crate) fn check_at(supervisor: &dyn Supervisor, index: usize) -> Result<(), Stop> {
    if index.is_multiple_of(PIECE_BYTES) && index > 0 {
        supervisor.check()?;
    }
    Ok(())
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
