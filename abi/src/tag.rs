//! Values and header words: the bit layout of a 64-bit word.
//!
//! The low three bits of a word are its tag:
//!
//! ```text
//! 000  fixnum: 61 bits, the integer shifted left by three
//! 001  flonum (zero and magnitudes below 2^-767)
//! 010  pair: the address of two words without a header
//! 011  object: the address of a header word
//! 100  flonum (magnitudes from 1.73e-77 up to 2.0)
//! 101  flonum (magnitudes from 2.0 up to 2.32e77)
//! 110  immediate: a character or one of the special constants
//! 111  header: the first word of an object; never a value
//! ```
//!
//! Flonums are self-tagged (Melançon, Serrano, Feeley: Float Self-Tagging, 2025): the double rotated
//! left by four, plus one. A double whose word would get another tag is boxed.

/// Bits of the tag.
pub const TAG_BITS: u32 = 3;
/// Selects the tag of a word.
pub const TAG_MASK: u64 = (1 << TAG_BITS) - 1;

/// Tag of fixnums.
pub const TAG_FIXNUM: u64 = 0b000;
/// Tag of pairs.
pub const TAG_PAIR: u64 = 0b010;
/// Tag of objects with a header.
pub const TAG_OBJECT: u64 = 0b011;
/// Tag of immediates.
pub const TAG_IMMEDIATE: u64 = 0b110;
/// Tag of header words.
pub const TAG_HEADER: u64 = 0b111;

/// Bit `w & 63` of this word says whether `w` has one of the three flonum tags.
pub const FLONUM_TAGS: u64 = 0x3232_3232_3232_3232;

/// Smallest fixnum.
pub const FIXNUM_MIN: i64 = -(1 << 60);
/// Largest fixnum.
pub const FIXNUM_MAX: i64 = (1 << 60) - 1;

/// Whether `word` is a reference: a pair or an object with a header.
#[inline(always)]
pub const fn is_reference(word: u64) -> bool {
    word & 0b110 == 0b010
}

/// Whether `word` is a fixnum.
#[inline(always)]
pub const fn is_fixnum(word: u64) -> bool {
    word & TAG_MASK == TAG_FIXNUM
}

/// Whether `word` is a pair.
#[inline(always)]
pub const fn is_pair(word: u64) -> bool {
    word & TAG_MASK == TAG_PAIR
}

/// Whether `word` refers to an object with a header.
#[inline(always)]
pub const fn is_object(word: u64) -> bool {
    word & TAG_MASK == TAG_OBJECT
}

/// Whether `word` is a self-tagged (not a boxed) flonum.
#[inline(always)]
pub const fn is_self_tagged_flonum(word: u64) -> bool {
    (FLONUM_TAGS >> (word & 63)) & 1 != 0
}

/// The fixnum word of `value`; `None` outside [`FIXNUM_MIN`]..=[`FIXNUM_MAX`].
#[inline(always)]
pub const fn fixnum(value: i64) -> Option<u64> {
    if value >= FIXNUM_MIN && value <= FIXNUM_MAX {
        Some((value as u64) << TAG_BITS)
    } else {
        None
    }
}

/// The integer of a fixnum word.
#[inline(always)]
pub const fn fixnum_value(word: u64) -> i64 {
    (word as i64) >> TAG_BITS
}

/// The word of a double, or `None` if it has to be boxed.
#[inline(always)]
pub const fn flonum(value: f64) -> Option<u64> {
    let word = value.to_bits().rotate_left(4).wrapping_add(1);
    if is_self_tagged_flonum(word) {
        Some(word)
    } else {
        None
    }
}

/// The double of a self-tagged flonum word.
#[inline(always)]
pub const fn flonum_value(word: u64) -> f64 {
    f64::from_bits(word.wrapping_sub(1).rotate_right(4))
}

const IMMEDIATE_KIND_SHIFT: u32 = 3;
const IMMEDIATE_PAYLOAD_SHIFT: u32 = 8;
const IMMEDIATE_SPECIAL: u64 = 0;
const IMMEDIATE_CHARACTER: u64 = 1;

const fn special(number: u64) -> u64 {
    number << IMMEDIATE_PAYLOAD_SHIFT | IMMEDIATE_SPECIAL << IMMEDIATE_KIND_SHIFT | TAG_IMMEDIATE
}

