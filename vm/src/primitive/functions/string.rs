//! Strings: making, copying and changing them (R7RS 6.7).

use std::ops::Range;

use syntax::Stop;

use super::check;
use crate::arguments::Args;
use crate::error::PrimitiveResult;
use crate::mutator::Mutator;
use crate::object::string::{StringObject, UnitWidth, string_bytes};
use crate::value::Value;

pub(crate) fn make_string<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let length = check::size(args, 0, "make-string")?;
    let fill = if args[1] == Value::DEFAULT {
        ' '
    } else {
        check::character(args, 1, "make-string")?
    };
    let width = UnitWidth::of(fill);
    m.reserve(string_bytes(length, width))?;
    let string = StringObject::allocate(m, length, width)?;
    string.fill(m, 0..length, fill)?;
    Ok(string.value())
}

pub(crate) fn string<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    for index in 0..args.len() {
        check::character(args, index, "string")?;
    }
    let characters = (0..args.len()).filter_map(|index| args[index].as_char());
    Ok(StringObject::from_characters(m, characters)?.value())
}

pub(crate) fn string_set<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    const WHO: &str = "string-set!";
    let string = check::mutable_string(args, 0, WHO)?;
    let length = string.length();
    let index = check::element_index(args, 1, length, WHO)?;
    let character = check::character(args, 2, WHO)?;
    string.widen_for(m, character)?;
    string.set(m, index, character);
    Ok(Value::UNSPECIFIED)
}

/// Argument `index` as a string, and the range in it that the next two arguments say.
pub(super) fn string_and_range<'m>(
    args: Args<'m>,
    index: usize,
    who: &'static str,
) -> PrimitiveResult<'m, (StringObject<'m>, Range<usize>)> {
    let string = check::string(args, index, who)?;
    let range = check::range(args, index + 1, string.length(), who)?;
    Ok((string, range))
}

pub(crate) fn substring<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let (string, range) = string_and_range(args, 0, "substring")?;
    if string.width() == UnitWidth::Narrow {
        m.reserve(string_bytes(range.len(), UnitWidth::Narrow))?;
        let copy = StringObject::allocate(m, range.len(), UnitWidth::Narrow)?;
        copy.copy_from(m, 0, string, range)?;
        return Ok(copy.value());
    }
    Ok(StringObject::from_characters(m, string.characters(range))?.value())
}

pub(crate) fn string_append<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let (mut length, mut width) = (0, UnitWidth::Narrow);
    for index in 0..args.len() {
        let string = check::string(args, index, "string-append")?;
        length += string.length();
        width = width.max(string.width());
    }
    m.reserve(string_bytes(length, width))?;
    let result = StringObject::allocate(m, length, width)?;
    let mut position = 0;
    for string in args.iter().filter_map(StringObject::of) {
        let length = string.length();
        result.copy_from(m, position, string, 0..length)?;
        position += length;
    }
    Ok(result.value())
}

/// `(string-copy! to at from start end)`
pub(crate) fn string_copy_to<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    const WHO: &str = "string-copy!";
    let to = check::mutable_string(args, 0, WHO)?;
    let at = check::index_between(args, 1, 0..=to.length(), WHO)?;
    let (from, range) = string_and_range(args, 2, WHO)?;
    check::room(args, 1, at..to.length(), range.len(), WHO)?;
    if from.width() == UnitWidth::Wide && to.width() == UnitWidth::Narrow {
        let is_narrow = |part| {
            let mut characters = from.characters(part);
            characters.all(|character| UnitWidth::of(character) == UnitWidth::Narrow)
        };
        if !m.all_parts(range.clone(), is_narrow)? {
            to.widen(m)?;
        }
    }
    to.copy_from(m, at, from, range)?;
    Ok(Value::UNSPECIFIED)
}

/// `(string-fill! string fill start end)`
pub(crate) fn string_fill<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    const WHO: &str = "string-fill!";
    let string = check::mutable_string(args, 0, WHO)?;
    let fill = check::character(args, 1, WHO)?;
    let range = check::range(args, 2, string.length(), WHO)?;
    if !range.is_empty() {
        string.widen_for(m, fill)?;
        string.fill(m, range, fill)?;
    }
    Ok(Value::UNSPECIFIED)
}

pub(crate) fn string_hash<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    Ok(check::string(args, 0, "string-hash")?.hash(m)?)
}

/// `(string-search string pattern start)`: where the pattern begins from `start` on, or `#f`.
///
/// By Knuth, Morris and Pratt: the time is that of the lengths' sum.
pub(crate) fn string_search<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    const WHO: &str = "string-search";
    let string = check::string(args, 0, WHO)?;
    let pattern = check::string(args, 1, WHO)?;
    let start = check::index_between(args, 2, 0..=string.length(), WHO)?;
    m.announce(pattern.length() * size_of::<(char, usize)>())?;
    let mut wanted = Vec::with_capacity(pattern.length());
    m.in_parts(0..pattern.length(), |part| {
        wanted.extend(pattern.characters(part));
    })?;
    let pattern = wanted;
    let overlaps = overlaps(m, &pattern)?;
    let mut matched = 0;
    if pattern.is_empty() {
        return Ok(Value::count(start));
    }
    for index in start..string.length() {
        m.check_at(index)?;
        let character = string.get(index);
        while matched > 0 && pattern[matched] != character {
            matched = overlaps[matched - 1];
        }
        matched += usize::from(pattern[matched] == character);
        if matched == pattern.len() {
            return Ok(Value::count(index + 1 - matched));
        }
    }
    Ok(Value::FALSE)
}

/// For each prefix of `pattern`: the length of its longest proper prefix that is its suffix too.
///
/// # Errors
///
/// [`Stop::Interrupted`].
fn overlaps(m: &Mutator<'_>, pattern: &[char]) -> Result<Vec<usize>, Stop> {
    let mut overlaps = vec![0; pattern.len()];
    let mut matched = 0;
    for index in 1..pattern.len() {
        m.check_at(index)?;
        while matched > 0 && pattern[matched] != pattern[index] {
            matched = overlaps[matched - 1];
        }
        matched += usize::from(pattern[matched] == pattern[index]);
        overlaps[index] = matched;
    }
    Ok(overlaps)
}
