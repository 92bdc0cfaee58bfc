//! Variables of the interaction environment by name, for embedders.

use std::rc::Rc;

use super::denotation::{Denotation, TopVariable};
use super::name::TopId;
use super::registry::LibraryRegistry;

/// The top-level environment of [`super::EnvironmentId::INTERACTION`].
const INTERACTION: TopId = TopId::FIRST;

impl LibraryRegistry {
    /// The key of the global that `name` is in the interaction environment; `None` if it is no
    /// variable there.
    pub fn interaction_variable(&mut self, name: &str) -> Option<Rc<str>> {
        self.prepare_interaction();
        let name = self.names.symbol(name);
        match self.top(INTERACTION).find(name) {
            Some(Denotation::Top(variable)) => Some(Rc::clone(variable.key())),
            _ => None,
        }
    }

    /// Makes `name` a variable of the interaction environment; the key of its global.
    pub fn define_interaction_variable(&mut self, name: &str) -> Rc<str> {
        self.prepare_interaction();
        let name = self.names.symbol(name);
        let key = self.interaction_key(INTERACTION, name);
        let variable = Rc::new(TopVariable::global(Rc::clone(&key), false));
        self.top_mut(INTERACTION)
            .bind(name, Denotation::Top(variable));
        key
    }
}
