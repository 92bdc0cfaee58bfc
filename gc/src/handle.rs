//! Rooted handles: an embedder keeps a value across runs by a handle.

use std::cell::RefCell;
use std::rc::Rc;

use crate::object_model::Visitor;
use crate::slot::Slot;

/// The table of all handles of one mutator. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Handles(Rc<RefCell<Table>>);

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
    /// Roots `word` until [`Self::unroot`].
    ///
    /// # Panics
    ///
    /// If there are 2^32 handles already.
    pub fn root(&self, word: u64) -> HandleId {
        let mut table = self.0.borrow_mut();
        if let Some(index) = table.free.pop() {
            let entry = &mut table.entries[index as usize];
            entry.value = Some(word);
            return HandleId {
                index,
                generation: entry.generation,
            };
        }
        let index = u32::try_from(table.entries.len()).expect("fewer than 2^32 handles");
        table.entries.push(Entry {
            generation: 0,
            value: Some(word),
        });
        HandleId {
            index,
            generation: 0,
        }
    }

    /// Roots `word` as long as the returned handle lives.
    pub fn handle(&self, word: u64) -> Handle {
        Handle {
            id: self.root(word),
            handles: self.clone(),
        }
    }

    /// The value, at its present address; `None` if it was unrooted.
    pub fn get(&self, id: HandleId) -> Option<u64> {
        let table = self.0.borrow();
        let entry = table.entries.get(id.index as usize)?;
        entry.value.filter(|_| entry.generation == id.generation)
    }

    /// Lets the value go, and returns it; `None` if that was done before.
    pub fn unroot(&self, id: HandleId) -> Option<u64> {
        let mut table = self.0.borrow_mut();
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
        let table = self.0.borrow();
        table.entries.len() - table.free.len()
    }

    pub(crate) fn each_root<V: Visitor>(&self, visitor: &mut V) {
        for entry in &mut self.0.borrow_mut().entries {
            if let Some(value) = &mut entry.value {
                visitor.slot(Slot::of(value));
            }
        }
    }

    pub(crate) fn each_value(&self, mut visit: impl FnMut(u64)) {
        self.0
            .borrow()
            .entries
            .iter()
            .filter_map(|entry| entry.value)
            .for_each(&mut visit);
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
        self.handles.handle(self.get())
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
        let first = handles.root(1);
        assert_eq!(handles.unroot(first), Some(1));
        let second = handles.root(2);
        assert_eq!(handles.get(first), None);
        assert_eq!(handles.unroot(first), None);
        assert_eq!(handles.get(second), Some(2));
    }

    #[test]
    fn dropping_a_handle_unroots() {
        let handles = Handles::default();
        let handle = handles.handle(5);
        let copy = handle.clone();
        drop(handle);
        assert_eq!((copy.get(), handles.count()), (5, 1));
        drop(copy);
        assert_eq!(handles.count(), 0);
    }
}
