//! A signal interrupts a native loop that neither calls nor allocates, and its polls cost one comparison.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::tools::COZEN;

/// Never ends: the counter is never -1.
const SPIN: &str = "(define (spin n) (let loop ((i 0)) (if (eq? i n) i (loop (+ i 1)))))";

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
    let mut child = Command::new(COZEN)
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
    let output = Command::new(COZEN)
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
