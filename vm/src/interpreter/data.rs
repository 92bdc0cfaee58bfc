//! Copies, constants, cells, global variables, pairs, boxes, closures, type tests.

use abi::condition::ConditionKind;
use abi::object_layout::{boxed, closure, location, pair};
use abi::tag::{self, Header, Kind};
use abi::type_test::TypeTest;
use gc::{Sealed, WORD_BYTES};

use crate::error::{Irritant, Raise};
use crate::interpreter::enter::fault;
use crate::interpreter::field::Field;
use crate::interpreter::known::{
    BoxShape, ClosureShape, Fresh, Known, LocationShape, Pair, headed, is_kind,
};
use crate::interpreter::machine::Machine;
use crate::interpreter::operand::{
    AnyLocal, CodeOffset, Count, DataOffset, Index, Into, IntoAny, IntoRaw, Local, Small,
    TestOperand, Word, small,
};
use crate::live::Live;
use crate::mutator::Mutator;
use crate::value::Value;

#[inline(always)]
pub(super) fn copy(_: &mut Mutator<'_>, s: Machine, dst: IntoAny, src: AnyLocal) -> Machine {
    s.copy(dst, src);
    s
}

#[inline(always)]
pub(super) fn load_word(_: &mut Mutator<'_>, s: Machine, dst: Into, word: Word) -> Machine {
    // SAFETY: the operand is an immediate.
    s.set(dst, unsafe { Live::new(word.number()) });
    s
}

#[inline(always)]
pub(super) fn load_small(_: &mut Mutator<'_>, s: Machine, dst: Into, value: Small) -> Machine {
    s.set(dst, small(value));
    s
}

#[inline(always)]
pub(super) fn load_raw(_: &mut Mutator<'_>, s: Machine, dst: IntoRaw, word: Word) -> Machine {
    s.set_raw(dst, word.number());
    s
}

#[inline(always)]
pub(super) fn load_constant(
    _: &mut Mutator<'_>,
    s: Machine,
    dst: Into,
    constant: DataOffset,
) -> Machine {
    s.set(dst, s.constant(constant));
    s
}

#[inline(always)]
pub(super) fn load_cell(_: &mut Mutator<'_>, s: Machine, dst: Into, cell: DataOffset) -> Machine {
    s.set(dst, s.cell(cell).load());
    s
}

#[inline(always)]
pub(super) fn store_cell(m: &mut Mutator<'_>, s: Machine, cell: DataOffset, src: Local) -> Machine {
    store(m, s, s.cell(cell), s.get(src), "set!")
}

/// Stores through the barrier; a sealed field raises `immutable`.
#[inline(always)]
pub(super) fn store(
    m: &mut Mutator<'_>,
    s: Machine,
    field: Field,
    value: Live,
    who: &'static str,
) -> Machine {
    match field.store(m, value) {
        Ok(()) => s,
        Err(Sealed) => fault(m, s, |_| Raise::immutable(who, Value::UNSPECIFIED)),
    }
}

/// The location in a cell.
#[inline(always)]
fn location_in(s: Machine, cell: DataOffset) -> Option<Known<LocationShape>> {
    Known::of(s.cell(cell).load())
}

