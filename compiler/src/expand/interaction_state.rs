//! What a registry keeps of interactions: the definitions that macros may need, and an environment of the core forms.

use std::rc::Rc;

use super::definition_text::DefinitionText;
use super::name::TopId;
use super::registry::{CORE_LIBRARY, LibraryRegistry};
use super::top_environment::TopKind;

impl LibraryRegistry {
    /// Whether the interaction environment was prepared before; it counts as prepared from now on.
    pub(crate) fn set_interaction_ready(&mut self) -> bool {
        std::mem::replace(&mut self.is_interaction_ready, true)
    }

    /// The names of all libraries that can be imported without looking for their sources, in no order.
    pub(crate) fn library_names(&self) -> impl Iterator<Item = String> {
        let imported = self.libraries.keys().map(ToString::to_string);
        imported.chain(self.interfaces.library_names())
    }

    /// The environment of the core forms alone.
    pub(crate) fn core_top(&mut self) -> TopId {
        if let Some(top) = self.core_top {
            return top;
        }
        let top = self.add_top(TopKind::Interaction {
            prefix: "core".into(),
        });
        self.top_mut(top).inherit(CORE_LIBRARY.into());
        *self.core_top.insert(top)
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
