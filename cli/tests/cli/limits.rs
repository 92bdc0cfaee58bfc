//! Programs beyond what instructions can number: an error with its place, or a result.

use std::process::Output;

use crate::{IMPORTS, Scratch, cozen, err, out, text};

/// Runs `program`, whose text begins in the second line of its file.
fn run(name: &str, program: &str) -> Output {
    let scratch = Scratch::new(name);
    let file = scratch.file("limits.scm", &format!("{IMPORTS}{program}"));
    cozen(&[text(&file)])
}

/// The first line of what `cozen` says of a program, without the file.
fn error(name: &str, program: &str) -> String {
    let output = run(name, program);
    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
    let errors = err(&output);
    let (_, placed) = errors.split_once("limits.scm:").unwrap_or_default();
    placed.lines().take(1).collect()
}

fn result(name: &str, program: &str) -> String {
    let output = run(name, program);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    out(&output)
}

fn many(count: usize, part: impl Fn(usize) -> String) -> String {
    (0..count).map(part).collect::<Vec<_>>().join(" ")
}

#[test]
fn what_is_too_long_is_an_error_with_its_place() {
    let parameters = many(40_000, |n| format!("a{n}"));
    assert_eq!(
        error(
            "parameters",
            &format!("(define (f x)\n  (lambda ({parameters}) a0))")
        ),
        "3:3: procedure `` has 40000 parameters, the limit is 32767"
    );
    let names = many(40_000, |n| format!("a{n}"));
    assert_eq!(
        error("values", &format!("(define-values ({names}) (values 1 2))")),
        "2:1: 40000 values at once, the limit is 32767"
    );
    let fields = many(40_000, |n| format!("(f{n} get{n})"));
    let names = many(40_000, |n| format!("f{n}"));
    let text = error(
        "fields",
        &format!("(define-record-type p (make {names}) p? {fields})"),
    );
    assert!(text.starts_with("2:"), "{text}");
}

#[test]
fn long_calls_are_calls() {
    let operands = many(70_000, |n| n.to_string());
    let program = format!("(define (f . all) (length all))\n(write (f {operands}))");
    assert_eq!(result("long", &program), "70000");
    let program = format!("(define (f a) a)\n(write (f {operands}))");
    let text = error("wrong", &program);
    assert!(
        text.starts_with("3:8: f: expected 1 argument, found 70000"),
        "{text}"
    );
    let bindings = many(70_000, |n| format!("(p {n})"));
    let program =
        format!("(define p (make-parameter -1))\n(write (parameterize ({bindings}) (p)))");
    assert_eq!(result("bindings", &program), "0");
}

#[test]
fn a_quasiquotation_holds_any_number_of_values() {
    let unquoted = many(70_000, |n| format!(",(+ x {n})"));
    let program = format!(
        "(define (f x) `({unquoted})) (define l (f 1))
        (write (list (length l) (list-ref l 5000) (list-ref l 69999)))"
    );
    assert_eq!(result("quasiquoted-list", &program), "(70000 5001 70000)");
    let program = format!("(define (f x) `#({unquoted})) (write (vector-ref (f 1) 69999))");
    assert_eq!(result("quasiquoted-vector", &program), "70000");
}

#[test]
fn recursion_without_end_exhausts_the_stack_whatever_it_goes_through() {
    let programs = [
        ("captures", "(define (f) (+ 1 (call/cc (lambda (k) (f)))))"),
        (
            "kept continuations",
            "(define kept '()) (define (f) (call/cc (lambda (k) (set! kept (cons k kept)) (f))) 1)",
        ),
        ("guards", "(define (f) (guard (e (#f 1)) (f)))"),
        (
            "guards that catch all",
            "(define (f) (+ 1 (guard (e (#f 1) (else (raise e))) (f))))",
        ),
        (
            "handlers",
            "(define (f) (with-exception-handler (lambda (e) 1) (lambda () (+ 1 (f)))))",
        ),
        (
            "handlers of tail calls",
            "(define (f) (with-exception-handler (lambda (e) 1) (lambda () (f))))",
        ),
        (
            "parameters",
            "(define p (make-parameter 1)) (define (f) (parameterize ((p 2)) (f)))",
        ),
        (
            "extents",
            "(define (f) (dynamic-wind (lambda () 1) (lambda () (f)) (lambda () 1)))",
        ),
        ("rest lists", "(define (f . l) (+ 1 (apply f 1 2 3 '())))"),
    ];
    for (name, program) in programs {
        for tier in ["--no-native", "--native"] {
            let scratch = Scratch::new("endless");
            let program = format!("{IMPORTS}{program}\n(f)");
            let file = scratch.file("endless.scm", &program);
            let output = cozen(&["--stack-max=2M", "--heap-max=64M", tier, text(&file)]);
            assert_eq!(output.status.code(), Some(1), "{name}: {}", err(&output));
            assert!(
                err(&output).contains("stack exhausted"),
                "{name}, {tier}: {}",
                err(&output)
            );
        }
    }
}

