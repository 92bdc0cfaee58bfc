//! A native loop that neither calls nor allocates is interrupted within a moment. Its polls cost
//! one comparison.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::native_runtime;

/// Never ends: the counter is never -1.
const SPIN: &str = "(define (spin n) (let loop ((i 0)) (if (eq? i n) i (loop (+ i 1)))))";

/// What a native loop may need at most.
const LATENCY_MAX: Duration = Duration::from_millis(1);
/// What half of the rounds may need, where the machine is loaded.
const LOADED_LATENCY_MAX: Duration = Duration::from_millis(50);

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
    let waker = std::thread::spawn(move || {
        for () in started {
            std::thread::sleep(Duration::from_millis(2));
            tell.send(Instant::now()).expect("somebody waits");
            interrupt.request();
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
        latencies
    });
    let full_collections = runtime.enter(|scheme| {
        scheme.run_text(SPIN, "spin.scm").expect("it is compiled");
        let before = scheme.statistics().full.count;
        let error = scheme.evaluate::<()>("(spin -1)").unwrap_err();
        assert!(error.to_string().contains("interrupt"), "{error}");
        scheme.statistics().full.count - before
    });
    let mut latencies = waker.join().expect("the waker does not panic");
    latencies.sort();
    let median = latencies[ROUNDS / 2];
    println!("from request to collection: median {median:?}, all {latencies:?}");
    // The waker's own turns are in it: other programs may run between two.
    assert!(median < LOADED_LATENCY_MAX, "{latencies:?}");
    // Some rounds may have been over before the loop began.
    assert!(full_collections > 0);
}

#[test]
fn a_signal_interrupts_a_native_loop_and_its_handler_leaves_the_frames_alone() {
    let file = std::env::temp_dir().join(format!("cozen-{}-spin.scm", std::process::id()));
    let program = format!(
        "(import (scheme base) (scheme write))\n{SPIN}\n\
         (define (spin-below kept)\n\
           (let ((answer (guard (e (#t 'interrupted)) (display \"ready\\n\")\n\
                           (flush-output-port) (spin -1))))\n\
             (list answer kept)))\n\
         (write (spin-below (list 1 2 3)))"
    );
    std::fs::write(&file, program).expect("a writable temporary directory");
    let mut child = Command::new(env!("CARGO_BIN_EXE_cozen"))
        .args(["--native", "--zeal"])
        .arg(&file)
        .stdout(Stdio::piped())
        .spawn()
        .expect("cozen starts");
    let mut output = BufReader::new(child.stdout.take().expect("it is piped"));
    let mut line = String::new();
    output.read_line(&mut line).expect("the program is ready");
    assert_eq!(line, "ready\n");
    std::thread::sleep(Duration::from_millis(20));
    rustix::process::kill_process(
        rustix::process::Pid::from_child(&child),
        rustix::process::Signal::INT,
    )
    .expect("the child runs");
    let mut rest = String::new();
    output.read_to_string(&mut rest).expect("text");
    let status = child.wait().expect("the child ends");
    std::fs::remove_file(&file).expect("it was just written");
    assert!(status.success(), "{status}");
    assert_eq!(rest, "(interrupted (1 2 3))");
}

#[test]
fn a_poll_is_one_comparison_and_a_branch() {
    let file = std::env::temp_dir().join(format!("cozen-{}-poll.scm", std::process::id()));
    std::fs::write(&file, SPIN).expect("a writable temporary directory");
    let output = Command::new(env!("CARGO_BIN_EXE_cozen"))
        .args(["disassemble", "--native"])
        .arg(&file)
        .output()
        .expect("cozen starts");
    std::fs::remove_file(&file).expect("it was just written");
    let text = String::from_utf8(output.stdout).expect("text");
    let body = text.split("\nnative spin ").nth(1).expect(&text);
    let from_limit: Vec<&str> = body
        .lines()
        .skip_while(|line| !line.contains("poll-limit]"))
        .collect();
    let mnemonics = from_limit
        .iter()
        .filter_map(|line| line.split_whitespace().nth(1));
    let poll: Vec<&str> = mnemonics
        .scan(false, |ended, mnemonic| {
            (!std::mem::replace(ended, mnemonic.starts_with('j'))).then_some(mnemonic)
        })
        .collect();
    assert!(poll.len() <= 4, "{poll:?}");
    let is_compare = |mnemonic: &&&str| matches!(**mnemonic, "cmp" | "test");
    let compares = poll.iter().filter(is_compare).count();
    assert_eq!(compares, 1, "{poll:?}");
    // At an entry with the stack pointer, in a loop with zero.
    assert!(matches!(poll.last(), Some(&("jb" | "jl"))), "{poll:?}");
}
