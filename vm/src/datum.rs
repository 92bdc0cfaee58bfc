//! From heap objects to syntax data: `eval` gives such data to the compiler.
//!
//! The conversion is iterative, so that no datum is too deep. Shared and circular structure is
//! preserved: each object becomes one node. An object without an external representation becomes
//! `External`, a number in the mutator's table of live objects.

use std::collections::HashMap;

use abi::object_layout::{WORD_BYTES, string};
use abi::tag::{FLAG_NEGATIVE, Kind};
use syntax::{Complex, Constant, Data, DatumId, DatumKind, Integer, Number, Ratio, Span};
use thiserror::Error;

use crate::mutator::Mutator;
use crate::number::heap::as_flonum;
use crate::object::Object;
use crate::object::symbol::text_of;
use crate::read::constant_value;
use crate::value::Value;

/// Why a datum was not given to the compiler.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub(crate) enum DatumError {
    /// More than the compiler's arenas hold.
    #[error("the datum has more than {DATA_MAX} parts")]
    TooLarge,
    /// An interrupt came.
    #[error("interrupted")]
    Interrupted,
    /// More than there is memory for.
    #[error("there is no memory for {parts} parts")]
    NoMemory {
        /// How many parts were found.
        parts: usize,
    },
}

/// Parts of a datum at most.
const DATA_MAX: usize = 1 << 28;

/// So many bytes of a text or a number count as a part of the datum.
const BYTES_PER_PART: usize = 32;

/// Data made from heap objects, none of which has a place in a text.
const NOWHERE: Span = Span::new(0, 0);

struct Converter<'m, 'id> {
    m: &'m Mutator<'id>,
    data: Data,
    /// Nodes of pairs and vectors, by the word that refers to them.
    known: HashMap<u64, DatumId>,
    /// Pairs and vectors whose nodes are not filled yet.
    pending: Vec<(DatumId, Value<'m>)>,
    /// How many parts were found, long texts as several.
    parts: usize,
}

impl Mutator<'_> {
    /// A copy of `value` as a datum of no more than `parts_max` parts. Live objects in it go to the table of
    /// externals.
    pub(crate) fn datum_of<'m>(
        &'m self,
        value: Value<'m>,
        parts_max: usize,
    ) -> Result<(Data, DatumId), DatumError> {
        let mut converter = Converter {
            m: self,
            data: Data::new(),
            known: HashMap::new(),
            pending: Vec::new(),
            parts: 0,
        };
        let root = converter.node(value);
        let mut filled = 0;
        while let Some((node, value)) = converter.pending.pop() {
            filled += 1;
            self.check_at(filled).map_err(|_| DatumError::Interrupted)?;
            let length = Object::of_kind(value, Kind::Vector).map_or(2, Object::size);
            let parts = converter.parts.saturating_add(length);
            if parts > parts_max {
                return Err(DatumError::NoMemory { parts });
            }
            if parts > DATA_MAX {
                return Err(DatumError::TooLarge);
            }
            converter.fill(node, value);
        }
        if converter.parts > parts_max {
            let parts = converter.parts;
            return Err(DatumError::NoMemory { parts });
        }
        Ok((converter.data, root))
    }
}

impl<'m> Converter<'m, '_> {
    /// The node of `value`; that of a compound is filled later.
    fn node(&mut self, value: Value<'m>) -> DatumId {
        self.parts += 1 + text_bytes(value) / BYTES_PER_PART;
        if let Some(leaf) = self.leaf(value) {
            return self.data.push(leaf, NOWHERE);
        }
        if let Some(&node) = self.known.get(&value.word()) {
            return node;
        }
        let node = self.data.push(DatumKind::Null, NOWHERE);
        self.known.insert(value.word(), node);
        self.pending.push((node, value));
        node
    }

    fn fill(&mut self, node: DatumId, value: Value<'m>) {
        let kind = if let Some((car, cdr)) = self.m.pair(value) {
            DatumKind::Pair(self.node(car), self.node(cdr))
        } else {
            let vector = Object::of_kind(value, Kind::Vector);
            let vector = vector.expect("only pairs and vectors are filled later");
            let fields = (1..=vector.size()).map(|index| vector.field(index * WORD_BYTES));
            DatumKind::Vector(fields.map(|field| self.node(field)).collect())
        };
        self.data.set_kind(node, kind);
    }

    /// What `value` is, unless it is a pair or a vector.
    fn leaf(&mut self, value: Value<'m>) -> Option<DatumKind> {
        if value.is_pair() || value.is_kind(Kind::Vector) {
            return None;
        }
        if let Some(kind) = plain_kind(value) {
            return Some(kind);
        }
        if let Some(name) = self.interned_name(value) {
            return Some(DatumKind::Symbol(self.data.intern(&name)));
        }
        Some(DatumKind::External(self.m.add_external(value)))
    }

    /// The name of an interned symbol; another one is a live object.
    fn interned_name(&self, value: Value<'m>) -> Option<String> {
        let name = self.m.symbol_name(value)?;
        (self.m.intern(&name) == value).then_some(name)
    }
}

/// The constant that a value is.
fn constant_of(value: Value<'_>) -> Option<Constant> {
    let mut all = Constant::ALL.into_iter();
    all.find(|&constant| constant_value(constant) == value)
}