/// `#f`.
pub const FALSE: u64 = special(0);
/// `#t`. Differs from [`FALSE`] in one bit: [`BOOLEAN_BIT`].
pub const TRUE: u64 = special(1);
/// The bit in which `#t` and `#f` differ.
pub const BOOLEAN_BIT: u64 = TRUE ^ FALSE;
/// The empty list.
pub const NULL: u64 = special(2);
/// What expressions without a useful value return.
pub const UNSPECIFIED: u64 = special(3);
/// The end-of-file object.
pub const EOF: u64 = special(4);
/// In a location: no definition has run yet. In a variable of `letrec`: not yet initialised.
pub const UNBOUND: u64 = special(5);
/// An optional argument that was not given.
pub const DEFAULT: u64 = special(6);
/// Written by stress modes over what nothing may use again.
pub const POISON: u64 = special(0xdead);
/// The car of a weak pair whose referent is gone.
pub const BROKEN: u64 = special(7);
/// Never a value: says that values other than one are returned, see [`crate::native`].
pub const MANY_VALUES: u64 = special(8);

/// `#!optional`, `#!rest` and `#!key`, which stand in parameter lists.
pub const OPTIONAL_MARK: u64 = special(9);
/// See [`OPTIONAL_MARK`].
pub const REST_MARK: u64 = special(10);
/// See [`OPTIONAL_MARK`].
pub const KEY_MARK: u64 = special(11);

/// How a special value is written; `None` if the word is none.
#[must_use]
pub const fn special_name(word: u64) -> Option<&'static str> {
    Some(match word {
        FALSE => "#f",
        TRUE => "#t",
        NULL => "()",
        UNSPECIFIED => "#<unspecified>",
        EOF => "#<eof>",
        UNBOUND => "#<unbound>",
        DEFAULT => "#<default>",
        BROKEN => "#<broken>",
        OPTIONAL_MARK => "#!optional",
        REST_MARK => "#!rest",
        KEY_MARK => "#!key",
        _ => return None,
    })
}

/// The word of `#t` or `#f`.
#[inline(always)]
pub const fn boolean(value: bool) -> u64 {
    if value { TRUE } else { FALSE }
}

/// The word of a character.
#[inline(always)]
pub const fn character(value: char) -> u64 {
    (value as u64) << IMMEDIATE_PAYLOAD_SHIFT
        | IMMEDIATE_CHARACTER << IMMEDIATE_KIND_SHIFT
        | TAG_IMMEDIATE
}

/// Whether `word` is a character.
#[inline(always)]
pub const fn is_character(word: u64) -> bool {
    word & 0xff == IMMEDIATE_CHARACTER << IMMEDIATE_KIND_SHIFT | TAG_IMMEDIATE
}

/// The character of a character word; `None` if `word` is none.
#[inline(always)]
pub const fn character_value(word: u64) -> Option<char> {
    if is_character(word) {
        char::from_u32((word >> IMMEDIATE_PAYLOAD_SHIFT) as u32)
    } else {
        None
    }
}

/// Whether code and data of an image may hold `word` as a value that is no reference: a fixnum, a self-tagged flonum, a
/// character, or a constant that programs see.
pub const fn is_plain_value(word: u64) -> bool {
    match word & TAG_MASK {
        TAG_PAIR | TAG_OBJECT | TAG_HEADER => false,
        TAG_IMMEDIATE => {
            let payload = word >> IMMEDIATE_PAYLOAD_SHIFT;
            let is_constant = word == special(payload) && word <= BROKEN;
            let is_character = is_character(word)
                && payload <= char::MAX as u64
                && char::from_u32(payload as u32).is_some();
            is_constant || is_character
        }
        _ => true,
    }
}

/// What an object with a header is. The byte above the header's lowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// A forwarding word: the header's size field is the new address.
    Forward = 0,
    /// `size` values.
    Vector = 1,
    /// `size` bytes.
    Bytevector = 2,
    /// See [`crate::object_layout::string`].
    String = 3,
    /// The content of a string in Latin-1: `size` bytes.
    Units8 = 4,
    /// The content of a string, 32 bits a character: `size` bytes (four a character).
    Units32 = 5,
    /// See [`crate::object_layout::symbol`].
    Symbol = 6,
    /// A double that cannot be self-tagged; `size` is 8 (bytes).
    Flonum = 7,
    /// A magnitude in `size` limbs of 64 bits, least significant first; the sign is a flag.
    Bignum = 8,
    /// Numerator and denominator; `size` is 2 (values).
    Ratnum = 9,
    /// Real and imaginary part; `size` is 2 (values).
    Compnum = 10,
    /// A code address, then free variables; `size` counts both.
    Closure = 11,
    /// A record type, then fields; `size` counts both.
    Record = 12,
    /// One value: an assigned variable.
    Box = 13,
    /// A global variable: value and name; `size` is 2.
    Location = 14,
    /// A weak reference and a strong one; `size` is 2.
    WeakPair = 15,
    /// A key and a value that lives as long as the key; `size` is 2.
    Ephemeron = 16,
    /// See [`crate::object_layout::guardian`].
    Guardian = 17,
    /// Frames copied out of a stack. See [`crate::object_layout::chunk`].
    Chunk = 18,
    /// `size` code addresses (a backtrace).
    CodeAddresses = 19,
    /// See [`crate::object_layout::port`].
    Port = 20,
    /// See [`crate::object_layout::table`].
    Table = 21,
    /// Memory between objects: `size` bytes of nothing.
    Filler = 22,
    /// See [`crate::object_layout::environment`].
    Environment = 23,
}

