//! `eq` hash tables: open addressing by the addresses of keys.
//!
//! `ENTRIES` is a vector of keys and values in turn. `UNBOUND` stands where a key is missing. At
//! least half of the places are free. The collector sets `STALE` when keys have moved. The next
//! access then finds new places for all entries.
//!
//! A weak table holds ephemerons in place of keys. A collection breaks the ephemerons whose keys it
//! found unreachable. The table forgets their entries when it finds new places, which always
//! happens before it looks at entries again.
//!
//! New places are found among the old ones, so that looking into a table takes hardly any memory. An interrupt may
//! come between: the table has all of its entries then, and stays stale.

use abi::object_layout::{PAYLOAD, WORD_BYTES, table, weak_pair};
use abi::tag::{Header, Kind};
use syntax::{Stop, Supervisor};

use super::Object;
use crate::error::Raise;
use crate::mutator::Mutator;
use crate::value::Value;

/// Places of a new table: a power of two, as that of every table.
const PLACES_MIN: usize = 8;
/// A table with fewer entries than this part of its places becomes smaller.
const SHRINK_BELOW: usize = 8;

/// Entries that find new places at a time.
const MOVED_MAX: usize = 1 << 12;

/// Far apart for neighbours; different modulo a power of two for indices that are.
const fn scattered(index: usize) -> usize {
    index.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// How a table holds its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keys {
    /// The table keeps its keys.
    Strong,
    /// An entry goes when nothing but the table (or the entry's value) leads to its key.
    Weak,
}

/// A table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TableObject<'m>(Object<'m>);

impl<'m> TableObject<'m> {
    /// The table that `value` is.
    pub(crate) fn of(value: Value<'m>) -> Option<Self> {
        Object::of_kind(value, Kind::Table).map(Self)
    }

    /// An empty table.
    ///
    /// # Errors
    ///
    /// [`Raise::Full`].
    pub(crate) fn allocate(m: &'m Mutator<'_>, keys: Keys) -> Result<Value<'m>, Raise<'m>> {
        let entries = allocate_entries(m, PLACES_MIN)?;
        let object = m.allocate_values(Kind::Table, table::WORDS as usize, Value::FALSE);
        m.set_field(object, table::ENTRIES, entries.value());
        m.set_field(object, table::COUNT, Value::ZERO);
        if keys == Keys::Weak {
            m.set_field(object, table::WEAK, Value::TRUE);
        }
        Ok(object.value())
    }

    /// How many keys there are.
    ///
    /// # Errors
    ///
    /// [`Stop`], as of all that looks at entries of a large table.
    pub(crate) fn count(self, m: &'m Mutator<'_>) -> Result<usize, Stop> {
        if self.is_weak() {
            self.refresh(m)?;
        }
        Ok(self.known_count())
    }

    /// The value of `key`.
    ///
    /// # Errors
    ///
    /// [`Stop`].
    pub(crate) fn get(self, m: &'m Mutator<'_>, key: Value<'m>) -> Result<Option<Value<'m>>, Stop> {
        self.refresh(m)?;
        let entries = self.entries();
        let place = entries.find(key).ok();
        Ok(place.map(|place| entries.value(place)))
    }

    /// Gives `key` a value.
    ///
    /// # Errors
    ///
    /// [`Raise::Full`], and `interrupted`: nothing was changed.
    pub(crate) fn set(
        self,
        m: &'m Mutator<'_>,
        key: Value<'m>,
        value: Value<'m>,
    ) -> Result<(), Raise<'m>> {
        self.refresh(m)?;
        let mut entries = self.entries();
        let place = match entries.find(key) {
            Ok(place) => {
                entries.set_value(m, place, value);
                return Ok(());
            }
            Err(place) => place,
        };
        let count = self.known_count() + 1;
        let place = if count * 2 > entries.places() {
            let larger = allocate_entries(m, entries.places() * 2)?;
            entries = self.move_entries(m, entries, larger)?;
            entries.find(key).expect_err("the key was not there before")
        } else {
            place
        };
        entries.add(m, place, key, value);
        m.set_field(self.0, table::COUNT, Value::count(count));
        m.note_hashed_key(self.0, key);
        Ok(())
    }

