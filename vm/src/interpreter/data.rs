//! Copies, constants, cells, global variables, pairs, boxes, closures, type tests.

use abi::condition::ConditionKind;
use abi::isa::{
    AnyLocal, CodeOffset, Count, DataOffset, Index, Into, IntoAny, IntoRaw, Local, Small,
    TestOperand, Word,
};
use abi::object_layout::{boxed, closure, location, pair};
use abi::tag::{self, Header, Kind};
use abi::type_test::TypeTest;
use gc::{Address, Slot, WORD_BYTES};

use crate::error::{Irritant, Raise};
use crate::interpreter::branch::small_word;
use crate::interpreter::machine::{Machine, headed, load, object_of, pair_of, payload_slot};
use crate::interpreter::raise::fault;
use crate::mutator::Mutator;
use crate::value::Value;

#[inline(always)]
pub(super) fn copy(_: &mut Mutator<'_>, s: Machine, dst: IntoAny, src: AnyLocal) -> Machine {
    s.set_slot(dst.0, s.slot(src.0));
    s
}

#[inline(always)]
pub(super) fn load_word(_: &mut Mutator<'_>, s: Machine, dst: Into, word: Word) -> Machine {
    s.set(dst, word.0);
    s
}

#[inline(always)]
pub(super) fn load_small(_: &mut Mutator<'_>, s: Machine, dst: Into, value: Small) -> Machine {
    s.set(dst, small_word(value));
    s
}

#[inline(always)]
pub(super) fn load_raw(_: &mut Mutator<'_>, s: Machine, dst: IntoRaw, word: Word) -> Machine {
    s.set_raw(dst, word.0);
    s
}

#[inline(always)]
pub(super) fn load_constant(
    _: &mut Mutator<'_>,
    s: Machine,
    dst: Into,
    constant: DataOffset,
) -> Machine {
    s.set(dst, s.place(constant.0).word());
    s
}

#[inline(always)]
fn cell_word(s: Machine, cell: DataOffset) -> u64 {
    // SAFETY: cells lie in the image's memory, and hold values.
    unsafe { s.cell(cell).load() }
}

#[inline(always)]
pub(super) fn load_cell(_: &mut Mutator<'_>, s: Machine, dst: Into, cell: DataOffset) -> Machine {
    s.set(dst, cell_word(s, cell));
    s
}

#[inline(always)]
pub(super) fn store_cell(m: &mut Mutator<'_>, s: Machine, cell: DataOffset, src: Local) -> Machine {
    store(m, s, s.cell(cell), s.get(src), "set!")
}

/// Stores through the barrier; a sealed slot raises `immutable`.
#[inline(always)]
pub(super) fn store(
    m: &mut Mutator<'_>,
    s: Machine,
    slot: Slot,
    word: u64,
    who: &'static str,
) -> Machine {
    if m.heap().barrier(slot, word).is_err() {
        return fault(m, s, |_| Raise::immutable(who, Value::UNSPECIFIED));
    }
    // SAFETY: callers name a word of an object whose kind and size they checked, or a cell.
    unsafe { slot.store(word) };
    s
}

/// The value slot of the location in a cell.
#[inline(always)]
fn location_slot(s: Machine, cell: DataOffset) -> Option<Slot> {
    let (location, _) = object_of(cell_word(s, cell), Kind::Location)?;
    Some(Slot::new(location.offset_bytes(location::VALUE)))
}

#[inline(always)]
pub(super) fn location_ref(
    m: &mut Mutator<'_>,
    s: Machine,
    dst: Into,
    cell: DataOffset,
) -> Machine {
    if let Some(slot) = location_slot(s, cell) {
        // SAFETY: the value of a location.
        let word = unsafe { slot.load() };
        if word != tag::UNBOUND {
            s.set(dst, word);
            return s;
        }
    }
    unbound_variable(m, s, cell)
}

#[inline(always)]
pub(super) fn location_set(
    m: &mut Mutator<'_>,
    s: Machine,
    cell: DataOffset,
    src: Local,
) -> Machine {
    if let Some(slot) = location_slot(s, cell)
        // SAFETY: the value of a location.
        && unsafe { slot.load() } != tag::UNBOUND
    {
        return store(m, s, slot, s.get(src), "set!");
    }
    unbound_variable(m, s, cell)
}

#[inline(always)]
pub(super) fn location_define(
    m: &mut Mutator<'_>,
    s: Machine,
    cell: DataOffset,
    src: Local,
) -> Machine {
    match location_slot(s, cell) {
        Some(slot) => store(m, s, slot, s.get(src), "define"),
        None => unbound_variable(m, s, cell),
    }
}

