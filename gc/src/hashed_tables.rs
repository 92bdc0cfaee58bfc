//! The old objects that hash addresses of young objects, noted between two collections.

use crate::address::Address;

/// Tables, each as often as it takes to keep the list of the order of how many there are.
#[derive(Debug, Default)]
pub(crate) struct HashedTables {
    tables: Vec<Address>,
}

impl HashedTables {
    /// Notes a table. Those noted before are looked through only where the list is about to grow, so
    /// that this takes constant time but for the logarithm of a sort.
    pub(crate) fn note(&mut self, table: Address) {
        if self.tables.last() == Some(&table) {
            return;
        }
        if self.tables.len() == self.tables.capacity() {
            self.tables.sort_unstable();
            self.tables.dedup();
            // Room for as many again, or the next few notes would sort again.
            self.tables.reserve(self.tables.len().max(1));
        }
        self.tables.push(table);
    }

    /// All that were noted, some perhaps more than once; none is any more.
    pub(crate) fn take(&mut self) -> Vec<Address> {
        std::mem::take(&mut self.tables)
    }

    /// Forgets all.
    pub(crate) fn clear(&mut self) {
        self.tables.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_noted_in_turns_take_no_more_room() {
        let mut noted = HashedTables::default();
        for turn in 0..30_000 {
            noted.note(Address::new(16 * (turn % 3)));
        }
        assert!(noted.tables.capacity() <= 16, "{}", noted.tables.capacity());
        let mut found = noted.take();
        found.sort_unstable();
        found.dedup();
        assert_eq!(found, [0, 16, 32].map(Address::new));
    }

    #[test]
    fn all_tables_are_kept() {
        let mut noted = HashedTables::default();
        let tables: Vec<Address> = (0..1000).map(|index| Address::new(16 * index)).collect();
        for &table in tables.iter().chain(tables.iter().rev()) {
            noted.note(table);
        }
        let mut found = noted.take();
        found.sort_unstable();
        found.dedup();
        assert_eq!(found, tables);
        assert!(noted.take().is_empty());
    }
}
