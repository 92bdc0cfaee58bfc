//! Numbers at the borders of their representations, whose kind changes in later turns.

use std::fmt::Write as _;

use crate::random::Random;

/// Near a power of two, or anything else that is special.
fn number(random: &mut Random) -> String {
    const POWERS: &[&str] = &[
        "1",
        "2",
        "256",
        "65536",
        "4294967296",
        "9007199254740992",
        "1152921504606846976",
        "2305843009213693952",
        "4611686018427387904",
        "9223372036854775808",
        "18446744073709551616",
        "1329227995784915872903807060280344576",
        "170141183460469231731687303715884105728",
        "340282366920938463463374607431768211456",
    ];
    const OTHERS: &[&str] = &[
        "0", "1", "-1", "0.0", "-0.0", "1.5", "-2.5", "1e18", "1e19", "1e30", "1e300", "1/2",
        "-7/3", "+inf.0", "-inf.0", "+nan.0", "1e-300", "3", "10", "100",
    ];
    if random.chance(45) {
        return random.pick(OTHERS).to_owned();
    }
    let power: u128 = random.pick(POWERS).parse().unwrap_or(1 << 127);
    let near = power - random.below(2) as u128 + random.below(2) as u128;
    let sign = random.one_of("||-");
    format!("{sign}{near}")
}

fn exact(random: &mut Random) -> String {
    loop {
        let text = number(random);
        if !text.contains(['.', '/', 'e']) {
            return text;
        }
    }
}

/// A positive number that needs 62 bits at least.
fn large(random: &mut Random) -> String {
    random.one_of(
        "4611686018427387904 | 9223372036854775808 | 18446744073709551616 | 4611686018427387905",
    )
}

fn comparison(random: &mut Random) -> String {
    random.one_of("= | < | <= | > | >= | eqv?")
}

