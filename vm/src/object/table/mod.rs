//! `eq` hash tables, keyed by the addresses of objects.
//!
//! At least half of a table's places are free. The collector says in `STALE` which keys may have moved. The next
//! access then finds new places for their entries.
//!
//! A minor collection moves young keys only. In a large table, keys that are young stand apart, in `YOUNG`. So after a
//! minor collection the large part of the table stays as it is, and the entries of `YOUNG`, whose keys are old now,
//! are moved there. The cost is that of the entries that came since the last collection. After a full collection, all
//! entries find new places.
//!
//! A weak table holds ephemerons in place of keys. A collection breaks the ephemerons whose keys it found unreachable.
//! The table forgets their entries when it finds new places, which always happens before it looks at entries again. A
//! minor collection breaks ephemerons of young keys only.
//!
//! New places are found among the old ones, so that looking into a table takes hardly any memory. An interrupt may
//! come between: the table has all of its entries then, and stays stale.

mod entries;

use abi::object_layout::table;
use abi::tag::Kind;
use syntax::Stop;

use self::entries::Entries;
pub(crate) use self::entries::Keys;
use super::Object;
use crate::error::Raise;
use crate::mutator::Mutator;
use crate::value::Value;

/// Places of a new table: a power of two, as that of every table.
const PLACES_MIN: usize = 8;
/// A table with fewer entries than this part of its places becomes smaller.
const SHRINK_BELOW: usize = 8;
/// Places of the largest table whose young keys stand among the others. Such a table finds its entries' places in
/// less time than a second vector costs.
const MIXED_PLACES_MAX: usize = 128;

