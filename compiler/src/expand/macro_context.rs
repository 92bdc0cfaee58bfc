//! The names and scopes of an expansion, lent to a macro's procedure while it runs.

use std::any::Any;

use super::macro_evaluator::MacroHost;
use super::name::{LexicalEnvironment, Mark, TopId};
use super::registry::LibraryRegistry;
use super::resolver::Resolver;
use super::scope::Scopes;
use crate::id::Id as _;

/// What is lent.
#[derive(Debug)]
pub(super) struct MacroContext {
    pub(super) registry: LibraryRegistry,
    pub(super) scopes: Scopes,
    /// Where the use of the macro stands.
    pub(super) site: LexicalEnvironment,
    /// Where the macro was defined.
    pub(super) definition: LexicalEnvironment,
    pub(super) mark: Mark,
}

impl MacroContext {
    fn resolver(&self) -> Resolver<'_> {
        Resolver::new(&self.registry, &self.scopes, self.site)
    }

    fn environment(&self, top: u32, depth: u32) -> Option<LexicalEnvironment> {
        let top = TopId::new(top);
        let is_known = self.registry.has_top(top);
        is_known.then_some(LexicalEnvironment { top, depth })
    }
}

impl MacroHost for MacroContext {
    fn rename(&mut self, name: u32, environment: Option<(u32, u32)>) -> Option<u32> {
        let name = self.registry.names.of_number(name)?;
        let environment = match environment {
            Some((top, depth)) => self.environment(top, depth)?,
            None => self.definition,
        };
        let names = &mut self.registry.names;
        let alias = names.remembered_alias(name, environment, self.mark);
        Some(alias.number())
    }

    fn symbol(&mut self, text: &str) -> u32 {
        self.registry.names.symbol(text).number()
    }

    fn in_context_of(&mut self, context: u32, symbol: &str) -> Option<u32> {
        let context = self.registry.names.of_number(context)?;
        let symbol = self.registry.names.symbol(symbol);
        Some(self.registry.names.in_context_of(context, symbol).number())
    }

    fn fresh(&mut self, symbol: &str) -> u32 {
        let symbol = self.registry.names.symbol(symbol);
        let mark = self.registry.names.new_mark();
        let alias = self.registry.names.alias(symbol, self.definition, mark);
        alias.number()
    }

    fn is_same(&self, left: u32, right: u32) -> Option<bool> {
        let [left, right] = [left, right].map(|number| self.registry.names.of_number(number));
        Some(self.resolver().is_same(left?, self.site, right?))
    }

    fn is_literal(&self, name: u32, expected: u32, environment: (u32, u32)) -> Option<bool> {
        let [name, expected] = [name, expected].map(|number| self.registry.names.of_number(number));
        let environment = self.environment(environment.0, environment.1)?;
        Some(self.resolver().is_same(expected?, environment, name?))
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}
