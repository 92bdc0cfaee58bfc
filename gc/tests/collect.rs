//! Objects that collections keep, move and free, and the statistics of these collections.

use std::cell::RefCell;
use std::rc::Rc;

use gc::toy::{Session, ToyModel, enter};
use gc::{CHUNK_BYTES, Full, HeapOptions, ObjectModel, Outcome, Scope};

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

fn options() -> HeapOptions {
    HeapOptions {
        arena_bytes: HeapOptions::ARENA_BYTES_MIN,
        nursery_bytes: HeapOptions::NURSERY_BYTES_MIN,
        full_bytes_min: MIB,
        verify: true,
        ..HeapOptions::default()
    }
}

/// A list of the integers below `length`, as the last root.
fn push_list(session: &mut Session<'_>, length: i64) -> usize {
    let root = session.push_root(session.integer(0));
    for number in 0..length {
        assert_eq!(session.poll(), Outcome::Done);
        let rest = session.root(root);
        session.set_root(root, session.pair(session.integer(number), rest));
    }
    root
}

fn list_sum(session: &Session<'_>, root: usize) -> i64 {
    let (mut list, mut sum) = (session.root(root), 0);
    while session.length(list) == 2 {
        sum += session
            .as_integer(session.field(list, 0))
            .expect("an integer");
        list = session.field(list, 1);
    }
    sum
}

#[test]
fn what_lives_survives_both_kinds_of_collection() {
    enter(&options(), |session| {
        let root = push_list(session, 20_000);
        for scope in [Scope::Minor, Scope::Full, Scope::Minor, Scope::Full] {
            assert_eq!(session.collect(scope), Outcome::Done);
            assert_eq!(list_sum(session, root), 199_990_000);
        }
        assert!(
            session.mutator().statistics().minor.count > 2,
            "polls collected, too"
        );
    })
    .unwrap();
}

#[test]
fn garbage_in_a_loop_takes_no_memory() {
    enter(&options(), |session| {
        for _ in 0..64 {
            let root = push_list(session, 20_000);
            session.truncate_roots(root);
        }
        let _ = session.collect(Scope::Full);
        let statistics = session.mutator().statistics();
        assert_eq!(statistics.old_bytes, 0);
        assert_eq!(statistics.allocated_bytes, 64 * 20_000 * 16);
    })
    .unwrap();
}

#[test]
fn allocated_bytes_are_exact() {
    enter(&options(), |session| {
        let before = session.mutator().statistics().allocated_bytes;
        assert_eq!(session.mutator().statistics().allocated_bytes, before);
        session.pair(session.integer(1), session.integer(2));
        session.vector(&[session.integer(0); 2]);
        session.vector(&[session.integer(0); 2000]);
        session.pinned_vector(3);
        let after = session.mutator().statistics().allocated_bytes;
        assert_eq!(after - before, 16 + 32 + 16_016 + 32);
    })
    .unwrap();
}

#[test]
fn large_objects_never_move_and_are_freed() {
    enter(&options(), |session| {
        let root = session.push_root(session.vector(&vec![session.integer(7); 10_000]));
        let word = session.root(root).word();
        let young = session.pair(session.integer(1), session.integer(2));
        session.set_field(session.root(root), 5, young).unwrap();
        for scope in [Scope::Minor, Scope::Full] {
            assert_eq!(session.collect(scope), Outcome::Done);
            assert_eq!(session.root(root).word(), word);
            let pair = session.field(session.root(root), 5);
            assert_eq!(session.as_integer(session.field(pair, 1)), Some(2));
        }
        session.truncate_roots(root);
        let _ = session.collect(Scope::Full);
        assert_eq!(session.mutator().statistics().old_bytes, 0);
    })
    .unwrap();
}

#[test]
fn pinned_objects_never_move_and_their_holes_are_used_again() {
    enter(&options(), |session| {
        let kept = session.push_root(session.pinned_vector(3));
        let freed = session.pinned_vector(3).word();
        session.push_root(session.pinned_vector(3));
        let word = session.root(kept).word();
        let _ = session.collect(Scope::Full);
        assert_eq!(session.root(kept).word(), word);
        assert_eq!(session.pinned_vector(3).word(), freed);
    })
    .unwrap();
}

