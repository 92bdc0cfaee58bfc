//! Old objects stay where they are, unless their block is nearly empty or memory is short; holes are filled.

use gc::toy::{Session, enter};
use gc::{CHUNK_BYTES, Evacuation, HeapOptions, Outcome, Scope, Statistics};

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

fn options() -> HeapOptions {
    HeapOptions {
        arena_bytes: HeapOptions::ARENA_BYTES_MIN,
        nursery_bytes: HeapOptions::NURSERY_BYTES_MIN,
        full_bytes_min: 64 * MIB,
        verify: true,
        ..HeapOptions::default()
    }
}

/// Fields of the vectors of these tests: 64 bytes with their header.
const FIELDS: usize = 7;

/// A new vector that knows its number, and refers to `rest`.
fn push_vector(session: &Session<'_>, number: usize, rest: usize, fields: usize) {
    let zero = session.integer(0);
    let mut values = vec![zero; fields];
    values[0] = session.integer(number as i64);
    values[fields - 1] = session.root(rest);
    session.set_root(rest, session.vector(&values));
}

/// Two lists of vectors that lie between one another in memory, of every `keep`th vector and of all others. Returns
/// their roots.
fn push_lists(session: &mut Session<'_>, count: usize, keep: usize) -> [usize; 2] {
    let roots = [(); 2].map(|()| session.push_root(session.integer(0)));
    for number in 0..count {
        assert_eq!(session.poll(), Outcome::Done);
        let root = roots[usize::from(number % keep != 0)];
        push_vector(session, number, root, FIELDS);
    }
    // Copies of one list would lie side by side.
    assert_eq!(session.collect(Scope::Minor), Outcome::Done);
    roots
}

/// The numbers in a list, last one first.
fn numbers(session: &Session<'_>, root: usize) -> Vec<i64> {
    let mut list = session.root(root);
    let mut numbers = Vec::new();
    while session.as_integer(list).is_none() {
        let number = session.as_integer(session.field(list, 0));
        numbers.push(number.expect("vectors have numbers"));
        list = session.field(list, session.length(list) - 1);
    }
    numbers
}

/// Where the objects of a list lie.
fn places(session: &Session<'_>, root: usize) -> Vec<u64> {
    let mut list = session.root(root);
    let mut places = Vec::new();
    while session.as_integer(list).is_none() {
        places.push(list.word());
        list = session.field(list, session.length(list) - 1);
    }
    places
}

fn in_use(session: &Session<'_>) -> usize {
    session.mutator().arena().heap_bytes_in_use()
}

fn full(session: &mut Session<'_>) -> Statistics {
    assert_eq!(session.collect(Scope::Full), Outcome::Done);
    session.mutator().statistics()
}

#[test]
fn full_collections_leave_old_objects_where_they_are() {
    enter(&options(), |session| {
        let [root, _] = push_lists(session, 20_000, 1);
        let before = (
            places(session, root),
            session.mutator().statistics().copied_bytes,
        );
        for _ in 0..3 {
            let statistics = full(session);
            assert_eq!((places(session, root), statistics.copied_bytes), before);
        }
    })
    .unwrap();
}

#[test]
fn epochs_without_end_tell_what_lives() {
    enter(&options(), |session| {
        let root = session.push_root(session.integer(0));
        for number in 0..200 {
            push_vector(session, number, root, FIELDS);
            push_vector(session, 0, session.push_root(session.integer(0)), 400);
            session.truncate_roots(root + 1);
            let statistics = full(session);
            assert_eq!(statistics.old_bytes, (number + 1) * 64);
        }
        assert_eq!(numbers(session, root).len(), 200);
    })
    .unwrap();
}

#[test]
fn holes_are_filled_before_more_memory_is_taken() {
    enter(&options(), |session| {
        // Vectors of 64 bytes would leave holes that are too short.
        let [kept, mut dropped] = [(); 2].map(|()| session.push_root(session.integer(0)));
        for number in 0..200 {
            push_vector(session, number, kept, 2 + 7 * FIELDS);
            push_vector(session, number, dropped, 2 + 30 * FIELDS);
            let _ = session.collect(Scope::Minor);
        }
        let before = in_use(session);
        for _ in 0..5 {
            session.set_root(dropped, session.integer(0));
            full(session);
            dropped = session.push_root(session.integer(0));
            for number in 0..3000 {
                assert_eq!(session.poll(), Outcome::Done);
                push_vector(session, number, dropped, FIELDS);
            }
            let _ = session.collect(Scope::Minor);
            // A few blocks are evacuated, and kept.
            let in_use = in_use(session);
            assert!(in_use <= before + 2 * CHUNK_BYTES, "{in_use} > {before}");
        }
        assert!(session.mutator().statistics().filled_holes > 100);
        assert_eq!(numbers(session, kept).len(), 200);
    })
    .unwrap();
}

