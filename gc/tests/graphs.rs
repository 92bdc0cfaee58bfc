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
