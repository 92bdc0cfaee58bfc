//! Machine addresses and ranges of them.

use std::fmt;

/// Bytes of a chunk, the granule of the arena's side table; chunks are aligned to it.
pub const CHUNK_BYTES: usize = 1 << CHUNK_SHIFT;
pub(crate) const CHUNK_SHIFT: u32 = 16;
/// Alignment and size granule of every object, in bytes.
pub const OBJECT_ALIGN_BYTES: usize = 16;
/// Bytes of a word: everything that the collector reads or writes is made of these.
pub const WORD_BYTES: usize = 8;

/// Any address: not necessarily mapped, aligned, or the start of an object.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Address(usize);

impl Address {
    /// Wraps a raw machine address.
    #[inline(always)]
    pub const fn new(raw: usize) -> Self {
        Self(raw)
    }

    /// The raw machine address.
    #[inline(always)]
    pub const fn raw(self) -> usize {
        self.0
    }

    /// The address that the bits of `word` spell.
    #[inline(always)]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "64-bit hosts only, see `lib.rs`"
    )]
    pub const fn from_word(word: u64) -> Self {
        Self(word as usize)
    }

    /// The address as a 64-bit word.
    #[inline(always)]
    pub const fn word(self) -> u64 {
        self.0 as u64
    }

    /// The address `bytes` further on.
    #[must_use]
    #[inline(always)]
    pub const fn offset_bytes(self, bytes: usize) -> Self {
        Self(self.0.wrapping_add(bytes))
    }

    /// The address `words` words further on.
    #[must_use]
    #[inline(always)]
    pub const fn offset_words(self, words: usize) -> Self {
        self.offset_bytes(words * WORD_BYTES)
    }

    /// How many bytes `self` lies after `start`; wraps around if it lies before.
    #[inline(always)]
    pub const fn bytes_after(self, start: Self) -> usize {
        self.0.wrapping_sub(start.0)
    }

    /// Whether the address is a multiple of `align_bytes`, a power of two.
    #[inline(always)]
    pub const fn is_aligned_to(self, align_bytes: usize) -> bool {
        self.0 & (align_bytes - 1) == 0
    }

    /// A pointer to the word at this address.
    #[inline(always)]
    pub fn as_word_pointer(self) -> *mut u64 {
        std::ptr::with_exposed_provenance_mut(self.0)
    }

    /// Reads the word at this address.
    ///
    /// # Safety
    ///
    /// The address is a multiple of [`WORD_BYTES`], and eight initialised bytes are mapped there
    /// that nobody writes at the same time.
    #[inline(always)]
    pub unsafe fn load_word(self) -> u64 {
        // SAFETY: a readable, aligned word, by the contract of this function.
        unsafe { self.as_word_pointer().read() }
    }

    /// Writes the word at this address.
    ///
    /// # Safety
    ///
    /// The address is a multiple of [`WORD_BYTES`], and eight writable bytes are mapped there that
    /// nobody else accesses at the same time and no reference covers.
    #[inline(always)]
    pub unsafe fn store_word(self, word: u64) {
        // SAFETY: a writable, aligned word, by the contract of this function.
        unsafe { self.as_word_pointer().write(word) }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:#x}", self.0)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, formatter)
    }
}

/// The addresses from `start` up to, but not including, `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressRange {
    /// The first address.
    pub start: Address,
    /// The address after the last one.
    pub end: Address,
}

impl AddressRange {
    /// A range without addresses.
    pub const EMPTY: Self = Self {
        start: Address::new(0),
        end: Address::new(0),
    };

    /// The `bytes` addresses from `start` on.
    pub const fn new(start: Address, bytes: usize) -> Self {
        Self {
            start,
            end: start.offset_bytes(bytes),
        }
    }

    /// How many bytes lie in the range.
    #[inline(always)]
    pub const fn bytes(self) -> usize {
        self.end.bytes_after(self.start)
    }

    /// Whether `address` lies in the range: one subtraction, one comparison.
    #[inline(always)]
    pub const fn contains(self, address: Address) -> bool {
        address.bytes_after(self.start) < self.bytes()
    }

    /// Whether the range has no addresses.
    pub const fn is_empty(self) -> bool {
        self.bytes() == 0
    }

    /// Whether all of `inner` lies in the range.
    pub const fn covers(self, inner: Self) -> bool {
        inner.is_empty()
            || (self.contains(inner.start) && inner.end.bytes_after(self.start) <= self.bytes())
    }

    /// The addresses of the whole words in the range, ascending.
    pub fn words(self) -> impl Iterator<Item = Address> {
        (self.start.raw()..self.end.raw())
            .step_by(WORD_BYTES)
            .map(Address::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_their_start_but_not_their_end() {
        let range = AddressRange::new(Address::new(0x1000), 0x100);
        assert!(range.contains(Address::new(0x1000)));
        assert!(range.contains(Address::new(0x10ff)));
        assert!(!range.contains(Address::new(0x1100)));
        assert!(!range.contains(Address::new(0xfff)));
        assert!(!AddressRange::EMPTY.contains(Address::new(0)));
    }

    #[test]
    fn ranges_cover_only_what_lies_wholly_inside() {
        let outer = AddressRange::new(Address::new(0x1000), 0x100);
        assert!(outer.covers(outer));
        assert!(outer.covers(AddressRange::EMPTY));
        assert!(!outer.covers(AddressRange::new(Address::new(0x10f0), 0x20)));
    }

    #[test]
    fn words_are_eight_bytes_apart() {
        let words: Vec<_> = AddressRange::new(Address::new(16), 24).words().collect();
        assert_eq!(words, [16, 24, 32].map(Address::new));
    }
}
