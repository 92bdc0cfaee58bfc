//! `eq` hash tables: open addressing by the addresses of keys.
//!
//! `ENTRIES` is a vector of keys and values in turn; `UNBOUND` stands where a key is missing. At
//! least half of the places are free. The collector sets `STALE` when keys have moved; the next
//! access then finds new places for all entries.

use abi::object_layout::{PAYLOAD, WORD_BYTES, table};
use abi::tag::{Header, Kind};

use super::Object;
use crate::error::Raise;
use crate::mutator::Mutator;
use crate::value::Value;

/// Places of a new table: a power of two, as that of every table.
const PLACES_MIN: usize = 8;

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
    pub(crate) fn allocate(m: &'m Mutator<'_>) -> Result<Value<'m>, Raise<'m>> {
        let entries = allocate_entries(m, PLACES_MIN)?;
        let object = m.allocate_values(Kind::Table, table::WORDS as usize, Value::FALSE);
        m.set_field(object, table::ENTRIES, entries.value());
        m.set_field(object, table::COUNT, Value::ZERO);
        Ok(object.value())
    }

    /// How many keys there are.
    pub(crate) fn count(self) -> usize {
        self.0
            .field(table::COUNT)
            .as_index()
            .expect("counts are indices")
    }

    /// The value of `key`.
    pub(crate) fn get(self, m: &Mutator<'_>, key: Value<'m>) -> Option<Value<'m>> {
        self.refresh(m);
        let entries = self.entries();
        let place = entries.find(key).ok()?;
        Some(entries.value(place))
    }

    /// Gives `key` a value.
    ///
    /// # Errors
    ///
    /// [`Raise::Full`]: nothing was changed.
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
                entries.set(m, place, (key, value));
                return Ok(());
            }
            Err(place) => place,
        };
        let count = self.count() + 1;
        let place = if count * 2 > entries.places() {
            let larger = Entries(allocate_entries(m, entries.places() * 2)?);
            entries.all().for_each(|entry| larger.insert(m, entry));
            m.set_field(self.0, table::ENTRIES, larger.0.value());
            entries = larger;
            entries.find(key).expect_err("the key was not there before")
        } else {
            place
        };
        entries.set(m, place, (key, value));
        m.set_field(self.0, table::COUNT, Value::count(count));
        m.heap().note_hashed_key(self.0.address(), key.word());
        Ok(())
    }

    /// Forgets `key`.
    pub(crate) fn delete(self, m: &Mutator<'_>, key: Value<'m>) {
        self.refresh(m);
        let entries = self.entries();
        let Ok(place) = entries.find(key) else { return };
        entries.remove(m, place);
        m.set_field(self.0, table::COUNT, Value::count(self.count() - 1));
    }

    /// All keys with their values.
    pub(crate) fn all(self) -> impl Iterator<Item = (Value<'m>, Value<'m>)> {
        self.entries().all()
    }

    fn entries(self) -> Entries<'m> {
        let entries = Object::of_kind(self.0.field(table::ENTRIES), Kind::Vector);
        Entries(entries.expect("tables have a vector of entries"))
    }

    /// Finds new places for all entries if keys have moved.
    fn refresh(self, m: &Mutator<'_>) {
        if !self.0.field(table::STALE).is_true() {
            return;
        }
        let entries = self.entries();
        let all: Vec<_> = entries.all().collect();
        for place in 0..entries.places() {
            entries.set(m, place, (Value::UNBOUND, Value::FALSE));
        }
        for entry in all {
            entries.insert(m, entry);
        }
        m.set_field(self.0, table::STALE, Value::FALSE);
    }
}

/// The places of a table.
#[derive(Clone, Copy)]
struct Entries<'m>(Object<'m>);

impl<'m> Entries<'m> {
    /// A power of two.
    fn places(self) -> usize {
        self.0.size() / 2
    }

    fn key(self, place: usize) -> Value<'m> {
        self.0.field(PAYLOAD + 2 * place * WORD_BYTES)
    }

    fn value(self, place: usize) -> Value<'m> {
        self.0.field(PAYLOAD + (2 * place + 1) * WORD_BYTES)
    }

    fn set(self, m: &Mutator<'_>, place: usize, (key, value): (Value<'_>, Value<'_>)) {
        m.set_field(self.0, PAYLOAD + 2 * place * WORD_BYTES, key);
        m.set_field(self.0, PAYLOAD + (2 * place + 1) * WORD_BYTES, value);
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

    /// Adds a key that is not there yet, with its value.
    fn insert(self, m: &Mutator<'_>, entry: (Value<'m>, Value<'m>)) {
        if let Err(place) = self.find(entry.0) {
            self.set(m, place, entry);
        }
    }

    /// Frees `place` and moves what would not be found any more (Knuth, volume 3, 6.4, R).
    fn remove(self, m: &Mutator<'_>, place: usize) {
        let mut free = place;
        let mut next = self.next(place);
        while self.key(next) != Value::UNBOUND {
            let mask = self.places() - 1;
            let distance = |from: usize| next.wrapping_sub(from) & mask;
            if distance(self.home(self.key(next))) >= distance(free) {
                self.set(m, free, (self.key(next), self.value(next)));
                free = next;
            }
            next = self.next(next);
        }
        self.set(m, free, (Value::UNBOUND, Value::FALSE));
    }

    fn all(self) -> impl Iterator<Item = (Value<'m>, Value<'m>)> {
        (0..self.places())
            .map(move |place| (self.key(place), self.value(place)))
            .filter(|(key, _)| *key != Value::UNBOUND)
    }
}

fn allocate_entries<'m>(m: &'m Mutator<'_>, places: usize) -> Result<Object<'m>, Raise<'m>> {
    m.reserve(Header::new(Kind::Vector, 2 * places as u64).object_bytes() as usize)?;
    Ok(m.allocate_values(Kind::Vector, 2 * places, Value::UNBOUND))
}
