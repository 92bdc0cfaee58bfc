//! `equal?` (R7RS 6.1), which ends for circular data, and soon for data that share much.
//!
//! Parts are compared without a note of them at first. From some number of parts on, some of the pairs and vectors
//! are noted: two objects whose comparison has begun are put into one class. Meeting both again needs no second look
//! (Adams and Dybvig: Efficient Nondestructive Equality Checking for Trees and Graphs, 2008).
//!
//! Phases without notes and phases with notes take turns. A phase with notes goes on as long as it meets again what was
//! noted, and ends when it has joined many classes in a row: more in a row where it has met more again. So what it
//! takes to come back to where the last phase ended is paid for by what is noted there. As no more classes can be
//! joined than there are objects, the phases are few, and the comparison ends. The phases without notes are long where
//! nothing is met twice, so that a list or tree costs hardly more than its parts. They are short where something was.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use abi::tag::Kind;
use syntax::{Stop, Supervisor};

use super::check;
use super::equivalence::eqv;
use crate::arguments::Args;
use crate::error::PrimitiveResult;
use crate::mutator::Mutator;
use crate::object::Object;
use crate::object::bytevector::are_equal;
use crate::object::string::StringObject;
use crate::value::Value;

/// Pairs and vectors that are compared before the first of them is noted.
const UNNOTED_FIRST: usize = 1 << 16;
/// Classes that a phase with notes joins at least.
const JOINS: usize = 32;
/// The shortest and the longest phase without notes, in pairs and vectors; what a phase takes is about that.
const UNNOTED_MIN: usize = 8 * JOINS;
const UNNOTED_MAX: usize = 128 * JOINS;
/// Notes between two questions to the supervisor.
const NOTES_BETWEEN_CHECKS: usize = 1 << 12;
/// What the comparison itself takes is announced from so many entries on.
const UNANNOUNCED: usize = 1 << 10;

/// `equal?`
pub(crate) fn is_equal<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    Ok(Value::boolean(equal(m, args[0], args[1])?))
}

/// `equal?`
///
/// # Errors
///
/// [`Stop`], of large structures.
pub(crate) fn equal<'m>(m: &'m Mutator<'_>, a: Value<'m>, b: Value<'m>) -> Result<bool, Stop> {
    if eqv(a, b) {
        return Ok(true);
    }
    if !(a.is_pair() && b.is_pair() || a.is_kind(Kind::Vector) && b.is_kind(Kind::Vector)) {
        return leaves(m, a, b);
    }
    let mut comparison = Comparison {
        m,
        pending: Vec::new(),
        until_note: UNNOTED_FIRST,
        notes: None,
    };
    comparison.run(a, b)
}

/// Whether two objects without parts, which are not `eqv?`, have equal contents.
fn leaves<'m>(m: &'m Mutator<'_>, a: Value<'m>, b: Value<'m>) -> Result<bool, Stop> {
    let (Some(x), Some(y)) = (Object::of(a), Object::of(b)) else {
        return Ok(false);
    };
    match (x.kind(), y.kind()) {
        (Kind::String, Kind::String) => match (StringObject::of(a), StringObject::of(b)) {
            (Some(a), Some(b)) => a.is_equal(m, b),
            _ => Ok(false),
        },
        (Kind::Bytevector, Kind::Bytevector) => are_equal(m, x.bytes(), y.bytes()),
        _ => Ok(false),
    }
}

/// Two pairs, or two vectors of one length, whose parts from `index` on are still to be compared. The parts of a pair
/// are its car and its cdr.
#[derive(Clone, Copy)]
struct Rest<'m> {
    a: Value<'m>,
    b: Value<'m>,
    index: usize,
}

struct Comparison<'m, 'id> {
    m: &'m Mutator<'id>,
    pending: Vec<Rest<'m>>,
    /// The next note is taken when so many pairs and vectors were met.
    until_note: usize,
    notes: Option<Box<Notes>>,
}

