//! The section `.cozen.interface`: what compiled libraries export, and their macros, for the compiler of programs
//! that import them.
//!
//! A reader finds a library, an export of a library, or the key of a procedure by binary search. A reader looks at
//! nothing else. All numbers are of 32 bits, little-endian:
//!
//! ```text
//! header     string_count, library_count, binding_count, macro_count, returning_count
//! strings    string_count + 1 offsets into the text: where each string starts, and where the last one ends
//! libraries  name, first binding, number of bindings
//! bindings   name, kind of meaning, value of meaning
//! macros     name, rules, first binding, number of bindings
//! returning  keys of globals: procedures that return one value, and return it themselves
//! text       the strings, one behind the other, in UTF-8
//! ```
//!
//! Names, rules and values are numbers of strings; the value of a macro is the macro's number. Strings are sorted, and
//! no two are equal. So the libraries, sorted by the numbers of their names, are sorted by name. So are the bindings of
//! each library and of each macro.

use alloc::borrow::ToOwned;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Ordering;

/// The number of a macro in an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MacroNumber(u32);

/// What a name means. `S` is a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning<S> {
    /// The key of a global that never changes.
    Constant(S),
    /// The key of a global that may be assigned.
    Variable(S),
    /// The name of a form that the expander knows.
    Core(S),
    /// A macro.
    Macro(MacroNumber),
}

impl<S> Meaning<S> {
    const CONSTANT: u32 = 0;
    const VARIABLE: u32 = 1;
    const CORE: u32 = 2;
    const MACRO: u32 = 3;

    fn map<T>(self, map: impl FnOnce(S) -> T) -> Meaning<T> {
        match self {
            Self::Constant(text) => Meaning::Constant(map(text)),
            Self::Variable(text) => Meaning::Variable(map(text)),
            Self::Core(text) => Meaning::Core(map(text)),
            Self::Macro(number) => Meaning::Macro(number),
        }
    }

    /// The text, if the meaning has one.
    fn text(&self) -> Option<&S> {
        match self {
            Self::Constant(text) | Self::Variable(text) | Self::Core(text) => Some(text),
            Self::Macro(_) => None,
        }
    }
}

/// A macro of an interface.
#[derive(Clone, Copy, Debug)]
pub struct MacroDefinition<'a> {
    /// The name that the macro was defined with.
    pub name: &'a str,
    /// Its `syntax-rules` form.
    pub rules: &'a str,
    /// What the literals of the macro, and the names that its templates insert, mean.
    pub bindings: Bindings<'a>,
}

const WORD: usize = 4;
const HEADER_WORDS: usize = 5;
const LIBRARY_WORDS: usize = 3;
const BINDING_WORDS: usize = 3;
const MACRO_WORDS: usize = 4;

/// The contents of the section. What is damaged in them is as if it were not there.
#[derive(Clone, Copy, Debug)]
pub struct Interface<'a> {
    bytes: &'a [u8],
    library_count: usize,
    macro_count: usize,
    returning_count: usize,
    /// Where tables begin, in words.
    libraries: usize,
    bindings: usize,
    macros: usize,
    returning: usize,
    /// Where the text begins, in bytes.
    text: usize,
}

