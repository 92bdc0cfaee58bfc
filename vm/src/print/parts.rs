//! What values consist of, as their representations show it.

use abi::object_layout::{PAYLOAD, WORD_BYTES, record};
use abi::tag::Kind;

use crate::mutator::Mutator;
use crate::object::Object;
use crate::value::Value;

/// The objects that `value` shows inside its representation.
///
/// For records these are the fields.
pub(super) fn parts<'m>(m: &'m Mutator<'_>, value: Value<'m>) -> Parts<'m> {
    if let Some((car, cdr)) = m.pair(value) {
        return Parts::Pair(car, cdr);
    }
    match Object::of(value) {
        Some(object) if object.kind() == Kind::Vector => Parts::Fields(object, 0),
        Some(object) if object.kind() == Kind::Record && !is_record_type(object) => {
            Parts::Fields(object, 1)
        }
        _ => Parts::None,
    }
}

/// What a value consists of.
#[derive(Clone, Copy)]
pub(super) enum Parts<'m> {
    None,
    Pair(Value<'m>, Value<'m>),
    /// The words of the payload from this one on.
    Fields(Object<'m>, usize),
}

impl<'m> Parts<'m> {
    /// Part `index`.
    pub(super) fn get(self, index: usize) -> Option<Value<'m>> {
        match (self, index) {
            (Self::Pair(car, _), 0) => Some(car),
            (Self::Pair(_, cdr), 1) => Some(cdr),
            (Self::Fields(object, first), _) => word(object, first + index),
            _ => None,
        }
    }
}

/// Word `index` of the payload.
pub(super) fn word(object: Object<'_>, index: usize) -> Option<Value<'_>> {
    (index < object.size()).then(|| object.field(PAYLOAD + index * WORD_BYTES))
}

/// Whether `record` is a record type: its type is the one type that is its own.
fn is_record_type(record: Object<'_>) -> bool {
    let own_type = record.field(record::TYPE);
    Object::of_kind(own_type, Kind::Record)
        .is_some_and(|own_type| own_type.field(record::TYPE) == own_type.value())
}
