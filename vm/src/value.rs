//! Values: one word each, valid as long as nothing can collect.
//!
//! A [`Value`] borrows from the [`Mutator`](crate::Mutator) that it was read from. A collection
//! borrows the mutator mutably. So the borrow checker proves that no value in Rust is stale.

use std::fmt;
use std::marker::PhantomData;

use abi::tag::{self, Header, Kind};
use gc::Address;

/// A Scheme value.
///
/// Equality is identity: `eq?`.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub struct Value<'m> {
    word: u64,
    borrow: PhantomData<&'m ()>,
}

impl Value<'_> {
    /// `#f`.
    pub const FALSE: Self = Self::immediate(tag::FALSE);
    /// `#t`.
    pub const TRUE: Self = Self::immediate(tag::TRUE);
    /// The empty list.
    pub const NULL: Self = Self::immediate(tag::NULL);
    /// What expressions without a useful value return.
    pub const UNSPECIFIED: Self = Self::immediate(tag::UNSPECIFIED);
    /// The end-of-file object.
    pub const EOF: Self = Self::immediate(tag::EOF);
    /// What a variable holds before its definition.
    pub const UNBOUND: Self = Self::immediate(tag::UNBOUND);
    /// An optional argument that was not given.
    pub const DEFAULT: Self = Self::immediate(tag::DEFAULT);
    /// The car of a weak pair whose referent is gone.
    pub const BROKEN: Self = Self::immediate(tag::BROKEN);
    /// `#!optional`.
    pub(crate) const OPTIONAL_MARK: Self = Self::immediate(tag::OPTIONAL_MARK);
    /// `#!rest`.
    pub(crate) const REST_MARK: Self = Self::immediate(tag::REST_MARK);
    /// `#!key`.
    pub(crate) const KEY_MARK: Self = Self::immediate(tag::KEY_MARK);
    /// Zero.
    pub const ZERO: Self = Self::immediate(0);

    #[inline(always)]
    const fn immediate(word: u64) -> Self {
        Self {
            word,
            borrow: PhantomData,
        }
    }

    /// The value with this word.
    ///
    /// # Safety
    ///
    /// `word` is an immediate, or refers to an initialised object of the one heap in question that
    /// stays where it is during `'m`.
    #[inline(always)]
    pub(crate) const unsafe fn from_word(word: u64) -> Self {
        Self {
            word,
            borrow: PhantomData,
        }
    }

    /// `#t` or `#f`.
    #[inline(always)]
    pub const fn boolean(value: bool) -> Self {
        Self::immediate(tag::boolean(value))
    }

    /// A character.
    #[inline(always)]
    pub const fn character(value: char) -> Self {
        Self::immediate(tag::character(value))
    }

    /// A fixnum; `None` if `value` needs more than 61 bits.
    #[inline(always)]
    pub const fn fixnum(value: i64) -> Option<Self> {
        match tag::fixnum(value) {
            Some(word) => Some(Self::immediate(word)),
            None => None,
        }
    }

    /// The fixnum of an index, a length or a count.
    ///
    /// # Panics
    ///
    /// If `value` needs more than 61 bits, which nothing that fits an address space does.
    #[inline(always)]
    pub const fn count(value: usize) -> Self {
        Self::fixnum(value as i64).expect("counts of what is in memory are fixnums")
    }

    /// A flonum that needs no memory; `None` if `value` has to be boxed
    /// (see [`Mutator::flonum`](crate::Mutator::flonum)).
    #[inline(always)]
    pub const fn self_tagged_flonum(value: f64) -> Option<Self> {
        match tag::flonum(value) {
            Some(word) => Some(Self::immediate(word)),
            None => None,
        }
    }

    /// The word.
    #[inline(always)]
    pub const fn word(self) -> u64 {
        self.word
    }

    /// Whether it counts as true: anything but `#f`.
    #[inline(always)]
    pub const fn is_true(self) -> bool {
        self.word != tag::FALSE
    }

    /// Whether it is the empty list.
    #[inline(always)]
    pub const fn is_null(self) -> bool {
        self.word == tag::NULL
    }

    /// Whether it is a pair.
    #[inline(always)]
    pub const fn is_pair(self) -> bool {
        tag::is_pair(self.word)
    }

    /// Whether it is a fixnum.
    #[inline(always)]
    pub const fn is_fixnum(self) -> bool {
        tag::is_fixnum(self.word)
    }

    /// The integer of a fixnum.
    #[inline(always)]
    pub const fn as_fixnum(self) -> Option<i64> {
        if tag::is_fixnum(self.word) {
            Some(tag::fixnum_value(self.word))
        } else {
            None
        }
    }

    /// The index or count of a fixnum that is not negative.
    #[inline(always)]
    pub fn as_index(self) -> Option<usize> {
        usize::try_from(self.as_fixnum()?).ok()
    }

    /// The character.
    #[inline(always)]
    pub const fn as_char(self) -> Option<char> {
        tag::character_value(self.word)
    }

    /// The double of a flonum that is not boxed.
    #[inline(always)]
    pub const fn as_self_tagged_flonum(self) -> Option<f64> {
        if tag::is_self_tagged_flonum(self.word) {
            Some(tag::flonum_value(self.word))
        } else {
            None
        }
    }

    /// `true` or `false`; `None` if it is no boolean.
    #[inline(always)]
    pub const fn as_boolean(self) -> Option<bool> {
        match self.word {
            tag::TRUE => Some(true),
            tag::FALSE => Some(false),
            _ => None,
        }
    }

    /// The header, if it is an object with one.
    #[inline(always)]
    pub(crate) fn header(self) -> Option<Header> {
        if !tag::is_object(self.word) {
            return None;
        }
        // SAFETY: a value with this tag refers to an initialised object, which starts with a header.
        Header::from_word(unsafe { self.untagged().load_word() })
    }

    /// What kind of object it is; `None` for pairs and for what is not an object.
    #[inline(always)]
    pub fn kind(self) -> Option<Kind> {
        self.header()?.kind()
    }

    /// Whether it is an object of this kind.
    #[inline(always)]
    pub fn is_kind(self, kind: Kind) -> bool {
        // Compared as it stands in the header: that it is a kind at all need not be known.
        self.header()
            .is_some_and(|header| header.kind_byte() == kind as u8)
    }

    /// The word without its tag; the address of the object if it is a reference.
    #[inline(always)]
    pub(crate) const fn untagged(self) -> Address {
        Address::from_word(self.word & !tag::TAG_MASK)
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Value({:#x})", self.word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn immediates_convert_both_ways() {
        assert_eq!(Value::fixnum(-5).and_then(Value::as_fixnum), Some(-5));
        assert_eq!(Value::fixnum(-5).and_then(Value::as_index), None);
        assert_eq!(Value::character('λ').as_char(), Some('λ'));
        assert_eq!(Value::TRUE.as_boolean(), Some(true));
        assert_eq!(Value::NULL.as_boolean(), None);
        assert!(Value::ZERO.is_true() && !Value::FALSE.is_true());
        assert_eq!(Value::fixnum(1 << 60), None);
    }
}