#[test]
fn pinned_garbage_in_a_loop_takes_no_memory() {
    enter(&options(), |session| {
        let kept = session.push_root(session.pinned_vector(3));
        let held = |session: &Session<'_>| session.mutator().arena().heap_bytes_in_use();
        for round in 0..100_000 {
            session.pinned_vector(7);
            assert_eq!(session.poll(), Outcome::Done);
            if round % 1000 == 0 {
                assert!(held(session) <= 4 * MIB, "{}", held(session));
            }
        }
        assert!(session.mutator().statistics().full.count > 2);
        assert_eq!(session.collect(Scope::Full), Outcome::Done);
        assert_eq!(session.mutator().statistics().old_bytes, 32);
        assert_eq!(session.length(session.root(kept)), 3);
    })
    .unwrap();
}

#[test]
fn what_is_charged_outside_makes_the_heap_full_until_it_is_dropped() {
    let options = HeapOptions {
        heap_bytes_max: Some(8 * MIB),
        ..options()
    };
    enter(&options, |session| {
        let exempt = session.mutator().charge(100 * MIB, 0);
        session.mutator().exempt_charges();
        let room_bytes = session.mutator().chargeable_bytes();
        assert_eq!(room_bytes, 8 * MIB);
        let charge = session.mutator().try_charge(7 * MIB).unwrap();
        assert_eq!(
            session.mutator().try_charge(2 * MIB).err(),
            Some(Full { bytes: 2 * MIB })
        );
        assert_eq!(
            session.collect_for(2 * MIB),
            Outcome::Exhausted {
                needed_bytes: 2 * MIB
            }
        );
        drop(charge);
        assert_eq!(session.collect_for(2 * MIB), Outcome::Done);
        assert!(session.mutator().try_charge(2 * MIB).is_ok());
        drop(exempt);
    })
    .unwrap();
}

#[test]
fn polls_are_requested_only_when_the_budget_is_spent() {
    enter(&options(), |session| {
        session.pair(session.integer(0), session.integer(0));
        assert!(!session.mutator().poll_requested());
        for _ in 0..HeapOptions::NURSERY_BYTES_MIN / 16 {
            session.pair(session.integer(0), session.integer(0));
        }
        assert!(session.mutator().poll_requested());
        assert_eq!(session.poll(), Outcome::Done);
        assert!(!session.mutator().poll_requested());
        assert_eq!(session.mutator().statistics().minor.count, 1);
    })
    .unwrap();
}

#[test]
fn storing_young_values_without_end_requests_a_poll() {
    enter(&options(), |session| {
        let old = session.push_root(session.vector(&[session.integer(0); 2]));
        assert_eq!(session.collect(Scope::Minor), Outcome::Done);
        let young = session.push_root(session.pair(session.integer(0), session.integer(0)));
        let mut stores = 0;
        while !session.mutator().poll_requested() {
            let (vector, value) = (session.root(old), session.root(young));
            session.set_field(vector, stores % 2, value).unwrap();
            stores += 1;
            assert!(stores < 1 << 20);
        }
        assert_eq!(session.poll(), Outcome::Done);
        assert!(!session.mutator().poll_requested());
    })
    .unwrap();
}

#[test]
fn allocation_goes_on_far_beyond_the_budget() {
    enter(&options(), |session| {
        let root = session.push_root(session.integer(0));
        for number in 0..500_000 {
            session.set_root(
                root,
                session.pair(session.integer(number), session.root(root)),
            );
        }
        assert_eq!(session.poll(), Outcome::Done);
        assert_eq!(list_sum(session, root), 499_999 * 250_000);
    })
    .unwrap();
}