    /// Forgets `key`.
    ///
    /// # Errors
    ///
    /// [`Stop`], and `interrupted`: the table is as large as before.
    pub(crate) fn delete(self, m: &'m Mutator<'_>, key: Value<'m>) -> Result<(), Stop> {
        self.refresh(m)?;
        let entries = self.entries();
        let Ok(place) = entries.find(key) else {
            return Ok(());
        };
        entries.remove(m, place);
        let count = self.known_count() - 1;
        m.set_field(self.0, table::COUNT, Value::count(count));
        if count * SHRINK_BELOW < entries.places() && entries.places() > PLACES_MIN {
            self.shrink(m, entries)?;
        }
        Ok(())
    }

    /// Takes half of the places. Without memory for them, the table stays as large as it is.
    #[cold]
    fn shrink(self, m: &'m Mutator<'_>, entries: Entries<'m>) -> Result<(), Stop> {
        self.move_to_fewer(m, entries, entries.places() / 2)
            .map(drop)
    }

    /// Moves all entries to so many places, or leaves them if there is no memory for the places.
    ///
    /// # Errors
    ///
    /// [`Stop::Interrupted`]: the table keeps its places.
    fn move_to_fewer(
        self,
        m: &'m Mutator<'_>,
        entries: Entries<'m>,
        places: usize,
    ) -> Result<Entries<'m>, Stop> {
        match allocate_entries(m, places) {
            Ok(fewer) => self.move_entries(m, entries, fewer),
            Err(Stop::Full { .. }) => Ok(entries),
            Err(Stop::Interrupted) => Err(Stop::Interrupted),
        }
    }

    /// A key with its value; `None` if there is no entry. Tables are never mostly free, and the search starts
    /// elsewhere after each change of the count: whoever takes one entry after the other out looks at few
    /// places each time.
    ///
    /// # Errors
    ///
    /// [`Stop`].
    pub(crate) fn any(self, m: &'m Mutator<'_>) -> Result<Option<(Value<'m>, Value<'m>)>, Stop> {
        self.refresh(m)?;
        let entries = self.entries();
        let mask = entries.places() - 1;
        let start = scattered(self.known_count()) & mask;
        let place = (0..=mask)
            .map(|offset| (start + offset) & mask)
            .find(|&place| entries.is_entry(place));
        Ok(place.map(|place| (entries.key(place), entries.value(place))))
    }

    /// All keys with their values: as many as [`Self::count`] says. They do not come in the order of their
    /// places: whoever puts them into a smaller table in that order would fill one end of it (a step that is
    /// odd meets each place of a power of two once).
    ///
    /// # Errors
    ///
    /// [`Stop`].
    pub(crate) fn all(
        self,
        m: &'m Mutator<'_>,
    ) -> Result<impl Iterator<Item = (Value<'m>, Value<'m>)>, Stop> {
        if self.is_weak() {
            self.refresh(m)?;
        }
        let entries = self.entries();
        let mask = entries.places() - 1;
        let used = (0..entries.places())
            .map(move |index| scattered(index) & mask)
            .filter(move |&place| entries.is_entry(place));
        Ok(used.map(move |place| (entries.key(place), entries.value(place))))
    }

    fn is_weak(self) -> bool {
        self.0.field(table::WEAK).is_true()
    }

    /// The number of keys when the table was last refreshed.
    fn known_count(self) -> usize {
        let count = self.0.field(table::COUNT);
        count.as_index().expect("counts are indices")
    }

    fn entries(self) -> Entries<'m> {
        let object = Object::of_kind(self.0.field(table::ENTRIES), Kind::Vector);
        Entries {
            object: object.expect("tables have a vector of entries"),
            is_weak: self.is_weak(),
        }
    }

    /// Makes `places`, which are free, those of the table, with all of its entries.
    ///
    /// # Errors
    ///
    /// `interrupted`: the table keeps its places.
    fn move_entries(
        self,
        m: &'m Mutator<'_>,
        old: Entries<'m>,
        places: Object<'m>,
    ) -> Result<Entries<'m>, Stop> {
        let new = Entries {
            object: places,
            ..old
        };
        for (index, entry) in old.used().enumerate() {
            m.check_at(index)?;
            new.insert(m, entry);
        }
        m.set_field(self.0, table::ENTRIES, places.value());
        Ok(new)
    }

    /// Finds new places for all entries if keys have moved, and forgets those whose keys are gone.
    ///
    /// # Errors
    ///
    /// [`Stop`]: the table stays stale.
    fn refresh(self, m: &'m Mutator<'_>) -> Result<(), Stop> {
        if self.0.field(table::STALE).is_true() {
            self.find_places(m)?;
        }
        Ok(())
    }

    #[inline(never)]
    fn find_places(self, m: &'m Mutator<'_>) -> Result<(), Stop> {
        let mut entries = self.entries();
        if entries.is_weak {
            let count = entries.forget_broken(m)?;
            let places = (4 * count).next_power_of_two().max(PLACES_MIN);
            if places * 2 <= entries.places() {
                entries = self.move_to_fewer(m, entries, places)?;
            }
            m.set_field(self.0, table::COUNT, Value::count(count));
        }
        entries.settle(m)?;
        m.set_field(self.0, table::STALE, Value::FALSE);
        Ok(())
    }
}

