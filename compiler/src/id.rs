//! Ids: indices into tables, each kind a type of its own, and the tables and sets that take no other.
//!
//! An id is a number below the length of its table. Only [`Id::new`] makes one of a number: parsers, printers
//! and the ends of the compiler, where ids become numbers of an image, are the places for it. All else gets ids
//! from [`IdVec::push`], [`IdVec::ids`] and [`IdVec::entries`]. After `PrimaryMap` and `EntitySet` of
//! `cranelift-entity`.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

/// An index into tables of one kind.
pub trait Id: Copy + Eq {
    /// The id with this number.
    fn new(number: u32) -> Self;

    /// Its number.
    fn number(self) -> u32;

    /// Its number, as an index.
    #[inline(always)]
    fn index(self) -> usize {
        self.number() as usize
    }

    /// The id of the entry at this index.
    ///
    /// # Panics
    ///
    /// At 2^32 entries, which no source text is long enough to need.
    #[inline(always)]
    fn from_index(index: usize) -> Self {
        Self::new(u32::try_from(index).expect("a table holds fewer than 2^32 entries"))
    }
}

/// Defines types of ids, each with its documentation, visibility and name.
#[macro_export]
macro_rules! define_ids {
    ($( $(#[$documentation:meta])* $visibility:vis $name:ident; )*) => { $(
        $(#[$documentation])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        $visibility struct $name(u32);

        impl $crate::id::Id for $name {
            #[inline(always)]
            fn new(number: u32) -> Self {
                Self(number)
            }

            #[inline(always)]
            fn number(self) -> u32 {
                self.0
            }
        }
    )* };
}
pub use define_ids;

/// A table with an entry for each id below its length.
#[derive(Clone, PartialEq, Eq)]
pub struct IdVec<K, V> {
    entries: Vec<V>,
    key: PhantomData<fn(K)>,
}

impl<K: Id, V> IdVec<K, V> {
    /// A table without entries.
    pub const fn new() -> Self {
        Self {
            entries: Vec::new(),
            key: PhantomData,
        }
    }

    /// A table of `count` equal entries.
    #[inline]
    pub fn filled(count: usize, value: V) -> Self
    where
        V: Clone,
    {
        vec![value; count].into()
    }

    /// Another table of the same ids, with `value` for each.
    #[inline]
    pub fn side_table<W: Clone>(&self, value: W) -> IdVec<K, W> {
        IdVec::filled(self.len(), value)
    }

    /// How many entries there are.
    #[inline]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The id of the entry that is pushed next.
    #[inline]
    pub fn next_id(&self) -> K {
        K::from_index(self.entries.len())
    }

    /// Adds an entry.
    #[inline]
    pub fn push(&mut self, value: V) -> K {
        let id = self.next_id();
        self.entries.push(value);
        id
    }

    /// Makes the table `count` entries long with `value` for new ones.
    pub fn resize(&mut self, count: usize, value: V)
    where
        V: Clone,
    {
        self.entries.resize(count, value);
    }

    /// Forgets the entries after the first `count`.
    pub fn truncate(&mut self, count: usize) {
        self.entries.truncate(count);
    }

    /// Keeps the entries whose ids `stays` accepts, in their order. The new id of each that stays.
    pub fn renumber(&mut self, stays: impl Fn(K) -> bool) -> IdVec<K, Option<K>> {
        let mut new_ids = self.side_table(None);
        let entries = std::mem::take(&mut self.entries);
        for (id, entry) in new_ids.ids().zip(entries) {
            if stays(id) {
                new_ids[id] = Some(self.push(entry));
            }
        }
        new_ids
    }

    /// Whether there is an entry of this id.
    #[inline]
    pub fn contains(&self, id: K) -> bool {
        id.index() < self.entries.len()
    }

    /// An entry, if there is one of this id.
    #[inline]
    pub fn get(&self, id: K) -> Option<&V> {
        self.entries.get(id.index())
    }

    /// An entry, if there is one of this id.
    #[inline]
    pub fn get_mut(&mut self, id: K) -> Option<&mut V> {
        self.entries.get_mut(id.index())
    }

    /// All ids, in ascending order.
    #[inline]
    pub fn ids(
        &self,
    ) -> impl DoubleEndedIterator<Item = K> + ExactSizeIterator + Clone + use<K, V> {
        (0..self.entries.len() as u32).map(K::new)
    }

    /// All entries in the order of their ids.
    #[inline]
    pub fn iter(&self) -> std::slice::Iter<'_, V> {
        self.entries.iter()
    }

    /// All entries in the order of their ids.
    #[inline]
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, V> {
        self.entries.iter_mut()
    }

    /// All ids with their entries.
    #[inline]
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = (K, &V)> + ExactSizeIterator + Clone {
        let numbered = self.entries.iter().enumerate();
        numbered.map(|(index, entry)| (K::new(index as u32), entry))
    }

    /// All ids with their entries.
    #[inline]
    pub fn entries_mut(
        &mut self,
    ) -> impl DoubleEndedIterator<Item = (K, &mut V)> + ExactSizeIterator {
        let numbered = self.entries.iter_mut().enumerate();
        numbered.map(|(index, entry)| (K::new(index as u32), entry))
    }
}

impl<K: Id, V> Index<K> for IdVec<K, V> {
    type Output = V;

    #[inline(always)]
    fn index(&self, id: K) -> &V {
        &self.entries[id.index()]
    }
}

impl<K: Id, V> IndexMut<K> for IdVec<K, V> {
    #[inline(always)]
    fn index_mut(&mut self, id: K) -> &mut V {
        &mut self.entries[id.index()]
    }
}

impl<K, V> Default for IdVec<K, V> {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl<K, V: fmt::Debug> fmt::Debug for IdVec<K, V> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.entries.fmt(formatter)
    }
}

