//! Records.

use abi::isa::{Count, Index, Into, Local};
use abi::object_layout::{record, record_type};
use abi::tag::{self, Header, Kind};
use gc::{Address, Slot, WORD_BYTES};

use crate::error::{Irritant, Raise};
use crate::interpreter::data::{store, wrong_type};
use crate::interpreter::machine::{Machine, load, object_of, payload_slot};
use crate::interpreter::raise::fault;
use crate::mutator::Mutator;
use crate::value::Value;

#[inline(always)]
pub(super) fn make_record(
    m: &mut Mutator<'_>,
    s: Machine,
    dst: Into,
    record_type: Local,
    fields: Count,
) -> Machine {
    let record_type = s.get(record_type);
    if object_of(record_type, Kind::Record).is_none() {
        return wrong_type(m, s, "%make-record", 1, "record type", record_type);
    }
    let header = Header::new(Kind::Record, 1 + u64::from(fields.0));
    let address = m.heap().allocate(header.object_bytes() as usize);
    initialize(address, 0, header.word());
    initialize(address, record::TYPE, record_type);
    for index in 0..usize::from(fields.0) {
        initialize(address, record::FIELDS + index * WORD_BYTES, tag::FALSE);
    }
    s.set(dst, address.word() | tag::TAG_OBJECT);
    s
}

#[inline(always)]
fn initialize(object: Address, offset: usize, word: u64) {
    // SAFETY: the caller has just allocated the object, larger than `offset`.
    unsafe { object.offset_bytes(offset).store_word(word) };
}

/// The slot of field `index` of a record.
#[inline(always)]
fn field_slot(word: u64, index: Index) -> Option<(Slot, u64)> {
    let (address, size) = object_of(word, Kind::Record)?;
    let index = usize::from(index.0) + 1;
    // SAFETY: records start with their type.
    let found = unsafe { load(address, record::TYPE) };
    ((index as u64) < size).then(|| (payload_slot(address, index), found))
}

/// Whether `found` is `wanted` or derived from it.
#[inline(always)]
pub(crate) fn is_type_or_derived(found: u64, wanted: u64) -> bool {
    found == wanted || is_derived(found, wanted)
}

#[inline(never)]
fn is_derived(mut found: u64, wanted: u64) -> bool {
    while let Some((address, size)) = object_of(found, Kind::Record) {
        if found == wanted {
            return true;
        }
        if size < record_type::WORDS {
            return false;
        }
        // SAFETY: a record of this size has a field there.
        found = unsafe { load(address, record_type::PARENT) };
    }
    false
}

#[inline(always)]
pub(super) fn record_init(
    m: &mut Mutator<'_>,
    s: Machine,
    record: Local,
    index: Index,
    src: Local,
) -> Machine {
    let word = s.get(record);
    match field_slot(word, index) {
        Some((slot, _)) => store(m, s, slot, s.get(src), "%make-record"),
        None => wrong_type(m, s, "%make-record", 1, "record", word),
    }
}

#[inline(always)]
pub(super) fn record_ref(
    m: &mut Mutator<'_>,
    s: Machine,
    dst: Into,
    record: Local,
    record_type: Local,
    index: Index,
) -> Machine {
    let (word, wanted) = (s.get(record), s.get(record_type));
    if let Some((slot, found)) = field_slot(word, index)
        && is_type_or_derived(found, wanted)
    {
        // SAFETY: a field that the record has.
        s.set(dst, unsafe { slot.load() });
        return s;
    }
    wrong_record(m, s, "%record-ref", word, wanted)
}

#[inline(always)]
pub(super) fn record_set(
    m: &mut Mutator<'_>,
    s: Machine,
    record: Local,
    record_type: Local,
    index: Index,
    src: Local,
) -> Machine {
    let (word, wanted) = (s.get(record), s.get(record_type));
    if let Some((slot, found)) = field_slot(word, index)
        && is_type_or_derived(found, wanted)
    {
        return store(m, s, slot, s.get(src), "%record-set!");
    }
    wrong_record(m, s, "%record-set!", word, wanted)
}

/// Raises `wrong-type`: expected is a record of the type `wanted`.
#[cold]
#[inline(never)]
fn wrong_record(
    m: &mut Mutator<'_>,
    s: Machine,
    who: &'static str,
    word: u64,
    wanted: u64,
) -> Machine {
    fault(m, s, |m| {
        let expected = record_type_name(m, wanted).unwrap_or_else(|| "record".into());
        // SAFETY: nothing was collected since the word was read from a slot.
        let value = unsafe { Value::from_word(word) };
        Raise::condition(
            abi::condition::ConditionKind::WrongType,
            [
                Irritant::Symbol(who.into()),
                Irritant::Integer(1),
                Irritant::Text(expected.into()),
                Irritant::Value(value),
            ],
        )
    })
}

fn record_type_name(m: &Mutator<'_>, word: u64) -> Option<String> {
    let (address, size) = object_of(word, Kind::Record)?;
    if size < record_type::WORDS {
        return None;
    }
    // SAFETY: a record of this size has a field there.
    let name = unsafe { Value::from_word(load(address, record_type::NAME)) };
    m.symbol_name(name)
}