/// What is in a place: a key and its value, or an ephemeron of both and `#f`.
#[derive(Clone, Copy)]
struct Words<'m> {
    first: Value<'m>,
    second: Value<'m>,
}

/// What is in a place without an entry.
const FREE: Words<'static> = Words {
    first: Value::UNBOUND,
    second: Value::FALSE,
};

/// The places of a table: two words each, see [`Words`].
#[derive(Clone, Copy)]
struct Entries<'m> {
    object: Object<'m>,
    is_weak: bool,
}

impl<'m> Entries<'m> {
    /// A power of two.
    fn places(self) -> usize {
        self.object.size() / 2
    }

    fn first(self, place: usize) -> Value<'m> {
        self.object.field(PAYLOAD + 2 * place * WORD_BYTES)
    }

    fn second(self, place: usize) -> Value<'m> {
        self.object.field(PAYLOAD + (2 * place + 1) * WORD_BYTES)
    }

    fn is_free(self, place: usize) -> bool {
        self.first(place) == Value::UNBOUND
    }

    /// Whether there is an entry whose key is there.
    fn is_entry(self, place: usize) -> bool {
        !self.is_free(place) && self.key(place) != Value::BROKEN
    }

    fn key(self, place: usize) -> Value<'m> {
        self.key_of(self.first(place))
    }

    fn value(self, place: usize) -> Value<'m> {
        if self.is_weak {
            let ephemeron = ephemeron(self.first(place));
            ephemeron.map_or(Value::FALSE, |ephemeron| ephemeron.field(weak_pair::CDR))
        } else {
            self.second(place)
        }
    }

    fn words(self, place: usize) -> Words<'m> {
        Words {
            first: self.first(place),
            second: self.second(place),
        }
    }

    /// Replaces the words of a place.
    fn set(self, m: &Mutator<'_>, place: usize, words: Words<'_>) {
        m.set_field(self.object, PAYLOAD + 2 * place * WORD_BYTES, words.first);
        m.set_field(
            self.object,
            PAYLOAD + (2 * place + 1) * WORD_BYTES,
            words.second,
        );
    }

    /// A new value for the key at `place`.
    fn set_value(self, m: &Mutator<'_>, place: usize, value: Value<'_>) {
        match ephemeron(self.first(place)).filter(|_| self.is_weak) {
            Some(ephemeron) => m.set_field(ephemeron, weak_pair::CDR, value),
            None => m.set_field(self.object, PAYLOAD + (2 * place + 1) * WORD_BYTES, value),
        }
    }

    /// An entry at `place`, which is free.
    fn add(self, m: &Mutator<'_>, place: usize, key: Value<'_>, value: Value<'_>) {
        if !self.is_weak {
            let (first, second) = (key, value);
            return self.set(m, place, Words { first, second });
        }
        let ephemeron = m.allocate_values(Kind::Ephemeron, weak_pair::WORDS as usize, Value::FALSE);
        m.set_field(ephemeron, weak_pair::CAR, key);
        m.set_field(ephemeron, weak_pair::CDR, value);
        let words = Words {
            first: ephemeron.value(),
            ..FREE
        };
        self.set(m, place, words);
    }

    /// Where a search for `key` begins: the high bits of a product (Knuth, volume 3, 6.4).
    fn home(self, key: Value<'_>) -> usize {
        let bits = self.places().trailing_zeros();
        let product = (key.word() >> 3 ^ key.word() << 61).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (product >> (u64::BITS - bits)) as usize
    }

    fn next(self, place: usize) -> usize {
        (place + 1) & (self.places() - 1)
    }

    /// The place of `key`, or the free one where it belongs.
    fn find(self, key: Value<'_>) -> Result<usize, usize> {
        let mut place = self.home(key);
        loop {
            match self.key(place) {
                found if found == key => return Ok(place),
                Value::UNBOUND => return Err(place),
                _ => place = self.next(place),
            }
        }
    }

    /// Adds the words of an entry whose key is not there yet.
    fn insert(self, m: &Mutator<'_>, entry: Words<'m>) {
        if let Err(place) = self.find(self.key_of(entry.first)) {
            self.set(m, place, entry);
        }
    }

    /// The key of an entry of which this is the first word.
    fn key_of(self, first: Value<'m>) -> Value<'m> {
        if !self.is_weak {
            return first;
        }
        ephemeron(first).map_or(first, |ephemeron| ephemeron.field(weak_pair::CAR))
    }

    /// Frees `place` and moves what would not be found any more (Knuth, volume 3, 6.4, R).
    fn remove(self, m: &Mutator<'_>, place: usize) {
        let mut free = place;
        let mut next = self.next(place);
        while !self.is_free(next) {
            let mask = self.places() - 1;
            let distance = |from: usize| next.wrapping_sub(from) & mask;
            if distance(self.home(self.key(next))) >= distance(free) {
                self.set(m, free, self.words(next));
                free = next;
            }
            next = self.next(next);
        }
        self.set(m, free, FREE);
    }

    /// Frees the places of entries whose keys are gone; how many entries are left.
    fn forget_broken(self, m: &Mutator<'_>) -> Result<usize, Stop> {
        let mut count = 0;
        for place in 0..self.places() {
            m.check_at(place)?;
            if self.is_entry(place) {
                count += 1;
            } else {
                self.set(m, place, FREE);
            }
        }
        Ok(count)
    }

    /// Moves each entry to where a search for its key finds it. An entry that is there is settled, and stays. Any other
    /// entry gives way, and is moved next. Many are moved at a time, so that none waits for the memory of another;
    /// between two questions, all entries are in the table.
    fn settle(self, m: &Mutator<'_>) -> Result<(), Stop> {
        m.announce(self.places() / 8)?;
        let mut settled = PlaceSet::none_of(self.places());
        let (mut moved, mut displaced) = (Vec::new(), Vec::new());
        for start in (0..self.places()).step_by(MOVED_MAX) {
            m.check_at(start)?;
            for place in start..self.places().min(start + MOVED_MAX) {
                if !self.is_free(place) && !settled.has(place) {
                    moved.push(self.words(place));
                    self.set(m, place, FREE);
                }
            }
            while !moved.is_empty() {
                for entry in moved.drain(..) {
                    let mut place = self.home(self.key_of(entry.first));
                    while settled.has(place) {
                        place = self.next(place);
                    }
                    if !self.is_free(place) {
                        displaced.push(self.words(place));
                    }
                    self.set(m, place, entry);
                    settled.add(place);
                }
                std::mem::swap(&mut moved, &mut displaced);
            }
        }
        Ok(())
    }

    /// The words of all entries whose keys are there.
    fn used(self) -> impl Iterator<Item = Words<'m>> {
        (0..self.places())
            .filter(move |&place| self.is_entry(place))
            .map(move |place| self.words(place))
    }
}

