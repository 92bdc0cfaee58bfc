//! Vectors (R7RS 6.8).

use std::ops::Range;

use abi::tag::{Header, Kind};

use super::check;
use super::list::list_length;
use crate::arguments::Args;
use crate::error::PrimitiveResult;
use crate::mutator::Mutator;
use crate::object::Object;
use crate::value::Value;

/// A vector of `length` times `fill`.
///
/// # Errors
///
/// [`Raise::Full`](crate::error::Raise::Full), and `interrupted`.
fn allocate<'m>(
    m: &'m Mutator<'_>,
    length: usize,
    fill: Value<'m>,
) -> PrimitiveResult<'m, Object<'m>> {
    m.reserve(Header::new(Kind::Vector, length as u64).object_bytes() as usize)?;
    Ok(m.allocate_many_values(Kind::Vector, length, fill)?)
}

/// A fresh vector of `length` items.
fn collect<'m>(
    m: &'m Mutator<'_>,
    length: usize,
    items: impl Iterator<Item = Value<'m>>,
) -> PrimitiveResult<'m> {
    let vector = allocate(m, length, Value::FALSE)?;
    for (index, item) in items.enumerate() {
        m.check_at(index)?;
        m.set_field(vector, check::element(index), item);
    }
    Ok(vector.value())
}

/// The elements of a vector in `range`.
fn elements(vector: Object<'_>, range: Range<usize>) -> impl DoubleEndedIterator<Item = Value<'_>> {
    range.map(move |index| vector.field(check::element(index)))
}

/// Argument `index` as a vector, and the range in it that the next two arguments say.
fn vector_and_range<'m>(
    args: Args<'m>,
    index: usize,
    who: &'static str,
) -> PrimitiveResult<'m, (Object<'m>, Range<usize>)> {
    let vector = check::object(args, index, Kind::Vector, who)?;
    let range = check::range(args, index + 1, vector.size(), who)?;
    Ok((vector, range))
}

pub(crate) fn make_vector<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let length = check::size(args, 0, "make-vector")?;
    let fill = if args[1] == Value::DEFAULT {
        Value::FALSE
    } else {
        args[1]
    };
    Ok(allocate(m, length, fill)?.value())
}

pub(crate) fn vector<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    collect(m, args.len(), args.iter())
}

/// `(vector-fill! vector fill start end)`
pub(crate) fn vector_fill<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    const WHO: &str = "vector-fill!";
    let vector = check::mutable(args, 0, Kind::Vector, WHO)?;
    for index in check::range(args, 2, vector.size(), WHO)? {
        m.check_at(index)?;
        m.set_field(vector, check::element(index), args[1]);
    }
    Ok(Value::UNSPECIFIED)
}

pub(crate) fn vector_copy<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let (vector, range) = vector_and_range(args, 0, "vector-copy")?;
    collect(m, range.len(), elements(vector, range))
}

/// `(vector-copy! to at from start end)`
pub(crate) fn vector_copy_to<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    const WHO: &str = "vector-copy!";
    let to = check::mutable(args, 0, Kind::Vector, WHO)?;
    let at = check::index_between(args, 1, 0..=to.size(), WHO)?;
    let (from, range) = vector_and_range(args, 2, WHO)?;
    check::room(args, 1, at..to.size(), range.len(), WHO)?;
    let start = range.start;
    let copy = |index: usize| {
        let value = from.field(check::element(index));
        m.set_field(to, check::element(at + index - start), value);
    };
    // The ranges may overlap: nothing is overwritten before it is read.
    if at > start {
        m.in_parts_from_the_end(range, |part| part.rev().for_each(copy))?;
    } else {
        m.in_parts(range, |part| part.for_each(copy))?;
    }
    Ok(Value::UNSPECIFIED)
}

pub(crate) fn vector_append<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let mut length = 0;
    for index in 0..args.len() {
        length += check::object(args, index, Kind::Vector, "vector-append")?.size();
    }
    let vectors = args.iter().filter_map(Object::of);
    collect(
        m,
        length,
        vectors.flat_map(|vector| elements(vector, 0..vector.size())),
    )
}

pub(crate) fn vector_to_list<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let (vector, range) = vector_and_range(args, 0, "vector->list")?;
    m.reserve_pairs(range.len())?;
    Ok(m.list_of_many(elements(vector, range))?)
}

pub(crate) fn list_to_vector<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let length = list_length(m, args, 0, "list->vector")?;
    collect(m, length, m.elements(args[0]))
}
