//! The environments of evaluated forms, by number: those that stay, and those that import sets make.
//!
//! An environment of import sets stays until somebody says that its number means nothing any more. Nothing is defined
//! in such an environment. So no alias, macro or variable that outlives a unit refers to it, and the environment goes
//! with its number.

use std::collections::HashMap;
use std::rc::Rc;

use super::name::TopId;
use crate::id::{IdVec, define_ids};

define_ids! {
    /// An environment for `eval`, `load` and interaction.
    pub EnvironmentId;
}

impl EnvironmentId {
    /// The environment of the prompt; also `(interaction-environment)`.
    pub const INTERACTION: Self = Self(0);
}

/// Environments by number. The number of one that was forgotten is given to another.
#[derive(Debug, Default)]
pub(super) struct Environments {
    entries: IdVec<EnvironmentId, Option<Environment>>,
    free: Vec<EnvironmentId>,
    /// The environments that equal import sets get again, by the text of the sets.
    by_sets: HashMap<Rc<str>, EnvironmentId>,
    /// How many environments of import sets were made.
    made: u64,
    /// About how many bytes the environments of import sets take.
    bytes: usize,
    /// Where libraries are imported only to load them.
    loading: Option<EnvironmentId>,
}

#[derive(Debug)]
struct Environment {
    top: TopId,
    /// Of what it was made, unless it stays for good.
    sets: Option<ImportSets>,
}

/// The import sets of an environment.
#[derive(Debug)]
pub(super) struct ImportSets {
    pub(super) text: Rc<str>,
    /// The libraries that the sets name.
    pub(super) libraries: Vec<Rc<str>>,
    /// About how many bytes the environment takes.
    pub(super) bytes: usize,
}

impl Environments {
    /// About how many bytes the environments of import sets take.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The top-level environments of all.
    pub(super) fn tops(&self) -> impl Iterator<Item = TopId> {
        self.entries.iter().flatten().map(|entry| entry.top)
    }

    /// Adds an environment that stays for good.
    pub(super) fn add_lasting(&mut self, top: TopId) -> EnvironmentId {
        self.add(Environment { top, sets: None })
    }

    fn add(&mut self, environment: Environment) -> EnvironmentId {
        let Some(id) = self.free.pop() else {
            return self.entries.push(Some(environment));
        };
        self.entries[id] = Some(environment);
        id
    }

    /// The library of this name becomes another: the same import sets give other environments from now on.
    pub(super) fn forget_sets_with(&mut self, library: &str) {
        let entries = &self.entries;
        self.by_sets.retain(|_, &mut id| {
            let sets = entries[id].as_ref().and_then(|entry| entry.sets.as_ref());
            !sets.is_some_and(|sets| sets.libraries.iter().any(|name| **name == *library))
        });
    }

    /// The top-level environment of a number; `None` if no environment has it.
    pub(super) fn top(&self, id: EnvironmentId) -> Option<TopId> {
        let entry = self.entries.get(id)?.as_ref();
        entry.map(|entry| entry.top)
    }

    /// Where libraries are imported only to load them, once there is such an environment.
    pub(super) fn loading(&self) -> Option<EnvironmentId> {
        self.loading
    }

    /// Adds the environment where libraries are imported only to load them.
    pub(super) fn add_loading(&mut self, top: TopId) -> EnvironmentId {
        let id = self.add_lasting(top);
        *self.loading.insert(id)
    }

    /// The environment that sets with this text get again, if none of their libraries has changed since.
    pub(super) fn find(&self, sets: &str) -> Option<EnvironmentId> {
        self.by_sets.get(sets).copied()
    }

    /// A number that no environment of import sets had before, for the keys of its globals.
    pub(super) fn next_serial(&mut self) -> u64 {
        self.made += 1;
        self.made
    }

    /// Adds an environment of import sets.
    pub(super) fn add_of_sets(&mut self, top: TopId, sets: ImportSets) -> EnvironmentId {
        self.bytes += sets.bytes;
        let text = Rc::clone(&sets.text);
        let sets = Some(sets);
        let id = self.add(Environment { top, sets });
        self.by_sets.insert(text, id);
        id
    }

    /// Takes an environment of import sets out.
    pub(super) fn remove(&mut self, id: EnvironmentId) -> Option<TopId> {
        let place = self.entries.get_mut(id)?;
        let environment = place.take_if(|entry| entry.sets.is_some())?;
        let sets = environment.sets.expect("its sets were there just now");
        if self.by_sets.get(&sets.text) == Some(&id) {
            self.by_sets.remove(&sets.text);
        }
        self.bytes -= sets.bytes;
        self.free.push(id);
        Some(environment.top)
    }
}
