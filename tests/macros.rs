//! Macros that are procedures: their errors, their limits, and what they leave alone.

#![cfg(feature = "compiler")]

#[path = "support/runtime.rs"]
mod runtime;

use std::path::Path;
use std::thread;
use std::time::Duration;

use cozen::{CompilerOptions, Error, Frontend, Runtime};
use runtime::runtime_builder;

/// What `text` evaluates to, as `write` shows it, or the first message with its place and notes.
fn outcome(runtime: &mut Runtime, text: &str) -> String {
    runtime.enter(|scheme| match scheme.run_text(text, "text") {
        Ok(()) => scheme.heap().written(scheme.value()).expect("short enough"),
        Err(Error::Syntax(diagnostics)) => {
            let first = &diagnostics[0];
            format!("{}:{}: {}", first.line, first.column, first.message)
        }
        Err(other) => other.with_causes(),
    })
}

fn fresh_outcome(text: &str) -> String {
    outcome(&mut runtime_builder().build().expect("a runtime"), text)
}

/// Texts, and the messages that they get.
const MISUSES: &[(&str, &str)] = &[
    (
        "(define-syntax m (lambda (x) (car 5)))\n(list (m))",
        "2:7: car: expected pair as argument 1, found 5",
    ),
    (
        "(define-syntax m (lambda (x) (error \"no luck:\" (syntax->datum x))))\n (m 1)",
        "2:2: no luck: (m 1)",
    ),
    (
        "(define-syntax m (lambda (x) (syntax-case x () ((_ a) #'a))))\n(m 1 2)",
        "2:1: this form matches no clause of syntax-case (m 1 2)",
    ),
    (
        "(define-syntax m (lambda (x) 'a))\n(m)",
        "2:1: m: the macro's procedure has returned the symbol `a` where an identifier is expected",
    ),
    (
        "(define-syntax m (lambda (x) car))\n(m)",
        "2:1: the macro's procedure has returned #<procedure car>, which no text denotes",
    ),
    (
        "(define-syntax m (lambda (x) (let ((p (list 1))) (set-cdr! p p) p)))\n(m)",
        "2:1: the macro's procedure has returned circular data",
    ),
    (
        "(define-syntax m 5)",
        "1:18: expected (syntax-rules ...), a procedure or a keyword, found 5",
    ),
    (
        "(define-syntax m (lambda (x) (no-such-procedure x)))",
        "1:31: unbound variable `no-such-procedure`",
    ),
    (
        "(lambda (z) (define-syntax m (lambda (x) z)) (m))",
        "1:42: `z` has no value while macros are expanded",
    ),
    (
        "(define z (list 1))\n(define-syntax m (lambda (x) z))",
        "2:30: `z` has no value while macros are expanded",
    ),
    (
        "(define-for-syntax z 1)\n(list z)",
        "2:7: `z` has a value only while macros are expanded",
    ),
    (
        "(define-syntax m (lambda (x) (syntax-case x () ((_ a) a))))",
        "1:55: `a` is a variable of a pattern: only templates use it",
    ),
    (
        "(define-syntax m (lambda (x) (syntax-case x () ((_ a ...) #'a))))",
        "1:61: syntax-case: `a` needs more ellipses in the template",
    ),
    (
        "(define-syntax m (lambda (x) (syntax-case x () ((_ a a) #'a))))",
        "1:54: syntax-case: `a` occurs twice in the pattern",
    ),
    (
        "(syntax-case 1 () (a))",
        "1:19: syntax-case: expected a clause (pattern [fender] output)",
    ),
    (
        "(syntax-parameterize ((car 1)) 1)",
        "1:22: syntax-parameterize: `car` is no syntax parameter",
    ),
    (
        "(let () (begin-for-syntax 1) 2)",
        "1:9: begin-for-syntax: expected at top level only",
    ),
    (
        "(begin-for-syntax (import (scheme base)))",
        "1:19: import: libraries are imported outside of `begin-for-syntax`",
    ),
    (
        "(define-syntax m (er-macro-transformer (lambda (form rename compare) (rename 5))))\n(m)",
        "2:1: rename: expected an identifier 5",
    ),
    (
        "(define-syntax m (lambda (x) #'(m)))\n(m)",
        "2:1: macro expansion does not end, or macros and shared parts make too much code",
    ),
    (
        "(define-syntax m (lambda (x) (datum->syntax 5 'a)))\n(m)",
        "2:1: datum->syntax: expected an identifier 5",
    ),
];

