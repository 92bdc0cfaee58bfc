//! Records.

use abi::object_layout::{record, record_type};
use abi::tag::{Header, Kind};

use crate::error::Raise;
use crate::interpreter::data::{store, wrong_type};
use crate::interpreter::enter::fault;
use crate::interpreter::field::Field;
use crate::interpreter::known::{Fresh, Known, RecordShape, is_kind};
use crate::interpreter::machine::Machine;
use crate::interpreter::operand::{Count, Index, Into, Local};
use crate::live::Live;
use crate::mutator::Mutator;

#[inline(always)]
pub(super) fn make_record(
    m: &mut Mutator<'_>,
    s: Machine,
    dst: Into,
    record_type: Local,
    fields: Count,
) -> Machine {
    let record_type = s.get(record_type);
    if is_kind(record_type, Kind::Record).is_none() {
        return wrong_type(m, s, "%make-record", 1, "record type", record_type);
    }
    let fields = usize::from(fields.number());
    let fresh = Fresh::object(m, Header::new(Kind::Record, 1 + fields as u64));
    fresh.init(record::TYPE, record_type);
    fresh.fill(record::FIELDS, fields, Live::FALSE);
    // SAFETY: the type and all fields were written.
    s.set(dst, unsafe { fresh.finish() });
    s
}

/// Field `index` of a record, and the record's type.
#[inline(always)]
fn field_of(word: Live, index: Index) -> Option<(Field, Live)> {
    let known = Known::<RecordShape>::of(word)?;
    let found = known.field(record::TYPE).load();
    Some((known.own_field(usize::from(index.0))?, found))
}

/// Whether `found` is `wanted` or derived from it.
#[inline(always)]
pub(crate) fn is_type_or_derived(found: Live, wanted: Live) -> bool {
    found == wanted || is_derived(found, wanted)
}

#[inline(never)]
fn is_derived(mut found: Live, wanted: Live) -> bool {
    while let Some(known) = Known::<RecordShape>::of(found) {
        if found == wanted {
            return true;
        }
        let Some(parent) = known.type_field(record_type::PARENT) else {
            return false;
        };
        found = parent.load();
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
    match field_of(word, index) {
        Some((field, _)) => store(m, s, field, s.get(src), "%make-record"),
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
    if let Some((field, found)) = field_of(word, index)
        && is_type_or_derived(found, wanted)
    {
        s.set(dst, field.load());
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
    if let Some((field, found)) = field_of(word, index)
        && is_type_or_derived(found, wanted)
    {
        return store(m, s, field, s.get(src), "%record-set!");
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
    word: Live,
    wanted: Live,
) -> Machine {
    fault(m, s, |m| {
        let expected = record_type_name(m, wanted).unwrap_or_else(|| "record".into());
        // SAFETY: the word was live when it was passed, and nothing was collected since.
        let value = unsafe { word.value() };
        Raise::wrong_type(who, 1, expected, value)
    })
}

fn record_type_name(m: &Mutator<'_>, word: Live) -> Option<String> {
    let name = Known::<RecordShape>::of(word)?.type_field(record_type::NAME)?;
    // SAFETY: the name was read just now, and nothing is collected while the mutator is borrowed.
    m.symbol_name(unsafe { name.load().value() })
}