/// Far apart for neighbours; different modulo a power of two for indices that are.
const fn scattered(index: usize) -> usize {
    index.wrapping_mul(0x9e37_79b9_7f4a_7c15)
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
        let entries = Entries::allocate(m, PLACES_MIN, keys)?;
        let object = m.allocate_values(Kind::Table, table::WORDS as usize, Value::FALSE);
        m.set_field(object, table::ENTRIES, entries.vector());
        m.set_field(object, table::COUNT, Value::ZERO);
        m.set_field(object, table::YOUNG_COUNT, Value::ZERO);
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
        if self.keys() == Keys::Weak {
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
        let Some(part) = self.part_of(m, key) else {
            return Ok(None);
        };
        let place = part.find(key).ok();
        Ok(place.map(|place| part.value(place)))
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
        let (part, place) = match self.part_of(m, key).map(|part| (part, part.find(key))) {
            Some((part, Ok(place))) => {
                part.set_value(m, place, value);
                return Ok(());
            }
            Some((part, Err(place))) if self.has_room(part) => (part, place),
            _ => {
                let part = self.make_room(m, key)?;
                let place = part.find(key);
                (part, place.expect_err("the key was not there before"))
            }
        };
        part.add(m, place, key, value);
        self.set_counts(m, self.known_count() + 1, {
            self.young_count() + usize::from(!self.is_main(part))
        });
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
        let part = self.part_of(m, key);
        let Some((part, place)) = part.and_then(|part| Some((part, part.find(key).ok()?))) else {
            return Ok(());
        };
        part.remove(m, place);
        let is_young = !self.is_main(part);
        self.set_counts(m, self.known_count() - 1, {
            self.young_count() - usize::from(is_young)
        });
        let is_sparse = |count: usize, part: Entries<'_>| {
            count * SHRINK_BELOW < part.places() && part.places() > PLACES_MIN
        };
        if is_young && is_sparse(self.young_count(), part) {
            self.shrink_young(m, part)?;
        }
        let main = self.main();
        if is_sparse(self.known_count(), main) {
            self.shrink(m, main)?;
        }
        Ok(())
    }

    /// A key with its value; `None` if there is no entry. The entries that are searched are never mostly free, and the
    /// search starts elsewhere after each change of the count: whoever takes one entry after the other out looks at
    /// few places each time.
    ///
    /// # Errors
    ///
    /// [`Stop`].
    pub(crate) fn any(self, m: &'m Mutator<'_>) -> Result<Option<(Value<'m>, Value<'m>)>, Stop> {
        self.refresh(m)?;
        let young = self.young().filter(|_| self.young_count() > 0);
        let entries = young.unwrap_or_else(|| self.main());
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
        if self.keys() == Keys::Weak {
            self.refresh(m)?;
        }
        let parts = [Some(self.main()), self.young()];
        Ok(parts.into_iter().flatten().flat_map(|entries| {
            let mask = entries.places() - 1;
            let used = (0..entries.places())
                .map(move |index| scattered(index) & mask)
                .filter(move |&place| entries.is_entry(place));
            used.map(move |place| (entries.key(place), entries.value(place)))
        }))
    }

    fn keys(self) -> Keys {
        if self.0.field(table::WEAK).is_true() {
            Keys::Weak
        } else {
            Keys::Strong
        }
    }

    /// The number of keys when the table was last refreshed.
    fn known_count(self) -> usize {
        let count = self.0.field(table::COUNT);
        count.as_index().expect("counts are indices")
    }

    /// How many of them stand apart.
    fn young_count(self) -> usize {
        let count = self.0.field(table::YOUNG_COUNT);
        count.as_index().expect("counts are indices")
    }

    fn set_counts(self, m: &Mutator<'_>, all: usize, young: usize) {
        m.set_field(self.0, table::COUNT, Value::count(all));
        m.set_field(self.0, table::YOUNG_COUNT, Value::count(young));
    }

    /// The entries of all keys but those that stand apart.
    fn main(self) -> Entries<'m> {
        Entries::of(self.0.field(table::ENTRIES), self.keys())
    }

    /// The entries of keys that stand apart, if there are any.
    fn young(self) -> Option<Entries<'m>> {
        let young = self.0.field(table::YOUNG);
        (young != Value::FALSE).then(|| Entries::of(young, self.keys()))
    }

    fn set_young(self, m: &Mutator<'_>, young: Option<Entries<'m>>) {
        let young = young.map_or(Value::FALSE, Entries::vector);
        m.set_field(self.0, table::YOUNG, young);
    }

    fn is_main(self, part: Entries<'_>) -> bool {
        self.0.field(table::ENTRIES) == part.vector()
    }

    /// Whether `key` stands apart in a table of so many places.
    fn is_apart(m: &Mutator<'_>, key: Value<'_>, places: usize) -> bool {
        places > MIXED_PLACES_MAX && m.is_young(key)
    }

    /// The entries among which that of `key` is, if there is one. The table is not stale.
    fn part_of(self, m: &Mutator<'_>, key: Value<'_>) -> Option<Entries<'m>> {
        let main = self.main();
        if Self::is_apart(m, key, main.places()) {
            self.young()
        } else {
            Some(main)
        }
    }

    /// Whether half of the places are still free when one more entry is among those of `part`. The main part has a
    /// place for each entry that stands apart.
    fn has_room(self, part: Entries<'_>) -> bool {
        (self.known_count() + 1) * 2 <= self.main().places()
            && (self.is_main(part) || (self.young_count() + 1) * 2 <= part.places())
    }

    /// The entries to which that of `key` is to be added, with room for it.
    ///
    /// # Errors
    ///
    /// [`Stop`]: the table has the entries that it had.
    #[cold]
    fn make_room(self, m: &'m Mutator<'_>, key: Value<'m>) -> Result<Entries<'m>, Stop> {
        let mut main = self.main();
        if (self.known_count() + 1) * 2 > main.places() {
            main = self.rebuild(m, main, main.places() * 2)?;
        }
        if !Self::is_apart(m, key, main.places()) {
            return Ok(main);
        }
        let young = self.young();
        let places = young.map_or(0, Entries::places);
        if let Some(young) = young.filter(|_| (self.young_count() + 1) * 2 <= places) {
            return Ok(young);
        }
        self.rebuild_young(m, young, (2 * places).max(PLACES_MIN))
    }

    /// Takes half of the places. Without memory for them, the table stays as large as it is.
    #[cold]
    fn shrink(self, m: &'m Mutator<'_>, main: Entries<'m>) -> Result<(), Stop> {
        self.rebuild_smaller(m, main, main.places() / 2).map(drop)
    }

    /// As [`Self::shrink`], of the places apart.
    #[cold]
    fn shrink_young(self, m: &'m Mutator<'_>, young: Entries<'m>) -> Result<(), Stop> {
        match self.rebuild_young(m, Some(young), young.places() / 2) {
            Ok(_) | Err(Stop::Full { .. }) => Ok(()),
            Err(Stop::Interrupted) => Err(Stop::Interrupted),
        }
    }

    /// As [`Self::rebuild`], or leaves the entries if there is no memory for the places.
    ///
    /// # Errors
    ///
    /// [`Stop::Interrupted`]: the table keeps its places.
    fn rebuild_smaller(
        self,
        m: &'m Mutator<'_>,
        main: Entries<'m>,
        places: usize,
    ) -> Result<Entries<'m>, Stop> {
        match self.rebuild(m, main, places) {
            Err(Stop::Full { .. }) => Ok(main),
            result => result,
        }
    }

    /// Moves the entries of the main part to so many places. A table that becomes large, or small, also moves the
    /// entries of young keys to where they then belong.
    ///
    /// # Errors
    ///
    /// [`Stop`]: the table keeps its places.
    fn rebuild(
        self,
        m: &'m Mutator<'_>,
        old: Entries<'m>,
        places: usize,
    ) -> Result<Entries<'m>, Stop> {
        let new = Entries::allocate(m, places, self.keys())?;
        let was_mixed = old.places() <= MIXED_PLACES_MAX;
        let is_mixed = places <= MIXED_PLACES_MAX;
        let apart = if was_mixed && !is_mixed {
            Some(Entries::allocate(m, old.places(), self.keys())?)
        } else {
            None
        };
        let mut moved_apart = 0;
        let joins = self.young().filter(|_| is_mixed);
        let entries = old.used().chain(joins.into_iter().flat_map(Entries::used));
        for (index, entry) in entries.enumerate() {
            m.check_at(index)?;
            match apart.filter(|_| m.is_young(new.key_of(entry))) {
                Some(apart) => {
                    apart.put(m, entry);
                    moved_apart += 1;
                }
                None => new.put(m, entry),
            }
        }
        m.set_field(self.0, table::ENTRIES, new.vector());
        if was_mixed || is_mixed {
            self.set_young(m, apart.filter(|_| moved_apart > 0));
            self.set_counts(m, self.known_count(), moved_apart);
        }
        Ok(new)
    }

    /// Moves the entries that stand apart to so many places.
    ///
    /// # Errors
    ///
    /// [`Stop`]: they keep their places.
    fn rebuild_young(
        self,
        m: &'m Mutator<'_>,
        old: Option<Entries<'m>>,
        places: usize,
    ) -> Result<Entries<'m>, Stop> {
        let new = Entries::allocate(m, places, self.keys())?;
        for (index, entry) in old.into_iter().flat_map(Entries::used).enumerate() {
            m.check_at(index)?;
            new.put(m, entry);
        }
        self.set_young(m, Some(new));
        Ok(new)
    }

    /// Finds new places for all entries whose keys have moved, and forgets those whose keys are gone.
    ///
    /// # Errors
    ///
    /// [`Stop`]: the table stays stale.
    fn refresh(self, m: &'m Mutator<'_>) -> Result<(), Stop> {
        if self.0.field(table::STALE).word() != table::STALE_NONE {
            self.find_places(m)?;
        }
        Ok(())
    }

    #[inline(never)]
    fn find_places(self, m: &'m Mutator<'_>) -> Result<(), Stop> {
        self.join_young(m)?;
        let mut main = self.main();
        let is_all_stale = self.0.field(table::STALE).word() == table::STALE_ALL;
        if is_all_stale || main.places() <= MIXED_PLACES_MAX {
            if self.keys() == Keys::Weak {
                let count = main.forget_broken(m)?;
                let places = (4 * count).next_power_of_two().max(PLACES_MIN);
                if places * 2 <= main.places() {
                    main = self.rebuild_smaller(m, main, places)?;
                }
                self.set_counts(m, count, 0);
            }
            main.settle(m)?;
        }
        m.set_field(self.0, table::STALE, Value::FALSE);
        Ok(())
    }

    /// Moves the entries that stand apart to the main part: a collection has made their keys old. If all keys are
    /// stale, the entries are not yet where a search finds them.
    ///
    /// # Errors
    ///
    /// [`Stop`]: the table stays stale, and each entry is in one of the parts.
    fn join_young(self, m: &'m Mutator<'_>) -> Result<(), Stop> {
        let Some(young) = self.young() else {
            return Ok(());
        };
        let main = self.main();
        let mut left = self.young_count();
        for place in 0..young.places() {
            if let Err(stop) = m.check_at(place) {
                self.set_counts(m, self.known_count(), left);
                return Err(stop);
            }
            if let Some(entry) = young.take(m, place) {
                debug_assert!(!m.is_young(main.key_of(entry)), "old after a collection");
                main.put(m, entry);
                left -= 1;
            }
        }
        // Those that are left are broken, and are gone.
        self.set_counts(m, self.known_count() - left, 0);
        self.set_young(m, None);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