impl Kind {
    /// Every kind, in numeric order.
    pub const ALL: &[Self] = &[
        Self::Forward,
        Self::Vector,
        Self::Bytevector,
        Self::String,
        Self::Units8,
        Self::Units32,
        Self::Symbol,
        Self::Flonum,
        Self::Bignum,
        Self::Ratnum,
        Self::Compnum,
        Self::Closure,
        Self::Record,
        Self::Box,
        Self::Location,
        Self::WeakPair,
        Self::Ephemeron,
        Self::Guardian,
        Self::Chunk,
        Self::CodeAddresses,
        Self::Port,
        Self::Table,
        Self::Filler,
        Self::Environment,
    ];

    /// The kind with this number.
    #[inline(always)]
    pub const fn from_byte(byte: u8) -> Option<Self> {
        if (byte as usize) < Self::ALL.len() {
            Some(Self::ALL[byte as usize])
        } else {
            None
        }
    }

    /// Whether `size` counts bytes; otherwise it counts 64-bit words.
    #[inline(always)]
    pub const fn size_is_in_bytes(self) -> bool {
        matches!(
            self,
            Self::Bytevector | Self::Units8 | Self::Units32 | Self::Flonum | Self::Filler
        )
    }
}

/// The first word of an object.
///
/// ```text
/// bits 0-2    the tag 111
/// bits 3-7    flags
/// bits 8-15   kind
/// bits 16-63  size, in bytes or words as the kind says; of a forwarding word, the new address
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub struct Header(u64);

/// Where the size starts in a header word.
pub const HEADER_SIZE_SHIFT: u32 = 16;
/// Where the kind starts in a header word.
pub const HEADER_KIND_SHIFT: u32 = 8;
/// The byte of the header word in memory that holds the kind.
pub const HEADER_KIND_OFFSET: usize = (HEADER_KIND_SHIFT / u8::BITS) as usize;
/// Flag: the object is a literal; no mutation is allowed.
pub const FLAG_LITERAL: u64 = 1 << 3;
/// Flag of bignums: the number is negative.
pub const FLAG_NEGATIVE: u64 = 1 << 4;
/// Flag of closures: the procedure is a parameter.
pub const FLAG_PARAMETER: u64 = 1 << 5;
/// Largest size in a header.
pub const HEADER_SIZE_MAX: u64 = (1 << 48) - 1;

impl Header {
    /// The header of a `kind` with `size` bytes or words (see [`Kind::size_is_in_bytes`]).
    #[inline(always)]
    pub const fn new(kind: Kind, size: u64) -> Self {
        debug_assert!(size <= HEADER_SIZE_MAX);
        Self(size << HEADER_SIZE_SHIFT | (kind as u64) << HEADER_KIND_SHIFT | TAG_HEADER)
    }

    /// This header with `flags` set.
    #[inline(always)]
    #[must_use]
    pub const fn with_flags(self, flags: u64) -> Self {
        Self(self.0 | flags)
    }

    /// The word that says that the object moved to `address`.
    #[inline(always)]
    pub const fn forwarding(address: u64) -> Self {
        Self::new(Kind::Forward, address)
    }

    /// Reads a word; `None` unless it has the header tag.
    #[inline(always)]
    pub const fn from_word(word: u64) -> Option<Self> {
        if word & TAG_MASK == TAG_HEADER {
            Some(Self(word))
        } else {
            None
        }
    }

    /// The word.
    #[inline(always)]
    pub const fn word(self) -> u64 {
        self.0
    }

    /// The number of the kind, which may not be one of [`Kind`] in a damaged image.
    #[inline(always)]
    pub const fn kind_byte(self) -> u8 {
        (self.0 >> HEADER_KIND_SHIFT) as u8
    }

    /// The kind.
    #[inline(always)]
    pub const fn kind(self) -> Option<Kind> {
        Kind::from_byte(self.kind_byte())
    }

