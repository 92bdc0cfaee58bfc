//! Random Scheme programs in which every operand may return again: at once, or when all else is done, from
//! deeper or less deep in the stack.
//!
//! A program is one expression whose value is a string. State lies in vectors: no variable is assigned.
//! Each byte decides something; where there are no more, expressions are small.

use std::fmt::Write as _;

const PRELUDE: &str = "\
(let ()
  (define port (open-output-string))
  (define budget (vector 0))
  (define pending (vector '()))
  (define (spend?) (vector-set! budget 0 (- (vector-ref budget 0) 1)) (> (vector-ref budget 0) 0))
  (define (later k x)
    (if (spend?) (vector-set! pending 0 (append (vector-ref pending 0) (list (cons k x))))))
  (define (twice a b) (call/cc (lambda (k) (later k b) a)))
  (define (again n a f)
    (let* ((cell (vector #f 0)) (t (call/cc (lambda (k) (vector-set! cell 0 k) a))))
      (vector-set! cell 1 (+ 1 (vector-ref cell 1)))
      (deep 30 (lambda () 0))
      (if (and (< (vector-ref cell 1) n) (spend?)) ((vector-ref cell 0) (f t)) t)))
  (define-syntax again-here
    (syntax-rules ()
      ((_ n a b)
       (let ((cell (vector #f 0)))
         (let ((t (call/cc (lambda (k) (vector-set! cell 0 k) a))))
           (vector-set! cell 1 (+ 1 (vector-ref cell 1)))
           (deep 30 (lambda () 0))
           (if (and (< (vector-ref cell 1) n) (spend?)) ((vector-ref cell 0) b) t))))))
  (define-syntax twice-here
    (syntax-rules () ((_ a b) (let ((x a)) (call/cc (lambda (k) (later k b) x))))))
  (define (churn n) (if (= n 0) '() (let ((v (make-vector 5 n))) (if (eq? v n) 1 (churn (- n 1))))))
  (define (deep n thunk) (if (= n 0) (thunk) (let ((r (deep (- n 1) thunk))) (if (eq? r port) 1 r))))
  (define (plain x)
    (cond ((procedure? x) 'procedure)
          ((pair? x) (cons (plain (car x)) (plain (cdr x))))
          ((vector? x) (vector-map plain x))
          (else x)))
  (define (num x) (if (number? x) x 1))
  (define (int x) (if (exact-integer? x) (modulo x 1000) 3))
  (define (flo x) (if (real? x) (inexact x) 0.5))
  (define (show thunk)
    (vector-set! budget 0 40)
    (vector-set! pending 0 '())
    (write (guard (e ((symbol? e) (list 'raised e)) (#t 'error)) (plain (thunk))) port)
    (newline port)
    (if (pair? (vector-ref pending 0))
        (let ((next (car (vector-ref pending 0))))
          (vector-set! pending 0 (cdr (vector-ref pending 0)))
          ((car next) (cdr next)))))
";

const ENTER: &str = "(lambda () (write-char #\\< port))";
const LEAVE: &str = "(lambda () (write-char #\\> port))";

/// The program that `bytes` stand for.
pub(crate) fn program(bytes: &[u8]) -> String {
    let mut generator = Generator {
        bytes: bytes.iter(),
        procedures: Vec::new(),
        count: 0,
    };
    let mut text = String::from(PRELUDE);
    for number in 0..4 {
        let count = [1, 2, 3, 5, 9][generator.choose(5)];
        let name = format!("f{number}");
        generator.procedures.push((name.clone(), count));
        let parameters: Vec<String> = (0..count).map(|_| generator.name("p")).collect();
        let body = generator.expression(&parameters, 4);
        let (all, first) = (parameters.join(" "), &parameters[0]);
        let _ = writeln!(
            text,
            "  (define ({name} {all}) (if (spend?) {body} {first}))"
        );
    }
    for _ in 0..3 {
        let body = generator.expression(&[], 5);
        let _ = writeln!(text, "  (show (lambda () {body}))");
    }
    text + "  (get-output-string port))"
}

struct Generator<'bytes> {
    bytes: std::slice::Iter<'bytes, u8>,
    /// Names of procedures, and how many arguments those take.
    procedures: Vec<(String, usize)>,
    count: usize,
}

impl Generator<'_> {
    fn choose(&mut self, count: usize) -> usize {
        let byte = self.bytes.next();
        byte.map_or(0, |&byte| usize::from(byte) % count)
    }

    fn name(&mut self, stem: &str) -> String {
        self.count += 1;
        format!("{stem}{}", self.count)
    }

    fn atom(&mut self, scope: &[String]) -> String {
        const CONSTANTS: &[&str] = &[
            "0",
            "1",
            "-1",
            "7",
            "1.5",
            "#t",
            "#f",
            "'()",
            "'a",
            "\"s\"",
            "#\\a",
            "1/3",
            "'(1 2)",
            "1152921504606846975",
        ];
        if scope.is_empty() || self.choose(4) == 0 {
            return CONSTANTS[self.choose(CONSTANTS.len())].to_owned();
        }
        scope[self.choose(scope.len())].clone()
    }

    /// A number, which may live unboxed.
    fn number(&mut self, scope: &[String], depth: usize) -> String {
        if depth == 0 {
            let atom = self.atom(scope);
            return format!("(num {atom})");
        }
        let choice = self.choose(7);
        let (a, b) = match choice {
            0..=2 => (self.number(scope, depth - 1), self.number(scope, depth - 1)),
            _ => (
                self.expression(scope, depth - 1),
                self.expression(scope, depth - 1),
            ),
        };
        match choice {
            0 => format!("(+ {a} {b})"),
            1 => format!("(- {a} {b})"),
            2 => format!("(* {a} {b})"),
            3 => format!("(* (flo {a}) (+ 0.5 (flo {b})))"),
            4 => format!("(+ (int {a}) (* 2 (int {b})))"),
            _ => format!("(num {a})"),
        }
    }

    /// What returns more than once.
    fn returning(&mut self, scope: &[String], depth: usize) -> String {
        let (choice, times) = (self.choose(5), 2 + self.choose(2));
        let a = self.expression(scope, depth);
        match choice {
            0 => format!("(twice {a} {})", self.expression(scope, depth)),
            1 => {
                let value = self.name("t");
                let inner = [scope, std::slice::from_ref(&value)].concat();
                let next = self.expression(&inner, depth.saturating_sub(1));
                format!("(again {times} {a} (lambda ({value}) {next}))")
            }
            2 => format!("(again-here {times} {a} {})", self.expression(scope, depth)),
            3 => format!("(twice-here {a} {})", self.expression(scope, depth)),
            _ => format!("(deep {} (lambda () {a}))", [1, 40][self.choose(2)]),
        }
    }

    fn test(&mut self, scope: &[String], depth: usize) -> String {
        match self.choose(5) {
            0 => format!("(pair? {})", self.atom(scope)),
            1 => format!(
                "(< {} {})",
                self.number(scope, depth),
                self.number(scope, depth)
            ),
            2 => format!(
                "(eqv? {} {})",
                self.expression(scope, depth),
                self.atom(scope)
            ),
            3 => format!("(number? {})", self.atom(scope)),
            _ => format!("(null? {})", self.atom(scope)),
        }
    }

    fn several(&mut self, count: usize, scope: &[String], depth: usize) -> String {
        let all: Vec<String> = (0..count).map(|_| self.expression(scope, depth)).collect();
        all.join(" ")
    }

    fn expression(&mut self, scope: &[String], depth: usize) -> String {
        let Some(less) = depth.checked_sub(1) else {
            return self.atom(scope);
        };
        match self.choose(18) {
            0 => self.atom(scope),
            1..=3 => self.returning(scope, less),
            5 => {
                let test = self.test(scope, less);
                format!("(if {test} {})", self.several(2, scope, less))
            }
            6 => format!("(cons {})", self.several(2, scope, less)),
            4 | 7 => {
                // What is behind an operand that returns again is seen only by what comes after it.
                let (first, again) = (self.atom(scope), self.returning(scope, less));
                let test = self.test(scope, less);
                let rest = self.several(2, scope, less);
                format!("(vector {first} {again} (if {test} {rest}))")
            }
            8 | 9 => self.number(scope, depth),
            10 => self.binding("let*", scope, less),
            11 => self.binding("let", scope, less),
            12 => self.counting(scope, less),
            13 | 14 if !self.procedures.is_empty() => {
                let which = self.choose(self.procedures.len());
                let (name, count) = self.procedures[which].clone();
                let depth = if count < 4 {
                    less
                } else {
                    less.saturating_sub(2)
                };
                format!("({name} {})", self.several(count, scope, depth))
            }
            15 => {
                let names = [self.name("x"), self.name("y")];
                let values = self.several(2, scope, less);
                let body = self.expression(&[scope, &names].concat(), less);
                let [x, y] = names;
                format!(
                    "(call-with-values (lambda () (values {values})) (lambda ({x} {y}) {body}))"
                )
            }
            16 => {
                let body = self.expression(scope, less);
                format!("(dynamic-wind {ENTER} (lambda () {body}) {LEAVE})")
            }
            _ => format!(
                "(begin (churn 50) (deep 60 (lambda () 0)) {})",
                self.expression(scope, less)
            ),
        }
    }

    /// Two variables; those of `let*` see each other.
    fn binding(&mut self, form: &str, scope: &[String], depth: usize) -> String {
        let names = [self.name("v"), self.name("v")];
        let first = self.expression(scope, depth);
        let seen = usize::from(form == "let*");
        let second = self.expression(&[scope, &names[..seen]].concat(), depth);
        let body = self.expression(&[scope, &names].concat(), depth);
        let [a, b] = names;
        format!("({form} (({a} {first}) ({b} {second})) {body})")
    }

    /// A loop over a counter and a value, which may be unboxed.
    fn counting(&mut self, scope: &[String], depth: usize) -> String {
        let (name, names) = (self.name("loop"), [self.name("i"), self.name("s")]);
        let inner = [scope, &names].concat();
        let start = self.expression(scope, depth);
        let next = self.expression(&inner, depth.saturating_sub(1));
        let end = self.expression(&inner, depth.saturating_sub(1));
        let turns = 1 + self.choose(4);
        let [i, s] = names;
        let step = match self.choose(3) {
            0 => next,
            1 => format!("(+ {s} (flo {next}))"),
            _ => format!("(+ {s} (int {next}))"),
        };
        let again = format!("({name} (+ {i} 1) (num {step}))");
        format!("(let {name} (({i} 0) ({s} (num {start}))) (if (< {i} {turns}) {again} {end}))")
    }
}
