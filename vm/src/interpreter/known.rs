//! What is known of a word once its kind was looked at, and objects that are being made.
//!
//! As a [`Live`] word, everything here is true until the next safepoint.

use std::marker::PhantomData;

use abi::object_layout::{PAYLOAD, boxed, location, pair, record_type, string, symbol};
use abi::tag::{self, Header, Kind};
use gc::{Address, Sealed, WORD_BYTES};

use crate::interpreter::code::Code;
use crate::interpreter::field::Field;
use crate::live::Live;
use crate::mutator::Mutator;

/// A kind of object, and what all of its objects have.
pub(super) trait Shape {
    const KIND: Kind;
    /// Values right after the header that each of them has. Those whose number differs have more.
    const VALUES: usize;
}

macro_rules! shapes {
    ($( $name:ident $kind:ident $values:expr; )*) => { $(
        /// The kind of the same name.
        pub(super) enum $name {}

        impl Shape for $name {
            const KIND: Kind = Kind::$kind;
            const VALUES: usize = $values as usize;
        }
    )* };
}

shapes! {
    BoxShape Box boxed::WORDS;
    LocationShape Location location::WORDS;
    SymbolShape Symbol symbol::WORDS;
    StringShape String string::WORDS;
    RecordShape Record 1;
    VectorShape Vector 0;
    BytevectorShape Bytevector 0;
    ClosureShape Closure 0;
}

/// An initialised object of this shape.
pub(super) struct Known<S> {
    address: Address,
    shape: PhantomData<S>,
}

impl<S> Clone for Known<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Known<S> {}

impl<S: Shape> Known<S> {
    /// The object that `word` refers to, if it is of the shape.
    #[inline(always)]
    pub(super) fn of(word: Live) -> Option<Self> {
        is_kind(word, S::KIND).map(|address| Self {
            address,
            shape: PhantomData,
        })
    }

    /// The object, if `word` refers to one of the shape that may be changed.
    #[inline(always)]
    pub(super) fn mutable(word: Live) -> Option<Self> {
        let (address, header) = headed(word)?;
        let is_mutable =
            header.kind_byte() == S::KIND as u8 && !header.has_flags(tag::FLAG_LITERAL);
        is_mutable.then_some(Self {
            address,
            shape: PhantomData,
        })
    }

    /// The size in the header.
    #[inline(always)]
    pub(super) fn size(self) -> u64 {
        // SAFETY: an initialised object with a header starts there, says the type.
        header_of(unsafe { self.address.load_word() }).size()
    }

    /// The field at `offset` bytes, which all objects of the shape have.
    #[inline(always)]
    pub(super) fn field(self, offset: usize) -> Field {
        assert!(
            offset >= PAYLOAD
                && offset.is_multiple_of(WORD_BYTES)
                && offset / WORD_BYTES <= S::VALUES,
            "all objects of the shape have this field"
        );
        // SAFETY: an initialised object of this shape has a value there.
        unsafe { Field::at(self.address.offset_bytes(offset)) }
    }
}

impl Known<VectorShape> {
    /// Element `index`, if there is one.
    #[inline(always)]
    pub(super) fn element(self, index: usize) -> Option<Field> {
        let is_inside = (index as u64) < self.size();
        // SAFETY: a vector has a value in each of the words that its size counts.
        is_inside.then(|| unsafe { Field::payload(self.address, index) })
    }
}

impl Known<RecordShape> {
    /// Field `index`, if there is one: the type is none.
    #[inline(always)]
    pub(super) fn own_field(self, index: usize) -> Option<Field> {
        let is_inside = (index as u64 + 1) < self.size();
        // SAFETY: a record has a value in each of the words that its size counts; the first is its type.
        is_inside.then(|| unsafe { Field::payload(self.address, index + 1) })
    }

