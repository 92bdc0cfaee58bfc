//! Allocation of objects, and access to pairs and fields.

use abi::object_layout::pair;
use abi::tag::{self, Header, Kind};
use gc::{Sealed, Slot, WORD_BYTES};
use syntax::Stop;

use crate::error::Raise;
use crate::mutator::Mutator;
use crate::object::{Object, holds_values};
use crate::value::Value;

impl Mutator<'_> {
    // Allocation. What has no bound is announced by `reserve` first.

    /// Announces that `bytes`, in one object or many, are about to be allocated.
    ///
    /// # Errors
    ///
    /// [`Raise::Full`]: they need a collection; to be passed on before any side effect.
    #[inline]
    pub fn reserve<'m>(&self, bytes: usize) -> Result<(), Raise<'m>> {
        Ok(self.heap().reserve(bytes)?)
    }

    /// Announces that so many pairs are about to be allocated. They may all live, and then a collection copies them:
    /// what that takes counts, too.
    ///
    /// # Errors
    ///
    /// As of [`Self::reserve`].
    pub(crate) fn reserve_pairs(&self, count: usize) -> Result<(), Stop> {
        let copies = 2;
        let reserved = self.heap().reserve(copies * count * pair::BYTES);
        reserved.map_err(|full| Stop::Full { bytes: full.bytes })
    }

    /// A pair.
    #[inline(always)]
    pub fn cons<'m>(&'m self, car: Value<'m>, cdr: Value<'m>) -> Value<'m> {
        let address = self.heap().allocate(pair::BYTES);
        // SAFETY: fresh memory of two words.
        unsafe { address.offset_bytes(pair::CAR).store_word(car.word()) };
        // SAFETY: the second of the two words.
        unsafe { address.offset_bytes(pair::CDR).store_word(cdr.word()) };
        // SAFETY: both words of the pair were just written.
        unsafe { Value::from_word(address.word() | tag::TAG_PAIR) }
    }

    /// A list of `values`, which were reserved if there may be many: 16 bytes each.
    pub fn list<'m, Values>(&'m self, values: Values) -> Value<'m>
    where
        Values: IntoIterator<Item = Value<'m>, IntoIter: DoubleEndedIterator>,
    {
        let values = values.into_iter().rev();
        values.fold(Value::NULL, |rest, value| self.cons(value, rest))
    }

    /// As [`Self::list`], where there may be many.
    ///
    /// # Errors
    ///
    /// [`Stop::Interrupted`].
    pub(crate) fn list_of_many<'m>(
        &'m self,
        values: impl DoubleEndedIterator<Item = Value<'m>>,
    ) -> Result<Value<'m>, Stop> {
        self.list_before(values, Value::NULL)
    }

    /// As [`Self::list_of_many`], with `tail` in the place of the empty list.
    ///
    /// # Errors
    ///
    /// [`Stop::Interrupted`].
    pub(crate) fn list_before<'m>(
        &'m self,
        values: impl DoubleEndedIterator<Item = Value<'m>>,
        tail: Value<'m>,
    ) -> Result<Value<'m>, Stop> {
        let mut list = tail;
        for (index, value) in values.rev().enumerate() {
            self.check_at(index)?;
            list = self.cons(value, list);
        }
        Ok(list)
    }

    /// An object of `words` values, all of them `fill`.
    ///
    /// `kind` is one whose size counts words.
    pub(crate) fn allocate_values<'m>(
        &'m self,
        kind: Kind,
        words: usize,
        fill: Value<'m>,
    ) -> Object<'m> {
        assert!(holds_values(kind as u8), "not made of values");
        // SAFETY: all words are written right away.
        let object = unsafe { self.allocate(Header::new(kind, words as u64)) };
        for index in 1..=words {
            // SAFETY: a word of the fresh object.
            unsafe { object.address().offset_words(index).store_word(fill.word()) };
        }
        object
    }

    /// As [`Self::allocate_values`], of many words.
    ///
    /// # Errors
    ///
    /// [`Stop::Interrupted`].
    pub(crate) fn allocate_many_values<'m>(
        &'m self,
        kind: Kind,
        words: usize,
        fill: Value<'m>,
    ) -> Result<Object<'m>, Stop> {
        assert!(holds_values(kind as u8), "not made of values");
        self.allocate_filled(Header::new(kind, words as u64), fill.word())
    }

    /// An object all of whose words after the header are `word`.
    #[inline(always)]
    fn allocate_filled(&self, header: Header, word: u64) -> Result<Object<'_>, Stop> {
        // SAFETY: either all words are written before the object is returned, or the function answers `Stop`, and
        // nothing leads to the object: so the collector never reads it. Nothing collects in between, because a
        // collection needs the mutator mutably.
        let object = unsafe { self.allocate(header) };
        self.in_parts(1..header.object_bytes() as usize / WORD_BYTES, |part| {
            for index in part {
                // SAFETY: a word of the fresh object.
                unsafe { object.address().offset_words(index).store_word(word) };
            }
        })?;
        Ok(object)
    }

    /// An object made of `fields`.
    ///
    /// `kind` is one whose size counts words.
    #[inline(always)]
    pub(crate) fn allocate_fields<'m, const COUNT: usize>(
        &'m self,
        kind: Kind,
        fields: [Value<'m>; COUNT],
    ) -> Object<'m> {
        assert!(holds_values(kind as u8), "not made of values");
        // SAFETY: all words are written right away.
        let object = unsafe { self.allocate(Header::new(kind, COUNT as u64)) };
        for (index, field) in fields.iter().enumerate() {
            let place = object.address().offset_words(index + 1);
            // SAFETY: a word of the fresh object.
            unsafe { place.store_word(field.word()) };
        }
        object
    }

    /// An object of `size` bytes, or limbs of a bignum, all zero.
    pub(crate) fn allocate_raw(&self, kind: Kind, size: usize) -> Object<'_> {
        let header = Header::new(kind, size as u64);
        assert!(
            kind.size_is_in_bytes() || kind == Kind::Bignum,
            "not made of raw words"
        );
        // SAFETY: all words are written right away.
        let object = unsafe { self.allocate(header) };
        for index in 1..header.object_bytes() as usize / WORD_BYTES {
            // SAFETY: a word of the fresh object.
            unsafe { object.address().offset_words(index).store_word(0) };
        }
        object
    }

    /// As [`Self::allocate_raw`], of many bytes.
    ///
    /// # Errors
    ///
    /// [`Stop::Interrupted`].
    pub(crate) fn allocate_many_bytes(&self, kind: Kind, size: usize) -> Result<Object<'_>, Stop> {
        assert!(kind.size_is_in_bytes(), "not made of bytes");
        self.allocate_filled(Header::new(kind, size as u64), 0)
    }

    /// An object of which only the header is written.
    ///
    /// # Safety
    ///
    /// The payload is written before a value that leads to the object is given to anyone.
    #[inline(always)]
    unsafe fn allocate(&self, header: Header) -> Object<'_> {
        let address = self.heap().allocate(header.object_bytes() as usize);
        // SAFETY: the first word of fresh memory.
        unsafe { address.store_word(header.word()) };
        // SAFETY: the header was just written, and the payload is about to be, by the contract of this
        // function.
        unsafe { Object::at(address) }
    }

    /// A flonum, boxed if need be.
    #[inline(always)]
    pub fn flonum(&self, value: f64) -> Value<'_> {
        match Value::self_tagged_flonum(value) {
            Some(flonum) => flonum,
            None => self.boxed_flonum(value),
        }
    }

    #[cold]
    fn boxed_flonum(&self, value: f64) -> Value<'_> {
        let object = self.allocate_raw(Kind::Flonum, WORD_BYTES);
        for (place, byte) in object.bytes().iter().zip(value.to_le_bytes()) {
            place.set(byte);
        }
        object.value()
    }

    // Access

    /// The car and the cdr, if `value` is a pair.
    #[inline(always)]
    #[expect(clippy::unused_self, reason = "what is read borrows from the mutator")]
    pub fn pair<'m>(&'m self, value: Value<'m>) -> Option<(Value<'m>, Value<'m>)> {
        if !value.is_pair() {
            return None;
        }
        let address = value.untagged();
        // SAFETY: a value with this tag refers to two initialised words, both values.
        let car = unsafe { Value::from_word(address.offset_bytes(pair::CAR).load_word()) };
        // SAFETY: the second of the two words.
        let cdr = unsafe { Value::from_word(address.offset_bytes(pair::CDR).load_word()) };
        Some((car, cdr))
    }

    /// The elements of a list, up to the first cdr that is no pair.
    ///
    /// Without end if the list is circular.
    pub fn elements<'m>(&'m self, list: Value<'m>) -> impl Iterator<Item = Value<'m>> + Clone {
        let mut rest = list;
        std::iter::from_fn(move || {
            let (car, cdr) = self.pair(rest)?;
            rest = cdr;
            Some(car)
        })
    }

    /// Replaces the car.
    ///
    /// # Errors
    ///
    /// [`Sealed`]: the pair is a literal.
    ///
    /// # Panics
    ///
    /// If `pair` is none.
    #[inline(always)]
    pub fn set_car(&self, pair: Value<'_>, value: Value<'_>) -> Result<(), Sealed> {
        self.set_pair_word(pair, pair::CAR, value)
    }

    /// Replaces the cdr.
    ///
    /// # Errors
    ///
    /// [`Sealed`]: the pair is a literal.
    ///
    /// # Panics
    ///
    /// If `pair` is none.
    #[inline(always)]
    pub fn set_cdr(&self, pair: Value<'_>, value: Value<'_>) -> Result<(), Sealed> {
        self.set_pair_word(pair, pair::CDR, value)
    }

    #[inline(always)]
    fn set_pair_word(
        &self,
        pair: Value<'_>,
        offset: usize,
        value: Value<'_>,
    ) -> Result<(), Sealed> {
        assert!(pair.is_pair(), "only pairs have a car and a cdr");
        let address = pair.untagged();
        // SAFETY: `offset` is that of the car or the cdr, two values of a pair that borrows from the heap.
        let slot = unsafe { Slot::new(address.offset_bytes(offset)) };
        // SAFETY: the slot of a value in a pair of this heap.
        unsafe { self.store(slot, value.word()) }
    }

    /// Replaces the value in the field at `offset` bytes from the start of `object`.
    ///
    /// # Panics
    ///
    /// If the object has no value there, or is a literal: see [`Object::is_literal`].
    #[inline(always)]
    pub(crate) fn set_field(&self, object: Object<'_>, offset: usize, value: Value<'_>) {
        let slot = object.slot(offset);
        // SAFETY: `slot` checked that a value stands there, in an object that borrows from the heap.
        unsafe { self.store(slot, value.word()) }.expect("nobody asks to change a literal");
    }
}
