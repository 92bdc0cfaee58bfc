//! Strings: Unicode, one unit a character, so that the place of a character is known.

use std::cell::Cell;
use std::ops::Range;

use abi::object_layout::string;
use abi::tag::{Header, Kind};
use abi::text_hash::TextHash;
use syntax::Stop;

use super::Object;
use super::bytevector::{are_equal, copy_many, fill_bytes, write_many};
use crate::error::Raise;
use crate::mutator::Mutator;
use crate::value::Value;

/// Bytes of a unit of wide strings.
const WIDE_BYTES: usize = 4;
/// The length of strings of which copies outside of the heap are measured first.
const LONG_LENGTH: usize = 1 << 12;

/// A string.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StringObject<'m>(Object<'m>);

/// The content of a string; there may be more units than characters.
#[derive(Clone, Copy, Debug)]
enum Units<'m> {
    /// Latin-1.
    Narrow(&'m [Cell<u8>]),
    /// 32 bits a character, little-endian.
    Wide(&'m [[Cell<u8>; WIDE_BYTES]]),
}

impl Units<'_> {
    fn get(self, index: usize) -> char {
        match self {
            Self::Narrow(units) => char::from(units[index].get()),
            Self::Wide(units) => {
                let code = u32::from_le_bytes(units[index].each_ref().map(Cell::get));
                char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
        }
    }

    fn fits(self, character: char) -> bool {
        matches!(self, Self::Wide(_)) || is_narrow(character)
    }

    /// The character fits.
    fn set(self, index: usize, character: char) {
        match self {
            Self::Narrow(units) => units[index].set(u32::from(character) as u8),
            Self::Wide(units) => {
                for (cell, byte) in units[index].iter().zip(u32::from(character).to_le_bytes()) {
                    cell.set(byte);
                }
            }
        }
    }
}

fn is_narrow(character: char) -> bool {
    u8::try_from(character).is_ok()
}

/// Which characters a string has room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum UnitWidth {
    /// Those of Latin-1: a byte each.
    Narrow,
    /// Any.
    Wide,
}

impl UnitWidth {
    /// The width that a character needs.
    pub(crate) fn of(character: char) -> Self {
        if is_narrow(character) {
            Self::Narrow
        } else {
            Self::Wide
        }
    }

    /// What a character takes in UTF-8 at most.
    pub(crate) const fn utf8_bytes_max(self) -> usize {
        match self {
            Self::Narrow => 2,
            Self::Wide => char::MAX_LEN_UTF8,
        }
    }
}

/// Bytes that a new string of `length` characters takes.
pub(crate) const fn string_bytes(length: usize, width: UnitWidth) -> usize {
    let header = match width {
        UnitWidth::Narrow => Header::new(Kind::Units8, length as u64),
        UnitWidth::Wide => Header::new(Kind::Units32, (length * WIDE_BYTES) as u64),
    };
    (header.object_bytes() + Header::new(Kind::String, string::WORDS).object_bytes()) as usize
}

impl<'m> StringObject<'m> {
    /// The string that `value` is.
    #[inline]
    pub(crate) fn of(value: Value<'m>) -> Option<Self> {
        Object::of_kind(value, Kind::String).map(Self)
    }

    /// A string of `length` NUL characters, with room for others of this width. Its bytes were
    /// reserved, if they may be many.
    ///
    /// # Errors
    ///
    /// [`Stop::Interrupted`].
    pub(crate) fn allocate(
        m: &'m Mutator<'_>,
        length: usize,
        width: UnitWidth,
    ) -> Result<Self, Stop> {
        let units = match width {
            UnitWidth::Narrow => m.allocate_many_bytes(Kind::Units8, length)?,
            UnitWidth::Wide => m.allocate_many_bytes(Kind::Units32, length * WIDE_BYTES)?,
        };
        Ok(Self::over(m, units, length))
    }

