//! Text in, text out.

use super::integrate_primitives;
use crate::core::Stage;
use crate::core::golden::after;

fn integrated(text: &str) -> String {
    after(integrate_primitives, Stage::Expanded, text)
}

#[test]
fn calls_of_standard_procedures_become_primitives() {
    assert_eq!(
        integrated("(call (immutable cadr) (call (immutable +) 1 2 3))"),
        "(car (cdr (+ (+ 1 2) 3)))"
    );
    assert_eq!(integrated("(call (immutable -) 1)"), "(* 1 -1)");
    assert_eq!(integrated("(call (immutable +))"), "0");
    assert_eq!(
        integrated("(call (immutable append) 1 2 3)"),
        "(%append 1 (%append 2 3))"
    );
    assert_eq!(integrated("(call (immutable zero?) 1)"), "(= 1 0)");
    assert_eq!(
        integrated("(call (immutable apply) 1 2 3)"),
        "(%apply 1 (cons* 2 3))"
    );
}

#[test]
fn comparisons_of_many_evaluate_all_once() {
    assert_eq!(
        integrated("(call (immutable <) 1 2 3)"),
        "(let ((operand.0 1) (operand.1 2) (operand.2 3)) \
         (if (< operand.0 operand.1) (< operand.1 operand.2) (begin (< operand.1 operand.2) #f)))"
    );
    assert_eq!(
        integrated("(call (immutable char=?) #\\a #\\b)"),
        "(= (char->integer #\\a) (char->integer #\\b))"
    );
}

#[test]
fn operands_with_effects_are_evaluated_before_anything_raises() {
    assert_eq!(
        integrated("(call (immutable +) 1 #t (call (global f)))"),
        "(let ((operand.0 1) (operand.1 #t) (operand.2 (call (global f)))) \
         (+ (+ operand.0 operand.1) operand.2))"
    );
    assert_eq!(
        integrated("(call (immutable char<?) 1 (call (global f)))"),
        "(let ((operand.0 1) (operand.1 (call (global f)))) \
         (< (char->integer operand.0) (char->integer operand.1)))"
    );
    assert_eq!(
        integrated("(call (immutable -) (call (global f)) (call (global g)) (car 1))"),
        "(- (- (call (global f)) (call (global g))) (car 1))"
    );
}

#[test]
fn any_number_of_operands_is_integrated() {
    for procedure in ["+", "-", "max", "append"] {
        let effects = " (call (global f))".repeat(300);
        let text = integrated(&format!("(call (immutable {procedure}){effects})"));
        assert!(!text.contains("immutable"), "{procedure}");
        let constants = " #t".repeat(300);
        let text = integrated(&format!("(call (immutable {procedure}){constants})"));
        assert!(!text.contains("immutable"), "{procedure}");
    }
}

/// What is compared grows with the square of the operands.
#[test]
fn long_comparisons_stay_calls() {
    for procedure in ["<", "char<?"] {
        let integrates = |count: usize| {
            let operands = " (call (global f))".repeat(count);
            let text = integrated(&format!("(call (immutable {procedure}){operands})"));
            !text.contains("immutable")
        };
        assert!(
            integrates(8) && !integrates(9) && !integrates(300),
            "{procedure}"
        );
    }
}

#[test]
fn equivalence_with_immediates_and_symbols_is_identity() {
    assert_eq!(
        integrated("(call (immutable eqv?) 1 (car ()))"),
        "(eq? 1 (car ()))"
    );
    assert_eq!(
        integrated("(call (immutable member) (quote a) ())"),
        "(memq (quote a) ())"
    );
    assert_eq!(
        integrated("(call (immutable equal?) (quote \"a\") (car ()))"),
        "(equal? (quote \"a\") (car ()))"
    );
}

#[test]
fn consumers_that_are_lambdas_receive() {
    assert_eq!(
        integrated(
            "(call (immutable call-with-values) (immutable f) (lambda _.0 (a.0 %rest b.1) a.0))"
        ),
        "(receive (a.0 %rest b.1) (call (immutable f)) a.0)"
    );
}

#[test]
fn other_calls_stay() {
    for text in [
        "(call (global car) 1)",
        "(call (immutable car) 1 2)",
        "(call (immutable =) 1)",
        "(call (immutable f) 1)",
        "(immutable car)",
    ] {
        assert_eq!(integrated(text), text);
    }
}
