//! The verifier is itself tested: it finds planted mistakes.

use std::num::NonZeroU32;
use std::panic::{AssertUnwindSafe, catch_unwind};

use gc::toy::{Session, ToyModel, enter};
use gc::{HeapOptions, ObjectModel, Outcome, Scope, Zeal};

fn options() -> HeapOptions {
    HeapOptions {
        arena_bytes: HeapOptions::ARENA_BYTES_MIN,
        verify: true,
        ..HeapOptions::default()
    }
}

/// The panic's message of a minor collection.
fn collect_and_catch(session: &mut Session<'_>) -> String {
    let result = catch_unwind(AssertUnwindSafe(|| session.collect(Scope::Minor)));
    let payload = result.expect_err("the verifier finds the mistake");
    payload
        .downcast_ref::<String>()
        .expect("a formatted message")
        .clone()
}

#[test]
fn a_removed_barrier_is_found() {
    enter(&options(), |session| {
        let old = session.push_root(session.pair(session.integer(0), session.integer(0)));
        assert_eq!(session.collect(Scope::Minor), Outcome::Done);
        let young = session.pair(session.integer(1), session.integer(1)).word();
        let address = ToyModel::reference(session.root(old).word()).unwrap();
        // SAFETY: the pair is alive. The barrier is left out on purpose.
        unsafe { address.store_word(young) };
        let message = collect_and_catch(session);
        assert!(message.contains(&format!("slot {address}")), "{message}");
        assert!(message.contains("no barrier remembered"), "{message}");
    })
    .unwrap();
}

#[test]
fn an_unregistered_root_range_is_found() {
    enter(&options(), |session| {
        let young = session.pair(session.integer(1), session.integer(1)).word();
        session.mutator().state().push_forgotten_root(young);
        let message = collect_and_catch(session);
        assert!(message.contains(&format!("{young:#x}")), "{message}");
        assert!(
            message.contains("a young object after a collection"),
            "{message}"
        );
    })
    .unwrap();
}

#[test]
fn a_reference_into_freed_memory_is_found() {
    enter(&options(), |session| {
        let root = session.push_root(session.pair(session.integer(0), session.integer(0)));
        let _ = session.collect(Scope::Minor);
        let stale = session.root(root).word();
        session.truncate_roots(root);
        let _ = session.collect(Scope::Full);
        session.mutator().state().push_forgotten_root(stale);
        let message = collect_and_catch(session);
        assert!(message.contains("freed memory"), "{message}");
    })
    .unwrap();
}

#[test]
fn a_reference_into_the_middle_of_an_object_is_found() {
    enter(&options(), |session| {
        let root = session.push_root(session.vector(&[session.integer(0); 7]));
        let _ = session.collect(Scope::Minor);
        let middle = session.root(root).word() + 16;
        session.mutator().state().push_forgotten_root(middle);
        let message = collect_and_catch(session);
        assert!(message.contains("the inside of an object"), "{message}");
    })
    .unwrap();
}

#[test]
fn zeal_collects_at_every_nth_poll_and_moves_everything_every_other_time() {
    let zeal = Some(Zeal::Every(NonZeroU32::new(2).unwrap()));
    enter(&HeapOptions { zeal, ..options() }, |session| {
        let root = session.push_root(session.pair(session.integer(1), session.integer(2)));
        let mut words = vec![session.root(root).word()];
        for _ in 0..8 {
            assert!(
                session.mutator().poll_requested(),
                "every poll takes the slow path"
            );
            assert_eq!(session.poll(), Outcome::Done);
            words.push(session.root(root).word());
        }
        let statistics = session.mutator().statistics();
        assert_eq!((statistics.minor.count, statistics.full.count), (2, 2));
        assert_eq!(words[0], words[1]);
        assert_ne!(words[1], words[2]);
        assert_ne!(words[3], words[4]);
        assert_eq!(words[4..=6], [words[4]; 3]);
        assert_eq!(words[7], words[8], "marked in place");
    })
    .unwrap();
}

#[test]
fn zeal_refuses_reservations_once() {
    let zeal = Some(Zeal::Every(NonZeroU32::MIN));
    enter(&HeapOptions { zeal, ..options() }, |session| {
        assert!(session.mutator().reserve(64).is_err());
        assert_eq!(session.collect_for(64), Outcome::Done);
        assert_eq!(session.mutator().reserve(64), Ok(()));
    })
    .unwrap();
}
