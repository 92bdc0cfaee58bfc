//! Symbols and the table of those that are interned.
//!
//! Interned symbols and their names never move, so that constants of images may refer to them.

use abi::object_layout::{location, string, symbol};
use abi::tag::{FLAG_LITERAL, Header, Kind};
use abi::text_hash::TextHash;
use gc::Address;

use crate::mutator::Mutator;
use crate::object::Object;
use crate::value::Value;

/// The hash of a symbol's or string's content.
pub(crate) fn hash_text(bytes: impl Iterator<Item = u8>) -> Value<'static> {
    Value::count(bytes.fold(TextHash::EMPTY, TextHash::with).finish() as usize)
}

impl Mutator<'_> {
    /// The symbol with this name.
    pub fn intern(&self, name: &str) -> Value<'_> {
        if let Some(&word) = self.state().symbols.0.borrow().get(name) {
            // SAFETY: the table is a root, and its symbols are pinned.
            return unsafe { Value::from_word(word) };
        }
        let symbol = self.make_symbol(name);
        self.state()
            .symbols
            .0
            .borrow_mut()
            .insert(name.into(), symbol.word());
        symbol
    }

    /// A symbol that no other symbol with this name is identical to.
    pub(crate) fn make_symbol(&self, name: &str) -> Value<'_> {
        let text = self.pinned_string(name);
        let object = self.allocate_pinned(Kind::Symbol, symbol::WORDS);
        self.set_field(object, symbol::NAME, text);
        self.set_field(object, symbol::HASH, hash_text(name.bytes()));
        self.set_field(object, symbol::LOCATION, Value::FALSE);
        object.value()
    }

    /// The global variable of a symbol: a location, made when it is first asked for.
    ///
    /// # Panics
    ///
    /// If `symbol` is none.
    pub(crate) fn location_of<'m>(&'m self, symbol: Value<'m>) -> Value<'m> {
        let object =
            Object::of_kind(symbol, Kind::Symbol).expect("only symbols name global variables");
        let location = object.field(symbol::LOCATION);
        if location.is_true() {
            return location;
        }
        let made = self.allocate_values(Kind::Location, location::WORDS as usize, Value::UNBOUND);
        self.set_field(made, location::NAME, symbol);
        self.set_field(object, symbol::LOCATION, made.value());
        made.value()
    }

    /// The name of a symbol, as Rust text.
    #[expect(
        clippy::unused_self,
        reason = "only who has the mutator may look at its values"
    )]
    pub(crate) fn symbol_name(&self, symbol: Value<'_>) -> Option<String> {
        let name = Object::of_kind(symbol, Kind::Symbol)?.field(symbol::NAME);
        Some(text_of(Object::of_kind(name, Kind::String)?))
    }

    /// A literal string that never moves.
    fn pinned_string(&self, text: &str) -> Value<'_> {
        let is_narrow = text.chars().all(|character| u32::from(character) < 256);
        let length = text.chars().count();
        let units = if is_narrow {
            let units = self.allocate_pinned(Kind::Units8, length as u64);
            for (byte, character) in units.bytes().iter().zip(text.chars()) {
                byte.set(u32::from(character) as u8);
            }
            units
        } else {
            let units = self.allocate_pinned(Kind::Units32, 4 * length as u64);
            let bytes = text
                .chars()
                .flat_map(|character| u32::from(character).to_le_bytes());
            for (place, byte) in units.bytes().iter().zip(bytes) {
                place.set(byte);
            }
            units
        };
        let object = self.allocate_pinned(Kind::String, string::WORDS);
        self.set_field(object, string::UNITS, units.value());
        self.set_field(object, string::LENGTH, Value::count(length));
        self.set_field(object, string::HASH, Value::FALSE);
        object.add_flags(FLAG_LITERAL);
        object.value()
    }

    /// A pinned object with all payload words zero.
    fn allocate_pinned(&self, kind: Kind, size: u64) -> Object<'_> {
        let header = Header::new(kind, size);
        let bytes = header.object_bytes() as usize;
        // SAFETY: the object is initialised right away, with zeros, which are fixnums.
        let address: Address = unsafe { self.heap().allocate_pinned(bytes) };
        // SAFETY: fresh memory of this many bytes, a multiple of two words.
        unsafe {
            std::ptr::write_bytes(address.as_word_pointer(), 0, bytes / 8);
        }
        // SAFETY: the first word of the fresh memory.
        unsafe { address.store_word(header.word()) };
        // SAFETY: header and payload (fixnum zeros) were just written.
        unsafe { Object::at(address) }
    }
}

/// The content of a string object.
pub(crate) fn text_of(string: Object<'_>) -> String {
    let length = string
        .field(string::LENGTH)
        .as_index()
        .expect("lengths are fixnums");
    let units = Object::of(string.field(string::UNITS)).expect("strings have units");
    let bytes = units.bytes();
    if units.kind() == Kind::Units8 {
        return bytes[..length]
            .iter()
            .map(|byte| char::from(byte.get()))
            .collect();
    }
    let (characters, _) = bytes.as_chunks::<4>();
    characters[..length]
        .iter()
        .map(|unit| u32::from_le_bytes(unit.each_ref().map(std::cell::Cell::get)))
        .map(|code| char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}
