//! An interface, as it is written.

use alloc::borrow::ToOwned as _;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

use super::contents::{ForeignMacro, MacroNumber, Meaning, macro_kind};

/// A binding that is to be written.
type OwnBinding = (String, Meaning<String>);

/// Writes an interface.
#[derive(Debug, Default)]
pub struct InterfaceWriter {
    libraries: BTreeMap<String, Vec<OwnBinding>>,
    macros: Vec<OwnMacro>,
    returning: BTreeSet<String>,
}

/// A macro that is to be written.
#[derive(Debug)]
struct OwnMacro {
    kind: u32,
    /// Its name, or that of its library.
    name: String,
    /// Its rules, or the hash of the other interface.
    rules: String,
    bindings: Vec<OwnBinding>,
    /// Its number in the other interface.
    foreign_number: u32,
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
        is_parameter: bool,
        rules: &str,
        bindings: impl IntoIterator<Item = (&'a str, Meaning<&'a str>)>,
    ) {
        self.macros.push(OwnMacro {
            kind: if is_parameter {
                macro_kind::PARAMETER
            } else {
                macro_kind::PLAIN
            },
            name: name.to_owned(),
            rules: rules.to_owned(),
            bindings: own(bindings),
            foreign_number: 0,
        });
    }

    /// Adds, with the next number, a macro of another library.
    pub fn add_foreign_macro(&mut self, foreign: ForeignMacro<'_>) {
        self.macros.push(OwnMacro {
            kind: macro_kind::FOREIGN,
            name: foreign.library.to_owned(),
            rules: foreign.hash.to_owned(),
            bindings: Vec::new(),
            foreign_number: foreign.number.0,
        });
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
        let macros = self.macros.iter().flat_map(|each| {
            let [first, count] = match each.kind {
                macro_kind::FOREIGN => [each.foreign_number, 0],
                _ => extent(&each.bindings),
            };
            [
                each.kind,
                string(&each.name),
                string(&each.rules),
                first,
                count,
            ]
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
        let macros = self.macros.iter().map(|each| &each.bindings);
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
        for each in &self.macros {
            strings.insert(&each.name, 0);
            strings.insert(&each.rules, 0);
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