/// Some of the places of a table: a bit for each.
struct PlaceSet(Vec<u64>);

impl PlaceSet {
    fn none_of(places: usize) -> Self {
        Self(vec![0; places.div_ceil(u64::BITS as usize)])
    }

    fn has(&self, place: usize) -> bool {
        self.0[place / 64] >> (place % 64) & 1 != 0
    }

    fn add(&mut self, place: usize) {
        self.0[place / 64] |= 1 << (place % 64);
    }
}

/// What a place of a weak table holds, if there is an entry.
fn ephemeron(value: Value<'_>) -> Option<Object<'_>> {
    Object::of_kind(value, Kind::Ephemeron)
}

fn allocate_entries<'m>(m: &'m Mutator<'_>, places: usize) -> Result<Object<'m>, Stop> {
    let bytes = Header::new(Kind::Vector, 2 * places as u64).object_bytes();
    Supervisor::reserve(m, bytes as usize)?;
    m.allocate_many_values(Kind::Vector, 2 * places, Value::UNBOUND)
}

#[cfg(test)]
mod tests {
    use gc::{CollectReason, Scope};

    use super::*;
    use crate::testing::mutator;

    const COUNT: usize = 100_000;

    /// A table of pairs, which move, in the first register, and a list of its keys in the second.
    fn fill(m: &mut Mutator<'_>, keys: Keys) {
        m.set_winders(TableObject::allocate(m, keys).unwrap());
        let list = m.list((0..COUNT).map(|index| m.cons(Value::count(index), Value::NULL)));
        m.set_handlers(list);
        let table = TableObject::of(m.winders()).unwrap();
        for key in m.elements(m.handlers()) {
            let value = m.pair(key).unwrap().0;
            table.set(m, key, value).unwrap();
        }
    }

    fn is_complete(m: &Mutator<'_>) -> bool {
        let table = TableObject::of(m.winders()).unwrap();
        let is_found = |key| table.get(m, key) == Ok(m.pair(key).map(|(car, _)| car));
        m.elements(m.handlers()).all(is_found) && table.all(m).unwrap().count() == COUNT
    }

    #[test]
    fn entries_are_found_when_their_keys_have_moved_also_after_an_interrupt() {
        for keys in [Keys::Strong, Keys::Weak] {
            let mut m = mutator();
            fill(&mut m, keys);
            for question in 0..8 {
                let _ = m.collect_for(CollectReason::Forced(Scope::Full));
                m.state().interrupted_question.set(question);
                let table = TableObject::of(m.winders()).unwrap();
                let key = m.pair(m.handlers()).unwrap().0;
                let answer = table.get(&m, key);
                let is_interrupted = question > 0 && m.state().interrupted_question.get() == 0;
                assert_eq!(
                    answer == Err(Stop::Interrupted),
                    is_interrupted,
                    "{question}"
                );
                assert!(is_interrupted || question == 0 || question > 2);
                m.state().interrupted_question.set(0);
                assert!(is_complete(&m), "{keys:?} {question}");
            }
        }
    }

    #[test]
    fn a_weak_table_becomes_small_when_most_of_its_keys_went() {
        let mut m = mutator();
        fill(&mut m, Keys::Weak);
        let kept = m.elements(m.handlers()).step_by(1000);
        m.set_handlers(m.list(kept.collect::<Vec<_>>()));
        let _ = m.collect_for(CollectReason::Forced(Scope::Full));
        let table = TableObject::of(m.winders()).unwrap();
        assert_eq!(table.count(&m), Ok(COUNT / 1000));
        assert!(table.entries().places() < 1000);
        for key in m.elements(m.handlers()) {
            assert_eq!(table.get(&m, key), Ok(Some(m.pair(key).unwrap().0)));
        }
    }
}