#[cold]
#[inline(never)]
fn unbound_variable(m: &mut Mutator<'_>, s: Machine, cell: DataOffset) -> Machine {
    unbound_location(m, s, cell_word(s, cell))
}

/// Raises `unbound-variable`; `word` is the location, or in damaged images something else.
#[cold]
pub(super) fn unbound_location(m: &mut Mutator<'_>, s: Machine, word: u64) -> Machine {
    let name = match object_of(word, Kind::Location) {
        // SAFETY: locations have a name.
        Some((location, _)) => unsafe { load(location, location::NAME) },
        None => tag::FALSE,
    };
    fault_with_name(m, s, ConditionKind::UnboundVariable, name)
}

pub(super) fn fault_with_name(
    m: &mut Mutator<'_>,
    s: Machine,
    kind: ConditionKind,
    name: u64,
) -> Machine {
    fault(m, s, |_| {
        // SAFETY: nothing was collected since the name was read.
        let name = unsafe { Value::from_word(name) };
        Raise::condition(kind, [Irritant::Value(name)])
    })
}

#[inline(always)]
pub(super) fn check_initialized(
    m: &mut Mutator<'_>,
    s: Machine,
    src: Local,
    name: DataOffset,
) -> Machine {
    if s.get(src) != tag::UNBOUND {
        return s;
    }
    fault_with_name(
        m,
        s,
        ConditionKind::UninitializedVariable,
        cell_word(s, name),
    )
}

// Pairs

#[inline(always)]
pub(super) fn cons(m: &mut Mutator<'_>, s: Machine, dst: Into, car: Local, cdr: Local) -> Machine {
    let address = m.heap().allocate(pair::BYTES);
    initialize(address, pair::CAR, s.get(car));
    initialize(address, pair::CDR, s.get(cdr));
    s.set(dst, address.word() | tag::TAG_PAIR);
    s
}

/// Writes a word of an object that was just allocated.
#[inline(always)]
fn initialize(object: Address, offset: usize, word: u64) {
    // SAFETY: callers have just allocated the object, larger than `offset`.
    unsafe { object.offset_bytes(offset).store_word(word) };
}

#[inline(always)]
pub(super) fn car(m: &mut Mutator<'_>, s: Machine, dst: Into, pair: Local) -> Machine {
    s.set_or_go_on(dst, car_of(m, s, pair))
}

#[inline(always)]
pub(super) fn cdr(m: &mut Mutator<'_>, s: Machine, dst: Into, pair: Local) -> Machine {
    s.set_or_go_on(dst, cdr_of(m, s, pair))
}

/// The car, or the machine that raises; so are the next two.
#[inline(always)]
pub(super) fn car_of(m: &mut Mutator<'_>, s: Machine, pair: Local) -> Result<u64, Machine> {
    pair_word(m, s, pair, pair::CAR, "car")
}

#[inline(always)]
pub(super) fn cdr_of(m: &mut Mutator<'_>, s: Machine, pair: Local) -> Result<u64, Machine> {
    pair_word(m, s, pair, pair::CDR, "cdr")
}

#[inline(always)]
fn pair_word(
    m: &mut Mutator<'_>,
    s: Machine,
    pair: Local,
    offset: usize,
    who: &'static str,
) -> Result<u64, Machine> {
    let word = s.get(pair);
    let Some(address) = pair_of(word) else {
        return Err(wrong_type(m, s, who, 1, "pair", word));
    };
    // SAFETY: a value with this tag refers to two initialised words.
    Ok(unsafe { load(address, offset) })
}

/// Raises `wrong-type`.
#[cold]
#[inline(never)]
pub(super) fn wrong_type(
    m: &mut Mutator<'_>,
    s: Machine,
    who: &'static str,
    argument: usize,
    expected: &'static str,
    word: u64,
) -> Machine {
    fault(m, s, |_| {
        // SAFETY: nothing was collected since the word was read from a slot.
        Raise::wrong_type(who, argument, expected, unsafe { Value::from_word(word) })
    })
}

#[inline(always)]
pub(super) fn set_car(m: &mut Mutator<'_>, s: Machine, pair: Local, src: Local) -> Machine {
    set_pair_word(m, s, pair, pair::CAR, src, "set-car!")
}

#[inline(always)]
pub(super) fn set_cdr(m: &mut Mutator<'_>, s: Machine, pair: Local, src: Local) -> Machine {
    set_pair_word(m, s, pair, pair::CDR, src, "set-cdr!")
}