impl<'m> Comparison<'m, '_> {
    fn run(&mut self, a: Value<'m>, b: Value<'m>) -> Result<bool, Stop> {
        let mut next = Some((a, b));
        while let Some((a, b)) = next {
            if !self.compare(a, b)? {
                return Ok(false);
            }
            next = self.next()?;
        }
        Ok(true)
    }

    /// Compares two values up to what becomes pending.
    #[inline]
    fn compare(&mut self, mut a: Value<'m>, mut b: Value<'m>) -> Result<bool, Stop> {
        while !eqv(a, b) {
            let (Some((car, cdr)), Some((other_car, other_cdr))) = (self.m.pair(a), self.m.pair(b))
            else {
                return self.objects(a, b);
            };
            if self.is_known(a, b)? {
                break;
            }
            if eqv(car, other_car) {
                (a, b) = (cdr, other_cdr);
                continue;
            }
            if !eqv(cdr, other_cdr) {
                self.push(Rest { a, b, index: 1 })?;
            }
            (a, b) = (car, other_car);
        }
        Ok(true)
    }

    fn objects(&mut self, a: Value<'m>, b: Value<'m>) -> Result<bool, Stop> {
        let (Some(x), Some(y)) = (
            Object::of_kind(a, Kind::Vector),
            Object::of_kind(b, Kind::Vector),
        ) else {
            return leaves(self.m, a, b);
        };
        if x.size() != y.size() {
            return Ok(false);
        }
        if !self.is_known(a, b)? {
            self.push(Rest { a, b, index: 0 })?;
        }
        Ok(true)
    }

    /// The next two pending parts that are not `eqv?`.
    #[inline]
    fn next(&mut self) -> Result<Option<(Value<'m>, Value<'m>)>, Stop> {
        while let Some(Rest { a, b, index }) = self.pending.pop() {
            if let (Some((_, cdr)), Some((_, other_cdr))) = (self.m.pair(a), self.m.pair(b)) {
                return Ok(Some((cdr, other_cdr)));
            }
            if let Some(parts) = self.elements(a, b, index)? {
                return Ok(Some(parts));
            }
        }
        Ok(None)
    }

    /// The first elements of two vectors from `start` on that are not `eqv?`; those after them become pending.
    fn elements(
        &mut self,
        a: Value<'m>,
        b: Value<'m>,
        start: usize,
    ) -> Result<Option<(Value<'m>, Value<'m>)>, Stop> {
        let (Some(x), Some(y)) = (Object::of(a), Object::of(b)) else {
            return Ok(None);
        };
        let size = x.size();
        for index in start..size {
            self.m.check_at(index)?;
            let offset = check::element(index);
            let parts = (x.field(offset), y.field(offset));
            if !eqv(parts.0, parts.1) {
                if index + 1 < size {
                    let index = index + 1;
                    self.push(Rest { a, b, index })?;
                }
                return Ok(Some(parts));
            }
        }
        Ok(None)
    }

    #[inline]
    fn push(&mut self, rest: Rest<'m>) -> Result<(), Stop> {
        if self.pending.len() == self.pending.capacity() {
            self.announce()?;
        }
        self.pending.push(rest);
        Ok(())
    }

    /// Whether two pairs or vectors are equal if those are that are being compared.
    #[inline(always)]
    fn is_known(&mut self, a: Value<'m>, b: Value<'m>) -> Result<bool, Stop> {
        self.until_note -= 1;
        if self.until_note > 0 {
            return Ok(false);
        }
        self.note(a, b)
    }

    #[cold]
    #[inline(never)]
    fn note(&mut self, a: Value<'m>, b: Value<'m>) -> Result<bool, Stop> {
        self.until_note = 1;
        let notes = self.notes.get_or_insert_default();
        notes.count += 1;
        let is_check_due = notes.count.is_multiple_of(NOTES_BETWEEN_CHECKS) || notes.is_phase_new();
        if notes.classes.is_full() {
            self.announce()?;
        }
        if is_check_due {
            self.m.check()?;
        }
        let notes = self.notes.get_or_insert_default();
        if !notes.classes.join(a.word(), b.word()) {
            notes.met_again += 1;
            notes.joined_in_a_row = 0;
            return Ok(true);
        }
        notes.joined_in_a_row += 1;
        if notes.joined_in_a_row == JOINS + notes.met_again {
            self.until_note = notes.end_phase();
        }
        Ok(false)
    }

    /// Announces what is pending and noted, both with twice the room.
    #[cold]
    #[inline(never)]
    fn announce(&self) -> Result<(), Stop> {
        let noted = self.notes.as_ref().map_or(0, |notes| notes.classes.0.len());
        if self.pending.len().max(noted) < UNANNOUNCED {
            return Ok(());
        }
        // The old room stays until what was in it is copied.
        let pending_bytes = 3 * self.pending.len() * size_of::<Rest<'_>>();
        let noted_bytes = 6 * noted * size_of::<(u64, u64)>();
        self.m.announce(pending_bytes + noted_bytes)
    }
}

