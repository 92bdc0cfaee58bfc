//! What is done for its effect.

use super::maker::{Boolean, List, Maker, Number, Text, Thing};

impl Maker<'_> {
    /// A number that no object contains: what is stored makes no circles.
    fn plain_number(&mut self, depth: usize) -> String {
        let value = self.expression(Number, depth);
        format!("(+ 1 {value})")
    }

    pub(super) fn effect(&mut self, depth: usize) -> String {
        self.fuel = self.fuel.saturating_sub(1);
        match self.random.below(16) {
            0 | 1 if !self.is_closed => {
                let kind = self.kind();
                format!("(note {})", self.expression(kind, depth))
            }
            2..=4 => self.assignment(depth),
            5 | 6 => self.table_effect(depth),
            7 | 8 => self.port_effect(depth),
            9 | 10 => self.object_effect(depth),
            11 if self.scope.may_jump => {
                let value = self.expression(Number, depth);
                format!("(when (< turns 3) (set! turns (+ turns 1)) (kept {value}))")
            }
            12 => {
                let head = self.pick(&["when", "unless"]);
                let test = self.expression(Boolean, depth);
                format!("({head} {test} {})", self.smaller_effect(depth))
            }
            13 => {
                let (name, list) = (self.name("x"), self.expression(List, depth));
                let body = self.with(&[(&name, Number)], |maker| maker.smaller_effect(depth));
                format!("(for-each (lambda ({name}) {body}) {list})")
            }
            14 if self.is_interaction && !self.is_closed => self.redefinition(depth),
            _ => {
                let name = self.name("n");
                let body = self.with_counter(&name, |maker| maker.smaller_effect(depth));
                format!("(do (({name} 0 (+ {name} 1))) ((= {name} 2)) {body})")
            }
        }
    }

    fn smaller_effect(&mut self, depth: usize) -> String {
        if depth == 0 || self.fuel == 0 {
            self.assignment(0)
        } else {
            self.effect(depth - 1)
        }
    }

    fn assignment(&mut self, depth: usize) -> String {
        let all = self.scope.variables.iter();
        let all: Vec<_> = all
            .filter(|variable| variable.may_change)
            .cloned()
            .collect();
        if all.is_empty() {
            return if self.is_closed {
                "(vector 1)".to_owned()
            } else {
                "(note 'here)".to_owned()
            };
        }
        let variable = &all[self.random.below(all.len())];
        let value = self.expression(variable.kind, depth);
        format!("(set! {} {value})", variable.name)
    }

    fn table_effect(&mut self, depth: usize) -> String {
        if !self.has(Thing::Table) {
            return self.assignment(depth);
        }
        let key = self.key(depth);
        let t = "t".to_owned();
        match self.random.below(6) {
            0 | 1 => {
                let value = self.plain_number(depth);
                self.call("hash-table-set!", &[t, key, value])
            }
            2 => {
                let value = self.updated(depth);
                format!("(hash-table-update!/default t {key} (lambda (old) {value}) 0)")
            }
            3 => {
                let value = self.updated(depth);
                let default = if self.is_ordered {
                    "5".to_owned()
                } else {
                    self.plain_number(depth)
                };
                format!("(hash-table-update! t {key} (lambda (old) {value}) (lambda () {default}))")
            }
            4 => format!("(hash-table-delete! t {key})"),
            _ => {
                let value = self.updated(depth);
                format!("(hash-table-update! t {key} (lambda (old) {value}))")
            }
        }
    }

    /// The next value of a key. Guile keeps its place in the table while it is made.
    fn updated(&mut self, depth: usize) -> String {
        if self.is_ordered {
            return "(+ 1 old)".to_owned();
        }
        self.with(&[("old", Number)], |maker| maker.plain_number(depth))
    }

    fn port_effect(&mut self, depth: usize) -> String {
        if !self.has(Thing::Output) {
            return self.object_effect(depth);
        }
        let kind = self.kind();
        match self.random.below(9) {
            0 | 1 => format!("(write {} o)", self.expression(kind, depth)),
            2 => format!("(display {} o)", self.expression(kind, depth)),
            3 => format!("(write-string {} o)", self.expression(Text, depth)),
            4 => "(newline o)".to_owned(),
            5 => self.pick(&[
                "(write-char #\\- o)",
                "(write #\\space o)",
                "(write #\\k o)",
            ]),
            6 | 7 if self.has(Thing::Console) => {
                let body = self.effect(depth.min(1));
                format!("(parameterize ((current-output-port o)) {body} (write 'in))")
            }
            // Guile asks no closed port for its text.
            8 if !self.is_ordered && self.chance(20) => "(close-port o)".to_owned(),
            _ => {
                let text = self.expression(Text, depth);
                format!("(write-string (string-append \"j\" {text}) o 1)")
            }
        }
    }

    fn object_effect(&mut self, depth: usize) -> String {
        let place = if self.chance(4) {
            3
        } else {
            self.random.below(3)
        };
        match self.random.below(8) {
            0 | 1 if self.has(Thing::Vector) => {
                let value = self.plain_number(depth);
                if self.chance(50) {
                    return format!("(vector-set! v {place} {value})");
                }
                let place = self.place(depth);
                self.call("vector-set!", &["v".to_owned(), place, value])
            }
            2 if self.has(Thing::Pairs) => {
                let value = self.plain_number(depth);
                let pair = self.pick(&["l", "(cdr l)"]);
                format!("(set-car! {pair} {value})")
            }
            3 if self.has(Thing::Text) => {
                let character = self.pick(&["#\\y", "#\\λ", "#\\space"]);
                format!("(string-set! s {place} {character})")
            }
            4 if self.has(Thing::Bytes) => {
                let value = self.expression(Number, depth);
                format!("(bytevector-u8-set! u {place} (modulo {value} 256))")
            }
            5 if self.has(Thing::Record) => {
                let value = self.expression(Number, depth);
                format!("(r-x-set!-{} r {value})", self.suffix)
            }
            6 if self.has(Thing::Record) => {
                let (value, list) = (self.expression(Number, depth), self.expression(List, depth));
                let make = format!("make-r-{}", self.suffix);
                let made = self.call(&make, &[value, list]);
                format!("(set! r {made})")
            }
            7 if self.has(Thing::Text) => "(string-fill! s #\\m)".to_owned(),
            _ => self.assignment(depth),
        }
    }

    /// Changes the program from within.
    fn redefinition(&mut self, depth: usize) -> String {
        let environment = "(interaction-environment)";
        let global = self.global();
        match self.random.below(5) {
            0 => {
                let value = self.closed(&[&global], |maker| maker.expression(Number, depth));
                format!("(eval '(set! {global} {value}) {environment})")
            }
            1 => {
                let value = self.expression(Number, depth);
                format!("(eval (list 'set! '{global} (list 'quote {value})) {environment})")
            }
            2 => {
                let value = self.closed(&[&global], |maker| maker.expression(Number, depth));
                format!("(eval '(define {global} {value}) {environment})")
            }
            _ if self.scope.replaced.is_empty() => format!("(set! {global} {depth})"),
            _ => {
                let names: Vec<&str> = self.scope.replaced.iter().map(|name| &**name).collect();
                let name = self.random.pick(&names).to_owned();
                let value = self.closed(&["a", "b", &global], |maker| {
                    maker.expression(Number, depth)
                });
                format!("(eval '(define ({name} a b) {value}) {environment})")
            }
        }
    }
}
