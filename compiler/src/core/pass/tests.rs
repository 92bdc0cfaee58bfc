//! Text in, text out: the passes that fill one file each.

use super::{close, contify, convert_assignments, fix_letrec, lift_procedures};
use crate::core::Stage;
use crate::core::tests::run;

#[test]
fn procedures_that_call_each_other_are_bound_together() {
    assert_eq!(
        run(
            fix_letrec,
            Stage::Fixed,
            "(letrec ((x.0 (call f.1)) (f.1 (lambda f.0 () (call g.2))) (g.2 (lambda g.1 () (call f.1)))) x.0)"
        ),
        "(fix ((f.1 (lambda f.0 () (call g.2))) (g.2 (lambda g.1 () (call f.1)))) \
         (let ((x.0 (call f.1))) x.0))"
    );
}

#[test]
fn inits_with_effects_keep_their_order() {
    assert_eq!(
        run(
            fix_letrec,
            Stage::Fixed,
            "(letrec ((a.0 (car 1)) (b.1 7) (c.2 (car b.1))) (list a.0 c.2))"
        ),
        "(let ((a.0 (car 1))) (let ((b.1 7)) (let ((c.2 (car b.1))) (list a.0 c.2))))"
    );
}

#[test]
fn uses_before_an_init_are_checked_where_they_cannot_be_excluded() {
    assert_eq!(
        run(
            fix_letrec,
            Stage::Fixed,
            "(letrec ((f.0 (lambda f.0 () x.1)) (x.1 (call f.0))) x.1)"
        ),
        "(let ((x.1 (word unbound))) (fix ((f.0 (lambda f.0 () (check-initialized x.1 x.1)))) \
         (begin (set! x.1 (call f.0)) x.1)))"
    );
    assert_eq!(
        run(
            fix_letrec,
            Stage::Fixed,
            "(letrec ((f.0 (lambda f.0 () (begin (set! f.0 1) f.0)))) f.0)"
        ),
        "(let ((f.0 (word unbound))) \
         (begin (set! f.0 (lambda f.0 () (begin (set! f.0 1) f.0))) f.0))"
    );
}

#[test]
fn assigned_variables_become_boxes() {
    assert_eq!(
        run(
            convert_assignments,
            Stage::Converted,
            "(lambda _.0 (x.0) (let ((y.1 1)) (begin (set! x.0 y.1) (set! y.1 2) x.0)))"
        ),
        "(lambda _.0 (x.2) (let ((x.0 (%make-box x.2))) (let ((y.1 (%make-box 1))) \
         (begin (%box-set! x.0 (%box-ref y.1)) (%box-set! y.1 2) (%box-ref x.0)))))"
    );
}

#[test]
fn assigned_variables_of_the_top_level_stay() {
    let text = "(let ((x@0 1)) (begin (set! x@0 2) x@0))";
    assert_eq!(run(convert_assignments, Stage::Converted, text), text);
}

#[test]
fn loops_become_labels() {
    assert_eq!(
        run(
            contify,
            Stage::Fixed,
            "(fix ((loop.0 (lambda loop.0 (i.1) (if (< i.1 9) (call loop.0 (+ i.1 1)) i.1)))) (call loop.0 0))"
        ),
        "(labels ((loop.0 (i.1) (if (< i.1 9) (goto loop.0 (+ i.1 1)) i.1))) (goto loop.0 0))"
    );
}

#[test]
fn labels_stand_around_the_place_that_all_calls_return_to() {
    assert_eq!(
        run(
            contify,
            Stage::Fixed,
            "(fix ((f.0 (lambda f.0 (x.1) (car x.1)))) \
             (lambda g.1 (y.2) (cons (if y.2 (call f.0 1) (call f.0 2)) 3)))"
        ),
        "(begin (lambda g.1 (y.2) \
         (cons (labels ((f.0 (x.1) (car x.1))) (if y.2 (goto f.0 1) (goto f.0 2))) 3)))"
    );
}

#[test]
fn loops_in_loops_become_labels_too() {
    assert_eq!(
        run(
            contify,
            Stage::Fixed,
            "(lambda _.0 () (fix ((a.0 (lambda a.1 (i.1) (fix ((b.2 (lambda b.2 (j.3) \
             (if (= j.3 0) (call a.0 i.1) (call b.2 (- j.3 1)))))) (call b.2 i.1))))) (call a.0 5)))"
        ),
        "(lambda _.0 () (labels ((a.1 (i.1) (labels ((b.2 (j.3) \
         (if (= j.3 0) (goto a.1 i.1) (goto b.2 (- j.3 1))))) (goto b.2 i.1)))) (goto a.1 5)))"
    );
}

