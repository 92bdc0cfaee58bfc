//! The object model of Scheme: tells the collector of objects and roots.

use std::mem::offset_of;

use abi::native::context;
use abi::object_layout::{closure, guardian, pair, table};
use abi::tag::{self, Header, Kind};
use gc::{
    Address, AddressRange, GuardianNumber, ImageId, MutatorPrefix, ObjectClass, ObjectModel, Scope,
    Slot, VerifierRoot, Visitor, WORD_BYTES,
};

use crate::chunk::Chunk;
use crate::frame_walk::{poison_base, trace_chunk};
use crate::mutator::{SchemeModel, State};
use crate::verify_frames::each_frame_root;

// SAFETY: the methods answer from headers, which `abi::tag` and `abi::object_layout` define and
// which every allocation in this crate writes before anything can collect.
unsafe impl ObjectModel for SchemeModel {
    type State = State;

    const BROKEN: u64 = tag::BROKEN;
    const POISON: u64 = tag::POISON;

    #[inline(always)]
    fn reference(word: u64) -> Option<Address> {
        tag::is_reference(word).then_some(Address::from_word(word & !tag::TAG_MASK))
    }

    #[inline(always)]
    fn with_address(word: u64, address: Address) -> u64 {
        address.word() | word & tag::TAG_MASK
    }

    #[inline(always)]
    unsafe fn size_bytes(object: Address) -> usize {
        // SAFETY: an initialised object, by the contract of this function, has a first word.
        let word = unsafe { object.load_word() };
        Header::from_word(word).map_or(pair::BYTES, |header| header.object_bytes() as usize)
    }

    #[inline(always)]
    unsafe fn forwarded(object: Address) -> Option<Address> {
        // SAFETY: an initialised object, by the contract of this function, has a first word.
        let header = Header::from_word(unsafe { object.load_word() })?;
        (header.kind_byte() == Kind::Forward as u8).then_some(Address::from_word(header.size()))
    }

    #[inline(always)]
    unsafe fn forward(object: Address, to: Address) {
        // SAFETY: nothing else is needed of the object, by the contract of this function.
        unsafe { object.store_word(Header::forwarding(to.word()).word()) };
    }

    #[inline(always)]
    unsafe fn trace<V: Visitor>(object: Address, visitor: &mut V) {
        // SAFETY: an initialised object, by the contract of this function, has a first word.
        let word = unsafe { object.load_word() };
        match Header::from_word(word) {
            // SAFETY: the object has this header.
            Some(header) => unsafe { trace_headed(object, header, visitor) },
            // SAFETY: what has no header is a pair: two values.
            None => unsafe {
                trace_words(
                    object,
                    pair::CAR / WORD_BYTES..pair::BYTES / WORD_BYTES,
                    visitor,
                );
            },
        }
    }

    unsafe fn value_words(object: Address) -> Option<AddressRange> {
        // SAFETY: an initialised object, by the contract of this function, has a first word.
        let header = Header::from_word(unsafe { object.load_word() })?;
        let bytes = header.size() as usize * WORD_BYTES;
        let is_vector = header.kind() == Some(Kind::Vector);
        is_vector.then(|| AddressRange::new(object.offset_words(1), bytes))
    }

    #[inline]
    unsafe fn class(object: Address) -> ObjectClass {
        // SAFETY: an initialised object, by the contract of this function, has a first word.
        let header = Header::from_word(unsafe { object.load_word() });
        match header.and_then(Header::kind) {
            Some(Kind::WeakPair) => ObjectClass::WeakPair,
            Some(Kind::Ephemeron) => ObjectClass::Ephemeron,
            Some(Kind::Table) => ObjectClass::AddressHashed,
            Some(Kind::Guardian) => {
                // SAFETY: guardians hold their number, a fixnum.
                let word = unsafe { object.offset_bytes(guardian::REGISTERED).load_word() };
                let number = GuardianNumber::from_index(tag::fixnum_value(word) as usize);
                ObjectClass::Guardian(
                    number.expect("a guardian holds the number that the heap gave"),
                )
            }
            _ => ObjectClass::Ordinary,
        }
    }

    unsafe fn keys_moved(object: Address, scope: Scope) {
        let flag = object.offset_bytes(table::STALE);
        // SAFETY: `object` is an initialised table, by the contract of this function.
        let is_all_stale = unsafe { flag.load_word() } == table::STALE_ALL;
        let stale = match scope {
            Scope::Minor if !is_all_stale => table::STALE_YOUNG,
            Scope::Minor | Scope::Full => table::STALE_ALL,
        };
        // SAFETY: the same slot; what is stored is an immediate.
        unsafe { flag.store_word(stale) };
    }