/// What was noted, and how phases went.
struct Notes {
    classes: Classes,
    count: usize,
    /// In the present phase: how often objects were met again, and how many classes were joined since.
    met_again: usize,
    joined_in_a_row: usize,
    /// How long phases without notes are.
    unnoted: usize,
    random: u64,
}

impl Default for Notes {
    fn default() -> Self {
        Self {
            classes: Classes::default(),
            count: 0,
            met_again: 0,
            joined_in_a_row: 0,
            unnoted: UNNOTED_MAX,
            random: 0x9e37_79b9_7f4a_7c15,
        }
    }
}

impl Notes {
    const fn is_phase_new(&self) -> bool {
        self.met_again == 0 && self.joined_in_a_row == 0
    }

    /// After how many pairs and vectors the next phase with notes begins: at random, so that no period of the data
    /// hides what would be met again.
    fn end_phase(&mut self) -> usize {
        self.unnoted = if self.met_again > 0 {
            UNNOTED_MIN
        } else {
            (self.unnoted * 2).min(UNNOTED_MAX)
        };
        (self.met_again, self.joined_in_a_row) = (0, 0);
        // Marsaglia: Xorshift RNGs, 2003.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        1 + self.unnoted / 2 + self.random as usize % self.unnoted
    }
}

/// Classes of objects that were found, or are assumed, to be equal: union-find by address.
#[derive(Default)]
struct Classes(HashMap<u64, u64, BuildHasherDefault<AddressHasher>>);

impl Classes {
    fn is_full(&self) -> bool {
        self.0.len() == self.0.capacity()
    }

    fn find(&mut self, mut word: u64) -> u64 {
        while let Some(&parent) = self.0.get(&word) {
            if let Some(&grandparent) = self.0.get(&parent) {
                self.0.insert(word, grandparent);
            }
            word = parent;
        }
        word
    }

    /// Makes one class of two; false if they were one already.
    fn join(&mut self, a: u64, b: u64) -> bool {
        let (a, b) = (self.find(a), self.find(b));
        if a != b {
            self.0.insert(a, b);
        }
        a != b
    }
}

