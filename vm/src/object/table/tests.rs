//! Tables, against what they are to hold.

use abi::object_layout::{PAYLOAD, WORD_BYTES};
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
    assert!(table.main().places() < 1000);
    for key in m.elements(m.handlers()) {
        assert_eq!(table.get(&m, key), Ok(Some(m.pair(key).unwrap().0)));
    }
}

/// Numbers that look random: xorshift (Marsaglia 2003).
struct Choices(u64);

impl Choices {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound
    }
}

/// The vector of keys in the second register; a key that is away is a number.
fn keys<'m>(m: &'m Mutator<'_>) -> Object<'m> {
    Object::of_kind(m.handlers(), Kind::Vector).unwrap()
}

fn agrees(m: &Mutator<'_>, expected: &[Option<usize>], context: &str) {
    let table = TableObject::of(m.winders()).unwrap();
    let count = expected.iter().flatten().count();
    assert_eq!(table.count(m), Ok(count), "{context}");
    assert_eq!(table.all(m).unwrap().count(), count, "{context}");
    assert_eq!(table.any(m).unwrap().is_some(), count > 0, "{context}");
    for (index, value) in expected.iter().enumerate() {
        let key = keys(m).field(PAYLOAD + index * WORD_BYTES);
        if m.pair(key).is_some() || key.as_index().is_some_and(|number| number % 2 == 0) {
            let found = table.get(m, key).unwrap();
            assert_eq!(
                found.and_then(Value::as_index),
                *value,
                "{context}: {index}"
            );
        }
    }
    assert!(
        count * 2 <= table.main().places(),
        "{context}: half is free"
    );
    let apart = table.young().map_or(0, |young| young.used().count());
    assert_eq!(apart, table.young_count(), "{context}");
}

/// Random changes of a table, with collections of both kinds in between. Even numbers are keys of their own, odd ones
/// stand for no key.
fn changes_and_collections(seed: u64, count: usize, kind: Keys) {
    let mut m = mutator();
    m.set_winders(TableObject::allocate(&m, kind).unwrap());
    let vector = m
        .allocate_many_values(Kind::Vector, count, Value::count(1))
        .unwrap();
    m.set_handlers(vector.value());
    let mut expected = vec![None; count];
    let mut choices = Choices(seed);
    for step in 0..12 * count {
        let index = choices.below(count);
        let context = format!("seed {seed}, {kind:?}, step {step}");
        let table = TableObject::of(m.winders()).unwrap();
        let key = keys(&m).field(PAYLOAD + index * WORD_BYTES);
        match choices.below(8) {
            // While the table is to grow, few keys go.
            0 | 1 if expected[index].is_some() && (step / count) % 4 > 1 => {
                table.delete(&m, key).unwrap();
                expected[index] = None;
            }
            _ => {
                let key = match key.as_index() {
                    Some(1) if index.is_multiple_of(7) => Value::count(2 * index),
                    Some(1) => m.cons(Value::count(index), Value::NULL),
                    _ => key,
                };
                m.set_field(keys(&m), PAYLOAD + index * WORD_BYTES, key);
                table.set(&m, key, Value::count(step)).unwrap();
                expected[index] = Some(step);
            }
        }
        if choices.below(count / 2) == 0 {
            for _ in 0..=choices.below(3) {
                let scope = [Scope::Minor, Scope::Minor, Scope::Full][choices.below(3)];
                let _ = m.collect_for(CollectReason::Forced(scope));
            }
            agrees(&m, &expected, &context);
        }
    }
    agrees(&m, &expected, &format!("seed {seed}, {kind:?}"));
    let most = count - count / 8;
    for (index, expected) in expected.iter_mut().enumerate().take(most) {
        let key = keys(&m).field(PAYLOAD + index * WORD_BYTES);
        if kind == Keys::Strong || m.pair(key).is_none() {
            TableObject::of(m.winders())
                .unwrap()
                .delete(&m, key)
                .unwrap();
        }
        *expected = None;
        m.set_field(keys(&m), PAYLOAD + index * WORD_BYTES, Value::count(1));
    }
    if kind == Keys::Weak {
        let _ = m.collect_for(CollectReason::Forced(Scope::Full));
    }
    agrees(&m, &expected, &format!("seed {seed}, {kind:?}, at the end"));
}

#[test]
fn a_table_holds_what_was_put_into_it_whatever_is_collected() {
    for seed in 1..=6 {
        for kind in [Keys::Strong, Keys::Weak] {
            for count in [20, 200, 3000] {
                changes_and_collections(seed, count, kind);
            }
        }
    }
}
