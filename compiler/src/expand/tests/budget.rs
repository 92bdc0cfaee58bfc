//! Size: nesting is limited by memory only, time grows with the text, and shared parts are counted where they stand.

use std::rc::Rc;

use syntax::{Stop, Unsupervised};

use super::super::budget::TOO_MUCH;
use super::super::{EnvironmentId, LibraryRegistry, Outcome, SourceText, expand_text};
use super::{IMPORT, core, expand};
use crate::checkpoint;
use crate::memory::Memory;

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

/// A list that begins with `head` and has a shared list twice at its end, 60 deep: 2^60 lists.
fn shared(head: &str, leaf: &str) -> String {
    (1..60).fold(format!("#0=({head} {leaf})"), |inner, depth| {
        format!("#{depth}=({head} {inner} #{}#)", depth - 1)
    })
}

fn evaluate_within(
    registry: &mut LibraryRegistry,
    text: &str,
    bytes: usize,
) -> Result<Outcome, Stop> {
    let source = SourceText::new("eval", text);
    checkpoint::supervised(Rc::new(Unsupervised), &mut Memory::new(bytes), || {
        expand_text(registry, EnvironmentId::INTERACTION, &source)
    })
}

#[test]
fn code_with_shared_parts_takes_no_more_memory_than_there_is() {
    for text in [
        shared("+", "1"),
        shared("begin", "1"),
        format!("(lambda () {})", shared("begin", "1")),
        format!("(if {} 1)", shared("+", "1")),
        format!("`{}", shared("a", ",car")),
        format!("(case 1 {})", shared("(1) 2", "3")),
        format!("(define-library (a) {})", shared("begin", "1")),
    ] {
        let outcome = evaluate_within(&mut LibraryRegistry::new(), &text, 4 << 20);
        assert!(
            matches!(outcome, Err(Stop::Full { .. })),
            "{text}: {outcome:?}"
        );
    }
}

#[test]
fn code_with_shared_parts_has_a_limit_without_one_of_memory() {
    let requirement = shared("and", "r7rs");
    let text = format!("(cond-expand ({requirement} 1))");
    let outcome = evaluate_within(&mut LibraryRegistry::new(), &text, usize::MAX);
    let diagnostics = outcome.expect("nobody stops it").expect_err("too large");
    assert_eq!(diagnostics[0].message, TOO_MUCH);
}

#[test]
fn rules_with_shared_parts_are_refused_before_they_take_memory() {
    let template = shared("a", "b");
    let pattern = shared("1", "2");
    for rules in [
        format!("((_ x) '{template})"),
        format!("((_ (x ...)) '({template} ...))").replace(" b)", " x)"),
        format!("((_ x) (... '{template}))").replace(" b)", " ...)"),
        format!("((_ {pattern}) 1)"),
        format!("((_) 1) ((_ . {pattern}) 1)"),
        format!("((_ #({pattern} ...)) 1)").replace(" 2)", " _)"),
    ] {
        let text = format!("(define-syntax m (syntax-rules () {rules}))");
        let outcome = evaluate_within(&mut LibraryRegistry::new(), &text, 256 << 10);
        let diagnostics = outcome.expect("there is memory").expect_err("too large");
        assert_eq!(diagnostics[0].message, TOO_MUCH, "{text}");
    }
}

/// A shared part is compiled once for all places where ellipses and variables mean the same.
#[test]
fn shared_parts_of_rules_mean_what_they_mean_where_they_stand() {
    let ones = "1 ".repeat(70);
    let text = core(&format!(
        "(define-syntax m (syntax-rules () \
           ((_ (a ...) ...) '((#0=(a {ones}) ... ...) (#0# ...) ...))))\
         (m (2 3) (4))"
    ));
    let list = |first: u32| format!("({first} {})", ones.trim_end());
    let [two, three, four] = [2, 3, 4].map(list);
    let words = |text: &str| {
        text.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let expected = format!("(quote (({two} {three} {four}) ({two} {three}) ({four})))");
    assert_eq!(words(&text), words(&expected));
    let text = core(&format!(
        "(define-syntax m (syntax-rules () ((_ #0=(_ {ones}) #0# #0#) #t) ((_ . _) #f)))\
         (m (2 {ones}) (3 {ones}) (4 {ones}))\
         (m (2 {ones}) (3 {ones}) (4 {ones} 1))"
    ));
    assert_eq!(text, "(begin #t #f)");
}

#[test]
fn shared_parts_of_rules_may_not_nest_too_deep_either() {
    let deep = "(".repeat(300);
    let text = format!(
        "{IMPORT} (define-syntax m (syntax-rules () ((_) '(#0={deep}1{} {deep}#0#{}))))",
        ")".repeat(300),
        ")".repeat(300)
    );
    let diagnostics = expand(&text).unwrap_err();
    assert_eq!(
        diagnostics[0].message,
        "syntax-rules: nested more than 400 deep"
    );
}

#[test]
fn literals_with_shared_parts_are_as_large_as_their_texts() {
    let text = format!("'{}", shared("a", "b"));
    let outcome = evaluate_within(&mut LibraryRegistry::new(), &text, 256 << 10);
    assert!(outcome.is_ok_and(|expanded| expanded.is_ok()));
    let text = core("(car #0=(cdr '1) #0#)");
    insta::assert_snapshot!(text, @"(call (immutable car) (call (immutable cdr) 1) (call (immutable cdr) 1))");
}

#[test]
fn a_unit_without_memory_leaves_no_names_behind() {
    let mut registry = LibraryRegistry::new();
    let text = "(define-syntax m (syntax-rules () ((_ x) (let ((t x)) t))))";
    let defined = evaluate_within(&mut registry, text, usize::MAX);
    assert!(defined.is_ok_and(|defined| defined.is_ok()));
    let names =
        |registry: &LibraryRegistry| (registry.names.alias_count(), registry.names.symbol_count());
    let before = names(&registry);
    let text = format!(
        "(m {})",
        shared("m new", "1").replace("m new", "begin (m new)")
    );
    let outcome = evaluate_within(&mut registry, &text, 4 << 20);
    assert!(outcome.is_err());
    registry.forget_last_unit();
    assert_eq!(names(&registry), before);
}
