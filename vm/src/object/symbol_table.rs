//! The table of interned symbols.
//!
//! The table is weak: a full collection drops a symbol that nothing refers to. A symbol that names a global
//! variable with a value stays, since a program may ask for the variable by its name. Interned symbols are
//! pinned, so their words never change.
//!
//! The symbols of the library lie in its image, with a table that the linker made. They are looked up there, and
//! stay.

use std::cell::{Cell, RefCell};

use abi::image::OwnSymbols;
use abi::object_layout::{location, symbol};
use abi::tag;
use gc::{Address, Charge, Slot, Visitor};
use loader::OwnSymbolTable;

/// The least number of entries.
const ENTRIES_MIN: usize = 1 << 6;

/// A symbol with its hash. The word of a free entry is zero, which is a fixnum.
#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    hash: u64,
    word: u64,
}

/// Open addressing with linear probing, at most half full.
#[derive(Debug, Default)]
struct Entries {
    /// As many as a power of two, or none.
    slots: Box<[Entry]>,
    count: usize,
    charge: Option<Charge>,
}

/// Interned symbols by the hashes of their names: words of pinned objects.
#[derive(Debug, Default)]
pub(crate) struct SymbolTable {
    entries: RefCell<Entries>,
    library: Cell<Option<OwnSymbolTable>>,
}

impl SymbolTable {
    /// Takes over the symbols of an image, if there are no symbols yet, and says whether it has done so.
    ///
    /// # Safety
    ///
    /// What `symbols` says is true, and the image stays mapped as long as the table is used.
    pub(crate) unsafe fn adopt(&self, symbols: OwnSymbolTable) -> bool {
        let is_first = self.library.get().is_none() && self.entries.borrow().count == 0;
        if is_first {
            self.library.set(Some(symbols));
        }
        is_first
    }

    /// Charges the table's memory from now on.
    pub(crate) fn charge(&self, charge: Charge) {
        let mut entries = self.entries.borrow_mut();
        entries.charge = Some(charge);
        entries.count_bytes();
    }

    /// The word of the symbol with this hash that `is_wanted` accepts.
    pub(super) fn find(&self, hash: u64, is_wanted: impl Fn(u64) -> bool) -> Option<u64> {
        let library = self.library.get();
        if let Some(word) = library.and_then(|table| find_in_image(table, hash, &is_wanted)) {
            return Some(word);
        }
        let entries = self.entries.borrow();
        let found = entries
            .probe(hash)
            .find(|entry| entry.word == 0 || entry.hash == hash && is_wanted(entry.word))?;
        Some(found.word).filter(|&word| word != 0)
    }

    /// Adds the word of a pinned symbol that is not there.
    pub(super) fn insert(&self, hash: u64, word: u64) {
        let mut entries = self.entries.borrow_mut();
        if 2 * (entries.count + 1) > entries.slots.len() {
            let length = (2 * entries.slots.len()).max(ENTRIES_MIN);
            entries.rebuild(length);
        }
        entries.insert(Entry { hash, word });
    }

    /// Shows `visitor` the symbols that name a global variable with a value.
    pub(crate) fn trace_bound<V: Visitor>(&mut self, visitor: &mut V) {
        for entry in &mut self.entries.get_mut().slots {
            if entry.word != 0 && is_bound(entry.word) {
                visitor.slot(Slot::of(&mut entry.word));
            }
        }
    }

    /// Drops the symbols that `survives` refuses.
    pub(crate) fn retain(&mut self, mut survives: impl FnMut(u64) -> bool) {
        let entries = self.entries.get_mut();
        let before = entries.count;
        for entry in &mut entries.slots {
            if entry.word != 0 && !survives(entry.word) {
                *entry = Entry::default();
                entries.count -= 1;
            }
        }
        if entries.count < before {
            let length = (2 * entries.count + 1).next_power_of_two();
            entries.rebuild(length.max(ENTRIES_MIN));
        }
    }

    /// Shows `visit` the word of each symbol, but for those in an image.
    pub(crate) fn each_word(&self, mut visit: impl FnMut(u64)) {
        self.entries
            .borrow()
            .iter()
            .for_each(|entry| visit(entry.word));
    }

    /// How many symbols there are, but for those in an image.
    #[cfg(test)]
    pub(crate) fn count(&self) -> usize {
        self.entries.borrow().count
    }
}

impl Entries {
    fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.slots.iter().filter(|entry| entry.word != 0)
    }

    /// All entries, from the one where `hash` belongs.
    fn probe(&self, hash: u64) -> impl Iterator<Item = &Entry> {
        let (before, after) = self.slots.split_at(self.start(hash));
        after.iter().chain(before)
    }

    fn start(&self, hash: u64) -> usize {
        hash as usize & self.slots.len().saturating_sub(1)
    }

    /// There is a free entry.
    fn insert(&mut self, new: Entry) {
        let mut index = self.start(new.hash);
        while self.slots[index].word != 0 {
            index = (index + 1) % self.slots.len();
        }
        self.slots[index] = new;
        self.count += 1;
    }

    /// Makes a table of `length` entries, more than twice as many as are taken.
    fn rebuild(&mut self, length: usize) {
        let entries = vec![Entry::default(); length].into_boxed_slice();
        let before = std::mem::replace(&mut self.slots, entries);
        self.count = 0;
        for &entry in before.iter().filter(|entry| entry.word != 0) {
            self.insert(entry);
        }
        self.count_bytes();
    }

    fn count_bytes(&mut self) {
        if let Some(charge) = &mut self.charge {
            charge.resize(size_of_val(&*self.slots));
        }
    }
}

/// The word of the symbol with this hash that `is_wanted` accepts, among those of an image.
fn find_in_image(table: OwnSymbolTable, hash: u64, is_wanted: impl Fn(u64) -> bool) -> Option<u64> {
    let wanted = tag::fixnum(hash as i64);
    for entry in OwnSymbols::probe(hash, table.entry_count) {
        let place = table.entries.offset_bytes(entry * OwnSymbols::ENTRY_BYTES);
        // SAFETY: an entry of the table, which is mapped and aligned to its entries: `adopt` was promised so.
        let start = unsafe { place.as_word_pointer().cast::<u32>().read() };
        if start == 0 {
            return None;
        }
        let object = table.image.offset_bytes(start as usize);
        // SAFETY: an entry leads to a symbol of the image, whose hash is never written.
        let found = unsafe { object.offset_bytes(symbol::HASH).load_word() };
        let word = object.word() | tag::TAG_OBJECT;
        if Some(found) == wanted && is_wanted(word) {
            return Some(word);
        }
    }
    None
}

/// Whether the symbol with this word names a global variable with a value. A collection may be on its way
/// through the heap: it has moved the location, perhaps, but the words after the first are intact.
fn is_bound(symbol: u64) -> bool {
    let symbol = Address::from_word(symbol & !tag::TAG_MASK);
    // SAFETY: the table holds words of symbols, which are pinned and initialised.
    let location = unsafe { symbol.offset_bytes(symbol::LOCATION).load_word() };
    if !tag::is_reference(location) {
        return false;
    }
    let location = Address::from_word(location & !tag::TAG_MASK);
    // SAFETY: a symbol's location is initialised, and stays where it was until the collection ends.
    let value = unsafe { location.offset_bytes(location::VALUE).load_word() };
    value != tag::UNBOUND
}