/// The datum that a value without parts is, if it is no symbol and some text denotes it.
pub(crate) fn plain_kind(value: Value<'_>) -> Option<DatumKind> {
    if let Some(boolean) = value.as_boolean() {
        return Some(DatumKind::Boolean(boolean));
    }
    if let Some(character) = value.as_char() {
        return Some(DatumKind::Character(character));
    }
    if let Some(number) = number_of(value) {
        return Some(DatumKind::Number(number));
    }
    if value.is_null() {
        return Some(DatumKind::Null);
    }
    if let Some(constant) = constant_of(value) {
        return Some(DatumKind::Constant(constant));
    }
    let object = Object::of(value)?;
    match object.kind() {
        Kind::String => Some(DatumKind::String(text_of(object).into())),
        Kind::Bytevector => {
            let bytes = object.bytes().iter();
            Some(DatumKind::Bytevector(
                bytes.map(std::cell::Cell::get).collect(),
            ))
        }
        _ => None,
    }
}

/// Bytes of the text or number that `value` is; 0 for what has no size of its own.
fn text_bytes(value: Value<'_>) -> usize {
    let Some(object) = Object::of(value) else {
        return 0;
    };
    match object.kind() {
        Kind::String => object.field(string::LENGTH).as_index().unwrap_or_default(),
        Kind::Bytevector | Kind::Bignum => object.header().object_bytes() as usize,
        _ => 0,
    }
}

fn integer_of(value: Value<'_>) -> Option<Integer> {
    if let Some(fixnum) = value.as_fixnum() {
        return Some(Integer::Small(fixnum));
    }
    let object = Object::of_kind(value, Kind::Bignum)?;
    let negative = object.header().has_flags(FLAG_NEGATIVE);
    if let Some(small) = crate::number::heap::as_i64(value) {
        return Some(Integer::Small(small));
    }
    let magnitude = object.limbs().iter().map(std::cell::Cell::get).collect();
    Some(Integer::Big {
        negative,
        magnitude,
    })
}

fn number_of(value: Value<'_>) -> Option<Number> {
    if let Some(integer) = integer_of(value) {
        return Some(Number::Integer(integer));
    }
    if let Some(double) = as_flonum(value) {
        return Some(Number::Flonum(double));
    }
    if let Some(object) = Object::of_kind(value, Kind::Ratnum) {
        let (numerator, denominator) = (object.field(WORD_BYTES), object.field(2 * WORD_BYTES));
        let (numerator, denominator) = (integer_of(numerator)?, integer_of(denominator)?);
        return Some(Number::Ratio(Box::new(Ratio {
            numerator,
            denominator,
        })));
    }
    let object = Object::of_kind(value, Kind::Compnum)?;
    let (real, imaginary) = (object.field(WORD_BYTES), object.field(2 * WORD_BYTES));
    let (real, imaginary) = (number_of(real)?, number_of(imaginary)?);
    Some(Number::Complex(Box::new(Complex { real, imaginary })))
}

#[cfg(test)]
mod tests {
    use super::DatumError;
    use crate::primitive::functions;
    use crate::testing::{call, data, mutator};
    use crate::value::Value;

    fn round_trip(text: &str) -> String {
        let m = mutator();
        let value = data(&m, text)[0];
        let (data, datum) = m.datum_of(value, usize::MAX).unwrap();
        data.to_text(datum)
    }

    #[test]
    fn data_come_out_as_they_are_written() {
        for text in [
            "(a \"bc\" #\\d 1.5 (2/3 . 4) #(#t #f ()) #u8(1 2))",
            "(-36893488147419103232 1+2i |two words|)",
        ] {
            assert_eq!(round_trip(text), text);
        }
    }

    #[test]
    fn data_that_are_too_large_are_refused_before_they_are_copied() {
        let m = mutator();
        for text in [
            "(1 2 3 4 5)",
            "#(1 2 3 4 5 6)",
            "\"a text of forty characters and a few more\"",
        ] {
            let value = data(&m, text)[0];
            assert!(m.datum_of(value, 20).is_ok(), "{text}");
            let refused = m.datum_of(value, 1).map(|_| ());
            assert!(
                matches!(refused, Err(DatumError::NoMemory { .. })),
                "{text}"
            );
        }
    }

    #[test]
    fn circular_data_stay_circular() {
        let m = mutator();
        let pair = m.cons(Value::ZERO, Value::NULL);
        m.set_cdr(pair, pair).unwrap();
        let (data, datum) = m.datum_of(pair, usize::MAX).unwrap();
        let (_, cdr) = data.as_pair(datum).unwrap();
        assert_eq!(cdr, datum);
    }

    #[test]
    fn objects_without_a_syntax_are_externals() {
        let m = mutator();
        let table = call(&m, functions::make_table, &[]).unwrap();
        let (data, datum) = m.datum_of(table, usize::MAX).unwrap();
        assert_eq!(*data.kind(datum), syntax::DatumKind::External(0));
        assert_eq!(m.external(0), Some(table));
        m.settle_externals(None);
        assert_eq!(m.external(0), None);
    }
}
