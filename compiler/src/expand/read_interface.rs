//! From an interface to the exports of libraries, and to the rules of macros.

use std::rc::Rc;

use syntax::Data;

use super::budget::Budget;
use super::denotation::{CoreForm, Denotation, Macro, MacroBody, Transformer};
use super::interface::ALIAS_MARK;
use super::macro_origin::MacroOrigin;
use super::name::{LexicalEnvironment, Name, Names};
use super::registry::{CORE_LIBRARY, Exports, Library, LibraryRegistry, PRIMITIVES_LIBRARY, Run};
use super::resolver::Resolver;
use super::scope::Scopes;
use super::syntax::Syntax;
use super::syntax_rules::{self, SyntaxRules};
use super::top_environment::TopKind;
use crate::id_map::IdMap;

/// Rules that an interface holds stand in no file; nobody sees what is wrong with them.
const NO_FILE: u16 = 0;

impl LibraryRegistry {
    /// A library that can be imported without looking for its source.
    pub(crate) fn library(&mut self, name: &str) -> Option<Library> {
        if let Some(library) = self.imported_library(name) {
            return Some(library.clone());
        }
        let exports = match name {
            PRIMITIVES_LIBRARY => self.primitives(),
            CORE_LIBRARY => self.core_forms(),
            _ => exports(self, name)?,
        };
        let library = Library::Ready(exports, Run::Done);
        self.set_library(name.into(), library.clone());
        Some(library)
    }

    /// The rules of a macro, and their environment. Those of a macro of an interface are read when the macro is
    /// first used.
    pub(crate) fn macro_body<'a>(&mut self, definition: &'a Macro) -> &'a MacroBody {
        if let (None, Some(origin)) = (definition.body(), definition.origin()) {
            let body = read_body(self, origin);
            definition.set_body(body);
        }
        definition
            .body()
            .expect("a macro that is of no interface has its rules from the start")
    }
}

/// The exports of a library of the runtime.
fn exports(registry: &mut LibraryRegistry, name: &str) -> Option<Exports> {
    let LibraryRegistry {
        names, interfaces, ..
    } = registry;
    let exports = interfaces.library(name)?.into_iter();
    let exports = exports.map(|(name, denotation)| (names.symbol(name), denotation));
    Some(exports.collect())
}

fn read_body(registry: &mut LibraryRegistry, origin: MacroOrigin) -> MacroBody {
    let library = match &**registry.interfaces.library_of(origin.interface) {
        "" => "of the runtime".into(),
        library => library.into(),
    };
    let top = registry.add_top(TopKind::Library(library));
    registry.interfaces.count_loaded();
    let environment = LexicalEnvironment { top, depth: 0 };
    // Without its rules, no use of the macro matches one.
    let rules = read_rules(registry, origin, environment).unwrap_or_else(|| SyntaxRules {
        ellipsis: registry.names.symbol(CoreForm::Ellipsis.name()),
        literals: Vec::new(),
        rules: Vec::new(),
    });
    let transformer = Transformer::Rules(rules);
    MacroBody {
        transformer,
        environment,
    }
}

fn read_rules(
    registry: &mut LibraryRegistry,
    origin: MacroOrigin,
    environment: LexicalEnvironment,
) -> Option<SyntaxRules> {
    let definition = registry.interfaces.macro_definition(origin)?;
    let (data, forms) = Data::parse(definition.rules).ok()?;
    let meanings = definition.bindings.iter().filter_map(|(name, meaning)| {
        let name: Rc<str> = name.into();
        let denotation = registry.interfaces.denotation(origin.interface, meaning)?;
        Some((name, denotation))
    });
    let meanings: Vec<(Rc<str>, Denotation)> = meanings.collect();
    let mut syntax = Syntax::default();
    let rules = syntax.import_all(&mut registry.names, &data, forms.get(..1)?, NO_FILE)[0];
    let aliases = make_aliases(&mut registry.names, &mut syntax, environment);
    // Whether a name of the rules is `...` is looked up before the macro's own names are bound.
    let rules = {
        let scopes = Scopes::default();
        let resolver = Resolver::new(registry, &scopes, environment);
        let auxiliaries = resolver.auxiliary_names(&syntax, rules);
        syntax_rules::compile(
            &syntax,
            &mut registry.names,
            &auxiliaries,
            rules,
            &Budget::unlimited(),
        )
        .ok()?
    };
    for (name, meaning) in meanings {
        let symbol = registry.names.symbol(&name);
        let name = aliases.get(&symbol).copied().unwrap_or(symbol);
        let library = registry.interfaces.library_of(origin.interface);
        let is_import = !library.is_empty() && is_of_another(library, &meaning);
        let library = Rc::clone(library);
        let top = registry.top_mut(environment.top);
        if is_import {
            top.import(name, meaning, &library);
        } else {
            top.bind(name, meaning);
        }
    }
    Some(rules)
}

/// Whether a variable is none of those that the library `own` defines: nothing in the library assigns it.
fn is_of_another(own: &str, meaning: &Denotation) -> bool {
    let Denotation::Top(variable) = meaning else {
        return false;
    };
    let rest = variable.key().strip_prefix(own);
    !rest.is_some_and(|rest| rest.starts_with(['#', '~']))
}

/// Makes aliases of the symbols that stand for aliases: which alias each symbol became.
fn make_aliases(
    names: &mut Names,
    syntax: &mut Syntax,
    environment: LexicalEnvironment,
) -> IdMap<Name, Name> {
    let mut aliases = IdMap::default();
    let mark = names.new_mark();
    syntax.rename(|symbol| {
        let text = Rc::clone(names.text(symbol));
        let Some((base, _)) = text.split_once(ALIAS_MARK) else {
            return symbol;
        };
        *aliases.entry(symbol).or_insert_with(|| {
            let base = names.symbol(base);
            names.alias(base, environment, mark)
        })
    });
    aliases
}
