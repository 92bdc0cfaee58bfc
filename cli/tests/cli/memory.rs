//! Memory and files: what nothing refers to is given back, and limits bind.

use std::process::{Command, Output};

use crate::{IMPORTS, Scratch, cozen, err, out, text};

/// What a program prints, run with these options, in bytecode and native code.
fn outputs(name: &str, options: &[&str], program: &str) -> [Output; 2] {
    let scratch = Scratch::new(name);
    let file = scratch.file("program.scm", program);
    [&[][..], &["--native"]].map(|tier| cozen(&[options, tier, &[text(&file)]].concat()))
}

#[test]
fn symbols_without_end_fit_a_small_heap() {
    let program = "(do ((i 0 (+ i 1))) ((= i 200000)) (string->symbol (number->string i)))
        (display (eq? 'symbol (string->symbol \"symbol\")))";
    for output in outputs(
        "symbols",
        &["--heap-max=8M"],
        &format!("{IMPORTS}{program}"),
    ) {
        assert_eq!(out(&output), "#t", "{}", err(&output));
    }
}

#[test]
fn a_program_goes_on_when_it_drops_what_filled_its_heap() {
    let program = "(define kept '())
        (define (fill make)
          (guard (e (#t (set! kept '()) (write (error-object? e))))
            (let loop ((i 0)) (set! kept (cons (make i) kept)) (loop (+ i 1)))))
        (fill (lambda (i) (string->symbol (number->string i))))
        (fill (lambda (i) (make-vector 10 i)))
        (fill (lambda (i) (make-string 100000 #\\a)))
        (fill (lambda (i) (open-output-string)))
        (do ((i 0 (+ i 1))) ((= i 100000)) (string->symbol (number->string i)))
        (display (length (map vector (make-list 1000 1))))";
    for output in outputs(
        "goes-on",
        &["--heap-max=8M"],
        &format!("{IMPORTS}{program}"),
    ) {
        assert_eq!(out(&output), "#t#t#t#t1000", "{}", err(&output));
    }
}

/// Each round keeps what it made before the heap was exhausted, and handles that.
#[test]
fn a_program_that_keeps_more_each_time_its_heap_is_exhausted_ends() {
    for kept in ["i", "(make-vector 1000 i)"] {
        let program = format!(
            "(define kept '())
            (let rounds ((i 0))
              (guard (e (#t #f)) (let loop () (set! kept (cons {kept} kept)) (loop)))
              (if (< i 40) (rounds (+ i 1)) (display \"all\")))"
        );
        for output in outputs(
            "keeps-more",
            &["--heap-max=8M"],
            &format!("{IMPORTS}{program}"),
        ) {
            assert_eq!(out(&output), "");
            assert!(err(&output).contains("reserve"), "{}", err(&output));
            assert!(err(&output).contains("rounds at"), "{}", err(&output));
        }
    }
}

#[test]
fn files_of_ports_that_nothing_refers_to_are_closed() {
    let scratch = Scratch::new("dropped-ports");
    let data = scratch.file("data.txt", "data");
    let written = scratch.0.join("written.txt");
    let program = format!(
        "(import (scheme base) (scheme file) (scheme write))
        (do ((i 0 (+ i 1))) ((= i 300)) (open-input-file {data:?}))
        (do ((i 0 (+ i 1))) ((= i 300)) (write 'text (open-output-file {written:?})))
        (define ports '())
        (define caught
          (guard (e ((file-error? e) 'caught))
            (do () (#f) (set! ports (cons (open-input-file {data:?}) ports)))))
        (set! ports '())
        (write (list caught (read-line (open-input-file {data:?}))))"
    );
    let file = scratch.file("program.scm", &program);
    let output = Command::new("sh")
        .args(["-c", "ulimit -n 100; exec \"$0\" \"$1\""])
        .args([env!("CARGO_BIN_EXE_cozen"), text(&file)])
        .output()
        .expect("the shell starts");
    assert_eq!(out(&output), "(caught \"data\")", "{}", err(&output));
    assert_eq!(
        std::fs::read_to_string(written).expect("it was written"),
        "text"
    );
}

#[test]
fn texts_are_loaded_and_included_where_no_descriptor_is_left() {
    let scratch = Scratch::new("texts-without-descriptors");
    let part = scratch.file("part.scm", "(write 'part)");
    let program = format!(
        "(import (scheme base) (scheme file) (scheme write) (scheme load) (scheme eval) (scheme repl))
        (define (drop-ports)
          (guard (e ((file-error? e) #f)) (do ((i 0 (+ i 1))) ((= i 97)) (open-input-file {part:?}))))
        (define (report thunk) (guard (e ((file-error? e) (write (error-object-message e)))) (thunk)))
        (drop-ports)
        (load {part:?})
        (drop-ports)
        (eval '(include {part:?}) (interaction-environment))
        (report (lambda () (load \"/\")))
        (report (lambda () (open-input-file \"/\")))
        (define kept '())
        (report (lambda () (do () (#f) (set! kept (cons (open-input-file {part:?}) kept)))))
        (report (lambda () (load {part:?})))"
    );
    let file = scratch.file("program.scm", &program);
    let output = Command::new("sh")
        .args(["-c", "ulimit -n 100; exec \"$0\" \"$1\""])
        .args([env!("CARGO_BIN_EXE_cozen"), text(&file)])
        .output()
        .expect("the shell starts");
    let messages = ["is a directory", "too many open files"];
    let [directory, many] = messages.map(|message| format!("{message:?}").repeat(2));
    assert_eq!(
        out(&output),
        format!("partpart{directory}{many}"),
        "{}",
        err(&output)
    );
}

/// Fills the heap by an expression of `i`, each value of which is kept, and prints what came of it and how
/// much memory the process had at most, in KiB.
fn hogging(expression: &str) -> String {
    format!(
        "(import (scheme base) (scheme write) (scheme file) (scheme eval) (scheme repl))
        (define (peak)
          (call-with-input-file \"/proc/self/status\"
            (lambda (port)
              (let loop ((line (read-line port)))
                (if (and (> (string-length line) 6) (string=? \"VmHWM:\" (string-copy line 0 6)))
                    line
                    (loop (read-line port)))))))
        (define kept '())
        (define (hog)
          (let loop ((i 0)) (set! kept (cons {expression} kept)) (loop (+ i 1))))
        (define outcome
          (guard (e ((error-object? e) (set! kept '()) (error-object-message e))) (hog)))
        (write-string outcome)
        (newline)
        (write-string (peak))"
    )
}

#[test]
fn what_a_program_keeps_outside_its_heap_is_limited_too() {
    const LIMIT_KIB: u64 = 16 << 10;
    // The program, the library and the compiler.
    const BASE_KIB: u64 = 24 << 10;
    let expressions = [
        "(vector i i i)",
        "(make-string 5000 #\\x)",
        "(make-bytevector 100000 1)",
        "(string->symbol (number->string i))",
        "(open-output-string)",
        "(call-with-current-continuation (lambda (k) k))",
        "(eval (list 'lambda '() i) (interaction-environment))",
        "(eval (list 'quote (make-vector (* 1000 i) 1.5)) (interaction-environment))",
        "(eval (list 'quote (vector->list (make-vector (* 1000 i) i))) (interaction-environment))",
        "(environment '(scheme base) `(prefix (scheme write) ,(string->symbol (number->string i))))",
        "(eval '(let-syntax ((m (syntax-rules () ((_ x) (vector x x x x x x x x)))))
                 (m (m (m (m (m (m (m 1))))))))
               (interaction-environment))",
    ];
    for expression in expressions {
        for output in outputs("hogs", &["--heap-max=16M"], &hogging(expression)) {
            let text = out(&output);
            let (outcome, peak) = text.split_once('\n').unwrap_or_default();
            assert!(
                outcome.starts_with("heap exhausted"),
                "{expression}: {text}{}",
                err(&output)
            );
            let peak: String = peak.chars().filter(char::is_ascii_digit).collect();
            let peak: u64 = peak.parse().expect("a number of KiB");
            assert!(peak < 2 * LIMIT_KIB + BASE_KIB, "{expression}: {peak} KiB");
        }
    }
}

#[test]
fn compiling_a_program_counts_towards_the_limit() {
    let scratch = Scratch::new("compile-limit");
    let literal = "(a 1 \"s\") ".repeat(100_000);
    let file = scratch.file(
        "large.scm",
        &format!("(import (scheme base)) (define x '({literal}))"),
    );
    let output = cozen(&["--no-native", "--heap-max=8M", text(&file)]);
    assert!(
        err(&output).contains("large.scm: to compile it takes more than the"),
        "{}",
        err(&output)
    );
    assert_eq!(output.status.code(), Some(2));
    let output = cozen(&["--no-native", "--heap-max=256M", text(&file)]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
}

#[test]
fn a_report_reads_no_more_of_a_file_than_it_shows() {
    let program = "(import (scheme base) (scheme read) (scheme file))
        (read (open-input-file \"/dev/zero\"))";
    for output in outputs("endless-file", &["--heap-max=16M"], program) {
        assert_eq!(output.status.code(), Some(1));
        assert!(
            err(&output).starts_with("/dev/zero:1:1: unexpected"),
            "{}",
            err(&output)
        );
    }
    let scratch = Scratch::new("long-line");
    let long = scratch.file("long.scm", &format!("\n  )\n{}", "x".repeat(4 << 20)));
    let output = cozen(&[text(&long)]);
    assert!(
        err(&output).contains("\n 2 |   )\n   |   ^"),
        "{}",
        err(&output)
    );
}

#[test]
fn the_least_limit_is_enough_for_a_small_program_in_each_tier() {
    let sum = "(import (scheme base) (scheme write)) (display (apply + (make-list 1000 1)))";
    for output in outputs("least", &["--heap-max=2M"], sum) {
        assert_eq!(out(&output), "1000", "{}", err(&output));
    }
    for output in outputs("less", &["--heap-max=2097151"], sum) {
        assert!(err(&output).contains("too small: the library needs 2097152"));
        assert_eq!(output.status.code(), Some(2));
    }
}
