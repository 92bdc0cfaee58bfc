//! The expander, seen through Core's text form.

use super::*;

/// The Core of a program that may use core forms and primitives.
fn core(text: &str) -> String {
    let text = format!("(import (cozen core) (cozen primitives)) {text}");
    let mut registry = LibraryRegistry::new();
    match expand_program(&mut registry, &SourceText::new("test.scm", &text)) {
        Ok(program) => program.to_text(),
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

#[test]
fn boot() {
    let mut files = Vec::new();
    let mut pending = vec![std::path::PathBuf::from("../lib")];
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            pending.extend(std::fs::read_dir(path).unwrap().map(|e| e.unwrap().path()));
        } else if path.extension().is_some_and(|e| e == "sld") {
            files.push(SourceText::new(
                &path.display().to_string(),
                &std::fs::read_to_string(&path).unwrap(),
            ));
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    let mut registry = LibraryRegistry::new();
    let start = std::time::Instant::now();
    match expand_libraries(&mut registry, &files) {
        Ok((program, interface)) => {
            println!(
                "{:?} exprs {} interface {}",
                start.elapsed(),
                program.exprs.len(),
                interface.len()
            );
            std::fs::write("/tmp/interface.txt", &interface).unwrap();
            std::fs::write("/tmp/boot.core", program.to_text()).unwrap();
            let start = std::time::Instant::now();
            let mut registry = LibraryRegistry::from_interface(&interface);
            println!("index {:?}", start.elapsed());
            let start = std::time::Instant::now();
            let r = expand_program(
                &mut registry,
                &SourceText::new(
                    "t.scm",
                    "(import (scheme base) (scheme write)) (define (f x) (guard (e (#t 1)) (raise x))) (display (f 1)) (parameterize () 1)",
                ),
            );
            println!("program {:?}", start.elapsed());
            println!(
                "{}",
                match r {
                    Ok(p) => p.to_text(),
                    Err(d) => format!("{}", d[0]),
                }
            );
            let start = std::time::Instant::now();
            let r = expand_text(
                &mut registry,
                EnvironmentId::INTERACTION,
                &SourceText::new("-e", "(define x (car '(1)))"),
            );
            println!("interaction {:?}", start.elapsed());
            println!(
                "{}",
                match r {
                    Ok(p) => p.to_text(),
                    Err(d) => format!("{}", d[0]),
                }
            );
        }
        Err(diagnostics) => {
            for d in diagnostics {
                println!("{d}");
            }
        }
    }
}
