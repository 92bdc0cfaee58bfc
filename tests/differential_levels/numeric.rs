//! Random loops and procedures over numbers, which a compiler may keep unboxed.

use crate::generator::Generator;

const NUMBERS: &[&str] = &[
    "0",
    "1",
    "2",
    "-3",
    "0.",
    "1.5",
    "-0.25",
    "1e30",
    "100",
    "1152921504606846970",
    "-1152921504606846976",
    "9223372036854775807",
    "4294967295",
    "-1/2",
];
const RELATIONS: &[&str] = &["<", ">", "<=", "="];

impl Generator<'_> {
    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.choose(from.len())]
    }

    /// An expression over numbers; `depth` operators at most stand in each other.
    fn arithmetic(&mut self, variables: &[&str], depth: usize) -> String {
        if depth == 0 || self.choose(4) == 0 {
            let is_constant = variables.is_empty() || self.choose(3) == 0;
            return self
                .pick(if is_constant { NUMBERS } else { variables })
                .to_owned();
        }
        let (a, b) = (
            self.arithmetic(variables, depth - 1),
            self.arithmetic(variables, depth - 1),
        );
        match self.choose(16) {
            0..=3 => format!("(+ {a} {b})"),
            4..=6 => format!("(- {a} {b})"),
            7..=9 => format!("(* {a} {b})"),
            10 => format!("(/ {a} {b})"),
            11 => format!("(inexact {a})"),
            12 => format!("(abs {a})"),
            13 => format!("(bitwise-and {a} {b})"),
            14 => format!("(quotient {a} {b})"),
            _ => format!("(if ({} {a} {b}) {a} {b})", self.pick(RELATIONS)),
        }
    }

    /// A counter, and a value that changes with it.
    pub(crate) fn numeric_loop(&mut self) -> String {
        let (counter, value) = (self.name("i"), self.name("s"));
        let (start, init) = (self.pick(NUMBERS), self.pick(NUMBERS));
        let step = self.pick(&["1", "2", "-1", "0.5", "1000000", "1/3"]);
        let (relation, limit, turns) = (self.pick(RELATIONS), self.pick(NUMBERS), self.choose(9));
        let next = self.arithmetic(&[&counter, &value], 3);
        let end = self.arithmetic(&[&counter, &value], 2);
        format!(
            "(let loop (({counter} {start}) ({value} {init}) (n {turns})) \
             (if (or (= n 0) ({relation} {limit} {counter})) {end} \
             (loop (+ {counter} {step}) {next} (- n 1))))"
        )
    }

    /// Two procedures that call each other and themselves, with numbers as arguments and results.
    pub(crate) fn numeric_procedures(&mut self) -> String {
        let names = [self.name("g"), self.name("g")];
        let mut bindings = String::new();
        for (index, name) in names.iter().enumerate() {
            let other = &names[self.choose(2)];
            let (next, end) = (
                self.arithmetic(&["n", "x", "y"], 2),
                self.arithmetic(&["x", "y"], 2),
            );
            let call = format!(
                "({other} (- n 1) {next} {})",
                self.pick(&["x", "y", "(+ y 1)"])
            );
            let rest = match self.choose(3) {
                0 => call,
                1 => format!("(+ {call} {})", self.arithmetic(&["x", "y", "n"], 1)),
                _ => format!(
                    "(let ((z {call})) {})",
                    self.arithmetic(&["x", "z", "n"], 2)
                ),
            };
            let binding = format!("({name} (lambda (n x y) (if (<= n {index}) {end} {rest})))");
            bindings.push_str(&binding);
        }
        let (first, second) = (self.pick(NUMBERS), self.pick(NUMBERS));
        let (turns, name) = (self.choose(7), &names[self.choose(2)]);
        format!("(letrec ({bindings}) ({name} {turns} {first} {second}))")
    }

    /// A vector that a loop reads and writes.
    pub(crate) fn vector_loop(&mut self) -> String {
        let (vector, index) = (self.name("v"), self.name("i"));
        let (length, init) = (self.choose(4) + 1, self.pick(NUMBERS));
        let read = match self.choose(3) {
            0 => format!("(vector-ref {vector} {index})"),
            1 => format!("(vector-ref {vector} 0)"),
            _ => format!("(vector-ref {vector} (- {index} 1))"),
        };
        let value = self.arithmetic(&[&index, &read], 3);
        format!(
            "(let (({vector} (make-vector {length} {init}))) \
             (do (({index} {} (+ {index} 1))) ((>= {index} {}) {vector}) \
             (vector-set! {vector} {index} {value})))",
            self.choose(2),
            length + usize::from(self.choose(8) == 7),
        )
    }
}
