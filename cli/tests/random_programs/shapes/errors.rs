//! Which of two conditions is raised, and what was written before it.

use std::fmt::Write as _;

use crate::random::Random;

/// An expression that raises for some values of `x`, `p`, `acc` and `n`.
fn risky(random: &mut Random, variables: &str) -> String {
    let some = |random: &mut Random| random.one_of(variables);
    let (one, other) = (some(random), some(random));
    match random.below(16) {
        0..=2 => format!("(+ {one} {})", random.one_of("1 | n | 2.5")),
        3 | 4 => format!("(vector-ref p {one})"),
        5 => format!("(car {one})"),
        6 => format!("(* {one} 2)"),
        7 => format!("(- {one} {other})"),
        8 => format!("(quotient {one} n)"),
        9 => format!("(begin (note {one}) {other})"),
        10 => format!("(if (= n 2) (error \"u1\") {one})"),
        11 => format!("(string-length {one})"),
        12 => format!("(/ {one} {other})"),
        13 => format!("(if (< {one} {other}) {one} {other})"),
        14 => format!("(vector-length {one})"),
        _ => format!("(begin (vector-set! p 0 {one}) {other})"),
    }
}

fn argument(random: &mut Random) -> String {
    random.one_of("'a | 0 | 1 | 5 | \"s\" | (vector 1 2 3) | (vector) | '(1) | 1.5 | 'b")
}

/// Updates of a loop's variables, each of which may raise.
pub(crate) fn updates(random: &mut Random) -> String {
    let name = random.name("f");
    let mut bindings = String::new();
    let mut variables = "x | p | acc | n".to_owned();
    // Often an update that nothing but the next turn wants, before what may raise.
    let is_delayed = random.chance(50);
    for index in 0..random.between(2, 4) {
        let value = if index == 0 && is_delayed {
            random.one_of("(+ x 1) | (- x 1) | (* x 2) | (+ x n) | (car x)")
        } else {
            risky(random, &variables)
        };
        let _ = write!(bindings, "(y{index} {value}) ");
        if random.chance(70) && !(index == 0 && is_delayed) {
            let _ = write!(variables, " | y{index}");
        }
    }
    let next = if is_delayed {
        "y0".to_owned()
    } else {
        random.one_of(&variables)
    };
    let sum = risky(random, &variables);
    let seen = if random.chance(40) { "(note n)" } else { "#t" };
    let mut text = format!(
        "(define ({name} x p n)
           (let loop ((x x) (n n) (acc 0))
             (if (= n 0) (list x acc)
                 (let* ({bindings}) {seen} (loop {next} (- n 1) {sum})))))\n"
    );
    for _ in 0..random.between(2, 4) {
        let (x, p, n) = (argument(random), argument(random), random.below(4));
        let _ = writeln!(text, "(show (lambda () ({name} {x} {p} {n})))");
    }
    text
}

/// Expressions that do not change in a loop, which may have no turn; and operands with effects.
pub(crate) fn hoisted(random: &mut Random) -> String {
    let name = random.name("f");
    let invariant = |random: &mut Random| {
        random.one_of(
            "(vector-ref p 0) | (vector-length p) | (car x) | (+ x 1) | (* x x) | (quotient 7 m)
             | (string-length x) | (vector-ref p m) | (/ 1 m) | (error \"u2\") | (- x)",
        )
    };
    let count = random.between(1, 3);
    let parts = random.several(count, |random| {
        let part = invariant(random);
        match random.below(4) {
            0 => format!("(note {part})"),
            1 => format!("(if (> i 1) {part})"),
            _ => part,
        }
    });
    let parts = parts.join(" ");
    let test = random
        .one_of("(< i n) | (not (= i n)) | (and (< i n) (pair? x)) | (and (< i n) (vector? p))");
    let body = match random.below(4) {
        0 => format!("(let loop ((i 0) (s '())) (if {test} (loop (+ i 1) (list s {parts})) s))"),
        1 => format!(
            "(do ((i 0 (+ i 1)) (s '() (list {parts})))
               ((not {test}) (list i s)) (note i))"
        ),
        2 => format!(
            "(let ((i n)) (list (note 1) {parts} (note 2) {}))",
            invariant(random)
        ),
        _ => format!(
            "(let outer ((j 0) (t '()))
               (if (= j 2) t
                   (outer (+ j 1)
                     (let loop ((i 0) (s '()))
                       (if {test} (begin (note j) (loop (+ i 1) (list {parts}))) (list s t))))))"
        ),
    };
    let mut text = format!("(define ({name} x p n m) {body})\n");
    for _ in 0..random.between(2, 4) {
        let (x, p) = (argument(random), argument(random));
        let (n, m) = (random.below(4), random.below(3));
        let _ = writeln!(text, "(show (lambda () ({name} {x} {p} {n} {m})))");
    }
    text
}
