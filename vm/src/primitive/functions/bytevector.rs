//! Bytevectors (R7RS 6.9).

use std::cell::Cell;
use std::ops::Range;

use abi::tag::{Header, Kind};

use super::check;
use crate::arguments::Args;
use crate::error::PrimitiveResult;
use crate::mutator::Mutator;
use crate::object::Object;
use crate::object::bytevector::{copy_many, fill_bytes, write_many};
use crate::value::Value;

/// A bytevector of `length` zeros.
///
/// # Errors
///
/// [`Raise::Full`](crate::error::Raise::Full), and `interrupted`.
pub(super) fn allocate<'m>(m: &'m Mutator<'_>, length: usize) -> PrimitiveResult<'m, Object<'m>> {
    m.reserve(Header::new(Kind::Bytevector, length as u64).object_bytes() as usize)?;
    Ok(m.allocate_many_bytes(Kind::Bytevector, length)?)
}

/// A bytevector of these bytes.
///
/// # Errors
///
/// [`Raise::Full`](crate::error::Raise::Full), and `interrupted`.
pub(crate) fn from_bytes<'m>(m: &'m Mutator<'_>, bytes: &[u8]) -> PrimitiveResult<'m> {
    let object = allocate(m, bytes.len())?;
    write_many(m, object.bytes(), bytes)?;
    Ok(object.value())
}

/// A bytevector of the bytes in these cells.
///
/// # Errors
///
/// As of [`from_bytes`].
pub(super) fn from_cells<'m>(m: &'m Mutator<'_>, cells: &[Cell<u8>]) -> PrimitiveResult<'m> {
    let object = allocate(m, cells.len())?;
    copy_many(m, object.bytes(), cells)?;
    Ok(object.value())
}

/// Argument `index` as a bytevector, and the range in it that the next two arguments say.
pub(super) fn bytes_in_range<'m>(
    args: Args<'m>,
    index: usize,
    who: &'static str,
) -> PrimitiveResult<'m, (Object<'m>, Range<usize>)> {
    let object = check::object(args, index, Kind::Bytevector, who)?;
    let range = check::range(args, index + 1, object.size(), who)?;
    Ok((object, range))
}

pub(crate) fn make_bytevector<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    const WHO: &str = "make-bytevector";
    let length = check::size(args, 0, WHO)?;
    let fill = if args[1] == Value::DEFAULT {
        0
    } else {
        check::byte(args, 1, WHO)?
    };
    let object = allocate(m, length)?;
    fill_bytes(m, object.bytes(), fill)?;
    Ok(object.value())
}

pub(crate) fn bytevector<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let object = allocate(m, args.len())?;
    for (index, cell) in object.bytes().iter().enumerate() {
        m.check_at(index)?;
        cell.set(check::byte(args, index, "bytevector")?);
    }
    Ok(object.value())
}

/// `(bytevector-fill! bytevector fill start end)`
pub(crate) fn bytevector_fill<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    const WHO: &str = "bytevector-fill!";
    let object = check::mutable(args, 0, Kind::Bytevector, WHO)?;
    let fill = check::byte(args, 1, WHO)?;
    let range = check::range(args, 2, object.size(), WHO)?;
    fill_bytes(m, &object.bytes()[range], fill)?;
    Ok(Value::UNSPECIFIED)
}

pub(crate) fn bytevector_copy<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let (from, range) = bytes_in_range(args, 0, "bytevector-copy")?;
    from_cells(m, &from.bytes()[range])
}

/// `(bytevector-copy! to at from start end)`
pub(crate) fn bytevector_copy_to<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    const WHO: &str = "bytevector-copy!";
    let to = check::mutable(args, 0, Kind::Bytevector, WHO)?;
    let at = check::index_between(args, 1, 0..=to.size(), WHO)?;
    let (from, range) = bytes_in_range(args, 2, WHO)?;
    check::room(args, 1, at..to.size(), range.len(), WHO)?;
    copy_many(m, &to.bytes()[at..], &from.bytes()[range])?;
    Ok(Value::UNSPECIFIED)
}

pub(crate) fn bytevector_append<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let mut length = 0;
    for index in 0..args.len() {
        length += check::object(args, index, Kind::Bytevector, "bytevector-append")?.size();
    }
    let result = allocate(m, length)?;
    let mut position = 0;
    for part in args.iter().filter_map(Object::of) {
        copy_many(m, &result.bytes()[position..], part.bytes())?;
        position += part.size();
    }
    Ok(result.value())
}
