//! Size: nesting is limited by memory only, time grows with the text.

use super::super::{EnvironmentId, LibraryRegistry, SourceText, expand_text};
use super::{IMPORT, expand};

/// Deep enough to overflow any stack if a step recursed.
const DEPTH: usize = 100_000;

#[test]
fn expressions_nest_deeply() {
    for (open, close) in [
        ("(car ", ")"),
        ("(if 1 ", " 2)"),
        ("(let ((x 1)) ", ")"),
        ("(let* ((x ", ")) x)"),
        ("(lambda (x) (define y 1) ", ")"),
        ("(begin 1 ", ")"),
        ("`(1 ,", ")"),
        ("(cond (1 ", "))"),
        ("(do () (", "))"),
        ("'(", ")"),
        ("#(", ")"),
    ] {
        let text = format!("{IMPORT} {}1{}", open.repeat(DEPTH), close.repeat(DEPTH));
        let program = super::super::expand_program(
            &mut LibraryRegistry::new(),
            &SourceText::new("deep.scm", &text),
        );
        assert!(program.is_ok(), "{open}");
    }
}

#[test]
fn deep_patterns_are_refused() {
    let pattern = format!("{}x{}", "(".repeat(DEPTH), ")".repeat(DEPTH));
    let text = format!("{IMPORT} (define-syntax m (syntax-rules () ((_ {pattern}) x)))");
    let diagnostics = expand(&text).unwrap_err();
    assert_eq!(
        diagnostics[0].message,
        "syntax-rules: nested more than 400 deep"
    );
}

#[test]
fn long_lists_pass_through_macros() {
    let operands = "1 ".repeat(DEPTH);
    let text = format!(
        "{IMPORT} (define-syntax all (syntax-rules () ((_ x ...) (list (car x) ...)))) (all {operands})"
    );
    assert!(expand(&text).is_ok());
}

#[test]
fn evaluations_leave_nothing_behind() {
    let mut registry = LibraryRegistry::new();
    let text = "(define-syntax m (syntax-rules () ((_ x) (let ((t x)) t))))";
    let evaluate = |registry: &mut LibraryRegistry, text: &str| {
        let source = SourceText::new("eval", text);
        expand_text(registry, EnvironmentId::INTERACTION, &source).expect("the text is right");
    };
    evaluate(&mut registry, text);
    evaluate(&mut registry, "(m (lambda (x) (m x)))");
    let before = (registry.names.alias_count(), registry.top_count());
    evaluate(&mut registry, "(m (lambda (x) (m x)))");
    assert_eq!((registry.names.alias_count(), registry.top_count()), before);
}