impl<'a> Interface<'a> {
    /// An interface of no libraries.
    pub const EMPTY: Interface<'static> = Interface {
        bytes: &[],
        library_count: 0,
        macro_count: 0,
        returning_count: 0,
        libraries: 0,
        bindings: 0,
        macros: 0,
        returning: 0,
        text: 0,
    };

    /// Finds the tables. `None` if they do not fit into `bytes`.
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let count = |index| Some(word_at(bytes, index)? as usize);
        let (library_count, macro_count, returning_count) = (count(1)?, count(3)?, count(4)?);
        let libraries = count(0)?.checked_add(HEADER_WORDS + 1)?;
        let bindings = libraries.checked_add(library_count.checked_mul(LIBRARY_WORDS)?)?;
        let macros = bindings.checked_add(count(2)?.checked_mul(BINDING_WORDS)?)?;
        let returning = macros.checked_add(macro_count.checked_mul(MACRO_WORDS)?)?;
        let words = returning.checked_add(returning_count)?;
        let text = words.checked_mul(WORD)?;
        (text <= bytes.len()).then_some(Self {
            bytes,
            library_count,
            macro_count,
            returning_count,
            libraries,
            bindings,
            macros,
            returning,
            text,
        })
    }

    /// Whether there are no libraries.
    pub const fn is_empty(self) -> bool {
        self.library_count == 0
    }

    /// The names of the libraries, sorted.
    pub fn library_names(self) -> impl Iterator<Item = &'a str> {
        (0..self.library_count).filter_map(move |index| self.library_name(index))
    }

    /// What the library `name` exports.
    pub fn library(self, name: &str) -> Option<Bindings<'a>> {
        let index = search(self.library_count, name, |index| self.library_name(index))?;
        self.bindings(self.libraries + index * LIBRARY_WORDS + 1)
    }

    /// The macro with a number.
    pub fn macro_definition(self, number: MacroNumber) -> Option<MacroDefinition<'a>> {
        let index = number.0 as usize;
        if index >= self.macro_count {
            return None;
        }
        let row = self.macros + index * MACRO_WORDS;
        Some(MacroDefinition {
            name: self.string(self.word(row)?)?,
            rules: self.string(self.word(row + 1)?)?,
            bindings: self.bindings(row + 2)?,
        })
    }

    /// Whether the global `key` is known to hold a procedure that returns one value, and returns it itself.
    pub fn returns_itself(self, key: &str) -> bool {
        let returning = |index| self.string(self.word(self.returning + index)?);
        search(self.returning_count, key, returning).is_some()
    }

    fn library_name(self, index: usize) -> Option<&'a str> {
        self.string(self.word(self.libraries + index * LIBRARY_WORDS)?)
    }

    /// The bindings that the two words from `index` on say.
    fn bindings(self, index: usize) -> Option<Bindings<'a>> {
        let (first, count) = (self.word(index)? as usize, self.word(index + 1)? as usize);
        let binding_count = (self.macros - self.bindings) / BINDING_WORDS;
        (first.checked_add(count)? <= binding_count).then_some(Bindings {
            interface: self,
            first,
            count,
        })
    }

    fn word(self, index: usize) -> Option<u32> {
        word_at(self.bytes, index)
    }

    fn string(self, number: u32) -> Option<&'a str> {
        let number = number as usize;
        // The last offset is no start of a string.
        if number + 1 >= self.libraries - HEADER_WORDS {
            return None;
        }
        let start = self.word(HEADER_WORDS + number)? as usize;
        let end = self.word(HEADER_WORDS + number + 1)? as usize;
        let text = self.bytes.get(self.text..)?.get(start..end)?;
        core::str::from_utf8(text).ok()
    }
}

/// Names and what they mean, sorted by name.
#[derive(Clone, Copy, Debug)]
pub struct Bindings<'a> {
    interface: Interface<'a>,
    first: usize,
    count: usize,
}

impl<'a> Bindings<'a> {
    /// How many bindings there are.
    pub const fn len(self) -> usize {
        self.count
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.count == 0
    }

    /// All bindings, in the order of their names.
    pub fn iter(self) -> impl Iterator<Item = (&'a str, Meaning<&'a str>)> {
        (0..self.count).filter_map(move |index| Some((self.name(index)?, self.meaning(index)?)))
    }

    /// What `name` means.
    pub fn find(self, name: &str) -> Option<Meaning<&'a str>> {
        let index = search(self.count, name, |index| self.name(index))?;
        self.meaning(index)
    }

    fn row(self, index: usize) -> usize {
        self.interface.bindings + (self.first + index) * BINDING_WORDS
    }

    fn name(self, index: usize) -> Option<&'a str> {
        self.interface.string(self.interface.word(self.row(index))?)
    }

    fn meaning(self, index: usize) -> Option<Meaning<&'a str>> {
        let row = self.row(index);
        let value = self.interface.word(row + 2)?;
        let text = || self.interface.string(value);
        Some(match self.interface.word(row + 1)? {
            Meaning::<()>::CONSTANT => Meaning::Constant(text()?),
            Meaning::<()>::VARIABLE => Meaning::Variable(text()?),
            Meaning::<()>::CORE => Meaning::Core(text()?),
            Meaning::<()>::MACRO => Meaning::Macro(MacroNumber(value)),
            _ => return None,
        })
    }
}

fn word_at(bytes: &[u8], index: usize) -> Option<u32> {
    let start = index.checked_mul(WORD)?;
    let word = bytes.get(start..start.checked_add(WORD)?)?;
    Some(u32::from_le_bytes(word.try_into().ok()?))
}