#[test]
fn a_request_beyond_the_maximum_exhausts_and_the_program_goes_on() {
    let options = HeapOptions {
        heap_bytes_max: Some(4 * MIB),
        ..options()
    };
    enter(&options, |session| {
        let root = push_list(session, 50_000);
        assert_eq!(
            session.mutator().reserve(7 * MIB / 2),
            Err(Full { bytes: 7 * MIB / 2 })
        );
        assert_eq!(
            session.collect_for(7 * MIB / 2),
            Outcome::Exhausted {
                needed_bytes: 7 * MIB / 2
            }
        );
        assert_eq!(list_sum(session, root), 49_999 * 25_000);
        assert_eq!(
            session.mutator().reserve(5 * MIB / 2),
            Err(Full { bytes: 5 * MIB / 2 })
        );
        assert_eq!(session.collect_for(5 * MIB / 2), Outcome::Done);
        assert_eq!(session.mutator().reserve(5 * MIB / 2), Ok(()));
        assert_eq!(session.mutator().reserve(KIB), Ok(()));
    })
    .unwrap();
}

#[test]
fn room_that_a_collection_has_made_is_used_up_by_what_is_allocated() {
    let options = HeapOptions {
        heap_bytes_max: Some(4 * MIB),
        ..options()
    };
    enter(&options, |session| {
        let bytes = 2 * MIB;
        let full = Err(Full { bytes });
        assert_eq!(session.mutator().reserve(bytes), full);
        assert_eq!(session.collect_for(bytes), Outcome::Done);
        for asked in [bytes, bytes, bytes / 2] {
            let answer = session.mutator().reserve(asked);
            assert_eq!(answer, Ok(()), "nothing was allocated yet");
        }
        let vector = session.vector(&vec![session.integer(1); bytes / 8 - 1]);
        session.push_root(vector);
        assert_eq!(session.mutator().reserve(bytes), full);
        assert_eq!(session.collect_for(bytes), Outcome::Done);
        assert_eq!(session.mutator().reserve(bytes), Ok(()));
    })
    .unwrap();
}

#[test]
fn many_small_requests_are_refused_if_no_poll_comes_between() {
    enter(&options(), |session| {
        let bytes = 8 * KIB;
        let mut taken = 0;
        while session.mutator().reserve(bytes).is_ok() {
            let vector = session.vector(&vec![session.integer(1); bytes / 8 - 1]);
            session.push_root(vector);
            taken += bytes;
            assert!(taken < MIB, "the nursery is not endless");
        }
        assert!(taken > HeapOptions::NURSERY_BYTES_MIN, "polls come first");
        assert_eq!(session.collect_for(bytes), Outcome::Done);
        assert_eq!(session.mutator().reserve(bytes), Ok(()));
    })
    .unwrap();
}

/// The last roots: vectors of 33,000 bytes, each in a chunk, as many as the heap takes.
fn push_large_vectors(session: &mut Session<'_>) -> std::ops::Range<usize> {
    const WORDS: usize = 33_000 / 8;
    let first = session.push_root(session.integer(0));
    let mut end = first;
    loop {
        if session.mutator().reserve(33_008).is_err()
            && session.collect_for(33_008) != Outcome::Done
        {
            return first..end;
        }
        let zeros = vec![session.integer(0); WORDS];
        session.push_root(session.vector(&zeros));
        end += 1;
    }
}

#[test]
fn a_request_that_fits_no_gap_exhausts_and_the_program_goes_on() {
    enter(&options(), |session| {
        let roots = push_large_vectors(session);
        for root in roots.filter(|root| root % 4 != 0) {
            session.set_root(root, session.integer(0));
        }
        assert_eq!(session.collect(Scope::Full), Outcome::Done);
        let maximum = session.mutator().arena().heap_region_bytes() / 5 * 2;
        let room = maximum - session.mutator().statistics().old_bytes;
        // Room for all of this is there, but three quarters of it lie in gaps of three chunks.
        let mut wanted = room;
        while session.collect_for(wanted) != Outcome::Done {
            wanted -= wanted / 16;
        }
        assert!(wanted < room / 10 * 9, "{wanted} of {room}");
        assert_eq!(session.mutator().reserve(wanted), Ok(()));
        let zeros = vec![session.integer(0); wanted / 8 - 1];
        session.vector(&zeros);
        assert_eq!(session.collect_for(100 * KIB), Outcome::Done);
        let zeros = vec![session.integer(0); 100 * KIB / 8 - 1];
        assert_eq!(session.length(session.vector(&zeros)), zeros.len());
    })
    .unwrap();
}

