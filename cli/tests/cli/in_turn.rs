//! Texts whose forms are evaluated one after the other: what a form brings by `load` or `eval`, those behind it know.

use std::fs;
use std::path::Path;

use super::{Scratch, cozen, cozen_with_input, err, out};

const MACROS: &str = "(define-syntax swap!
  (syntax-rules () ((_ a b) (let ((t a)) (set! a b) (set! b t)))))
(define (twice x) (* x 2))\n";

/// A text that uses what it brings; what it writes.
fn bringing(macros: &Path) -> (String, &'static str) {
    let text = format!(
        "(display 'start) (load \"{}\")
(define x 1) (define y 2) (swap! x y)
(display (list x y (twice 21)))
(define (bring form) (eval form (interaction-environment)))
(bring '(define-syntax my-if (syntax-rules () ((_ c a b) (cond (c a) (else b))))))
#!fold-case
(DISPLAY (MY-IF #f (car '()) 'OK))
#!no-fold-case
(define-syntax A (syntax-rules () ((_) 'A))) (display (A))\n",
        macros.display()
    );
    (text, "start(2 1 42)okA")
}

#[test]
fn forms_behind_a_load_or_an_eval_know_the_macros_that_it_brings() {
    let scratch = Scratch::new("in-turn");
    let (text, written) = bringing(&scratch.file("macros.scm", MACROS));
    let file = scratch.file("main.scm", &text);
    let file = file.to_str().expect("UTF-8");
    let cache = scratch.0.join("cache");
    let run = |options: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_cozen"))
            .args(options)
            .arg(file)
            .env("XDG_CACHE_HOME", &cache)
            .output()
            .expect("cozen starts");
        assert!(output.status.success(), "{options:?}: {}", err(&output));
        assert_eq!(out(&output), written, "{options:?}");
    };
    // The second run takes the first part from the cache.
    for options in [
        &["--no-cache"][..],
        &["-O0", "--no-cache"],
        &["--native", "--no-cache"],
        &["--jit=off", "--no-cache"],
        &[],
        &[],
        &["--fresh"],
    ] {
        run(options);
    }
    assert_eq!(out(&cozen_with_input(&["-"], &text)), written);
    assert_eq!(out(&cozen_with_input(&[], &text)), written);
    assert_eq!(out(&cozen(&["-e", &text])), written);
    let load = format!("(load \"{file}\")");
    assert_eq!(out(&cozen(&["-e", &load])), written);
}

#[test]
fn a_loaded_file_runs_up_to_its_mistake() {
    let scratch = Scratch::new("mistakes");
    let mistakes = [
        ("(display 'c", "3:1: unexpected end of input in a list", "^"),
        ("  (if)", "3:3: if: expected 2 or 3 operands", "^^^^"),
        (
            "(display #<port>)",
            "3:10: unknown syntax `#<port>`",
            "^^^^^^^",
        ),
        ("(car 'c)", "3:1: car: expected pair", "^"),
    ];
    for (mistake, message, carets) in mistakes {
        let text = format!("(display 'a)\n(define b 'b) (display b)\n{mistake}\n(display 'd)");
        let file = scratch.file("mistaken.scm", &text);
        let output = cozen(&["-e", &format!("(load \"{}\")", file.display())]);
        assert_eq!(out(&output), "ab", "{mistake}");
        assert_eq!(output.status.code(), Some(1), "{mistake}");
        let err = err(&output);
        assert!(err.contains(message), "{mistake}: {err}");
        let marked = err.lines().find(|line| line.trim_start().starts_with("| "));
        let marked = marked.map(|line| line.trim_start().trim_start_matches(['|', ' ']));
        assert_eq!(marked, Some(carets), "{mistake}: {err}");
    }
}

#[test]
fn a_program_with_a_mistake_anywhere_does_not_start() {
    let scratch = Scratch::new("no-start");
    let file = scratch.file(
        "main.scm",
        "(display 'a) (eval 1 (interaction-environment))\n(if)\n(display",
    );
    let output = cozen(&["--no-cache", file.to_str().expect("UTF-8")]);
    assert_eq!(out(&output), "");
    assert!(
        err(&output).contains("3:1: unexpected end of input"),
        "{}",
        err(&output)
    );
}

#[test]
fn a_continuation_of_an_earlier_form_evaluates_those_behind_it_again() {
    let text = "(define k #f) (define n 0)
(eval 0 (interaction-environment))
(display (call/cc (lambda (c) (set! k c) 'in)))
(set! n (+ n 1))
(if (< n 3) (k n))
(display 'end)";
    assert_eq!(out(&cozen(&["-e", text])), "in12end");
}

#[test]
fn a_file_of_many_forms_is_loaded_in_linear_time() {
    let scratch = Scratch::new("many-forms");
    let mut text = String::from("(define sum 0)\n");
    for number in 0..20_000 {
        let form = "(set! sum (+ sum {number} (* 0 (length (list sum)))))\n";
        text.push_str(&form.replace("{number}", &number.to_string()));
    }
    text.push_str("(display sum)\n");
    let file = scratch.file("forms.scm", &text);
    let output = cozen(&["-e", &format!("(load \"{}\")", file.display())]);
    assert_eq!(
        out(&output),
        (0..20_000).sum::<u32>().to_string(),
        "{}",
        err(&output)
    );
    fs::remove_file(file).expect("it is there");
}

#[test]
fn what_is_compiled_to_a_file_is_one_unit() {
    let scratch = Scratch::new("one-unit");
    let text = "(define-syntax two (syntax-rules () ((_) 2)))
(display (eval '(+ 1 2) (interaction-environment)))
(display (two))";
    let file = scratch.file("main.scm", text);
    let image = scratch.0.join("main.czo");
    let [file, image] = [&file, &image].map(|path| path.to_str().expect("UTF-8"));
    let compiled = cozen(&["compile", file, "-o", image]);
    assert!(compiled.status.success(), "{}", err(&compiled));
    assert_eq!(out(&cozen(&[image])), "32");
}