    /// The field of a record type at `offset` bytes, if the record is large enough to be one.
    #[inline(always)]
    pub(super) fn type_field(self, offset: usize) -> Option<Field> {
        assert!(
            offset >= PAYLOAD
                && offset.is_multiple_of(WORD_BYTES)
                && offset / WORD_BYTES <= record_type::WORDS as usize,
            "record types have this field"
        );
        let is_large_enough = self.size() >= record_type::WORDS;
        // SAFETY: a record has a value in each of the words that its size counts.
        is_large_enough.then(|| unsafe { Field::at(self.address.offset_bytes(offset)) })
    }
}

impl Known<ClosureShape> {
    /// The code.
    #[inline(always)]
    pub(super) fn code(self) -> Code {
        let place = self.address.offset_bytes(abi::object_layout::closure::CODE);
        // SAFETY: a closure starts with its code address, and keeps the image.
        unsafe { Code::new(Address::from_word(place.load_word())) }
    }

    /// Free variable `index`, if there is one.
    #[inline(always)]
    pub(super) fn free_variable(self, index: usize) -> Option<Field> {
        let is_inside = (index as u64 + 1) < self.size();
        // SAFETY: a closure has a value in each of the words that its size counts, after the code address.
        is_inside.then(|| unsafe { Field::payload(self.address, index + 1) })
    }
}

impl Known<BytevectorShape> {
    /// Byte `index`, if there is one.
    #[inline(always)]
    pub(super) fn byte(self, index: usize) -> Option<*mut u8> {
        let is_inside = (index as u64) < self.size();
        is_inside
            .then(|| std::ptr::with_exposed_provenance_mut(self.address.raw() + PAYLOAD + index))
    }
}

/// A pair.
#[derive(Clone, Copy)]
pub(super) struct Pair(Address);

impl Pair {
    /// The pair that `word` refers to, if it does.
    #[inline(always)]
    pub(super) fn of(word: Live) -> Option<Self> {
        word.pair_address().map(Self)
    }

    /// The pair as a value.
    #[inline(always)]
    pub(super) fn live(self) -> Live {
        // SAFETY: a pair, says the type, with its tag.
        unsafe { Live::new(self.0.word() | tag::TAG_PAIR) }
    }

    /// The field at `offset`: the car or the cdr.
    #[inline(always)]
    pub(super) fn field(self, offset: usize) -> Field {
        assert!(
            matches!(offset, pair::CAR | pair::CDR),
            "pairs have two fields"
        );
        // SAFETY: an initialised pair has a value in both words.
        unsafe { Field::at(self.0.offset_bytes(offset)) }
    }
}

impl Field {
    /// Replaces the value if the object lies in the nursery: it needs no barrier, and is no literal. Whether
    /// it does.
    #[inline(always)]
    pub(super) fn store_in_nursery(self, m: &Mutator<'_>, value: Live) -> bool {
        let is_young = m.heap().is_in_nursery(self.slot().address());
        if is_young {
            // SAFETY: the field of an object, says the type, in the nursery.
            unsafe { self.slot().store(value.bits()) };
        }
        is_young
    }

    /// Replaces the value, with the barrier of slots outside the nursery.
    ///
    /// # Errors
    ///
    /// [`Sealed`]: the object is a literal.
    #[inline(always)]
    pub(super) fn store_outside_nursery(self, m: &Mutator<'_>, value: Live) -> Result<(), Sealed> {
        // SAFETY: the field of an object of this heap, or a cell, says the type.
        unsafe { m.store_outside_nursery(self.slot(), value.bits()) }
    }

    /// Replaces the value in an object that is young.
    ///
    /// # Safety
    ///
    /// Nothing was collected since the object was allocated.
    #[inline(always)]
    pub(super) unsafe fn initialize(self, m: &Mutator<'_>, value: Live) {
        debug_assert!(
            m.heap().is_young(self.slot().address()),
            "the object is new"
        );
        // SAFETY: the field of an object, says the type, and one that needs no barrier, by the contract
        // of this function. Nothing young lies in sealed memory.
        unsafe { self.slot().store(value.bits()) };
    }
}

