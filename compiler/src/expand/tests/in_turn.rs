//! Which forms of a text share a unit.

use super::super::{LibraryRegistry, SourceText, expand_first_forms, expand_text};
use crate::expand::EnvironmentId;

/// How many forms of a text are in its first unit, in a registry where forms may evaluate others, or may not.
fn first_forms(text: &str, may_evaluate: bool) -> usize {
    let mut registry = LibraryRegistry::new();
    registry.keys.may_evaluate = may_evaluate;
    let source = SourceText::new("text", text).up_to_mistake();
    let unit = expand_first_forms(&mut registry, &source);
    unit.expect("the first form is right").1
}

#[test]
fn a_unit_ends_behind_the_first_form_that_may_run_code_of_the_program() {
    let texts = [
        ("1 2 3", 3),
        ("(define (f) (g)) (f) (f)", 2),
        (
            "(define (f) (g)) (define x 'a) (define y x) (if x (set! y 1)) (g) 1",
            5,
        ),
        ("(define x (f)) (define y 1)", 1),
        (
            "(define-syntax m (syntax-rules () ((_) (f)))) (begin 1 (m)) 2",
            2,
        ),
        ("(let ((x (lambda () (f)))) x) ((lambda () 1)) 3", 2),
    ];
    for (text, count) in texts {
        assert_eq!(first_forms(text, true), count, "{text}");
    }
}

#[test]
fn without_an_evaluator_all_forms_share_a_unit() {
    assert_eq!(first_forms("(define (f) (g)) (f) (f) (if 1 (f))", false), 4);
}

#[test]
fn a_unit_ends_before_the_first_mistake_unless_it_is_the_first_form() {
    assert_eq!(first_forms("1 2 (if) 4", false), 2);
    assert_eq!(first_forms("1 2 (f", false), 2);
    for text in ["(if) 1", "(f", ")"] {
        let source = SourceText::new("text", text).up_to_mistake();
        let unit = expand_first_forms(&mut LibraryRegistry::new(), &source);
        assert_eq!(unit.unwrap_err()[0].line, 1, "{text}");
    }
}

#[test]
fn nothing_stays_of_forms_behind_the_unit() {
    let mut registry = LibraryRegistry::new();
    let source = SourceText::new(
        "text",
        "(define-syntax m (syntax-rules () ((_) 1))) (m 2) (m)",
    );
    let unit = expand_first_forms(&mut registry, &source.up_to_mistake());
    assert_eq!(unit.expect("the first form is right").1, 1);
}

#[test]
fn the_rest_of_a_text_says_where_it_stands() {
    let mut registry = LibraryRegistry::new();
    registry.keys.may_evaluate = true;
    let text = "(f) ; comment\n#!fold-case (define \u{3bb} 1) (define b 2)\n  'c";
    let source = SourceText::new("text", text).in_turn();
    let unit = expand_text(&mut registry, EnvironmentId::INTERACTION, &source);
    let unit = unit.expect("the text is right").to_text();
    let rest = concat!(
        "(#(\" ; comment\\n#!fold-case (define \u{3bb} 1)\" 0 3 #t #f) ",
        "#(\" (define b 2)\" 1 24 #t #t) #(\"\\n  'c\" 1 37 #f #t))"
    );
    assert!(unit.contains(rest), "{unit}");
    assert!(unit.contains("%load-forms"), "{unit}");
}
