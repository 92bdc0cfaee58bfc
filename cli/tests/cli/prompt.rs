//! Forms that are entered at the prompt, or given by `-e`.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::{Scratch, cozen, cozen_with_bytes, cozen_with_input, err, out};

#[test]
fn expressions_are_evaluated_and_the_last_value_is_printed() {
    assert_eq!(
        out(&cozen(&["-e", "(define x 20)", "-e", "(+ x 1)"])),
        "21\n"
    );
    assert_eq!(
        out(&cozen(&["-e", "(expt 2 100)"])),
        "1267650600228229401496703205376\n"
    );
}

#[test]
fn all_values_are_printed() {
    let forms = "(values 1 2)\n(values)\n\
        (define (f) (values 'a \"b\"))\n(f)\n(if #f #f)\n(call/cc (lambda (k) (k 3 4)))";
    let printed = "1\n2\na\n\"b\"\n3\n4\n";
    assert_eq!(out(&cozen_with_input(&[], forms)), printed);
    assert_eq!(out(&cozen_with_input(&["--native"], forms)), printed);
    assert_eq!(
        out(&cozen(&["-e", "(values 1 2)", "-e", "(values 3 4)"])),
        "3\n4\n"
    );
    // The place of an error is in the text.
    let output = cozen_with_input(&[], "(define (g)\n (car 5))\n(g)");
    let errors = err(&output);
    assert!(
        errors.ends_with("g at stdin#1:2:2\n  (toplevel) at stdin#2:1:1\n"),
        "{errors}"
    );
}

#[test]
fn the_prompt_survives_errors() {
    let input =
        "(define x 1)\n(car x)\n(let ((y 2))\n  (+ x y))\n(undefined-procedure)\n(exit 5)\n";
    let output = cozen_with_input(&[], input);
    assert_eq!(out(&output), "3\n");
    assert!(err(&output).contains("car"), "{}", err(&output));
    assert!(
        err(&output).contains("undefined-procedure"),
        "{}",
        err(&output)
    );
    assert_eq!(output.status.code(), Some(5));
}

#[test]
fn forms_before_a_mistake_in_a_line_are_evaluated() {
    let input = "(display 1)\n(display 2) (display 3))\n(display 4) '#<x>\n(display 5)\n";
    let output = cozen_with_input(&[], input);
    assert_eq!(out(&output), "12345");
    let errors = err(&output);
    assert!(errors.contains("stdin:2:24: "), "{errors}");
    assert!(errors.contains("stdin:3:14: "), "{errors}");
    // Nor is it text where bytes are no UTF-8.
    let output = cozen_with_bytes(
        &[],
        b"(display 1)\n(display 2) (a \xff b) (display 3)\n(display 4)\xce",
    );
    assert_eq!(out(&output), "124");
    let errors = err(&output);
    assert!(errors.contains("stdin:2:16: "), "{errors}");
    assert!(errors.contains("stdin:3:12: "), "{errors}");
}

#[test]
fn a_form_reads_what_stands_behind_it() {
    for (input, printed) in [
        ("(read-line)\nabc\n(+ 1 2)\n", "\"abc\"\n3\n"),
        ("(read-line) \t\r\nabc\n", "\"abc\"\n"),
        ("(read-line) (rest)\n5\n", "\" (rest)\"\n5\n"),
        ("(read)(a b) (read-char)\nx", "(a b)\n#\\x\n"),
        (
            "(define (f) (read))\n(list (f) (f))\n1\n2 (f) 3",
            "(1 2)\n3\n",
        ),
        ("(read-line)", "#<eof>\n"),
        ("(read-string 3)\n(+ 1 2)\n", "\"(+ \"\n1\n"),
    ] {
        let output = cozen_with_input(&[], input);
        let printed_all = out(&output);
        assert!(
            printed_all.starts_with(printed),
            "{input:?}: {printed_all} {}",
            err(&output)
        );
    }
}

