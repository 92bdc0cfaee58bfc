//! Procedures of all sorts, and code for `eval`.

use super::maker::{Boolean, Kind, List, Maker, Number, Text};

impl Maker<'_> {
    pub(super) fn procedure(&mut self, kind: Kind, depth: usize) -> String {
        if self.chance(40) && kind == Number && !self.scope.procedures.is_empty() {
            let count = self.scope.procedures.len();
            let (name, takes) = self.scope.procedures[self.random.below(count)].clone();
            // Now and then too many.
            let takes = if self.chance(3) { takes + 1 } else { takes };
            let operands: Vec<String> =
                (0..takes).map(|_| self.expression(Number, depth)).collect();
            return self.call(&name, &operands);
        }
        match self.random.below(5) {
            0 => self.inner(kind, depth),
            1 => self.cases(kind, depth),
            2 => self.variadic(kind, depth),
            3 => self.counter(kind, depth),
            _ => {
                let names = [self.name("x"), self.name("y")];
                let variables = [(&*names[0], Number), (&*names[1], List)];
                let body = self.with(&variables, |maker| maker.body(kind, depth));
                let lambda = format!("(lambda ({}) {body})", names.join(" "));
                self.two(&lambda, [Number, List], depth)
            }
        }
    }

    fn inner(&mut self, kind: Kind, depth: usize) -> String {
        let (name, argument) = (self.name("f"), self.name("x"));
        let value = self.with(&[(&argument, Number)], |maker| maker.body(Number, depth));
        self.scope.procedures.push((name.clone(), 1));
        let body = self.body(kind, depth);
        self.scope.procedures.pop();
        format!("(let () (define ({name} {argument}) {value}) {body})")
    }

    fn cases(&mut self, kind: Kind, depth: usize) -> String {
        let (name, one, other, rest) = (
            self.name("f"),
            self.name("x"),
            self.name("y"),
            self.name("m"),
        );
        let first = self.with(&[(&one, Number)], |maker| maker.expression(Number, depth));
        let pair = [(&*one, Number), (&*other, Number)];
        let second = self.with(&pair, |maker| maker.body(Number, depth));
        let all = [(&*one, Number), (&*rest, List)];
        let third = self.with(&all, |maker| maker.expression(Number, depth));
        let takes = self.random.between(1, 3);
        self.scope.procedures.push((name.clone(), takes));
        let body = self.body(kind, depth);
        self.scope.procedures.pop();
        if self.is_closed {
            // `(scheme base)` has no `case-lambda`.
            return format!("(let (({name} (lambda ({one} . {rest}) {third}))) {body})");
        }
        format!(
            "(let (({name} (case-lambda (({one}) {first}) (({one} {other}) {second})
                (({one} . {rest}) {third}))))
               {body})"
        )
    }

    fn variadic(&mut self, kind: Kind, depth: usize) -> String {
        let (one, rest) = (self.name("x"), self.name("m"));
        let body = self.with(&[(&one, Number), (&rest, List)], |maker| {
            maker.body(kind, depth)
        });
        let lambda = format!("(lambda ({one} . {rest}) {body})");
        let count = self.random.between(1, 3);
        let mut operands: Vec<String> =
            (0..count).map(|_| self.expression(Number, depth)).collect();
        if self.chance(50) {
            return self.call(&lambda, &operands);
        }
        operands.insert(0, lambda);
        operands.push(self.expression(List, depth));
        self.call("apply", &operands)
    }

    /// A closure that assigns a variable of its own.
    fn counter(&mut self, kind: Kind, depth: usize) -> String {
        let (name, state, argument) = (self.name("f"), self.name("s"), self.name("x"));
        let start = self.expression(Number, depth);
        let variables = [(&*state, Number), (&*argument, Number)];
        let step = self.with(&variables, |maker| maker.expression(Number, depth));
        self.scope.procedures.push((name.clone(), 1));
        let body = self.body(kind, depth);
        self.scope.procedures.pop();
        format!(
            "(let (({name} (let (({state} {start}))
                (lambda ({argument}) (set! {state} {step}) {state}))))
               {body})"
        )
    }

    pub(super) fn evaluated(&mut self, kind: Kind, depth: usize) -> String {
        if self.is_closed {
            return self.expression(kind, depth);
        }
        let environment = if self.is_interaction && self.chance(70) {
            "(interaction-environment)"
        } else {
            "(environment '(scheme base) '(scheme write))"
        };
        let names = [self.name("x"), self.name("y")];
        match self.random.below(6) {
            0 | 1 => {
                let body = self.closed(&[], |maker| maker.expression(kind, depth + 1));
                let body = self.shielded(kind, &body);
                format!("(eval '{body} {environment})")
            }
            2 => {
                let numbers = [&*names[0], &*names[1]];
                let body = self.closed(&numbers, |maker| maker.body(kind, depth + 1));
                let lambda = format!("'(lambda ({}) {body})", names.join(" "));
                let operands = [0, 1].map(|_| self.expression(Number, depth));
                self.call(&format!("(eval {lambda} {environment})"), &operands)
            }
            3 if kind == Number && !self.is_ordered => {
                let operands = [0, 1].map(|_| self.expression(Number, depth));
                let form = self.call(
                    "list",
                    &["'+".to_owned(), operands[0].clone(), operands[1].clone()],
                );
                format!("(eval {form} {environment})")
            }
            4 if !self.scope.replaced.is_empty() => self.interaction(kind, depth),
            _ => {
                let body = self.closed(&[&names[0]], |maker| maker.body(kind, depth + 1));
                let body = self.shielded(kind, &body);
                let value = self.expression(Number, depth);
                format!(
                    "(eval (list 'let (list (list '{} (list 'quote {value}))) '(begin {body}))
                       {environment})",
                    names[0]
                )
            }
        }
    }

    /// No condition leaves the code: Guile 3.0 may then stay in the environment of `eval`.
    fn shielded(&self, kind: Kind, body: &str) -> String {
        if !self.is_ordered {
            return body.to_owned();
        }
        let value = match kind {
            Number => "0",
            Text => "\"h\"",
            List => "'()",
            Boolean => "#f",
        };
        format!("(guard (e (#t {value})) {body})")
    }

    /// Code that names variables of the top level.
    fn interaction(&mut self, kind: Kind, depth: usize) -> String {
        let environment = "(interaction-environment)";
        let global = self.global();
        let names: Vec<&str> = self.scope.replaced.iter().map(|name| &**name).collect();
        let name = self.random.pick(&names).to_owned();
        if kind == Number && self.chance(50) {
            let operands = [0, 1].map(|_| self.expression(Number, depth));
            let parts = [format!("'{name}"), operands[0].clone(), operands[1].clone()];
            let form = self.call("list", &parts);
            return format!("(eval {form} {environment})");
        }
        let body = self.closed(&[&global], |maker| {
            maker.scope.procedures.push((name, 2));
            maker.body(kind, depth + 1)
        });
        format!("(eval '(let () {body}) {environment})")
    }
}
