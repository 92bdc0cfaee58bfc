//! A native loop that neither calls nor allocates is interrupted within a moment. Its polls cost
//! one comparison.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use crate::native_runtime;

/// Never ends: the counter is never -1.
const SPIN: &str = "(define (spin n) (let loop ((i 0)) (if (eq? i n) i (loop (+ i 1)))))";

/// What a native loop may need at most.
const LATENCY_MAX: Duration = Duration::from_millis(1);
/// What half of the rounds may need, where the machine is loaded.
const LOADED_LATENCY_MAX: Duration = Duration::from_millis(50);
/// How long a request may be in force before it is made again.
const REPEAT_AFTER: Duration = Duration::from_millis(500);

#[test]
#[expect(
    clippy::print_stdout,
    reason = "the figure is of interest, with `--nocapture`"
)]
fn another_thread_interrupts_a_native_loop_within_a_moment() {
    const ROUNDS: usize = 21;
    let mut runtime = native_runtime();
    let interrupt = runtime.interrupt();
    let (start, started) = mpsc::channel();
    let (tell, requested) = mpsc::channel();
    let (stop, stopped) = mpsc::channel();
    let waker = std::thread::spawn(move || {
        for () in started {
            std::thread::sleep(Duration::from_millis(2));
            tell.send(Instant::now()).expect("somebody waits");
            interrupt.request();
            // On a loaded machine the loop may not have begun: then the request was forgotten.
            while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(REPEAT_AFTER) {
                interrupt.request();
            }
        }
    });
    let mut latencies = runtime.enter(|scheme| {
        scheme.run_text(SPIN, "spin.scm").expect("it is compiled");
        let mut latencies = Vec::new();
        for _ in 0..ROUNDS {
            start.send(()).expect("the waker waits");
            let error = scheme.evaluate::<()>("(spin -1)").unwrap_err();
            let ended = Instant::now();
            assert!(error.to_string().contains("interrupt"), "{error}");
            latencies.push(ended - requested.recv().expect("it was requested"));
            stop.send(()).expect("the waker waits");
        }
        latencies
    });
    drop(start);
    waker.join().expect("the waker does not panic");
    latencies.sort();
    let (least, median) = (latencies[0], latencies[ROUNDS / 2]);
    println!("from request to condition: median {median:?}, all {latencies:?}");
    assert!(least < LATENCY_MAX, "{latencies:?}");
    assert!(median < LOADED_LATENCY_MAX, "{latencies:?}");
}

#[test]
#[expect(
    clippy::print_stdout,
    reason = "the figure is of interest, with `--nocapture`"
)]
fn another_thread_makes_a_native_loop_collect_within_a_moment() {
    const ROUNDS: usize = 21;
    let mut runtime = native_runtime();
    let interrupt = runtime.interrupt();
    let (stop, stopped) = mpsc::channel();
    let waker = std::thread::spawn(move || {
        let mut latencies = Vec::new();
        // The loop ends however this goes on.
        for _ in 0..ROUNDS {
            std::thread::sleep(Duration::from_millis(2));
            let requested = Instant::now();
            interrupt.request_collection();
            while interrupt.is_collection_requested() && requested.elapsed() < LOADED_LATENCY_MAX {
                std::thread::yield_now();
            }
            latencies.push(requested.elapsed());
        }
        interrupt.request();
        while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(REPEAT_AFTER) {
            interrupt.request();
        }
        latencies
    });
    let full_collections = runtime.enter(|scheme| {
        scheme.run_text(SPIN, "spin.scm").expect("it is compiled");
        let before = scheme.statistics().full.count;
        let error = scheme.evaluate::<()>("(spin -1)").unwrap_err();
        assert!(error.to_string().contains("interrupt"), "{error}");
        scheme.statistics().full.count - before
    });
    stop.send(()).expect("the waker waits");
    let mut latencies = waker.join().expect("the waker does not panic");
    latencies.sort();
    let median = latencies[ROUNDS / 2];
    println!("from request to collection: median {median:?}, all {latencies:?}");
    // The waker's own turns are in it: other programs may run between two.
    assert!(median < LOADED_LATENCY_MAX, "{latencies:?}");
    // Some rounds may have been over before the loop began.
    assert!(full_collections > 0);
}
