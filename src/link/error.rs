//! Why a file cannot be rewritten.

use abi::fingerprint::FINGERPRINT;
use loader::LoadError;

/// Why an image or an executable cannot be made from the files that were given.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LinkError {
    /// The image is none, or is damaged.
    #[error(transparent)]
    Image(#[from] LoadError),
    /// The image is that of a library.
    #[error("it is the image of a library: there is no program to run")]
    Library,
    /// The image needs a library that has an image of its own.
    #[error("it needs library {library}, which has an image of its own")]
    NeedsLibrary {
        /// The first library that it needs.
        library: String,
    },
    /// The file is not ELF.
    #[error("no ELF file")]
    NotElf,
    /// The file is for another sort of machine.
    #[error("no ELF file of 64 bits and little-endian")]
    OtherMachine,
    /// A part of the file says what is not so.
    #[error("the ELF file is damaged: {0}")]
    Damaged(&'static str),
    /// The executable has no slot.
    #[error("the executable has no slot: it is not made to carry a program")]
    NoSlot,
    /// The executable belongs to another version.
    #[error(
        "the executable is of another version of Cozen: its fingerprint is {found:#x}, not {FINGERPRINT:#x}"
    )]
    OtherVersion {
        /// The fingerprint of its slot.
        found: u64,
    },
    /// The executable carries a program already.
    #[error("the executable carries a program already")]
    Occupied,
    /// The executable has no program header to spare.
    #[error("the executable has no program header to spare: it has no notes")]
    NoSpareHeader,
}
