//! What tells contents apart.

use std::fmt;

use twox_hash::XxHash3_128;

/// A hash of 128 bits (XXH3).
///
/// It tells damage and different texts apart, and is no defence: whoever may write to the cache, or chooses what is
/// run, needs no two texts with one hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Digest(pub(super) [u8; Self::BYTES]);

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = self.0.iter();
        bytes.try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl Digest {
    pub(super) const BYTES: usize = 16;

    /// The hash of `bytes`.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self(XxHash3_128::oneshot(bytes).to_le_bytes())
    }
}

/// Hashes parts, each apart from the next.
#[derive(Default)]
pub(crate) struct Digester(XxHash3_128);

impl Digester {
    /// Adds a part.
    pub(crate) fn add(&mut self, part: &[u8]) {
        self.0.write(&(part.len() as u64).to_le_bytes());
        self.0.write(part);
    }

    /// The hash of all parts.
    pub(crate) fn finish(&self) -> Digest {
        Digest(self.0.finish_128().to_le_bytes())
    }
}
