//! The expander, seen through Core's text form.

use super::*;
use crate::core::print;

/// The Core of a program that may use core forms and primitives.
fn core(text: &str) -> String {
    let text = format!("(import (cozen core) (cozen primitives)) {text}");
    let mut registry = LibraryRegistry::new();
    match expand_program(&mut registry, &SourceText::new("test.scm", &text)) {
        Ok(program) => print(&program),
        Err(diagnostics) => diagnostics.iter().map(|one| format!("{one}\n")).collect(),
    }
}

#[test]
fn smoke() {
    for text in [
        "(define (f x) (if (eq? x 1) x (f (cons x 'a)))) (f 2)",
        "(define-syntax swap! (syntax-rules () ((_ a b) (let ((tmp a)) (set! a b) (set! b tmp))))) (let ((tmp 1) (other 2)) (swap! tmp other) (list tmp other))",
        "(define-syntax my-or (syntax-rules () ((_) #f) ((_ e) e) ((_ e r ...) (let ((t e)) (if t t (my-or r ...)))))) (let ((t 5) (if list)) (my-or #f t))",
        "(let loop ((i 0)) (if (eq? i 10) i (loop (+ i 1))))",
        "(do ((i 0 (+ i 1)) (acc '() (cons i acc))) ((eq? i 5) acc) (display i))",
        "(cond ((assv 1 '((1 . 2))) => cdr) (else 3))",
        "(define-record-type point (make-point x y) point? (x point-x set-point-x!) (y point-y)) (point-x (make-point 1 2))",
        "(case-lambda ((a) a) ((a b . c) (list a b c)))",
        "`(1 ,(+ 1 2) ,@(list 4 5) #(a ,b) . tail)",
        "(define-values (a b . c) (values 1 2 3 4)) (list a b c)",
        "(let-values (((a b) (values 1 2)) ((c) (values 3))) (list a b c))",
        "(case 5 ((1 2 3) 'a) ((x y) 'b) (else => list))",
        "(if)",
        "(let ((x 1) (x 2)) x)",
    ] {
        println!("{text}\n{}\n", core(text));
    }
}
