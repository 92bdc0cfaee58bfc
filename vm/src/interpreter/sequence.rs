//! Vectors, strings, bytevectors, characters.

use abi::isa::{Into, Local};
use abi::object_layout::{PAYLOAD, string};
use abi::tag::{self, FLAG_LITERAL, Header, Kind, TAG_BITS};
use gc::Address;

use crate::error::Raise;
use crate::interpreter::data::{immutable, store, wrong_type};
use crate::interpreter::machine::{Machine, headed, load, object_of, payload_slot};
use crate::interpreter::raise::fault;
use crate::mutator::Mutator;
use crate::value::Value;

/// The index in a fixnum word if it is below `length`.
#[inline(always)]
fn index_below(word: u64, length: u64) -> Option<usize> {
    let index = word >> TAG_BITS;
    (tag::is_fixnum(word) && index < length).then_some(index as usize)
}

/// Raises what is wrong with an index: its type or its range.
#[cold]
#[inline(never)]
fn bad_index(
    m: &mut Mutator<'_>,
    s: Machine,
    who: &'static str,
    word: u64,
    length: u64,
) -> Machine {
    fault(m, s, |_| {
        // SAFETY: nothing was collected since the word was read from a slot.
        let index = unsafe { Value::from_word(word) };
        if index.is_fixnum() {
            Raise::out_of_range(who, 2, index, (0, length as i64 - 1))
        } else {
            Raise::wrong_type(who, 2, "index", index)
        }
    })
}

/// The object of `kind` in a slot, its address and header, if it may be changed.
#[inline(always)]
fn mutable(word: u64, kind: Kind) -> Option<(Address, Header)> {
    headed(word)
        .filter(|(_, header)| header.kind_byte() == kind as u8 && !header.has_flags(FLAG_LITERAL))
}

