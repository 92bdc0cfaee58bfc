//! Images are nodes of the object graph: an image stays exactly as long as something needs it.
//!
//! Each test evaluates a form with a record quoted in it. Only the image of that form keeps the
//! record. So a guardian of the record tells when the image is gone. The guardian tells in the
//! collection after the one that found the image unreachable, because the objects that an image
//! kept go with the image.

#[path = "support/runtime.rs"]
mod runtime;

use cozen::Scheme;
use runtime::runtime_builder;

const SETUP: &str = "
    (import (scheme base) (scheme eval) (scheme repl) (cozen memory))
    (define-record-type thing (make-thing number) thing? (number thing-number))
    (define guardian (make-guardian))
    (define kept #f)
    (define (watched)
      (let ((thing (make-thing 1)))
        (guardian thing)
        thing))
    (define (evaluate form) (eval form (interaction-environment)))
    (define (gone?)
      (collect-garbage)
      (collect-garbage)
      (and (guardian) #t))";

fn with_setup(body: impl for<'a, 'id> FnOnce(&mut Scheme<'a, 'id>)) {
    runtime_builder()
        .build()
        .expect("a runtime")
        .enter(|scheme| {
            scheme.run_text(SETUP, "setup").expect("the setup runs");
            body(scheme);
        });
}

fn assert_kept_until_dropped(scheme: &mut Scheme<'_, '_>, form: &str) {
    scheme
        .run_text(form, "form")
        .unwrap_or_else(|error| panic!("{form}: {error}"));
    assert!(
        !scheme.evaluate::<bool>("(gone?)").expect("it evaluates"),
        "needed, but gone: {form}"
    );
    scheme
        .run_text("(set! kept #f)", "drop")
        .expect("an assignment");
    assert!(
        scheme.evaluate::<bool>("(gone?)").expect("it evaluates"),
        "not needed, but kept: {form}"
    );
}

#[test]
fn a_closure_keeps_its_image() {
    with_setup(|scheme| {
        let form = "(set! kept (evaluate (list 'lambda '() (list 'thing-number (list 'quote (watched))))))";
        assert_kept_until_dropped(scheme, form);
    });
}

#[test]
fn a_constant_keeps_its_image() {
    with_setup(|scheme| {
        let form = "(set! kept (evaluate (list 'begin (list 'thing-number (list 'quote (watched))) ''(1 2 3))))";
        assert_kept_until_dropped(scheme, form);
    });
}

#[test]
fn a_captured_continuation_keeps_its_image() {
    with_setup(|scheme| {
        let form = "(evaluate (list 'begin '(call/cc (lambda (k) (set! kept k)))
                                    (list 'thing-number (list 'quote (watched)))))";
        assert_kept_until_dropped(scheme, form);
    });
}

#[test]
fn a_frame_keeps_its_image() {
    with_setup(|scheme| {
        let form = "(evaluate (list 'let '((gone-meanwhile (gone?)))
                                    (list 'thing-number (list 'quote (watched)))
                                    'gone-meanwhile))";
        assert!(
            !scheme.evaluate::<bool>(form).unwrap(),
            "its frame was still running"
        );
        assert!(
            scheme.evaluate::<bool>("(gone?)").unwrap(),
            "nothing needs it any more"
        );
    });
}

#[test]
fn a_program_that_is_done_is_unmapped() {
    with_setup(|scheme| {
        scheme.collect();
        let before = scheme.statistics().images;
        for _ in 0..10 {
            scheme
                .run_text("(vector 1 2 '(3))", "form")
                .expect("it runs");
        }
        scheme.run_text("#f", "form").expect("it runs");
        scheme.collect();
        scheme.collect();
        assert!(
            scheme.statistics().images <= before + 1,
            "at most the last form's image stays"
        );
    });
}
