//! Text in, text out.

use std::fmt::Write as _;

use super::binding::OPERANDS_MAX;
use super::inline;
use crate::core::golden::after;
use crate::core::{Stage, parse};

fn inlined(text: &str) -> String {
    after(inline, Stage::Fixed, text)
}

#[test]
fn constants_and_copies_are_propagated_and_folded() {
    assert_eq!(
        inlined("(let ((x.0 2)) (let ((y.1 x.0)) (* (+ y.1 1) 7)))"),
        "21"
    );
    assert_eq!(
        inlined("(lambda _.0 (x.0) (let ((y.1 x.0)) (car y.1)))"),
        "(lambda _.0 (x.0) (car x.0))"
    );
    assert_eq!(inlined("(if (not (< 1 2)) (car 1) (cdr 2))"), "(cdr 2)");
}

#[test]
fn small_procedures_are_copied_and_others_called() {
    assert_eq!(
        inlined(
            "(fix ((twice.0 (lambda twice.0 (x.1) (+ x.1 x.1)))) (list (call twice.0 3) \
             (call twice.0 (car 1))))",
        ),
        "(list 6 (let ((x.1 (car 1))) (+ x.1 x.1)))"
    );
    let recursive = "(fix ((f.0 (lambda f.0 (x.1) (if x.1 (cons 1 (call f.0 (cdr x.1))) ())))) \
                     (list (call f.0 1) (call f.0 2)))";
    assert_eq!(inlined(recursive), recursive);
}

#[test]
fn procedures_called_once_move_to_their_call() {
    assert_eq!(
        inlined(
            "(fix ((f.0 (lambda f.0 (x.1 %optional y.2 %rest z.3) (list x.1 (%default? y.2) z.3)))) \
             (lambda g.1 (a.4) (call f.0 a.4)))"
        ),
        "(lambda g.1 (a.4) (list a.4 #t ()))"
    );
    assert_eq!(
        inlined("(call (let ((x.0 (car 1))) (lambda _.0 (y.1) (cons x.0 y.1))) (cdr 2))"),
        "(cons (car 1) (cdr 2))"
    );
}

#[test]
fn procedures_that_capture_their_continuation_stay() {
    let text = "(fix ((f.0 (lambda f.0 () (%capture)))) (cons 1 (call f.0)))";
    assert_eq!(inlined(text), text);
}

#[test]
fn tests_need_no_temporary() {
    assert_eq!(
        inlined(
            "(lambda _.0 (x.0 y.1) (if (let ((t.2 (null? x.0))) (if t.2 t.2 (pair? y.1))) 1 2))"
        ),
        "(lambda _.0 (x.0 y.1) (if (if (null? x.0) #t (pair? y.1)) 1 2))"
    );
}

#[test]
fn what_is_not_used_goes_and_effects_stay() {
    assert_eq!(
        inlined("(let ((x.0 (cons 1 2)) (y.1 (car 1))) (begin (list 1) (set-car! 1 2) 3))"),
        "(begin (car 1) (begin (set-car! 1 2) 3))"
    );
    assert_eq!(
        inlined("(fix ((f.0 (lambda f.0 () 1))) (fix ((g.1 (lambda g.1 () (call f.0)))) 2))"),
        "2"
    );
}

#[test]
fn effects_of_what_is_not_used_keep_their_order() {
    let kept = "(lambda _.0 (a.0) (let ((x.1 (car a.0)) (y.2 (set-car! a.0 2))) (list x.1 x.1)))";
    assert_eq!(inlined(kept), kept);
    assert_eq!(
        inlined("(lambda _.0 (a.0) (let ((y.1 (set-car! a.0 2)) (x.2 (car a.0))) (list x.2 x.2)))"),
        "(lambda _.0 (a.0) (begin (set-car! a.0 2) (let ((x.2 (car a.0))) (list x.2 x.2))))"
    );
}

#[test]
fn assigned_variables_are_left_alone() {
    let text = "(lambda _.0 () (let ((x.0 1)) (begin (set! x.0 2) x.0)))";
    assert_eq!(inlined(text), text);
}

#[test]
fn inits_do_not_move_past_what_they_may_change_or_see() {
    // Past a read of a variable that the init may assign.
    let assigns = "(lambda _.0 (f.0 y.1) (let ((x.2 (call f.0 (lambda g.1 (z.3) (set! y.1 z.3))))) \
                   (cons y.1 x.2)))";
    assert_eq!(inlined(assigns), assigns);
    // Past the init of another variable, or past its operand.
    let calls = "(lambda _.0 (f.0 g.1) (let ((x.2 (call f.0))) (let ((a.3 (call g.1)) (b.4 (car x.2))) \
                 (list a.3 b.4 a.3 b.4))))";
    assert_eq!(inlined(calls), calls);
    let operand = "(lambda _.0 (f.0 g.1) (let ((x.2 (call f.0))) (cons (call g.1) x.2)))";
    assert_eq!(inlined(operand), operand);
}

#[test]
fn self_application_ends() {
    let text = inlined(
        "(fix ((f.0 (lambda f.0 (x.1) (call x.1 x.1)))) (list (call f.0 f.0) (call f.0 f.0)))",
    );
    assert!(text.len() < 1000, "{text}");
}

#[test]
fn an_init_of_many_values_does_not_become_the_result() {
    for text in [
        "(lambda _.0 (f.0) (let ((x.1 (call f.0))) x.1))",
        "(lambda _.0 (a.0 b.1) (let ((x.2 (values a.0 b.1))) x.2))",
        "(lambda _.0 (f.0) (let ((x.1 (if f.0 (call f.0) 1))) x.1))",
        "(lambda _.0 (f.0) (let ((x.1 (call f.0))) (receive (y.2 %rest z.3) x.1 (cons y.2 z.3))))",
    ] {
        assert_eq!(inlined(text), text);
    }
    assert_eq!(
        inlined("(lambda _.0 (f.0) (let ((x.1 (call f.0))) (car x.1)))"),
        "(lambda _.0 (f.0) (car (call f.0)))"
    );
    assert_eq!(
        inlined("(lambda _.0 (f.0) (let ((x.1 (if f.0 (car f.0) 1))) x.1))"),
        "(lambda _.0 (f.0) (if f.0 (car f.0) 1))"
    );
}

/// The list of `count` variables, each bound around it to an expression of its own.
fn list_of_variables(count: usize) -> String {
    let mut text = "(lambda _.0 (a.0) ".to_owned();
    for number in 1..=count {
        write!(text, "(let ((x.{number} (car a.0))) ").unwrap();
    }
    let variables: Vec<String> = (1..=count).map(|number| format!("x.{number}")).collect();
    write!(text, "(list {})", variables.join(" ")).unwrap();
    text + &")".repeat(count + 1)
}

#[test]
fn what_is_bound_for_each_of_many_operands_leaves_no_copies_of_them() {
    assert_eq!(
        inlined(&list_of_variables(3)),
        "(lambda _.0 (a.0) (list (car a.0) (car a.0) (car a.0)))"
    );
    let most = inlined(&list_of_variables(OPERANDS_MAX));
    assert!(!most.contains("(let "), "{most}");
    // Each variable is looked for among the operands. What is not found stays bound, and so does what is bound around
    // it.
    let many = list_of_variables(OPERANDS_MAX + 1);
    assert_eq!(inlined(&many), many);
    let program = inline(parse(&list_of_variables(1000)).unwrap());
    let mut parts = 0;
    for expr in &program.exprs {
        expr.clone().each_part_mut(|_| parts += 1);
    }
    assert!(parts < 10 * 1000, "{parts}");
}
