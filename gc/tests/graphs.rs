//! Random object graphs against a model in plain Rust.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use gc::fuzzing::gc_operations::{Reached, check};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any};
use proptest::prop_oneof;
use proptest::test_runner::{Config, TestRunner};

#[test]
fn the_heap_agrees_with_the_model() {
    let mut runner = TestRunner::new(Config {
        cases: 64,
        failure_persistence: None,
        ..Config::default()
    });
    runner
        .run(&vec(any::<u8>(), 0..1200), |bytes| {
            check(&bytes);
            Ok(())
        })
        .unwrap();
}

/// Operations that make long chains and leave vectors of them out, pin, drop and collect.
fn fragmenting_operations() -> impl Strategy<Value = Vec<u8>> {
    let operation = prop_oneof![
        4 => Just(12_u8),
        4 => Just(13),
        1 => Just(7),
        1 => Just(5),
        3 => Just(10),
        3 => Just(11),
    ];
    let operations = vec((operation, any::<u8>(), any::<u8>()), 20..60);
    (0_u8..16, operations).prop_map(|(kind, operations)| {
        let bytes = operations.into_iter().flat_map(|(a, b, c)| [a, b, c]);
        std::iter::once(kind).chain(bytes).collect()
    })
}

#[test]
fn fragmented_heaps_agree_with_the_model() {
    let reached = RefCell::new(Vec::new());
    let mut runner = TestRunner::new(Config {
        cases: 96,
        failure_persistence: None,
        ..Config::default()
    });
    runner
        .run(&fragmenting_operations(), |bytes| {
            reached.borrow_mut().push(check(&bytes));
            Ok(())
        })
        .unwrap();
    assert_everything_was_reached(&reached.into_inner());
}

/// That some of the runs came to the collector's rarer ways.
fn assert_everything_was_reached(runs: &[Reached]) {
    let count = |reaches: fn(&Reached) -> bool| runs.iter().filter(|run| reaches(run)).count();
    assert!(count(|run| run.statistics.evacuated_blocks > 0) > 5);
    assert!(count(|run| run.statistics.rescued_objects > 0) > 5);
    assert!(count(|run| run.statistics.filled_holes > 1) > 5);
    assert!(count(|run| run.pinned_later > 0) > 5);
}

#[test]
fn the_fuzzed_check_runs_a_while_on_simple_noise() {
    let start = Instant::now();
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    while start.elapsed() < Duration::from_secs(1) {
        let bytes: Vec<u8> = (0..900)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                state.to_le_bytes()[3]
            })
            .collect();
        check(&bytes);
    }
}

#[test]
fn what_a_guardian_has_keeps_older_guarded_objects() {
    let (make, drop_root, guard, minor) = (0, 7, 8, 10);
    let operations = [
        // An old vector, root 1, guarded.
        [make, 0, 0],
        [guard, 1, 0],
        [minor, 0, 0],
        [minor, 0, 0],
        [minor, 0, 0],
        // A young vector, root 2, that refers to the old one, guarded too.
        [make, 1, 1],
        [guard, 2, 0],
        [drop_root, 2, 0],
        [drop_root, 1, 0],
        // The guardian gets the young vector now. The full collection at the end must not report the old one.
        [minor, 0, 0],
    ];
    check(&[&[0], operations.as_flattened()].concat());
}
