//! The representations of values without parts.

use std::fmt::Write;

use abi::object_layout::{port, record, record_type};
use abi::tag::{self, Kind};
use syntax::{Stop, Supervisor};

use super::parts::word;
use super::style::Style;
use crate::mutator::Mutator;
use crate::number::heap::as_number;
use crate::number::text::write_number;
use crate::object::Object;
use crate::object::string::StringObject;
use crate::value::Value;

/// The name of the type of `record`.
pub(super) fn record_name(m: &Mutator<'_>, record: Object<'_>) -> String {
    type_name(m, record.field(record::TYPE))
}

fn type_name(m: &Mutator<'_>, record_type: Value<'_>) -> String {
    Object::of_kind(record_type, Kind::Record)
        .filter(|record_type| record_type.size() >= record_type::WORDS as usize)
        .and_then(|record_type| m.symbol_name(record_type.field(record_type::NAME)))
        .unwrap_or_else(|| "record".into())
}

/// The name of field `index` of `record`.
pub(super) fn field_name(m: &Mutator<'_>, record: Object<'_>, index: usize) -> Option<String> {
    let record_type = Object::of_kind(record.field(record::TYPE), Kind::Record)
        .filter(|record_type| record_type.size() >= record_type::WORDS as usize)?;
    let names = Object::of_kind(record_type.field(record_type::FIELD_NAMES), Kind::Vector)?;
    m.symbol_name(word(names, index)?)
}

/// Writes a value that has no parts.
///
/// # Errors
///
/// [`Stop`], of a large number.
pub(super) fn write(
    m: &Mutator<'_>,
    value: Value<'_>,
    style: Style,
    text: &mut String,
    supervisor: &dyn Supervisor,
) -> Result<(), Stop> {
    let written = if let Some(character) = value.as_char() {
        if style == Style::Display {
            text.write_char(character)
        } else {
            syntax::write_character(character, text)
        }
    } else if let Some(integer) = value.as_fixnum() {
        write!(text, "{integer}")
    } else if let Some(number) = as_number(value) {
        text.write_str(&write_number(&number, 10, supervisor)?)
    } else if let Some(object) = Object::of(value) {
        write_object(m, object, style, text)
    } else {
        text.write_str(special_name(value))
    };
    written.expect("writing to a string never fails");
    Ok(())
}

fn special_name(value: Value<'_>) -> &'static str {
    match value.word() {
        tag::FALSE => "#f",
        tag::TRUE => "#t",
        tag::NULL => "()",
        tag::UNSPECIFIED => "#<unspecified>",
        tag::EOF => "#<eof>",
        tag::UNBOUND => "#<unbound>",
        tag::DEFAULT => "#<default>",
        tag::BROKEN => "#<broken>",
        _ => "#<unknown>",
    }
}

fn write_object(
    m: &Mutator<'_>,
    object: Object<'_>,
    style: Style,
    text: &mut String,
) -> std::fmt::Result {
    match object.kind() {
        Kind::String => {
            let string = StringObject::of(object.value()).expect("the kind was checked");
            if style == Style::Display {
                text.extend(string.all());
                Ok(())
            } else {
                syntax::write_string(&string.to_text(), text)
            }
        }
        Kind::Symbol => {
            let name = m.symbol_name(object.value()).expect("the kind was checked");
            if style == Style::Display {
                text.write_str(&name)
            } else {
                syntax::write_symbol(&name, text)
            }
        }
        Kind::Bytevector => {
            text.push_str("#u8(");
            for (index, byte) in object.bytes().iter().enumerate() {
                let space = if index == 0 { "" } else { " " };
                write!(text, "{space}{}", byte.get())?;
            }
            text.write_char(')')
        }
        Kind::Closure => match m.procedure_name(object.value()) {
            Some(name) => write!(text, "#<procedure {name}>"),
            None => text.write_str("#<procedure>"),
        },
        Kind::Record => write!(text, "#<record-type {}>", type_name(m, object.value())),
        Kind::Port => {
            let name = StringObject::of(object.field(port::NAME));
            let name = name.map_or_else(String::new, StringObject::to_text);
            write!(text, "#<port {name}>")
        }
        kind => text.write_str(kind_name(kind)),
    }
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Box => "#<box>",
        Kind::Location => "#<location>",
        Kind::WeakPair => "#<weak-pair>",
        Kind::Ephemeron => "#<ephemeron>",
        Kind::Guardian => "#<guardian>",
        Kind::Chunk => "#<continuation>",
        Kind::CodeAddresses => "#<backtrace>",
        Kind::Table => "#<table>",
        _ => "#<object>",
    }
}
