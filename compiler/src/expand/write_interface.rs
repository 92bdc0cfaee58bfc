//! From the exports of libraries, and the macros among them, to an interface.

use std::collections::HashMap;
use std::rc::Rc;

use abi::interface::{InterfaceWriter, MacroNumber, Meaning};
use syntax::Data;

use super::denotation::{Denotation, Macro};
use super::interface::ALIAS_MARK;
use super::name::{Name, NameKind};
use super::registry::{Library, LibraryRegistry};
use super::resolver::{self, Resolver};
use super::scope::Scopes;
use super::syntax_rules;
use crate::core::ir::Program;
use crate::core::returning::returning_globals;

/// The interface of `libraries`, all of which are ready, and which `program` defines.
pub(crate) fn write_interface(
    registry: &mut LibraryRegistry,
    libraries: &[Rc<str>],
    program: &Program,
) -> Vec<u8> {
    let mut writer = InterfaceWriter::default();
    for key in returning_globals(program) {
        writer.add_returning(&key);
    }
    let mut macros = NumberedMacros::default();
    for name in libraries {
        let Some(Library::Ready(exports, _)) = registry.library(name) else {
            continue;
        };
        let exports = exports.iter().filter_map(|(outer, denotation)| {
            let outer = &**registry.names.text(*outer);
            Some((outer, macros.meaning(denotation)?))
        });
        writer.add_library(name, exports);
    }
    let mut next = 0;
    while let Some(definition) = macros.all.get(next).cloned() {
        write_macro(registry, &definition, &mut macros, &mut writer);
        next += 1;
    }
    writer.finish()
}

/// The macros that are to be written.
#[derive(Default)]
struct NumberedMacros {
    /// The number of each macro, by its address.
    numbers: HashMap<*const Macro, MacroNumber>,
    /// All macros, by number.
    all: Vec<Rc<Macro>>,
}

impl NumberedMacros {
    fn number(&mut self, definition: &Rc<Macro>) -> MacroNumber {
        let address = Rc::as_ptr(definition);
        if let Some(&number) = self.numbers.get(&address) {
            return number;
        }
        let number = InterfaceWriter::macro_number(self.all.len());
        self.numbers.insert(address, number);
        self.all.push(Rc::clone(definition));
        number
    }

    /// What an interface says of a name with this meaning.
    fn meaning<'a>(&mut self, denotation: &'a Denotation) -> Option<Meaning<&'a str>> {
        match denotation {
            Denotation::Core(form) => Some(Meaning::Core(form.name())),
            Denotation::Macro(definition) => Some(Meaning::Macro(self.number(definition))),
            Denotation::Top(variable) if variable.is_immutable() => {
                Some(Meaning::Constant(variable.key()))
            }
            Denotation::Top(variable) => Some(Meaning::Variable(variable.key())),
            Denotation::Local(_) | Denotation::Pattern(_) => None,
        }
    }
}

fn write_macro(
    registry: &mut LibraryRegistry,
    definition: &Macro,
    macros: &mut NumberedMacros,
    writer: &mut InterfaceWriter,
) {
    let body = registry.macro_body(definition);
    let environment = &body.environment;
    let rules = body.rules();
    let rules = rules.expect("nothing runs procedures of macros while the library is built");
    let names = &registry.names;
    let mut spelled: Vec<(Name, Rc<str>)> = Vec::new();
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
    let mut data = Data::new();
    let rules = syntax_rules::write_rules(rules, &mut data, &mut spell);
    let rules = data.to_text(rules);
    let scopes = Scopes::default();
    let resolver = Resolver::new(registry, &scopes, *environment);
    let meanings = spelled
        .iter()
        .filter_map(|(name, text)| match resolver.resolve(*name) {
            resolver::Meaning::Known(denotation) => Some((&**text, denotation)),
            resolver::Meaning::Unbound(..) => None,
        });
    let meanings: Vec<(&str, Denotation)> = meanings.collect();
    let bindings = meanings
        .iter()
        .filter_map(|(text, denotation)| Some((*text, macros.meaning(denotation)?)));
    writer.add_macro(&definition.name, &rules, bindings);
}
