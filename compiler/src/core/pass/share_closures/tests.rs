//! Text in, text out.

use super::share_closures;
use crate::core::ir::Program;
use crate::core::pass::close;
use crate::core::{Stage, golden};

/// A program in which `close` has said what closures hold, before and after the pass.
fn before_and_after(text: &str) -> (String, String) {
    let closed = golden::after(close, Stage::Closed, text);
    let shared = golden::after(share_closures, Stage::Closed, &closed);
    (closed, shared)
}

fn shared(text: &str) -> String {
    before_and_after(text).1
}

fn assert_unchanged(text: &str) {
    let (before, after) = before_and_after(text);
    assert_eq!(after, before);
}

#[test]
fn closures_that_are_made_together_hold_the_one_that_holds_what_they_need() {
    assert_eq!(
        shared(
            "(lambda _.0 (a.0 b.1 c.2) (fix ((f.3 (lambda f.1 () (list a.0 b.1 c.2)))) \
             (fix ((g.4 (lambda g.2 () (vector a.0 b.1 c.2)))) (cons f.3 g.4))))"
        ),
        "(lambda _.0 (a.0 b.1 c.2) (fix ((f.3 (lambda f.1 () (%free a.0 b.1 c.2) (list a.0 \
             b.1 c.2))) (g.4 (lambda g.2 () (%free a.0 f.3) (%through (b.1 f.3) (c.2 f.3)) \
             (vector a.0 b.1 c.2)))) (cons f.3 g.4)))"
    );
}

#[test]
fn the_smallest_is_bound_first_if_the_others_need_more() {
    assert_eq!(
        shared(
            "(lambda _.0 (a.0 b.1 c.2) (fix ((f.3 (lambda f.1 () (list a.0 b.1 c.2)))) \
             (fix ((g.4 (lambda g.2 () (vector a.0 b.1)))) (cons f.3 g.4))))"
        ),
        "(lambda _.0 (a.0 b.1 c.2) (fix ((g.4 (lambda g.2 () (%free a.0 b.1) (vector a.0 \
             b.1))) (f.3 (lambda f.1 () (%free c.2 g.4) (%through (a.0 g.4) (b.1 g.4)) (list a.0 \
             b.1 c.2)))) (cons f.3 g.4)))"
    );
}

#[test]
fn procedures_that_hold_each_other_share_the_largest() {
    assert_eq!(
        shared(
            "(lambda _.0 (a.0 b.1 c.2 d.3) (fix ((f.4 (lambda f.1 () (list g.5 h.6 i.7 a.0 b.1 c.2 d.3))) \
             (g.5 (lambda g.2 () (list f.4 a.0 b.1 c.2))) \
             (h.6 (lambda h.3 () (list f.4 b.1 c.2 d.3))) \
             (i.7 (lambda i.4 () (list f.4 a.0 c.2 d.3)))) f.4))"
        ),
        "(lambda _.0 (a.0 b.1 c.2 d.3) (fix ((f.4 (lambda f.1 () (%free a.0 b.1 c.2 d.3 g.5 \
             h.6 i.7) (list g.5 h.6 i.7 a.0 b.1 c.2 d.3))) (i.7 (lambda i.4 () (%free a.0 f.4) \
             (%through (c.2 f.4) (d.3 f.4)) (list f.4 a.0 c.2 d.3))) (h.6 (lambda h.3 () (%free \
             b.1 f.4) (%through (c.2 f.4) (d.3 f.4)) (list f.4 b.1 c.2 d.3))) (g.5 (lambda g.2 () \
             (%free a.0 f.4) (%through (b.1 f.4) (c.2 f.4)) (list f.4 a.0 b.1 c.2)))) f.4))"
    );
}

#[test]
fn inner_closures_hold_the_one_around_them() {
    assert_eq!(
        shared(
            "(lambda _.0 (a.0 b.1 c.2) (lambda k.1 (d.3) (begin (car a.0) \
             (lambda _.2 () (list a.0 b.1 c.2 d.3)))))"
        ),
        "(lambda _.0 (a.0 b.1 c.2) (fix ((k.4 (lambda k.1 (d.3) (%free a.0 b.1 c.2) (begin \
             (car a.0) (lambda _.2 () (%free d.3 k.4) (%through (a.0 k.4) (b.1 k.4) (c.2 k.4)) \
             (list a.0 b.1 c.2 d.3)))))) k.4))"
    );
}