#[test]
fn errors_in_handlers_keep_no_backtraces() {
    // All backtraces together take more than the heap may have.
    let program = "(import (scheme process-context))
         (define (f n)
           (if (= n 0)
               (begin (write 'done) (exit 0))
               (with-exception-handler (lambda (e) (f (- n 1))) (lambda () (car n)))))
         (f 40000)";
    for tier in ["--no-native", "--native"] {
        let scratch = Scratch::new("errors-in-handlers");
        let file = scratch.file("program.scm", &format!("{IMPORTS}{program}"));
        let output = cozen(&["--heap-max=24M", tier, text(&file)]);
        assert_eq!(out(&output), "done", "{tier}: {}", err(&output));
    }
}

#[test]
fn a_handler_that_exhausts_the_stack_leaves_that_to_the_handlers_outside() {
    let program = "(define (deep n) (+ 1 (deep (+ n 1))))
        (define (captures) (+ 1 (call/cc (lambda (k) (captures)))))
        (define log '())
        (define (note x) (set! log (cons x log)))
        (define (exhausted? e) (string=? (error-object-message e) \"stack exhausted; its limit in bytes:\"))
        (define (handled handle thunk)
          (guard (e ((exhausted? e) 'outer)) (with-exception-handler (lambda (e) (handle)) thunk)))
        (define (nested count)
          (if (= count 0)
              (deep 0)
              (with-exception-handler (lambda (e) (deep 0)) (lambda () (nested (- count 1))))))
        (write
         (list (handled (lambda () (deep 0)) (lambda () (deep 0)))
               (handled captures captures)
               (handled (lambda () (guard (e (#f 1)) (deep 0))) captures)
               (guard (e ((exhausted? e) 'nested)) (nested 5))
               (handled (lambda ()
                          (dynamic-wind (lambda () (note 'in)) (lambda () (deep 0)) (lambda () (note 'out))))
                        (lambda () (deep 0)))
               log))
        (newline)
        (nested 1)";
    let scratch = Scratch::new("exhausted-again");
    let file = scratch.file("again.scm", &format!("{IMPORTS}{program}"));
    for options in [
        &["--no-native"][..],
        &["--native"],
        &["--native", "--zeal=paced"],
        &["-O0", "--zeal=paced:7"],
    ] {
        let output = cozen(&[options, &["--stack-max=1M", text(&file)]].concat());
        assert_eq!(
            out(&output),
            "(outer outer outer nested outer (out in))\n",
            "{options:?}: {}",
            err(&output)
        );
        // Nobody handles the last one.
        assert_eq!(output.status.code(), Some(1));
        let errors = err(&output);
        assert!(errors.contains("again.scm:2:"), "{errors}");
        assert!(
            errors.contains(": stack exhausted; its limit in bytes: 1048576\n"),
            "{errors}"
        );
    }
}

#[test]
fn a_program_goes_on_after_captured_frames_were_too_many() {
    let program = "(define (f) (+ 1 (call/cc (lambda (k) (f)))))
        (define (caught) (guard (e ((error-object? e) 'caught)) (f)))
        (define (count n) (if (= n 0) 0 (+ 1 (call/cc (lambda (k) (count (- n 1)))))))
        (write (list (caught) (caught) (count 1000) (caught)))";
    let scratch = Scratch::new("after-captures");
    let file = scratch.file("after.scm", &format!("{IMPORTS}{program}"));
    for tier in ["--no-native", "--native"] {
        let output = cozen(&["--stack-max=1M", tier, text(&file)]);
        assert_eq!(
            out(&output),
            "(caught caught 1000 caught)",
            "{}",
            err(&output)
        );
    }
}