#[test]
fn procedures_that_call_themselves_last_are_loops_inside() {
    assert_eq!(
        run(
            contify,
            Stage::Fixed,
            "(fix ((f.0 (lambda f.0 (x.1) (if x.1 (call f.0 (cons (call f.0 1) 2)) 3)))) f.0)"
        ),
        "(fix ((f.0 (lambda f.0 (x.2) (labels ((f.1 (x.1) \
         (if x.1 (goto f.1 (cons (call f.0 1) 2)) 3))) (goto f.1 x.2))))) f.0)"
    );
}

#[test]
fn procedures_with_several_returns_stay() {
    for text in [
        "(fix ((f.0 (lambda f.0 (x.1) (car x.1)))) (cons (call f.0 1) (call f.0 2)))",
        "(fix ((f.0 (lambda f.0 () (%capture)))) (cons (call f.0) 1))",
        "(fix ((f.0 (lambda f.0 (%rest x.1) x.1))) (call f.0 1))",
        "(fix ((f.0 (lambda f.0 () 1))) f.0)",
    ] {
        assert_eq!(run(contify, Stage::Fixed, text), text);
    }
}

#[test]
fn known_calls_have_all_arguments() {
    assert_eq!(
        run(
            close,
            Stage::Closed,
            "(fix ((f.0 (lambda f.0 (x.1 %optional y.2 %rest z.3) (call f.0 x.1 1 2 3)))) \
             (list (call f.0 1) (call f.0)))"
        ),
        "(fix ((f.0 (lambda f.0 (x.1 %optional y.2 %rest z.3) (call-known f.0 x.1 1 (list 2 3))))) \
         (list (call-known f.0 1 (word default) ()) (call f.0)))"
    );
}

#[test]
fn procedures_hold_what_is_free_and_those_that_hold_something() {
    assert_eq!(
        run(
            close,
            Stage::Closed,
            "(lambda _.0 (x.0) (fix ((f.1 (lambda f.1 () x.0))) \
             (fix ((g.2 (lambda g.2 () (call f.1)))) (fix ((h.3 (lambda h.3 () 1))) \
             (lambda _.4 () (begin (call g.2) (call h.3)))))))"
        ),
        "(lambda _.0 (x.0) (fix ((f.1 (lambda f.1 () (%free x.0) x.0))) \
         (fix ((g.2 (lambda g.2 () (%free f.1) (call-known f.1)))) (fix ((h.3 (lambda h.3 () 1))) \
         (lambda _.4 () (%free g.2) (begin (call-known g.2) (call-known h.3)))))))"
    );
}

#[test]
fn procedures_that_are_only_called_get_what_is_free_as_arguments() {
    assert_eq!(
        run(
            lift_procedures,
            Stage::Converted,
            "(lambda _.0 (x.0) (fix ((f.1 (lambda f.1 (y.2) (cons x.0 (call f.1 y.2))))) \
             (call f.1 1)))"
        ),
        "(lambda _.0 (x.0) (fix ((f.1 (lambda f.1 (y.2 x.3) (cons x.3 (call f.1 y.2 x.3))))) \
         (call f.1 1 x.0)))"
    );
}

#[test]
fn what_lifted_procedures_need_spreads_to_their_callers() {
    assert_eq!(
        run(
            lift_procedures,
            Stage::Converted,
            "(lambda _.0 (x.0) (fix ((f.1 (lambda f.1 () (car x.0)))) \
             (fix ((g.2 (lambda g.2 () (car (call f.1))))) (cons (call g.2) (lambda _.3 () (call f.1))))))"
        ),
        "(lambda _.0 (x.0) (fix ((f.1 (lambda f.1 (x.3) (car x.3)))) \
         (fix ((g.2 (lambda g.2 (x.4) (car (call f.1 x.4))))) \
         (cons (call g.2 x.0) (lambda _.3 () (call f.1 x.0))))))"
    );
}

#[test]
fn procedures_keep_closures_that_are_values_or_save_room() {
    for text in [
        "(lambda _.0 (x.0) (fix ((f.1 (lambda f.1 () (car x.0)))) (cons (call f.1) f.1)))",
        "(lambda _.0 (x.0) (fix ((f.1 (lambda f.1 (%rest y.2) x.0))) (car (call f.1))))",
        "(lambda _.0 (x.0 y.1) (fix ((f.2 (lambda f.2 () (cons x.0 y.1)))) (lambda _.3 () (call f.2))))",
        "(lambda _.0 (x.0) (fix ((f.1 (lambda f.1 () (car x.0)))) \
         (fix ((g.2 (lambda g.2 () (cons f.1 x.0)))) (cons (call g.2) f.1))))",
        "(fix ((f.0 (lambda f.0 (x.1) x.1))) (car (call f.0 1)))",
    ] {
        let lifted = run(lift_procedures, Stage::Converted, text);
        assert!(
            !lifted.contains("f.1 (x.") && !lifted.contains("f.2 (x."),
            "{lifted}"
        );
    }
}
