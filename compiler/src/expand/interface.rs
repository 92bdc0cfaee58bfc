//! Interfaces: the facts about compiled libraries that importing programs must know, as text.
//!
//! Each S-expression takes one line, so that a reader finds the line of a library without parsing
//! the others:
//!
//! ```text
//! (library "(scheme base)" (car car) (cons cons) ... (guard #(macro 7)) (if #(core "if")))
//! (macro 7 "guard" (syntax-rules ...) (name meaning) ...)
//! ```
//!
//! An export is its name and its meaning. A symbol as meaning is the key of a global that never
//! changes; a vector says anything else. A macro lists the meanings of its literals, and of the
//! names that its templates insert.

use std::collections::HashMap;
use std::rc::Rc;

use syntax::{Data, DatumId};

use super::denotation::Macro;

/// Separates the symbol of an alias from the number that makes it unique.
pub(crate) const ALIAS_MARK: char = '\u{1}';

/// An interface text, found by line.
#[derive(Debug, Default)]
pub(crate) struct Interface {
    text: Rc<str>,
    /// Start and end of each library's line, by its name.
    libraries: HashMap<String, (usize, usize)>,
    /// Start and end of each macro's line, by its number.
    macros: Vec<(usize, usize)>,
    /// The macros that were needed so far.
    loaded: HashMap<usize, Rc<Macro>>,
}

impl Interface {
    pub(crate) fn new(text: &str) -> Self {
        let mut interface = Self {
            text: text.into(),
            ..Self::default()
        };
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let extent = (start, start + line.len());
            start = extent.1;
            if let Some(rest) = line.strip_prefix("(library \"")
                && let Some((name, _)) = rest.split_once('"')
            {
                interface.libraries.insert(name.to_owned(), extent);
            } else if line.starts_with("(macro ") {
                interface.macros.push(extent);
            }
        }
        interface
    }

    /// Whether no compiled libraries are known.
    pub(crate) fn is_empty(&self) -> bool {
        self.libraries.is_empty()
    }

    pub(crate) fn has_library(&self, name: &str) -> bool {
        self.libraries.contains_key(name)
    }

    /// How many macros were needed so far; each has an environment in the registry.
    pub(crate) fn loaded_count(&self) -> usize {
        self.loaded.len()
    }

    /// In no order.
    pub(crate) fn library_names(&self) -> impl Iterator<Item = String> {
        self.libraries.keys().cloned()
    }

    /// The items of the line of a library; `None` if the text is not what `write_interface` wrote.
    pub(crate) fn library(&self, name: &str) -> Option<(Data, Vec<DatumId>)> {
        self.line(*self.libraries.get(name)?)
    }

    /// The items of the line of a macro.
    pub(crate) fn macro_definition(&self, number: usize) -> Option<(Data, Vec<DatumId>)> {
        self.line(*self.macros.get(number)?)
    }

    /// A macro that was needed before.
    pub(crate) fn loaded(&self, number: usize) -> Option<Rc<Macro>> {
        self.loaded.get(&number).map(Rc::clone)
    }

    pub(crate) fn set_loaded(&mut self, number: usize, definition: &Rc<Macro>) {
        self.loaded.insert(number, Rc::clone(definition));
    }

    fn line(&self, (start, end): (usize, usize)) -> Option<(Data, Vec<DatumId>)> {
        let (data, forms) = Data::parse(self.text.get(start..end)?).ok()?;
        let items = data.proper_list(*forms.first()?)?;
        Some((data, items))
    }
}