    fn each_root<V: Visitor>(state: &mut State, scope: Scope, visitor: &mut V) {
        state.trace(scope, visitor);
    }

    fn settle_weak_roots(
        state: &mut State,
        scope: Scope,
        survivor: &mut dyn FnMut(u64) -> Option<u64>,
    ) {
        state.settle_weak_roots(scope, survivor);
    }

    fn each_root_for_verifier(state: &State, visit: &mut dyn FnMut(VerifierRoot)) {
        state.each_root_word(|word| {
            // Registers have no address that means anything.
            visit(VerifierRoot::Value {
                place: Address::new(0),
                word,
            });
        });
        each_frame_root(state, visit);
    }

    fn poison_dead_slots(state: &mut State, poison: u64) {
        for base in &state.stack.bases {
            poison_base(base, state.stubs, poison);
        }
    }

    fn image_unreachable(state: &mut State, image: ImageId) {
        state.externals.get_mut().forget(image);
        if let Some(image) = state.registry.remove(image) {
            // SAFETY: the collector found that nothing leads into the image.
            unsafe { image.unload() };
        }
    }
}

// What native code knows of a mutator of this model.
const _: () = {
    let prefix: MutatorPrefix = gc::Mutator::<SchemeModel>::PREFIX;
    let state = prefix.state + offset_of!(State, native);
    assert!(state as i32 == context::ARGUMENT_COUNT);
    assert!(prefix.cursor as i32 == context::ALLOCATION_CURSOR);
    assert!(prefix.limit as i32 == context::ALLOCATION_LIMIT);
    assert!(prefix.poll_limit_address as i32 == context::POLL_LIMIT_ADDRESS);
    assert!(prefix.nursery_start as i32 == context::NURSERY_START);
    assert!(prefix.nursery_bytes as i32 == context::NURSERY_BYTES);
    assert!(prefix.kind_table as i32 == context::KIND_TABLE);
};

/// Shows `visitor` what an object refers to that is not a pair.
///
/// # Safety
///
/// An initialised object, which has this header.
#[inline(never)]
unsafe fn trace_headed<V: Visitor>(object: Address, header: Header, visitor: &mut V) {
    let words = header.size() as usize;
    match header.kind().expect("headers have valid kinds") {
        Kind::Bytevector
        | Kind::Units8
        | Kind::Units32
        | Kind::Flonum
        | Kind::Bignum
        | Kind::Filler
        | Kind::Forward
        | Kind::Ephemeron
        | Kind::Guardian => {}
        Kind::Vector
        | Kind::String
        | Kind::Symbol
        | Kind::Ratnum
        | Kind::Compnum
        | Kind::Record
        | Kind::Box
        | Kind::Location
        | Kind::Port
        | Kind::Table
        | Kind::Environment => {
            // SAFETY: objects of these kinds have `words` values after the header.
            unsafe { trace_words(object, 1..words + 1, visitor) };
        }
        Kind::Closure => {
            // SAFETY: the first payload word of a closure is its code address.
            let code = unsafe { object.offset_bytes(closure::CODE).load_word() };
            visitor.code(Address::from_word(code));
            // SAFETY: what comes after the code address are the values of free variables.
            unsafe { trace_words(object, closure::FREE / WORD_BYTES..words + 1, visitor) };
        }
        // SAFETY: a weak pair has a header and two values, of which the second is strong.
        Kind::WeakPair => unsafe { trace_words(object, 2..3, visitor) },
        Kind::CodeAddresses => {
            for index in 1..=words {
                // SAFETY: such an object has `words` code addresses.
                let code = unsafe { object.offset_words(index).load_word() };
                visitor.code(Address::from_word(code));
            }
        }
        // SAFETY: an initialised object, by the contract of this function, and of this kind.
        Kind::Chunk => trace_chunk(unsafe { Chunk::at(object) }, visitor),
    }
}

/// Shows `visitor` the values in these words of an object.
///
/// # Safety
///
/// The object has initialised values there.
#[inline(always)]
unsafe fn trace_words<V: Visitor>(object: Address, words: std::ops::Range<usize>, visitor: &mut V) {
    for index in words {
        // SAFETY: an initialised value of a live object, by the contract of this function.
        visitor.slot(unsafe { Slot::new(object.offset_words(index)) });
    }
}
