//! Copies, constants, cells, global variables, boxes, type tests.

use abi::condition::ConditionKind;
use abi::object_layout::{boxed, location};
use abi::tag::{self, Header, Kind};
use abi::type_test::TypeTest;
use gc::Sealed;

use crate::error::{Irritant, Raise};
use crate::interpreter::enter::fault;
use crate::interpreter::executed::{Executed, here_or_apart};
use crate::interpreter::field::Field;
use crate::interpreter::known::{BoxShape, Fresh, Known, LocationShape, headed, is_kind};
use crate::interpreter::machine::Machine;
use crate::interpreter::operand::{
    AnyLocal, DataOffset, Into, IntoAny, IntoRaw, Local, Small, TestOperand, Word, small,
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
    store(m, s, s.cell(cell), s.get(src), Setter::Assignment)
}

/// What changes a field, as errors name it.
#[derive(Clone, Copy)]
pub(super) enum Setter {
    Assignment,
    Definition,
    Box,
    Vector,
    Record,
    NewRecord,
}

impl Setter {
    const fn name(self) -> &'static str {
        match self {
            Self::Assignment => "set!",
            Self::Definition => "define",
            Self::Box => "%box-set!",
            Self::Vector => "vector-set!",
            Self::Record => "%record-set!",
            Self::NewRecord => "%make-record",
        }
    }
}

/// Stores through the barrier; a sealed field raises `immutable`.
#[inline(always)]
pub(super) fn store(
    m: &mut Mutator<'_>,
    s: Machine,
    field: Field,
    value: Live,
    setter: Setter,
) -> Machine {
    if field.store_in_nursery(m, value) {
        return s;
    }
    store_outside_nursery(m, s, field, value, setter)
}

/// As [`store`]. Old objects are changed often: so the executor goes on after this one.
#[inline(never)]
fn store_outside_nursery(
    m: &mut Mutator<'_>,
    s: Machine,
    field: Field,
    value: Live,
    setter: Setter,
) -> Machine {
    match field.store_outside_nursery(m, value) {
        Ok(()) => s,
        Err(Sealed) => sealed(m, s, setter),
    }
}

/// Raises `immutable`.
#[cold]
#[inline(never)]
fn sealed(m: &mut Mutator<'_>, s: Machine, setter: Setter) -> Machine {
    fault(m, s, |_| {
        Raise::immutable(setter.name(), Value::UNSPECIFIED)
    })
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
) -> Executed {
    if let Some(location) = location_in(s, cell) {
        let value = location.field(location::VALUE).load();
        if value.bits() != tag::UNBOUND {
            s.set(dst, value);
            return Ok(s);
        }
    }
    Err(unbound_variable(m, s, cell))
}

#[inline(always)]
pub(super) fn location_set(
    m: &mut Mutator<'_>,
    s: Machine,
    cell: DataOffset,
    src: Local,
) -> Executed {
    match location_in(s, cell).and_then(bound) {
        Some(field) => Ok(store(m, s, field, s.get(src), Setter::Assignment)),
        None => Err(unbound_variable(m, s, cell)),
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
) -> Executed {
    match location_in(s, cell) {
        Some(location) => Ok(store(
            m,
            s,
            location.field(location::VALUE),
            s.get(src),
            Setter::Definition,
        )),
        None => Err(unbound_variable(m, s, cell)),
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
) -> Executed {
    if s.get(src).bits() != tag::UNBOUND {
        return Ok(s);
    }
    Err(fault_with_name(
        m,
        s,
        ConditionKind::UninitializedVariable,
        s.cell(name).load(),
    ))
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
pub(super) fn make_box(m: &mut Mutator<'_>, s: Machine, dst: Into, src: Local) -> Executed {
    let is_short = m.heap().has_room(BOX.object_bytes() as usize);
    here_or_apart!(is_short, box_of(m, s, dst: Into, src: Local))
}

const BOX: Header = Header::new(Kind::Box, boxed::WORDS);

#[inline(always)]
fn box_of(m: &mut Mutator<'_>, s: Machine, dst: Into, src: Local) -> Machine {
    let fresh = Fresh::object(m, BOX);
    fresh.init(boxed::VALUE, s.get(src));
    // SAFETY: a box has one word after the header, and it was written.
    s.set(dst, unsafe { fresh.finish() });
    s
}

#[inline(always)]
pub(super) fn box_ref(m: &mut Mutator<'_>, s: Machine, dst: Into, boxed: Local) -> Executed {
    let word = s.get(boxed);
    match Known::<BoxShape>::of(word) {
        Some(known) => {
            s.set(dst, known.field(boxed::VALUE).load());
            Ok(s)
        }
        None => Err(wrong_type(m, s, "%box-ref", 1, "box", word)),
    }
}

#[inline(always)]
pub(super) fn box_set(m: &mut Mutator<'_>, s: Machine, boxed: Local, src: Local) -> Executed {
    let word = s.get(boxed);
    match Known::<BoxShape>::of(word) {
        Some(known) => Ok(store(
            m,
            s,
            known.field(boxed::VALUE),
            s.get(src),
            Setter::Box,
        )),
        None => Err(wrong_type(m, s, "%box-set!", 1, "box", word)),
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
