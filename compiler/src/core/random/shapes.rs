//! Control, effects and loops.

use super::{Generator, Kind};

impl Generator<'_> {
    pub(super) fn sum(&mut self, operator: &str) -> String {
        let left = self.integer();
        if self.choose(4) == 3 {
            // What is evaluated first is used last, and only there.
            let right = if self.choose(2) == 0 {
                self.integer()
            } else {
                self.capture()
            };
            let late = self.variable("late");
            return format!("(let (({late} {left})) ({operator} {right} {late}))");
        }
        format!("({operator} {left} {})", self.integer())
    }

    pub(super) fn test(&mut self) -> String {
        let left = self.integer();
        let right = self.atom();
        match self.choose(3) {
            0 => format!("(< {left} {right})"),
            1 => format!("(not (= {left} {right}))"),
            _ => {
                let variable = self.variable("t");
                format!(
                    "(let (({variable} (= {left} {right}))) (if {variable} {variable} (< {right} 2)))"
                )
            }
        }
    }

    pub(super) fn conditional(&mut self) -> String {
        let consequent = self.integer();
        let alternative = self.integer();
        if self.choose(4) == 3 {
            let either = self.variable("t");
            return format!("(let (({either} {consequent})) (if {either} {either} {alternative}))");
        }
        let test = self.test();
        format!("(if {test} {consequent} {alternative})")
    }

    /// An effect that can be seen, and a value.
    pub(super) fn noted(&mut self) -> String {
        let value = self.integer();
        format!(
            "(begin (set-global! (global trace) {value}) {})",
            self.integer()
        )
    }

    pub(super) fn assignment(&mut self) -> String {
        let is_assignable = |kind| {
            matches!(
                kind,
                Kind::Integer {
                    is_assignable: true
                }
            )
        };
        let Some(at) = self.pick(is_assignable) else {
            return self.noted();
        };
        let variable = self.scope[at].text.clone();
        let value = self.integer();
        match self.choose(3) {
            0 => format!("(begin (set! {variable} {value}) {variable})"),
            1 => format!("(begin (set! {variable} (+ {variable} 1)) {value})"),
            _ => format!("(+ {variable} (begin (set! {variable} {value}) {variable}))"),
        }
    }

    pub(super) fn call_of_variable(&mut self) -> String {
        let Some(at) = self.pick(|kind| matches!(kind, Kind::Procedure { .. })) else {
            return self.call_of_lambda();
        };
        let variable = self.scope[at].text.clone();
        let kind = self.scope[at].kind;
        let operands = self.operands(kind);
        match kind {
            Kind::Procedure {
                is_counted: true, ..
            } => {
                let instead = self.atom();
                format!(
                    "(if (< n.1 6) (begin (set! n.1 (+ n.1 1)) (call {variable}{operands})) {instead})"
                )
            }
            _ => format!("(call {variable}{operands})"),
        }
    }

    /// Returns here can be done again.
    pub(super) fn capture(&mut self) -> String {
        let continuation = self.variable("c");
        let value = self.integer();
        let body = format!("(begin (set! k.0 {continuation}) {value})");
        let lambda = self.lambda(&continuation, &body);
        if self.choose(2) == 0 {
            format!("(call (immutable call-with-current-continuation) {lambda})")
        } else {
            format!("(call cc.2 {lambda})")
        }
    }

    /// Returns again where that was last captured.
    pub(super) fn enter_again(&mut self) -> String {
        let value = self.integer();
        let instead = self.integer();
        format!(
            "(if (if (< n.1 6) k.0 #f) (begin (set! n.1 (+ n.1 1)) (call k.0 {value})) {instead})"
        )
    }

    /// A loop of no turn to three, whose result is what it adds up or what is computed at the end.
    pub(super) fn counted_loop(&mut self) -> String {
        let [name, index, sum] = ["loop", "i", "sum"].map(|name| self.variable(name));
        let (first, start) = (self.choose(3), self.integer());
        let is_assignable = false;
        self.bind(&index, Kind::Integer { is_assignable });
        self.bind_integer(&sum);
        let step = self.integer();
        let last = self.integer();
        let end = self.choose(4);
        let next = format!("(call {name} (+ {index} 1) {step})");
        let next = match self.choose(3) {
            0 => format!("(+ 1 {next})"),
            _ => next,
        };
        let body = format!("(if (< {index} {end}) {next} {last})");
        let lambda = self.lambda(&format!("{index} {sum}"), &body);
        format!("(letrec (({name} {lambda})) (call {name} {first} {start}))")
    }

    /// Two procedures that call each other, with what they share assigned.
    pub(super) fn mutual_loop(&mut self) -> String {
        let [even, odd, left, other] = ["even", "odd", "a", "b"].map(|name| self.variable(name));
        let count = self.choose(4);
        let is_assignable = false;
        self.bind(&left, Kind::Integer { is_assignable });
        let at_end = self.integer();
        let body = format!("(if (< {left} 1) {at_end} (call {odd} (- {left} 1)))");
        let even_lambda = self.lambda(&left, &body);
        self.scope.pop();
        self.bind(&other, Kind::Integer { is_assignable });
        let at_end = self.integer();
        let body = format!("(if (< {other} 1) {at_end} (call {even} (- {other} 1)))");
        let odd_lambda = self.lambda(&other, &body);
        let call = format!("(call {even} {count})");
        let call = if self.choose(3) == 0 {
            format!("(+ 1 {call})")
        } else {
            call
        };
        format!("(letrec (({even} {even_lambda}) ({odd} {odd_lambda})) {call})")
    }

    /// A pair that two variables hold is changed through one of them.
    pub(super) fn pair_with_two_names(&mut self) -> String {
        let [first, second] = ["pair", "same"].map(|name| self.variable(name));
        let (car, cdr) = (self.integer(), self.integer());
        let value = self.integer();
        let read = format!("(+ (car {first}) (begin (set-car! {second} {value}) (car {first})))");
        let bound = format!("(let (({second} {first})) {read})");
        format!("(let (({first} (cons {car} {cdr}))) {bound})")
    }

    /// A procedure and a list of its arguments.
    pub(super) fn application(&mut self) -> String {
        let (lambda, kind) = self.procedure();
        let operands = self.operands(kind);
        match self.choose(3) {
            0 => format!("(%apply {lambda} (list{operands}))"),
            1 => format!("(call (immutable apply) {lambda} (list{operands}))"),
            _ => {
                let first = self.integer();
                format!("(call (immutable apply) (immutable +) {first} (list{operands}))")
            }
        }
    }

    /// A call of a standard procedure.
    pub(super) fn standard(&mut self) -> String {
        let [first, mut second, mut third] = [(); 3].map(|()| self.integer());
        if self.rarely(8) {
            // See `error_after_operands`.
            second = "#t".into();
            third = self.atom();
        }
        match self.choose(10) {
            0 => format!("(call (immutable +) {first} {second} {third})"),
            1 => format!("(call (immutable -) {first} {second} {third})"),
            2 => format!("(call (immutable -) {first})"),
            3 => format!("(if (call (immutable <) {first} {second} {third}) 1 0)"),
            4 => format!("(if (call (immutable eqv?) {first} {second}) 1 0)"),
            5 => format!("(call (immutable cadr) (list {first} {second}))"),
            6 => format!("(car (call (immutable append) (list {first}) (list {second}) {third}))"),
            7 => format!("(if (call (immutable zero?) {first}) {second} {third})"),
            8 => format!("(call (immutable max) {first} {second} {third})"),
            _ => format!("(call (immutable *) {first})"),
        }
    }

    /// Several lists in one, which all show; rarely one of them is no list.
    pub(super) fn appended(&mut self) -> String {
        let count = 2 + self.choose(3);
        let wrong = if self.rarely(8) {
            self.choose(count)
        } else {
            count
        };
        let mut operands = Vec::new();
        for number in 0..=count {
            let item = self.integer();
            operands.push(match number {
                _ if number == wrong && wrong < count => format!(" {item}"),
                _ if number == count && self.choose(2) == 0 => format!(" {item}"),
                _ => format!(" (list {number} {item})"),
            });
        }
        let all = self.variable("all");
        let operands = operands.concat();
        format!(
            "(let (({all} (call (immutable append){operands}))) \
             (begin (set-global! (global trace) {all}) (car {all})))"
        )
    }

    /// A standard procedure raises for one operand, when all others have had their effects. Which one of several
    /// errors is raised is left open where operands do nothing else: so those raise nothing.
    pub(super) fn error_after_operands(&mut self) -> String {
        let count = 2 + self.choose(3);
        let wrong = self.choose(count);
        let name = ["+", "-", "*", "max", "<", "=", "char<?"][usize::from(self.choose(7))];
        let takes_characters = name == "char<?";
        let mut operands = Vec::new();
        for number in 0..count {
            let operand = match (number == wrong, self.choose(4)) {
                (true, 0) => self.atom(),
                (true, 1) => format!("(list {})", self.atom()),
                (true, _) => "#t".into(),
                (false, 0) if takes_characters => "#\\a".into(),
                (false, 0) => self.atom(),
                (false, _) => {
                    let mut value = self.integer();
                    if takes_characters {
                        value = format!("{value} #\\b");
                    }
                    format!("(begin (set-global! (global trace) {number}) {value})")
                }
            };
            operands.push(format!(" {operand}"));
        }
        let value = format!("(call (immutable {name}){})", operands.concat());
        match name {
            "<" | "=" | "char<?" => format!("(if {value} 1 0)"),
            _ => value,
        }
    }

    /// What raises, sometimes; also where its value is not used.
    pub(super) fn error(&mut self) -> String {
        let operand = self.integer();
        match self.choose(14) {
            1 => format!("(car {operand})"),
            2 => format!("(call {operand})"),
            3 => format!("(+ {operand} #t)"),
            4 => format!("(values {operand} 2)"),
            5 => "(global nothing)".into(),
            6 => "(values)".into(),
            7 => format!("(call (immutable <) 1 {operand} #t)"),
            8 => format!("(begin (car {operand}) {})", self.atom()),
            9 => {
                let unused = self.variable("unused");
                format!("(let (({unused} (car {operand}))) {})", self.integer())
            }
            _ => operand,
        }
    }

    /// A procedure that assigns its parameter, and is called twice.
    pub(super) fn called_twice(&mut self) -> String {
        let [name, parameter] = ["f", "p"].map(|name| self.variable(name));
        let (first, second) = (self.integer(), self.integer());
        let added = self.atom();
        let body = format!("(begin (set! {parameter} (+ {parameter} {added})) {parameter})");
        let lambda = self.lambda(&parameter, &body);
        format!("(let (({name} {lambda})) (+ (call {name} {first}) (call {name} {second})))")
    }

    /// Two procedures that recur, name a variable around them, and are called or passed on.
    pub(super) fn free_variables(&mut self) -> String {
        let [free, inner, outer] = ["free", "f", "g"].map(|name| self.variable(name));
        let [left, right] = ["p", "q"].map(|name| self.variable(name));
        let value = self.integer();
        self.bind_integer(&free);
        let at_end = self.atom();
        let body =
            format!("(if (< {left} 1) (+ {free} {at_end}) (+ 1 (call {inner} (- {left} 1))))");
        let first = self.lambda(&left, &body);
        let more = if self.rarely(6) { " 3" } else { "" };
        let body = format!(
            "(if (< {right} 1) (+ 1 (call {inner} 2{more})) (+ 2 (call {outer} (- {right} 1))))"
        );
        let second = self.lambda(&right, &body);
        let call = match self.choose(3) {
            0 => format!("(+ (call {inner} 1) (call {outer} 2))"),
            1 => format!("(+ (call {inner} 1) (call (car (list {outer})) 2))"),
            _ => format!("(+ (call (car (list {inner})) 1) (call {outer} 2))"),
        };
        let nested = if self.choose(2) == 0 {
            format!("(letrec (({inner} {first}) ({outer} {second})) {call})")
        } else {
            format!("(letrec (({inner} {first})) (letrec (({outer} {second})) {call}))")
        };
        format!("(let (({free} {value})) {nested})")
    }

    /// A variable that a procedure counts up.
    pub(super) fn counter(&mut self) -> String {
        let [variable, next] = ["count", "next"].map(|name| self.variable(name));
        let start = self.integer();
        let body = format!("(begin (set! {variable} (+ {variable} 1)) {variable})");
        let lambda = self.lambda("", &body);
        self.bind_integer(&variable);
        self.bind(
            &next,
            Kind::Procedure {
                required: 0,
                takes_more: false,
                is_counted: false,
            },
        );
        let value = self.integer();
        format!("(let (({variable} {start})) (let (({next} {lambda})) (+ (call {next}) {value})))")
    }
}
