//! `eq` hash tables: open addressing by the addresses of keys.
//!
//! `ENTRIES` is a vector of keys and values in turn. `UNBOUND` stands where a key is missing. At
//! least half of the places are free. The collector sets `STALE` when keys have moved. The next
//! access then finds new places for all entries.
//!
//! A weak table holds ephemerons in place of keys. A collection breaks the ephemerons whose keys it
//! found unreachable. The table forgets their entries when it finds new places, which always
//! happens before it looks at entries again.

use abi::object_layout::{PAYLOAD, WORD_BYTES, table, weak_pair};
use abi::tag::{Header, Kind};
use syntax::Stop;

use super::Object;
use crate::error::Raise;
use crate::mutator::Mutator;
use crate::value::Value;

/// Places of a new table: a power of two, as that of every table.
const PLACES_MIN: usize = 8;
/// A table with fewer entries than this part of its places becomes smaller.
const SHRINK_BELOW: usize = 8;

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
    pub(crate) fn count(self, m: &'m Mutator<'_>) -> usize {
        if self.is_weak() {
            self.refresh(m);
        }
        self.known_count()
    }

    /// The value of `key`.
    pub(crate) fn get(self, m: &'m Mutator<'_>, key: Value<'m>) -> Option<Value<'m>> {
        self.refresh(m);
        let entries = self.entries();
        let place = entries.find(key).ok()?;
        Some(entries.value(place))
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
        self.refresh(m);
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
    /// `interrupted`: the table is as large as before.
    pub(crate) fn delete(self, m: &'m Mutator<'_>, key: Value<'m>) -> Result<(), Stop> {
        self.refresh(m);
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
        if let Ok(smaller) = allocate_entries(m, entries.places() / 2) {
            self.move_entries(m, entries, smaller)?;
        }
        Ok(())
    }

    /// A key with its value; `None` if there is no entry. Tables are never mostly free, and the search starts
    /// elsewhere after each change of the count: whoever takes one entry after the other out looks at few
    /// places each time.
    pub(crate) fn any(self, m: &'m Mutator<'_>) -> Option<(Value<'m>, Value<'m>)> {
        self.refresh(m);
        let entries = self.entries();
        let mask = entries.places() - 1;
        let start = scattered(self.known_count()) & mask;
        let place = (0..=mask)
            .map(|offset| (start + offset) & mask)
            .find(|&place| entries.is_entry(place))?;
        Some((entries.key(place), entries.value(place)))
    }

    /// All keys with their values: as many as [`Self::count`] says. They do not come in the order of their
    /// places: whoever puts them into a smaller table in that order would fill one end of it (a step that is
    /// odd meets each place of a power of two once).
    pub(crate) fn all(self, m: &'m Mutator<'_>) -> impl Iterator<Item = (Value<'m>, Value<'m>)> {
        if self.is_weak() {
            self.refresh(m);
        }
        let entries = self.entries();
        let mask = entries.places() - 1;
        let used = (0..entries.places())
            .map(move |index| scattered(index) & mask)
            .filter(move |&place| entries.is_entry(place));
        used.map(move |place| (entries.key(place), entries.value(place)))
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
    fn refresh(self, m: &'m Mutator<'_>) {
        if self.0.field(table::STALE).is_true() {
            self.find_places(m);
        }
    }

    #[inline(never)]
    fn find_places(self, m: &'m Mutator<'_>) {
        let entries = self.entries();
        let all: Vec<_> = entries.used().collect();
        for place in 0..entries.places() {
            entries.set(m, place, FREE);
        }
        let entries = self.fitting(m, entries, all.len());
        for &entry in &all {
            entries.insert(m, entry);
        }
        if entries.is_weak {
            m.set_field(self.0, table::COUNT, Value::count(all.len()));
        }
        m.set_field(self.0, table::STALE, Value::FALSE);
    }

    /// Fewer places for `count` entries, if most of them went; else the same ones. They are free.
    fn fitting(self, m: &'m Mutator<'_>, entries: Entries<'m>, count: usize) -> Entries<'m> {
        let places = (4 * count).next_power_of_two().max(PLACES_MIN);
        if !entries.is_weak || places * 2 > entries.places() {
            return entries;
        }
        // Without room for them, the table stays as large as it is.
        let Ok(object) = allocate_entries(m, places) else {
            return entries;
        };
        m.set_field(self.0, table::ENTRIES, object.value());
        Entries { object, ..entries }
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

    /// The words of all entries whose keys are there.
    fn used(self) -> impl Iterator<Item = Words<'m>> {
        (0..self.places())
            .filter(move |&place| self.is_entry(place))
            .map(move |place| self.words(place))
    }
}

/// What a place of a weak table holds, if there is an entry.
fn ephemeron(value: Value<'_>) -> Option<Object<'_>> {
    Object::of_kind(value, Kind::Ephemeron)
}

fn allocate_entries<'m>(m: &'m Mutator<'_>, places: usize) -> Result<Object<'m>, Raise<'m>> {
    m.reserve(Header::new(Kind::Vector, 2 * places as u64).object_bytes() as usize)?;
    Ok(m.allocate_values(Kind::Vector, 2 * places, Value::UNBOUND))
}
