//! What names mean: in the scopes around a place, and at the top levels of libraries and programs.

use std::collections::HashSet;

use super::denotation::{CoreForm, Denotation};
use super::name::{LexicalEnvironment, Name, TopId};
use super::registry::LibraryRegistry;
use super::scope::Scopes;
use super::syntax::{Node, Syntax, SyntaxId};
use super::top_environment::TopKind;
use crate::checkpoint;

/// What looking up a name finds.
pub(crate) enum Meaning {
    Known(Denotation),
    /// Nothing: the symbol, and the environment where the search ended.
    Unbound(Name, TopId),
}

/// Looks up names at one place of a unit.
#[derive(Clone, Copy)]
pub(crate) struct Resolver<'unit> {
    registry: &'unit LibraryRegistry,
    scopes: &'unit Scopes,
    /// The environment of the place.
    environment: LexicalEnvironment,
}

impl<'unit> Resolver<'unit> {
    pub(crate) fn new(
        registry: &'unit LibraryRegistry,
        scopes: &'unit Scopes,
        environment: LexicalEnvironment,
    ) -> Self {
        Self {
            registry,
            scopes,
            environment,
        }
    }

    pub(crate) fn resolve(self, name: Name) -> Meaning {
        self.resolve_in(name, self.environment)
    }

    /// What `name` means in an environment around the place, or at the top level of another library.
    pub(crate) fn resolve_in(self, mut name: Name, mut environment: LexicalEnvironment) -> Meaning {
        loop {
            let LexicalEnvironment { top, depth } = environment;
            if let Some(denotation) = self.scopes.find(name, depth) {
                return Meaning::Known(denotation.clone());
            }
            if let Some(denotation) = self.registry.find(top, name) {
                return Meaning::Known(denotation);
            }
            match self.registry.names.as_alias(name) {
                Some(alias) => (name, environment) = (alias.inner, alias.environment),
                None => return self.unbound(name, top),
            }
        }
    }

    /// Auxiliary keywords keep their meaning where they are not imported.
    fn unbound(self, symbol: Name, top: TopId) -> Meaning {
        match CoreForm::auxiliary(self.registry.names.text(symbol)) {
            Some(form) => Meaning::Known(Denotation::Core(form)),
            None => Meaning::Unbound(symbol, top),
        }
    }

    /// The form that the name `id` means.
    pub(crate) fn core_form(self, syntax: &Syntax, id: SyntaxId) -> Option<CoreForm> {
        match self.resolve(syntax.as_name(id)?) {
            Meaning::Known(Denotation::Core(form)) => Some(form),
            _ => None,
        }
    }

    /// `free-identifier=?`: whether `name`, here, means what `literal` means in `environment`.
    pub(crate) fn is_same(
        self,
        literal: Name,
        environment: LexicalEnvironment,
        name: Name,
    ) -> bool {
        match (self.resolve_in(literal, environment), self.resolve(name)) {
            (Meaning::Known(left), Meaning::Known(right)) => left.is_same(&right),
            (Meaning::Unbound(left, _), Meaning::Unbound(right, _)) => left == right,
            _ => false,
        }
    }

    /// Whether an import, or an import set of `environment`, gives the top-level variable its name `name`: here, or
    /// where a macro that inserts the name was defined.
    pub(crate) fn is_import(self, mut name: Name) -> bool {
        let mut top = self.environment.top;
        while self.registry.find(top, name).is_none() {
            match self.registry.names.as_alias(name) {
                Some(alias) => (name, top) = (alias.inner, alias.environment.top),
                None => return false,
            }
        }
        self.registry.is_import(top, name)
    }

    /// Whether a macro inserted the name: then it may assign a variable of the macro's library.
    pub(crate) fn is_inserted(self, name: Name) -> bool {
        self.registry.names.as_alias(name).is_some()
    }

    /// Whether a variable of another unit may be assigned by this name.
    pub(crate) fn may_assign(self, name: Name) -> bool {
        let kind = self.registry.top(self.environment.top).kind();
        matches!(kind, TopKind::Interaction { .. }) || self.is_inserted(name)
    }

    /// The names in `id` that mean `...` or `_`.
    pub(crate) fn auxiliary_names(self, syntax: &Syntax, id: SyntaxId) -> Vec<(Name, CoreForm)> {
        let mut found = Vec::new();
        let mut seen_names = HashSet::new();
        // Parts may be shared.
        let mut seen = HashSet::from([id]);
        let mut pending = vec![id];
        while let Some(part) = pending.pop() {
            checkpoint::step();
            let mut go_on = |part: SyntaxId| {
                if seen.insert(part) {
                    pending.push(part);
                }
            };
            match syntax.node(part) {
                Node::Pair(car, cdr) => {
                    go_on(*cdr);
                    go_on(*car);
                }
                Node::Vector(items) => items.iter().rev().for_each(|&item| go_on(item)),
                Node::Name(name) if seen_names.insert(*name) => {
                    let form = self.core_form(syntax, part);
                    let form = form
                        .filter(|form| matches!(form, CoreForm::Ellipsis | CoreForm::Underscore));
                    found.extend(form.map(|form| (*name, form)));
                }
                _ => {}
            }
        }
        found
    }
}
