//! Expressions without control: literals, variables, and calls of primitives.

use super::maker::{Boolean, Kind, List, Maker, Number, Text, Thing};

impl Maker<'_> {
    pub(super) fn leaf(&mut self, kind: Kind) -> String {
        // Now and then the wrong kind. Guile looks at a whole list before its first element, and opens
        // a port on `#f`.
        let may_be_wrong = kind == Number || !self.is_ordered;
        if may_be_wrong && self.chance(1) {
            return self.pick(&["'x", "#f", "\"w\"", "'(1 2)", "2"]);
        }
        if self.chance(65)
            && let Some(variable) = self.variable(kind)
        {
            return variable;
        }
        match kind {
            Number => self.leaf_number(),
            Text => self.leaf_text(),
            List => self.leaf_list(),
            Boolean => self.pick(&["#t", "#f"]),
        }
    }

    fn leaf_number(&mut self) -> String {
        let suffix = self.suffix.clone();
        match self.random.below(16) {
            0 if self.has(Thing::Parameter) => format!("(p-{suffix})"),
            1 if self.has(Thing::Record) => format!("(r-x-{suffix} r)"),
            2 if self.has(Thing::Vector) => format!("(vector-ref v {})", self.random.below(3)),
            3 if self.has(Thing::Bytes) => {
                format!("(bytevector-u8-ref u {})", self.random.below(3))
            }
            4 if self.has(Thing::Pairs) => self.pick(&["(car l)", "(cadr l)"]),
            5 if !self.scope.globals.is_empty() => self.global(),
            // Guile divides what is no integer.
            6 if !self.is_ordered => self.pick(&["1.5", "-0.0", "4.0"]),
            _ => self.pick(&["0", "1", "2", "3", "5", "-1", "10"]),
        }
    }

    fn leaf_text(&mut self) -> String {
        match self.random.below(5) {
            0 if self.has(Thing::Text) => "s".to_owned(),
            1 if self.has(Thing::Output) => "(get-output-string o)".to_owned(),
            _ => self.pick(&[
                "\"\"",
                "\"a\"",
                "\"bc\"",
                "\"d\\ne\"",
                "\"f\\\"g\"",
                "\"λx\"",
            ]),
        }
    }

    fn leaf_list(&mut self) -> String {
        match self.random.below(5) {
            0 if self.has(Thing::Pairs) => "l".to_owned(),
            1 if self.has(Thing::Vector) => "(vector->list v)".to_owned(),
            2 if self.has(Thing::Record) => format!("(r-y-{} r)", self.suffix),
            _ => self.pick(&["'()", "'(1)", "'(1 2)", "'(a 3)", "(list 4 5)"]),
        }
    }

    pub(super) fn global(&mut self) -> String {
        let names: Vec<&str> = self.scope.globals.iter().map(|name| &**name).collect();
        self.random.pick(&names).to_owned()
    }

    pub(super) fn primitive(&mut self, kind: Kind, depth: usize) -> String {
        match kind {
            Number if self.chance(45) => self.arithmetic(depth),
            Number => self.number_of(depth),
            Text => self.text(depth),
            List => self.list(depth),
            Boolean => self.boolean(depth),
        }
    }

    pub(super) fn two(&mut self, head: &str, kinds: [Kind; 2], depth: usize) -> String {
        let operands = kinds.map(|kind| self.expression(kind, depth));
        self.call(head, &operands)
    }

    fn arithmetic(&mut self, depth: usize) -> String {
        match self.random.below(9) {
            0..=2 => self.two("+", [Number, Number], depth),
            3 => self.two("-", [Number, Number], depth),
            4 => {
                let factor = self.pick(&["2", "-1", "3"]);
                format!("(* {factor} {})", self.expression(Number, depth))
            }
            5 => {
                let head = self.pick(&["quotient", "modulo", "remainder", "floor-quotient"]);
                let divisor = self.pick(&["2", "3", "-3", "0", "7", "2", "5", "-2", "9"]);
                format!("({head} {} {divisor})", self.expression(Number, depth))
            }
            6 => {
                let head = self.pick(&["max", "min"]);
                self.two(&head, [Number, Number], depth)
            }
            7 => format!("(abs {})", self.expression(Number, depth)),
            _ => {
                let parts = [0, 1, 2].map(|_| self.expression(Number, depth));
                self.call("+", &parts)
            }
        }
    }

    fn number_of(&mut self, depth: usize) -> String {
        match self.random.below(17) {
            0 => format!("(length {})", self.expression(List, depth)),
            1 => format!("(string-length {})", self.expression(Text, depth)),
            2 => format!("(car {})", self.expression(List, depth)),
            3 if self.has(Thing::Vector) => {
                let place = self.place(depth);
                format!("(vector-ref v {place})")
            }
            4 | 5 if self.has(Thing::Table) => self.looked_up(depth),
            6 | 7 if self.has(Thing::Input) => {
                let read = self.pick(&["read-char", "peek-char"]);
                let end = self.expression(Number, depth);
                let name = self.name("c");
                format!(
                    "(let (({name} ({read} i)))
                       (if (eof-object? {name}) {end} (char->integer {name})))"
                )
            }
            8 => {
                let text = self.expression(Text, depth);
                let more = self.pick(&["\"n\"", "\"\"", "\"m\""]);
                format!("(char->integer (string-ref (string-append {text} {more}) 0))")
            }
            9 => format!("(apply + {})", self.expression(List, depth)),
            10 if self.has(Thing::Record) => {
                let record = self.record(depth);
                format!("(r-x-{} {record})", self.suffix)
            }
            11 => {
                let list = self.expression(List, depth);
                format!("(list-ref {list} {})", self.random.below(2))
            }
            12 if self.has(Thing::Bytes) => {
                let place = self.place(depth);
                format!("(bytevector-u8-ref u {place})")
            }
            13 => self.counted(depth),
            14 if self.has(Thing::Bytes) => {
                let value = self.expression(Number, depth);
                let bytes = format!("(bytevector-append u (bytevector (modulo {value} 256) 7))");
                self.pick(&[
                    &format!("(bytevector-u8-ref {bytes} 3)"),
                    &format!("(bytevector-length (bytevector-copy {bytes} 1))"),
                ])
            }
            15 => {
                let vector = self.two("vector", [Number, Number], depth);
                format!("(vector-ref (vector-append (vector 4) {vector}) 2)")
            }
            _ => self.arithmetic(depth),
        }
    }

    /// Reads a port to its end.
    fn counted(&mut self, depth: usize) -> String {
        let text = self.expression(Text, depth);
        let (port, name, end) = (self.name("p"), self.name("loop"), self.name("n"));
        let turn = self.with_counter(&end, |maker| maker.expression(Number, depth.min(1)));
        let (start, test, read) = match self.random.below(3) {
            0 => ("read-char", "eof-object?", "(read-char P)"),
            1 => ("read-line", "eof-object?", "(read-line P)"),
            _ => (
                "peek-char",
                "eof-object?",
                "(begin (read-char P) (peek-char P))",
            ),
        };
        let read = read.replace('P', &port);
        format!(
            "(let (({port} (open-input-string {text})))
               (let {name} ((c ({start} {port})) ({end} 0))
                 (if (or ({test} c) (> {end} 5)) {end}
                     (let ((d {turn})) ({name} {read} (+ {end} 1))))))"
        )
    }

    /// An index into three elements, or now and then something else.
    pub(super) fn place(&mut self, depth: usize) -> String {
        let value = self.expression(Number, depth);
        if self.chance(15) {
            value
        } else {
            format!("(modulo {value} 3)")
        }
    }

    fn looked_up(&mut self, depth: usize) -> String {
        let key = self.key(depth);
        match self.random.below(6) {
            0 | 1 => {
                let default = self.expression(Number, depth);
                self.call("hash-table-ref/default", &["t".to_owned(), key, default])
            }
            2 => {
                let default = self.expression(Number, depth);
                format!("(hash-table-ref t {key} (lambda () {default}))")
            }
            3 => format!("(hash-table-ref t {key})"),
            4 => "(hash-table-size t)".to_owned(),
            _ => self.pick(&[
                "(hash-table-fold t (lambda (k v s) (+ v s)) 0)",
                "(apply + (hash-table-values t))",
                "(length (hash-table-keys t))",
            ]),
        }
    }

    pub(super) fn key(&mut self, depth: usize) -> String {
        match self.random.below(5) {
            // A string of its own, which nothing changes.
            0 => format!(
                "(string-append {} \"\")",
                self.expression(Text, depth.min(1))
            ),
            1 => "'(1 2)".to_owned(),
            2 => "'a".to_owned(),
            _ => format!("(modulo {} 3)", self.expression(Number, depth.min(1))),
        }
    }

    /// A record, or now and then something else.
    fn record(&mut self, depth: usize) -> String {
        match self.random.below(10) {
            0..=4 => "r".to_owned(),
            5 => self.expression(List, depth),
            _ => {
                let head = format!("make-r-{}", self.suffix);
                self.two(&head, [Number, List], depth)
            }
        }
    }

    fn text(&mut self, depth: usize) -> String {
        match self.random.below(13) {
            0 | 1 => self.two("string-append", [Text, Text], depth),
            2 => {
                let text = self.expression(Text, depth);
                format!(
                    "(substring (string-append {text} \"k\") 0 {})",
                    self.random.between(0, 2)
                )
            }
            3 => format!("(number->string {})", self.expression(Number, depth)),
            4 | 5 if self.has(Thing::Input) => self.read_text(depth),
            6 => format!(
                "(list->string (string->list {}))",
                self.expression(Text, depth)
            ),
            7 => format!(
                "(utf8->string (string->utf8 {}))",
                self.expression(Text, depth)
            ),
            8 | 9 => self.written(depth),
            10 => {
                let text = self.expression(Text, depth);
                let name = self.name("p");
                let read = self.pick(&["(read-line P)", "(read-string 2 P)", "(read-line P)"]);
                let read = read.replace('P', &name);
                format!("(call-with-port (open-input-string {text}) (lambda ({name}) {read}))")
            }
            11 => {
                let name = self.name("c");
                let text = self.expression(Text, depth);
                format!(
                    "(string-map (lambda ({name}) (if (char<? {name} #\\b) #\\z {name})) {text})"
                )
            }
            _ => format!("(string-copy {})", self.expression(Text, depth)),
        }
    }

    fn read_text(&mut self, depth: usize) -> String {
        let read = self.pick(&["(read-line i)", "(read-string 2 i)", "(read-string 1 i)"]);
        // An end of file that nobody looks for raises a condition later.
        if self.chance(15) {
            return read;
        }
        let end = self.expression(Text, depth);
        let name = self.name("t");
        format!("(let (({name} {read})) (if (eof-object? {name}) {end} {name}))")
    }

    /// A port of its own that is written to.
    fn written(&mut self, depth: usize) -> String {
        let name = self.name("p");
        let kind = self.kind();
        let head = self.pick(&["write", "display"]);
        let value = self.expression(kind, depth);
        let more = if self.chance(40) {
            let text = self.expression(Text, depth);
            format!("(write-string {text} {name})")
        } else {
            format!("(write-char #\\q {name})")
        };
        format!(
            "(let (({name} (open-output-string)))
               ({head} {value} {name}) {more} (get-output-string {name}))"
        )
    }

    fn list(&mut self, depth: usize) -> String {
        match self.random.below(14) {
            0 | 1 => {
                let kind = self.kind();
                self.two("list", [kind, Number], depth)
            }
            2 | 3 => self.two("cons", [Number, List], depth),
            4 => self.two("append", [List, List], depth),
            5 => format!("(reverse {})", self.expression(List, depth)),
            6 => format!("(cdr {})", self.expression(List, depth)),
            7 => self.mapped(depth),
            8 => {
                let operands = [self.expression(Number, depth), self.expression(Text, depth)];
                let values = self.call("values", &operands);
                format!("(call-with-values (lambda () {values}) list)")
            }
            9 if !self.is_ordered => {
                let (one, other) = (self.expression(Number, depth), self.expression(List, depth));
                format!("`(q ,{one} ,@{other} #(z ,{one}))")
            }
            10 => format!(
                "(map char->integer (string->list {}))",
                self.expression(Text, depth)
            ),
            11 => {
                let vector = self.two("vector", [Number, Number], depth);
                format!("(vector->list {vector})")
            }
            12 => format!("(list-copy {})", self.expression(List, depth)),
            _ => {
                let kind = self.kind();
                self.two("list", [Number, kind], depth)
            }
        }
    }

    /// The order in which `map` calls is open.
    fn mapped(&mut self, depth: usize) -> String {
        let list = self.expression(List, depth);
        let name = self.name("x");
        let depth = if self.is_ordered { 0 } else { depth };
        let (head, list) = if self.chance(30) {
            ("vector->list (vector-map", format!("(list->vector {list})"))
        } else {
            ("values (map", list)
        };
        let kind = self.kind();
        let value = if self.is_ordered {
            format!("(list {name})")
        } else {
            self.with(&[(&name, Number)], |maker| maker.expression(kind, depth))
        };
        format!("({head} (lambda ({name}) {value}) {list}))")
    }

    fn boolean(&mut self, depth: usize) -> String {
        match self.random.below(12) {
            0 | 1 => {
                let head = self.pick(&["<", "=", ">="]);
                self.two(&head, [Number, Number], depth)
            }
            2 => format!("(null? {})", self.expression(List, depth)),
            3 => format!("(pair? {})", self.expression(List, depth)),
            4 => {
                let head = self.pick(&["string=?", "equal?", "string<?"]);
                self.two(&head, [Text, Text], depth)
            }
            5 => self.two("equal?", [List, List], depth),
            6 if self.has(Thing::Input) => "(eof-object? (peek-char i))".to_owned(),
            7 if self.has(Thing::Record) => {
                let record = self.record(depth);
                format!("(r?-{} {record})", self.suffix)
            }
            8 if self.has(Thing::Table) => {
                let key = self.key(depth);
                format!("(hash-table-exists? t {key})")
            }
            9 => {
                let (one, other) = (
                    self.expression(Boolean, depth),
                    self.expression(Boolean, depth),
                );
                let head = self.pick(&["and", "or"]);
                format!("({head} {one} {other})")
            }
            10 => format!("(not {})", self.expression(Boolean, depth)),
            _ => {
                let kind = self.kind();
                let value = self.expression(kind, depth);
                let test = self.pick(&["number?", "string?", "pair?", "procedure?", "zero?"]);
                format!("({test} {value})")
            }
        }
    }
}
