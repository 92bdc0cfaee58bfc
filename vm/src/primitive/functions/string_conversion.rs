//! Strings to lists, vectors and bytes, and back (R7RS 6.7 to 6.9).

use abi::object_layout::pair;
use abi::tag::{Header, Kind};

use super::check;
use super::list::list_length;
use super::string::string_and_range;
use crate::arguments::Args;
use crate::error::{PrimitiveResult, Raise};
use crate::mutator::Mutator;
use crate::object::bytevector::read_bytes;
use crate::object::string::StringObject;
use crate::value::Value;

pub(crate) fn string_to_list<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let (string, range) = string_and_range(args, 0, "string->list")?;
    m.reserve(range.len() * pair::BYTES)?;
    Ok(m.list(string.characters(range).map(Value::character)))
}

pub(crate) fn list_to_string<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    const WHO: &str = "list->string";
    let length = list_length(m, args, 0, WHO)?;
    let mut characters = Vec::with_capacity(length);
    for (index, element) in m.elements(args[0]).enumerate() {
        m.check_at(index)?;
        let Some(character) = element.as_char() else {
            return Err(Raise::wrong_type(WHO, 1, "list of characters", args[0]));
        };
        characters.push(character);
    }
    Ok(StringObject::from_characters(m, characters.iter().copied())?.value())
}

pub(crate) fn string_to_vector<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let (string, range) = string_and_range(args, 0, "string->vector")?;
    m.reserve(Header::new(Kind::Vector, range.len() as u64).object_bytes() as usize)?;
    let vector = m.allocate_values(Kind::Vector, range.len(), Value::ZERO);
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
    let mut characters = Vec::with_capacity(range.len());
    for index in range {
        m.check_at(index)?;
        let Some(character) = vector.field(check::element(index)).as_char() else {
            return Err(Raise::wrong_type(WHO, 1, "vector of characters", args[0]));
        };
        characters.push(character);
    }
    Ok(StringObject::from_characters(m, characters.iter().copied())?.value())
}

pub(crate) fn string_to_utf8<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let (string, range) = string_and_range(args, 0, "string->utf8")?;
    let text: String = string.characters(range).collect();
    super::bytevector::from_bytes(m, text.as_bytes())
}

pub(crate) fn utf8_to_string<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    const WHO: &str = "utf8->string";
    let object = check::object(args, 0, Kind::Bytevector, WHO)?;
    let range = check::range(args, 1, object.size(), WHO)?;
    let bytes = read_bytes(&object.bytes()[range]);
    match std::str::from_utf8(&bytes) {
        Ok(text) => Ok(StringObject::from_text(m, text)?.value()),
        Err(_) => Err(Raise::wrong_type(
            WHO,
            1,
            "bytevector of UTF-8 text",
            args[0],
        )),
    }
}
