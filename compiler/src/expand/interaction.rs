//! The interaction environment: what a prompt knows at first, and its variables by name, for embedders.

use std::rc::Rc;

use super::autoload::INHERITED;
use super::denotation::{Denotation, Mutability, TopVariable};
use super::name::TopId;
use super::registry::{CORE_LIBRARY, LibraryRegistry};

/// The top-level environment of [`super::EnvironmentId::INTERACTION`].
const INTERACTION: TopId = TopId::FIRST;

impl LibraryRegistry {
    /// The key of the global that `name` is in the interaction environment; `None` if it is no
    /// variable there.
    pub fn interaction_variable(&mut self, name: &str) -> Option<Rc<str>> {
        self.prepare_interaction();
        let name = self.names.symbol(name);
        match self.find(INTERACTION, name) {
            Some(Denotation::Top(variable)) => Some(Rc::clone(variable.key())),
            _ => None,
        }
    }

    /// Makes `name` a variable of the interaction environment; the key of its global.
    pub fn define_interaction_variable(&mut self, name: &str) -> Rc<str> {
        self.prepare_interaction();
        let name = self.names.symbol(name);
        let key = self.interaction_key(INTERACTION, name);
        let variable = Rc::new(TopVariable::global(Rc::clone(&key), Mutability::Mutable));
        self.top_mut(INTERACTION)
            .bind(name, Denotation::Top(variable));
        key
    }

    /// Binds in the interaction environment what a prompt should know: `(cozen)` where there is
    /// such a library, else every library `(scheme …)`, and the core forms.
    pub(crate) fn prepare_interaction(&mut self) {
        if self.set_interaction_ready() {
            return;
        }
        let mut wanted = Vec::new();
        if self.knows_library("(cozen)") {
            wanted.push("(cozen)".to_owned());
            wanted.push("(cozen syntax)".to_owned());
        } else {
            let mut scheme: Vec<String> = self.library_names().collect();
            scheme.retain(|name| name.starts_with("(scheme ") && name != "(scheme r5rs)");
            scheme.sort_unstable();
            scheme.dedup();
            wanted.extend(scheme.into_iter().rev());
        }
        wanted.push(CORE_LIBRARY.to_owned());
        wanted.extend(INHERITED.iter().map(|&name| name.to_owned()));
        for name in wanted {
            self.top_mut(INTERACTION).inherit(name.into());
        }
    }
}