#[test]
fn case_stays_folded_for_what_follows() {
    for (input, printed) in [
        ("#!fold-case\n(display (quote ABC))\n'D", "abcd\n"),
        ("(display 'A) #!fold-case (display 'B) (DISPLAY 'C)", "Abc"),
        (
            "'(A #!fold-case B)\n'C\n#!no-fold-case\n'D",
            "(A b)\nc\nD\n",
        ),
        ("#;(#!fold-case) (display 'A)", "a"),
        // What reads the same input folds it, too.
        ("#!fold-case (write (read))\nABC\n'D", "abcd\n"),
        (
            "(write (read))\n#!fold-case ABC 'D\n(write (read)) #!no-fold-case E\n'F",
            "abcd\nEF\n",
        ),
        // A mistake behind a directive leaves it in force, and so does a form that is not complete.
        ("#!fold-case )\n(display 'A)", "a"),
        ("#!fold-case \"\\q\"\n(display 'A)", "a"),
        ("#!fold-case 'A 'B", "a\nb\n"),
    ] {
        let output = cozen_with_input(&[], input);
        assert_eq!(out(&output), printed, "{input:?}: {}", err(&output));
    }
}

#[test]
fn the_text_of_a_form_begins_where_the_form_does() {
    let input = "\u{feff}; a comment\n#;(a b) #| c |#\n(car\n  5)\n'#0=(a . #0#)\n\n  (list 1\n";
    let output = cozen_with_input(&[], input);
    assert_eq!(out(&output), "#0=(a . #0#)\n");
    let errors = err(&output);
    assert!(errors.starts_with("stdin#1:1:1: car: "), "{errors}");
    assert!(
        errors.contains("stdin#3:1:1: unexpected end of input"),
        "{errors}"
    );
}

#[test]
fn a_token_of_a_slow_writer_takes_linear_time() {
    let digits = "7".repeat(1 << 12);
    for input in [
        format!("(string-length \"{}\")", digits.repeat(1 << 11)),
        format!("#|{}|# {}", digits.repeat(1 << 11), 1 << 23),
        format!("{} {}", " ".repeat(1 << 23), 1 << 23),
    ] {
        let start = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_cozen"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut standard_input = child.stdin.take().expect("piped");
        for piece in input.as_bytes().chunks(4096) {
            standard_input.write_all(piece).unwrap();
        }
        drop(standard_input);
        assert_eq!(out(&child.wait_with_output().unwrap()), "8388608\n");
        // To look at the text again for each piece takes longer.
        assert!(start.elapsed() < Duration::from_secs(20));
    }
}

