//! The reasons for which a unit cannot become an image.

use thiserror::Error;

/// A limit of the image format that a unit exceeds.
#[derive(Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum LinkError {
    /// Offsets in instructions are 32 bits.
    #[error("the image would take {bytes} bytes of memory, but {bytes_max} are the most")]
    ImageTooLarge {
        /// What the image would take, alignment included.
        bytes: u64,
        /// The limit.
        bytes_max: u64,
    },
    /// The debug information could not be encoded.
    #[error("the debug information cannot be written: {reason}")]
    DebugInformation {
        /// What the encoder said.
        reason: String,
    },
}
