//! The top-level environments of a registry, by number.
//!
//! The number of an environment that was given back stays unused. So a reference to this environment never means
//! another one. Two sorts of numbers are used again, because nothing refers to their environments: those of a unit that
//! failed ([`Tops::truncate`]), and those of environments of import sets ([`Tops::vacate`]).

use std::ops::{Index, IndexMut};

use super::name::TopId;
use super::top_environment::TopEnvironment;
use crate::id::{Id as _, IdVec};

/// Environments, those that were given back excepted.
#[derive(Debug, Default)]
pub(crate) struct Tops {
    all: IdVec<TopId, Option<Box<TopEnvironment>>>,
    /// The numbers of environments of import sets that were forgotten.
    vacant: Vec<TopId>,
    /// How many environments had been made when some were given back last.
    retained_at: usize,
    /// How many environments stayed then.
    kept: usize,
}

impl Tops {
    pub(crate) fn push(&mut self, top: TopEnvironment) -> TopId {
        self.all.push(Some(Box::new(top)))
    }

    /// Adds an environment that lasts until it is vacated.
    pub(crate) fn lodge(&mut self, top: TopEnvironment) -> TopId {
        let Some(id) = self.vacant.pop() else {
            return self.push(top);
        };
        self.all[id] = Some(Box::new(top));
        id
    }

    /// Forgets an environment to which nothing refers any more. Another one gets its number.
    pub(crate) fn vacate(&mut self, top: TopId) {
        self.all[top] = None;
        self.vacant.push(top);
    }

    /// How many environments were made.
    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is an environment with this number that was not given back.
    pub(crate) fn contains(&self, top: TopId) -> bool {
        self.all.get(top).is_some_and(Option::is_some)
    }

    /// Those where procedures of macros may look for names.
    pub(crate) fn kept_ids(&self) -> impl Iterator<Item = TopId> {
        let is_kept = |id: &TopId| self.all[*id].as_ref().is_some_and(|top| top.is_kept());
        self.all.ids().filter(is_kept)
    }

    /// How many were added since some were given back.
    pub(crate) fn added_count(&self) -> usize {
        self.all.len().saturating_sub(self.retained_at)
    }

    /// How many environments stayed when some were given back last.
    pub(crate) fn kept_count(&self) -> usize {
        self.kept
    }

    /// The environments from number `first` on.
    pub(crate) fn iter_from(&self, first: usize) -> impl Iterator<Item = &TopEnvironment> {
        self.all.iter().skip(first).flatten().map(|top| &**top)
    }

    /// The numbers of the environments from number `first` on.
    pub(crate) fn ids_from(&self, first: usize) -> Vec<TopId> {
        let later = self.all.ids().skip(first);
        later.filter(|&id| self.all[id].is_some()).collect()
    }

    /// Forgets the environments behind the first `count`. Nothing refers to them any more.
    pub(crate) fn truncate(&mut self, count: usize) {
        self.all.truncate(count);
        self.vacant.retain(|top| top.index() < count);
    }

    /// Gives back the environments that `stays` refuses.
    pub(crate) fn retain(&mut self, stays: impl Fn(TopId) -> bool) {
        for (id, top) in self.all.entries_mut() {
            if !stays(id) {
                *top = None;
            }
        }
        self.retained_at = self.all.len();
        self.kept = self.all.iter().flatten().count();
    }

    /// A table with `value` for each environment that was made.
    pub(crate) fn side_table<T: Clone>(&self, value: T) -> IdVec<TopId, T> {
        self.all.side_table(value)
    }
}

impl Index<TopId> for Tops {
    type Output = TopEnvironment;

    fn index(&self, top: TopId) -> &TopEnvironment {
        let top = self.all[top].as_deref();
        top.expect("what refers to an environment keeps it")
    }
}

impl IndexMut<TopId> for Tops {
    fn index_mut(&mut self, top: TopId) -> &mut TopEnvironment {
        let top = self.all[top].as_deref_mut();
        top.expect("what refers to an environment keeps it")
    }
}