/// Which of `count` sorted names is `wanted`.
fn search<'a>(
    count: usize,
    wanted: &str,
    name: impl Fn(usize) -> Option<&'a str>,
) -> Option<usize> {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        match name(middle)?.cmp(wanted) {
            Ordering::Less => low = middle + 1,
            Ordering::Greater => high = middle,
            Ordering::Equal => return Some(middle),
        }
    }
    None
}

/// A binding that is to be written.
type OwnBinding = (String, Meaning<String>);

/// Writes an interface.
#[derive(Debug, Default)]
pub struct InterfaceWriter {
    libraries: BTreeMap<String, Vec<OwnBinding>>,
    macros: Vec<(String, String, Vec<OwnBinding>)>,
    returning: BTreeSet<String>,
}

impl InterfaceWriter {
    /// Adds a library and what it exports, in any order.
    pub fn add_library<'a>(
        &mut self,
        name: &str,
        bindings: impl IntoIterator<Item = (&'a str, Meaning<&'a str>)>,
    ) {
        self.libraries.insert(name.to_owned(), own(bindings));
    }

    /// Adds the macro with the next number. [`Self::macro_number`] says which.
    pub fn add_macro<'a>(
        &mut self,
        name: &str,
        rules: &str,
        bindings: impl IntoIterator<Item = (&'a str, Meaning<&'a str>)>,
    ) {
        self.macros
            .push((name.to_owned(), rules.to_owned(), own(bindings)));
    }

    /// Notes that the global `key` holds a procedure that returns one value, and returns it itself.
    pub fn add_returning(&mut self, key: &str) {
        self.returning.insert(key.to_owned());
    }

    /// The number of the macro that is, or will be, added after `count` others.
    ///
    /// # Panics
    ///
    /// If there are 2^32 macros.
    pub fn macro_number(count: usize) -> MacroNumber {
        MacroNumber(number(count))
    }

    /// The contents of the section.
    ///
    /// # Panics
    ///
    /// If they take 4 GiB.
    pub fn finish(&self) -> Vec<u8> {
        let strings = self.strings();
        let string = |text: &str| strings[text];
        let mut words = Vec::new();
        let bindings = self.bindings_in_order();
        words.extend([
            number(strings.len()),
            number(self.libraries.len()),
            number(bindings.clone().map(<[OwnBinding]>::len).sum()),
            number(self.macros.len()),
            number(self.returning.len()),
        ]);
        let mut text = String::new();
        for part in strings.keys() {
            words.push(number(text.len()));
            text.push_str(part);
        }
        words.push(number(text.len()));
        let mut first = 0;
        let mut extent = |bindings: &[OwnBinding]| {
            let count = number(bindings.len());
            first += count;
            [first - count, count]
        };
        for (name, bindings) in &self.libraries {
            words.push(string(name));
            words.extend(extent(bindings));
        }
        // Extents of macros follow those of libraries, as their bindings do.
        let macros = self.macros.iter().flat_map(|(name, rules, bindings)| {
            let [first, count] = extent(bindings);
            [string(name), string(rules), first, count]
        });
        let macros: Vec<u32> = macros.collect();
        for (name, meaning) in bindings.flatten() {
            let (kind, value) = match meaning {
                Meaning::Constant(key) => (Meaning::<()>::CONSTANT, string(key)),
                Meaning::Variable(key) => (Meaning::<()>::VARIABLE, string(key)),
                Meaning::Core(form) => (Meaning::<()>::CORE, string(form)),
                Meaning::Macro(number) => (Meaning::<()>::MACRO, number.0),
            };
            words.extend([string(name), kind, value]);
        }
        words.extend(macros);
        words.extend(self.returning.iter().map(|key| string(key)));
        let mut bytes: Vec<u8> = words.into_iter().flat_map(u32::to_le_bytes).collect();
        bytes.extend_from_slice(text.as_bytes());
        bytes
    }

    fn bindings_in_order(&self) -> impl Iterator<Item = &[OwnBinding]> + Clone {
        let libraries = self.libraries.values();
        let macros = self.macros.iter().map(|(_, _, bindings)| bindings);
        libraries.chain(macros).map(Vec::as_slice)
    }

    /// The number of each string.
    fn strings(&self) -> BTreeMap<&str, u32> {
        let mut strings = BTreeMap::new();
        for name in self.libraries.keys() {
            strings.insert(name.as_str(), 0);
        }
        for key in &self.returning {
            strings.insert(key.as_str(), 0);
        }
        for (name, rules, _) in &self.macros {
            strings.insert(name, 0);
            strings.insert(rules, 0);
        }
        for (name, meaning) in self.bindings_in_order().flatten() {
            strings.insert(name, 0);
            if let Some(text) = meaning.text() {
                strings.insert(text, 0);
            }
        }
        for (index, place) in strings.values_mut().enumerate() {
            *place = number(index);
        }
        strings
    }
}