/// Raises `immutable` if `word` is of `kind`, else `wrong-type`.
#[cold]
#[inline(never)]
fn not_mutable(
    m: &mut Mutator<'_>,
    s: Machine,
    who: &'static str,
    expected: (Kind, &'static str),
    word: u64,
) -> Machine {
    match object_of(word, expected.0) {
        Some(_) => immutable(m, s, who, word),
        None => wrong_type(m, s, who, 1, expected.1, word),
    }
}

#[inline(always)]
pub(super) fn vector_ref(
    m: &mut Mutator<'_>,
    s: Machine,
    dst: Into,
    vector: Local,
    index: Local,
) -> Machine {
    s.set_or_go_on(dst, vector_element(m, s, vector, index))
}

/// An element of a vector, or the machine that raises.
#[inline(always)]
pub(super) fn vector_element(
    m: &mut Mutator<'_>,
    s: Machine,
    vector: Local,
    index: Local,
) -> Result<u64, Machine> {
    let (vector, index) = (s.get(vector), s.get(index));
    let Some((address, length)) = object_of(vector, Kind::Vector) else {
        return Err(wrong_type(m, s, "vector-ref", 1, "vector", vector));
    };
    let Some(place) = index_below(index, length) else {
        return Err(bad_index(m, s, "vector-ref", index, length));
    };
    // SAFETY: an element below the vector's length.
    Ok(unsafe { payload_slot(address, place).load() })
}

#[inline(always)]
pub(super) fn vector_set(
    m: &mut Mutator<'_>,
    s: Machine,
    vector: Local,
    index: Local,
    src: Local,
) -> Machine {
    let (vector, index) = (s.get(vector), s.get(index));
    let Some((address, header)) = mutable(vector, Kind::Vector) else {
        return not_mutable(m, s, "vector-set!", (Kind::Vector, "vector"), vector);
    };
    let Some(place) = index_below(index, header.size()) else {
        return bad_index(m, s, "vector-set!", index, header.size());
    };
    store(
        m,
        s,
        payload_slot(address, place),
        s.get(src),
        "vector-set!",
    )
}

#[inline(always)]
pub(super) fn vector_length(m: &mut Mutator<'_>, s: Machine, dst: Into, vector: Local) -> Machine {
    size_of_object(m, s, dst, vector, (Kind::Vector, "vector-length", "vector"))
}

/// The size field of an object of the kind in `what`: kind, who asks, expected type.
#[inline(always)]
fn size_of_object(
    m: &mut Mutator<'_>,
    s: Machine,
    dst: Into,
    object: Local,
    what: (Kind, &'static str, &'static str),
) -> Machine {
    let word = s.get(object);
    match object_of(word, what.0) {
        Some((_, size)) => {
            s.set(dst, size << TAG_BITS);
            s
        }
        None => wrong_type(m, s, what.1, 1, what.2, word),
    }
}

#[inline(always)]
pub(super) fn string_length(m: &mut Mutator<'_>, s: Machine, dst: Into, string: Local) -> Machine {
    let word = s.get(string);
    match object_of(word, Kind::String) {
        Some((address, _)) => {
            // SAFETY: strings have a length, a fixnum.
            s.set(dst, unsafe { load(address, string::LENGTH) });
            s
        }
        None => wrong_type(m, s, "string-length", 1, "string", word),
    }
}

#[inline(always)]
pub(super) fn string_ref(
    m: &mut Mutator<'_>,
    s: Machine,
    dst: Into,
    string: Local,
    index: Local,
) -> Machine {
    let (string, index) = (s.get(string), s.get(index));
    let Some((address, _)) = object_of(string, Kind::String) else {
        return wrong_type(m, s, "string-ref", 1, "string", string);
    };
    // SAFETY: strings have a length, a fixnum.
    let length = unsafe { load(address, string::LENGTH) } >> TAG_BITS;
    let Some(place) = index_below(index, length) else {
        return bad_index(m, s, "string-ref", index, length);
    };
    // SAFETY: strings have units.
    let units = unsafe { load(address, string::UNITS) };
    let Some(character) = unit(units, place) else {
        return bad_index(m, s, "string-ref", index, length);
    };
    s.set(dst, tag::character(character));
    s
}

/// Unit `place` of a unit array.
#[inline(always)]
fn unit(units: u64, place: usize) -> Option<char> {
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
) -> Machine {
    let (bytevector, index) = (s.get(bytevector), s.get(index));
    let Some((address, length)) = object_of(bytevector, Kind::Bytevector) else {
        return wrong_type(m, s, "bytevector-u8-ref", 1, "bytevector", bytevector);
    };
    let Some(place) = index_below(index, length) else {
        return bad_index(m, s, "bytevector-u8-ref", index, length);
    };
    let start: *const u8 = std::ptr::with_exposed_provenance(address.raw() + PAYLOAD);
    // SAFETY: a byte below the bytevector's length.
    s.set(
        dst,
        u64::from(unsafe { start.add(place).read() }) << TAG_BITS,
    );
    s
}

#[inline(always)]
pub(super) fn bytevector_set(
    m: &mut Mutator<'_>,
    s: Machine,
    bytevector: Local,
    index: Local,
    src: Local,
) -> Machine {
    const WHO: &str = "bytevector-u8-set!";
    let (bytevector, index, byte) = (s.get(bytevector), s.get(index), s.get(src));
    let Some((address, header)) = mutable(bytevector, Kind::Bytevector) else {
        return not_mutable(m, s, WHO, (Kind::Bytevector, "bytevector"), bytevector);
    };
    let Some(place) = index_below(index, header.size()) else {
        return bad_index(m, s, WHO, index, header.size());
    };
    let Some(byte) = index_below(byte, 256) else {
        return wrong_type(m, s, WHO, 3, "byte", byte);
    };
    let start: *mut u8 = std::ptr::with_exposed_provenance_mut(address.raw() + PAYLOAD);
    // SAFETY: a byte below the bytevector's length, which is no literal.
    unsafe { start.add(place).write(byte as u8) };
    s
}

#[inline(always)]
pub(super) fn bytevector_length(
    m: &mut Mutator<'_>,
    s: Machine,
    dst: Into,
    bytevector: Local,
) -> Machine {
    size_of_object(
        m,
        s,
        dst,
        bytevector,
        (Kind::Bytevector, "bytevector-length", "bytevector"),
    )
}

#[inline(always)]
pub(super) fn char_to_integer(m: &mut Mutator<'_>, s: Machine, dst: Into, src: Local) -> Machine {
    let word = s.get(src);
    match tag::character_value(word) {
        Some(character) => {
            s.set(dst, u64::from(u32::from(character)) << TAG_BITS);
            s
        }
        None => wrong_type(m, s, "char->integer", 1, "character", word),
    }
}

#[inline(always)]
pub(super) fn integer_to_char(m: &mut Mutator<'_>, s: Machine, dst: Into, src: Local) -> Machine {
    let word = s.get(src);
    let code = index_below(word, u64::from(u32::from(char::MAX)) + 1);
    match code.and_then(|code| char::from_u32(code as u32)) {
        Some(character) => {
            s.set(dst, tag::character(character));
            s
        }
        None => bad_code_point(m, s, word),
    }
}

#[cold]
#[inline(never)]
fn bad_code_point(m: &mut Mutator<'_>, s: Machine, word: u64) -> Machine {
    fault(m, s, |_| {
        // SAFETY: nothing was collected since the word was read from a slot.
        let value = unsafe { Value::from_word(word) };
        let who = "integer->char";
        let range = (0, i64::from(u32::from(char::MAX)));
        match value.as_fixnum() {
            Some(code) if (range.0..=range.1).contains(&code) => {
                let expected = "code point that is no surrogate (55296 to 57343)";
                Raise::wrong_type(who, 1, expected, value)
            }
            Some(_) => Raise::out_of_range(who, 1, value, range),
            None => Raise::wrong_type(who, 1, "exact integer", value),
        }
    })
}
