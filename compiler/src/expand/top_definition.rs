//! Definitions at top level: of programs, libraries and interactions.

use std::rc::Rc;

use abi::primitive::Primitive;

use super::denotation::{Denotation, LocalVariable, Mutability, TopVariable};
use super::expanded_item::Target;
use super::expander::Expander;
use super::name::{Name, NameKind, TopId};
use super::top_environment::TopKind;

impl Expander<'_> {
    /// Defines `name` in the current top-level environment.
    pub(crate) fn define_top(&mut self, name: Name) -> Target {
        if self.phase.number > 0 {
            return self.define_for_syntax(name);
        }
        match self.registry.top(self.top).kind().clone() {
            TopKind::Interaction { .. } => {
                let key = self.registry.interaction_key(self.top, name);
                self.persists |= self.registry.names.as_alias(name).is_some();
                self.define_as_global(name, key, Mutability::Mutable)
            }
            TopKind::Library(library) => self.define_in_library(&library, self.top, name),
            TopKind::Program => match self.registry.top(self.top).find(name) {
                Some(Denotation::Top(top)) if top.is_owned_by(self.top) => {
                    let variable = top.in_unit(self.unit);
                    Target::Again(variable.expect("a program is one unit"))
                }
                _ => match self.define_as_local(name, "".into(), self.top) {
                    Target::Exported(variable, _) => Target::Local(variable),
                    target => target,
                },
            },
        }
    }

    pub(crate) fn define_as_global(
        &mut self,
        name: Name,
        key: Rc<str>,
        mutability: Mutability,
    ) -> Target {
        let variable = Rc::new(TopVariable::global(key, mutability));
        self.share_syntax_key(name, &variable);
        let denotation = Denotation::Top(Rc::clone(&variable));
        self.registry.top_mut(self.top).bind(name, denotation);
        Target::Global(variable)
    }

    pub(crate) fn define_as_local(&mut self, name: Name, key: Rc<str>, owner: TopId) -> Target {
        let variable = self.variable(name);
        self.program.variables[variable].top_level = true;
        let local = LocalVariable {
            unit: self.unit,
            variable,
            owner,
        };
        let top = Rc::new(TopVariable::local(key, local));
        self.share_syntax_key(name, &top);
        let denotation = Denotation::Top(Rc::clone(&top));
        self.registry.top_mut(self.top).define(name, denotation);
        Target::Exported(variable, top)
    }

    /// A variable that macros use, too, may be defined for them first.
    fn share_syntax_key(&self, name: Name, variable: &TopVariable) {
        if let Some(Denotation::Top(before)) = self.registry.top(self.top).find(name)
            && before.is_for_syntax()
            && let Some(key) = before.syntax_key()
        {
            variable.set_syntax_key(key);
        }
    }

    /// Gives `name` the meaning of a keyword.
    pub(crate) fn define_top_syntax(&mut self, name: Name, denotation: Denotation) {
        let is_interaction = matches!(
            self.registry.top(self.top).kind(),
            TopKind::Interaction { .. }
        );
        self.persists |= is_interaction;
        self.registry.top_mut(self.top).define(name, denotation);
    }

    /// A variable of the library `library` called `name`.
    fn define_in_library(&mut self, library: &str, top: TopId, name: Name) -> Target {
        let is_symbol = matches!(name.kind(), NameKind::Symbol(_));
        let text = Rc::clone(self.text(name));
        let key = self.registry.library_key(library, name);
        if is_symbol && key == text && Primitive::from_name(&text).is_some() {
            // All code refers to a primitive by its name: this defines its value as a procedure.
            return self.define_as_global(name, key, Mutability::Immutable);
        }
        self.define_as_local(name, key, top)
    }
}
