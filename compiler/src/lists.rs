//! A list for each id of a table, all in one: many short lists cost an allocation each, and more to free.

use std::ops::Index;

use crate::id::{Id, IdVec};

/// The lists.
#[derive(Clone, Debug)]
pub struct Lists<K, V> {
    /// Where each list ends, and the next one begins.
    ends: IdVec<K, u32>,
    values: Vec<V>,
}

impl<K: Id, V: Copy> Lists<K, V> {
    /// For each of the first `count` ids the values that `entries` have for it, in their order.
    pub fn new(count: usize, entries: &[(K, V)]) -> Self {
        Self::of_each(count, |visit| {
            for &(id, value) in entries {
                visit(id, value);
            }
        })
    }

    /// The same, where `each` visits the entries in their order, whenever it is called.
    pub fn of_each(count: usize, each: impl Fn(&mut dyn FnMut(K, V))) -> Self {
        let mut ends: IdVec<K, u32> = IdVec::filled(count, 0);
        let mut values = Vec::with_capacity(2 * count);
        each(&mut |id, value| {
            ends[id] += 1;
            values.push(value);
        });
        let mut total = 0;
        for end in &mut ends {
            // Where the list starts: it is filled from there to its end.
            total += std::mem::replace(end, total);
        }
        each(&mut |id, value| {
            values[ends[id] as usize] = value;
            ends[id] += 1;
        });
        Self { ends, values }
    }

    /// The lists in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = &[V]> {
        self.ends.ids().map(|id| &self[id])
    }
}

impl<K: Id, V> Index<K> for Lists<K, V> {
    type Output = [V];

    fn index(&self, id: K) -> &[V] {
        let before = id.index().checked_sub(1);
        let start = before.map_or(0, |before| self.ends[K::from_index(before)]);
        &self.values[start as usize..self.ends[id] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::define_ids;

    define_ids! {
        Number;
    }

    #[test]
    fn each_id_has_its_values_in_their_order() {
        let entries = [(2, 'a'), (0, 'b'), (2, 'c'), (2, 'a'), (4, 'd')];
        let entries = entries.map(|(number, value)| (Number::new(number), value));
        let lists = Lists::new(6, &entries);
        let found: Vec<String> = lists.iter().map(String::from_iter).collect();
        assert_eq!(found, ["b", "", "aca", "", "d", ""]);
        let none = Lists::<Number, char>::new(0, &[]);
        assert_eq!(none.iter().count(), 0);
    }
}
