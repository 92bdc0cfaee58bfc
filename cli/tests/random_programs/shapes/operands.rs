//! Frames that continuations enter again: operands, tests and joins around them.

use crate::random::Random;

fn variable(random: &mut Random) -> String {
    random.one_of("a | b | p | q")
}

fn test(random: &mut Random) -> String {
    let (one, other) = (variable(random), variable(random));
    random.one_of(&format!(
        "(pair? {one}) | (null? {one}) | (eqv? {one} {other}) | {one} | (not {one})
         | (vector? {one})
         | (and (pair? {one}) (pair? {other})) | (or (null? {one}) (number? {other}))"
    ))
}

/// A place that is returned to twice, with other values.
fn again(random: &mut Random, depth: usize) -> String {
    let (first, second, last) = (operand(random, depth), variable(random), variable(random));
    let (kept, turns) = (random.name("c"), random.name("n"));
    let times = random.between(2, 4);
    let more = match random.below(3) {
        0 => format!("({kept} {second})"),
        1 => format!("({kept} (list {second} {turns}))"),
        _ => format!("({kept} {turns})"),
    };
    format!(
        "(let (({kept} #f) ({turns} 0))
           (let ((t (call/cc (lambda (k) (set! {kept} k) {first}))))
             (set! {turns} (+ {turns} 1))
             (if (< {turns} {times}) {more} (cons t {last}))))"
    )
}

fn operand(random: &mut Random, depth: usize) -> String {
    if depth == 0 {
        return if random.chance(70) {
            variable(random)
        } else {
            random.one_of("#f | 'end | 1 | '() | (list 1)")
        };
    }
    let inner = depth - 1;
    match random.below(14) {
        0..=2 => again(random, inner),
        3..=5 => format!(
            "(if {} {} {})",
            test(random),
            operand(random, inner),
            operand(random, inner)
        ),
        6 => format!(
            "(vector {} {} {})",
            operand(random, inner),
            operand(random, inner),
            operand(random, inner)
        ),
        7 => format!(
            "(cons {} {})",
            operand(random, inner),
            operand(random, inner)
        ),
        8 => format!(
            "((car (list list)) {} {})",
            operand(random, inner),
            operand(random, inner)
        ),
        9 => format!(
            "(let ((q {})) {})",
            operand(random, inner),
            operand(random, inner)
        ),
        10 => format!(
            "(twice (lambda (b) {}) {})",
            operand(random, inner),
            operand(random, inner)
        ),
        11 => format!(
            "(list {} {} {})",
            operand(random, inner),
            variable(random),
            operand(random, inner)
        ),
        12 => format!(
            "(begin (note {}) {})",
            operand(random, inner),
            operand(random, inner)
        ),
        _ => operand(random, inner),
    }
}

/// Values that join after tests of what has not changed since an operand before returned again.
fn joined(random: &mut Random) -> String {
    let arm = |random: &mut Random| {
        let (one, other) = (variable(random), variable(random));
        let test = test(random);
        random.one_of(&format!(
            "{one} | {one} | 'end | ((car (list list)) #f {one}) | ((car (list list)) {other})
             | (vector {one}) | (if {test} 'end ((car (list list)) {one}))
             | (if {test} {one} {other})"
        ))
    };
    let depth = random.below(2);
    let (inside, first, second) = (again(random, 0), again(random, 0), again(random, depth));
    let (test, then, other) = (test(random), arm(random), arm(random));
    let (one, last) = (variable(random), variable(random));
    let join = format!("(if {test} {then} {other})");
    random.one_of(&format!(
        "(let ((q {first})) (vector {one} {inside} {join} {last}))
         | (let ((p {first})) (vector {one} {second} {join} {last}))
         | (let ((p {first})) (list {second} {join})) | (vector {one} {second} {join})
         | (let ((p {first}) (q {inside})) (cons {one} (list {second} {join})))
         | (let* ((p {first}) (q {second})) (vector {one} {join} {inside} {join}))"
    ))
}

/// An expression of many operands, some of which return again.
pub(crate) fn reentered(random: &mut Random) -> String {
    let (name, twice) = (random.name("f"), random.name("twice"));
    let count = random.between(2, 3);
    let parts = random
        .several(count, |random| operand(random, 3))
        .join("\n  ");
    let first = again(random, 1);
    let body = match random.below(8) {
        4.. => joined(random),
        0 => format!("(let ((q {first})) (vector a {parts}))"),
        1 => format!("(list a {first} {parts})"),
        2 => format!(
            "(vector {first} (if {} {} b) {parts})",
            test(random),
            operand(random, 2)
        ),
        _ => format!("(cons {first} (list {parts}))"),
    };
    let call = |random: &mut Random| {
        let (a, b) = (
            random.one_of("2 | (list 1) | #f | 'x"),
            random.one_of("5 | (list 1 2) | '()"),
        );
        let (p, q) = (
            random.one_of("(list 1) | 3 | (vector 1)"),
            random.one_of("#f | (list 'q)"),
        );
        format!("(show (lambda () ({name} {a} {b} {p} {q})))")
    };
    let calls = random.several(2, call).join("\n");
    format!("(define (twice f x) (list (f x) (f 7)))\n(define ({name} a b p q) {body})\n{calls}")
        .replace("(twice ", &format!("({twice} "))
}

/// Generators: a loop that leaves by a continuation and is entered again, turn after turn.
pub(crate) fn captured(random: &mut Random) -> String {
    let (name, twice) = (random.name("f"), random.name("twice"));
    let turns = random.between(2, 5);
    let (first, second) = (operand(random, 1), operand(random, 1));
    let join = format!("(if {} {first} {second})", test(random));
    let step = random.one_of("(+ x i) | (list x) | (if (odd? i) (cons i x) x) | (+ i 0.5) | x");
    let start = random.one_of("0 | 1.5 | a | '()");
    let count = random.between(2, 4);
    let value = random.one_of("(list x i) | i | (vector i x b) | (if (pair? p) x b)");
    format!(
        "(define (twice f x) (list (f x) (f 7)))
         (define ({name} a b p q)
           (define back #f)
           (define out #f)
           (define (produce)
             (let loop ((i 0) (x {start}))
               (if (< i {turns})
                   (let ((y {join}))
                     (note (call/cc (lambda (k) (set! back k) (out {value}))))
                     (loop (+ i 1) {step}))
                   (out (list 'end x i)))))
           (define n 0)
           (let ((got (call/cc (lambda (k) (set! out k) (produce)))))
             (set! n (+ n 1))
             (note got)
             (if (< n {count})
                 (call/cc (lambda (k) (set! out k) (back n)))
                 (list n got {join}))))
         (define (again-{name} . l) (try (lambda () (apply {name} l))))
         (show (lambda () (again-{name} 2 '() (list 1) #f)))
         (show (lambda () (again-{name} 1.5 5 3 (list 'q))))"
    )
    .replace("(twice ", &format!("({twice} "))
}
