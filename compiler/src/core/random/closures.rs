//! Procedures that hold several variables, or take more arguments than they have parameters.
//!
//! What holds several variables tells them apart: no two of them can change places without another answer. What is
//! lifted recurs and is called from several places, or it would be inlined before. What is a value stands in a list.

use super::{Generator, Kind};

/// What a procedure takes behind its first parameters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Further {
    Nothing,
    Optional,
    Rest,
}

impl Generator<'_> {
    /// Two variables or more, bound around `body`.
    fn several(&mut self, most: u8, body: impl FnOnce(&mut Self, &[String]) -> String) -> String {
        let count = 2 + self.choose(most - 1);
        let mut names = Vec::new();
        let mut bindings = Vec::new();
        for _ in 0..count {
            let name = self.variable("free");
            let init = if self.choose(2) == 0 {
                self.constant()
            } else {
                self.integer()
            };
            bindings.push(format!("({name} {init})"));
            names.push(name);
        }
        for name in &names {
            self.bind_integer(name);
        }
        let body = body(self, &names);
        format!("(let ({}) {body})", bindings.concat())
    }

    /// A parameter that counts down, and so is never assigned.
    fn counter_of(&mut self, name: &str) -> String {
        let name = self.variable(name);
        let is_assignable = false;
        self.bind(&name, Kind::Integer { is_assignable });
        name
    }

    /// A procedure that recurs, is called from several places, and by another one with other variables.
    pub(super) fn lifted(&mut self) -> String {
        self.several(5, |this, names| {
            let [f, g] = ["f", "g"].map(|name| this.variable(name));
            let further = match this.choose(4) {
                0 | 1 => Further::Nothing,
                2 => Further::Optional,
                _ => Further::Rest,
            };
            let first = this.first_lifted(&f, names, further);
            let second = this.second_lifted(&f, &g, names);
            let assigned = match this.choose(3) {
                0 => format!("(set! {} {})", names[0], this.atom()),
                _ => this.constant(),
            };
            let more = match (further, this.choose(3)) {
                (Further::Nothing, _) | (_, 0) => "",
                _ => " 4",
            };
            let missing = if this.rarely(12) { "" } else { " 2" };
            let [one, two] = [(); 2].map(|()| this.integer());
            let calls = format!(
                "(- (- (* 5 (call {f} 1 {one}{more})) (* 3 (call {g} 1))) (call {f} 0{missing}))"
            );
            let body = format!("(begin {assigned} (+ {calls} {two}))");
            if this.choose(2) == 0 {
                format!("(letrec (({f} {first}) ({g} {second})) {body})")
            } else {
                format!("(letrec (({f} {first})) (letrec (({g} {second})) {body}))")
            }
        })
    }

    fn first_lifted(&mut self, f: &str, names: &[String], further: Further) -> String {
        let mark = self.scope.len();
        let left = self.counter_of("p");
        let other = self.variable("q");
        self.bind_integer(&other);
        let mut all = vec![left.clone(), other.clone()];
        all.extend_from_slice(names);
        let last = self.variable("last");
        let (formal, seen) = match further {
            Further::Nothing => (String::new(), "6".into()),
            Further::Optional => (
                format!(" %optional {last}"),
                format!("(if (%default? {last}) 7 {last})"),
            ),
            Further::Rest => (
                format!(" %rest {last}"),
                format!("(if (pair? {last}) (car {last}) 8)"),
            ),
        };
        all.push(seen);
        let at_end = told_apart(&all);
        let step = self.atom();
        self.scope.truncate(mark);
        let body =
            format!("(if (< {left} 1) {at_end} (+ 1 (call {f} (- {left} 1) (+ {step} {other}))))");
        self.lambda(&format!("{left} {other}{formal}"), &body)
    }

    fn second_lifted(&mut self, f: &str, g: &str, names: &[String]) -> String {
        let mark = self.scope.len();
        let left = self.counter_of("s");
        let from = usize::from(self.choose(2));
        let own = told_apart(&names[from..]);
        let operand = self.atom();
        self.scope.truncate(mark);
        let body = format!(
            "(if (< {left} 1) (call {f} 1 {operand}) (+ {own} (* 2 (call {g} (- {left} 1)))))"
        );
        self.lambda(&left, &body)
    }

    /// A procedure with a rest list, called where it is known with further arguments of several numbers.
    pub(super) fn rest_of_known_calls(&mut self) -> String {
        let [f, left, optional, rest] = ["f", "p", "o", "rest"].map(|name| self.variable(name));
        let takes_optional = self.choose(2) == 0;
        let (formal, seen) = if takes_optional {
            (
                format!(" %optional {optional}"),
                format!("(if (%default? {optional}) 7 {optional})"),
            )
        } else {
            (String::new(), "9".into())
        };
        let mut calls = Vec::new();
        for count in [1 + self.choose(3), self.choose(4), self.choose(5)] {
            let operands: Vec<String> =
                (0..count).map(|_| format!(" {}", self.integer())).collect();
            calls.push(operands.concat());
        }
        let [inner, first, second] = calls.try_into().expect("three calls");
        let two = format!("(+ (car {rest}) (* 3 (if (pair? (cdr {rest})) (car (cdr {rest})) 5)))");
        let digits = format!("(+ {seen} (* 11 (if (pair? {rest}) {two} 2)))");
        let body = format!(
            "(begin (set-global! (global trace) {rest}) \
             (if (< {left} 1) {digits} (+ 1 (call {f} (- {left} 1){inner}))))"
        );
        let lambda = self.lambda(&format!("{left}{formal} %rest {rest}"), &body);
        format!("(letrec (({f} {lambda})) (- (* 3 (call {f} 1{first})) (call {f} 0{second})))")
    }

    /// Closures that are values and hold the same variables: beside one another, in one another, and in a group.
    pub(super) fn shared(&mut self) -> String {
        self.several(8, |this, names| {
            let some = &names[usize::from(this.choose(2))..];
            let [outer, f, g] = ["outer", "f", "g"].map(|name| this.variable(name));
            let depth = usize::from(1 + this.choose(3));
            let around = this.nested_closures(names, some, depth);
            let is_group = this.choose(2) == 0;
            let first = this.beside(names, is_group.then_some(&g));
            let second = this.beside(some, is_group.then_some(&f));
            let [one, two] = [(); 2].map(|()| this.choose(4));
            let sum = format!(
                "(+ (call (car (list {outer})) 2) (- (* 7 (call (car (list {f})) {one})) \
                 (call (car (list {g})) {two})))"
            );
            match (is_group, this.choose(2)) {
                (true, 0) => format!(
                    "(letrec (({outer} {around}) ({f} {first}) ({g} {second})) {sum})"
                ),
                (true, _) => format!(
                    "(let (({outer} {around})) (letrec (({f} {first}) ({g} {second})) {sum}))"
                ),
                (false, _) => format!(
                    "(letrec (({f} {first})) (letrec (({g} {second})) (letrec (({outer} {around})) {sum})))"
                ),
            }
        })
    }

    /// A procedure of one argument with a closure in it, in which another one is, and so on.
    fn nested_closures(&mut self, names: &[String], some: &[String], depth: usize) -> String {
        let [x, other, inner] = ["x", "y", "inner"].map(|name| self.variable(name));
        let mut all = names.to_vec();
        all.reverse();
        all.push(x.clone());
        if depth == 0 {
            let assigned = match self.choose(3) {
                0 => format!("(set! {} (+ 1 {}))", some[0], some[0]),
                _ => "1".into(),
            };
            return self.lambda(&x, &format!("(begin {assigned} {})", told_apart(&all)));
        }
        all.push(other.clone());
        let mut further = some.to_vec();
        further.push(x.clone());
        let innermost = self.nested_closures(&all, &further, depth - 1);
        let value = self.atom();
        let body = format!(
            "(let (({inner} {innermost})) (- (* 2 (call (car (list {inner})) {value})) {}))",
            told_apart(&further)
        );
        self.lambda(&x, &format!("(let (({other} (+ {x} 1))) {body})"))
    }

    /// A procedure that names all of `names`, and another one that it calls, until its argument is zero.
    fn beside(&mut self, names: &[String], other: Option<&String>) -> String {
        let left = self.variable("p");
        let own = told_apart(names);
        let body = match other {
            Some(other) => {
                format!("(if (< {left} 1) {own} (call (car (list {other})) (- {left} 1)))")
            }
            None => format!("(- {own} {left})"),
        };
        self.lambda(&left, &body)
    }
}

/// A number from which no two of these can change places without its changing.
fn told_apart(operands: &[String]) -> String {
    let (first, more) = operands.split_first().expect("at least one");
    let add = |sum: String, each: &String| format!("(- (* 3 {sum}) {each})");
    more.iter().fold(first.clone(), add)
}
