//! Random object graphs against a model in plain Rust.

use std::time::{Duration, Instant};

use gc::fuzzing::gc_operations::check;
use proptest::collection::vec;
use proptest::prelude::any;
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
    check(operations.as_flattened());
}
