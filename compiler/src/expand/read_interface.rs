//! From the text of an interface to the exports and macros of libraries.

use std::collections::HashMap;
use std::rc::Rc;

use syntax::{Data, DatumId, DatumKind};

use super::denotation::{CoreForm, Denotation, Macro, Mutability, TopVariable};
use super::failure::Result;
use super::interface::ALIAS_MARK;
use super::name::{LexicalEnvironment, Name, Names};
use super::registry::{Exports, Library, LibraryRegistry, PRIMITIVES_LIBRARY, Run};
use super::resolver::Resolver;
use super::scope::Scopes;
use super::syntax::{Syntax, SyntaxId};
use super::syntax_rules::{self, SyntaxRules};
use super::top_environment::TopKind;

/// Rules that an interface holds stand in no file; nobody sees what is wrong with them.
const NO_FILE: u16 = 0;

impl LibraryRegistry {
    /// A library that can be imported without looking for its source.
    pub(crate) fn library(&mut self, name: &str) -> Option<Library> {
        if let Some(library) = self.imported_library(name) {
            return Some(library.clone());
        }
        let exports = if name == PRIMITIVES_LIBRARY {
            self.primitives()
        } else {
            exports(self, name)?
        };
        let library = Library::Ready(exports, Run::Done);
        self.set_library(name.into(), library.clone());
        Some(library)
    }
}

/// The exports of a library in the interface.
fn exports(registry: &mut LibraryRegistry, name: &str) -> Option<Exports> {
    let (data, items) = registry.interface.library(name)?;
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
        DatumKind::Symbol(key) => global(data.symbol_name(*key), Mutability::Immutable),
        DatumKind::Vector(parts) => {
            let &[tag, value] = parts.as_slice() else {
                return None;
            };
            match (data.as_symbol(tag)?, data.kind(value)) {
                ("variable", DatumKind::Symbol(key)) => {
                    global(data.symbol_name(*key), Mutability::Mutable)
                }
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

fn global(key: &str, mutability: Mutability) -> Denotation {
    Denotation::Top(Rc::new(TopVariable::global(key.into(), mutability)))
}

fn load_macro(registry: &mut LibraryRegistry, number: usize) -> Option<Rc<Macro>> {
    if let Some(known) = registry.interface.loaded(number) {
        return Some(known);
    }
    let (data, items) = registry.interface.macro_definition(number)?;
    let &[_, _, name, rules, ..] = items.as_slice() else {
        return None;
    };
    let DatumKind::String(name) = data.kind(name) else {
        return None;
    };
    let top = registry.add_top(TopKind::Library(name.as_ref().into()));
    let environment = LexicalEnvironment { top, depth: 0 };
    let mut syntax = Syntax::default();
    let rules = syntax.import(&mut registry.names, &data, rules, NO_FILE);
    let aliases = make_aliases(&mut registry.names, &mut syntax, environment);
    let definition = Rc::new(Macro {
        name: name.as_ref().into(),
        rules: compile_rules(registry, &syntax, rules, environment).ok()?,
        environment,
    });
    // Before its names: the macro may mention itself.
    registry.interface.set_loaded(number, &definition);
    for &item in &items[4..] {
        let (name, meaning) = read_binding(registry, &data, item)?;
        let symbol = registry.names.symbol(&name);
        let name = aliases.get(&symbol).copied().unwrap_or(symbol);
        registry.top_mut(top).bind(name, meaning);
    }
    Some(definition)
}

/// Makes aliases of the symbols that stand for aliases: which alias each symbol became.
fn make_aliases(
    names: &mut Names,
    syntax: &mut Syntax,
    environment: LexicalEnvironment,
) -> HashMap<Name, Name> {
    let mut aliases = HashMap::new();
    syntax.rename(|symbol| {
        let text = Rc::clone(names.text(symbol));
        let Some((base, _)) = text.split_once(ALIAS_MARK) else {
            return symbol;
        };
        *aliases.entry(symbol).or_insert_with(|| {
            let base = names.symbol(base);
            names.alias(base, environment)
        })
    });
    aliases
}

/// Compiles the rules of a macro that was defined in `environment`.
fn compile_rules(
    registry: &mut LibraryRegistry,
    syntax: &Syntax,
    rules: SyntaxId,
    environment: LexicalEnvironment,
) -> Result<SyntaxRules> {
    let scopes = Scopes::default();
    let resolver = Resolver::new(registry, &scopes, environment);
    let auxiliaries = resolver.auxiliary_names(syntax, rules);
    syntax_rules::compile(syntax, &mut registry.names, &auxiliaries, rules)
}