/// Doubled again and again, from where a range of 128 bits is just finite to beyond its end.
pub(crate) fn towers(random: &mut Random) -> String {
    let name = random.name("f");
    let (one, other) = (large(random), large(random));
    let product = random.one_of(&format!(
        "(* {one} {other}) | (* {one} {other}) | (* {one} (- {other})) | (- (* {one} {other}))
         | (* {one} {other} 2) | (* {one} (+ {other} 1))"
    ));
    let mut bindings = format!("(v0 {product})");
    let count = random.between(2, 5);
    for index in 0..count {
        let sum = random.one_of(&format!(
            "(+ v{index} v{index}) | (+ v{index} v{index}) | (+ v{index} v0) | (* v{index} 2)
             | (+ v{index} {other}) | (- v{index} (- v{index}))"
        ));
        let _ = write!(bindings, " (v{} {sum})", index + 1);
    }
    let some = |random: &mut Random| format!("v{}", random.between(1, count));
    let compared = |random: &mut Random| {
        let (one, other, relation) = (some(random), some(random), comparison(random));
        random.one_of(&format!(
            "({relation} {one} {other}) | ({relation} {one} {other}) | (- {one} {other})
             | (if ({relation} {one} {other}) {one} 'other) | (exact-integer? {one})"
        ))
    };
    let compared = random.several(5, compared).join(" ");
    format!("(define ({name}) (let* ({bindings}) (list {compared} v{count}))) (show {name})")
}

/// Sums and products that grow beyond 2^127, and are compared.
pub(crate) fn borders(random: &mut Random) -> String {
    let name = random.name("f");
    let mut names = vec!["x".to_owned()];
    let mut bindings = String::new();
    // Where all grows, what is known of a number at least grows too.
    let grows = random.chance(50);
    let count = random.between(3, 8);
    for index in 0..count {
        let variable = random.name("v");
        let some = |random: &mut Random, names: &[String]| {
            if random.chance(if grows && index > 1 { 5 } else { 30 }) {
                if grows { large(random) } else { exact(random) }
            } else {
                names[names.len() - 1 - random.below(names.len().min(3))].clone()
            }
        };
        let (one, other) = (some(random, &names), some(random, &names));
        // Sums of products: ranges of both are computed, and the sums pass the limit.
        let operation = random.one_of(match (grows, index) {
            (false, _) => "+ | + | + | - | * | *",
            (true, 0) => "* | * | +",
            (true, 1) => "* | + | +",
            (true, _) => "+",
        });
        let _ = write!(bindings, "({variable} ({operation} {one} {other}))\n  ");
        names.push(variable);
    }
    let compared = |random: &mut Random| {
        let pick = |random: &mut Random| names[random.below(names.len())].clone();
        let (one, other) = (pick(random), pick(random));
        let relation = comparison(random);
        if random.chance(50) {
            format!("({relation} {one} {other})")
        } else {
            format!("(if ({relation} {one} {other}) (- {one} 1) (+ {other} 1))")
        }
    };
    let count = random.between(3, 8);
    let compared = random.several(count, compared).join(" ");
    let start = if grows { large(random) } else { exact(random) };
    if random.chance(60) {
        format!(
            "(define ({name}) (let* ((x {start}) {bindings}) (list {compared} {})))
             (show {name})",
            names[names.len() - 1]
        )
    } else {
        format!(
            "(define ({name} x) (let* ({bindings}) (list {compared} {})))
             (show (lambda () ({name} {start}))) (show (lambda () ({name} {})))",
            names[names.len() - 1],
            number(random)
        )
    }
}

fn arithmetic(random: &mut Random, depth: usize) -> String {
    if depth == 0 || random.chance(20) {
        return if random.chance(70) {
            random.one_of("x | y | i")
        } else {
            number(random)
        };
    }
    let (one, other) = (arithmetic(random, depth - 1), arithmetic(random, depth - 1));
    match random.below(12) {
        0..=3 => format!("(+ {one} {other})"),
        4 | 5 => format!("(- {one} {other})"),
        6 | 7 => format!("(* {one} {other})"),
        8 => format!("(/ {one} {other})"),
        9 => format!("(inexact {one})"),
        10 => format!("(if ({} {one} {other}) {one} {other})", comparison(random)),
        _ => format!("(quotient {one} {other})"),
    }
}

/// Loops whose variables become inexact, ratios or large in a later turn.
pub(crate) fn kinds(random: &mut Random) -> String {
    let name = random.name("f");
    let (turns, turn) = (random.between(2, 7), random.below(5));
    let (special, most) = (number(random), number(random));
    let change = random.one_of(&format!(
        "(inexact x) | (/ x 3) | (* x 1.5) | (- x) | {special}
         | (exact x) | y | (+ x 0.5) | (* x x)"
    ));
    let next = arithmetic(random, 2);
    let step = match random.below(3) {
        0 => next,
        1 => format!("(if (= i {turn}) {change} {next})"),
        _ => format!("(if (> i {turn}) {change} (+ x y))"),
    };
    let second = random.one_of("y | x | (+ y 1) | (- y x) | (* y 2)");
    let seen = random.one_of("x | (list x y) | (= x y) | (< x y) | (- x 0) | (+ y 0)");
    let limit = random.one_of(&format!("(= i {turns}) | (or (= i {turns}) (> x {most}))"));
    let (a, b, c) = (number(random), number(random), number(random));
    format!(
        "(define ({name} x y)
           (let loop ((i 0) (x x) (y y) (seen '()))
             (if {limit}
                 (list x y seen)
                 (loop (+ i 1) {step} {second} (cons {seen} seen)))))
         (show (lambda () ({name} {a} {b})))
         (show (lambda () ({name} {b} {c})))"
    )
}

/// Literal operands that a rewrite may take for neutral.
pub(crate) fn literals(random: &mut Random) -> String {
    let name = random.name("f");
    let one = |random: &mut Random| {
        let literal = if random.chance(70) {
            random.one_of("0 | 1 | -1 | 2 | 0.0 | -0.0 | 1.0")
        } else {
            number(random)
        };
        let operation = random
            .one_of("- | + | * | / | = | < | > | <= | >= | eqv? | quotient | remainder | modulo");
        let call = if random.chance(70) {
            format!("({operation} x {literal})")
        } else {
            format!("({operation} {literal} x)")
        };
        let call = match random.below(6) {
            0 => format!("(- {call} 0)"),
            1 => format!("(+ {call} x)"),
            2 => format!("(if {call} 'yes 'no)"),
            _ => call,
        };
        format!("(try (lambda () {call}))")
    };
    let count = random.between(3, 6);
    let all = random.several(count, one).join("\n  ");
    let direct = random.one_of("(- x 0) | (+ x 0) | (* x 1) | (/ x 1) | (- 0 x) | (* x 0) | (- x)");
    let values = random.several(4, number).join(" ");
    format!(
        "(define ({name} x) (list {all}))
         (define (d-{name} x) {direct})
         (for-each (lambda (x) (show (lambda () ({name} x)))
                     (show (lambda () (d-{name} x)))) '({values} -0.0))"
    )
}
