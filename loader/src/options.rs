//! What a caller may choose about loading.

use abi::native::Tier;

/// How an image's bytes get to their place; the result is the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Placement {
    /// Mapped from a sealed copy of the file: pages are shared until written.
    #[default]
    Mapped,
    /// Copied into anonymous memory.
    Copied,
    /// Copied into memory that stays writable, and takes no mapping of its own. Native code is not entered there.
    Writable,
}

/// What a caller may choose about loading.
#[derive(Clone, Copy, Debug, Default)]
pub struct LoadOptions {
    /// How the bytes get to their place.
    pub placement: Placement,
    /// How many pins the image starts with: while it has one, the collector keeps it.
    pub pins: u32,
    /// Which procedures may be entered as native code, where they have any. Native code that knows
    /// another procedure of its unit calls its native code whatever is chosen here.
    pub tier: Tier,
    /// Whether address space is reserved behind the image for native parts, which are linked later. Without it, if it
    /// is not to be had, and for images in memory that stays writable, there is none.
    pub has_native_room: bool,
    /// Whether native code in the image is neither made executable nor found by anybody: procedures run as bytecode.
    pub is_bytecode_only: bool,
}

impl LoadOptions {
    /// The same options, for an image whose native code nobody vouches for.
    pub(crate) fn bytecode_only(self) -> Self {
        Self {
            tier: Tier::Bytecode,
            is_bytecode_only: true,
            ..self
        }
    }
}
