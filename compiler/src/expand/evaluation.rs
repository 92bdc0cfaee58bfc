//! From import sets to environments of evaluated forms, as `(environment …)` asks for them.

use std::rc::Rc;

use syntax::{Data, DatumId};

use super::environments::{EnvironmentId, ImportSets};
use super::expander::Expander;
use super::failure::Result;
use super::name::TopId;
use super::registry::{BINDING_BYTES, CORE_LIBRARY, LibraryRegistry, TOP_BYTES};
use super::top_environment::{Provided, TopEnvironment, TopKind};
use super::unit::{EVAL, guarded};
use crate::checkpoint;
use crate::diagnostic::Diagnostic;
use crate::memory;

impl LibraryRegistry {
    /// The top-level environment of a number; `None` if no environment has it.
    pub(crate) fn environment_top(&self, environment: EnvironmentId) -> Option<TopId> {
        self.environments.top(environment)
    }

    /// An environment in which libraries are imported only to load them.
    pub fn loading_environment(&mut self) -> EnvironmentId {
        if let Some(environment) = self.environments.loading() {
            return environment;
        }
        let top = self.add_top(TopKind::Interaction {
            prefix: "loading".into(),
        });
        self.top_mut(top).inherit(CORE_LIBRARY.into());
        self.environments.add_loading(top)
    }

    /// An environment that holds what import sets provide, for `(environment '(scheme base) …)`. Nothing may be
    /// defined there (R7RS 6.12), so the same sets give the same one again, until that is
    /// [forgotten](Self::forget_environment). `None` if a library is not loaded: a form `(import set …)` in
    /// [`Self::loading_environment`] loads it.
    ///
    /// # Errors
    ///
    /// A set that is malformed.
    pub fn environment(
        &mut self,
        data: &Data,
        sets: &[DatumId],
    ) -> std::result::Result<Option<EnvironmentId>, Vec<Diagnostic>> {
        guarded(self, EVAL, |registry| {
            registry.environment_unguarded(data, sets)
        })
    }

    /// Forgets an environment of import sets: nothing is evaluated there any more. Another environment may get the
    /// number. The environments that stay for good stay.
    pub fn forget_environment(&mut self, environment: EnvironmentId) {
        if let Some(top) = self.environments.remove(environment) {
            self.tops.vacate(top);
        }
    }

    fn environment_unguarded(
        &mut self,
        data: &Data,
        sets: &[DatumId],
    ) -> std::result::Result<Option<EnvironmentId>, Vec<Diagnostic>> {
        let texts: Vec<String> = sets.iter().map(|&set| data.to_text(set)).collect();
        let text: Rc<str> = texts.join(" ").into();
        if let Some(environment) = self.environments.find(&text) {
            return Ok(Some(environment));
        }
        let (symbols, changes) = (self.names.symbol_count(), self.changes);
        let mut expander = Expander::new(self, TopId::FIRST);
        let provided = match expander.provided_by_loaded(data, sets) {
            Ok(provided) => provided,
            Err(failure) => return Err(vec![expander.sources.diagnostic(failure)]),
        };
        if self.changes == changes {
            // What is provided has its names as texts.
            self.names.truncate_symbols(symbols);
        }
        Ok(provided.map(|(provided, libraries)| self.add_environment(text, provided, libraries)))
    }

    fn add_environment(
        &mut self,
        text: Rc<str>,
        provided: Provided,
        libraries: Vec<Rc<str>>,
    ) -> EnvironmentId {
        let names: usize = provided.keys().map(|name| name.len()).sum();
        let bytes = TOP_BYTES + provided.len() * BINDING_BYTES + names + text.len();
        let prefix = format!("environment-{}", self.environments.next_serial()).into();
        let top = self.tops.lodge(TopEnvironment::of_sets(prefix, provided));
        let sets = ImportSets {
            text,
            libraries,
            bytes,
        };
        self.environments.add_of_sets(top, sets)
    }
}

impl Expander<'_> {
    /// What sets provide whose libraries are all loaded, and these libraries.
    fn provided_by_loaded(
        &mut self,
        data: &Data,
        sets: &[DatumId],
    ) -> Result<Option<(Provided, Vec<Rc<str>>)>> {
        let mut provided = Provided::new();
        let mut libraries = Vec::with_capacity(sets.len());
        for set in self.take_in(data, sets) {
            checkpoint::step();
            let library = self.library_name(self.imported_library(set))?;
            if !self.registry.knows_library(&library) {
                return Ok(None);
            }
            libraries.push(library);
            for (name, denotation) in self.import_set(set)? {
                memory::take(BINDING_BYTES);
                provided.insert(Rc::clone(self.text(name)), denotation);
            }
        }
        Ok(Some((provided, libraries)))
    }
}