#[test]
fn a_form_over_many_lines_takes_linear_time() {
    let start = Instant::now();
    let lines = "(a line of a long form)\n".repeat(50_000);
    let output = cozen_with_input(&[], &format!("(length '(\n{lines}))\n"));
    assert_eq!(out(&output), "50000\n", "{}", err(&output));
    // To parse the text again for each line takes minutes.
    assert!(
        start.elapsed() < Duration::from_secs(20),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn a_continuation_outlives_the_form_that_made_it() {
    let forms = "(define k #f)
        (define log '())
        (define (note x) (set! log (cons x log)) x)
        (+ 1 (call/cc (lambda (c) (set! k c) 1)))
        (k 5)
        (list 'again (k 6))
        (define deep (let loop ((n 2000)) (if (= n 0) (call/cc (lambda (c) (set! k c) 0)) (+ 1 (loop (- n 1))))))
        deep
        (collect-garbage)
        (k 1000)
        deep
        (dynamic-wind (lambda () (note 'in))
                      (lambda () (call/cc (lambda (c) (set! k c))) (note 'body))
                      (lambda () (note 'out)))
        (k 1)
        log
        (define-values (a b) (call/cc (lambda (c) (set! k c) (values 1 2))))
        (k 3 4)
        (list a b)\n";
    let printed = "2\n6\n7\n2000\n3000\nbody\nbody\n(out body in out body in)\n(3 4)\n";
    for options in [
        &[][..],
        &["--native"],
        &["--zeal=7"],
        &["-O0", "--native", "--zeal=7"],
    ] {
        let output = cozen_with_input(options, forms);
        assert_eq!(out(&output), printed, "{options:?}: {}", err(&output));
    }
}

#[test]
fn a_library_that_is_entered_is_there_for_later_forms() {
    let library = |value| {
        format!(
            "(define-library (a b) (export v) (import (scheme base)) (begin (define v {value})))\n"
        )
    };
    let forms = format!(
        "{}(import (a b))\nv\n{}v\n(import (a b))\nv\n\
         (eval '(define-library (c) (export w) (import (scheme base)) (begin (define w 5)))\n\
               (interaction-environment))\n\
         (eval '(import (c)) (interaction-environment))\n(eval 'w (environment '(c)))\n",
        library(1),
        library(2)
    );
    let output = cozen_with_input(&[], &forms);
    assert_eq!(out(&output), "1\n1\n2\n5\n", "{}", err(&output));
}

#[test]
fn a_library_whose_body_raised_is_forgotten() {
    let scratch = Scratch::new("raised");
    let library = |body: &str| {
        format!(
            "(define-library (l) (export v g) (import (scheme base) (scheme file)) (begin {body}))"
        )
    };
    let marker = scratch.0.join("marker");
    // The first run fails, the second one does not.
    let body = format!(
        "(define v 1) (if (not (file-exists? {marker:?})) (begin (call-with-output-file {marker:?} \
         (lambda (port) (write-char #\\x port))) (error \"boom\"))) (define (g) (list v 2))"
    );
    scratch.file("l.sld", &library(&body));
    let option = format!("--library-path={}", scratch.0.display());
    let input = "(import (l))\n(list 'after (guard (e (#t 'unbound)) (g)))\n(import (l))\n(g)\n";
    for tier in [&[][..], &["--native"]] {
        let output = cozen_with_input(&[tier, &[&option]].concat(), input);
        assert_eq!(out(&output), "(after unbound)\n(1 2)\n", "{}", err(&output));
        std::fs::remove_file(&marker).expect("the first run has written it");
    }
    // A variable that was never defined is named as it is written.
    let output = cozen_with_input(&[&option], "(import (l))\n(g)\n");
    assert!(
        err(&output).contains("stdin#2:1:2: unbound variable g\n"),
        "{}",
        err(&output)
    );
    std::fs::remove_file(&marker).expect("the run has written it");
    // So it is where a program loads the file, or defines the library.
    let load = scratch.file("load.scm", "(import (l)) (g)");
    let program = format!(
        "(define (try) (guard (e ((error-object? e) (error-object-message e))) (load {load:?})))\n\
         (try)\n(try)\n(try)\n"
    );
    let output = cozen_with_input(&[&option], &program);
    assert_eq!(out(&output), "\"boom\"\n(1 2)\n(1 2)\n", "{}", err(&output));
    let forms = "(define-library (m) (export x) (import (scheme base)) (begin (define x 1) (car x)))\n\
        (import (m))\n\
        (define-library (m) (export x) (import (scheme base)) (begin (define x 2)))\n\
        (import (m))\nx\n";
    let output = cozen_with_input(&[], forms);
    assert_eq!(out(&output), "2\n", "{}", err(&output));
    assert!(
        err(&output).contains("library (m) is not known"),
        "{}",
        err(&output)
    );
}

#[test]
fn internal_libraries_are_invisible() {
    for form in [
        "(import (cozen primitives))",
        "(import (only (cozen primitives) %record-ref))",
        "(import (prefix (cozen primitives) p:))",
        "(define-library (x) (export y) (import (cozen primitives)) (begin (define y 1)))",
        "(eval '(import (cozen primitives)) (interaction-environment))",
        "(environment '(cozen primitives))",
        "(define-library (cozen primitives) (export car) (import (scheme base)))\n(import (cozen primitives))",
    ] {
        let output = cozen_with_input(&[], &format!("{form}\n(+ 40 2)\n"));
        let errors = err(&output);
        assert!(
            errors.contains("(cozen primitives) is the runtime's own"),
            "{form}: {errors}"
        );
        assert!(out(&output).ends_with("42\n"), "{form}: {errors}");
    }
    let found = "(cond-expand ((library (cozen primitives)) 'there) (else 'not-there))";
    assert_eq!(out(&cozen(&["-e", found])), "not-there\n");
    for form in [
        "(%record-ref 1 2 (car (list 0)))",
        "(eval '(%record-ref 1 2 (car (list 0))) (interaction-environment))",
        "(%make-record)",
        "(%apply car 5)",
    ] {
        let output = cozen_with_input(
            &[],
            &format!("{form}\n(eval '(+ 40 2) (interaction-environment))\n"),
        );
        assert!(
            err(&output).contains("unbound variable %"),
            "{form}: {}",
            err(&output)
        );
        assert_eq!(out(&output), "42\n", "{form}");
    }
}
