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
use std::fmt::Write;
use std::rc::Rc;

use syntax::{Data, DatumId, DatumKind, Span};

use super::denotation::{CoreForm, Denotation, Macro, TopVariable};
use super::expander::Expander;
use super::failure::Result;
use super::name::{Name, NameKind, Place, TopId};
use super::registry::{Exports, Library, LibraryRegistry};
use super::syntax_rules;
use super::top_environment::TopKind;

/// Separates the symbol of an alias from the number that makes it unique.
const ALIAS_MARK: char = '\u{1}';

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
    fn new(text: &str) -> Self {
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

    /// The items of a line; `None` if the text is not what [`write()`] wrote.
    fn line(&self, (start, end): (usize, usize)) -> Option<(Data, Vec<DatumId>)> {
        let (data, forms) = Data::parse(self.text.get(start..end)?).ok()?;
        let items = data.proper_list(*forms.first()?)?;
        Some((data, items))
    }
}

impl LibraryRegistry {
    /// A registry that knows the libraries of an interface text. What is damaged in the text is
    /// as if it were not there.
    pub fn from_interface(text: &str) -> Self {
        let mut registry = Self::new();
        registry.interface = Interface::new(text);
        registry
    }
}

/// The exports of a library in the interface.
pub(crate) fn load_library(registry: &mut LibraryRegistry, name: &str) -> Option<Exports> {
    let &extent = registry.interface.libraries.get(name)?;
    let (data, items) = registry.interface.line(extent)?;
    let mut exports = Vec::with_capacity(items.len());
    for &item in items.get(2..)? {
        let (name, meaning) = read_binding(registry, &data, item)?;
        exports.push((registry.names.symbol(&name), meaning));
    }
    Some(exports.into())
}

/// Reads `(name meaning)`.
fn read_binding(
    registry: &mut LibraryRegistry,
    data: &Data,
    item: DatumId,
) -> Option<(Rc<str>, Denotation)> {
    let (name, rest) = data.as_pair(item)?;
    let (meaning, _) = data.as_pair(rest)?;
    let name = data.as_symbol(name)?.into();
    let meaning = match data.kind(meaning) {
        DatumKind::Symbol(key) => global(data.symbol_name(*key), true),
        DatumKind::Vector(parts) => {
            let &[tag, value] = parts.as_slice() else {
                return None;
            };
            match (data.as_symbol(tag)?, data.kind(value)) {
                ("variable", DatumKind::Symbol(key)) => global(data.symbol_name(*key), false),
                ("core", DatumKind::Symbol(form)) => {
                    let text = data.symbol_name(*form);
                    let form = CoreForm::ALL.iter().find(|form| form.name() == text);
                    Denotation::Core(*form?)
                }
                ("macro", DatumKind::Number(number)) => {
                    let number = format!("{}", number.to_f64()).parse().ok()?;
                    Denotation::Macro(load_macro(registry, number)?)
                }
                _ => return None,
            }
        }
        _ => return None,
    };
    Some((name, meaning))
}

fn global(key: &str, is_immutable: bool) -> Denotation {
    Denotation::Top(Rc::new(TopVariable::global(key.into(), is_immutable)))
}

fn load_macro(registry: &mut LibraryRegistry, number: usize) -> Option<Rc<Macro>> {
    if let Some(known) = registry.interface.loaded.get(&number) {
        return Some(Rc::clone(known));
    }
    let &extent = registry.interface.macros.get(number)?;
    let (data, items) = registry.interface.line(extent)?;
    let &[_, _, name, rules, ..] = items.as_slice() else {
        return None;
    };
    let DatumKind::String(name) = data.kind(name) else {
        return None;
    };
    let top = registry.add_top(TopKind::Library(name.as_ref().into()));
    let mut names = HashMap::new();
    let definition = read_macro(registry, top, name, (&data, rules), &mut names).ok()?;
    let definition = Rc::new(definition);
    // Before its names: the macro may mention itself.
    registry
        .interface
        .loaded
        .insert(number, Rc::clone(&definition));
    for &item in &items[4..] {
        let (name, meaning) = read_binding(registry, &data, item)?;
        let symbol = registry.names.symbol(&name);
        let name = names.get(&symbol).copied().unwrap_or(symbol);
        registry.top_mut(top).bind(name, meaning);
    }
    Some(definition)
}