#[inline(always)]
fn set_pair_word(
    m: &mut Mutator<'_>,
    s: Machine,
    pair: Local,
    offset: usize,
    src: Local,
    who: &'static str,
) -> Machine {
    let word = s.get(pair);
    let Some(address) = pair_of(word) else {
        return wrong_type(m, s, who, 1, "pair", word);
    };
    let slot = Slot::new(address.offset_bytes(offset));
    if m.heap().barrier(slot, s.get(src)).is_err() {
        return immutable(m, s, who, word);
    }
    // SAFETY: a word of a pair, which does not lie in sealed memory.
    unsafe { slot.store(s.get(src)) };
    s
}

/// Raises `immutable`.
#[cold]
#[inline(never)]
pub(super) fn immutable(m: &mut Mutator<'_>, s: Machine, who: &'static str, word: u64) -> Machine {
    fault(m, s, |_| {
        // SAFETY: nothing was collected since the word was read from a slot.
        Raise::immutable(who, unsafe { Value::from_word(word) })
    })
}

// Boxes

#[inline(always)]
pub(super) fn make_box(m: &mut Mutator<'_>, s: Machine, dst: Into, src: Local) -> Machine {
    const HEADER: Header = Header::new(Kind::Box, boxed::WORDS);
    let address = m.heap().allocate(HEADER.object_bytes() as usize);
    initialize(address, 0, HEADER.word());
    initialize(address, boxed::VALUE, s.get(src));
    s.set(dst, address.word() | tag::TAG_OBJECT);
    s
}

#[inline(always)]
pub(super) fn box_ref(m: &mut Mutator<'_>, s: Machine, dst: Into, boxed: Local) -> Machine {
    let word = s.get(boxed);
    match object_of(word, Kind::Box) {
        Some((address, _)) => {
            // SAFETY: boxes hold one value.
            s.set(dst, unsafe { load(address, boxed::VALUE) });
            s
        }
        None => wrong_type(m, s, "%box-ref", 1, "box", word),
    }
}

#[inline(always)]
pub(super) fn box_set(m: &mut Mutator<'_>, s: Machine, boxed: Local, src: Local) -> Machine {
    let word = s.get(boxed);
    match object_of(word, Kind::Box) {
        Some((address, _)) => store(m, s, payload_slot(address, 0), s.get(src), "%box-set!"),
        None => wrong_type(m, s, "%box-set!", 1, "box", word),
    }
}

// Closures

#[inline(always)]
pub(super) fn make_closure(
    m: &mut Mutator<'_>,
    s: Machine,
    dst: Into,
    code: CodeOffset,
    free: Count,
) -> Machine {
    let header = Header::new(Kind::Closure, 1 + u64::from(free.0));
    let address = m.heap().allocate(header.object_bytes() as usize);
    initialize(address, 0, header.word());
    initialize(address, closure::CODE, s.place(code.0).word());
    for index in 0..usize::from(free.0) {
        initialize(address, closure::FREE + index * WORD_BYTES, tag::FALSE);
    }
    s.set(dst, address.word() | tag::TAG_OBJECT);
    s
}

/// Makes a closure with all its free variables.
macro_rules! filled_closures {
    ($( $name:ident $free:literal ($($value:ident),*); )*) => { $(
        #[inline(always)]
        pub(super) fn $name(
            m: &mut Mutator<'_>, s: Machine, dst: Into, code: CodeOffset, $($value: Local),*
        ) -> Machine {
            const HEADER: Header = Header::new(Kind::Closure, 1 + $free);
            let address = m.heap().allocate(HEADER.object_bytes() as usize);
            initialize(address, 0, HEADER.word());
            initialize(address, closure::CODE, s.place(code.0).word());
            let values: [Local; $free] = [$($value),*];
            for (index, value) in values.into_iter().enumerate() {
                initialize(address, closure::FREE + index * WORD_BYTES, s.get(value));
            }
            s.set(dst, address.word() | tag::TAG_OBJECT);
            s
        }
    )* };
}

filled_closures! {
    make_closure1 1 (a);
    make_closure2 2 (a, b);
    make_closure3 3 (a, b, c);
    make_closure4 4 (a, b, c, d);
    make_closure5 5 (a, b, c, d, e);
}

/// The slot of free variable `index` of a closure.
#[inline(always)]
fn free_slot(word: u64, index: Index) -> Option<Slot> {
    let (address, size) = object_of(word, Kind::Closure)?;
    let index = usize::from(index.0) + 1;
    ((index as u64) < size).then(|| payload_slot(address, index))
}