#[test]
fn what_a_closure_that_is_held_anyway_holds_is_reached_through_it() {
    assert_eq!(
        shared(
            "(lambda _.0 (a.0 b.1 c.2) (fix ((f.3 (lambda f.1 () (list a.0 b.1)))) \
             (begin (set-car! a.0 f.3) (lambda _.2 () (list f.3 a.0 c.2)))))"
        ),
        "(lambda _.0 (a.0 b.1 c.2) (fix ((f.3 (lambda f.1 () (%free a.0 b.1) (list a.0 \
             b.1)))) (begin (set-car! a.0 f.3) (lambda _.2 () (%free c.2 f.3) (%through (a.0 \
             f.3)) (list f.3 a.0 c.2)))))"
    );
}

#[test]
fn closures_that_would_live_longer_than_they_are_needed_are_not_held() {
    // The inner closure does not need `b`, the outer one holds it.
    assert_unchanged(
        "(lambda _.0 (a.0 b.1 c.2 e.4) (lambda k.1 () (begin (car b.1) \
         (lambda _.2 () (list a.0 c.2 e.4)))))",
    );
    assert_unchanged(
        "(lambda _.0 (a.0 b.1 c.2 d.5) (fix ((f.3 (lambda f.1 () (list a.0 b.1 d.5)))) \
         (fix ((g.4 (lambda g.2 () (vector a.0 b.1 c.2)))) (cons f.3 g.4))))",
    );
}

#[test]
fn objects_that_would_be_no_smaller_stay() {
    assert_unchanged(
        "(lambda _.0 (a.0 b.1) (fix ((f.2 (lambda f.1 () (list a.0 b.1)))) \
         (fix ((g.3 (lambda g.2 () (vector a.0 b.1)))) (cons f.2 g.3))))",
    );
    assert_unchanged("(lambda _.0 (a.0) (lambda _.1 (b.1) (lambda _.2 () (list a.0 b.1))))");
}

#[test]
fn procedures_that_are_only_called_hold_what_they_need() {
    assert_unchanged(
        "(lambda _.0 (a.0 b.1 c.2) (begin (fix ((f.3 (lambda f.1 () (list a.0 b.1 c.2)))) \
         (begin (set-car! a.0 f.3) \
         (fix ((g.4 (lambda g.2 (x.5) (call g.4 (vector a.0 b.1 c.2 x.5))))) (call g.4 1))))))",
    );
}

#[test]
fn what_fits_anyway_is_held() {
    assert_eq!(
        shared(
            "(lambda _.0 (a.0 b.1 c.2) (lambda k.1 () (begin (car a.0) \
             (lambda _.2 () (list a.0 b.1 c.2)))))"
        ),
        "(lambda _.0 (a.0 b.1 c.2) (fix ((k.3 (lambda k.1 () (%free a.0 b.1 c.2) (begin (car \
             a.0) (lambda _.2 () (%free a.0 k.3) (%through (b.1 k.3) (c.2 k.3)) (list a.0 b.1 \
             c.2)))))) k.3))"
    );
}

#[test]
fn closures_made_in_other_procedures_are_not_looked_at() {
    // Where the innermost is made, the first one is held, but only because another one is small so.
    assert_eq!(
        shared(
            "(lambda _.0 (a.0 b.1 d.5) (fix ((f.3 (lambda f.1 () (list a.0 b.1)))) \
             (begin (set-car! a.0 f.3) (lambda k.2 (c.4) (begin (car d.5) \
             (lambda _.3 () (list a.0 b.1 c.4)))))))"
        ),
        "(lambda _.0 (a.0 b.1 d.5) (fix ((f.3 (lambda f.1 () (%free a.0 b.1) (list a.0 \
             b.1)))) (begin (set-car! a.0 f.3) (lambda k.2 (c.4) (%free f.3 d.5) (%through (a.0 \
             f.3) (b.1 f.3)) (begin (car d.5) (lambda _.3 () (%free a.0 b.1 c.4) (list a.0 b.1 \
             c.4)))))))"
    );
}

#[test]
fn rewrites_that_are_not_allowed_are_left_out() {
    let text = "(lambda _.0 (a.0 b.1 c.2) (fix ((f.3 (lambda f.1 () (list a.0 b.1 c.2)))) \
                (fix ((g.4 (lambda g.2 () (vector a.0 b.1 c.2)))) (cons f.3 g.4))))";
    let none = |mut program: Program| {
        program.rewrites = crate::rewrites::Rewrites::up_to(Some(0));
        share_closures(program)
    };
    let closed = golden::after(close, Stage::Closed, text);
    assert_eq!(golden::after(none, Stage::Closed, &closed), closed);
}