#[cfg(test)]
impl<K, V: PartialEq, const N: usize> PartialEq<[V; N]> for IdVec<K, V> {
    fn eq(&self, entries: &[V; N]) -> bool {
        self.entries == entries
    }
}

impl<K, V> From<Vec<V>> for IdVec<K, V> {
    fn from(entries: Vec<V>) -> Self {
        Self {
            entries,
            key: PhantomData,
        }
    }
}

impl<K, V> FromIterator<V> for IdVec<K, V> {
    fn from_iter<I: IntoIterator<Item = V>>(values: I) -> Self {
        Vec::from_iter(values).into()
    }
}

impl<K, V> Extend<V> for IdVec<K, V> {
    fn extend<I: IntoIterator<Item = V>>(&mut self, values: I) {
        self.entries.extend(values);
    }
}

impl<K, V> IntoIterator for IdVec<K, V> {
    type Item = V;
    type IntoIter = std::vec::IntoIter<V>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

impl<'vec, K, V> IntoIterator for &'vec IdVec<K, V> {
    type Item = &'vec V;
    type IntoIter = std::slice::Iter<'vec, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.iter()
    }
}

impl<'vec, K, V> IntoIterator for &'vec mut IdVec<K, V> {
    type Item = &'vec mut V;
    type IntoIter = std::slice::IterMut<'vec, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.iter_mut()
    }
}

/// A set of ids, as bits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdSet<K> {
    words: Vec<u64>,
    key: PhantomData<fn(K)>,
}

impl<K: Id> IdSet<K> {
    /// The empty set, with room for the first `count` ids.
    pub fn empty(count: usize) -> Self {
        Self {
            words: vec![0; count.div_ceil(64)],
            key: PhantomData,
        }
    }

    /// The first `count` ids, and perhaps some more.
    pub fn full(count: usize) -> Self {
        Self {
            words: vec![u64::MAX; count.div_ceil(64)],
            key: PhantomData,
        }
    }

    /// Adds an id, for which there has to be room.
    #[inline]
    pub fn insert(&mut self, id: K) {
        self.words[id.index() / 64] |= 1 << (id.index() % 64);
    }

    /// Removes an id, for which there has to be room.
    #[inline]
    pub fn remove(&mut self, id: K) {
        self.words[id.index() / 64] &= !(1 << (id.index() % 64));
    }

    /// Whether an id, for which there has to be room, is a member.
    #[inline]
    pub fn contains(&self, id: K) -> bool {
        self.words[id.index() / 64] & 1 << (id.index() % 64) != 0
    }