/// Compiles the rules of a macro. Symbols that stand for aliases become aliases, which are noted.
fn read_macro(
    registry: &mut LibraryRegistry,
    top: TopId,
    name: &str,
    (data, rules): (&Data, DatumId),
    aliases: &mut HashMap<Name, Name>,
) -> Result<Macro> {
    let mut expander = Expander::new(registry, top);
    let id = expander.take_in(data, rules);
    let place = Place { top, depth: 0 };
    let names = &mut expander.registry.names;
    expander.syntax.rename(|symbol| {
        let text = Rc::clone(names.text(symbol));
        let Some((base, _)) = text.split_once(ALIAS_MARK) else {
            return symbol;
        };
        *aliases.entry(symbol).or_insert_with(|| {
            let base = names.symbol(base);
            names.alias(base, place)
        })
    });
    let auxiliaries = expander.auxiliary_names(id);
    let names = &mut expander.registry.names;
    let rules = syntax_rules::compile(&expander.syntax, names, &auxiliaries, id)?;
    Ok(Macro {
        name: name.into(),
        rules,
        place,
    })
}

/// The interface of `libraries`, all of which are ready.
pub(crate) fn write(registry: &mut LibraryRegistry, libraries: &[Rc<str>]) -> String {
    let mut writer = Writer {
        data: Data::new(),
        numbers: HashMap::new(),
        pending: Vec::new(),
    };
    let mut text = String::new();
    for name in libraries {
        let Some(Library::Ready(exports)) = registry.library(name) else {
            continue;
        };
        let _ = write!(text, "(library \"{name}\"");
        for (outer, denotation) in exports.iter() {
            let outer = Rc::clone(registry.names.text(*outer));
            writer.write_binding(&outer, denotation, &mut text);
        }
        text.push_str(")\n");
    }
    let mut next = 0;
    while let Some(definition) = writer.pending.get(next).cloned() {
        writer.write_macro(registry, &definition, next, &mut text);
        next += 1;
    }
    text
}

struct Writer {
    data: Data,
    /// The number of each macro, by its address.
    numbers: HashMap<*const Macro, usize>,
    /// All macros, by number.
    pending: Vec<Rc<Macro>>,
}

impl Writer {
    fn symbol(&mut self, text: &str) -> String {
        let datum = self.data.push_symbol(text, Span::default());
        self.data.to_text(datum)
    }

    fn number(&mut self, definition: &Rc<Macro>) -> usize {
        let address = Rc::as_ptr(definition);
        if let Some(&number) = self.numbers.get(&address) {
            return number;
        }
        let number = self.pending.len();
        self.numbers.insert(address, number);
        self.pending.push(Rc::clone(definition));
        number
    }

    fn write_binding(&mut self, name: &str, denotation: &Denotation, text: &mut String) {
        let meaning = match denotation {
            Denotation::Core(form) => format!("#(core {})", self.symbol(form.name())),
            Denotation::Macro(definition) => format!("#(macro {})", self.number(definition)),
            Denotation::Top(variable) if variable.is_immutable() => self.symbol(variable.key()),
            Denotation::Top(variable) => format!("#(variable {})", self.symbol(variable.key())),
            Denotation::Local(_) => return,
        };
        let name = self.symbol(name);
        let _ = write!(text, " ({name} {meaning})");
    }

    fn write_macro(
        &mut self,
        registry: &mut LibraryRegistry,
        definition: &Macro,
        number: usize,
        text: &mut String,
    ) {
        let mut spelled: Vec<(Name, Rc<str>)> = Vec::new();
        let names = &registry.names;
        let mut spell = |name: Name| {
            let text = names.text(name);
            let text: Rc<str> = match name.kind() {
                NameKind::Symbol(_) => Rc::clone(text),
                NameKind::Alias(index) => format!("{text}{ALIAS_MARK}{index}").into(),
            };
            if !spelled.iter().any(|&(known, _)| known == name) {
                spelled.push((name, Rc::clone(&text)));
            }
            text
        };
        let rules = syntax_rules::write_rules(&definition.rules, &mut self.data, &mut spell);
        let rules = self.data.to_text(rules);
        let mut name = String::new();
        let _ = syntax::write_string(&definition.name, &mut name);
        let _ = write!(text, "(macro {number} {name} {rules}");
        let expander = Expander::new(registry, definition.place.top);
        let mut meanings = Vec::new();
        for (name, text) in spelled {
            if let super::expander::Meaning::Known(denotation) =
                expander.resolve_in(name, definition.place)
            {
                meanings.push((text, denotation));
            }
        }
        for (name, denotation) in meanings {
            self.write_binding(&name, &denotation, text);
        }
        text.push_str(")\n");
    }
}