#[inline(always)]
pub(super) fn closure_init(
    m: &mut Mutator<'_>,
    s: Machine,
    closure: Local,
    index: Index,
    src: Local,
) -> Machine {
    let word = s.get(closure);
    match free_slot(word, index) {
        Some(slot) => {
            // No barrier: nothing was collected since the closure was allocated.
            debug_assert!(m.heap().is_young(slot.address()), "the closure is new");
            // SAFETY: a free variable that the closure has.
            unsafe { slot.store(s.get(src)) };
            s
        }
        None => wrong_type(m, s, "lambda", 1, "closure", word),
    }
}

#[inline(always)]
pub(super) fn closure_ref(
    m: &mut Mutator<'_>,
    s: Machine,
    dst: Into,
    closure: Local,
    index: Index,
) -> Machine {
    s.set_or_go_on(dst, free_variable(m, s, closure, index))
}

/// A free variable, or the machine that raises.
#[inline(always)]
pub(super) fn free_variable(
    m: &mut Mutator<'_>,
    s: Machine,
    closure: Local,
    index: Index,
) -> Result<u64, Machine> {
    let word = s.get(closure);
    match free_slot(word, index) {
        // SAFETY: a free variable that the closure has.
        Some(slot) => Ok(unsafe { slot.load() }),
        None => Err(wrong_type(m, s, "lambda", 1, "closure", word)),
    }
}

// Tests

#[inline(always)]
pub(super) fn eq(_: &mut Mutator<'_>, s: Machine, dst: Into, a: Local, b: Local) -> Machine {
    s.set(dst, tag::boolean(s.get(a) == s.get(b)));
    s
}

#[inline(always)]
pub(super) fn type_test(
    _: &mut Mutator<'_>,
    s: Machine,
    dst: Into,
    src: Local,
    test: TestOperand,
) -> Machine {
    s.set(dst, tag::boolean(passes_test(s.get(src), test)));
    s
}

/// Whether `word` passes `test`; no word passes a test that there is not.
#[inline(always)]
pub(super) fn passes_test(word: u64, test: TestOperand) -> bool {
    let Some(test) = TypeTest::from_byte(test.0) else {
        return false;
    };
    let is = |kind| object_of(word, kind).is_some();
    match test {
        TypeTest::Null => word == tag::NULL,
        TypeTest::Pair => tag::is_pair(word),
        TypeTest::Boolean => (word | tag::BOOLEAN_BIT) == tag::TRUE,
        TypeTest::Character => tag::is_character(word),
        TypeTest::Symbol => is(Kind::Symbol),
        TypeTest::String => is(Kind::String),
        TypeTest::Vector => is(Kind::Vector),
        TypeTest::Bytevector => is(Kind::Bytevector),
        TypeTest::Procedure => is(Kind::Closure),
        TypeTest::Number => is_number(word, Kind::Compnum),
        TypeTest::Fixnum => tag::is_fixnum(word),
        TypeTest::Flonum => tag::is_self_tagged_flonum(word) || is(Kind::Flonum),
        TypeTest::ExactInteger => tag::is_fixnum(word) || is(Kind::Bignum),
        TypeTest::ExactRational => tag::is_fixnum(word) || is(Kind::Bignum) || is(Kind::Ratnum),
        TypeTest::Real => is_number(word, Kind::Ratnum),
        TypeTest::Record => is(Kind::Record),
        TypeTest::Eof => word == tag::EOF,
        TypeTest::Default => word == tag::DEFAULT,
        TypeTest::Port => is(Kind::Port),
        TypeTest::WeakPair => is(Kind::WeakPair),
        TypeTest::Table => is(Kind::Table),
        TypeTest::Box => is(Kind::Box),
        TypeTest::Unbound => word == tag::UNBOUND,
        TypeTest::Guardian => is(Kind::Guardian),
        TypeTest::Ephemeron => is(Kind::Ephemeron),
    }
}

/// Whether `word` is a number whose kind, if it has one, is at most `last`.
#[inline(always)]
fn is_number(word: u64, last: Kind) -> bool {
    const _: () = assert!(
        Kind::Bignum as u8 == Kind::Flonum as u8 + 1
            && Kind::Ratnum as u8 == Kind::Flonum as u8 + 2
            && Kind::Compnum as u8 == Kind::Flonum as u8 + 3
    );
    tag::is_fixnum(word)
        || tag::is_self_tagged_flonum(word)
        || headed(word).is_some_and(|(_, header)| {
            (Kind::Flonum as u8..=last as u8).contains(&header.kind_byte())
        })
}
