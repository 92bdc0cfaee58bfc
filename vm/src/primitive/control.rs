//! Leaf primitives of control: registers, continuations, backtraces, globals.

#![expect(
    clippy::unnecessary_wraps,
    reason = "all primitives have one signature"
)]

use abi::condition::ConditionKind;
use abi::object_layout::{PAYLOAD, location};
use abi::tag::{FLAG_PARAMETER, Kind};
use gc::{Address, WORD_BYTES};

use crate::arguments::Args;
use crate::chunk::Continuation;
use crate::error::{Irritant, PrimitiveResult, Raise};
use crate::mutator::Mutator;
use crate::object::Object;
use crate::value::Value;

/// `(%winders)`
pub(crate) fn winders<'m>(m: &'m Mutator<'_>, _: Args<'m>) -> PrimitiveResult<'m> {
    Ok(m.winders())
}

/// `(%set-winders! list)`
pub(crate) fn set_winders<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    m.set_winders(args[0]);
    Ok(Value::UNSPECIFIED)
}

/// `(%handlers)`
pub(crate) fn handlers<'m>(m: &'m Mutator<'_>, _: Args<'m>) -> PrimitiveResult<'m> {
    Ok(m.handlers())
}

/// `(%set-handlers! list)`
pub(crate) fn set_handlers<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    m.set_handlers(args[0]);
    Ok(Value::UNSPECIFIED)
}

/// `(%parameters)`
pub(crate) fn parameters<'m>(m: &'m Mutator<'_>, _: Args<'m>) -> PrimitiveResult<'m> {
    Ok(m.parameters())
}

/// `(%set-parameters! list)`
pub(crate) fn set_parameters<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    m.set_parameters(args[0]);
    Ok(Value::UNSPECIFIED)
}

/// `(%continuation? object)`
pub(crate) fn is_continuation<'m>(_: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    Ok(Value::boolean(Continuation::of(args[0]).is_some()))
}

/// `(%check-parameter object)` is the object if it is a parameter.
pub(crate) fn check_parameter<'m>(_: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let closure = Object::of_kind(args[0], Kind::Closure);
    if closure.is_some_and(|closure| closure.header().has_flags(FLAG_PARAMETER)) {
        Ok(args[0])
    } else {
        Err(Raise::wrong_type("parameterize", 1, "parameter", args[0]))
    }
}

/// `(%mark-parameter! procedure)` is the procedure, which counts as a parameter from now on.
pub(crate) fn mark_parameter<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let closure = Object::of_kind(args[0], Kind::Closure)
        // A closure without variables of its own may be a constant, in sealed memory.
        .filter(|closure| !m.heap().is_in_image(closure.address()));
    let Some(closure) = closure else {
        return Err(Raise::wrong_type("%mark-parameter!", 1, "closure", args[0]));
    };
    closure.add_flags(FLAG_PARAMETER);
    Ok(args[0])
}

/// `(%wrong-argument-count accepted count name)` raises. What is accepted is a list of ranges `(first . last)`, whose
/// last number may be `#f`. The name, a symbol or `#f`, is that of the procedure.
pub(crate) fn wrong_argument_count<'m>(_: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    Err(Raise::condition(
        ConditionKind::WrongArgumentCount,
        [0, 1, 2].map(|index| Irritant::Value(args[index])),
    ))
}

/// `(%backtrace)`
pub(crate) fn backtrace<'m>(m: &'m Mutator<'_>, _: Args<'m>) -> PrimitiveResult<'m> {
    // SAFETY: this is a leaf primitive.
    let machine = unsafe { m.running_machine() };
    Ok(machine.map_or(Value::NULL, |machine| m.backtrace(machine)))
}

