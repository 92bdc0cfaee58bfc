//! An interface, as it is read.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use core::cmp::Ordering;

/// The global that a library of an image of its own defines when its body has run.
pub fn end_key(library: &str) -> String {
    let mut key = library.to_owned();
    key.push('#');
    key
}

/// The number of a macro in an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MacroNumber(pub(super) u32);

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
    pub(super) const CONSTANT: u32 = 0;
    pub(super) const VARIABLE: u32 = 1;
    pub(super) const CORE: u32 = 2;
    pub(super) const MACRO: u32 = 3;

    pub(super) fn map<T>(self, map: impl FnOnce(S) -> T) -> Meaning<T> {
        match self {
            Self::Constant(text) => Meaning::Constant(map(text)),
            Self::Variable(text) => Meaning::Variable(map(text)),
            Self::Core(text) => Meaning::Core(map(text)),
            Self::Macro(number) => Meaning::Macro(number),
        }
    }

    /// The text, if the meaning has one.
    pub(super) fn text(&self) -> Option<&S> {
        match self {
            Self::Constant(text) | Self::Variable(text) | Self::Core(text) => Some(text),
            Self::Macro(_) => None,
        }
    }
}

/// A macro of another library that an interface mentions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForeignMacro<'a> {
    /// The name of the library; empty for those of the runtime.
    pub library: &'a str,
    /// The hash of the interface in which the macro has its number, as text.
    pub hash: &'a str,
    /// Its number there.
    pub number: MacroNumber,
}

/// A macro of an interface.
#[derive(Clone, Copy, Debug)]
pub struct MacroDefinition<'a> {
    /// The name that the macro was defined with.
    pub name: &'a str,
    /// Whether it is a syntax parameter.
    pub is_parameter: bool,
    /// Its `syntax-rules` form.
    pub rules: &'a str,
    /// What the literals of the macro, and the names that its templates insert, mean.
    pub bindings: Bindings<'a>,
}

const WORD: usize = 4;
const HEADER_WORDS: usize = 5;
const LIBRARY_WORDS: usize = 3;
const BINDING_WORDS: usize = 3;
const MACRO_WORDS: usize = 5;

/// The first word of a macro.
pub(super) mod macro_kind {
    pub(in super::super) const PLAIN: u32 = 0;
    pub(in super::super) const PARAMETER: u32 = 1;
    pub(in super::super) const FOREIGN: u32 = 2;
}

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
        let row = self.macro_row(number)?;
        let is_parameter = match self.word(row)? {
            macro_kind::PLAIN => false,
            macro_kind::PARAMETER => true,
            _ => return None,
        };
        Some(MacroDefinition {
            name: self.string(self.word(row + 1)?)?,
            is_parameter,
            rules: self.string(self.word(row + 2)?)?,
            bindings: self.bindings(row + 3)?,
        })
    }

    /// The macro with a number, if it is one of another library.
    pub fn foreign_macro(self, number: MacroNumber) -> Option<ForeignMacro<'a>> {
        let row = self.macro_row(number)?;
        (self.word(row)? == macro_kind::FOREIGN).then_some(())?;
        Some(ForeignMacro {
            library: self.string(self.word(row + 1)?)?,
            hash: self.string(self.word(row + 2)?)?,
            number: MacroNumber(self.word(row + 3)?),
        })
    }

    /// The macros of other libraries that are mentioned, in the order of their numbers.
    pub fn foreign_macros(self) -> impl Iterator<Item = ForeignMacro<'a>> {
        let numbers = (0..self.macro_count).map(|index| MacroNumber(index as u32));
        numbers.filter_map(move |number| self.foreign_macro(number))
    }

    fn macro_row(self, number: MacroNumber) -> Option<usize> {
        let index = number.0 as usize;
        (index < self.macro_count).then_some(self.macros + index * MACRO_WORDS)
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
