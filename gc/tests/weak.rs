//! Weak pairs, ephemerons and guardians.

use gc::toy::{Session, ToyModel, enter};
use gc::{HeapOptions, ObjectModel, Scope};

fn with_session(body: impl for<'id> FnOnce(&mut Session<'id>)) {
    let options = HeapOptions {
        arena_bytes: HeapOptions::ARENA_BYTES_MIN,
        verify: true,
        ..HeapOptions::default()
    };
    enter(&options, body).expect("address space");
}

fn is_broken(session: &Session<'_>, root: usize) -> bool {
    session.field(session.root(root), 0).word() == ToyModel::BROKEN
}

#[test]
fn weak_pairs_break_when_their_object_goes_and_not_before() {
    for scope in [Scope::Minor, Scope::Full] {
        with_session(|session| {
            let object = session.pair(session.integer(1), session.integer(2));
            let weak = session.push_root(session.weak_pair(object, session.integer(3)));
            let kept = session.push_root(object);
            let _ = session.collect(scope);
            assert_eq!(
                session.field(session.root(weak), 0).word(),
                session.root(kept).word()
            );
            session.truncate_roots(kept);
            let _ = session.collect(Scope::Full);
            assert!(is_broken(session, weak));
            assert_eq!(
                session.as_integer(session.field(session.root(weak), 1)),
                Some(3)
            );
        });
    }
}

#[test]
fn a_minor_collection_breaks_weak_references_to_young_objects() {
    with_session(|session| {
        let object = session.pair(session.integer(1), session.integer(2));
        let weak = session.push_root(session.weak_pair(object, session.integer(3)));
        let _ = session.collect(Scope::Minor);
        assert!(is_broken(session, weak));
    });
}

#[test]
fn ephemerons_keep_their_value_as_long_as_the_key_even_in_chains() {
    for scope in [Scope::Minor, Scope::Full] {
        with_session(|session| {
            let leaf = session.pair(session.integer(5), session.integer(5));
            let middle = session.pair(session.integer(4), session.integer(4));
            let key = session.pair(session.integer(3), session.integer(3));
            let second = session.push_root(session.ephemeron(middle, leaf));
            let first = session.push_root(session.ephemeron(key, middle));
            let kept = session.push_root(key);
            let _ = session.collect(scope);
            let leaf = session.field(session.root(second), 1);
            assert_eq!(session.as_integer(session.field(leaf, 0)), Some(5));
            session.truncate_roots(kept);
            let _ = session.collect(Scope::Full);
            assert!(is_broken(session, first) && is_broken(session, second));
        });
    }
}

/// A chain of ephemerons: the value of each is the key of the next. Answers the roots of the first key and
/// of a list of all ephemerons, the last first.
fn chain(session: &Session<'_>, length: usize) -> (usize, usize) {
    let mut key = session.pair(session.integer(0), session.integer(0));
    let first = session.push_root(key);
    let list = session.push_root(session.integer(0));
    for number in 0..length {
        let value = session.pair(session.integer(number as i64), session.integer(0));
        let ephemeron = session.ephemeron(key, value);
        session.set_root(list, session.pair(ephemeron, session.root(list)));
        key = value;
    }
    (first, list)
}

#[test]
fn ephemerons_that_hang_on_one_another_are_looked_at_twice_at_most() {
    const LENGTH: usize = 2_000;
    for scope in [Scope::Minor, Scope::Full] {
        with_session(|session| {
            let (first, list) = chain(session, LENGTH);
            for scope in [scope, Scope::Full] {
                let before = session.mutator().statistics().ephemerons_examined;
                let _ = session.collect(scope);
                let after = session.mutator().statistics().ephemerons_examined;
                let examined = (after - before) as usize;
                assert!((LENGTH..=2 * LENGTH).contains(&examined), "{examined}");
            }
            let mut rest = session.root(list);
            for number in (0..LENGTH).rev() {
                let ephemeron = session.field(rest, 0);
                let value = session.field(session.field(ephemeron, 1), 0);
                assert_eq!(session.as_integer(value), Some(number as i64));
                rest = session.field(rest, 1);
            }
            session.set_root(first, session.integer(0));
            let _ = session.collect(Scope::Full);
            let last = session.push_root(session.field(session.root(list), 0));
            assert!(is_broken(session, last), "nothing holds the first key");
        });
    }
}