#[test]
fn nearly_empty_blocks_are_evacuated() {
    enter(&options(), |session| {
        let [kept, dropped] = push_lists(session, 64_000, 32);
        let pinned = session.push_root(session.pinned_vector(3));
        let expected = numbers(session, kept);
        let pinned_place = session.root(pinned).word();
        session.set_root(dropped, session.integer(0));
        let first = full(session);
        assert_eq!(
            first.evacuated_blocks, 0,
            "nobody knew how full the blocks are"
        );
        let second = full(session);
        assert!(second.evacuated_blocks >= 50, "{}", second.evacuated_blocks);
        assert_eq!(numbers(session, kept), expected);
        assert_eq!(session.root(pinned).word(), pinned_place);
        let copied_bytes = second.copied_bytes - first.copied_bytes;
        assert!(copied_bytes <= 2000 * 64, "{copied_bytes}");
        let third = full(session);
        assert_eq!(third.evacuated_blocks, second.evacuated_blocks);
    })
    .unwrap();
}

#[test]
fn objects_stay_where_room_for_their_copies_runs_out() {
    let options = HeapOptions {
        heap_bytes_max: Some(2 * MIB),
        evacuation: Evacuation::Everything,
        ..options()
    };
    enter(&options, |session| {
        let [root, _] = push_lists(session, 24_000, 1);
        let before = places(session, root);
        let statistics = full(session);
        let after = places(session, root);
        let stayed = before.iter().zip(&after).filter(|(old, new)| old == new);
        let stayed = stayed.count();
        assert_eq!(statistics.rescued_objects, stayed as u64);
        assert!(stayed > 1000 && stayed < before.len() - 1000, "{stayed}");
        assert!(statistics.evacuated_blocks > 1);
        assert!(in_use(session) <= 2 * MIB, "{}", in_use(session));
        assert_eq!(numbers(session, root).len(), before.len());
    })
    .unwrap();
}

/// Every second vector goes, in all blocks: no block is sparser than the others, and no gap is long enough for an
/// object.
#[test]
fn blocks_that_are_all_half_full_make_room_where_memory_is_short() {
    let options = HeapOptions {
        heap_bytes_max: Some(8 * MIB),
        verify: false,
        ..options()
    };
    enter(&options, |session| {
        let [_, kept] = push_lists(session, 96_001, usize::MAX);
        let mut vector = session.root(kept);
        while session.as_integer(vector).is_none() {
            let next = session.field(vector, FIELDS - 1);
            if session.as_integer(next).is_some() {
                break;
            }
            let behind = session.field(next, FIELDS - 1);
            session.set_field(vector, FIELDS - 1, behind).unwrap();
            vector = behind;
        }
        full(session);
        let more = session.push_root(session.integer(0));
        for number in 0..40_000 {
            assert_eq!(session.poll(), Outcome::Done);
            push_vector(session, number, more, FIELDS);
            let in_use = in_use(session);
            assert!(in_use <= 8 * MIB, "{in_use}");
        }
        let statistics = session.mutator().statistics();
        assert!(statistics.evacuated_blocks > 10, "{statistics:?}");
        assert!(statistics.full.count < 30, "{statistics:?}");
        assert_eq!(numbers(session, kept).len(), 48_000);
        assert_eq!(numbers(session, more).len(), 40_000);
    })
    .unwrap();
}

/// Replaces vectors of a table at random by others of other lengths, in a heap little larger than what lives.
#[test]
fn a_fragmented_heap_of_a_third_more_than_what_lives_goes_on() {
    const SLOTS: usize = 4000;
    const LIVE_BYTES: usize = SLOTS * (64 * 8 + 16);
    let options = HeapOptions {
        heap_bytes_max: Some(LIVE_BYTES / 10 * 13 + 128 * KIB),
        verify: false,
        ..options()
    };
    enter(&options, |session| {
        let zero = session.integer(0);
        let table = session.push_root(session.vector(&vec![zero; SLOTS]));
        let mut state = 1_u64;
        let mut random = |bound: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            usize::try_from(state >> 33).expect("31 bits") % bound
        };
        let mut lengths = vec![0; SLOTS];
        let mut in_use_bytes_most = 0;
        for _ in 0..200_000 {
            assert_eq!(session.poll(), Outcome::Done);
            in_use_bytes_most = in_use_bytes_most.max(in_use(session));
            let slot = random(SLOTS);
            lengths[slot] = 1 + random(127);
            let vector = session.vector(&vec![session.integer(slot as i64); lengths[slot]]);
            session
                .set_field(session.root(table), slot, vector)
                .unwrap();
        }
        for (slot, &length) in lengths.iter().enumerate() {
            let vector = session.field(session.root(table), slot);
            assert_eq!(session.length(vector), length);
            let last = session.field(vector, length - 1);
            assert_eq!(session.as_integer(last), Some(slot as i64));
        }
        let statistics = session.mutator().statistics();
        assert!(statistics.evacuated_blocks > 0, "{statistics:?}");
        assert!(statistics.filled_holes > 0, "{statistics:?}");
        let bytes_max = options.heap_bytes_max.unwrap();
        assert!(in_use_bytes_most <= bytes_max, "{in_use_bytes_most}");
    })
    .unwrap();
}
