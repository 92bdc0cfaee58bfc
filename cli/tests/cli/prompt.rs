//! Forms that are entered at the prompt, or given by `-e`.

use crate::{cozen, cozen_with_input, err, out};

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
