//! Any object with a header: checked access to its fields.

use std::cell::Cell;
use std::marker::PhantomData;

use abi::object_layout::PAYLOAD;
use abi::tag::{self, FLAG_LITERAL, FLAG_NEGATIVE, FLAG_PARAMETER, Header, Kind};
use gc::{Address, Slot, WORD_BYTES};

use crate::value::Value;

/// An object with a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Object<'m> {
    address: Address,
    borrow: PhantomData<&'m ()>,
}

impl<'m> Object<'m> {
    /// The object of `kind` that `value` refers to.
    #[inline(always)]
    pub(crate) fn of_kind(value: Value<'m>, kind: Kind) -> Option<Self> {
        value.is_kind(kind).then(|| Self {
            address: value.untagged(),
            borrow: PhantomData,
        })
    }

    /// The object with a header that `value` refers to.
    #[inline(always)]
    pub(crate) fn of(value: Value<'m>) -> Option<Self> {
        tag::is_object(value.word()).then(|| Self {
            address: value.untagged(),
            borrow: PhantomData,
        })
    }

    /// The object at `address`.
    ///
    /// # Safety
    ///
    /// An initialised object with a header starts there and stays there during `'m`.
    #[inline(always)]
    pub(crate) const unsafe fn at(address: Address) -> Self {
        Self {
            address,
            borrow: PhantomData,
        }
    }