fn own<'a>(bindings: impl IntoIterator<Item = (&'a str, Meaning<&'a str>)>) -> Vec<OwnBinding> {
    let bindings = bindings.into_iter();
    let bindings = bindings.map(|(name, meaning)| (name.to_owned(), meaning.map(str::to_owned)));
    let mut bindings: Vec<OwnBinding> = bindings.collect();
    bindings.sort_by(|(left, _), (right, _)| left.cmp(right));
    bindings
}

fn number(count: usize) -> u32 {
    u32::try_from(count).expect("an interface is smaller than 4 GiB")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Vec<u8> {
        let mut writer = InterfaceWriter::default();
        let guard = InterfaceWriter::macro_number(0);
        writer.add_library(
            "(scheme base)",
            [
                ("guard", Meaning::Macro(guard)),
                ("car", Meaning::Constant("car")),
                ("if", Meaning::Core("if")),
                ("λ", Meaning::Variable("(scheme base)#λ")),
            ],
        );
        writer.add_library("(a)", []);
        writer.add_macro(
            "guard",
            "(syntax-rules () ((_) (car '())))",
            [
                ("guard", Meaning::Macro(guard)),
                ("car", Meaning::Constant("car")),
            ],
        );
        writer.add_returning("car");
        writer.add_returning("(scheme base)#map");
        writer.finish()
    }

    #[test]
    fn what_was_written_is_found() {
        let bytes = example();
        let interface = Interface::parse(&bytes).expect("it was just written");
        let names: Vec<&str> = interface.library_names().collect();
        assert_eq!(names, ["(a)", "(scheme base)"]);
        assert!(interface.library("(a)").expect("it is there").is_empty());
        assert!(interface.library("(b)").is_none());
        let base = interface.library("(scheme base)").expect("it is there");
        let all: Vec<&str> = base.iter().map(|(name, _)| name).collect();
        assert_eq!(all, ["car", "guard", "if", "λ"]);
        for (name, meaning) in base.iter() {
            assert_eq!(base.find(name), Some(meaning));
        }
        assert_eq!(base.find("λ"), Some(Meaning::Variable("(scheme base)#λ")));
        assert_eq!(base.find("cdr"), None);
        let Some(Meaning::Macro(number)) = base.find("guard") else {
            panic!("guard is a macro");
        };
        let guard = interface.macro_definition(number).expect("it is there");
        assert_eq!((guard.name, guard.bindings.len()), ("guard", 2));
        assert_eq!(guard.rules, "(syntax-rules () ((_) (car '())))");
        assert_eq!(guard.bindings.find("guard"), Some(Meaning::Macro(number)));
        assert!(interface.macro_definition(MacroNumber(1)).is_none());
        assert!(interface.returns_itself("car") && interface.returns_itself("(scheme base)#map"));
        assert!(!interface.returns_itself("(scheme base)#λ") && !interface.returns_itself("cdr"));
    }

    #[test]
    fn an_empty_interface_has_nothing() {
        assert!(Interface::EMPTY.is_empty());
        assert_eq!(Interface::EMPTY.library_names().count(), 0);
        assert!(Interface::EMPTY.library("(a)").is_none());
        assert!(Interface::EMPTY.macro_definition(MacroNumber(0)).is_none());
    }

    /// Looks at all that there is; only a damaged interface may lack something.
    fn look_at_all(bytes: &[u8]) {
        let Some(interface) = Interface::parse(bytes) else {
            return;
        };
        for name in interface.library_names().collect::<Vec<_>>() {
            if let Some(bindings) = interface.library(name) {
                for (name, _) in bindings.iter() {
                    let _ = bindings.find(name);
                }
            }
        }
        let _ = interface.returns_itself("car");
        for index in 0..4 {
            let _ = interface.macro_definition(MacroNumber(index));
        }
    }

    #[test]
    fn damage_is_never_a_panic() {
        let bytes = example();
        for end in 0..bytes.len() {
            look_at_all(&bytes[..end]);
        }
        for index in 0..bytes.len() {
            for change in [0x01, 0x80, 0xff] {
                let mut damaged = bytes.clone();
                damaged[index] ^= change;
                look_at_all(&damaged);
            }
        }
    }
}
