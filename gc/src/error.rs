//! The errors of the collector's interface.

use thiserror::Error;

/// No heap could be made.
#[derive(Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeapError {
    /// The system refused even the smallest arena.
    #[error("cannot reserve {bytes} bytes of address space (system error {code})")]
    NoAddressSpace {
        /// The last size asked for.
        bytes: usize,
        /// The system's error number.
        code: i32,
    },
}

/// A range of the arena could not be had.
#[derive(Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum ArenaError {
    /// No free run of chunks is long enough.
    #[error("no {bytes} consecutive bytes of the arena are free")]
    Exhausted {
        /// What was asked for.
        bytes: usize,
    },
    /// The system refused memory.
    #[error("the system refused {bytes} bytes of memory (system error {code})")]
    Refused {
        /// What was asked for.
        bytes: usize,
        /// The system's error number.
        code: i32,
    },
}

/// `bytes` cannot be allocated without a collection: collect for this at a safepoint, try again.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("{bytes} bytes need a collection first")]
pub struct Full {
    /// What was asked for.
    pub bytes: usize,
}

/// The slot lies in a sealed part of an image: nothing may be stored there.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the slot lies in a sealed image")]
pub struct Sealed;
