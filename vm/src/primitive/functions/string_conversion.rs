//! Strings to lists, vectors and bytes, and back (R7RS 6.7 to 6.9).

use std::cell::Cell;
use std::ops::Range;

use abi::tag::{Header, Kind};
use syntax::{Stop, Supervisor};

use super::list::list_length;
use super::string::string_and_range;
use super::{bytevector, check};
use crate::arguments::Args;
use crate::error::{PrimitiveResult, Raise};
use crate::mutator::Mutator;
use crate::object::bytevector::read_bytes;
use crate::object::string::StringObject;
use crate::port::utf8;
use crate::value::Value;

pub(crate) fn string_to_list<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let (string, range) = string_and_range(args, 0, "string->list")?;
    m.reserve_pairs(range.len())?;
    Ok(m.list_of_many(string.characters(range).map(Value::character))?)
}

pub(crate) fn list_to_string<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    const WHO: &str = "list->string";
    list_length(m, args, 0, WHO)?;
    let wrong = || Raise::wrong_type(WHO, 1, "list of characters", args[0]);
    string_of(m, m.elements(args[0]), wrong)
}

/// A string of `elements`, unless one of them is no character.
fn string_of<'m>(
    m: &'m Mutator<'_>,
    elements: impl Iterator<Item = Value<'m>> + Clone,
    wrong: impl FnOnce() -> Raise<'m>,
) -> PrimitiveResult<'m> {
    let characters = elements.map(Value::as_char);
    for (index, character) in characters.clone().enumerate() {
        m.check_at(index)?;
        if character.is_none() {
            return Err(wrong());
        }
    }
    Ok(StringObject::from_characters(m, characters.flatten())?.value())
}

pub(crate) fn string_to_vector<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let (string, range) = string_and_range(args, 0, "string->vector")?;
    m.reserve(Header::new(Kind::Vector, range.len() as u64).object_bytes() as usize)?;
    let vector = m.allocate_many_values(Kind::Vector, range.len(), Value::ZERO)?;
    for (index, character) in string.characters(range).enumerate() {
        m.check_at(index)?;
        m.set_field(vector, check::element(index), Value::character(character));
    }
    Ok(vector.value())
}

pub(crate) fn vector_to_string<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    const WHO: &str = "vector->string";
    let vector = check::object(args, 0, Kind::Vector, WHO)?;
    let range = check::range(args, 1, vector.size(), WHO)?;
    let elements = range.map(|index| vector.field(check::element(index)));
    let wrong = || Raise::wrong_type(WHO, 1, "vector of characters", args[0]);
    string_of(m, elements, wrong)
}

pub(crate) fn string_to_utf8<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let (string, range) = string_and_range(args, 0, "string->utf8")?;
    encoded(m, string, range)
}

/// A bytevector of the characters in `range` in UTF-8.
pub(super) fn encoded<'m>(
    m: &'m Mutator<'_>,
    string: StringObject<'m>,
    range: Range<usize>,
) -> PrimitiveResult<'m> {
    let length = string.utf8_bytes(m, range.clone())?;
    let object = bytevector::allocate(m, length)?;
    let mut places = object.bytes().iter();
    m.in_parts(range, |part| {
        for character in string.characters(part) {
            let mut bytes = [0; char::MAX_LEN_UTF8];
            for byte in character.encode_utf8(&mut bytes).bytes() {
                places.next().expect("the bytes were counted").set(byte);
            }
        }
    })?;
    Ok(object.value())
}

pub(crate) fn utf8_to_string<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    const WHO: &str = "utf8->string";
    let object = check::object(args, 0, Kind::Bytevector, WHO)?;
    let range = check::range(args, 1, object.size(), WHO)?;
    let bytes = &object.bytes()[range];
    if !is_utf8(m, bytes)? {
        let expected = "bytevector of UTF-8 text";
        return Err(Raise::wrong_type(WHO, 1, expected, args[0]));
    }
    Ok(StringObject::from_characters(m, utf8::characters(bytes))?.value())
}

/// Whether bytes are the UTF-8 of some text.
fn is_utf8(m: &Mutator<'_>, bytes: &[Cell<u8>]) -> Result<bool, Stop> {
    const PIECE_BYTES: usize = 1 << 14;
    let mut start = 0;
    while start < bytes.len() {
        let end = bytes.len().min(start + PIECE_BYTES);
        match std::str::from_utf8(&read_bytes(&bytes[start..end])) {
            Ok(_) => start = end,
            // A character may go on behind the piece.
            Err(error) if error.error_len().is_none() && end < bytes.len() => {
                start += error.valid_up_to();
            }
            Err(_) => return Ok(false),
        }
        m.check()?;
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::mutator;

    #[test]
    fn long_texts_are_valid_wherever_they_are_cut() {
        let m = mutator();
        for start in 0..4 {
            let text = format!("{}{}", "a".repeat(start), "λ𝟡é".repeat(20_000));
            let cells: Vec<Cell<u8>> = text.bytes().map(Cell::new).collect();
            assert_eq!(is_utf8(&m, &cells), Ok(true));
            assert_eq!(is_utf8(&m, &cells[..cells.len() - 1]), Ok(false));
            cells[100_000].set(0xff);
            assert_eq!(is_utf8(&m, &cells), Ok(false));
        }
    }
}
