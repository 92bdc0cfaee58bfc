//! Environments for `eval` are objects: the collector frees them, and the compiler forgets what belonged to them.

#[path = "support/runtime.rs"]
mod runtime;

use std::num::NonZeroU32;

use cozen::{RuntimeBuilder, Scheme, Zeal};
use runtime::runtime_builder;

const SETUP: &str = "
    (import (scheme base) (scheme eval) (scheme repl) (scheme r5rs) (cozen memory))
    (define (new-name i) (string->symbol (string-append \"name-\" (number->string i))))
    ;; An environment with one procedure and a form, whose names no other one has.
    (define (make i) (environment `(rename (only (scheme base) list lambda) (list ,(new-name i)))))
    (define (works? environment i)
      (equal? '(1 2) (eval (list (new-name i) 1 2) environment)))
    (define (make-many count)
      (do ((i 0 (+ i 1))) ((= i count)) (make i)))
    (define (collect) (collect-garbage) (collect-garbage))";

fn with_setup<R>(
    builder: RuntimeBuilder,
    body: impl for<'a, 'id> FnOnce(&mut Scheme<'a, 'id>) -> R,
) -> R {
    builder.build().expect("a runtime").enter(|scheme| {
        scheme.run_text(SETUP, "setup").expect("the setup runs");
        body(scheme)
    })
}

fn run(scheme: &mut Scheme<'_, '_>, text: &str) {
    let outcome = scheme.run_text(text, "form");
    outcome.unwrap_or_else(|error| panic!("{text}: {error}"));
}

fn assert_true(scheme: &mut Scheme<'_, '_>, text: &str) {
    assert!(scheme.evaluate::<bool>(text).expect(text), "{text}");
}

/// What is kept outside the heap, after a collection of everything.
fn external_bytes(scheme: &mut Scheme<'_, '_>) -> usize {
    run(scheme, "(collect)");
    scheme.statistics().external_bytes
}

/// What the table of symbols and the images of a few forms may differ by.
const NOISE_BYTES: usize = 64 << 10;

#[test]
fn nothing_stays_of_environments_without_end() {
    for builder in [runtime_builder(), runtime_builder().heap_bytes_max(8 << 20)] {
        with_setup(builder, |scheme| {
            run(scheme, "(make-many 1000)");
            let before = external_bytes(scheme);
            for count in [20_000, 200_000] {
                run(scheme, &format!("(make-many {count})"));
                let after = external_bytes(scheme);
                assert!(
                    after < before + NOISE_BYTES,
                    "{count}: {before} and {after}"
                );
            }
        });
    }
}

#[test]
fn environments_without_end_make_minor_collections_due() {
    const BYTES_MAX: usize = 8 << 20;
    with_setup(runtime_builder(), |scheme| {
        scheme
            .define_procedure("check", |call: &mut cozen::Call<'_, '_>| {
                let bytes = call.scheme().statistics().external_bytes;
                assert!(bytes < BYTES_MAX, "{bytes}");
                call.give(0)
            })
            .expect("a name");
        let all = "(do ((i 0 (+ i 1))) ((= i 4000))
            (environment `(prefix (scheme base) ,(new-name i)))
            (check))";
        let full_before = scheme.statistics().full.count;
        run(scheme, all);
        assert_eq!(scheme.statistics().full.count, full_before);
    });
}

#[test]
fn what_is_dropped_of_a_thousand_environments_is_freed() {
    with_setup(runtime_builder(), |scheme| {
        run(scheme, "(make 0)");
        let before = external_bytes(scheme);
        run(
            scheme,
            "(define all (make-vector 1000))
            (do ((i 0 (+ i 1))) ((= i 1000)) (vector-set! all i (make i)))",
        );
        let full = external_bytes(scheme);
        assert!(full > before + 1000 * 256, "{before} and {full}");
        run(scheme, "(define kept (vector-ref all 437)) (set! all #f)");
        let after = external_bytes(scheme);
        assert!(after < before + NOISE_BYTES, "{before} and {after}");
        // Others get the numbers of those that are gone.
        run(
            scheme,
            "(define others (make-vector 2000))
            (do ((i 0 (+ i 1))) ((= i 2000)) (vector-set! others i (make (+ 1000 i))))",
        );
        assert_true(scheme, "(works? kept 437)");
        assert_true(
            scheme,
            "(let loop ((i 0)) (or (= i 2000) (and (works? (vector-ref others i) (+ 1000 i)) (loop (+ i 1)))))",
        );
        assert_true(scheme, "(eq? kept (make 437))");
        assert_true(
            scheme,
            "(guard (e ((error-object? e) #t)) (eval '(name-438 1) kept) #f)",
        );
    });
}

#[test]
fn an_environment_stays_as_long_as_something_leads_to_it() {
    with_setup(runtime_builder(), |scheme| {
        run(scheme, "(define guardian (make-guardian)) (define kept #f)");
        for holder in [
            "(list (watched))",
            "(let ((environment (watched))) (lambda () (eval 'list environment)))",
            "(call/cc (lambda (k) (let ((made (watched))) (call/cc k) made)))",
            "(make-parameter (watched))",
            "(make-ephemeron 1 (watched))",
            "(eval (list 'lambda '() (list 'quote (watched))) (interaction-environment))",
        ] {
            run(
                scheme,
                "(define (watched) (let ((made (make 7))) (guardian made) made))",
            );
            run(scheme, &format!("(set! kept {holder}) (collect)"));
            assert!(
                !scheme
                    .evaluate::<bool>("(and (guardian) #t)")
                    .expect("it evaluates"),
                "{holder}"
            );
            run(scheme, "(set! kept #f) (collect)");
            assert_true(
                scheme,
                "(let ((gone (guardian))) (and gone (works? gone 7)))",
            );
        }
    });
}

