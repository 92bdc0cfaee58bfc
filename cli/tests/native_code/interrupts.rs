//! A signal interrupts a native loop that neither calls nor allocates, and its polls cost one comparison.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::tools::COZEN;

/// Never ends: the counter is never -1.
const SPIN: &str = "(define (spin n) (let loop ((i 0)) (if (eq? i n) i (loop (+ i 1)))))";

#[test]
fn a_signal_interrupts_a_native_loop_and_its_handler_leaves_the_frames_alone() {
    let mut child = Command::new(COZEN)
        .args(["--native", "--zeal=3"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("cozen starts");
    let input = format!(
        "{SPIN}\n(define kept (list 1 2 3))\n\
         (define (spin-below kept)\n\
           (let again ()\n\
             (guard (e (#t (again))) (display \"ready\\n\") (flush-output-port) (spin -1))\n\
             kept))\n\
         (spin-below kept)\n\
         (list kept (guard (e (#t 'handled)) (raise 1)))\n"
    );
    let mut standard_input = child.stdin.take().expect("it is piped");
    standard_input
        .write_all(input.as_bytes())
        .expect("it reads");
    drop(standard_input);
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
    assert!(status.success(), "{status}");
    assert_eq!(rest, "((1 2 3) handled)\n");
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
