//! The hash that symbols and strings store. The compiler computes the hash of every symbol that a
//! program names.

/// Bits of a hash.
pub const BITS: u32 = 60;

/// FNV-1a over the UTF-8 bytes of a text, without its lowest bits.
#[derive(Clone, Copy, Debug)]
pub struct TextHash(u64);

impl TextHash {
    /// Of no bytes.
    pub const EMPTY: Self = Self(0xcbf2_9ce4_8422_2325);

    /// With one byte more.
    #[must_use]
    pub const fn with(self, byte: u8) -> Self {
        Self((self.0 ^ byte as u64).wrapping_mul(0x0000_0100_0000_01b3))
    }

    /// The hash: [`BITS`] bits.
    pub const fn finish(self) -> u64 {
        self.0 >> (u64::BITS - BITS)
    }
}

/// The hash of a symbol with this name, and of a string with this content.
pub const fn text_hash(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let mut hash = TextHash::EMPTY;
    let mut index = 0;
    while index < bytes.len() {
        hash = hash.with(bytes[index]);
        index += 1;
    }
    hash.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_fowler_noll_vo_without_four_bits() {
        // From the authors' table of test vectors.
        assert_eq!(text_hash("foobar"), 0x8594_4171_f739_67e8 >> 4);
        assert_eq!(text_hash(""), 0xcbf2_9ce4_8422_2325 >> 4);
    }
}