#[test]
fn misuses_have_messages_that_point_at_them() {
    for (text, expected) in MISUSES {
        assert_eq!(fresh_outcome(text), *expected, "{text}");
    }
}

#[test]
fn an_error_in_a_part_of_a_use_points_at_the_part() {
    let text =
        "(define-syntax m (lambda (x) (syntax-case x () ((_ a) #'(let ((b 1)) a)))))\n(m\n  (if))";
    assert_eq!(
        fresh_outcome(text),
        "3:3: if: expected 2 or 3 operands, found 0"
    );
}

#[test]
fn a_procedure_of_a_macro_that_does_not_end_is_interrupted() {
    let mut runtime = runtime_builder().build().expect("a runtime");
    let interrupt = runtime.interrupt();
    let waiting = thread::spawn(move || {
        thread::sleep(Duration::from_millis(300));
        interrupt.request();
    });
    let text = "(define-syntax m (lambda (x) (let loop () (loop)))) (m)";
    let ended = runtime.enter(|scheme| scheme.run_text(text, "text"));
    assert!(matches!(ended, Err(Error::Interrupted { .. })), "{ended:?}");
    waiting.join().expect("the thread only waits");
    assert_eq!(outcome(&mut runtime, "(+ 1 2)"), "3");
    let text = "(define-syntax n (lambda (x) #'5)) (n)";
    assert_eq!(outcome(&mut runtime, text), "5");
}

#[test]
fn a_procedure_of_a_macro_has_the_limits_of_the_program() {
    let mut runtime = runtime_builder()
        .heap_bytes_max(16 << 20)
        .build()
        .expect("a runtime");
    let text = "(begin-for-syntax (define kept (list 1)))
                (define-syntax m (lambda (x) (let loop () (set! kept (cons 1 kept)) (loop))))\n(m)";
    let found = outcome(&mut runtime, text);
    assert!(found.starts_with("3:1: "), "{found}");
    assert_eq!(outcome(&mut runtime, "(+ 1 2)"), "3");
}

