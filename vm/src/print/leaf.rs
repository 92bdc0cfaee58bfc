//! The representations of values without parts.

use std::fmt::Write;

use abi::object_layout::{port, record, record_type, symbol};
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
        let mut supervised = SupervisedText {
            text,
            supervisor,
            unasked_bytes: 0,
            copied_bytes: 0,
            stop: None,
        };
        let written = write_object(m, object, style, &mut supervised);
        if let Some(stop) = supervised.stop {
            return Err(stop);
        }
        written
    } else {
        text.write_str(tag::special_name(value.word()).unwrap_or("#<unknown>"))
    };
    written.expect("writing to a string never fails");
    Ok(())
}

/// A text that asks a supervisor as it grows. What the supervisor says ends the writing.
struct SupervisedText<'a> {
    text: &'a mut String,
    supervisor: &'a dyn Supervisor,
    /// What was written since the supervisor was asked.
    unasked_bytes: usize,
    /// What a copy takes that is being written.
    copied_bytes: usize,
    stop: Option<Stop>,
}

impl SupervisedText<'_> {
    const BYTES_BETWEEN_CHECKS: usize = 1 << 14;
    /// What a text takes without an announcement.
    const UNANNOUNCED_BYTES: usize = 1 << 16;

    /// The content of a string, which may be long.
    fn copy_of(&mut self, string: StringObject<'_>) -> Result<String, std::fmt::Error> {
        let copied = self.try_copy_of(string);
        copied.map_err(|stop| self.stopped(stop))
    }

    fn try_copy_of(&mut self, string: StringObject<'_>) -> Result<String, Stop> {
        let mut characters = string.all();
        let bytes = characters.len() * string.width().utf8_bytes_max();
        if bytes > Self::UNANNOUNCED_BYTES {
            self.supervisor.reserve(self.text.capacity() + bytes)?;
        }
        self.copied_bytes = bytes;
        let mut copy = String::with_capacity(bytes);
        while characters.len() > 0 {
            copy.extend(characters.by_ref().take(Self::BYTES_BETWEEN_CHECKS));
            self.supervisor.check()?;
        }
        Ok(copy)
    }

    /// Notes what the supervisor said.
    fn stopped(&mut self, stop: Stop) -> std::fmt::Error {
        self.stop = Some(stop);
        std::fmt::Error
    }

    /// Makes room for so many bytes more.
    #[inline]
    fn prepare(&mut self, bytes: usize) -> std::fmt::Result {
        self.unasked_bytes += bytes;
        if self.unasked_bytes < Self::BYTES_BETWEEN_CHECKS
            && bytes <= self.text.capacity() - self.text.len()
        {
            return Ok(());
        }
        self.ask(bytes).map_err(|stop| self.stopped(stop))
    }

    #[cold]
    fn ask(&mut self, bytes: usize) -> Result<(), Stop> {
        if self.unasked_bytes >= Self::BYTES_BETWEEN_CHECKS {
            self.unasked_bytes = 0;
            self.supervisor.check()?;
        }
        let (length, capacity) = (self.text.len(), self.text.capacity());
        if bytes > capacity - length {
            let new_capacity = (length + bytes).max(2 * capacity);
            // What there is stays until it is copied.
            if new_capacity > Self::UNANNOUNCED_BYTES {
                self.supervisor
                    .reserve(self.copied_bytes + capacity + new_capacity)?;
            }
            self.text.reserve_exact(new_capacity - length);
        }
        Ok(())
    }
}

impl Write for SupervisedText<'_> {
    fn write_str(&mut self, more: &str) -> std::fmt::Result {
        self.prepare(more.len())?;
        self.text.push_str(more);
        Ok(())
    }

    fn write_char(&mut self, character: char) -> std::fmt::Result {
        self.prepare(character.len_utf8())?;
        self.text.push(character);
        Ok(())
    }
}

fn write_object(
    m: &Mutator<'_>,
    object: Object<'_>,
    style: Style,
    text: &mut SupervisedText<'_>,
) -> std::fmt::Result {
    match object.kind() {
        Kind::String => {
            let string = StringObject::of(object.value()).expect("the kind was checked");
            if style == Style::Display {
                string
                    .all()
                    .try_for_each(|character| text.write_char(character))
            } else {
                syntax::write_string_of(string.all(), text)
            }
        }
        Kind::Symbol => {
            let name = StringObject::of(object.field(symbol::NAME)).expect("symbols have names");
            let name = text.copy_of(name)?;
            if style == Style::Display {
                text.write_str(&name)
            } else {
                syntax::write_symbol(&name, text)
            }
        }
        Kind::Bytevector => {
            text.write_str("#u8(")?;
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
            let name = name.map(|name| name.all().collect::<String>());
            write!(text, "#<port {}>", name.unwrap_or_default())
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
        Kind::Environment => "#<environment>",
        _ => "#<object>",
    }
}
