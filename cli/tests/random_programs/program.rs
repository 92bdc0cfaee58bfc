//! A random program: a header, procedures that show values, and sections of one shape each.

use std::fmt::Write as _;

use crate::datum::{Datum, parse};
use crate::random::Random;
use crate::reference;
use crate::shapes::{SHAPES, Shape, Sort};

/// Values are written so that every Scheme writes them alike; a condition is written as its message
/// in braces.
const PRELUDE: &str = "
(define (plain x)
  (cond ((procedure? x) 'procedure)
        ((pair? x) (cons (plain (car x)) (plain (cdr x))))
        ((vector? x) (cons 'vector (map plain (vector->list x))))
        ((char? x) (list 'char (char->integer x)))
        ((string? x) (cons 'string (map char->integer (string->list x))))
        ((symbol? x)
         (case x
           ((quasiquote) 'qq) ((unquote) 'uq) ((unquote-splicing) 'us) ((quote) 'q) (else x)))
        ((or (number? x) (boolean? x) (null? x) (bytevector? x)) x)
        (else 'object)))
(define (note x) (write (plain x)) (display \" \") x)
(define (caught e)
  (if (error-object? e)
      (begin (display \"{\") (display (error-object-message e)) (display \"} \"))
      (note e))
  'raised)
(define (try thunk) (guard (e (#t (caught e))) (thunk)))
(define (show thunk) (write (plain (try thunk))) (newline))";

const IMPORTS: &str = "(import (scheme base) (scheme write) (scheme inexact) (scheme eval)\n\
    (scheme case-lambda) (srfi 8) (srfi 69))\n";

/// More steps than any program needs that is worth a comparison, and than a large one does.
const STEPS: usize = 400_000;
const LARGE_STEPS: usize = 12_000_000;

#[derive(Clone)]
pub(crate) struct Section {
    pub(crate) shape: &'static str,
    pub(crate) forms: Vec<Datum>,
}

#[derive(Clone)]
pub(crate) struct Program {
    pub(crate) sections: Vec<Section>,
    pub(crate) sort: Sort,
    pub(crate) is_large: bool,
}

impl Program {
    /// The program of a seed, of the shapes whose names `wanted` has, or of all.
    pub(crate) fn new(seed: u64, wanted: &[String], sections_max: usize) -> Self {
        let mut random = Random::new(seed);
        let shapes: Vec<&Shape> = SHAPES
            .iter()
            .filter(|shape| wanted.is_empty() || wanted.iter().any(|name| name == shape.name))
            .collect();
        assert!(
            !shapes.is_empty(),
            "no shape has one of the names {wanted:?}"
        );
        let first = random.pick(&shapes);
        // Programs without imports are of one sort, and so are those that Guile runs, too. What takes
        // long, or counts what a program has, stands alone.
        let others: Vec<&Shape> = shapes
            .iter()
            .copied()
            .filter(|shape| !shape.is_large && !shape.is_alone)
            .filter(|shape| shape.sort == first.sort)
            .collect();
        let mut chosen = vec![first];
        while !first.is_large && !first.is_alone && chosen.len() < sections_max {
            chosen.push(random.pick(&others));
        }
        let sections = chosen.iter().map(|shape| Section {
            shape: shape.name,
            forms: parse(&(shape.make)(&mut random)),
        });
        Self {
            sections: sections.collect(),
            sort: first.sort,
            is_large: first.is_large,
        }
    }

    /// The whole program as text. Each section starts with a line that says which it is.
    pub(crate) fn text(&self) -> String {
        let imports = match self.sort {
            Sort::WithoutImports => "",
            Sort::Ordinary | Sort::Shared => IMPORTS,
        };
        let mut text = format!("{imports}{PRELUDE}\n");
        for (index, section) in self.sections.iter().enumerate() {
            let _ = writeln!(text, "(display \"@{index} {}\") (newline)", section.shape);
            for form in &section.forms {
                let _ = writeln!(text, "{form}");
            }
        }
        text
    }

    /// What it must print.
    pub(crate) fn wanted(&self) -> Result<String, reference::Failure> {
        let text = self.text();
        let body = text.strip_prefix(IMPORTS).unwrap_or(&text);
        let steps = if self.is_large { LARGE_STEPS } else { STEPS };
        reference::run(&parse(body), steps)
    }
}
