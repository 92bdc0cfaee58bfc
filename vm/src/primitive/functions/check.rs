//! Checks of arguments: each names the procedure, the argument and what was expected.

use std::ops::{Range, RangeInclusive};

use abi::object_layout::{PAYLOAD, WORD_BYTES};
use abi::tag::Kind;

use crate::arguments::Args;
use crate::error::{PrimitiveResult, Raise};
use crate::object::Object;
use crate::object::string::StringObject;
use crate::value::Value;

/// Argument `index` (from 0) as an object of `kind`.
///
/// # Errors
///
/// `wrong-type`, as of the other functions of this file; `out-of-range` for indices.
pub(super) fn object<'m>(
    args: Args<'m>,
    index: usize,
    kind: Kind,
    who: &'static str,
) -> PrimitiveResult<'m, Object<'m>> {
    let value = args[index];
    Object::of_kind(value, kind)
        .ok_or_else(|| Raise::wrong_type(who, index + 1, kind_name(kind), value))
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Vector => "vector",
        Kind::Bytevector => "bytevector",
        Kind::Symbol => "symbol",
        Kind::Closure => "procedure",
        Kind::Record => "record",
        Kind::Location => "location",
        Kind::WeakPair => "weak pair",
        Kind::Ephemeron => "ephemeron",
        Kind::Guardian => "guardian",
        Kind::CodeAddresses => "backtrace",
        Kind::Port => "port",
        Kind::Table => "table",
        Kind::Environment => "environment",
        _ => "object of another kind",
    }
}

/// Argument `index` as an object of `kind` that may be changed.
pub(super) fn mutable<'m>(
    args: Args<'m>,
    index: usize,
    kind: Kind,
    who: &'static str,
) -> PrimitiveResult<'m, Object<'m>> {
    let object = object(args, index, kind, who)?;
    if object.is_literal() {
        Err(Raise::immutable(who, args[index]))
    } else {
        Ok(object)
    }
}

/// Argument `index` as a string.
pub(super) fn string<'m>(
    args: Args<'m>,
    index: usize,
    who: &'static str,
) -> PrimitiveResult<'m, StringObject<'m>> {
    StringObject::of(args[index])
        .ok_or_else(|| Raise::wrong_type(who, index + 1, "string", args[index]))
}

/// Argument `index` as a string that may be changed.
pub(super) fn mutable_string<'m>(
    args: Args<'m>,
    index: usize,
    who: &'static str,
) -> PrimitiveResult<'m, StringObject<'m>> {
    let string = string(args, index, who)?;
    if string.is_literal() {
        Err(Raise::immutable(who, args[index]))
    } else {
        Ok(string)
    }
}

/// Argument `index` as a character.
pub(super) fn character<'m>(
    args: Args<'m>,
    index: usize,
    who: &'static str,
) -> PrimitiveResult<'m, char> {
    args[index]
        .as_char()
        .ok_or_else(|| Raise::wrong_type(who, index + 1, "character", args[index]))
}

/// Argument `index` as a byte.
pub(super) fn byte<'m>(args: Args<'m>, index: usize, who: &'static str) -> PrimitiveResult<'m, u8> {
    let value = args[index];
    let Some(fixnum) = value.as_fixnum() else {
        return Err(Raise::wrong_type(who, index + 1, "byte", value));
    };
    u8::try_from(fixnum)
        .map_err(|_| Raise::out_of_range(who, index + 1, value, 0..=i64::from(u8::MAX)))
}

/// Argument `index` as a number of things in `range`.
pub(super) fn index_between<'m>(
    args: Args<'m>,
    index: usize,
    range: RangeInclusive<usize>,
    who: &'static str,
) -> PrimitiveResult<'m, usize> {
    let value = args[index];
    if !value.is_fixnum() && crate::number::heap::as_integer(value).is_none() {
        return Err(Raise::wrong_type(
            who,
            index + 1,
            "exact nonnegative integer",
            value,
        ));
    }
    value
        .as_index()
        .filter(|found| range.contains(found))
        .ok_or_else(|| {
            let last = (*range.end()).min(SIZE_MAX) as i64;
            Raise::out_of_range(who, index + 1, value, *range.start() as i64..=last)
        })
}

/// The largest number of elements or bytes that an object may have.
const SIZE_MAX: usize = 1 << 40;

/// Argument `index` as the size of a new object.
pub(super) fn size<'m>(
    args: Args<'m>,
    index: usize,
    who: &'static str,
) -> PrimitiveResult<'m, usize> {
    index_between(args, index, 0..=SIZE_MAX, who)
}

/// Arguments `index` and the one after it as start and end of a range in something of `length`.
/// Where an optional argument was not given, the range extends to that end.
pub(super) fn range<'m>(
    args: Args<'m>,
    index: usize,
    length: usize,
    who: &'static str,
) -> PrimitiveResult<'m, Range<usize>> {
    let end = if args[index + 1] == Value::DEFAULT {
        length
    } else {
        index_between(args, index + 1, 0..=length, who)?
    };
    let start = if args[index] == Value::DEFAULT {
        0
    } else {
        index_between(args, index, 0..=end, who)?
    };
    Ok(start..end)
}

/// The offset of element `index` in a vector.
pub(crate) const fn element(index: usize) -> usize {
    PAYLOAD + index * WORD_BYTES
}

/// Argument `index` as the index of one of `length` elements.
pub(super) fn element_index<'m>(
    args: Args<'m>,
    index: usize,
    length: usize,
    who: &'static str,
) -> PrimitiveResult<'m, usize> {
    let Some(last) = length.checked_sub(1) else {
        index_between(args, index, 0..=SIZE_MAX, who)?;
        return Err(Raise::out_of_range(
            who,
            index + 1,
            args[index],
            RangeInclusive::new(0, -1),
        ));
    };
    index_between(args, index, 0..=last, who)
}

/// Argument `index` is where `free` starts: `count` elements have to fit there.
pub(super) fn room<'m>(
    args: Args<'m>,
    index: usize,
    free: Range<usize>,
    count: usize,
    who: &'static str,
) -> PrimitiveResult<'m, ()> {
    if count <= free.len() {
        return Ok(());
    }
    let last = free.end as i64 - count as i64;
    Err(Raise::out_of_range(who, index + 1, args[index], 0..=last))
}