#[test]
fn a_live_object_passes_through_a_macro() {
    let text = "(define-syntax m (lambda (x) (syntax-case x () ((_ a) #'(list a a)))))
                (define object (lambda () 7))
                (define found (eval (list 'm object) (interaction-environment)))
                (list (eq? (car found) object) ((cadr found)))";
    assert_eq!(fresh_outcome(text), "(#t 7)");
}

#[test]
fn a_macro_procedure_may_evaluate() {
    let text = "(define-syntax m (lambda (x) (syntax-case x ()
                  ((k e) (datum->syntax #'k (eval (syntax->datum #'e) (interaction-environment)))))))
                (m (* 6 7))";
    assert_eq!(fresh_outcome(text), "42");
}

#[test]
fn the_same_text_gives_the_same_image() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scheme/expander/syntax-case.scm");
    let compile = || {
        let mut frontend = Frontend::standard(Vec::new(), CompilerOptions::default());
        let image = frontend.compile_image(&file).expect("it compiles");
        image.bytes().to_vec()
    };
    assert!(compile() == compile());
}

#[test]
fn a_text_means_its_own_definitions_of_names_that_interactions_know() {
    let text = "(define (f l) (filter l)) (define (filter l) (cons 'mine l)) (f '())";
    assert_eq!(fresh_outcome(text), "(mine)");
    let text = "(define (f x) (match x)) (define (match x) (list 'mine x)) (f 1)";
    assert_eq!(fresh_outcome(text), "(mine 1)");
    assert_eq!(fresh_outcome("(match '(1 2) ((a b) (+ a b)))"), "3");
    assert_eq!(fresh_outcome("(filter odd? (iota 5))"), "(1 3)");
}

#[test]
fn a_text_without_imports_knows_what_users_of_other_implementations_expect() {
    let cases = [
        ("(fold + 0 '(1 2 3))", "6"),
        ("(reduce max 0 '(1 5 3))", "5"),
        ("(delete 1 '(1 2 1))", "(2)"),
        ("(list-index even? '(1 2))", "1"),
        ("(last '(1 2))", "2"),
        ("(exact->inexact 1/2)", "0.5"),
        ("(sort '(3 1 2) <)", "(1 2 3)"),
        ("(sort < '(3 1 2))", "(1 2 3)"),
        ("(sort > (vector 3 1 2))", "#(3 2 1)"),
        (
            "(let ((t (make-hash-table))) (hash-table-set! t 'a 1) (hash-table-ref t 'a))",
            "1",
        ),
        (
            "(let ((t (make-equal-hashtable))) (hashtable-set! t '(a) 1) (hashtable-ref t '(a) 0))",
            "1",
        ),
        (
            "(let ((t (make-hash-table))) (hash-set! t 'a 1) (list (hash-ref t 'a) (hash-ref t 'b)))",
            "(1 #f)",
        ),
        ("(format #f \"~a-~s\" \"x\" \"y\")", "\"x-\\\"y\\\"\""),
        (
            "(call-with-output-string (lambda (port) (write 'a port)))",
            "\"a\"",
        ),
        (
            "(with-output-to-string (lambda () (printf \"~a\" 1) (pretty-print '(1 2))))",
            "\"1(1 2)\\n\"",
        ),
        (
            "(begin (define x 1) (list (fluid-let ((x 2)) x) x))",
            "(2 1)",
        ),
        (
            "(let ((p (make-parameter 1))) (list (parameterize* ((p 2) (p (+ (p) 1))) (p)) (p)))",
            "(3 1)",
        ),
        ("(and-let* ((x 5) ((> x 3))) x)", "5"),
        ("(receive (a . b) (values 1 2 3) (list a b))", "(1 (2 3))"),
        ("((cut + 1 <>) 2)", "3"),
        ("(let ((n 0)) (while (< n 3) (set! n (+ n 1))) n)", "3"),
        ("(list (1+ 1) (add1 1) (sub1 1) (-1+ 1))", "(2 2 0 0)"),
        ("(assq-ref '((a . 1)) 'a)", "1"),
        ("(string-split \"a,b\" #\\,)", "(\"a\" \"b\")"),
        ("(string-index \"abc\" #\\b)", "1"),
        ("(string-join '(\"a\" \"b\") \"-\")", "\"a-b\""),
        ("(string-prefix? \"a\" \"ab\")", "#t"),
        (
            "(begin (define* (f a #:optional (b 2) #:key (c 3)) (list a b c)) (f 1 #:c 4))",
            "(1 2 4)",
        ),
        ("(let-optionals '(1) ((a 0) (b 2)) (list a b))", "(1 2)"),
        ("(begin (define-macro (m x) (list '+ x x)) (m 4))", "8"),
        (
            "(let loop ([i 0] [l '()]) (if (= i 3) l (loop (+ i 1) (cons i l))))",
            "(2 1 0)",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(fresh_outcome(text), expected, "{text}");
    }
}

#[test]
fn a_macro_uses_procedures_that_an_earlier_text_has_defined() {
    let mut runtime = runtime_builder().build().expect("a runtime");
    assert_eq!(
        outcome(
            &mut runtime,
            "(define (twice n) (* 2 (same n)))\n(define (same n) n)\n1"
        ),
        "1"
    );
    let text = "(define-syntax m (lambda (x) (syntax-case x () ((k n)
                  (datum->syntax #'k (twice (syntax->datum #'n)))))))\n(m 21)";
    assert_eq!(outcome(&mut runtime, text), "42");
}
