//! Environments at top level: of libraries, programs and interactions.

use std::collections::HashMap;
use std::rc::Rc;

use super::denotation::Denotation;
use super::name::Name;

/// What an environment belongs to.
#[derive(Clone, Debug)]
pub(crate) enum TopKind {
    /// Definitions make globals, which may be defined again; unbound names may be bound later.
    Interaction {
        /// What the keys of its globals begin with.
        prefix: Rc<str>,
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

    /// Binds a name that is imported from `library`, unless it is imported from another one with another
    /// meaning: answers that library then. In an interaction the last import counts.
    pub(crate) fn import(
        &mut self,
        name: Name,
        denotation: Denotation,
        library: &Rc<str>,
    ) -> Result<(), Rc<str>> {
        if !matches!(self.kind, TopKind::Interaction { .. })
            && let Some(other) = self.imports.get(&name)
            && let Some(bound) = self.bindings.get(&name)
            && !bound.is_same(&denotation)
        {
            return Err(Rc::clone(other));
        }
        self.bindings.insert(name, denotation);
        self.imports.insert(name, Rc::clone(library));
        Ok(())
    }

    /// Whether the name is bound by an import into a program or library, which may not assign it then.
    pub(crate) fn is_import(&self, name: Name) -> bool {
        !matches!(self.kind, TopKind::Interaction { .. }) && self.imports.contains_key(&name)
    }

    /// The macros that are bound, in no order.
    pub(crate) fn bound(&self) -> impl Iterator<Item = &Denotation> {
        self.bindings.values()
    }
}
