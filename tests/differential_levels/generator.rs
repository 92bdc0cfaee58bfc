//! Random Scheme programs as text: each byte decides something.
//!
//! A program is one expression whose value is a string. Every program ends, because each call takes
//! a step and the steps are limited. Of an error, the program writes only that there was one.
//! Operands are evaluated in an order that the generator fixes, which is the same everywhere.

use std::fmt::Write as _;

/// The program that `bytes` stand for.
pub(crate) fn program(bytes: &[u8]) -> String {
    let mut generator = Generator {
        bytes: bytes.iter(),
        scope: Vec::new(),
        procedures: Vec::new(),
        count: 0,
        depth: 0,
    };
    let mut text = String::from(PRELUDE);
    for number in 0..4 {
        generator.global_procedure(number, &mut text);
    }
    for _ in 0..3 {
        let body = generator.expression();
        let _ = writeln!(text, "  (show (lambda () {body}))");
    }
    text + "  (get-output-string port))"
}

/// How much was in scope at a point of the program.
#[derive(Clone, Copy)]
struct Mark {
    variables: usize,
    procedures: usize,
}

const PRELUDE: &str = "\
(let ()
  (define port (open-output-string))
  (define steps 400)
  (define (step?) (set! steps (- steps 1)) (> steps 0))
  (define (note x) (write-char #\\! port) (write x port) x)
  (define (show thunk)
    (set! steps 400)
    (write (guard (e ((symbol? e) (list 'raised e)) (#t 'error)) (plain (thunk))) port)
    (newline port))
  (define (plain x)
    (cond ((procedure? x) 'procedure)
          ((pair? x) (cons (plain (car x)) (plain (cdr x))))
          ((vector? x) (vector-map plain x))
          (else x)))
";

pub(crate) struct Generator<'bytes> {
    bytes: std::slice::Iter<'bytes, u8>,
    /// Variables with values.
    pub(crate) scope: Vec<String>,
    /// Variables with procedures, and how many arguments those take.
    procedures: Vec<(String, usize)>,
    count: usize,
    depth: usize,
}

impl Generator<'_> {
    pub(crate) fn choose(&mut self, count: usize) -> usize {
        self.bytes
            .next()
            .map_or(0, |&byte| usize::from(byte) % count)
    }

    pub(crate) fn name(&mut self, stem: &str) -> String {
        self.count += 1;
        format!("{stem}{}", self.count)
    }

    fn global_procedure(&mut self, number: usize, text: &mut String) {
        let count = self.choose(4);
        let name = format!("f{number}");
        // From here on it may call itself.
        self.procedures.push((name.clone(), count));
        let lambda = self.lambda(count);
        let _ = writeln!(text, "  (define {name} {lambda})");
    }

    /// A procedure that refuses to run when no step is left.
    fn lambda(&mut self, count: usize) -> String {
        let mark = self.mark();
        let parameters: Vec<String> = (0..count).map(|_| self.name("p")).collect();
        self.scope.extend(parameters.iter().cloned());
        let body = self.expression();
        self.forget(mark);
        format!("(lambda ({}) (if (step?) {body} 0))", parameters.join(" "))
    }

    fn mark(&self) -> Mark {
        Mark {
            variables: self.scope.len(),
            procedures: self.procedures.len(),
        }
    }

    fn forget(&mut self, mark: Mark) {
        self.scope.truncate(mark.variables);
        self.procedures.truncate(mark.procedures);
    }

    fn constant(&mut self) -> String {
        const CONSTANTS: &[&str] = &[
            "0",
            "1",
            "-1",
            "2",
            "7",
            "1.5",
            "-0.25",
            "#t",
            "#f",
            "'()",
            "#\\a",
            "#\\b",
            "'a",
            "'b",
            "\"s\"",
            "1152921504606846975",
            "-1152921504606846976",
            "100000000000000000000",
            "1/3",
        ];
        CONSTANTS[self.choose(CONSTANTS.len())].to_owned()
    }

    fn atom(&mut self) -> String {
        if self.scope.is_empty() || self.choose(3) == 0 {
            return self.constant();
        }
        let back = self.choose(self.scope.len());
        self.scope[self.scope.len() - 1 - back].clone()
    }

    /// An expression that may raise, and may write: on all levels in the same order.
    pub(crate) fn operand(&mut self) -> String {
        if self.depth > 14 || self.bytes.len() == 0 || self.choose(3) != 0 {
            return self.atom();
        }
        self.depth += 1;
        let (first, second) = (self.operand(), self.operand());
        self.depth -= 1;
        match self.choose(22) {
            20 | 21 => format!("(note {first})"),
            0 => format!("(- {first} {second})"),
            1 => format!("(* {first} {second})"),
            2 => format!("(cons {first} {second})"),
            3 => format!("(car {first})"),
            4 => format!("(cdr {first})"),
            5 => format!("(eq? {first} {second})"),
            6 => format!("(eqv? {first} {second})"),
            7 => format!("(equal? {first} {second})"),
            8 => format!("(not {first})"),
            9 => format!("(vector {first} {second})"),
            10 => format!("(vector-ref {first} {second})"),
            11 => format!("(quotient {first} {second})"),
            12 => format!("(list {first} {second} {first})"),
            13 => format!("(number? {first})"),
            14 => format!("(/ {first} {second})"),
            15 => format!("(exact->inexact {first})"),
            16 => format!("(append {first} {second})"),
            17 => format!("(if {} {first} {second})", self.test()),
            _ => format!("(+ {first} {second})"),
        }
    }

    fn test(&mut self) -> String {
        let (first, second) = (self.atom(), self.atom());
        match self.choose(12) {
            9 => format!("(eqv? {first} {second})"),
            10 => format!("(equal? {first} {second})"),
            11 => format!("(and (exact-integer? {first}) (odd? {first}))"),
            0 => format!("(pair? {first})"),
            1 => format!("(null? {first})"),
            2 => format!("(< {first} {second})"),
            3 => format!("(= {first} {second})"),
            4 => format!("(and (number? {first}) (>= {first} 0))"),
            5 => format!("(or (symbol? {first}) (char? {first}))"),
            6 => format!("(eq? {first} {second})"),
            7 => format!("(not {first})"),
            _ => first,
        }
    }

    fn expression(&mut self) -> String {
        if self.depth > 10 || self.bytes.len() == 0 {
            return self.operand();
        }
        self.depth += 1;
        let mark = self.mark();
        let text = match self.choose(25) {
            23 | 24 => self.bare_loop(),
            20 => self.numeric_loop(),
            21 => self.numeric_procedures(),
            22 => self.vector_loop(),
            0 | 1 => self.binding(),
            2 => self.named_let(),
            3 | 4 => self.local_procedures(),
            5..=7 => self.call(),
            8 | 9 => format!(
                "(if {} {} {})",
                self.test(),
                self.expression(),
                self.expression()
            ),
            10 => format!("(begin {} {})", self.expression(), self.expression()),
            11 => format!("(note {})", self.operand()),
            12 => self.assignment(),
            13 | 14 => self.case(),
            15 => self.continuation(),
            16 => format!(
                "(guard (e (#t (note 'caught) {})) {})",
                self.operand(),
                self.expression()
            ),
            17 => self.values(),
            18 => self.higher_order(),
            _ => self.operand(),
        };
        self.forget(mark);
        self.depth -= 1;
        text
    }

    fn binding(&mut self) -> String {
        let init = self.expression();
        let name = self.name("v");
        self.scope.push(name.clone());
        format!("(let (({name} {init})) {})", self.expression())
    }

    fn named_let(&mut self) -> String {
        let (init, step) = (self.operand(), self.choose(3) + 1);
        let (counter, value) = (self.name("i"), self.name("v"));
        self.scope.extend([counter.clone(), value.clone()]);
        let (test, next) = (self.test(), self.expression());
        let end = self.expression();
        format!(
            "(let loop (({counter} 0) ({value} {init})) \
             (if (or (> {counter} 9) {test}) {end} \
             (let ((next {next})) (if (step?) (loop (+ {counter} {step}) next) {value}))))"
        )
    }

    /// A loop without variables, behind a test: it keeps what was made before.
    fn bare_loop(&mut self) -> String {
        let init = self.expression();
        let name = self.name("v");
        self.scope.push(name.clone());
        let (test, body) = (self.test(), self.expression());
        let (end, other) = (self.operand(), self.operand());
        format!(
            "(let (({name} {init})) \
             (if {test} (let turn () (if (step?) (begin (note {body}) (turn)) {end})) {other}))"
        )
    }

    fn local_procedures(&mut self) -> String {
        let names: Vec<String> = (0..=self.choose(2)).map(|_| self.name("g")).collect();
        for name in &names {
            let count = self.choose(3);
            self.procedures.push((name.clone(), count));
        }
        let start = self.procedures.len() - names.len();
        let mut bindings = String::new();
        for (index, name) in names.iter().enumerate() {
            let lambda = self.lambda(self.procedures[start + index].1);
            let _ = write!(bindings, "({name} {lambda})");
        }
        format!("(letrec ({bindings}) {})", self.expression())
    }

    fn call(&mut self) -> String {
        if self.procedures.is_empty() {
            return self.operand();
        }
        let back = self.choose(self.procedures.len());
        let (name, count) = self.procedures[self.procedures.len() - 1 - back].clone();
        let operands: Vec<String> = (0..count).map(|_| self.operand()).collect();
        let operands = operands.join(" ");
        match self.choose(8) {
            0 => format!("(apply {name} (list {operands}))"),
            1 => format!("(let ((escaped {name})) (list escaped {}))", self.operand()),
            _ => format!("({name} {operands})"),
        }
    }

    fn assignment(&mut self) -> String {
        let Some(name) = self.scope.last().cloned() else {
            return self.operand();
        };
        format!(
            "(begin (set! {name} {}) {})",
            self.operand(),
            self.expression()
        )
    }

    fn case(&mut self) -> String {
        const KEYS: &[&str] = &[
            "0",
            "1",
            "2",
            "3",
            "4",
            "7",
            "-1",
            "a",
            "b",
            "c",
            "d",
            "e",
            "#\\a",
            "#\\b",
            "#\\z",
            "()",
            "#t",
            "100000000000000000000",
            "1.5",
            "1000",
        ];
        let mut keys = KEYS.iter();
        let mut clauses = String::new();
        for _ in 0..=self.choose(8) {
            let some: Vec<&str> = keys.by_ref().take(1 + self.choose(4)).copied().collect();
            if some.is_empty() {
                break;
            }
            let body = self.operand();
            let _ = write!(clauses, "(({}) {body})", some.join(" "));
        }
        format!(
            "(case {} {clauses}(else {}))",
            self.operand(),
            self.expression()
        )
    }

    fn continuation(&mut self) -> String {
        let name = self.name("k");
        self.procedures.push((name.clone(), 1));
        let body = self.expression();
        match self.choose(3) {
            0 => format!(
                "(call/cc (lambda ({name}) (+ 1 ({name} {}))))",
                self.operand()
            ),
            1 => format!(
                "(call/cc (lambda ({name}) \
                 (dynamic-wind (lambda () (note 'in)) (lambda () {body}) (lambda () (note 'out)))))"
            ),
            _ => format!("(call/cc (lambda ({name}) {body}))"),
        }
    }

    fn values(&mut self) -> String {
        let (first, second) = (self.operand(), self.operand());
        let test = self.test();
        let names = [self.name("v"), self.name("v")];
        self.scope.extend(names.iter().cloned());
        let body = self.expression();
        format!(
            "(let-values ((({}) (if {test} (values {first} {second}) (values {second} 1)))) {body})",
            names.join(" . ")
        )
    }

    fn higher_order(&mut self) -> String {
        let name = self.name("p");
        let list = format!("(list {} {} 3)", self.operand(), self.operand());
        self.scope.push(name.clone());
        let body = self.expression();
        match self.choose(3) {
            0 => format!("(let ((f (lambda ({name}) {body}))) (list (f 1) f))"),
            1 => format!(
                "(let ((v (vector 0 0 0))) (for-each (lambda ({name}) \
                 (vector-set! v 1 {body})) {list}) v)"
            ),
            _ => format!("(let ((l {list})) (for-each (lambda ({name}) (note {body})) l) l)"),
        }
    }
}
