//! Leaf primitives of weak pairs, ephemerons and guardians.

#![expect(
    clippy::unnecessary_wraps,
    reason = "all primitives have one signature"
)]

use abi::object_layout::{guardian, weak_pair};
use abi::tag::Kind;
use gc::GuardianNumber;

use crate::arguments::Args;
use crate::error::{PrimitiveResult, Raise};
use crate::mutator::Mutator;
use crate::object::Object;
use crate::value::Value;

fn make<'m>(m: &'m Mutator<'_>, kind: Kind, args: Args<'m>) -> PrimitiveResult<'m> {
    let object = m.allocate_values(kind, weak_pair::WORDS as usize, args[0]);
    m.set_field(object, weak_pair::CDR, args[1]);
    Ok(object.value())
}

/// A field of a weak pair or an ephemeron; `#f` if its referent is gone.
fn field<'m>(
    who: &'static str,
    wanted: Wanted,
    args: Args<'m>,
    offset: usize,
) -> PrimitiveResult<'m> {
    let Some(object) = Object::of_kind(args[0], wanted.kind) else {
        return Err(Raise::wrong_type(who, 1, wanted.name, args[0]));
    };
    let value = object.field(offset);
    Ok(if value == Value::BROKEN {
        Value::FALSE
    } else {
        value
    })
}

/// A kind of object, and what errors call it.
#[derive(Clone, Copy)]
struct Wanted {
    kind: Kind,
    name: &'static str,
}

const WEAK_PAIR: Wanted = Wanted {
    kind: Kind::WeakPair,
    name: "weak pair",
};
const EPHEMERON: Wanted = Wanted {
    kind: Kind::Ephemeron,
    name: "ephemeron",
};

/// `(weak-cons car cdr)`
pub(crate) fn make_weak_pair<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    make(m, Kind::WeakPair, args)
}

/// `(weak-car pair)`
pub(crate) fn weak_car<'m>(_: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    field("weak-car", WEAK_PAIR, args, weak_pair::CAR)
}

/// `(weak-cdr pair)`
pub(crate) fn weak_cdr<'m>(_: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    field("weak-cdr", WEAK_PAIR, args, weak_pair::CDR)
}

/// `(make-ephemeron key value)`
pub(crate) fn make_ephemeron<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    make(m, Kind::Ephemeron, args)
}

/// `(ephemeron-key ephemeron)`
pub(crate) fn ephemeron_key<'m>(_: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    field("ephemeron-key", EPHEMERON, args, weak_pair::CAR)
}

/// `(ephemeron-value ephemeron)`
pub(crate) fn ephemeron_value<'m>(_: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    field("ephemeron-value", EPHEMERON, args, weak_pair::CDR)
}

/// `(%make-guardian)`
pub(crate) fn make_guardian<'m>(m: &'m Mutator<'_>, _: Args<'m>) -> PrimitiveResult<'m> {
    let number = m.heap().guardian_create();
    let object = m.allocate_values(Kind::Guardian, guardian::WORDS as usize, Value::FALSE);
    m.set_field(object, guardian::REGISTERED, Value::count(number.index()));
    Ok(object.value())
}

fn guardian_number<'m>(who: &'static str, value: Value<'m>) -> Result<GuardianNumber, Raise<'m>> {
    let object = Object::of_kind(value, Kind::Guardian);
    let number = object.and_then(|object| object.field(guardian::REGISTERED).as_index());
    number
        .and_then(GuardianNumber::from_index)
        .ok_or_else(|| Raise::wrong_type(who, 1, "guardian", value))
}

/// `(%guardian-register! guardian object)`
pub(crate) fn guardian_register<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let guardian = guardian_number("%guardian-register!", args[0])?;
    m.guard(guardian, args[1]);
    Ok(Value::UNSPECIFIED)
}

/// `(%guardian-next! guardian)`
pub(crate) fn guardian_next<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let guardian = guardian_number("%guardian-next!", args[0])?;
    Ok(m.guarded(guardian).unwrap_or(Value::FALSE))
}
