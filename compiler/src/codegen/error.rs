//! The reasons for which a procedure cannot be compiled to bytecode.

use thiserror::Error;

use crate::core::ir::SourcePlace;

/// Why a unit has no code.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum CodegenError {
    /// Instructions number slots with 16 bits.
    #[error("procedure {name:?} needs {slots} slots; a frame has at most 65535")]
    FrameTooLarge {
        /// The procedure.
        name: String,
        /// Where it was written.
        place: SourcePlace,
        /// Slots that it would need.
        slots: usize,
    },
    /// A list or vector literal contains an object that has no text.
    #[error("a quoted list or vector contains an object that cannot stand in an image")]
    ObjectInLiteral,
    /// Native code is wanted, and nothing is there to make it.
    #[error("native code is wanted, but this compiler has no generator for it")]
    NoNativeGenerator,
    /// The distance between two instructions has 32 bits.
    #[error("procedure {name:?} has {bytes} bytes of code; 2147483647 are possible")]
    CodeTooLarge {
        /// The procedure.
        name: String,
        /// Where it was written.
        place: SourcePlace,
        /// Bytes that it would need.
        bytes: usize,
    },
}

impl CodegenError {
    /// Where what it is about was written; `None` if it is about no place in a text.
    pub const fn place(&self) -> Option<SourcePlace> {
        match self {
            Self::FrameTooLarge { place, .. } | Self::CodeTooLarge { place, .. } => Some(*place),
            Self::ObjectInLiteral | Self::NoNativeGenerator => None,
        }
    }
}
