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
}

impl TopEnvironment {
    pub(crate) fn new(kind: TopKind) -> Self {
        Self {
            kind,
            bindings: HashMap::new(),
        }
    }

    pub(crate) fn kind(&self) -> &TopKind {
        &self.kind
    }

    pub(crate) fn find(&self, name: Name) -> Option<&Denotation> {
        self.bindings.get(&name)
    }

    pub(crate) fn bind(&mut self, name: Name, denotation: Denotation) {
        self.bindings.insert(name, denotation);
    }

    /// The macros that are bound, in no order.
    pub(crate) fn bound(&self) -> impl Iterator<Item = &Denotation> {
        self.bindings.values()
    }
}
