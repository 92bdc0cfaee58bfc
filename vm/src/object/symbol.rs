//! Symbols, and how they are interned.
//!
//! Symbols and their names never move, so that constants of images may refer to them. They are collected like
//! other objects.

use abi::object_layout::{location, string, symbol};
use abi::tag::{FLAG_LITERAL, Header, Kind};
use abi::text_hash::{TextHash, text_hash};
use gc::Address;
use syntax::Stop;

use crate::error::PrimitiveResult;
use crate::mutator::Mutator;
use crate::object::Object;
use crate::object::string::{measure_text, string_bytes};
use crate::value::Value;

/// What a symbol with this name takes, with its name.
///
/// # Errors
///
/// [`Stop::Interrupted`].
pub(crate) fn symbol_bytes(m: &Mutator<'_>, name: &str) -> Result<usize, Stop> {
    let (length, width) = measure_text(m, name)?;
    let symbol = Header::new(Kind::Symbol, symbol::WORDS);
    Ok(string_bytes(length, width) + symbol.object_bytes() as usize)
}

impl Mutator<'_> {
    /// The symbol with this name.
    pub fn intern(&self, name: &str) -> Value<'_> {
        let hash = text_hash(name);
        let known = self.symbol_with(hash, name);
        known.unwrap_or_else(|| {
            let text = self.pinned_at_once(name);
            self.add_symbol(text, hash)
        })
    }

    /// The symbol with this name, as [`Self::intern`] answers it. The name may be long, and what it takes is
    /// announced.
    ///
    /// # Errors
    ///
    /// [`Raise::Full`](crate::error::Raise::Full), and `interrupted`.
    pub(crate) fn try_intern<'m>(&'m self, name: &str) -> PrimitiveResult<'m> {
        let hash = self.try_hash(name)?;
        if let Some(symbol) = self.symbol_with(hash, name) {
            return Ok(symbol);
        }
        self.reserve(symbol_bytes(self, name)?)?;
        let text = self.pinned_string(name, |index| self.check_at(index))?;
        Ok(self.add_symbol(text, hash))
    }

    /// A symbol with this name, a pinned string, that is interned from now on.
    fn add_symbol<'m>(&'m self, text: Value<'m>, hash: u64) -> Value<'m> {
        let symbol = self.symbol_of(text, hash);
        self.state().symbols.insert(hash, symbol.word());
        symbol
    }

    /// The hash of a name that may be long.
    fn try_hash(&self, name: &str) -> Result<u64, Stop> {
        let (bytes, mut hash) = (name.as_bytes(), TextHash::EMPTY);
        self.in_parts(0..bytes.len(), |part| {
            hash = bytes[part].iter().fold(hash, |hash, &byte| hash.with(byte));
        })?;
        Ok(hash.finish())
    }

    /// The symbol with this name, which may be long, if there is one.
    ///
    /// # Errors
    ///
    /// [`Stop::Interrupted`].
    pub(crate) fn try_interned(&self, name: &str) -> Result<Option<Value<'_>>, Stop> {
        let hash = self.try_hash(name)?;
        Ok(self.symbol_with(hash, name))
    }

    /// The interned symbol with this name, which has this hash.
    fn symbol_with(&self, hash: u64, name: &str) -> Option<Value<'_>> {
        let is_wanted = |word| {
            // SAFETY: the table holds words of pinned symbols, and loses those that a collection frees.
            let symbol = Object::of(unsafe { Value::from_word(word) });
            symbol
                .and_then(|symbol| Object::of(symbol.field(symbol::NAME)))
                .is_some_and(|found| is_text(found, name))
        };
        let word = self.state().symbols.find(hash, is_wanted)?;
        // SAFETY: a word of the table: of a pinned symbol that no collection has freed.
        Some(unsafe { Value::from_word(word) })
    }

    /// A symbol that no other symbol with this name is identical to. The name may be long.
    ///
    /// # Errors
    ///
    /// [`Stop::Interrupted`].
    pub(crate) fn make_symbol(&self, name: &str) -> Result<Value<'_>, Stop> {
        let text = self.pinned_string(name, |index| self.check_at(index))?;
        Ok(self.symbol_of(text, self.try_hash(name)?))
    }

    /// A symbol with this name, a pinned string.
    fn symbol_of<'m>(&'m self, text: Value<'m>, hash: u64) -> Value<'m> {
        let hash = Value::count(hash as usize);
        let fields = [
            (symbol::NAME, text),
            (symbol::HASH, hash),
            (symbol::LOCATION, Value::FALSE),
        ];
        self.pinned_object(Kind::Symbol, symbol::WORDS, fields)
            .value()
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

    /// The symbol `name` leads to its global variable no more. Whoever has the location keeps it.
    pub(crate) fn forget_location(&self, name: &str) {
        let symbol = self.symbol_with(text_hash(name), name);
        if let Some(object) = symbol.and_then(Object::of) {
            self.set_field(object, symbol::LOCATION, Value::FALSE);
        }
    }

    /// The name of a symbol, as Rust text.
    #[expect(
        clippy::unused_self,
        reason = "only who has the mutator may look at its values"
    )]
    pub fn symbol_name(&self, symbol: Value<'_>) -> Option<String> {
        let name = Object::of_kind(symbol, Kind::Symbol)?.field(symbol::NAME);
        Some(text_of(Object::of_kind(name, Kind::String)?))
    }

    /// A literal string that never moves, which nobody stops.
    fn pinned_at_once(&self, text: &str) -> Value<'_> {
        let pinned = self.pinned_string(text, |_| Ok(()));
        pinned.expect("nobody stops it")
    }

    /// A literal string that never moves. Before each character, `step` is given its number.
    fn pinned_string(
        &self,
        text: &str,
        step: impl Fn(usize) -> Result<(), Stop>,
    ) -> Result<Value<'_>, Stop> {
        let (mut length, mut is_narrow) = (0, true);
        for character in text.chars() {
            step(length)?;
            is_narrow &= u32::from(character) < 256;
            length += 1;
        }
        let units = if is_narrow {
            let units = self.allocate_pinned(Kind::Units8, length as u64);
            for (index, (byte, character)) in units.bytes().iter().zip(text.chars()).enumerate() {
                step(index)?;
                byte.set(u32::from(character) as u8);
            }
            units
        } else {
            let units = self.allocate_pinned(Kind::Units32, 4 * length as u64);
            let (places, _) = units.bytes().as_chunks::<4>();
            for (index, (place, character)) in places.iter().zip(text.chars()).enumerate() {
                step(index)?;
                let bytes = u32::from(character).to_le_bytes();
                place
                    .iter()
                    .zip(bytes)
                    .for_each(|(cell, byte)| cell.set(byte));
            }
            units
        };
        let fields = [
            (string::UNITS, units.value()),
            (string::LENGTH, Value::count(length)),
            (string::HASH, Value::FALSE),
        ];
        let object = self.pinned_object(Kind::String, string::WORDS, fields);
        object.add_flags(FLAG_LITERAL);
        Ok(object.value())
    }

    /// A pinned object with these fields, each at its offset in bytes. None of them is young.
    fn pinned_object<const COUNT: usize>(
        &self,
        kind: Kind,
        words: u64,
        fields: [(usize, Value<'_>); COUNT],
    ) -> Object<'_> {
        let object = self.allocate_pinned(kind, words);
        for (offset, field) in fields {
            let slot = object.slot(offset);
            // SAFETY: a value of the fresh object. A pinned object is old, but so is the field.
            unsafe { slot.store(field.word()) };
        }
        object
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

/// Whether the content of a string object is `text`.
fn is_text(string: Object<'_>, text: &str) -> bool {
    let length = string.field(string::LENGTH).as_index();
    let units = Object::of(string.field(string::UNITS)).expect("strings have units");
    let bytes = units.bytes();
    if units.kind() == Kind::Units8 {
        let bytes = &bytes[..length.expect("lengths are fixnums")];
        return bytes
            .iter()
            .map(|byte| char::from(byte.get()))
            .eq(text.chars());
    }
    text_of(string) == text
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

#[cfg(test)]
mod tests {
    use gc::{CollectReason, Scope};

    use super::*;
    use crate::testing::mutator;

    fn collect(m: &mut Mutator<'_>) {
        let _ = m.collect_for(CollectReason::Forced(Scope::Full));
    }

    fn is_interned(m: &Mutator<'_>, name: &str) -> bool {
        m.state().symbols.find(text_hash(name), |_| true).is_some()
    }

    #[test]
    fn a_symbol_that_nothing_refers_to_goes_with_a_full_collection() {
        let mut m = mutator();
        m.intern("lost");
        m.set_winders(m.intern("kept"));
        let handle = m.root(m.intern("held"));
        let count = m.state().symbols.count();
        collect(&mut m);
        assert!(!is_interned(&m, "lost"));
        assert_eq!(m.state().symbols.count(), count - 1);
        assert_eq!(m.winders(), m.intern("kept"));
        assert_eq!(m.rooted(&handle), m.intern("held"));
        assert_eq!(m.symbol_name(m.intern("lost")).as_deref(), Some("lost"));
    }

    #[test]
    fn a_symbol_stays_as_long_as_its_global_variable_has_a_value() {
        let mut m = mutator();
        m.define_global("bound", |_| Value::ZERO);
        assert_eq!(m.global("unbound"), None);
        collect(&mut m);
        assert!(is_interned(&m, "bound") && !is_interned(&m, "unbound"));
        assert_eq!(m.global("bound"), Some(Value::ZERO));
    }

    #[test]
    fn a_global_variable_that_is_forgotten_goes_unless_its_location_is_held() {
        let mut m = mutator();
        m.define_global("lost", |_| Value::ZERO);
        m.define_global("held", |_| Value::ZERO);
        m.set_winders(m.location_of(m.intern("held")));
        for name in ["lost", "held", "never made"] {
            m.forget_location(name);
        }
        collect(&mut m);
        assert!(!is_interned(&m, "lost") && is_interned(&m, "held"));
        let location = Object::of_kind(m.winders(), Kind::Location).unwrap();
        assert_eq!(location.field(location::VALUE), Value::ZERO);
        assert_eq!(m.global("held"), None, "another variable");
    }

    #[test]
    fn a_location_keeps_its_symbol() {
        let mut m = mutator();
        m.set_winders(m.location_of(m.intern("variable")));
        collect(&mut m);
        let location = Object::of_kind(m.winders(), Kind::Location).unwrap();
        assert_eq!(m.location_of(m.intern("variable")), location.value());
    }

    #[test]
    fn many_symbols_are_told_apart_and_found_again() {
        let m = mutator();
        let name = |number: u32| format!("s\u{e9}{number}\u{3b1}");
        let words: Vec<u64> = (0..20_000)
            .map(|number| m.intern(&name(number)).word())
            .collect();
        for (number, word) in (0..).zip(words) {
            assert_eq!(m.intern(&name(number)).word(), word);
        }
    }

    #[test]
    fn symbols_whose_names_hash_alike_are_two() {
        let m = mutator();
        let symbols = &m.state().symbols;
        let [one, other] = ["one", "other"].map(|name| m.make_symbol(name).unwrap().word());
        symbols.insert(5, one);
        symbols.insert(5, other);
        assert_eq!(symbols.find(5, |word| word == other), Some(other));
        assert_eq!(symbols.find(5, |word| word == one), Some(one));
        assert_eq!(symbols.find(5, |_| false), None);
        assert_eq!(symbols.find(6, |_| true), None);
    }
}
