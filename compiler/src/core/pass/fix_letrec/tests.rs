//! Text in, text out.

use super::fix_letrec;
use crate::core::Stage;
use crate::core::golden::after;

#[test]
fn procedures_that_call_each_other_are_bound_together() {
    assert_eq!(
        after(
            fix_letrec,
            Stage::Fixed,
            "(letrec ((f.1 (lambda f.0 () (call g.2))) (g.2 (lambda g.1 () (call f.1))) (x.0 (call f.1))) x.0)"
        ),
        "(fix ((f.1 (lambda f.0 () (call g.2))) (g.2 (lambda g.1 () (call f.1)))) \
         (let ((x.0 (call f.1))) x.0))"
    );
}

#[test]
fn references_before_the_turn_of_a_procedure_ask_its_flag() {
    assert_eq!(
        after(
            fix_letrec,
            Stage::Fixed,
            "(letrec ((x.0 (call f.1)) (f.1 (lambda f.0 () (call g.2))) (g.2 (lambda g.1 () (call f.1)))) x.0)"
        ),
        "(let ((f.3 (word unbound))) \
         (fix ((f.1 (lambda f.0 () (call g.2))) (g.2 (lambda g.1 () (call f.1)))) \
         (let ((x.0 (call (begin (check-initialized f.3 f.3) f.1)))) \
         (let ((_.4 (set! f.3 #t))) x.0))))"
    );
    // What only such a reference reaches runs after the procedure's turn.
    assert_eq!(
        after(
            fix_letrec,
            Stage::Fixed,
            "(letrec ((x.0 (call f.1)) (f.1 (lambda f.0 () k.2)) (k.2 1) (y.3 (call f.1))) y.3)"
        ),
        "(let ((f.4 (word unbound))) (let ((k.2 1)) (fix ((f.1 (lambda f.0 () k.2))) \
         (let ((x.0 (call (begin (check-initialized f.4 f.4) f.1)))) \
         (let ((_.5 (set! f.4 #t))) (let ((y.3 (call f.1))) y.3))))))"
    );
}

#[test]
fn a_flag_is_set_in_the_turn_of_its_procedure_where_inits_name_each_other() {
    assert_eq!(
        after(
            fix_letrec,
            Stage::Fixed,
            "(letrec ((f.0 (lambda f.0 () (call g.2))) (a.1 (if (car 1) (call f.0) x.3)) \
             (g.2 (lambda g.1 () 1)) (x.3 (call f.0))) x.3)"
        ),
        "(let ((g.4 (word unbound))) (fix ((g.2 (lambda g.1 () 1))) \
         (fix ((f.0 (lambda f.0 () (call (begin (check-initialized g.4 g.4) g.2))))) \
         (let ((a.1 (word unbound)) (_.5 (word unbound)) (x.3 (word unbound))) \
         (begin (set! a.1 (if (car 1) (call f.0) (check-initialized x.3 x.3))) (set! _.5 (set! g.4 #t)) \
         (set! x.3 (call f.0)) x.3)))))"
    );
}

