//! Forms that bind variables.

use super::{Generator, Kind};

impl Generator<'_> {
    /// A parallel binding of one to three variables.
    pub(super) fn bindings(&mut self) -> String {
        let count = 1 + self.choose(3);
        let mut bound = Vec::new();
        for _ in 0..count {
            let (init, kind) = if self.choose(5) == 4 {
                self.procedure()
            } else {
                let is_assignable = true;
                (self.integer(), Kind::Integer { is_assignable })
            };
            bound.push((self.variable("x"), init, kind));
        }
        let mut inits = Vec::new();
        for (variable, init, kind) in bound {
            inits.push(format!("({variable} {init})"));
            self.bind(&variable, kind);
        }
        format!("(let ({}) {})", inits.concat(), self.integer())
    }

    /// A lambda expression, and what a variable that is bound to it stands for.
    pub(super) fn procedure(&mut self) -> (String, Kind) {
        let mark = self.scope.len();
        let required = usize::from(self.choose(3));
        let mut parameters = Vec::new();
        for _ in 0..required {
            let parameter = self.variable("p");
            self.bind_integer(&parameter);
            parameters.push(parameter);
        }
        let further = self.choose(5);
        let mut body = String::new();
        if further == 3 {
            let optional = self.variable("o");
            parameters.push(format!("%optional {optional}"));
            let given = self.integer();
            body = format!("(if (%default? {optional}) 1 (+ {optional} {given}))");
        } else if further == 4 {
            let rest = self.variable("rest");
            parameters.push(format!("%rest {rest}"));
            let given = self.integer();
            body = format!("(if (pair? {rest}) (+ (car {rest}) {given}) 2)");
            if self.choose(2) == 0 {
                body = format!("(begin (set! {rest} (cons 4 {rest})) {body})");
            }
        }
        if body.is_empty() {
            body = self.integer();
        }
        self.scope.truncate(mark);
        let kind = Kind::Procedure {
            required,
            takes_more: further >= 3,
            is_counted: false,
        };
        (self.lambda(&parameters.join(" "), &body), kind)
    }

    /// A recursive binding: procedures that name each other, inits that run code, constants.
    pub(super) fn recursive_bindings(&mut self) -> String {
        let count = if self.rarely(8) {
            0
        } else {
            1 + self.choose(4)
        };
        let plan: Vec<(String, u8)> = (0..count)
            .map(|_| (self.variable("f"), self.choose(6)))
            .collect();
        let start = self.scope.len();
        let required = usize::from(self.choose(2));
        for (variable, choice) in &plan {
            let kind = match choice {
                0..=2 => Kind::Procedure {
                    required,
                    takes_more: false,
                    is_counted: true,
                },
                _ => Kind::Integer {
                    is_assignable: true,
                },
            };
            self.bind(variable, kind);
        }
        let mut inits = Vec::new();
        for (index, (variable, choice)) in plan.iter().enumerate() {
            let init = match choice {
                0..=2 => self.member(required),
                3 => self.constant(),
                4 => self.atom(),
                _ if self.rarely(4) => self.integer(),
                _ => self.integer_before(start + index),
            };
            inits.push(format!("({variable} {init})"));
        }
        for entry in &mut self.scope[start..] {
            if let Kind::Procedure { is_counted, .. } = &mut entry.kind {
                *is_counted = false;
            }
        }
        format!("(letrec ({}) {})", inits.concat(), self.integer())
    }

    /// A binding form one of whose operands returns again, with a variable that is assigned in between.
    pub(super) fn operand_again(&mut self) -> String {
        let [sum, other, name] = ["sum", "again", "f"].map(|name| self.variable(name));
        let first = self.integer();
        let again = self.capture();
        let inner = self.atom();
        let procedure = self.lambda("", &inner);
        self.bind_integer(&sum);
        self.bind_integer(&other);
        let value = self.atom();
        let body = format!(
            "(begin (set! {sum} (+ {sum} {other})) (set-global! (global trace) {sum}) \
             (if (if (< n.1 6) k.0 #f) (begin (set! n.1 (+ n.1 1)) (call k.0 {value})) {sum}))"
        );
        let both = format!("{sum} {other}");
        match self.choose(8) {
            0 => format!("(let (({sum} {first}) ({other} {again})) {body})"),
            1 => format!("(let (({other} {again}) ({sum} {first})) {body})"),
            2 => format!("(let (({sum} {first}) ({name} {procedure}) ({other} {again})) {body})"),
            3 => format!("(call {} {first} {again})", self.lambda(&both, &body)),
            4 => format!("(receive ({both}) (values {first} {again}) {body})"),
            5 => format!(
                "(%apply {} (list {first} {again}))",
                self.lambda(&both, &body)
            ),
            6 => {
                let lambda = self.lambda(&both, &body);
                format!("(letrec (({name} {lambda})) (call {name} {first} {again}))")
            }
            _ => {
                let body = format!("(let (({other} (car {name}))) {body})");
                let lambda = self.lambda(&format!("{sum} %rest {name}"), &body);
                format!("(call {lambda} {first} {again})")
            }
        }
    }

    /// Definitions around an effect: what is copied before it, what after it, and a procedure that names both
    /// and may be called before, between or behind.
    pub(super) fn definitions(&mut self) -> String {
        let [changed, show, first, second] =
            ["y", "show", "a", "b"].map(|name| self.variable(name));
        let (start, value) = (self.integer(), self.integer());
        let copy = format!("({first} {changed})");
        let mut effect = format!("({second} (begin (set! {changed} {value}) 3))");
        if self.rarely(4) {
            effect = format!("({second} (begin (set! {changed} {value}) (call {show})))");
        }
        let body = format!("(+ {first} (* 10 {second}))");
        let procedure = format!("({show} {})", self.lambda("", &body));
        let [one, two, three] = match self.choose(4) {
            0 => [&procedure, &copy, &effect],
            1 => [&procedure, &effect, &copy],
            2 => [&effect, &copy, &procedure],
            _ => [&effect, &procedure, &copy],
        };
        self.bind_integer(&changed);
        self.bind_integer(&first);
        self.bind_integer(&second);
        let after = self.integer();
        let bindings = format!("{one} {two} {three}");
        format!("(let (({changed} {start})) (letrec ({bindings}) (+ (call {show}) {after})))")
    }

    /// A procedure of a group.
    fn member(&mut self, required: usize) -> String {
        let mark = self.scope.len();
        let mut parameters = Vec::new();
        for _ in 0..required {
            let parameter = self.variable("p");
            self.bind_integer(&parameter);
            parameters.push(parameter);
        }
        let body = self.integer();
        self.scope.truncate(mark);
        self.lambda(&parameters.join(" "), &body)
    }

    /// An integer that names no variable from `end` on, procedures aside.
    fn integer_before(&mut self, end: usize) -> String {
        let later = self.scope.split_off(end);
        let (procedures, integers): (Vec<_>, Vec<_>) = later
            .into_iter()
            .enumerate()
            .partition(|(_, entry)| matches!(entry.kind, Kind::Procedure { .. }));
        let places: Vec<usize> = procedures.iter().map(|each| each.0).collect();
        self.scope.extend(procedures.into_iter().map(|each| each.1));
        let text = self.integer();
        let named = self.scope.split_off(end);
        let mut all: Vec<_> = places.into_iter().zip(named).chain(integers).collect();
        all.sort_by_key(|each| each.0);
        self.scope.extend(all.into_iter().map(|each| each.1));
        text
    }

    /// A call of a lambda expression.
    pub(super) fn call_of_lambda(&mut self) -> String {
        let (lambda, kind) = self.procedure();
        let operands = self.operands(kind);
        format!("(call {lambda}{operands})")
    }

    /// Operands for a procedure, each after a space; now and then too few.
    pub(super) fn operands(&mut self, kind: Kind) -> String {
        let Kind::Procedure {
            required,
            takes_more,
            ..
        } = kind
        else {
            return String::new();
        };
        let more = if takes_more { self.choose(2) } else { 0 };
        let missing = usize::from(self.rarely(30)).min(required);
        let count = required + usize::from(more) - missing;
        let mut text = String::new();
        for _ in 0..count {
            text += " ";
            text += &self.integer();
        }
        text
    }

    /// Values of one expression bound to several variables.
    pub(super) fn several_values(&mut self) -> String {
        let count = self.choose(3);
        let mut variables = Vec::new();
        let mut values = String::new();
        for _ in 0..count {
            variables.push(self.variable("m"));
            values += " ";
            values += &self.integer();
        }
        let mut producer = format!("(values{values})");
        if self.choose(3) == 2 {
            let test = self.test();
            producer = format!(
                "(if {test} {producer} (values{values_again}))",
                values_again = { " 1".repeat(usize::from(count)) }
            );
        }
        let rest = self.variable("rest");
        let takes_rest = self.choose(3) == 2;
        let formals = variables.join(" ");
        let rest_formal = if takes_rest {
            format!(" %rest {rest}")
        } else {
            String::new()
        };
        for variable in &variables {
            self.bind_integer(variable);
        }
        let body = self.integer();
        if self.choose(2) == 0 {
            format!("(receive ({formals}{rest_formal}) {producer} {body})")
        } else {
            let producer = self.lambda("", &producer);
            let consumer = self.lambda(&format!("{formals}{rest_formal}"), &body);
            format!("(call (immutable call-with-values) {producer} {consumer})")
        }
    }
}
