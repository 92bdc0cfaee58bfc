//! Vectors, strings, bytevectors, characters.

use abi::object_layout::{PAYLOAD, string};
use abi::tag::{self, Kind, TAG_BITS};

use crate::error::Raise;
use crate::interpreter::data::{Setter, immutable, store, wrong_type};
use crate::interpreter::enter::fault;
use crate::interpreter::executed::Executed;
use crate::interpreter::known::{
    BytevectorShape, Known, StringShape, VectorShape, headed, is_kind, size_of_kind,
};
use crate::interpreter::machine::Machine;
use crate::interpreter::operand::{Into, Local};
use crate::live::Live;
use crate::mutator::Mutator;

/// The index in a fixnum word if it is below `length`.
#[inline(always)]
fn index_below(word: Live, length: u64) -> Option<usize> {
    let index = word.bits() >> TAG_BITS;
    (tag::is_fixnum(word.bits()) && index < length).then_some(index as usize)
}

/// Raises what is wrong with an index: its type or its range.
#[cold]
#[inline(never)]
fn bad_index(
    m: &mut Mutator<'_>,
    s: Machine,
    who: &'static str,
    word: Live,
    length: u64,
) -> Machine {
    fault(m, s, |_| {
        // SAFETY: the word was live when it was passed, and nothing was collected since.
        let index = unsafe { word.value() };
        if index.is_fixnum() {
            Raise::out_of_range(who, 2, index, 0..=length as i64 - 1)
        } else {
            Raise::wrong_type(who, 2, "index", index)
        }
    })
}

/// A kind of object, and what errors call it.
#[derive(Clone, Copy)]
struct Expected {
    kind: Kind,
    name: &'static str,
}

const VECTOR: Expected = Expected {
    kind: Kind::Vector,
    name: "vector",
};
const BYTEVECTOR: Expected = Expected {
    kind: Kind::Bytevector,
    name: "bytevector",
};

/// Raises `immutable` if `word` is of the expected kind, else `wrong-type`.
#[cold]
#[inline(never)]
fn not_mutable(
    m: &mut Mutator<'_>,
    s: Machine,
    who: &'static str,
    expected: Expected,
    word: Live,
) -> Machine {
    match is_kind(word, expected.kind) {
        Some(_) => immutable(m, s, who, word),
        None => wrong_type(m, s, who, 1, expected.name, word),
    }
}

#[inline(always)]
pub(super) fn vector_ref(
    m: &mut Mutator<'_>,
    s: Machine,
    dst: Into,
    vector: Local,
    index: Local,
) -> Executed {
    s.set(dst, vector_element(m, s, vector, index)?);
    Ok(s)
}

/// An element of a vector, or the machine that raises.
#[inline(always)]
pub(super) fn vector_element(
    m: &mut Mutator<'_>,
    s: Machine,
    vector: Local,
    index: Local,
) -> Result<Live, Machine> {
    let (vector, index) = (s.get(vector), s.get(index));
    let Some(known) = Known::<VectorShape>::of(vector) else {
        return Err(wrong_type(m, s, "vector-ref", 1, "vector", vector));
    };
    let length = known.size();
    match index_below(index, length).and_then(|place| known.element(place)) {
        Some(field) => Ok(field.load()),
        None => Err(bad_index(m, s, "vector-ref", index, length)),
    }
}

#[inline(always)]
pub(super) fn vector_set(
    m: &mut Mutator<'_>,
    s: Machine,
    vector: Local,
    index: Local,
    src: Local,
) -> Executed {
    let (vector, index) = (s.get(vector), s.get(index));
    let Some(known) = Known::<VectorShape>::mutable(vector) else {
        return Err(not_mutable(m, s, "vector-set!", VECTOR, vector));
    };
    let length = known.size();
    match index_below(index, length).and_then(|place| known.element(place)) {
        Some(field) => Ok(store(m, s, field, s.get(src), Setter::Vector)),
        None => Err(bad_index(m, s, "vector-set!", index, length)),
    }
}

#[inline(always)]
pub(super) fn vector_length(m: &mut Mutator<'_>, s: Machine, dst: Into, vector: Local) -> Executed {
    size_of_object(m, s, dst, vector, "vector-length", VECTOR)
}

/// The size field of an object of the expected kind, for `who`.
#[inline(always)]
fn size_of_object(
    m: &mut Mutator<'_>,
    s: Machine,
    dst: Into,
    object: Local,
    who: &'static str,
    expected: Expected,
) -> Executed {
    let word = s.get(object);
    match size_of_kind(word, expected.kind) {
        Some(size) => {
            s.set(dst, Live::fixnum_word(size << TAG_BITS));
            Ok(s)
        }
        None => Err(wrong_type(m, s, who, 1, expected.name, word)),
    }
}

#[inline(always)]
pub(super) fn string_length(m: &mut Mutator<'_>, s: Machine, dst: Into, string: Local) -> Executed {
    let word = s.get(string);
    match Known::<StringShape>::of(word) {
        Some(known) => {
            s.set(dst, known.field(string::LENGTH).load());
            Ok(s)
        }
        None => Err(wrong_type(m, s, "string-length", 1, "string", word)),
    }
}