#[inline(always)]
pub(super) fn location_ref(
    m: &mut Mutator<'_>,
    s: Machine,
    dst: Into,
    cell: DataOffset,
) -> Machine {
    if let Some(location) = location_in(s, cell) {
        let value = location.field(location::VALUE).load();
        if value.bits() != tag::UNBOUND {
            s.set(dst, value);
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
    match location_in(s, cell).and_then(bound) {
        Some(field) => store(m, s, field, s.get(src), "set!"),
        None => unbound_variable(m, s, cell),
    }
}

/// The value of a location that has one.
#[inline(always)]
pub(super) fn bound(location: Known<LocationShape>) -> Option<Field> {
    let field = location.field(location::VALUE);
    (field.load().bits() != tag::UNBOUND).then_some(field)
}

#[inline(always)]
pub(super) fn location_define(
    m: &mut Mutator<'_>,
    s: Machine,
    cell: DataOffset,
    src: Local,
) -> Machine {
    match location_in(s, cell) {
        Some(location) => store(m, s, location.field(location::VALUE), s.get(src), "define"),
        None => unbound_variable(m, s, cell),
    }
}

#[cold]
#[inline(never)]
fn unbound_variable(m: &mut Mutator<'_>, s: Machine, cell: DataOffset) -> Machine {
    unbound_location(m, s, s.cell(cell).load())
}

/// Raises `unbound-variable`; `word` is the location, or in damaged images something else.
#[cold]
pub(super) fn unbound_location(m: &mut Mutator<'_>, s: Machine, word: Live) -> Machine {
    let name = Known::<LocationShape>::of(word).map_or(Live::FALSE, |location| {
        location.field(location::NAME).load()
    });
    fault_with_name(m, s, ConditionKind::UnboundVariable, name)
}

pub(super) fn fault_with_name(
    m: &mut Mutator<'_>,
    s: Machine,
    kind: ConditionKind,
    name: Live,
) -> Machine {
    fault(m, s, |_| {
        // SAFETY: the name was live when it was passed, and nothing was collected since.
        let name = unsafe { name.value() };
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
    if s.get(src).bits() != tag::UNBOUND {
        return s;
    }
    fault_with_name(
        m,
        s,
        ConditionKind::UninitializedVariable,
        s.cell(name).load(),
    )
}

// Pairs

#[inline(always)]
pub(super) fn cons(m: &mut Mutator<'_>, s: Machine, dst: Into, car: Local, cdr: Local) -> Machine {
    let fresh = Fresh::pair(m);
    fresh.init(pair::CAR, s.get(car));
    fresh.init(pair::CDR, s.get(cdr));
    // SAFETY: both words were written.
    s.set(dst, unsafe { fresh.finish() });
    s
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
pub(super) fn car_of(m: &mut Mutator<'_>, s: Machine, pair: Local) -> Result<Live, Machine> {
    pair_word(m, s, pair, pair::CAR, "car")
}

#[inline(always)]
pub(super) fn cdr_of(m: &mut Mutator<'_>, s: Machine, pair: Local) -> Result<Live, Machine> {
    pair_word(m, s, pair, pair::CDR, "cdr")
}

#[inline(always)]
fn pair_word(
    m: &mut Mutator<'_>,
    s: Machine,
    pair: Local,
    offset: usize,
    who: &'static str,
) -> Result<Live, Machine> {
    let word = s.get(pair);
    match Pair::of(word) {
        Some(pair) => Ok(pair.field(offset).load()),
        None => Err(wrong_type(m, s, who, 1, "pair", word)),
    }
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
    word: Live,
) -> Machine {
    fault(m, s, |_| {
        // SAFETY: the word was live when it was passed, and nothing was collected since.
        Raise::wrong_type(who, argument, expected, unsafe { word.value() })
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
    let Some(pair) = Pair::of(word) else {
        return wrong_type(m, s, who, 1, "pair", word);
    };
    match pair.field(offset).store(m, s.get(src)) {
        Ok(()) => s,
        Err(Sealed) => immutable(m, s, who, word),
    }
}

/// Raises `immutable`.
#[cold]
#[inline(never)]
pub(super) fn immutable(m: &mut Mutator<'_>, s: Machine, who: &'static str, word: Live) -> Machine {
    fault(m, s, |_| {
        // SAFETY: the word was live when it was passed, and nothing was collected since.
        Raise::immutable(who, unsafe { word.value() })
    })
}

// Boxes

#[inline(always)]
pub(super) fn make_box(m: &mut Mutator<'_>, s: Machine, dst: Into, src: Local) -> Machine {
    const HEADER: Header = Header::new(Kind::Box, boxed::WORDS);
    let fresh = Fresh::object(m, HEADER);
    fresh.init(boxed::VALUE, s.get(src));
    // SAFETY: a box has one word after the header, and it was written.
    s.set(dst, unsafe { fresh.finish() });
    s
}

#[inline(always)]
pub(super) fn box_ref(m: &mut Mutator<'_>, s: Machine, dst: Into, boxed: Local) -> Machine {
    let word = s.get(boxed);
    match Known::<BoxShape>::of(word) {
        Some(known) => {
            s.set(dst, known.field(boxed::VALUE).load());
            s
        }
        None => wrong_type(m, s, "%box-ref", 1, "box", word),
    }
}

#[inline(always)]
pub(super) fn box_set(m: &mut Mutator<'_>, s: Machine, boxed: Local, src: Local) -> Machine {
    let word = s.get(boxed);
    match Known::<BoxShape>::of(word) {
        Some(known) => store(m, s, known.field(boxed::VALUE), s.get(src), "%box-set!"),
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
    let free = usize::from(free.number());
    let fresh = Fresh::closure(m, s.code(code), free as u64);
    fresh.fill(closure::FREE, free, Live::FALSE);
    // SAFETY: the code address and all free variables were written.
    s.set(dst, unsafe { fresh.finish() });
    s
}

/// Makes a closure with all its free variables.
macro_rules! filled_closures {
    ($( $name:ident $free:literal ($($value:ident),*); )*) => { $(
        #[inline(always)]
        pub(super) fn $name(
            m: &mut Mutator<'_>, s: Machine, dst: Into, code: CodeOffset, $($value: Local),*
        ) -> Machine {
            let fresh = Fresh::closure(m, s.code(code), $free);
            let values: [Local; $free] = [$($value),*];
            for (index, value) in values.into_iter().enumerate() {
                fresh.init(closure::FREE + index * WORD_BYTES, s.get(value));
            }
            // SAFETY: the code address and all free variables were written.
            s.set(dst, unsafe { fresh.finish() });
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

/// Free variable `index` of a closure.
#[inline(always)]
fn free_field(word: Live, index: Index) -> Option<Field> {
    Known::<ClosureShape>::of(word)?.free_variable(usize::from(index.0))
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
    match free_field(word, index) {
        Some(field) => {
            // SAFETY: between the instruction that allocates a closure and this one is no safepoint.
            unsafe { field.initialize(m, s.get(src)) };
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
) -> Result<Live, Machine> {
    let word = s.get(closure);
    match free_field(word, index) {
        Some(field) => Ok(field.load()),
        None => Err(wrong_type(m, s, "lambda", 1, "closure", word)),
    }
}

// Tests

#[inline(always)]
pub(super) fn eq(_: &mut Mutator<'_>, s: Machine, dst: Into, a: Local, b: Local) -> Machine {
    s.set(dst, Live::boolean(s.get(a) == s.get(b)));
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
    s.set(dst, Live::boolean(passes_test(s.get(src), test)));
    s
}

/// Whether `word` passes `test`; no word passes a test that there is not.
#[inline(always)]
pub(super) fn passes_test(live: Live, test: TestOperand) -> bool {
    let Some(test) = TypeTest::from_byte(test.0) else {
        return false;
    };
    let word = live.bits();
    let is = |kind| is_kind(live, kind).is_some();
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
        TypeTest::Number => is_number(live, Kind::Compnum),
        TypeTest::Fixnum => tag::is_fixnum(word),
        TypeTest::Flonum => tag::is_self_tagged_flonum(word) || is(Kind::Flonum),
        TypeTest::ExactInteger => tag::is_fixnum(word) || is(Kind::Bignum),
        TypeTest::ExactRational => tag::is_fixnum(word) || is(Kind::Bignum) || is(Kind::Ratnum),
        TypeTest::Real => is_number(live, Kind::Ratnum),
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
fn is_number(live: Live, last: Kind) -> bool {
    const _: () = assert!(
        Kind::Bignum as u8 == Kind::Flonum as u8 + 1
            && Kind::Ratnum as u8 == Kind::Flonum as u8 + 2
            && Kind::Compnum as u8 == Kind::Flonum as u8 + 3
    );
    tag::is_fixnum(live.bits())
        || tag::is_self_tagged_flonum(live.bits())
        || headed(live).is_some_and(|(_, header)| {
            (Kind::Flonum as u8..=last as u8).contains(&header.kind_byte())
        })
}
