//! Data and records for embedders: what the procedures of macros get and answer.

use abi::object_layout::{PAYLOAD, record, record_type};
use abi::tag::Kind;
use gc::WORD_BYTES;
use syntax::DatumKind;

use crate::datum::plain_kind;
use crate::mutator::Mutator;
use crate::number::heap::from_number;
use crate::number::tower::Number;
use crate::object::Object;
use crate::primitive::functions::bytes_object;
use crate::read::constant_value;
use crate::value::Value;

impl Mutator<'_> {
    /// The value of a datum that has no parts and is no live object. `None` if the limit of the heap leaves no room.
    pub fn plain_value<'m>(&'m self, kind: &DatumKind, symbol: Option<&str>) -> Option<Value<'m>> {
        match kind {
            DatumKind::Null => Some(Value::NULL),
            DatumKind::Boolean(value) => Some(Value::boolean(*value)),
            DatumKind::Constant(constant) => Some(constant_value(*constant)),
            DatumKind::Character(value) => Some(Value::character(*value)),
            DatumKind::Number(number) => from_number(self, &Number::from(number)).ok(),
            DatumKind::String(text) => Some(self.string(text)),
            DatumKind::Bytevector(bytes) => bytes_object(self, bytes).ok(),
            DatumKind::Symbol(_) => symbol.map(|name| self.intern(name)),
            DatumKind::Pair(..) | DatumKind::Vector(_) | DatumKind::External(_) => None,
        }
    }

    /// The datum that a value without parts is; `None` for symbols, pairs, vectors and what no text denotes.
    #[expect(
        clippy::unused_self,
        reason = "only who has the mutator may look at its values"
    )]
    pub fn plain_datum(&self, value: Value<'_>) -> Option<DatumKind> {
        plain_kind(value)
    }

    /// A vector. `None` if it would be too long.
    pub fn vector<'m>(&'m self, elements: &[Value<'m>]) -> Option<Value<'m>> {
        let vector = self.allocate_many_values(Kind::Vector, elements.len(), Value::FALSE);
        let vector = vector.ok()?;
        for (index, &element) in elements.iter().enumerate() {
            self.set_field(vector, PAYLOAD + index * WORD_BYTES, element);
        }
        Some(vector.value())
    }

    /// The elements of a vector; `None` for other values.
    #[expect(
        clippy::unused_self,
        reason = "only who has the mutator may look at its values"
    )]
    pub fn vector_elements<'m>(&'m self, value: Value<'m>) -> Option<Vec<Value<'m>>> {
        let vector = Object::of_kind(value, Kind::Vector)?;
        let fields = (0..vector.size()).map(|index| vector.field(PAYLOAD + index * WORD_BYTES));
        Some(fields.collect())
    }

    /// A record of a type with as many fields; `None` if `of` is no such type.
    pub fn record<'m>(&'m self, of: Value<'m>, fields: &[Value<'m>]) -> Option<Value<'m>> {
        let object = Object::of_kind(of, Kind::Record)?;
        let is_type = object.size() == record_type::WORDS as usize
            && object.field(record::TYPE) == self.record_type_type();
        let names = Object::of_kind(object.field(record_type::FIELD_NAMES), Kind::Vector);
        if !is_type || names?.size() != fields.len() {
            return None;
        }
        let made = self.allocate_values(Kind::Record, fields.len() + 1, Value::FALSE);
        self.set_field(made, record::TYPE, of);
        for (index, &field) in fields.iter().enumerate() {
            self.set_field(made, record::FIELDS + index * WORD_BYTES, field);
        }
        Some(made.value())
    }

    /// The fields of a record of exactly this type; `None` for other values.
    #[expect(
        clippy::unused_self,
        reason = "only who has the mutator may look at its values"
    )]
    pub fn record_fields<'m>(&'m self, value: Value<'m>, of: Value<'m>) -> Option<Vec<Value<'m>>> {
        let record = Object::of_kind(value, Kind::Record)?;
        if record.field(record::TYPE) != of {
            return None;
        }
        let fields = 0..record.size() - 1;
        let fields = fields.map(|index| record.field(record::FIELDS + index * WORD_BYTES));
        Some(fields.collect())
    }
}
