//! Port objects: typed access to their fields.

use std::cell::Cell;

use abi::object_layout::port;
use abi::tag::{Header, Kind};
use gc::{Slot, WORD_BYTES};

use super::Object;
use super::bytevector::{copy_bytes, copy_many};
use super::string::{StringObject, UnitWidth, string_bytes};
use crate::error::Raise;
use crate::mutator::Mutator;
use crate::port::flag;
use crate::port::utf8::LineColumn;
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
    #[inline]
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
        let name_bytes = string_bytes(new.name.chars().count(), UnitWidth::Wide);
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

    pub(crate) fn name(self) -> Value<'m> {
        self.field(port::NAME)
    }

    #[inline]
    pub(crate) fn flags(self) -> i64 {
        self.integer(port::FLAGS)
    }

    /// Whether all of `flags` are set.
    #[inline]
    pub(crate) fn has(self, flags: i64) -> bool {
        self.flags() & flags == flags
    }

    pub(crate) fn set_flags(self, flags: i64) {
        self.set_integer(port::FLAGS, integer(flags));
    }

    /// Whether `#!fold-case` holds for what waits.
    pub(crate) fn folds_case(self) -> bool {
        self.has(flag::FOLD_CASE)
    }

    /// Says whether `#!fold-case` holds for what waits.
    pub(crate) fn set_folds_case(self, folds_case: bool) {
        if folds_case != self.folds_case() {
            self.set_flags(self.flags() ^ flag::FOLD_CASE);
        }
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

    #[inline]
    fn buffer(self) -> Object<'m> {
        let buffer = Object::of_kind(self.field(port::BUFFER), Kind::Bytevector);
        buffer.expect("the buffers of ports are bytevectors")
    }

    /// All bytes of the buffer, valid or not.
    #[inline]
    pub(crate) fn bytes(self) -> &'m [Cell<u8>] {
        self.buffer().bytes()
    }

    /// The bytes that wait in the buffer.
    pub(crate) fn waiting(self) -> &'m [Cell<u8>] {
        &self.bytes()[self.position()..self.end()]
    }

    #[inline]
    pub(crate) fn position(self) -> usize {
        self.index(port::POSITION)
    }

    #[inline]
    pub(crate) fn end(self) -> usize {
        self.index(port::END)
    }

    /// Takes the next byte, if it waits and is `wanted`.
    #[inline]
    pub(crate) fn take_byte(self, wanted: impl Fn(u8) -> bool) -> Option<u8> {
        let position = self.position();
        if position >= self.end() {
            return None;
        }
        let byte = self.bytes()[position].get();
        if !wanted(byte) {
            return None;
        }
        self.set_integer(port::POSITION, Value::count(position + 1));
        Some(byte)
    }

    /// Adds a byte to what waits, if the buffer has room.
    #[inline]
    pub(crate) fn add_byte(self, byte: u8) -> bool {
        let end = self.end();
        let Some(place) = self.bytes().get(end) else {
            return false;
        };
        place.set(byte);
        self.set_integer(port::END, Value::count(end + 1));
        true
    }

    /// Takes `count` of the bytes that wait.
    pub(crate) fn take(self, count: usize) {
        let position = self.position() + count;
        assert!(position <= self.end(), "so many bytes wait");
        self.set_integer(port::POSITION, Value::count(position));
    }

    /// Passes over `count` of the bytes that wait, which count as no part of a line. What was taken was counted.
    pub(crate) fn skip(self, count: usize) {
        self.take(count);
        self.set_integer(port::COUNTED, Value::count(self.position()));
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
    /// [`Raise::Full`], and `interrupted`: nothing was changed.
    pub(crate) fn enlarge(self, m: &'m Mutator<'_>, bytes: usize) -> Result<(), Raise<'m>> {
        let waiting = self.waiting();
        debug_assert!(waiting.len() <= bytes, "no byte is lost");
        m.reserve(bytes + OVERHEAD_BYTES)?;
        self.count_place();
        let buffer = m.allocate_many_bytes(Kind::Bytevector, bytes)?;
        copy_many(m, buffer.bytes(), waiting)?;
        m.set_field(self.0, port::BUFFER, buffer.value());
        self.restart(waiting.len());
        Ok(())
    }

    /// Moves the bytes that wait to the start of the buffer.
    pub(crate) fn compact(self) {
        self.count_place();
        let waiting = self.waiting();
        copy_bytes(self.bytes(), waiting);
        self.restart(waiting.len());
    }

    /// The valid bytes were moved to the start of the buffer.
    fn restart(self, end: usize) {
        self.set_valid(0, end);
        self.set_integer(port::COUNTED, Value::ZERO);
    }

    /// Zero-based line and column of the next character.
    pub(crate) fn place(self) -> LineColumn {
        self.count_place();
        self.counted_place()
    }

    fn counted_place(self) -> LineColumn {
        LineColumn {
            line: self.index(port::LINE),
            column: self.index(port::COLUMN),
        }
    }

    /// Counts the lines and columns of what was taken, which is done when bytes leave the buffer or
    /// somebody asks: taking a character changes one field.
    fn count_place(self) {
        let (counted, position) = (self.index(port::COUNTED), self.position());
        let taken = &self.bytes()[counted..position];
        let LineColumn { line, column } = self.counted_place().after(taken);
        self.set_integer(port::LINE, Value::count(line));
        self.set_integer(port::COLUMN, Value::count(column));
        self.set_integer(port::COUNTED, Value::count(position));
    }

    #[inline(always)]
    fn slot(self, offset: usize) -> Slot {
        assert!(
            (WORD_BYTES..=port::WORDS as usize * WORD_BYTES).contains(&offset)
                && offset.is_multiple_of(WORD_BYTES),
            "a field of ports"
        );
        // SAFETY: `of` has checked the kind, and all ports have so many values after their header.
        unsafe { Slot::new(self.0.address().offset_bytes(offset)) }
    }

    #[inline(always)]
    fn field(self, offset: usize) -> Value<'m> {
        // SAFETY: `slot` names a value of the port, which borrows from the heap.
        unsafe { Value::from_word(self.slot(offset).load()) }
    }

    #[inline(always)]
    fn set_integer(self, offset: usize, value: Value<'_>) {
        assert!(value.is_fixnum(), "no references");
        // SAFETY: `slot` names a value of the port. Ports are never literals, and a fixnum needs no
        // barrier.
        unsafe { self.slot(offset).store(value.word()) };
    }

    #[inline(always)]
    fn integer(self, offset: usize) -> i64 {
        self.field(offset)
            .as_fixnum()
            .expect("the fields of ports are fixnums")
    }

    #[inline(always)]
    fn index(self, offset: usize) -> usize {
        self.field(offset)
            .as_index()
            .expect("places in buffers are not negative")
    }
}

fn integer(value: i64) -> Value<'static> {
    Value::fixnum(value).expect("flags and descriptors are small")
}
