//! Weak hash tables take memory only for live entries.

#[path = "support/runtime.rs"]
mod runtime;

use runtime::runtime_builder;

/// More than the young space, and far less than a million entries.
const HEAP_BYTES_MAX: usize = 32 << 20;

/// Stores a million keys that nothing else leads to; what `answer` is then.
fn after_a_million_keys(arguments: &str, answer: &str) -> String {
    let program = format!(
        "(import (scheme base) (srfi 125) (cozen memory))
         (define table (make-hash-table {arguments}))
         (define (fill! from to)
           (if (< from to)
               (begin (hash-table-set! table (list from) (list from))
                      (fill! (+ from 1) to))))
         (guard (problem (#t 'exhausted))
           (fill! 0 1000000)
           (collect-garbage)
           {answer})"
    );
    let builder = runtime_builder().heap_bytes_max(HEAP_BYTES_MAX);
    let mut runtime = builder.build().expect("a runtime");
    runtime.enter(|scheme| {
        scheme.run_text(&program, "fill.scm").expect("it runs");
        scheme.heap().written(scheme.value()).expect("no interrupt")
    })
}

#[test]
fn a_million_dropped_keys_take_little_room_in_a_weak_table() {
    for arguments in ["eq? 'weak-keys", "eqv? 'ephemeral-keys"] {
        let size = after_a_million_keys(arguments, "(hash-table-size table)");
        assert_eq!(size, "0", "{arguments}");
    }
}

#[test]
fn a_million_keys_of_a_strong_table_do_not_fit() {
    assert_eq!(after_a_million_keys("eq?", "'done"), "exhausted");
}
