//! From the exports of libraries, and the macros among them, to an interface.

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
use crate::id_map::IdMap;

/// Why an interface cannot say what a library exports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unwritable(pub(crate) String);

/// The interface of `libraries`, all of which are ready, and which `program` defines.
///
/// # Errors
///
/// What interfaces have no words for: see [`Unwritable`].
pub(crate) fn write_interface(
    registry: &mut LibraryRegistry,
    libraries: &[Rc<str>],
    program: &Program,
) -> Result<Vec<u8>, Unwritable> {
    let mut writer = InterfaceWriter::default();
    for key in returning_globals(program) {
        writer.add_returning(&key);
    }
    let mut macros = NumberedMacros::default();
    for name in libraries {
        let Some(Library::Ready(exports, _)) = registry.library(name) else {
            continue;
        };
        let mut bindings = Vec::with_capacity(exports.len());
        for (outer, denotation) in exports.iter() {
            let outer = &**registry.names.text(*outer);
            bindings.push((outer, macros.meaning(outer, denotation)?));
        }
        writer.add_library(name, bindings);
    }
    let mut next = 0;
    while let Some(definition) = macros.all.get(next).cloned() {
        match definition.origin() {
            Some(origin) => writer.add_foreign_macro(registry.interfaces.as_foreign(origin)),
            None => write_macro(registry, &definition, &mut macros, &mut writer)?,
        }
        next += 1;
    }
    Ok(writer.finish())
}

/// The macros that are to be written.
#[derive(Default)]
struct NumberedMacros {
    /// The number of each macro, by its address.
    numbers: IdMap<*const Macro, MacroNumber>,
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

    /// What an interface says of `name`, which has this meaning.
    fn meaning<'a>(
        &mut self,
        name: &str,
        denotation: &'a Denotation,
    ) -> Result<Meaning<&'a str>, Unwritable> {
        match denotation {
            Denotation::Core(form) => Ok(Meaning::Core(form.name())),
            Denotation::Macro(definition) => Ok(Meaning::Macro(self.number(definition))),
            Denotation::Top(variable) if variable.is_for_syntax() => Err(Unwritable(format!(
                "`{name}` has a value only while macros are expanded"
            ))),
            Denotation::Top(variable) if variable.is_immutable() => {
                Ok(Meaning::Constant(variable.key()))
            }
            Denotation::Top(variable) => Ok(Meaning::Variable(variable.key())),
            Denotation::Local(_) | Denotation::Pattern(_) => Err(Unwritable(format!(
                "a macro mentions `{name}`, which is bound around its definition"
            ))),
        }
    }
}

fn write_macro(
    registry: &mut LibraryRegistry,
    definition: &Macro,
    macros: &mut NumberedMacros,
    writer: &mut InterfaceWriter,
) -> Result<(), Unwritable> {
    let name = &definition.name;
    let body = registry.macro_body(definition);
    let environment = &body.environment;
    let Some(rules) = body.rules() else {
        let reason = format!("a procedure does the work of the macro `{name}`");
        return Err(Unwritable(reason));
    };
    if environment.depth > 0 {
        let reason = format!("the macro `{name}` is not defined at top level");
        return Err(Unwritable(reason));
    }
    let names = &registry.names;
    let mut spelled: Vec<(Name, Rc<str>)> = Vec::new();
    let mut spell = |name: Name| {
        if let Some((_, text)) = spelled.iter().find(|&&(known, _)| known == name) {
            return Rc::clone(text);
        }
        let text = names.text(name);
        let text: Rc<str> = match name.kind() {
            NameKind::Symbol(_) => Rc::clone(text),
            NameKind::Alias(_) => format!("{text}{ALIAS_MARK}{}", spelled.len()).into(),
        };
        spelled.push((name, Rc::clone(&text)));
        text
    };
    let mut data = Data::new();
    let rules = syntax_rules::write_rules(rules, &mut data, &mut spell);
    let rules = data.to_text(rules);
    let scopes = Scopes::default();
    let resolver = Resolver::new(registry, &scopes, *environment);
    let mut meanings = Vec::new();
    for (name, text) in &spelled {
        let is_symbol = matches!(name.kind(), NameKind::Symbol(_));
        if is_symbol && text.contains(ALIAS_MARK) {
            let reason = format!("no interface can hold the name {text:?}");
            return Err(Unwritable(reason));
        }
        if let resolver::Meaning::Known(denotation) = resolver.resolve(*name) {
            meanings.push((&**text, denotation));
        }
    }
    let mut bindings = Vec::with_capacity(meanings.len());
    for (text, denotation) in &meanings {
        let shown = text.split(ALIAS_MARK).next().unwrap_or(text);
        bindings.push((*text, macros.meaning(shown, denotation)?));
    }
    writer.add_macro(&definition.name, definition.is_parameter, &rules, bindings);
    Ok(())
}
