//! The bit layout of toy values and objects.
//!
//! ```text
//! ...000  an integer of 61 bits
//! ...010  the address of a pair: two values, no header
//! ...011  the address of an object: a header, then its words
//! ...111  a header: kind in bits 8 to 15, number of words (or new address) from bit 16 on
//! ```

use std::cell::RefCell;

use crate::address::{Address, AddressRange, WORD_BYTES};
use crate::image::ImageId;
use crate::object_model::{GuardianNumber, ObjectClass, ObjectModel, Scope, VerifierRoot, Visitor};
use crate::slot::Slot;

const TAG_MASK: u64 = 0b111;
const TAG_PAIR: u64 = 0b010;
const TAG_OBJECT: u64 = 0b011;
const TAG_HEADER: u64 = 0b111;
const PAIR_BYTES: usize = 16;
/// The header has 48 bits for the number of words.
const WORDS_MAX: usize = 1 << 47;

/// What an object with a header is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// The object has moved.
    Forward = 0,
    /// Values.
    Vector = 1,
    /// A weak value and a strong one.
    Weak = 2,
    /// A key and a value.
    Ephemeron = 3,
    /// A guardian's number, as an integer.
    Guardian = 4,
    /// An integer that becomes 1 when keys may have moved, then values.
    Table = 5,
    /// A code address, then values.
    Closure = 6,
}

impl Kind {
    const ALL: [Self; 7] = [
        Self::Forward,
        Self::Vector,
        Self::Weak,
        Self::Ephemeron,
        Self::Guardian,
        Self::Table,
        Self::Closure,
    ];
}

/// The model of toy objects.
#[derive(Debug)]
pub struct ToyModel;

/// The roots of a toy program.
#[derive(Debug, Default)]
pub struct ToyState {
    /// Values that the collector sees.
    pub(crate) roots: RefCell<Vec<u64>>,
    code_roots: RefCell<Vec<Address>>,
    /// Values that only the verifier is told of: a mistake, for tests.
    forgotten_roots: RefCell<Vec<u64>>,
    unreachable_images: RefCell<Vec<ImageId>>,
    /// Values that are kept by others only; `None` where that has gone.
    weak_roots: RefCell<Vec<Option<u64>>>,
}

impl ToyState {
    /// Makes `word` a root, above those of [`Session::push_root`](crate::toy::Session::push_root).
    ///
    /// # Safety
    ///
    /// `word` is a value of the heap with this state, at its present address.
    pub unsafe fn push_root_word(&self, word: u64) {
        self.roots.borrow_mut().push(word);
    }

    /// Notes `word` without keeping what it refers to.
    ///
    /// # Safety
    ///
    /// As for [`Self::push_root_word`].
    pub unsafe fn push_weak_root_word(&self, word: u64) {
        self.weak_roots.borrow_mut().push(Some(word));
    }

    /// The words that were noted so, each at its present address; `None` where the object has gone.
    pub fn weak_root_words(&self) -> Vec<Option<u64>> {
        self.weak_roots.borrow().clone()
    }

    /// Shows the verifier `word`, and nobody else. It panics if the word leads to what is not a live
    /// object.
    pub fn push_forgotten_root(&self, word: u64) {
        self.forgotten_roots.borrow_mut().push(word);
    }

    /// Shows the collector an address in the code of an image; any other keeps nothing.
    pub fn push_code_root(&self, code: Address) {
        self.code_roots.borrow_mut().push(code);
    }

    /// Shows the collector no code addresses any more.
    pub fn clear_code_roots(&self) {
        self.code_roots.borrow_mut().clear();
    }

    /// The images that were found unreachable, in order.
    pub fn unreachable_images(&self) -> Vec<ImageId> {
        self.unreachable_images.borrow().clone()
    }
}

impl ToyModel {
    /// The value of an integer.
    pub const fn integer(value: i64) -> u64 {
        (value << 3).cast_unsigned()
    }

    /// The integer of a value, if it is one.
    pub const fn as_integer(word: u64) -> Option<i64> {
        if word & TAG_MASK == 0 {
            Some(word.cast_signed() >> 3)
        } else {
            None
        }
    }

    /// The value that refers to a pair at `address`.
    pub const fn pair(address: Address) -> u64 {
        address.word() | TAG_PAIR
    }

    /// The value that refers to an object with a header at `address`.
    pub const fn object(address: Address) -> u64 {
        address.word() | TAG_OBJECT
    }

    /// Whether the value is a pair.
    pub const fn is_pair(word: u64) -> bool {
        word & TAG_MASK == TAG_PAIR
    }

    /// The header of an object of `words` words after the header.
    pub const fn header(kind: Kind, words: usize) -> u64 {
        (words as u64) << 16 | (kind as u64) << 8 | TAG_HEADER
    }

    /// Bytes of an object of `words` words after the header.
    ///
    /// # Panics
    ///
    /// If so many do not fit the address space.
    pub const fn object_bytes(words: usize) -> usize {
        assert!(words < WORDS_MAX, "no object has so many words");
        ((words + 1) * WORD_BYTES).next_multiple_of(crate::OBJECT_ALIGN_BYTES)
    }

    /// The kind and number of words of an object; `None` for a pair.
    ///
    /// # Safety
    ///
    /// `object` is an initialised object.
    #[inline(always)]
    pub unsafe fn kind(object: Address) -> Option<(Kind, usize)> {
        // SAFETY: an initialised object, by the contract of this function, has a first word.
        let word = unsafe { object.load_word() };
        if word & TAG_MASK != TAG_HEADER {
            return None;
        }
        let kind = Kind::ALL[usize::from((word >> 8).to_le_bytes()[0])];
        Some((kind, Address::from_word(word >> 16).raw()))
    }
}

