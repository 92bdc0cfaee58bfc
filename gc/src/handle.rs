//! Rooted handles: an embedder keeps a value across runs by a handle.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::object_model::Visitor;
use crate::slot::Slot;

/// The table of all handles of one mutator. Clones share it. A handle may be dropped on any thread, also while
/// its heap is collected: an error that holds what a program raised goes wherever errors go.
#[derive(Clone, Debug, Default)]
pub struct Handles(Arc<Mutex<Table>>);

#[derive(Debug, Default)]
struct Table {
    entries: Vec<Entry>,
    free: Vec<u32>,
}

#[derive(Debug)]
struct Entry {
    generation: u32,
    value: Option<u64>,
}

/// Names a rooted value. A stale one is found out: entries that are used again get a new generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HandleId {
    index: u32,
    generation: u32,
}

/// A rooted value that is unrooted when dropped.
#[derive(Debug)]
pub struct Handle {
    id: HandleId,
    handles: Handles,
}

impl Handles {
    /// The table, which is whole also where a visitor panicked.
    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Roots `word` until [`Self::unroot`].
    ///
    /// # Safety
    ///
    /// `word` is a value of the heap whose table this is, at its present address.
    ///
    /// # Panics
    ///
    /// If there are 2^32 handles already.
    pub unsafe fn root(&self, word: u64) -> HandleId {
        self.table().add(word)
    }

    /// Roots `word` as long as the returned handle lives.
    ///
    /// # Safety
    ///
    /// As for [`Self::root`].
    pub unsafe fn handle(&self, word: u64) -> Handle {
        Handle {
            // SAFETY: `word` is a value of this table's heap, by the contract of this function.
            id: unsafe { self.root(word) },
            handles: self.clone(),
        }
    }

    /// The value, at its present address; `None` if it was unrooted.
    pub fn get(&self, id: HandleId) -> Option<u64> {
        self.table().get(id)
    }

    /// Lets the value go, and returns it; `None` if that was done before.
    pub fn unroot(&self, id: HandleId) -> Option<u64> {
        let mut table = self.table();
        let entry = table.entries.get_mut(id.index as usize)?;
        if entry.generation != id.generation {
            return None;
        }
        let value = entry.value.take()?;
        entry.generation = entry.generation.wrapping_add(1);
        table.free.push(id.index);
        Some(value)
    }

    /// How many values are rooted.
    pub fn count(&self) -> usize {
        let table = self.table();
        table.entries.len() - table.free.len()
    }

    pub(crate) fn each_root<V: Visitor>(&self, visitor: &mut V) {
        for entry in &mut self.table().entries {
            if let Some(value) = &mut entry.value {
                visitor.slot(Slot::of(value));
            }
        }
    }

    pub(crate) fn each_value(&self, mut visit: impl FnMut(u64)) {
        self.table()
            .entries
            .iter()
            .filter_map(|entry| entry.value)
            .for_each(&mut visit);
    }
}

impl Table {
    fn add(&mut self, word: u64) -> HandleId {
        if let Some(index) = self.free.pop() {
            let entry = &mut self.entries[index as usize];
            entry.value = Some(word);
            return HandleId {
                index,
                generation: entry.generation,
            };
        }
        let index = u32::try_from(self.entries.len()).expect("fewer than 2^32 handles");
        self.entries.push(Entry {
            generation: 0,
            value: Some(word),
        });
        HandleId {
            index,
            generation: 0,
        }
    }

    fn get(&self, id: HandleId) -> Option<u64> {
        let entry = self.entries.get(id.index as usize)?;
        entry.value.filter(|_| entry.generation == id.generation)
    }
}

impl Handle {
    /// The value, at its present address.
    ///
    /// # Panics
    ///
    /// If somebody unrooted the handle behind its back: its id is private, so nobody can.
    pub fn get(&self) -> u64 {
        self.handles.get(self.id).expect("a handle keeps its entry")
    }
}

impl Clone for Handle {
    fn clone(&self) -> Self {
        // At once: a collection on another thread moves the value between two looks at the table.
        let mut table = self.handles.table();
        let word = table.get(self.id).expect("a handle keeps its entry");
        Self {
            id: table.add(word),
            handles: self.handles.clone(),
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.handles.unroot(self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stale_ids_are_found_out() {
        let handles = Handles::default();
        // SAFETY: no heap has this table.
        let first = unsafe { handles.root(1) };
        assert_eq!(handles.unroot(first), Some(1));
        // SAFETY: no heap has this table.
        let second = unsafe { handles.root(2) };
        assert_eq!(handles.get(first), None);
        assert_eq!(handles.unroot(first), None);
        assert_eq!(handles.get(second), Some(2));
    }

    #[test]
    fn dropping_a_handle_unroots() {
        let handles = Handles::default();
        // SAFETY: no heap has this table.
        let handle = unsafe { handles.handle(5) };
        let copy = handle.clone();
        drop(handle);
        assert_eq!((copy.get(), handles.count()), (5, 1));
        drop(copy);
        assert_eq!(handles.count(), 0);
    }
}
