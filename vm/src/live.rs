//! Words that are values, as slots and registers hold them.

use std::cell::Cell;

use abi::tag;
use gc::Address;

use crate::value::Value;

/// A word that is a value of the heap that runs: an immediate, or a reference to an initialised object.
///
/// It does not borrow from the mutator, as a [`Value`] does: code that has the mutator for itself passes
/// values in this form. **It is true until the next safepoint only.** Whoever has passed one reads the
/// word anew, from a slot or a register that the collector knows. What takes a `Live` uses it before any
/// safepoint of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub(crate) struct Live(u64);

impl Live {
    /// `#f`.
    pub(crate) const FALSE: Self = Self(tag::FALSE);
    /// What expressions without a useful value return.
    pub(crate) const UNSPECIFIED: Self = Self(tag::UNSPECIFIED);
    /// An optional argument that was not given.
    pub(crate) const DEFAULT: Self = Self(tag::DEFAULT);

    /// The value with this word.
    ///
    /// # Safety
    ///
    /// `word` is an immediate, or refers to an initialised object of the heap that runs, at its present
    /// address.
    #[inline(always)]
    pub(crate) const unsafe fn new(word: u64) -> Self {
        Self(word)
    }

    /// The value that the register holds now.
    ///
    /// # Safety
    ///
    /// As for [`Self::new`], of the word in the register.
    #[inline(always)]
    pub(crate) const unsafe fn read(register: &Cell<u64>) -> Self {
        Self(register.get())
    }

    /// A value, as it is now.
    #[inline(always)]
    pub(crate) const fn of(value: Value<'_>) -> Self {
        Self(value.word())
    }

    /// `#t` or `#f`.
    #[inline(always)]
    pub(crate) const fn boolean(value: bool) -> Self {
        Self(tag::boolean(value))
    }

    /// A character.
    #[inline(always)]
    pub(crate) const fn character(value: char) -> Self {
        Self(tag::character(value))
    }

    /// The fixnum with this word: its three lowest bits do not count.
    #[inline(always)]
    pub(crate) const fn fixnum_word(word: u64) -> Self {
        Self(word & !tag::TAG_MASK)
    }

    /// The word.
    #[inline(always)]
    pub(crate) const fn bits(self) -> u64 {
        self.0
    }

    /// The value, for as long as nothing is collected.
    ///
    /// # Safety
    ///
    /// Nothing is collected during `'m`.
    #[inline(always)]
    pub(crate) const unsafe fn value<'m>(self) -> Value<'m> {
        // SAFETY: a value, says the type, and nothing moves it, by the contract of this function.
        unsafe { Value::from_word(self.0) }
    }

    /// The address of the pair that it refers to, if it does.
    #[inline(always)]
    pub(crate) fn pair_address(self) -> Option<Address> {
        tag::is_pair(self.0).then(|| Address::from_word(self.0.wrapping_sub(tag::TAG_PAIR)))
    }

    /// The address of the object with a header that it refers to, if it does.
    #[inline(always)]
    pub(crate) fn object_address(self) -> Option<Address> {
        // Taking the tag off by subtraction makes it part of the displacement of the loads.
        tag::is_object(self.0).then(|| Address::from_word(self.0.wrapping_sub(tag::TAG_OBJECT)))
    }
}
