//! Binding forms whose operands return many times.

use std::fmt::Write as _;

use crate::random::Random;

/// An operand that a continuation goes back to, or another one.
fn operand(random: &mut Random, captured: bool) -> String {
    let plain =
        random.one_of("1 | a | (list a) | (+ turns 10) | 'x | (begin (set! a (+ a 1)) a) | a");
    if !captured {
        return plain;
    }
    match random.below(3) {
        0 => format!("(call/cc (lambda (c) (set! k c) {plain}))"),
        1 => format!("(begin (call/cc (lambda (c) (set! k c) 'again)) {plain})"),
        _ => format!("(list (call/cc (lambda (c) (set! k c) {plain})))"),
    }
}

/// A form that binds `x`, `y` and `z` around `body`.
fn binding(random: &mut Random, operands: &[String; 3], body: &str) -> String {
    let [x, y, z] = operands;
    match random.below(18) {
        0 | 1 => format!("(let ((x {x}) (y {y}) (z {z})) {body})"),
        2 => format!("(let* ((x {x}) (y {y}) (z {z})) {body})"),
        3 => format!("(let ((x {x})) (let ((y {y}) (z {z})) {body}))"),
        4 => format!("(letrec* ((x {x}) (y {y}) (z {z})) {body})"),
        5 => format!("(let-values (((x y) (values {x} {y})) ((z) {z})) {body})"),
        6 => format!("(let-values (((x) {x}) ((y . z) (values {y} {z}))) {body})"),
        7 => format!("(let*-values (((x) {x}) ((y z) (values {y} {z}))) {body})"),
        8 => format!("(receive (x y . z) (values {x} {y} {z}) {body})"),
        9 => format!("(call-with-values (lambda () (values {x} {y} {z})) (lambda (x y z) {body}))"),
        10 => format!("((lambda (x y z) {body}) {x} {y} {z})"),
        11 => format!("((lambda (x . y) (let ((z (car y))) {body})) {x} {y} {z})"),
        12 => format!("(apply (lambda (x y z) {body}) {x} (list {y} {z}))"),
        13 => format!("(let loop ((x {x}) (y {y}) (z {z})) {body})"),
        14 => format!(
            "(let loop ((x {x}) (y {y}) (z {z}) (n 2))
               (if (> n 0) (loop (list x) z y (- n 1)) (begin {body})))"
        ),
        15 => format!("(let () (define x {x}) (define y {y}) (define z {z}) {body})"),
        16 => format!(
            "(do ((x {x} (list x)) (y {y} z) (z {z} y) (n 0 (+ n 1))) ((= n 1) {body}) (set! x n))"
        ),
        _ => format!("(let () (define (g x y z) {body}) (g {x} {y} {z}))"),
    }
}

fn three_operands(random: &mut Random) -> [String; 3] {
    let captured = random.below(3);
    let both = random.chance(20);
    [0, 1, 2].map(|index| operand(random, index == captured || both))
}

/// What changes the variables, and closures that keep them.
fn changes(random: &mut Random) -> String {
    let count = random.between(1, 4);
    let one = |random: &mut Random| {
        let variable = random.pick(&["x", "y", "z"]);
        match random.below(5) {
            0 | 1 => format!("(set! {variable} (list 'set {variable}))"),
            2 => format!("(set! kept (cons (lambda () {variable}) kept))"),
            3 => format!(
                "(set! kept (cons (lambda () (set! {variable} (list {variable})) {variable}) kept))"
            ),
            _ => "(note (list x y z))".to_owned(),
        }
    };
    random.several(count, one).join(" ")
}

/// One form, entered again with other values.
pub(crate) fn reentered(random: &mut Random) -> String {
    let operands = three_operands(random);
    let changes = changes(random);
    let turns = random.between(2, 4);
    let (first, second) = (
        random.one_of("turns | a | x | 'other"),
        random.one_of("y | z | 5"),
    );
    let body = format!(
        "{changes} (set! seen (cons (list x y z) seen)) (set! turns (+ turns 1))
         (if (< turns {turns}) (k (if (odd? turns) {first} {second}))
             (list seen (map (lambda (p) (p)) kept) (map (lambda (p) (p)) kept) x y z a))"
    );
    let form = binding(random, &operands, &body);
    let name = random.name("f");
    let state = "(turns 0) (k #f) (seen '()) (kept '())";
    match random.below(3) {
        // At the top level, where the form's variables may be those of the program.
        0 => {
            let turns = random.name("turns");
            let text = format!("(let ((a 3) {state}) (note {form}) (newline))");
            text.replace("turns", &turns)
        }
        1 => format!(
            "(define ({name} a) (let ({state}) {form}))
             (show (lambda () ({name} 1))) (show (lambda () ({name} 2)))"
        ),
        _ => format!(
            "(define ({name} a) (define turns 0) (define k #f) (define seen '()) (define kept '())
               (list a {form} a))
             (show (lambda () ({name} 1))) (show (lambda () ({name} 2)))"
        ),
    }
}

/// Choices within choices: every combination is tried, and sums are kept in assigned variables.
pub(crate) fn nested(random: &mut Random) -> String {
    let count = random.between(2, 3);
    let mut body = "(begin (set! sum (+ sum 1)) (set! all (cons (list".to_owned();
    let names: Vec<String> = (0..count).map(|index| format!("v{index}")).collect();
    for name in &names {
        let _ = write!(body, " {name}");
    }
    body.push_str(") all)) (fail))");
    for name in names.iter().rev() {
        let choices = random.one_of("'(1 2) | '(1 2 3) | '(a b)");
        let bump = random.one_of(&format!(
            "(set! {name} (list {name})) | (set! t (cons t {name})) | #t
             | (set! {name} (cons t {name}))
             | (set! kept (cons (lambda () (set! {name} (list {name})) {name}) kept))"
        ));
        let local = random.one_of("0 | sum | '()");
        let inner = format!("(begin {bump} {body})");
        let choice = format!("(choose {choices})");
        body = match random.below(6) {
            0 => format!("(let ((t {local}) ({name} {choice})) {inner})"),
            1 => format!("(let* (({name} {choice}) (t {local})) {inner})"),
            2 => format!("(let-values ((({name} t) (values {choice} {local}))) {inner})"),
            3 => format!("((lambda (t {name}) {inner}) {local} {choice})"),
            4 => format!("(apply (lambda (t {name}) {inner}) {local} (list {choice}))"),
            _ => format!("(let loop ((t {local}) ({name} {choice})) {inner})"),
        };
    }
    let name = random.name("f");
    format!(
        "(define ({name})
           (define sum 0)
           (define all '())
           (define kept '())
           (define stack '())
           (define (fail)
             (if (null? stack) 'none
                 (let ((next (car stack))) (set! stack (cdr stack)) (next))))
           (define (choose items)
             (call/cc (lambda (k)
               (for-each (lambda (item) (set! stack (cons (lambda () (k item)) stack))) (cdr items))
               (car items))))
           (call/cc (lambda (done) (set! stack (list (lambda () (done 'all)))) {body}))
           (list sum all (map (lambda (p) (p)) kept) (map (lambda (p) (p)) kept)))
         (show (lambda () ({name})))"
    )
}