// SAFETY: the methods follow the layout in the module's description, which `Session` keeps to.
unsafe impl ObjectModel for ToyModel {
    type State = ToyState;

    const BROKEN: u64 = Self::integer(-1);
    const POISON: u64 = 0xdead_0000_0000_0006;

    #[inline(always)]
    fn reference(word: u64) -> Option<Address> {
        (word & 0b110 == 0b010).then_some(Address::from_word(word & !TAG_MASK))
    }

    #[inline(always)]
    fn with_address(word: u64, address: Address) -> u64 {
        address.word() | word & TAG_MASK
    }

    #[inline(always)]
    unsafe fn size_bytes(object: Address) -> usize {
        // SAFETY: the object is initialised, by the contract of this function.
        match unsafe { Self::kind(object) } {
            None => PAIR_BYTES,
            Some((_, words)) => Self::object_bytes(words),
        }
    }

    #[inline(always)]
    unsafe fn forwarded(object: Address) -> Option<Address> {
        // SAFETY: an initialised object, by the contract of this function, has a first word.
        let word = unsafe { object.load_word() };
        (word & 0xffff == TAG_HEADER).then_some(Address::from_word(word >> 16))
    }

    #[inline(always)]
    unsafe fn forward(object: Address, to: Address) {
        // SAFETY: nothing else is needed of the object, by the contract of this function.
        unsafe { object.store_word(Self::header(Kind::Forward, to.raw())) };
    }

    #[inline(always)]
    unsafe fn trace<V: Visitor>(object: Address, visitor: &mut V) {
        // SAFETY: the object is initialised, by the contract of this function.
        let traced = match unsafe { Self::kind(object) } {
            None => 0..2,
            Some((Kind::Vector, words)) => 1..words + 1,
            Some((Kind::Weak, _)) => 2..3,
            Some((Kind::Ephemeron | Kind::Guardian | Kind::Forward, _)) => return,
            Some((Kind::Table, words)) => 2..words + 1,
            Some((Kind::Closure, words)) => {
                // SAFETY: word 1 of an initialised closure is its code address.
                visitor.code(Address::from_word(unsafe {
                    object.offset_words(1).load_word()
                }));
                2..words + 1
            }
        };
        for word in traced {
            // SAFETY: objects of these kinds have initialised values in these words.
            visitor.slot(unsafe { Slot::new(object.offset_words(word)) });
        }
    }

    unsafe fn value_words(object: Address) -> Option<AddressRange> {
        // SAFETY: the object is initialised, by the contract of this function.
        match unsafe { Self::kind(object) } {
            Some((Kind::Vector, words)) => {
                let start = object.offset_words(1);
                Some(AddressRange::new(start, words * WORD_BYTES))
            }
            _ => None,
        }
    }

    #[inline(always)]
    unsafe fn class(object: Address) -> ObjectClass {
        // SAFETY: the object is initialised, by the contract of this function.
        match unsafe { Self::kind(object) } {
            Some((Kind::Weak, _)) => ObjectClass::WeakPair,
            Some((Kind::Ephemeron, _)) => ObjectClass::Ephemeron,
            Some((Kind::Table, _)) => ObjectClass::AddressHashed,
            Some((Kind::Guardian, _)) => {
                // SAFETY: word 1 of an initialised guardian is its number.
                let number = Self::as_integer(unsafe { object.offset_words(1).load_word() });
                let number = number.and_then(|number| usize::try_from(number).ok());
                let number = number.and_then(GuardianNumber::from_index);
                ObjectClass::Guardian(number.expect("guardians hold a number"))
            }
            _ => ObjectClass::Ordinary,
        }
    }

    unsafe fn keys_moved(object: Address, scope: Scope) {
        let flag = match scope {
            Scope::Minor => 1,
            Scope::Full => 2,
        };
        // SAFETY: `object` is a table, by the contract of this function; word 1 is its flag.
        unsafe { object.offset_words(1).store_word(Self::integer(flag)) };
    }

    fn each_root<V: Visitor>(state: &mut ToyState, _scope: Scope, visitor: &mut V) {
        state
            .roots
            .get_mut()
            .iter_mut()
            .for_each(|root| visitor.slot(Slot::of(root)));
        state
            .code_roots
            .get_mut()
            .iter()
            .for_each(|&code| visitor.code(code));
    }

    fn each_root_for_verifier(state: &ToyState, visit: &mut dyn FnMut(VerifierRoot)) {
        let visit_word = |word: &u64, visit: &mut dyn FnMut(VerifierRoot)| {
            let place = Address::new(std::ptr::from_ref(word).addr());
            visit(VerifierRoot::Value { place, word: *word });
        };
        for words in [&state.roots, &state.forgotten_roots] {
            words
                .borrow()
                .iter()
                .for_each(|word| visit_word(word, visit));
        }
        let weak = state.weak_roots.borrow();
        weak.iter()
            .flatten()
            .for_each(|word| visit_word(word, visit));
        for code in state.code_roots.borrow().iter() {
            let place = Address::new(std::ptr::from_ref(code).addr());
            visit(VerifierRoot::Code { place, code: *code });
        }
    }

    fn settle_weak_roots(
        state: &mut ToyState,
        _scope: Scope,
        survivor: &mut dyn FnMut(u64) -> Option<u64>,
    ) {
        for root in state.weak_roots.get_mut() {
            *root = root.and_then(&mut *survivor);
        }
    }

    fn poison_dead_slots(_state: &mut ToyState, _poison: u64) {}

    fn image_unreachable(state: &mut ToyState, image: ImageId) {
        state.unreachable_images.get_mut().push(image);
    }
}