    /// A string with the content of `text`, however long, which nobody stops.
    pub(crate) fn at_once(m: &'m Mutator<'_>, text: &str) -> Self {
        let (length, width) = text.chars().fold((0, UnitWidth::Narrow), widest);
        let units = match width {
            UnitWidth::Narrow => m.allocate_raw(Kind::Units8, length),
            UnitWidth::Wide => m.allocate_raw(Kind::Units32, length * WIDE_BYTES),
        };
        let string = Self::over(m, units, length);
        let units = string.units();
        for (index, character) in text.chars().enumerate() {
            units.set(index, character);
        }
        string
    }

    /// A string of `length` fresh units.
    fn over(m: &'m Mutator<'_>, units: Object<'m>, length: usize) -> Self {
        let object = m.allocate_values(Kind::String, string::WORDS as usize, Value::FALSE);
        m.set_field(object, string::UNITS, units.value());
        m.set_field(object, string::LENGTH, Value::count(length));
        Self(object)
    }

    /// A string of `characters`, which can be gone through twice.
    ///
    /// # Errors
    ///
    /// [`Raise::Full`], and `interrupted`, as of the other functions that make and change strings.
    pub(crate) fn from_characters(
        m: &'m Mutator<'_>,
        characters: impl Iterator<Item = char> + Clone,
    ) -> Result<Self, Raise<'m>> {
        let (length, width) = measure(m, characters.clone())?;
        m.reserve(string_bytes(length, width))?;
        let string = Self::allocate(m, length, width)?;
        let units = string.units();
        for (index, character) in characters.enumerate() {
            m.check_at(index)?;
            units.set(index, character);
        }
        Ok(string)
    }

    /// A string with the content of `text`.
    ///
    /// # Errors
    ///
    /// [`Raise::Full`], and `interrupted`.
    pub(crate) fn from_text(m: &'m Mutator<'_>, text: &str) -> Result<Self, Raise<'m>> {
        let (length, width) = measure_text(m, text)?;
        if length > LONG_LENGTH {
            // The text is a copy that stays until the string is made.
            m.announce(string_bytes(length, width) + text.len())?;
        } else {
            m.reserve(string_bytes(length, width))?;
        }
        Ok(Self::of_measured(m, text, length, width)?)
    }

    /// A string with the content of `text`, of which [`measure_text`] says this. Its bytes were
    /// reserved, if they may be many.
    ///
    /// # Errors
    ///
    /// [`Stop::Interrupted`].
    pub(crate) fn of_measured(
        m: &'m Mutator<'_>,
        text: &str,
        length: usize,
        width: UnitWidth,
    ) -> Result<Self, Stop> {
        let string = Self::allocate(m, length, width)?;
        match string.units() {
            // As many bytes as characters: it is ASCII.
            Units::Narrow(units) if length == text.len() => {
                write_many(m, units, text.as_bytes())?;
            }
            units => {
                for (index, character) in text.chars().enumerate() {
                    m.check_at(index)?;
                    units.set(index, character);
                }
            }
        }
        Ok(string)
    }

    pub(crate) const fn value(self) -> Value<'m> {
        self.0.value()
    }

    pub(crate) fn is_literal(self) -> bool {
        self.0.is_literal()
    }

    /// Characters.
    #[inline]
    pub(crate) fn length(self) -> usize {
        self.0
            .field(string::LENGTH)
            .as_index()
            .expect("lengths are indices")
    }

    fn units(self) -> Units<'m> {
        let units = Object::of(self.0.field(string::UNITS)).expect("strings have units");
        if units.kind() == Kind::Units8 {
            Units::Narrow(units.bytes())
        } else {
            Units::Wide(units.bytes().as_chunks().0)
        }
    }

    /// Which characters it has room for.
    pub(crate) fn width(self) -> UnitWidth {
        match self.units() {
            Units::Narrow(_) => UnitWidth::Narrow,
            Units::Wide(_) => UnitWidth::Wide,
        }
    }

    /// The character at `index`.
    ///
    /// # Panics
    ///
    /// If there is none.
    pub(crate) fn get(self, index: usize) -> char {
        self.units().get(index)
    }

    /// The characters in `range`.
    pub(crate) fn characters(
        self,
        range: Range<usize>,
    ) -> impl DoubleEndedIterator<Item = char> + ExactSizeIterator + Clone {
        let units = self.units();
        range.map(move |index| units.get(index))
    }

    /// All characters.
    pub(crate) fn all(self) -> impl DoubleEndedIterator<Item = char> + ExactSizeIterator + Clone {
        self.characters(0..self.length())
    }

    /// The content, copied.
    ///
    /// # Errors
    ///
    /// [`Stop`], of a long string.
    pub(crate) fn to_text(self, m: &Mutator<'_>) -> Result<String, Stop> {
        self.text_in(m, 0..self.length())
    }

    /// The characters in `range`, copied.
    ///
    /// # Errors
    ///
    /// [`Stop`], of a long string.
    pub(crate) fn text_in(self, m: &Mutator<'_>, range: Range<usize>) -> Result<String, Stop> {
        let mut text = String::new();
        if range.len() > LONG_LENGTH {
            let bytes = self.utf8_bytes(m, range.clone())?;
            m.announce(bytes)?;
            text.reserve_exact(bytes);
        }
        m.in_parts(range, |part| text.extend(self.characters(part)))?;
        Ok(text)
    }

    /// How many bytes the characters in `range` take in UTF-8.
    ///
    /// # Errors
    ///
    /// [`Stop::Interrupted`].
    pub(crate) fn utf8_bytes(self, m: &Mutator<'_>, range: Range<usize>) -> Result<usize, Stop> {
        let mut bytes = 0;
        m.in_parts(range, |part| {
            bytes += self.characters(part).map(char::len_utf8).sum::<usize>();
        })?;
        Ok(bytes)
    }

    /// Makes room for `character`, if there is none.
    ///
    /// # Errors
    ///
    /// [`Raise::Full`]: nothing was changed.
    pub(crate) fn widen_for(self, m: &'m Mutator<'_>, character: char) -> Result<(), Raise<'m>> {
        if self.units().fits(character) {
            return Ok(());
        }
        self.widen(m)
    }

    /// Makes room for any characters in a string that has room for narrow ones.
    ///
    /// # Errors
    ///
    /// [`Raise::Full`]: nothing was changed.
    pub(crate) fn widen(self, m: &'m Mutator<'_>) -> Result<(), Raise<'m>> {
        let old = self.units();
        let length = self.length();
        m.reserve(string_bytes(length, UnitWidth::Wide))?;
        let object = m.allocate_many_bytes(Kind::Units32, length * WIDE_BYTES)?;
        let units = Units::Wide(object.bytes().as_chunks().0);
        for index in 0..length {
            m.check_at(index)?;
            units.set(index, old.get(index));
        }
        m.set_field(self.0, string::UNITS, object.value());
        Ok(())
    }

    /// Replaces the character at `index`; there is room for the new one (see [`Self::widen_for`]).
    pub(crate) fn set(self, m: &Mutator<'_>, index: usize, character: char) {
        self.forget_hash(m);
        self.units().set(index, character);
    }

    /// Replaces all characters in `range`; there is room for the new ones (see [`Self::widen_for`]).
    ///
    /// # Errors
    ///
    /// [`Stop::Interrupted`].
    pub(crate) fn fill(
        self,
        m: &Mutator<'_>,
        range: Range<usize>,
        character: char,
    ) -> Result<(), Stop> {
        self.forget_hash(m);
        match self.units() {
            Units::Narrow(units) => fill_bytes(m, &units[range], u32::from(character) as u8),
            units @ Units::Wide(_) => m.in_parts(range, |part| {
                for index in part {
                    units.set(index, character);
                }
            }),
        }
    }

    /// Copies the characters of `from` in `range` to places from `start` on; there is room for them.
    /// Both may be the same string.
    ///
    /// # Errors
    ///
    /// [`Stop::Interrupted`].
    pub(crate) fn copy_from(
        self,
        m: &'m Mutator<'_>,
        start: usize,
        from: Self,
        range: Range<usize>,
    ) -> Result<(), Stop> {
        self.forget_hash(m);
        match (self.units(), from.units()) {
            (Units::Narrow(to), Units::Narrow(units)) => copy_many(m, &to[start..], &units[range]),
            (Units::Wide(to), Units::Wide(units)) => {
                copy_many(m, to[start..].as_flattened(), units[range].as_flattened())
            }
            (to, units) => {
                // One is narrow and the other is not, so that they are two strings.
                let first = range.start;
                m.in_parts(range, |part| {
                    for index in part {
                        to.set(start + index - first, units.get(index));
                    }
                })
            }
        }
    }

    fn forget_hash(self, m: &Mutator<'_>) {
        if self.0.field(string::HASH).is_true() {
            m.set_field(self.0, string::HASH, Value::FALSE);
        }
    }

    /// The hash of the content: that of a symbol with the same name. Kept until the content changes.
    ///
    /// # Errors
    ///
    /// [`Stop::Interrupted`].
    pub(crate) fn hash(self, m: &Mutator<'_>) -> Result<Value<'m>, Stop> {
        let known = self.0.field(string::HASH);
        if known.is_true() {
            return Ok(known);
        }
        let hash = self.compute_hash(m)?;
        if !self.is_literal() {
            m.set_field(self.0, string::HASH, hash);
        }
        Ok(hash)
    }

    /// The hash of the content as a word.
    ///
    /// # Errors
    ///
    /// [`Stop::Interrupted`].
    pub(crate) fn content_hash(self, m: &Mutator<'_>) -> Result<u64, Stop> {
        let known = self.0.field(string::HASH);
        if known.is_true() {
            Ok(known.word())
        } else {
            Ok(self.compute_hash(m)?.word())
        }
    }

    fn compute_hash(self, m: &Mutator<'_>) -> Result<Value<'static>, Stop> {
        let mut hash = TextHash::EMPTY;
        m.in_parts(0..self.length(), |part| {
            let bytes = self.characters(part).flat_map(utf8_bytes);
            hash = bytes.fold(hash, TextHash::with);
        })?;
        Ok(Value::count(hash.finish() as usize))
    }

    /// Whether the contents are the same.
    ///
    /// # Errors
    ///
    /// [`Stop::Interrupted`].
    pub(crate) fn is_equal(self, m: &Mutator<'_>, other: Self) -> Result<bool, Stop> {
        let length = self.length();
        if length != other.length() {
            return Ok(false);
        }
        match (self.units(), other.units()) {
            (Units::Narrow(a), Units::Narrow(b)) => are_equal(m, &a[..length], &b[..length]),
            (Units::Wide(a), Units::Wide(b)) => {
                let bytes = |units: &'m [[Cell<u8>; WIDE_BYTES]]| units[..length].as_flattened();
                are_equal(m, bytes(a), bytes(b))
            }
            (a, b) => m.all_parts(0..length, |mut part| {
                part.all(|index| a.get(index) == b.get(index))
            }),
        }
    }
}

/// How many characters there are, and whether one of them is not of Latin-1.
///
/// # Errors
///
/// [`Stop::Interrupted`].
pub(crate) fn measure(
    m: &Mutator<'_>,
    characters: impl Iterator<Item = char>,
) -> Result<(usize, UnitWidth), Stop> {
    let mut measured = (0, UnitWidth::Narrow);
    for character in characters {
        m.check_at(measured.0)?;
        measured = widest(measured, character);
    }
    Ok(measured)
}

fn widest((length, width): (usize, UnitWidth), character: char) -> (usize, UnitWidth) {
    (length + 1, width.max(UnitWidth::of(character)))
}

/// As [`measure`], of a text.
///
/// # Errors
///
/// [`Stop::Interrupted`].
pub(crate) fn measure_text(m: &Mutator<'_>, text: &str) -> Result<(usize, UnitWidth), Stop> {
    let bytes = text.as_bytes();
    if m.all_parts(0..bytes.len(), |part| bytes[part].is_ascii())? {
        Ok((text.len(), UnitWidth::Narrow))
    } else {
        measure(m, text.chars())
    }
}

fn utf8_bytes(character: char) -> impl Iterator<Item = u8> {
    let mut bytes = [0; 4];
    let length = character.encode_utf8(&mut bytes).len();
    bytes.into_iter().take(length)
}