/// `(%backtrace-places backtrace)` is a list of `(name file line column calls-value?)`: see
/// [`loader::SourceFrame::calls_value`].
pub(crate) fn backtrace_places<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let Some(codes) = Object::of_kind(args[0], Kind::CodeAddresses) else {
        return Err(Raise::wrong_type(
            "backtrace-places",
            1,
            "backtrace",
            args[0],
        ));
    };
    let places = m.source_frames((0..codes.size()).map(|index| {
        let place = codes.address().offset_bytes(PAYLOAD + index * WORD_BYTES);
        // SAFETY: an object of this kind holds `size` code addresses.
        Address::from_word(unsafe { place.load_word() })
    }));
    let text_bytes = |text: Option<&str>| 4 * text.map_or(0, str::len) + 96;
    let bytes = places
        .iter()
        .map(|place| 128 + text_bytes(place.procedure) + text_bytes(place.file));
    m.reserve(bytes.sum())?;
    let text = |text: Option<&str>| text.map_or(Value::FALSE, |text| m.string(text));
    let number = |number: u32| match number {
        0 => Value::FALSE,
        _ => Value::count(number as usize),
    };
    let places = places.iter().map(|place| {
        let place = [
            text(place.procedure),
            text(place.file),
            number(place.line),
            number(place.column),
            Value::boolean(place.calls_value),
        ];
        m.list(place)
    });
    let places = places.collect::<Vec<_>>();
    Ok(m.list(places))
}

/// `(%location symbol)`
pub(crate) fn location<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    if !args[0].is_kind(Kind::Symbol) {
        return Err(Raise::wrong_type("%location", 1, "symbol", args[0]));
    }
    Ok(m.location_of(args[0]))
}

/// `(%location-value location)`
pub(crate) fn location_value<'m>(_: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    match Object::of_kind(args[0], Kind::Location) {
        Some(location) => Ok(location.field(location::VALUE)),
        None => Err(Raise::wrong_type("%location-value", 1, "location", args[0])),
    }
}

/// `(%external number)`
pub(crate) fn external<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let object = args[0].as_index().and_then(|number| m.external(number));
    object.ok_or_else(|| Raise::wrong_type("%external", 1, "number of an external", args[0]))
}

/// `(%unspecified object …)`
pub(crate) fn void<'m>(_: &'m Mutator<'_>, _: Args<'m>) -> PrimitiveResult<'m> {
    Ok(Value::UNSPECIFIED)
}

/// `(command-line)`
pub(crate) fn command_line<'m>(m: &'m Mutator<'_>, _: Args<'m>) -> PrimitiveResult<'m> {
    let bytes = m
        .command_line()
        .iter()
        .map(|argument| 4 * argument.len() + 96);
    m.reserve(bytes.sum())?;
    let arguments = m.command_line().iter().map(|argument| m.string(argument));
    let arguments = arguments.collect::<Vec<_>>();
    Ok(m.list(arguments))
}

/// `(%gc-statistics)` is an association list.
pub(crate) fn gc_statistics<'m>(m: &'m Mutator<'_>, _: Args<'m>) -> PrimitiveResult<'m> {
    let statistics = m.statistics();
    let nanoseconds = |pauses: gc::Pauses| pauses.total.as_nanos() as u64;
    let entries = [
        ("allocated-bytes", statistics.allocated_bytes),
        ("copied-bytes", statistics.copied_bytes),
        ("old-bytes", statistics.old_bytes as u64),
        ("live-bytes", statistics.live_bytes as u64),
        ("external-bytes", statistics.external_bytes as u64),
        ("external-mappings", statistics.external_mappings as u64),
        ("images", statistics.images as u64),
        ("images-collected", statistics.images_collected),
        ("minor-count", statistics.minor.count),
        ("minor-nanoseconds", nanoseconds(statistics.minor)),
        ("full-count", statistics.full.count),
        ("full-nanoseconds", nanoseconds(statistics.full)),
    ];
    let entries = entries
        .map(|(name, number)| m.cons(m.intern(name), crate::number::heap::from_u64(m, number)));
    Ok(m.list(entries))
}