#[inline(always)]
pub(super) fn string_ref(
    m: &mut Mutator<'_>,
    s: Machine,
    dst: Into,
    string: Local,
    index: Local,
) -> Executed {
    let (string, index) = (s.get(string), s.get(index));
    let Some(known) = Known::<StringShape>::of(string) else {
        return Err(wrong_type(m, s, "string-ref", 1, "string", string));
    };
    let length = known.field(string::LENGTH).load().bits() >> TAG_BITS;
    let Some(place) = index_below(index, length) else {
        return Err(bad_index(m, s, "string-ref", index, length));
    };
    let units = known.field(string::UNITS).load();
    let Some(character) = unit(units, place) else {
        return Err(bad_index(m, s, "string-ref", index, length));
    };
    s.set(dst, Live::character(character));
    Ok(s)
}

/// Unit `place` of a unit array.
#[inline(always)]
fn unit(units: Live, place: usize) -> Option<char> {
    let (address, header) = headed(units)?;
    let start: *const u8 = std::ptr::with_exposed_provenance(address.raw() + PAYLOAD);
    let bytes = header.size() as usize;
    if header.kind_byte() == Kind::Units8 as u8 && place < bytes {
        // SAFETY: a byte below the size of the array.
        return Some(char::from(unsafe { start.add(place).read() }));
    }
    if header.kind_byte() == Kind::Units32 as u8 && place < bytes / 4 {
        // SAFETY: a unit below the size of the array.
        let unit = unsafe { start.add(4 * place).cast::<[u8; 4]>().read() };
        return char::from_u32(u32::from_le_bytes(unit));
    }
    None
}

#[inline(always)]
pub(super) fn bytevector_ref(
    m: &mut Mutator<'_>,
    s: Machine,
    dst: Into,
    bytevector: Local,
    index: Local,
) -> Executed {
    let (bytevector, index) = (s.get(bytevector), s.get(index));
    let Some(known) = Known::<BytevectorShape>::of(bytevector) else {
        return Err(wrong_type(
            m,
            s,
            "bytevector-u8-ref",
            1,
            "bytevector",
            bytevector,
        ));
    };
    let length = known.size();
    let Some(place) = index_below(index, length).and_then(|place| known.byte(place)) else {
        return Err(bad_index(m, s, "bytevector-u8-ref", index, length));
    };
    // SAFETY: a byte that the bytevector has.
    let byte = u64::from(unsafe { place.read() });
    s.set(dst, Live::fixnum_word(byte << TAG_BITS));
    Ok(s)
}

#[inline(always)]
pub(super) fn bytevector_set(
    m: &mut Mutator<'_>,
    s: Machine,
    bytevector: Local,
    index: Local,
    src: Local,
) -> Executed {
    const WHO: &str = "bytevector-u8-set!";
    let (bytevector, index, byte) = (s.get(bytevector), s.get(index), s.get(src));
    let Some(known) = Known::<BytevectorShape>::mutable(bytevector) else {
        return Err(not_mutable(m, s, WHO, BYTEVECTOR, bytevector));
    };
    let length = known.size();
    let Some(place) = index_below(index, length).and_then(|place| known.byte(place)) else {
        return Err(bad_index(m, s, WHO, index, length));
    };
    let Some(byte) = index_below(byte, 256) else {
        return Err(wrong_type(m, s, WHO, 3, "byte", byte));
    };
    // SAFETY: a byte that the bytevector has, which is no literal.
    unsafe { place.write(byte as u8) };
    Ok(s)
}

#[inline(always)]
pub(super) fn bytevector_length(
    m: &mut Mutator<'_>,
    s: Machine,
    dst: Into,
    bytevector: Local,
) -> Executed {
    size_of_object(m, s, dst, bytevector, "bytevector-length", BYTEVECTOR)
}

#[inline(always)]
pub(super) fn char_to_integer(m: &mut Mutator<'_>, s: Machine, dst: Into, src: Local) -> Executed {
    let word = s.get(src);
    match tag::character_value(word.bits()) {
        Some(character) => {
            let code = u64::from(u32::from(character));
            s.set(dst, Live::fixnum_word(code << TAG_BITS));
            Ok(s)
        }
        None => Err(wrong_type(m, s, "char->integer", 1, "character", word)),
    }
}

#[inline(always)]
pub(super) fn integer_to_char(m: &mut Mutator<'_>, s: Machine, dst: Into, src: Local) -> Executed {
    let word = s.get(src);
    let code = index_below(word, u64::from(u32::from(char::MAX)) + 1);
    match code.and_then(|code| char::from_u32(code as u32)) {
        Some(character) => {
            s.set(dst, Live::character(character));
            Ok(s)
        }
        None => Err(bad_code_point(m, s, word)),
    }
}

#[cold]
#[inline(never)]
fn bad_code_point(m: &mut Mutator<'_>, s: Machine, word: Live) -> Machine {
    fault(m, s, |_| {
        // SAFETY: the word was live when it was passed, and nothing was collected since.
        let value = unsafe { word.value() };
        let who = "integer->char";
        let range = 0..=i64::from(u32::from(char::MAX));
        match value.as_fixnum() {
            Some(code) if range.contains(&code) => {
                let expected = "code point that is no surrogate (55296 to 57343)";
                Raise::wrong_type(who, 1, expected, value)
            }
            Some(_) => Raise::out_of_range(who, 1, value, range),
            None => Raise::wrong_type(who, 1, "exact integer", value),
        }
    })
}