    /// The object as a value.
    #[inline(always)]
    pub(crate) const fn value(self) -> Value<'m> {
        // SAFETY: `self` stands for an initialised object that does not move during `'m`.
        unsafe { Value::from_word(self.address.word() | tag::TAG_OBJECT) }
    }

    /// Where the object starts.
    #[inline(always)]
    pub(crate) const fn address(self) -> Address {
        self.address
    }

    /// The header.
    #[inline(always)]
    pub(crate) fn header(self) -> Header {
        // SAFETY: objects of this type start with an initialised header.
        let word = unsafe { self.address.load_word() };
        Header::from_word(word).expect("objects of this type start with a header")
    }

    /// Sets flags in the header of an object that is no literal yet.
    pub(crate) fn add_flags(self, flags: u64) {
        assert!(
            flags & !(FLAG_LITERAL | FLAG_NEGATIVE | FLAG_PARAMETER) == 0 && !self.is_literal(),
            "these are flags, and literals may be write-protected"
        );
        let header = self.header().with_flags(flags);
        // SAFETY: the header of the object, with its kind and size; only literals are write-protected.
        unsafe { self.address.store_word(header.word()) };
    }

    /// The kind.
    #[inline(always)]
    pub(crate) fn kind(self) -> Kind {
        self.header().kind().expect("headers have valid kinds")
    }

    /// The header's size field: bytes or words, as the kind says.
    #[inline(always)]
    pub(crate) fn size(self) -> usize {
        self.header().size() as usize
    }

    /// Whether it is a literal, which nobody may change.
    #[inline(always)]
    pub(crate) fn is_literal(self) -> bool {
        self.header().has_flags(FLAG_LITERAL)
    }

    /// The value in the field at `offset` bytes from the start of the object.
    ///
    /// # Panics
    ///
    /// If the object has no value there.
    #[inline(always)]
    pub(crate) fn field(self, offset: usize) -> Value<'m> {
        let slot = self.slot(offset);
        // SAFETY: `slot` checks that a value of this object stands there.
        unsafe { Value::from_word(slot.load()) }
    }

    /// The slot of the field at `offset` bytes from the start of the object.
    ///
    /// # Panics
    ///
    /// If the object has no value there.
    #[inline(always)]
    pub(crate) fn slot(self, offset: usize) -> Slot {
        let header = self.header();
        let is_inside = offset >= PAYLOAD
            && offset.is_multiple_of(WORD_BYTES)
            && offset / WORD_BYTES <= header.size() as usize;
        if !is_inside || !holds_values(header.kind_byte()) {
            no_value(offset);
        }
        // SAFETY: the object's kind is made of values, and its header says that one stands there.
        unsafe { Slot::new(self.address.offset_bytes(offset)) }
    }

    /// The two values that an object of `kind` is made of, if `value` is one.
    #[inline(always)]
    pub(crate) fn two_fields(value: Value<'m>, kind: Kind) -> Option<(Value<'m>, Value<'m>)> {
        assert!(holds_values(kind as u8), "not made of values");
        let object = Self::of(value)?;
        if !object.header().describes(kind, 2) {
            return None;
        }
        let field = |index| {
            // SAFETY: an object of this kind has two initialised values after its header, as this says.
            unsafe { Value::from_word(object.address.offset_words(index).load_word()) }
        };
        Some((field(1), field(2)))
    }

    /// The double of a boxed flonum.
    ///
    /// # Panics
    ///
    /// If the object is none.
    #[inline(always)]
    pub(crate) fn double(self) -> f64 {
        let is_flonum = self.header().describes(Kind::Flonum, WORD_BYTES as u64);
        assert!(is_flonum, "not a flonum");
        // SAFETY: a flonum has this many initialised bytes after its header.
        f64::from_bits(unsafe { self.address.offset_words(1).load_word() })
    }

    /// The bytes of an object whose size counts bytes.
    ///
    /// Those of literals must not be written: they may lie in read-only memory.
    ///
    /// # Panics
    ///
    /// If the object is made of words.
    #[inline(always)]
    pub(crate) fn bytes(self) -> &'m [Cell<u8>] {
        let header = self.header();
        assert!(
            header.kind().is_some_and(Kind::size_is_in_bytes),
            "not made of bytes"
        );
        let start = self
            .address
            .offset_bytes(PAYLOAD)
            .as_word_pointer()
            .cast::<Cell<u8>>();
        // SAFETY: an object of this kind has `size` initialised bytes after its header, which are
        // only accessed by this thread, through cells, while it does not move.
        unsafe { std::slice::from_raw_parts(start, header.size() as usize) }
    }

    /// The limbs of a bignum, least significant first. Those of literals must not be written.
    ///
    /// # Panics
    ///
    /// If the object is no bignum.
    #[inline(always)]
    pub(crate) fn limbs(self) -> &'m [Cell<u64>] {
        let header = self.header();
        assert!(header.kind() == Some(Kind::Bignum), "not made of limbs");
        let start = self
            .address
            .offset_bytes(PAYLOAD)
            .as_word_pointer()
            .cast::<Cell<u64>>();
        // SAFETY: a bignum has `size` initialised words after its header, which are only accessed by this
        // thread, through cells, while it does not move.
        unsafe { std::slice::from_raw_parts(start, header.size() as usize) }
    }
}

#[cold]
#[inline(never)]
fn no_value(offset: usize) -> ! {
    panic!("no value at {offset}");
}

/// A bit for each kind of which all words after the header are values (the code word of a closure reads
/// as a fixnum): so that the question is answered at compile time where the kind is known.
const KINDS_OF_VALUES: u64 = {
    let mut kinds = 0;
    let mut index = 0;
    while index < Kind::ALL.len() {
        let kind = Kind::ALL[index];
        let is_raw = matches!(
            kind,
            Kind::Bignum | Kind::Chunk | Kind::CodeAddresses | Kind::Forward
        );
        if !is_raw && !kind.size_is_in_bytes() {
            kinds |= 1 << kind as u8;
        }
        index += 1;
    }
    kinds
};

const _: () = assert!(Kind::ALL.len() <= u64::BITS as usize);

#[inline(always)]
pub(crate) const fn holds_values(kind_byte: u8) -> bool {
    (kind_byte as u32) < u64::BITS && KINDS_OF_VALUES >> kind_byte & 1 != 0
}