    /// Removes all ids.
    pub fn clear(&mut self) {
        self.words.fill(0);
    }

    /// Adds what `other` has.
    pub fn unite(&mut self, other: &Self) {
        for (mine, &theirs) in self.words.iter_mut().zip(&other.words) {
            *mine |= theirs;
        }
    }

    /// Keeps what `other` has too; whether anything went.
    pub fn intersect(&mut self, other: &Self) -> bool {
        let mut changed = false;
        for (mine, &theirs) in self.words.iter_mut().zip(&other.words) {
            changed |= *mine & !theirs != 0;
            *mine &= theirs;
        }
        changed
    }

    /// The members, in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = K> {
        self.words.iter().enumerate().flat_map(|(index, &word)| {
            let bits = (0..64).filter(move |bit| word & 1 << bit != 0);
            bits.map(move |bit| K::from_index(index * 64 + bit))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    define_ids! {
        Word;
    }

    #[test]
    fn entries_are_found_by_the_ids_that_they_got() {
        let mut words = IdVec::new();
        assert!(words.is_empty());
        let [a, b] = ["a", "b"].map(|word| words.push(word));
        assert_eq!((words[a], words[b], words.len()), ("a", "b", 2));
        assert_eq!(words.ids().collect::<Vec<Word>>(), [a, b]);
        assert_eq!(words.entries().next_back(), Some((b, &"b")));
        let next = words.next_id();
        assert!(words.contains(b) && !words.contains(next));
        assert_eq!((words.get(b), words.get(next)), (Some(&"b"), None));
        let mut lengths = words.side_table(0);
        for (id, length) in lengths.entries_mut() {
            *length = words[id].len() + id.index();
        }
        assert_eq!(lengths, [1, 2]);
    }

    #[test]
    fn what_stays_is_numbered_in_its_order() {
        let mut words: IdVec<Word, char> = "abcd".chars().collect();
        let new_ids = words.renumber(|id| id.number() % 2 == 1);
        assert_eq!(words, ['b', 'd']);
        let [first, second] = [0, 1].map(|number| Some(Word::new(number)));
        assert_eq!(new_ids, [None, first, None, second]);
        words.truncate(1);
        words.resize(2, 'x');
        words.extend(['y']);
        assert_eq!(words, ['b', 'x', 'y']);
    }

    const COUNT: usize = 200;

    fn set(members: &[u32]) -> IdSet<Word> {
        let mut set = IdSet::empty(COUNT);
        for &member in members {
            set.insert(Word::new(member));
        }
        set
    }

    fn members(set: &IdSet<Word>) -> Vec<u32> {
        let members: Vec<u32> = set.iter().map(Word::number).collect();
        let contained = (0..COUNT as u32).filter(|&number| set.contains(Word::new(number)));
        assert_eq!(contained.collect::<Vec<u32>>(), members);
        members
    }

    #[test]
    fn each_id_is_a_member_by_itself_in_every_word() {
        for number in [0, 1, 62, 63, 64, 65, 126, 127, 128, 199] {
            assert_eq!(members(&set(&[number])), [number]);
            let mut all = IdSet::full(COUNT);
            all.remove(Word::new(number));
            let is_right = |other| all.contains(Word::new(other)) == (other != number);
            assert!((0..COUNT as u32).all(is_right));
        }
        assert_eq!(members(&IdSet::empty(COUNT)), []);
        let mut cleared = set(&[3, 64, 199]);
        cleared.clear();
        assert_eq!(members(&cleared), []);
    }

    #[test]
    fn sets_unite_and_intersect_in_every_word() {
        let mut united = set(&[1, 63, 130]);
        united.unite(&set(&[1, 64, 199]));
        assert_eq!(members(&united), [1, 63, 64, 130, 199]);
        assert!(united.intersect(&set(&[1, 63, 64, 199])));
        assert_eq!(members(&united), [1, 63, 64, 199]);
        assert!(!united.intersect(&set(&[1, 5, 63, 64, 199])));
        // What goes from the first word is told though nothing goes from the last.
        assert!(united.intersect(&set(&[63, 64, 199])));
        assert!(united.intersect(&set(&[63, 64])));
        assert_eq!(members(&united), [63, 64]);
    }
}
