//! The messages about wrong programs.

use super::{IMPORT, expand};

/// The diagnostics of a program that may use core forms and primitives, first lines and notes only.
fn mistakes(text: &str) -> String {
    let diagnostics = expand(&format!("{IMPORT}\n{text}")).expect_err("the program is wrong");
    let mut lines = Vec::new();
    for diagnostic in diagnostics {
        let place = format!("{}:{}", diagnostic.line, diagnostic.column);
        lines.push(format!("{place}: {}", diagnostic.message));
        let notes = diagnostic
            .notes
            .iter()
            .map(|note| format!("  note: {note}"));
        lines.extend(notes);
    }
    lines.join("\n")
}

#[test]
fn a_mistake_is_shown_in_its_line() {
    let text = "(import (cozen core))\n(let ((x 1))\n  (if))";
    let diagnostics = expand(text).unwrap_err();
    insta::assert_snapshot!(diagnostics[0], @r"
    test.scm:3:3: if: expected 2 or 3 operands, found 0
     3 |   (if))
       |   ^^^^
    ");
}

#[test]
fn every_form_at_top_level_is_checked() {
    let text = "(car nowhere)\n(if)\n(define (f) (g))\n(car 1)";
    insta::assert_snapshot!(mistakes(text), @r"
    2:6: unbound variable `nowhere`
      note: the program neither defines nor imports it
    3:1: if: expected 2 or 3 operands, found 0
    4:14: unbound variable `g`
      note: the program neither defines nor imports it
    ");
}

#[test]
fn every_unbound_name_of_a_form_is_told() {
    insta::assert_snapshot!(mistakes("(define (f x) (foo (bar x) (if)))\n(car (baz) (set! qux 1))"), @r"
    2:16: unbound variable `foo`
      note: the program neither defines nor imports it
    2:21: unbound variable `bar`
      note: the program neither defines nor imports it
    2:28: if: expected 2 or 3 operands, found 0
    3:7: unbound variable `baz`
      note: the program neither defines nor imports it
    3:12: unbound variable `qux`
      note: the program neither defines nor imports it
    ");
}

#[test]
fn operands_are_counted() {
    insta::assert_snapshot!(mistakes("(if)"), @"2:1: if: expected 2 or 3 operands, found 0");
    insta::assert_snapshot!(mistakes("(if 1 2 3 4)"), @"2:1: if: expected 2 or 3 operands, found 4");
    insta::assert_snapshot!(mistakes("(lambda (x))"), @"2:1: lambda: expected at least 2 operands, found 1");
    insta::assert_snapshot!(mistakes("(define)"), @"2:1: define: expected at least 1 operand, found 0");
    insta::assert_snapshot!(mistakes("(cond)"), @"2:1: cond: expected at least 1 operand, found 0");
    insta::assert_snapshot!(mistakes("(quote 1 2)"), @"2:1: quote: expected 1 operand, found 2");
}

#[test]
fn bindings_are_checked() {
    insta::assert_snapshot!(mistakes("(let ((x 1) (x 2)) x)"), @"2:6: let: `x` is bound twice");
    insta::assert_snapshot!(mistakes("(let f ((x 1) (x 2)) x)"), @"2:8: let: `x` is bound twice");
    insta::assert_snapshot!(mistakes("(do ((x 1) (x 2)) (#t))"), @"2:5: do: `x` is bound twice");
    insta::assert_snapshot!(mistakes("(let-values (((x) 1) ((y . x) 2)) x)"), @"2:13: let-values: `x` is bound twice");
    insta::assert_snapshot!(mistakes("(let-syntax ((x if) (x if)) 1)"), @"2:13: let-syntax: `x` is bound twice");
    insta::assert_snapshot!(mistakes("(let () (define x 1) (define-syntax x if) 1)"), @"2:22: `x` is defined twice in \
        one body");
    insta::assert_snapshot!(mistakes("(let ((x)) x)"), @"2:7: let: expected a binding (name value), found (x)");
    insta::assert_snapshot!(mistakes("(lambda (x x) x)"), @"2:9: lambda: parameter `x` occurs twice");
    insta::assert_snapshot!(mistakes("(lambda (1) 2)"), @"2:10: lambda: expected an identifier as parameter, found 1");
    insta::assert_snapshot!(mistakes("(let () )"), @"2:1: let: expected at least 2 operands, found 1");
    insta::assert_snapshot!(mistakes("(let () (define x 1) (define x 2) x)"), @"2:22: `x` is defined twice in one \
        body");
    insta::assert_snapshot!(mistakes("(do ((i)) (#t) 1)"), @"2:6: do: expected (variable init) or (variable init \
        step), found (i)");
}

#[test]
fn definitions_are_checked() {
    insta::assert_snapshot!(mistakes("(define 5 1)"), @"2:9: define: expected an identifier");
    insta::assert_snapshot!(mistakes("(list (define x 1))"), @"2:7: define: a definition cannot stand where an \
        expression is expected");
    insta::assert_snapshot!(mistakes("(define-record-type p (make z) p? (x))"), @"2:29: define-record-type: `z` is \
        not a field");
}

#[test]
fn expressions_are_checked() {
    insta::assert_snapshot!(mistakes("()"), @"2:1: expected an expression, found `()`: an empty list must be quoted");
    insta::assert_snapshot!(mistakes("(car . 1)"), @"2:1: a call must be a proper list");
    insta::assert_snapshot!(mistakes("nowhere"), @r"
    2:1: unbound variable `nowhere`
      note: the program neither defines nor imports it
    ");
    insta::assert_snapshot!(mistakes("(set! nowhere 1)"), @r"
    2:1: unbound variable `nowhere`
      note: the program neither defines nor imports it
    ");
    insta::assert_snapshot!(mistakes("(set! car 1)"), @r"
    2:1: set!: `car` is imported and cannot be assigned
      note: a definition may shadow it
    ");
    insta::assert_snapshot!(mistakes("if"), @"2:1: `if` is syntax and has no value");
    insta::assert_snapshot!(mistakes("(let-syntax ((m (syntax-rules () ((_) 1)))) m)"), @"2:45: `m` is a macro and \
        has no value");
    insta::assert_snapshot!(mistakes("(else)"), @"2:1: misplaced `else`");
    insta::assert_snapshot!(mistakes("(cond (else 1) (2 3))"), @"2:7: cond: `else` must be the last clause");
    insta::assert_snapshot!(mistakes("(case 1 (2 3))"), @"2:10: case: expected a list of data");
    insta::assert_snapshot!(mistakes("`,@(list 1)"), @"2:2: unquote-splicing: expected only inside a list or vector");
    insta::assert_snapshot!(mistakes("#0=(car . #0#)"), @"2:4: circular data must be quoted");
}

#[test]
fn macros_are_checked() {
    insta::assert_snapshot!(mistakes("(define-syntax m (syntax-rules () ((_ a) a))) (m 1 2)"), @r"
    2:47: m: this use matches no rule of the macro
      note: a rule expects (m a)
    ");
    insta::assert_snapshot!(mistakes("(define-syntax m 5)"), @r"
    2:18: expected (syntax-rules ...) or a keyword, found 5
      note: nothing runs procedures of macros here
    ");
    insta::assert_snapshot!(mistakes("(define-syntax m (syntax-rules () ((_ a a) a)))"), @"2:41: syntax-rules: `a` \
        occurs twice in the pattern");
    insta::assert_snapshot!(mistakes("(define-syntax m (syntax-rules () ((_ a ...) a)))"), @"2:46: syntax-rules: `a` \
        needs more ellipses in the template");
    insta::assert_snapshot!(mistakes("(define-syntax m (syntax-rules () ((_ a) (a ...))))"), @"2:45: syntax-rules: no \
        variable under this ellipsis repeats");
    insta::assert_snapshot!(mistakes("(define-syntax m (syntax-rules () ((_ a ... b ...) 1)))"), @"2:47: \
        syntax-rules: misplaced ellipsis in pattern");
    insta::assert_snapshot!(mistakes("(define-syntax m (syntax-rules () ((_ (a ...) (b ...)) '((a b) ...)))) (m (1 2) \
        (3))"), @"2:72: macro: variables under one ellipsis matched different numbers of forms");
    insta::assert_snapshot!(mistakes(r#"(syntax-error "bad thing:" (a b) 3)"#), @"2:1: bad thing: (a b) 3");
}

#[test]
fn endless_macros_are_stopped() {
    insta::assert_snapshot!(mistakes("(define-syntax m (syntax-rules () ((_) (m)))) (m)"), @"2:47: macro expansion \
        does not end, or macros and shared parts make too much code");
    insta::assert_snapshot!(mistakes("(define-syntax m (syntax-rules () ((_ x) (m (x x))))) (m 1)"), @"2:55: macro \
        expansion does not end, or macros and shared parts make too much code");
}

#[test]
fn imports_are_checked() {
    insta::assert_snapshot!(mistakes("(import (no such library))"), @"2:9: library (no such library) is not known");
    insta::assert_snapshot!(mistakes("(import (only (cozen core) no-such))"), @"2:28: import: the set does not \
        provide `no-such`");
    insta::assert_snapshot!(mistakes("(import 5)"), @"2:9: expected a library name such as (scheme base), found 5");
    insta::assert_snapshot!(mistakes("(import (rename (cozen core) (if)))"), @"2:30: rename: expected (name new-name)");
}

#[test]
fn conditional_forms_are_checked() {
    insta::assert_snapshot!(mistakes("(cond-expand (no-such 1))"), @"2:1: cond-expand: no clause holds, and there is \
        no `else`");
    insta::assert_snapshot!(mistakes(r#"(include "no-such-file.scm")"#), @"2:10: cannot read no-such-file.scm: No \
        such file or directory (os error 2)");
}

#[test]
fn text_that_does_not_parse_is_placed() {
    insta::assert_snapshot!(mistakes("(car 1) (cdr"), @"2:9: unexpected end of input in a list, expected `)`");
}
