//! The table of interned symbols.

use std::cell::RefCell;
use std::collections::HashMap;

use gc::{Slot, Visitor};

/// Interned symbols by name: words of pinned objects.
#[derive(Debug, Default)]
pub(crate) struct SymbolTable(pub(super) RefCell<HashMap<Box<str>, u64>>);

impl SymbolTable {
    /// Shows `visitor` every symbol.
    #[expect(
        clippy::iter_over_hash_type,
        reason = "the order in which roots are traced is free"
    )]
    pub(crate) fn trace<V: Visitor>(&mut self, visitor: &mut V) {
        for word in self.0.get_mut().values_mut() {
            visitor.slot(Slot::of(word));
        }
    }

    /// Shows `visit` the word of each symbol; they are all pinned, and stay what they are.
    #[expect(
        clippy::iter_over_hash_type,
        reason = "the order in which roots are traced is free"
    )]
    pub(crate) fn each_word(&self, mut visit: impl FnMut(u64)) {
        for &word in self.0.borrow().values() {
            visit(word);
        }
    }
}
