//! Records.

use abi::object_layout::{record, record_type};
use abi::tag::{Header, Kind};

use crate::error::Raise;
use crate::interpreter::data::{Setter, store, wrong_type};
use crate::interpreter::enter::fault;
use crate::interpreter::executed::{Executed, here_or_apart};
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
) -> Executed {
    let word = s.get(record_type);
    if is_kind(word, Kind::Record).is_none() {
        return Err(wrong_type(m, s, "%make-record", 1, "record type", word));
    }
    let header = Header::new(Kind::Record, 1 + u64::from(fields.number()));
    let is_short = m.heap().has_room(header.object_bytes() as usize);
    here_or_apart!(is_short, record_of(m, s, dst: Into, record_type: Local, header: Header))
}

#[inline(always)]
fn record_of(
    m: &mut Mutator<'_>,
    s: Machine,
    dst: Into,
    record_type: Local,
    header: Header,
) -> Machine {
    let fresh = Fresh::object(m, header);
    fresh.init(record::TYPE, s.get(record_type));
    fresh.fill(record::FIELDS, header.size() as usize - 1, Live::FALSE);
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

/// An image may have made a type that is its own ancestor. Then the search ends where it has been before (Brent 1980).
#[inline(never)]
fn is_derived(mut found: Live, wanted: Live) -> bool {
    let (mut seen, mut steps, mut steps_max) = (Live::FALSE, 0_u64, 1);
    while let Some(known) = Known::<RecordShape>::of(found) {
        if found == wanted {
            return true;
        }
        let Some(parent) = known.type_field(record_type::PARENT) else {
            return false;
        };
        if steps == steps_max {
            (seen, steps, steps_max) = (found, 0, 2 * steps_max);
        }
        found = parent.load();
        steps += 1;
        if found == seen {
            return false;
        }
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
) -> Executed {
    let word = s.get(record);
    match field_of(word, index) {
        Some((field, _)) => Ok(store(m, s, field, s.get(src), Setter::NewRecord)),
        None => Err(wrong_type(m, s, "%make-record", 1, "record", word)),
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
    /// Where the record is of a derived type, or the wrong one.
    #[inline(never)]
    fn apart(
        m: &mut Mutator<'_>,
        s: Machine,
        dst: Into,
        record: Live,
        wanted: Live,
        index: Index,
    ) -> Machine {
        match field_of(record, index) {
            Some((field, found)) if is_derived(found, wanted) => {
                s.set(dst, field.load());
                s
            }
            _ => wrong_record(m, s, "%record-ref", record, wanted),
        }
    }

    let (word, wanted) = (s.get(record), s.get(record_type));
    match field_of(word, index) {
        Some((field, found)) if found == wanted => {
            s.set(dst, field.load());
            s
        }
        _ => apart(m, s, dst, word, wanted, index),
    }
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
    /// Where the record is of a derived type, or the wrong one.
    #[inline(never)]
    fn apart(
        m: &mut Mutator<'_>,
        s: Machine,
        record: Live,
        wanted: Live,
        index: Index,
        src: Local,
    ) -> Machine {
        match field_of(record, index) {
            Some((field, found)) if is_derived(found, wanted) => {
                store(m, s, field, s.get(src), Setter::Record)
            }
            _ => wrong_record(m, s, "%record-set!", record, wanted),
        }
    }

    let (word, wanted) = (s.get(record), s.get(record_type));
    match field_of(word, index) {
        Some((field, found)) if found == wanted => store(m, s, field, s.get(src), Setter::Record),
        _ => apart(m, s, word, wanted, index, src),
    }
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