/// Hashes one word (Knuth's multiplicative hashing).
#[derive(Default)]
struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = super::equivalence::mix(self.0, word);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::mutator;

    /// Far more than is compared without notes.
    const MANY: i64 = 300_000;

    fn number<'m>(number: i64) -> Value<'m> {
        Value::fixnum(number).unwrap()
    }

    /// A list of so many different elements, and its last pair.
    fn list<'m>(m: &'m Mutator<'_>, length: i64) -> (Value<'m>, Value<'m>) {
        let last = m.cons(number(length - 1), Value::NULL);
        let before = (0..length - 1).rev();
        let list = before.fold(last, |rest, index| m.cons(number(index), rest));
        (list, last)
    }

    /// A list without end that repeats so many equal elements.
    fn cycle<'m>(m: &'m Mutator<'_>, length: usize) -> Value<'m> {
        let last = m.cons(Value::TRUE, Value::NULL);
        let first = (1..length).fold(last, |rest, _| m.cons(Value::TRUE, rest));
        m.set_cdr(last, first).unwrap();
        first
    }

    #[test]
    fn long_lists_are_compared_to_their_ends() {
        let m = mutator();
        let ((a, _), (b, last)) = (list(&m, MANY), list(&m, MANY));
        assert_eq!(equal(&m, a, b), Ok(true));
        m.set_car(last, Value::TRUE).unwrap();
        assert_eq!(equal(&m, a, b), Ok(false));
    }

    #[test]
    fn cycles_of_different_lengths_are_equal_if_their_elements_are() {
        let m = mutator();
        let (a, b) = (cycle(&m, 100_003), cycle(&m, 99_991));
        assert_eq!(equal(&m, a, b), Ok(true));
        m.set_car(a, Value::FALSE).unwrap();
        assert_eq!(equal(&m, a, b), Ok(false));
    }

    #[test]
    fn data_that_share_much_are_compared_in_time_for_what_they_hold() {
        let m = mutator();
        // Each pair or vector of a level has two parts, each of which is one of those of the level below.
        for width in [1, 50, 3000] {
            let graph = |last: i64| {
                let mut level: Vec<Value<'_>> = (0..width).map(|_| number(last)).collect();
                for height in 0..30_000 / width {
                    let part = |index: i64| level[(index % width) as usize];
                    let node = |index: i64| {
                        let parts = [part(index + height), part(index * 7 + 3)];
                        if index % 3 == 0 {
                            m.allocate_fields(Kind::Vector, parts).value()
                        } else {
                            m.cons(parts[0], parts[1])
                        }
                    };
                    level = (0..width).map(node).collect();
                }
                level[0]
            };
            assert_eq!(equal(&m, graph(1), graph(1)), Ok(true), "{width}");
            assert_eq!(equal(&m, graph(1), graph(2)), Ok(false), "{width}");
        }
    }

    #[test]
    fn levels_of_vectors_whose_elements_lead_to_the_level_below_are_compared_in_time_for_what_they_hold()
     {
        let m = mutator();
        for (levels, width) in [(100, 1_000), (20, 10_000), (3_000, 50)] {
            for chain in [1, 10] {
                let graph = |last| {
                    (0..levels / chain).fold(Value::count(last), |below, _| {
                        let vector = m.allocate_values(Kind::Vector, width, Value::FALSE);
                        for index in 0..width {
                            let element =
                                (0..chain).fold(below, |rest, _| m.cons(Value::ZERO, rest));
                            m.set_field(vector, check::element(index), element);
                        }
                        vector.value()
                    })
                };
                assert_eq!(equal(&m, graph(1), graph(1)), Ok(true));
                assert_eq!(equal(&m, graph(1), graph(2)), Ok(false));
            }
        }
    }

    #[test]
    fn circular_graphs_are_compared_in_time_for_what_they_hold() {
        let m = mutator();
        let graph = || {
            let count = 40_000;
            let nodes: Vec<Value<'_>> = (0..count)
                .map(|_| m.cons(Value::NULL, Value::NULL))
                .collect();
            let mut random: usize = 1;
            for &node in &nodes {
                let mut other = || {
                    random = (random * 1_103_515_245 + 12345) % (1 << 31);
                    nodes[random / 7 % count]
                };
                m.set_car(node, other()).unwrap();
                m.set_cdr(node, other()).unwrap();
            }
            nodes[0]
        };
        assert_eq!(equal(&m, graph(), graph()), Ok(true));
    }

    #[test]
    fn an_interrupt_ends_a_comparison_of_cycles() {
        let m = mutator();
        m.raise_interrupt();
        let answer = equal(&m, cycle(&m, 100_003), cycle(&m, 99_991));
        assert_eq!(answer, Err(Stop::Interrupted));
    }
}
