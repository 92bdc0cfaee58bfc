//! From the exports of libraries, and the macros among them, to the text of an interface.

use std::collections::HashMap;
use std::fmt::Write;
use std::rc::Rc;

use syntax::{Data, Span};

use super::denotation::{Denotation, Macro};
use super::interface::ALIAS_MARK;
use super::name::{Name, NameKind};
use super::registry::{Library, LibraryRegistry};
use super::resolver::{Meaning, Resolver};
use super::scope::Scopes;
use super::syntax_rules;

/// The interface of `libraries`, all of which are ready.
pub(crate) fn write_interface(registry: &mut LibraryRegistry, libraries: &[Rc<str>]) -> String {
    let mut writer = Writer {
        data: Data::new(),
        numbers: HashMap::new(),
        pending: Vec::new(),
    };
    let mut text = String::new();
    for name in libraries {
        let Some(Library::Ready(exports, _)) = registry.library(name) else {
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
        let scopes = Scopes::default();
        let resolver = Resolver::new(registry, &scopes, definition.environment);
        let mut meanings = Vec::new();
        for (name, text) in spelled {
            if let Meaning::Known(denotation) = resolver.resolve(name) {
                meanings.push((text, denotation));
            }
        }
        for (name, denotation) in meanings {
            self.write_binding(&name, &denotation, text);
        }
        text.push_str(")\n");
    }
}
