//! The environments of a registry: those that evaluated forms name, and what interactions have defined.

use std::rc::Rc;

use super::definition_text::DefinitionText;
use super::denotation::Mutability;
use super::name::TopId;
use super::registry::{CORE_LIBRARY, EnvironmentId, FixedEnvironment, LibraryRegistry};
use super::top_environment::TopKind;

impl LibraryRegistry {
    /// The top-level environment of a number; `None` if no environment has it.
    pub(crate) fn environment_top(&self, environment: EnvironmentId) -> Option<TopId> {
        self.environments.get(environment).copied()
    }

    /// Makes an environment that evaluated forms may not add to.
    pub(crate) fn add_fixed_environment(&mut self) -> (EnvironmentId, TopId) {
        let number = self.environments.len();
        let prefix = format!("environment-{number}").into();
        let top = self.add_top(TopKind::Interaction {
            prefix,
            mutability: Mutability::Immutable,
        });
        (self.environments.push(top), top)
    }

    /// An environment in which libraries are imported only to load them.
    pub fn loading_environment(&mut self) -> EnvironmentId {
        if let Some(environment) = self.loading_environment {
            return environment;
        }
        let top = self.add_top(TopKind::Interaction {
            prefix: "loading".into(),
            mutability: Mutability::Mutable,
        });
        self.top_mut(top).inherit(CORE_LIBRARY.into());
        *self.loading_environment.insert(self.environments.push(top))
    }

    /// The environment that was made of import sets with this text, if none of their libraries has changed since.
    pub(crate) fn fixed_environment(&self, sets: &str) -> Option<EnvironmentId> {
        self.fixed_environments.get(sets).map(|fixed| fixed.id)
    }

    /// Keeps an environment that was made of import sets, which name `libraries`.
    pub(crate) fn keep_fixed_environment(
        &mut self,
        sets: String,
        id: EnvironmentId,
        libraries: Vec<Rc<str>>,
    ) {
        let fixed = FixedEnvironment { id, libraries };
        self.fixed_environments.insert(sets, fixed);
    }

    /// Whether the interaction environment was prepared before; it counts as prepared from now on.
    pub(crate) fn set_interaction_ready(&mut self) -> bool {
        std::mem::replace(&mut self.is_interaction_ready, true)
    }

    /// The names of all libraries that can be imported without looking for their sources, in no order.
    pub(crate) fn library_names(&self) -> impl Iterator<Item = String> {
        let imported = self.libraries.keys().map(ToString::to_string);
        imported.chain(self.interface.library_names())
    }

    /// The environment of the core forms alone.
    pub(crate) fn core_top(&mut self) -> TopId {
        if let Some(top) = self.core_top {
            return top;
        }
        let top = self.add_top(TopKind::Interaction {
            prefix: "core".into(),
            mutability: Mutability::Immutable,
        });
        self.top_mut(top).inherit(CORE_LIBRARY.into());
        *self.core_top.insert(top)
    }

    /// The library of this name becomes another: the same import sets give other environments from now on.
    pub(super) fn forget_environments_of(&mut self, name: &str) {
        let names = |fixed: &FixedEnvironment| fixed.libraries.iter().any(|each| **each == *name);
        self.fixed_environments.retain(|_, fixed| !names(fixed));
    }

    /// Keeps the definition of the global `key` of an interaction.
    pub(crate) fn keep_definition(&mut self, key: Rc<str>, definition: DefinitionText) {
        self.kept_definition_bytes += definition.bytes();
        if let Some(before) = self.kept_definitions.insert(key, definition) {
            self.kept_definition_bytes -= before.bytes();
        }
    }

    /// The definition of the global `key` of an interaction.
    pub(crate) fn kept_definition(&self, key: &str) -> Option<&DefinitionText> {
        self.kept_definitions.get(key)
    }
}
