//! The places of a table: open addressing by the addresses of keys.

use abi::object_layout::{PAYLOAD, WORD_BYTES, weak_pair};
use abi::tag::{self, Header, Kind};
use syntax::{Stop, Supervisor};

use crate::mutator::Mutator;
use crate::object::Object;
use crate::value::Value;

/// Entries that find new places at a time.
const MOVED_MAX: usize = 1 << 12;

/// How a table holds its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keys {
    /// The table keeps its keys.
    Strong,
    /// An entry goes when nothing but the table (or the entry's value) leads to its key.
    Weak,
}

/// How many places a group has, see [`Entries::home`]: their words are 128 bytes.
const GROUP_BITS: u32 = 3;

/// What is in a place: a key and its value, or an ephemeron of both and `#f`.
#[derive(Clone, Copy)]
pub(super) struct Words<'m> {
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
pub(super) struct Entries<'m> {
    object: Object<'m>,
    is_weak: bool,
}

impl<'m> Entries<'m> {
    /// So many free places, a power of two.
    ///
    /// # Errors
    ///
    /// [`Stop`].
    pub(super) fn allocate(m: &'m Mutator<'_>, places: usize, keys: Keys) -> Result<Self, Stop> {
        let bytes = Header::new(Kind::Vector, 2 * places as u64).object_bytes();
        Supervisor::reserve(m, bytes as usize)?;
        let object = m.allocate_many_values(Kind::Vector, 2 * places, Value::UNBOUND)?;
        Ok(Self {
            object,
            is_weak: keys == Keys::Weak,
        })
    }

    /// The vector `value`, which a table has as its entries.
    pub(super) fn of(value: Value<'m>, keys: Keys) -> Self {
        let object = Object::of_kind(value, Kind::Vector);
        Self {
            object: object.expect("tables have vectors of entries"),
            is_weak: keys == Keys::Weak,
        }
    }

    /// The vector of the words.
    pub(super) fn vector(self) -> Value<'m> {
        self.object.value()
    }

    /// A power of two.
    pub(super) fn places(self) -> usize {
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
    pub(super) fn is_entry(self, place: usize) -> bool {
        !self.is_free(place) && self.key(place) != Value::BROKEN
    }

    pub(super) fn key(self, place: usize) -> Value<'m> {
        self.key_of_first(self.first(place))
    }

    pub(super) fn value(self, place: usize) -> Value<'m> {
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
    pub(super) fn set_value(self, m: &Mutator<'_>, place: usize, value: Value<'_>) {
        match ephemeron(self.first(place)).filter(|_| self.is_weak) {
            Some(ephemeron) => m.set_field(ephemeron, weak_pair::CDR, value),
            None => m.set_field(self.object, PAYLOAD + (2 * place + 1) * WORD_BYTES, value),
        }
    }

    /// An entry at `place`, which is free.
    pub(super) fn add(self, m: &Mutator<'_>, place: usize, key: Value<'_>, value: Value<'_>) {
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

    /// Where a search for `key` begins. Neighbours, as indices that are counted up and objects that were made one after
    /// the other, stand side by side in groups: so they share lines of the processor's cache. The groups are scattered
    /// by the high bits of a product (Knuth, volume 3, 6.4), or a long run of neighbours would make one long cluster.
    fn home(self, key: Value<'_>) -> usize {
        let word = key.word();
        let number = if tag::is_fixnum(word) {
            word >> 3
        } else {
            word >> 4 ^ word << 60
        };
        let group_bits = self.places().trailing_zeros() - GROUP_BITS;
        let product = (number >> GROUP_BITS).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        // In two steps, as there may be one group alone.
        let group = product >> 1 >> (u64::BITS - 1 - group_bits);
        (group << GROUP_BITS | number & ((1 << GROUP_BITS) - 1)) as usize
    }

    fn next(self, place: usize) -> usize {
        (place + 1) & (self.places() - 1)
    }

    /// The place of `key`, or the free one where it belongs.
    pub(super) fn find(self, key: Value<'_>) -> Result<usize, usize> {
        let mut place = self.home(key);
        loop {
            match self.key(place) {
                found if found == key => return Ok(place),
                Value::UNBOUND => return Err(place),
                _ => place = self.next(place),
            }
        }
    }

    /// Adds the words of an entry whose key is not there: to the first place that is free from the key's home on.
    pub(super) fn put(self, m: &Mutator<'_>, entry: Words<'m>) {
        let mut place = self.home(self.key_of(entry));
        while !self.is_free(place) {
            place = self.next(place);
        }
        self.set(m, place, entry);
    }

    /// Takes the entry at `place` out, of entries of which nothing is looked for any more: its words, or `None` if
    /// there is no entry whose key is there.
    pub(super) fn take(self, m: &Mutator<'_>, place: usize) -> Option<Words<'m>> {
        let words = self.is_entry(place).then(|| self.words(place));
        if !self.is_free(place) {
            self.set(m, place, FREE);
        }
        words
    }

    pub(super) fn key_of(self, entry: Words<'m>) -> Value<'m> {
        self.key_of_first(entry.first)
    }

    /// The key of an entry of which this is the first word.
    fn key_of_first(self, first: Value<'m>) -> Value<'m> {
        if !self.is_weak {
            return first;
        }
        ephemeron(first).map_or(first, |ephemeron| ephemeron.field(weak_pair::CAR))
    }

    /// Frees `place` and moves what would not be found any more (Knuth, volume 3, 6.4, R).
    pub(super) fn remove(self, m: &Mutator<'_>, place: usize) {
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
    pub(super) fn forget_broken(self, m: &Mutator<'_>) -> Result<usize, Stop> {
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
    pub(super) fn settle(self, m: &Mutator<'_>) -> Result<(), Stop> {
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
                    let mut place = self.home(self.key_of(entry));
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
    pub(super) fn used(self) -> impl Iterator<Item = Words<'m>> {
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