#[test]
fn an_ephemeron_whose_value_leads_to_its_key_still_goes() {
    with_session(|session| {
        let key = session.pair(session.integer(3), session.integer(3));
        let value = session.pair(key, key);
        let ephemeron = session.push_root(session.ephemeron(key, value));
        let _ = session.collect(Scope::Minor);
        assert!(is_broken(session, ephemeron));
    });
}

#[test]
fn guardians_bring_back_what_nothing_else_reaches() {
    for scope in [Scope::Minor, Scope::Full] {
        with_session(|session| {
            let guardian = session.push_root(session.guardian());
            let object = session.pair(session.integer(8), session.integer(9));
            session.guard(session.root(guardian), object);
            let kept = session.push_root(object);
            let _ = session.collect(scope);
            assert!(session.guarded(session.root(guardian)).is_none());
            session.truncate_roots(kept);
            let _ = session.collect(Scope::Full);
            let object = session.guarded(session.root(guardian)).unwrap();
            assert_eq!(session.as_integer(session.field(object, 1)), Some(9));
            assert!(session.guarded(session.root(guardian)).is_none());
        });
    }
}

#[test]
fn weak_pairs_to_guarded_objects_hold_until_the_guardian_lets_go() {
    with_session(|session| {
        let guardian = session.push_root(session.guardian());
        let object = session.pair(session.integer(8), session.integer(9));
        let weak = session.push_root(session.weak_pair(object, session.integer(0)));
        session.guard(session.root(guardian), object);
        let _ = session.collect(Scope::Minor);
        let _ = session.collect(Scope::Full);
        assert!(!is_broken(session, weak), "the guardian's queue holds it");
        assert!(session.guarded(session.root(guardian)).is_some());
        let _ = session.collect(Scope::Full);
        assert!(is_broken(session, weak));
    });
}

#[test]
fn a_guardian_reached_only_through_a_guarded_object_works_too() {
    with_session(|session| {
        let outer = session.push_root(session.guardian());
        let inner = session.guardian();
        let object = session.pair(session.integer(1), session.integer(1));
        session.guard(inner, object);
        session.guard(session.root(outer), inner);
        let _ = session.collect(Scope::Minor);
        let inner = session.guarded(session.root(outer)).unwrap();
        assert!(session.guarded(inner).is_some());
    });
}

#[test]
fn an_unreachable_guardian_takes_its_registrations_along() {
    with_session(|session| {
        let guardian = session.guardian();
        session.guard(
            guardian,
            session.pair(session.integer(1), session.integer(1)),
        );
        let first = guardian.word();
        let _ = session.collect(Scope::Minor);
        assert_eq!(session.mutator().statistics().old_bytes, 0);
        let again = session.guardian();
        assert_eq!(
            session.as_integer(session.field(again, 0)),
            Some(0),
            "the number is free"
        );
        assert_ne!(first, 0);
    });
}

#[test]
fn weak_roots_follow_their_objects_and_are_told_when_these_go() {
    for scope in [Scope::Minor, Scope::Full] {
        with_session(|session| {
            let kept = session.pair(session.integer(1), session.integer(2));
            let lost = session.pair(session.integer(3), session.integer(4));
            let state = session.mutator().state();
            for word in [kept.word(), lost.word(), session.integer(5).word()] {
                // SAFETY: values of this heap.
                unsafe { state.push_weak_root_word(word) };
            }
            let root = session.push_root(kept);
            let _ = session.collect(scope);
            let kept = session.root(root).word();
            let words = session.mutator().state().weak_root_words();
            assert_eq!(words, [Some(kept), None, Some(ToyModel::integer(5))]);
        });
    }
}

#[test]
fn weak_roots_see_what_guardians_bring_back() {
    with_session(|session| {
        let guardian = session.push_root(session.guardian());
        let object = session.pair(session.integer(1), session.integer(2));
        // SAFETY: a value of this heap.
        unsafe { session.mutator().state().push_weak_root_word(object.word()) };
        session.guard(session.root(guardian), object);
        let _ = session.collect(Scope::Full);
        let found = session.guarded(session.root(guardian)).map(gc::Value::word);
        assert!(found.is_some());
        assert_eq!(session.mutator().state().weak_root_words(), [found]);
    });
}
