//! Port objects: typed access to their fields.

use std::cell::Cell;

use abi::object_layout::port;
use abi::tag::{Header, Kind};

use super::Object;
use super::bytevector::copy_bytes;
use super::string::{StringObject, string_bytes};
use crate::error::Raise;
use crate::mutator::Mutator;
use crate::value::Value;

/// What an object costs beside its payload, at most.
const OVERHEAD_BYTES: usize = 24;

/// A port.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PortObject<'m>(Object<'m>);

/// What a new port starts with.
pub(crate) struct NewPort<'m, 'text> {
    /// Bits of [`crate::port::flag`].
    pub(crate) flags: i64,
    /// A file descriptor, or -1.
    pub(crate) descriptor: i32,
    /// The buffer, a bytevector; or else one of this many bytes is made.
    pub(crate) buffer: Result<Value<'m>, usize>,
    /// For messages.
    pub(crate) name: &'text str,
}

impl<'m> PortObject<'m> {
    /// The port that `value` is.
    pub(crate) fn of(value: Value<'m>) -> Option<Self> {
        Object::of_kind(value, Kind::Port).map(Self)
    }

    /// A port. Everything valid in a given buffer is there to be read.
    ///
    /// # Errors
    ///
    /// [`Raise::Full`].
    pub(crate) fn allocate(
        m: &'m Mutator<'_>,
        new: &NewPort<'m, '_>,
    ) -> Result<Value<'m>, Raise<'m>> {
        let buffer_bytes = new.buffer.map_or_else(|bytes| bytes, |_| 0);
        let port_bytes = Header::new(Kind::Port, port::WORDS).object_bytes() as usize;
        let name_bytes = string_bytes(new.name.chars().count(), true);
        m.reserve(port_bytes + name_bytes + buffer_bytes + OVERHEAD_BYTES)?;
        let name = StringObject::from_text(m, new.name)?;
        let (buffer, end) = match new.buffer {
            Ok(buffer) => (buffer, Object::of(buffer).map_or(0, Object::size)),
            Err(bytes) => (m.allocate_raw(Kind::Bytevector, bytes).value(), 0),
        };
        let object = m.allocate_values(Kind::Port, port::WORDS as usize, Value::ZERO);
        let fields = [
            (port::FLAGS, integer(new.flags)),
            (port::DESCRIPTOR, integer(i64::from(new.descriptor))),
            (port::BUFFER, buffer),
            (port::END, Value::count(end)),
            (port::NAME, name.value()),
        ];
        for (offset, value) in fields {
            m.set_field(object, offset, value);
        }
        Ok(object.value())
    }

    pub(crate) const fn value(self) -> Value<'m> {
        self.0.value()
    }

    pub(crate) fn name(self) -> Value<'m> {
        self.0.field(port::NAME)
    }

    pub(crate) fn flags(self) -> i64 {
        self.integer(port::FLAGS)
    }

    /// Whether all of `flags` are set.
    pub(crate) fn has(self, flags: i64) -> bool {
        self.flags() & flags == flags
    }

    pub(crate) fn set_flags(self, flags: i64) {
        self.set_integer(port::FLAGS, integer(flags));
    }

    /// The file descriptor; `None` if the port has none, or is closed.
    pub(crate) fn descriptor(self) -> Option<i32> {
        i32::try_from(self.integer(port::DESCRIPTOR))
            .ok()
            .filter(|&descriptor| descriptor >= 0)
    }

    /// Forgets the file descriptor.
    pub(crate) fn forget_descriptor(self) {
        self.set_integer(port::DESCRIPTOR, integer(-1));
    }

    fn buffer(self) -> Object<'m> {
        let buffer = Object::of_kind(self.0.field(port::BUFFER), Kind::Bytevector);
        buffer.expect("the buffers of ports are bytevectors")
    }

    /// All bytes of the buffer, valid or not.
    pub(crate) fn bytes(self) -> &'m [Cell<u8>] {
        self.buffer().bytes()
    }

    /// The bytes that wait in the buffer.
    pub(crate) fn waiting(self) -> &'m [Cell<u8>] {
        &self.bytes()[self.position()..self.end()]
    }

    pub(crate) fn position(self) -> usize {
        self.index(port::POSITION)
    }

    pub(crate) fn end(self) -> usize {
        self.index(port::END)
    }

    /// Says which bytes of the buffer are valid.
    pub(crate) fn set_valid(self, position: usize, end: usize) {
        debug_assert!(
            position <= end && end <= self.bytes().len(),
            "the buffer holds the bytes"
        );
        self.set_integer(port::POSITION, Value::count(position));
        self.set_integer(port::END, Value::count(end));
    }

    /// Moves the bytes that wait to the start of a buffer of `bytes`.
    ///
    /// # Errors
    ///
    /// [`Raise::Full`]: nothing was changed.
    pub(crate) fn enlarge(self, m: &'m Mutator<'_>, bytes: usize) -> Result<(), Raise<'m>> {
        let waiting = self.waiting();
        debug_assert!(waiting.len() <= bytes, "no byte is lost");
        m.reserve(bytes + OVERHEAD_BYTES)?;
        let buffer = m.allocate_raw(Kind::Bytevector, bytes);
        copy_bytes(buffer.bytes(), waiting);
        m.set_field(self.0, port::BUFFER, buffer.value());
        self.set_valid(0, waiting.len());
        Ok(())
    }

    /// Zero-based line and column of the next character.
    pub(crate) fn place(self) -> (usize, usize) {
        (self.index(port::LINE), self.index(port::COLUMN))
    }

    pub(crate) fn set_place(self, (line, column): (usize, usize)) {
        self.set_integer(port::LINE, Value::count(line));
        self.set_integer(port::COLUMN, Value::count(column));
    }

    fn set_integer(self, offset: usize, value: Value<'_>) {
        debug_assert!(
            value.is_fixnum() && self.0.field(offset).is_fixnum(),
            "no references"
        );
        // SAFETY: `slot` checks that a value of this object stands there. Ports are never literals,
        // and no barrier is due where a fixnum replaces a fixnum.
        unsafe { self.0.slot(offset).store(value.word()) };
    }

    fn integer(self, offset: usize) -> i64 {
        self.0
            .field(offset)
            .as_fixnum()
            .expect("the fields of ports are fixnums")
    }

    fn index(self, offset: usize) -> usize {
        self.0
            .field(offset)
            .as_index()
            .expect("places in buffers are not negative")
    }
}

fn integer(value: i64) -> Value<'static> {
    Value::fixnum(value).expect("flags and descriptors are small")
}
