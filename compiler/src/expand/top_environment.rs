//! Environments at top level: of libraries, programs and interactions.

use std::collections::HashMap;
use std::rc::Rc;

use super::denotation::{Denotation, Mutability};
use super::name::Name;

/// What an environment belongs to.
#[derive(Clone, Debug)]
pub(crate) enum TopKind {
    /// Definitions make globals, which may be defined again; unbound names may be bound later.
    Interaction {
        /// What the keys of its globals begin with.
        prefix: Rc<str>,
        /// Whether there may be definitions and imports.
        mutability: Mutability,
    },
    Program,
    /// A library, by its name as it is written.
    Library(Rc<str>),
}

impl TopKind {
    /// The environment in a message.
    pub(crate) fn description(&self) -> String {
        match self {
            Self::Interaction { .. } => "the interaction environment".to_owned(),
            Self::Program => "the program".to_owned(),
            Self::Library(name) => format!("library {name}"),
        }
    }
}

/// A top-level environment.
#[derive(Debug)]
pub(crate) struct TopEnvironment {
    kind: TopKind,
    bindings: HashMap<Name, Denotation>,
    /// The library that each imported name comes from.
    imports: HashMap<Name, Rc<str>>,
}

impl TopEnvironment {
    pub(crate) fn new(kind: TopKind) -> Self {
        Self {
            kind,
            bindings: HashMap::new(),
            imports: HashMap::new(),
        }
    }

    pub(crate) fn kind(&self) -> &TopKind {
        &self.kind
    }

    pub(crate) fn find(&self, name: Name) -> Option<&Denotation> {
        self.bindings.get(&name)
    }

    pub(crate) fn bind(&mut self, name: Name, denotation: Denotation) {
        self.imports.remove(&name);
        self.bindings.insert(name, denotation);
    }

    /// Binds a name that is imported from `library`. The last import counts, as in Guile, Gauche and chibi.
    /// Answers the other library from which it was imported with another meaning; none in an interaction.
    pub(crate) fn import(
        &mut self,
        name: Name,
        denotation: Denotation,
        library: &Rc<str>,
    ) -> Option<Rc<str>> {
        let before = self.bindings.get(&name);
        let is_other = before.is_some_and(|bound| !bound.is_same(&denotation));
        self.bindings.insert(name, denotation);
        let replaced = self.imports.insert(name, Rc::clone(library));
        replaced.filter(|_| is_other && !matches!(self.kind, TopKind::Interaction { .. }))
    }

    /// Whether the name is bound by an import into a program or library, which may not assign it then.
    pub(crate) fn is_import(&self, name: Name) -> bool {
        !matches!(self.kind, TopKind::Interaction { .. }) && self.imports.contains_key(&name)
    }

    /// Forgets all names.
    pub(crate) fn forget(&mut self) {
        self.bindings = HashMap::new();
        self.imports = HashMap::new();
    }

    /// How many names are bound.
    pub(crate) fn binding_count(&self) -> usize {
        self.bindings.len()
    }

    /// The macros that are bound, in no order.
    pub(crate) fn bound(&self) -> impl Iterator<Item = &Denotation> {
        self.bindings.values()
    }
}