#[test]
fn inits_with_effects_keep_their_order() {
    assert_eq!(
        after(
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
        after(
            fix_letrec,
            Stage::Fixed,
            "(letrec ((f.0 (lambda f.0 () x.1)) (x.1 (call f.0))) x.1)"
        ),
        "(let ((x.1 (word unbound))) (fix ((f.0 (lambda f.0 () (check-initialized x.1 x.1)))) \
         (begin (set! x.1 (call f.0)) x.1)))"
    );
    assert_eq!(
        after(
            fix_letrec,
            Stage::Fixed,
            "(letrec ((f.0 (lambda f.0 () (begin (set! f.0 1) f.0)))) f.0)"
        ),
        "(let ((f.0 (word unbound))) \
         (begin (set! f.0 (lambda f.0 () (begin (set! f.0 1) f.0))) f.0))"
    );
}

#[test]
fn variables_that_are_no_procedures_or_are_assigned_stay() {
    for text in [
        "(let ((x.0 (car 1)) (y.1 7)) (cons x.0 y.1))",
        "(let ((f.0 (lambda f.0 (x.1) x.1))) (begin (set! f.0 1) (call f.0 2)))",
    ] {
        assert_eq!(after(fix_letrec, Stage::Fixed, text), text);
    }
}

#[test]
fn reads_of_assigned_variables_keep_their_place_among_effects() {
    assert_eq!(
        after(
            fix_letrec,
            Stage::Fixed,
            "(lambda _.0 (y.0) (letrec ((f.1 (lambda f.1 () (list a.2 b.3))) \
             (a.2 (begin (set! y.0 2) 3)) (b.3 y.0)) (call f.1)))"
        ),
        "(lambda _.0 (y.0) (let ((a.2 (begin (set! y.0 2) 3))) (let ((b.3 y.0)) \
         (fix ((f.1 (lambda f.1 () (list a.2 b.3)))) (call f.1)))))"
    );
}

#[test]
fn an_init_that_reads_its_own_or_a_later_variable_raises() {
    assert_eq!(
        after(fix_letrec, Stage::Fixed, "(letrec ((a.0 a.0)) a.0)"),
        "(let ((a.0 (word unbound))) (begin (set! a.0 (check-initialized a.0 a.0)) a.0))"
    );
    assert_eq!(
        after(fix_letrec, Stage::Fixed, "(letrec ((a.0 b.1) (b.1 1)) a.0)"),
        "(let ((a.0 (word unbound)) (b.1 (word unbound))) \
         (begin (set! a.0 (check-initialized b.1 b.1)) (set! b.1 1) a.0))"
    );
}

#[test]
fn constants_that_code_of_earlier_inits_names_are_checked() {
    assert_eq!(
        after(
            fix_letrec,
            Stage::Fixed,
            "(letrec ((f.0 (lambda f.0 () k.2)) (a.1 (call f.0)) (k.2 1)) a.1)"
        ),
        "(let ((a.1 (word unbound)) (k.2 (word unbound))) \
         (fix ((f.0 (lambda f.0 () (check-initialized k.2 k.2)))) \
         (begin (set! a.1 (call f.0)) (set! k.2 1) a.1)))"
    );
}

/// The handler of what it raises may call what was kept.
#[test]
fn an_init_that_reads_too_early_runs_what_was_kept_before() {
    assert_eq!(
        after(
            fix_letrec,
            Stage::Fixed,
            "(lambda _.0 (out.0) (letrec ((f.1 (lambda f.1 () (call g.4))) (a.2 (set! out.0 f.1)) (b.3 x.5) \
             (g.4 (lambda g.2 () 1)) (x.5 (car 1))) b.3))"
        ),
        "(lambda _.0 (out.0) (let ((g.6 (word unbound))) (fix ((g.4 (lambda g.2 () 1))) \
         (fix ((f.1 (lambda f.1 () (call (begin (check-initialized g.6 g.6) g.4))))) \
         (let ((a.2 (set! out.0 f.1))) \
         (let ((b.3 (word unbound)) (_.7 (word unbound)) (x.5 (word unbound))) \
         (begin (set! b.3 (check-initialized x.5 x.5)) (set! _.7 (set! g.6 #t)) (set! x.5 (car 1)) b.3)))))))"
    );
    assert_eq!(
        after(
            fix_letrec,
            Stage::Fixed,
            "(lambda _.0 (out.0) (letrec ((f.1 (lambda f.1 () (call g.4))) (a.2 (set! out.0 f.1)) (b.3 a.2) \
             (g.4 (lambda g.2 () 1)) (x.5 (car 1))) b.3))"
        ),
        "(lambda _.0 (out.0) (fix ((g.4 (lambda g.2 () 1))) (fix ((f.1 (lambda f.1 () (call g.4)))) \
         (let ((a.2 (set! out.0 f.1))) (let ((b.3 a.2)) (let ((x.5 (car 1))) b.3))))))"
    );
}

#[test]
fn references_in_code_that_only_later_inits_run_are_not_checked() {
    assert_eq!(
        after(
            fix_letrec,
            Stage::Fixed,
            "(letrec ((f.0 (lambda f.0 () x.2)) (g.1 (lambda g.1 () (list x.2 (call f.0)))) \
             (x.2 (call f.0)) (y.3 (call g.1))) y.3)"
        ),
        "(let ((x.2 (word unbound))) (fix ((f.0 (lambda f.0 () (check-initialized x.2 x.2)))) \
         (begin (set! x.2 (call f.0)) (fix ((g.1 (lambda g.1 () (list x.2 (call f.0))))) \
         (let ((y.3 (call g.1))) y.3)))))"
    );
    assert_eq!(
        after(
            fix_letrec,
            Stage::Fixed,
            "(letrec ((a.0 (car 1)) (f.1 (lambda f.1 () k.2)) (k.2 1) (b.3 (call f.1))) b.3)"
        ),
        "(let ((a.0 (car 1))) (let ((k.2 1)) (fix ((f.1 (lambda f.1 () k.2))) \
         (let ((b.3 (call f.1))) b.3))))"
    );
}

#[test]
fn forms_that_bind_nothing_are_their_bodies() {
    assert_eq!(
        after(
            fix_letrec,
            Stage::Fixed,
            "(letrec () (letrec ((x.0 9)) x.0))"
        ),
        "(begin (let ((x.0 9)) x.0))"
    );
    assert_eq!(
        after(
            fix_letrec,
            Stage::Fixed,
            "(letrec () (let ((f.0 (lambda f.0 () (letrec () (letrec () f.0))))) (letrec () 1)))"
        ),
        "(begin (fix ((f.0 (lambda f.0 () (begin (begin f.0))))) (begin 1)))"
    );
}

#[test]
fn procedures_of_a_let_are_bound_when_its_inits_have_returned() {
    assert_eq!(
        after(
            fix_letrec,
            Stage::Fixed,
            "(let ((x.0 1) (f.1 (lambda f.1 () 2)) (y.2 (car 1))) (list x.0 f.1 y.2))"
        ),
        "(let ((x.0 1) (y.2 (car 1))) (fix ((f.1 (lambda f.1 () 2))) (list x.0 f.1 y.2)))"
    );
}

/// In one `Fix` they would count as recursive, and not be inlined.
#[test]
fn procedures_of_a_let_do_not_see_each_other() {
    assert_eq!(
        after(
            fix_letrec,
            Stage::Fixed,
            "(let ((f.0 (lambda f.0 () 1)) (g.1 (lambda g.1 () 2))) (list f.0 g.1))"
        ),
        "(fix ((f.0 (lambda f.0 () 1))) (fix ((g.1 (lambda g.1 () 2))) (list f.0 g.1)))"
    );
}