#[test]
fn a_growing_list_exhausts_instead_of_aborting() {
    let options = HeapOptions {
        heap_bytes_max: Some(4 * MIB),
        ..options()
    };
    enter(&options, |session| {
        let root = session.push_root(session.integer(0));
        let mut length = 0;
        while session.poll() == Outcome::Done {
            let rest = session.root(root);
            session.set_root(root, session.pair(session.integer(0), rest));
            length += 16;
            assert!(length < 4 * MIB, "the maximum must hold");
        }
        assert!(length > 7 * MIB / 2, "objects count once: {length}");
        let in_use = session.mutator().arena().heap_bytes_in_use();
        assert!(in_use <= 4 * MIB, "{in_use}");
        session.set_root(root, session.integer(0));
        assert_eq!(session.collect(Scope::Full), Outcome::Done);
    })
    .unwrap();
}

#[test]
fn two_heaps_live_in_one_process() {
    enter(&options(), |first| {
        let root = push_list(first, 1000);
        enter(&options(), |second| {
            let other = push_list(second, 500);
            assert_eq!(first.collect(Scope::Full), Outcome::Done);
            assert_eq!(second.collect(Scope::Full), Outcome::Done);
            assert_eq!(list_sum(second, other), 499 * 250);
        })
        .unwrap();
        assert_eq!(list_sum(first, root), 999 * 500);
    })
    .unwrap();
}

#[test]
fn handles_follow_their_objects() {
    enter(&options(), |session| {
        let pair = session.pair(session.integer(3), session.integer(4));
        let handle = session.handle(pair);
        let before = handle.get();
        assert_eq!(session.collect(Scope::Minor), Outcome::Done);
        assert_ne!(handle.get(), before, "promotion moves");
        let address = ToyModel::reference(handle.get()).unwrap();
        // SAFETY: the handle keeps the pair.
        assert_eq!(unsafe { address.load_word() }, ToyModel::integer(3));
        drop(handle);
        let _ = session.collect(Scope::Full);
        assert_eq!(session.mutator().statistics().live_bytes, 0);
    })
    .unwrap();
}

#[test]
fn tables_are_told_when_their_keys_may_have_moved() {
    enter(&options(), |session| {
        let table = session.push_root(session.table(&[session.integer(0)]));
        let flag = |session: &Session<'_>| {
            session
                .as_integer(session.field(session.root(table), 0))
                .unwrap()
        };
        let clear = |session: &Session<'_>| {
            session
                .set_field(session.root(table), 0, session.integer(0))
                .unwrap();
        };
        let _ = session.collect(Scope::Minor);
        assert_eq!(flag(session), 1, "the table was young");
        clear(session);
        let _ = session.collect(Scope::Minor);
        assert_eq!(flag(session), 0, "nothing that it hashes moved");

        let key = session.pair(session.integer(0), session.integer(0));
        session.set_field(session.root(table), 1, key).unwrap();
        session.note_hashed_key(session.root(table), key);
        let _ = session.collect(Scope::Minor);
        assert_eq!(flag(session), 1, "a young key moved");
        clear(session);
        let _ = session.collect(Scope::Full);
        assert_eq!(flag(session), 2, "a full collection moves everything");
    })
    .unwrap();
}

#[test]
fn the_listener_hears_of_every_collection() {
    enter(&options(), |session| {
        let events = Rc::new(RefCell::new(Vec::new()));
        let heard = Rc::clone(&events);
        session
            .mutator()
            .set_listener(move |event| heard.borrow_mut().push(event.scope));
        let _ = session.collect(Scope::Minor);
        let _ = session.collect(Scope::Full);
        assert_eq!(*events.borrow(), [Scope::Minor, Scope::Full]);
    })
    .unwrap();
}

#[test]
fn interrupts_reach_the_next_poll_from_another_thread() {
    enter(&options(), |session| {
        session.mutator().set_stack_limit(CHUNK_BYTES);
        let interrupt = session.mutator().interrupt();
        std::thread::spawn(move || interrupt.raise(1))
            .join()
            .unwrap();
        assert!(session.mutator().poll_requested());
        assert_eq!(session.mutator().take_interrupts(1), 1);
        assert!(!session.mutator().poll_requested());
    })
    .unwrap();
}
