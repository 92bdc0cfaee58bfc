//! Forms around expressions: bindings, loops, conditions and continuations.

use std::fmt::Write as _;

use super::maker::{Boolean, Kind, List, Maker, Number, Text, Thing};

impl Maker<'_> {
    pub(super) fn control(&mut self, kind: Kind, depth: usize) -> String {
        match self.random.below(24) {
            0 | 1 => self.binding(kind, depth),
            2 | 3 => {
                let test = self.expression(Boolean, depth);
                let (then, other) = (self.expression(kind, depth), self.expression(kind, depth));
                format!("(if {test} {then} {other})")
            }
            4 | 5 => {
                let effect = self.effect(depth);
                format!("(begin {effect} {})", self.expression(kind, depth))
            }
            6 | 7 => self.guarded(kind, depth),
            8 | 9 => self.again(kind, depth),
            10 => self.values(kind, depth),
            11 => self.parameterized(kind, depth),
            12 => self.wound(kind, depth),
            13 => self.handled(kind, depth),
            14 => self.escaped(kind, depth),
            15 | 16 => self.looped(kind, depth),
            17 | 18 => self.procedure(kind, depth),
            19 | 20 => self.evaluated(kind, depth),
            21 => self.raised(kind, depth),
            22 => self.chosen(kind, depth),
            _ if kind == Number => self.kept(depth),
            _ => self.binding(kind, depth),
        }
    }

    fn binding(&mut self, kind: Kind, depth: usize) -> String {
        let (one, other) = (self.name("x"), self.name("y"));
        let kinds = [self.kind(), self.kind()];
        let first = self.expression(kinds[0], depth);
        if self.chance(50) {
            let body = self.with(&[(&one, kinds[0])], |maker| maker.body(kind, depth));
            return format!("(let (({one} {first})) {body})");
        }
        let second = self.expression(kinds[1], depth);
        let variables = [(&*one, kinds[0]), (&*other, kinds[1])];
        let body = self.with(&variables, |maker| maker.body(kind, depth));
        if self.chance(20) {
            return format!("(let () (define {one} {first}) (define {other} {second}) {body})");
        }
        let head = self.let_of_many();
        format!("({head} (({one} {first}) ({other} {second})) {body})")
    }

    /// Effects, perhaps, and an expression.
    pub(super) fn body(&mut self, kind: Kind, depth: usize) -> String {
        if self.chance(35) {
            let effect = self.effect(depth);
            format!("{effect} {}", self.expression(kind, depth))
        } else {
            self.expression(kind, depth)
        }
    }

    fn guarded(&mut self, kind: Kind, depth: usize) -> String {
        let body = self.body(kind, depth);
        let variable = self.name("e");
        let mut clauses = String::new();
        for _ in 0..self.random.between(1, 2) {
            let test = self.pick(&["number?", "symbol?", "string?", "error-object?", "pair?"]);
            let value = self.expression(kind, depth);
            let _ = write!(clauses, "(({test} {variable}) {value})");
        }
        let told = if self.is_closed { "list" } else { "told" };
        match self.random.below(6) {
            0 | 1 => {
                let value = self.expression(kind, depth);
                let _ = write!(clauses, "(else {value})");
            }
            2 if !self.is_closed => {
                let value = self.expression(kind, depth);
                let _ = write!(clauses, "(else (note ({told} {variable})) {value})");
            }
            3 if kind == List && !self.is_closed => {
                let _ = write!(clauses, "((told {variable}) => (lambda (z) z))");
            }
            4 if kind == Number => {
                let _ = write!(
                    clauses,
                    "((assv {variable} '((1 . 5) (2 . 6) (3 . 7))) => cdr)"
                );
            }
            _ => {}
        }
        format!("(guard ({variable} {clauses}) {body})")
    }

    /// A place that is returned to twice or thrice, with other values.
    fn again(&mut self, kind: Kind, depth: usize) -> String {
        let (back, turns, value) = (self.name("k"), self.name("n"), self.name("z"));
        let first = self.expression(kind, depth);
        let times = self.random.between(2, 3);
        let variables = [(&*value, kind)];
        let (next, last) = self.with(&variables, |maker| {
            (maker.expression(kind, depth), maker.body(kind, depth))
        });
        let effect = self.with(&variables, |maker| {
            if maker.chance(50) {
                maker.effect(depth.min(1))
            } else {
                "#t".to_owned()
            }
        });
        format!(
            "(let (({back} #f) ({turns} 0))
               (let (({value} (call/cc (lambda (c) (set! {back} c) {first}))))
                 (set! {turns} (+ {turns} 1))
                 {effect}
                 (if (< {turns} {times}) ({back} {next}) (begin {last}))))"
        )
    }

    /// A place to which later effects of the section return.
    fn kept(&mut self, depth: usize) -> String {
        if !self.scope.may_jump {
            return self.expression(Number, depth);
        }
        let value = self.expression(Number, depth);
        format!("(call/cc (lambda (c) (set! kept c) {value}))")
    }

    fn values(&mut self, kind: Kind, depth: usize) -> String {
        let (one, other) = (self.name("x"), self.name("y"));
        let kinds = [self.kind(), self.kind()];
        if self.chance(25) {
            let head = self.pick(&["floor/", "truncate/"]);
            let number = self.expression(Number, depth);
            let body = self.with(&[(&one, Number), (&other, Number)], |maker| {
                maker.body(kind, depth)
            });
            return format!("(let-values ((({one} {other}) ({head} {number} 3))) {body})");
        }
        let operands = kinds.map(|kind| self.expression(kind, depth));
        let values = self.call("values", &operands);
        let variables = [(&*one, kinds[0]), (&*other, kinds[1])];
        let body = self.with(&variables, |maker| maker.body(kind, depth));
        match self.random.below(4) {
            0 => format!("(call-with-values (lambda () {values}) (lambda ({one} {other}) {body}))"),
            1 if !self.is_closed => format!("(receive ({one} {other}) {values} {body})"),
            2 => format!("(let*-values ((({one} {other}) {values})) {body})"),
            _ => format!("(let-values ((({one} {other}) {values})) {body})"),
        }
    }

    fn parameterized(&mut self, kind: Kind, depth: usize) -> String {
        if self.is_closed || !self.has(Thing::Parameter) {
            let (name, value) = (self.name("p"), self.expression(Number, depth));
            let inner = self.expression(Number, depth);
            let last = if kind == Number {
                format!("(+ ({name}) {})", self.leaf(Number))
            } else {
                self.expression(kind, depth)
            };
            return format!(
                "(let (({name} (make-parameter {value})))
                   (parameterize (({name} {inner})) {last}))"
            );
        }
        let value = self.expression(Number, depth);
        let body = self.body(kind, depth);
        format!("(parameterize ((p-{} {value})) {body})", self.suffix)
    }

    fn wound(&mut self, kind: Kind, depth: usize) -> String {
        let effects = [0, 1].map(|_| {
            if self.is_closed || self.chance(40) {
                self.effect(depth.min(1))
            } else {
                format!("(note '{})", self.random.name("w"))
            }
        });
        let body = self.body(kind, depth);
        let [before, after] = effects;
        format!("(dynamic-wind (lambda () {before}) (lambda () {body}) (lambda () {after}))")
    }

    fn handled(&mut self, kind: Kind, depth: usize) -> String {
        let variable = self.name("e");
        // Guile 3.0 runs thunks of `dynamic-wind` that such a jump does not leave.
        if !self.is_ordered && self.chance(40) {
            let back = self.name("k");
            let value = self.expression(kind, depth);
            let body = self.body(kind, depth);
            return format!(
                "(call/cc (lambda ({back})
                   (with-exception-handler (lambda ({variable}) ({back} {value}))
                     (lambda () {body}))))"
            );
        }
        let value = self.with(&[(&variable, Number)], |maker| {
            // While a handler runs, Guile 3.0 finds none that the handler installs.
            if maker.is_ordered {
                maker.leaf(Number)
            } else {
                maker.body(Number, depth)
            }
        });
        let inner = self.expression(Number, depth);
        let again = format!("(raise-continuable {inner})");
        let name = self.name("x");
        let body = self.with(&[(&name, Number)], |maker| maker.body(kind, depth));
        format!(
            "(with-exception-handler (lambda ({variable}) {value})
               (lambda () (let (({name} {again})) {body})))"
        )
    }

    fn escaped(&mut self, kind: Kind, depth: usize) -> String {
        if self.chance(50)
            && let Some((name, kind)) = self.scope.escapes.last().cloned()
        {
            return format!("({name} {})", self.expression(kind, depth));
        }
        let name = self.name("k");
        self.scope.escapes.push((name.clone(), kind));
        let body = self.body(kind, depth);
        self.scope.escapes.pop();
        format!("(call/cc (lambda ({name}) {body}))")
    }

    fn looped(&mut self, kind: Kind, depth: usize) -> String {
        let (name, counter, value) = (self.name("loop"), self.name("n"), self.name("a"));
        let start = self.expression(kind, depth);
        let turns = self.random.between(1, 3);
        let next = |maker: &mut Self| {
            maker.with_counter(&counter, |maker| {
                maker.with(&[(&value, kind)], |maker| maker.expression(kind, depth))
            })
        };
        match self.random.below(4) {
            0 => {
                let next = next(self);
                format!(
                    "(let {name} (({counter} 0) ({value} {start}))
                       (if (= {counter} {turns}) {value} ({name} (+ {counter} 1) {next})))"
                )
            }
            1 => {
                let (next, effect) = (next(self), self.effect(depth));
                format!(
                    "(do (({counter} 0 (+ {counter} 1)) ({value} {start} {next}))
                         ((= {counter} {turns}) {value})
                       {effect})"
                )
            }
            2 if kind == List => {
                let item = self.with_counter(&counter, |maker| maker.expression(Number, depth));
                let more = format!("({name} (+ {counter} 1))");
                let made = self.call("cons", &[item, more]);
                format!("(let {name} (({counter} 0)) (if (= {counter} {turns}) {start} {made}))")
            }
            _ => {
                let effect = self.with(&[(&value, kind)], |maker| maker.effect(depth));
                let next = next(self);
                format!(
                    "(let (({value} {start}))
                       (let {name} (({counter} 0))
                         (if (< {counter} {turns})
                             (begin {effect} (set! {value} {next}) ({name} (+ {counter} 1)))
                             {value})))"
                )
            }
        }
    }

    fn raised(&mut self, kind: Kind, depth: usize) -> String {
        let value = self.expression(Number, depth);
        let raise = match self.random.below(6) {
            0 => format!("(raise {value})"),
            1 => "(raise 'oops)".to_owned(),
            2 => "(raise (list 1 'b))".to_owned(),
            3 => format!("(error \"u1\" {value} 'i)"),
            4 if kind == Number => return format!("(raise-continuable {value})"),
            // Guile 3.0 has `#f` for no irritants.
            _ if self.is_ordered => "(error \"u2\" 5)".to_owned(),
            _ => "(error \"u2\")".to_owned(),
        };
        // Mostly raised under a condition, so that something comes behind.
        if self.chance(25) {
            return raise;
        }
        let test = self.expression(Boolean, depth);
        format!("(if {test} {raise} {})", self.expression(kind, depth))
    }

    fn chosen(&mut self, kind: Kind, depth: usize) -> String {
        let key = self.expression(Number, depth);
        let parts = [0, 1, 2].map(|_| self.expression(kind, depth));
        let [one, two, three] = parts;
        match self.random.below(3) {
            0 => format!("(case {key} ((0 1) {one}) ((2 5) {two}) (else {three}))"),
            1 => {
                let test = self.expression(Boolean, depth);
                format!("(cond ((> {key} 2) {one}) ({test} {two}) (else {three}))")
            }
            _ => {
                let name = self.name("x");
                let text = self.expression(Text, 0);
                let value = self.with(&[(&name, Number)], |maker| maker.expression(kind, depth));
                format!(
                    "(cond ((and (< {key} 3) (string-length {text})) => (lambda ({name}) {value}))
                           (else {two}))"
                )
            }
        }
    }
}
