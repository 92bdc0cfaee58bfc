//! Leaf primitives on records and record types.

#![expect(
    clippy::unnecessary_wraps,
    reason = "all primitives have one signature"
)]

use abi::object_layout::{record, record_type};
use abi::tag::Kind;
use gc::WORD_BYTES;

use crate::arguments::Args;
use crate::error::{PrimitiveResult, Raise};
use crate::interpreter::is_type_or_derived;
use crate::live::Live;
use crate::mutator::Mutator;
use crate::object::Object;
use crate::value::Value;

/// The object of a record type.
fn record_type_object<'m>(
    who: &'static str,
    argument: usize,
    value: Value<'m>,
) -> Result<Object<'m>, Raise<'m>> {
    let object = Object::of_kind(value, Kind::Record);
    let object = object.filter(|object| object.size() == record_type::WORDS as usize);
    object.ok_or_else(|| Raise::wrong_type(who, argument, "record type", value))
}

/// `(%make-record-type name field-names parent)`: the names are those of the new type's own fields.
pub(crate) fn make_record_type<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    const WHO: &str = "%make-record-type";
    let Some(own) = Object::of_kind(args[1], Kind::Vector) else {
        return Err(Raise::wrong_type(WHO, 2, "vector of symbols", args[1]));
    };
    let inherited = if args[2].is_true() {
        let names = record_type_object(WHO, 3, args[2])?.field(record_type::FIELD_NAMES);
        Object::of_kind(names, Kind::Vector)
    } else {
        None
    };
    let elements =
        |vector: Object<'m>| (1..=vector.size()).map(move |index| vector.field(index * WORD_BYTES));
    let names = inherited
        .into_iter()
        .chain([own])
        .flat_map(elements)
        .collect::<Vec<_>>();
    m.reserve((names.len() + 2) * WORD_BYTES)?;
    let vector = m.allocate_values(Kind::Vector, names.len(), Value::FALSE);
    for (index, &name) in (1..).zip(&names) {
        m.set_field(vector, index * WORD_BYTES, name);
    }
    Ok(new_record_type(m, args[0], vector.value(), args[2]).value())
}

fn new_record_type<'m>(
    m: &'m Mutator<'_>,
    name: Value<'m>,
    field_names: Value<'m>,
    parent: Value<'m>,
) -> Object<'m> {
    let words = record_type::WORDS as usize;
    let made = m.allocate_values(Kind::Record, words, Value::FALSE);
    m.set_field(made, record::TYPE, type_of_types(m));
    m.set_field(made, record_type::NAME, name);
    m.set_field(made, record_type::FIELD_NAMES, field_names);
    m.set_field(made, record_type::PARENT, parent);
    made
}

/// The one type of record types, which is its own: made when it is first needed.
fn type_of_types<'m>(m: &'m Mutator<'_>) -> Value<'m> {
    let known = m.record_type_type();
    if known.is_true() {
        return known;
    }
    let words = record_type::WORDS as usize;
    let root = m.allocate_values(Kind::Record, words, Value::FALSE);
    let names = ["name", "field-names", "parent", "properties"];
    let vector = m.allocate_values(Kind::Vector, names.len(), Value::FALSE);
    for (index, name) in (1..).zip(names) {
        m.set_field(vector, index * WORD_BYTES, m.intern(name));
    }
    m.set_field(root, record::TYPE, root.value());
    m.set_field(root, record_type::NAME, m.intern("record-type"));
    m.set_field(root, record_type::FIELD_NAMES, vector.value());
    m.set_record_type_type(root.value());
    root.value()
}

/// `(%record-of? object type)`
pub(crate) fn is_record_of<'m>(_: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let is_one = Object::of_kind(args[0], Kind::Record).is_some_and(|object| {
        is_type_or_derived(Live::of(object.field(record::TYPE)), Live::of(args[1]))
    });
    Ok(Value::boolean(is_one))
}

/// `(%record-type-of record)`
pub(crate) fn record_type_of<'m>(_: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    match Object::of_kind(args[0], Kind::Record) {
        Some(object) => Ok(object.field(record::TYPE)),
        None => Err(Raise::wrong_type("%record-type-of", 1, "record", args[0])),
    }
}

/// `(%record-type-name type)`
pub(crate) fn record_type_name<'m>(_: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    Ok(record_type_object("%record-type-name", 1, args[0])?.field(record_type::NAME))
}

/// `(%record-type-fields type)`
pub(crate) fn record_type_fields<'m>(_: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    Ok(record_type_object("%record-type-fields", 1, args[0])?.field(record_type::FIELD_NAMES))
}

/// `(%record-field record index)`
pub(crate) fn record_field<'m>(_: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    const WHO: &str = "%record-field";
    let Some(object) = Object::of_kind(args[0], Kind::Record) else {
        return Err(Raise::wrong_type(WHO, 1, "record", args[0]));
    };
    let count = object.size() - 1;
    match args[1].as_index().filter(|&index| index < count) {
        Some(index) => Ok(object.field(record::FIELDS + index * WORD_BYTES)),
        None => Err(Raise::out_of_range(WHO, 2, args[1], 0..=count as i64 - 1)),
    }
}