/// The address of the object of `kind` that `word` refers to, if it does.
#[inline(always)]
pub(super) fn is_kind(word: Live, kind: Kind) -> Option<Address> {
    let address = word.object_address()?;
    // A byte of memory is compared in one step; the size is often not wanted.
    let kind_byte: *const u8 =
        std::ptr::with_exposed_provenance(address.raw() + tag::HEADER_KIND_OFFSET);
    // SAFETY: a live word with this tag refers to an initialised object with a header.
    (unsafe { kind_byte.read() } == kind as u8).then_some(address)
}

/// The address and the header of the object that `word` refers to, if it has one.
#[inline(always)]
pub(super) fn headed(word: Live) -> Option<(Address, Header)> {
    let address = word.object_address()?;
    // SAFETY: a live word with this tag refers to an initialised object with a header.
    let header = unsafe { address.load_word() };
    Some((address, header_of(header)))
}

/// The size of the object of `kind` that `word` refers to, if it does.
#[inline(always)]
pub(super) fn size_of_kind(word: Live, kind: Kind) -> Option<u64> {
    let address = is_kind(word, kind)?;
    // SAFETY: an initialised object with a header starts there.
    Some(header_of(unsafe { address.load_word() }).size())
}

#[inline(always)]
fn header_of(word: u64) -> Header {
    debug_assert!(
        Header::from_word(word).is_some(),
        "objects start with headers: {word:#x}"
    );
    // The tag was not looked at: `kind_byte`, `size` and `has_flags` do not depend on it.
    Header::from_word(word | tag::TAG_HEADER).expect("the tag was just set")
}

/// An object that was just allocated, and is being initialised.
pub(super) struct Fresh {
    address: Address,
    bytes: usize,
    tag: u64,
}

impl Fresh {
    /// Memory for a pair.
    #[inline(always)]
    pub(super) fn pair(m: &Mutator<'_>) -> Self {
        Self {
            address: m.heap().allocate(pair::BYTES),
            bytes: pair::BYTES,
            tag: tag::TAG_PAIR,
        }
    }

    /// Memory for an object with this header, which is written.
    #[inline(always)]
    pub(super) fn object(m: &Mutator<'_>, header: Header) -> Self {
        let bytes = header.object_bytes() as usize;
        let address = m.heap().allocate(bytes);
        // SAFETY: the first word of fresh memory.
        unsafe { address.store_word(header.word()) };
        Self {
            address,
            bytes,
            tag: tag::TAG_OBJECT,
        }
    }

    /// Bytes of a closure with so many free variables.
    #[inline(always)]
    pub(super) const fn closure_bytes(free: u64) -> usize {
        Header::new(Kind::Closure, 1 + free).object_bytes() as usize
    }

    /// Memory for a closure of this code, and its code address. So many free variables are still to be
    /// written.
    #[inline(always)]
    pub(super) fn closure(m: &Mutator<'_>, code: Code, free: u64) -> Self {
        let fresh = Self::object(m, Header::new(Kind::Closure, 1 + free));
        fresh.write(abi::object_layout::closure::CODE, code.address().word());
        fresh
    }

    /// Writes the value at `offset` bytes.
    #[inline(always)]
    pub(super) fn init(&self, offset: usize, value: Live) {
        self.write(offset, value.bits());
    }

    /// Writes `value` to so many words from `offset` bytes on.
    #[inline(always)]
    pub(super) fn fill(&self, offset: usize, words: usize, value: Live) {
        for index in 0..words {
            self.init(offset + index * WORD_BYTES, value);
        }
    }

    #[inline(always)]
    fn write(&self, offset: usize, word: u64) {
        assert!(
            offset.is_multiple_of(WORD_BYTES) && offset < self.bytes,
            "inside the object"
        );
        // SAFETY: a word of fresh memory, which nobody else knows.
        unsafe { self.address.offset_bytes(offset).store_word(word) };
    }

    /// The object as a value.
    ///
    /// # Safety
    ///
    /// Every word after the header, of a pair both words, was written.
    #[inline(always)]
    pub(super) unsafe fn finish(self) -> Live {
        // SAFETY: all words are initialised, by the contract of this function, and nothing was collected
        // since the object was allocated.
        unsafe { Live::new(self.address.word() | self.tag) }
    }
}