#[test]
fn a_handle_keeps_an_environment() {
    with_setup(runtime_builder(), |scheme| {
        run(scheme, "(make 3)");
        let before = external_bytes(scheme);
        run(scheme, "(make 4)");
        let environment = scheme.handle(scheme.value());
        run(
            scheme,
            "(let ((environment (make 5))) (lambda () (works? environment 5)))",
        );
        let works = scheme.handle(scheme.value());
        run(scheme, "(make-many 500)");
        let after = external_bytes(scheme);
        assert!(after > before, "{before} and {after}");
        assert!(scheme.call::<bool>(&works, &[]).expect("it evaluates"));
        let value = scheme.value_of(&environment).expect("its own runtime");
        let text = scheme.heap().written(value);
        assert_eq!(text.expect("a short text"), "#<environment>");
    });
}

#[test]
fn code_outlives_the_environment_that_it_was_compiled_in() {
    with_setup(runtime_builder(), |scheme| {
        run(
            scheme,
            "(define f (eval '(lambda (x) (name-5 x x)) (make 5)))
            (define unbound (eval '(lambda () missing) (make 6)))
            (collect) (make-many 100) (collect)",
        );
        assert_true(scheme, "(equal? '(1 1) (f 1))");
        assert_true(scheme, "(guard (e ((error-object? e) #t)) (unbound) #f)");
        // A running `eval` needs its environment no more than that.
        assert_true(
            scheme,
            "(equal? '(1 (2))
               (eval `(name-8 1 (,(lambda () (collect) (make-many 50) (collect) (list 2)))) (make 8)))",
        );
        // Nor does code need it whose library is another one meanwhile.
        run(
            scheme,
            "(define (define-library! value)
               (eval `(define-library (l) (export v) (import (scheme base)) (begin (define v ,value)))
                     (interaction-environment)))
             (define-library! 1)
             (define get (eval '(lambda () v) (environment '(l) '(only (scheme base) lambda))))
             (define old (environment '(l)))
             (do ((i 2 (+ i 1))) ((= i 300)) (define-library! i) (environment '(l)))
             (collect)",
        );
        assert_true(
            scheme,
            "(equal? '(1 1 299) (list (get) (eval 'v old) (eval 'v (environment '(l)))))",
        );
    });
}

#[test]
fn lasting_environments_are_objects_too() {
    with_setup(runtime_builder(), |scheme| {
        run(
            scheme,
            "(eval '(define x 1) (interaction-environment)) (collect)",
        );
        assert_true(scheme, "(eqv? 1 (eval 'x (interaction-environment)))");
        assert_true(
            scheme,
            "(let ((here (interaction-environment))) (collect) (eq? here (interaction-environment)))",
        );
        for version in ["(scheme-report-environment 5)", "(null-environment 5)"] {
            run(scheme, &format!("{version} (collect)"));
            assert_true(scheme, &format!("(eqv? 2 (eval '(if #f 1 2) {version}))"));
        }
    });
}

#[test]
fn nothing_else_is_an_environment() {
    with_setup(runtime_builder(), |scheme| {
        run(scheme, "(define kept (make 1))");
        for other in [
            "0",
            "1",
            "2",
            "-1",
            "#f",
            "'()",
            "(list kept)",
            "list",
            "\"\"",
        ] {
            for call in ["(eval 1 {})", "(load \"no-file\" {})"] {
                let call = call.replace("{}", other);
                let report =
                    format!("(guard (e ((error-object? e) (error-object-message e))) {call})");
                let message: String = scheme.evaluate(&report).expect("it is caught");
                assert_eq!(
                    message, "expected environment as argument 2, found",
                    "{call}"
                );
            }
        }
    });
}

#[test]
fn environments_survive_collections_everywhere() {
    let zeal = runtime_builder().zeal(Zeal::Every(NonZeroU32::MIN));
    with_setup(zeal, |scheme| {
        run(
            scheme,
            "(define kept (make 1000))
            (define all (map make '(1 2 3)))
            (do ((i 0 (+ i 1))) ((= i 20)) (unless (works? (make i) i) (error \"wrong\" i)))
            (set! all (cdr all))",
        );
        assert_true(
            scheme,
            "(and (works? kept 1000) (works? (car all) 2) (eq? (car all) (make 2)))",
        );
    });
}

/// An error of the compiler's, or an interrupt, leaves all as it was.
#[test]
fn import_sets_that_fail_leave_nothing() {
    with_setup(runtime_builder(), |scheme| {
        let fail = "(guard (e (#t #f)) (environment '(only (scheme base) car no-such-name)))";
        run(scheme, fail);
        let before = external_bytes(scheme);
        for _ in 0..200 {
            run(scheme, fail);
        }
        let after = external_bytes(scheme);
        assert!(after < before + NOISE_BYTES, "{before} and {after}");
    });
}