    /// The size, in bytes or words.
    #[inline(always)]
    pub const fn size(self) -> u64 {
        self.0 >> HEADER_SIZE_SHIFT
    }

    /// Whether it is the header of a `kind` with `size` bytes or words, whatever its flags.
    #[inline(always)]
    pub const fn describes(self, kind: Kind, size: u64) -> bool {
        self.0 >> HEADER_KIND_SHIFT == Self::new(kind, size).0 >> HEADER_KIND_SHIFT
    }

    /// Whether all of `flags` are set.
    #[inline(always)]
    pub const fn has_flags(self, flags: u64) -> bool {
        self.0 & flags == flags
    }

    /// Bytes that the object takes, header included: a multiple of
    /// [`OBJECT_ALIGN_BYTES`](crate::object_layout::OBJECT_ALIGN_BYTES). A forwarding word has none.
    #[inline(always)]
    pub const fn object_bytes(self) -> u64 {
        let payload = match self.kind() {
            Some(kind) if kind.size_is_in_bytes() => self.size(),
            _ => self.size() * 8,
        };
        (payload + 8 + 15) & !15
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyday_doubles_are_self_tagged_and_come_back() {
        for value in [
            0.0,
            -0.0,
            1.0,
            -1.5,
            1e10,
            1e-10,
            1e76,
            -2.3e77,
            1e-300,
            f64::MIN_POSITIVE,
        ] {
            if let Some(word) = flonum(value) {
                assert!(is_self_tagged_flonum(word));
                assert_eq!(flonum_value(word).to_bits(), value.to_bits());
            }
        }
        assert!(flonum(0.0).is_some());
        assert!(flonum(3.25).is_some());
        assert!(flonum(1e300).is_none(), "boxed");
        assert!(flonum(f64::INFINITY).is_none(), "boxed");
        assert!(flonum(f64::NAN).is_none(), "boxed");
    }

    #[test]
    fn fixnums_have_61_bits() {
        assert_eq!(fixnum(FIXNUM_MAX).map(fixnum_value), Some(FIXNUM_MAX));
        assert_eq!(fixnum(FIXNUM_MIN).map(fixnum_value), Some(FIXNUM_MIN));
        assert_eq!(fixnum(FIXNUM_MAX + 1), None);
        assert_eq!(fixnum(FIXNUM_MIN - 1), None);
    }

    #[test]
    fn characters_and_special_constants_are_apart() {
        assert_eq!(character_value(character('λ')), Some('λ'));
        for word in [
            FALSE,
            TRUE,
            NULL,
            UNSPECIFIED,
            EOF,
            UNBOUND,
            DEFAULT,
            POISON,
        ] {
            assert_eq!(character_value(word), None);
            assert!(!is_reference(word) && !is_fixnum(word) && !is_self_tagged_flonum(word));
        }
    }

    #[test]
    fn plain_values_are_those_that_programs_see() {
        for word in [
            FALSE,
            TRUE,
            NULL,
            UNBOUND,
            DEFAULT,
            BROKEN,
            character('λ'),
            8,
            1,
            4,
        ] {
            assert!(is_plain_value(word), "{word:#x}");
        }
        let surrogate = 0xd800 << IMMEDIATE_PAYLOAD_SHIFT | character('\0');
        let beyond = 1 << 40 | character('a');
        let other_kind = 2 << IMMEDIATE_KIND_SHIFT | TAG_IMMEDIATE;
        for word in [MANY_VALUES, POISON, surrogate, beyond, other_kind, 2, 3, 7] {
            assert!(!is_plain_value(word), "{word:#x}");
        }
    }

    #[test]
    fn headers_say_kind_size_and_flags() {
        let header = Header::new(Kind::Bignum, 3).with_flags(FLAG_NEGATIVE);
        assert_eq!(header.kind(), Some(Kind::Bignum));
        assert_eq!(header.size(), 3);
        assert!(header.has_flags(FLAG_NEGATIVE));
        assert!(!header.has_flags(FLAG_LITERAL));
        assert!(header.describes(Kind::Bignum, 3));
        assert!(!header.describes(Kind::Bignum, 2) && !header.describes(Kind::Ratnum, 3));
        assert_eq!(header.object_bytes(), 32);
        assert_eq!(Header::new(Kind::Units8, 9).object_bytes(), 32);
        assert_eq!(Header::new(Kind::Vector, 0).object_bytes(), 16);
        assert_eq!(Header::from_word(TRUE), None);
    }

    #[test]
    fn kinds_are_numbered_in_order() {
        for (number, &kind) in Kind::ALL.iter().enumerate() {
            assert_eq!(kind as usize, number);
        }
    }
}
