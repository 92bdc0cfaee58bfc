//! Whole sections: what they define, and how they are called.

use std::fmt::Write as _;

use super::maker::{Kind, List, Maker, Number, Scope, Text, Thing};
use crate::random::Random;

/// How many expressions a section has, about.
const FUEL: usize = 60;
const DEPTH: usize = 4;

const TOLD: &str = "
(define (told e)
  (cond ((and (error-object? e) (string? (error-object-message e))
              (= 2 (string-length (error-object-message e))))
         (list 'error (error-object-message e) (error-object-irritants e)))
        ((error-object? e) 'wrong)
        (else (list 'raised e))))";

/// In a program with imports.
pub(crate) fn medley(random: &mut Random) -> String {
    section(random, false, false)
}

/// Where no order of operands is seen: Guile agrees.
pub(crate) fn shared(random: &mut Random) -> String {
    section(random, true, false)
}

/// In a program that imports nothing, which `eval` changes.
pub(crate) fn interaction(random: &mut Random) -> String {
    section(random, false, true)
}

/// Definitions of the things, and expressions that show what is in them at the end.
fn things(maker: &mut Maker<'_>, all: &[Thing]) -> (String, Vec<String>) {
    let (mut definitions, mut shown) = (String::new(), Vec::new());
    for thing in all {
        let (definition, end) = match thing {
            Thing::Table => {
                let same = maker.pick(&["", "equal?"]);
                (
                    format!("(define t (make-hash-table {same}))"),
                    "(hash-table-size t)",
                )
            }
            Thing::Output => (
                "(define o (open-output-string))".to_owned(),
                "(get-output-string o)",
            ),
            Thing::Input => {
                let text = maker.pick(&["ab\\ncd\\n\\ne", "xyz", "q\\nrs tu", ""]);
                (
                    format!("(define i (open-input-string \"{text}\"))"),
                    "(input-port? i)",
                )
            }
            Thing::Vector => ("(define v (vector 1 2 3))".to_owned(), "v"),
            Thing::Text => ("(define s (make-string 3 #\\s))".to_owned(), "s"),
            Thing::Pairs => ("(define l (list 7 8 9))".to_owned(), "l"),
            Thing::Bytes => (
                "(define u (bytevector 1 2 255))".to_owned(),
                "(bytevector-u8-ref u 0)",
            ),
            Thing::Record => {
                let list = maker.pick(&["'(1)", "'()", "(list a b)"]);
                (format!("(define r (make-r-{} a {list}))", maker.suffix), "")
            }
            Thing::Parameter | Thing::Console => (String::new(), ""),
        };
        definitions += &definition;
        definitions.push('\n');
        if !end.is_empty() {
            shown.push(end.to_owned());
        }
    }
    (definitions, shown)
}

/// Mostly such that a condition is no end of the section.
fn kept_on(maker: &mut Maker<'_>, expression: &str) -> String {
    match maker.random.below(4) {
        0 => expression.to_owned(),
        1 => format!("(guard (e (#t (told e))) {expression})"),
        _ => format!("(try (lambda () {expression}))"),
    }
}

/// What stands before the procedure: records, parameters, and procedures of the top level.
fn definitions(maker: &mut Maker<'_>, all: &[Thing]) -> String {
    let suffix = maker.suffix.clone();
    let mut text = TOLD.replace("told", &format!("told-{suffix}"));
    if all.contains(&Thing::Record) {
        let _ = write!(
            text,
            "(define-record-type r-{suffix} (make-r-{suffix} x y) r?-{suffix}
               (x r-x-{suffix} r-x-set!-{suffix}) (y r-y-{suffix}))\n"
        );
    }
    if all.contains(&Thing::Parameter) {
        let converter = maker.pick(&["", "(lambda (x) (if (number? x) (+ x 1) x))"]);
        let _ = writeln!(text, "(define p-{suffix} (make-parameter 4 {converter}))");
        maker.scope.things.push(Thing::Parameter);
    }
    if maker.is_interaction {
        for index in 0..2 {
            let global = format!("g{index}-{suffix}");
            let _ = writeln!(text, "(define {global} {})", index + 1);
            maker.scope.globals.push(global);
        }
    }
    for index in 0..maker.random.between(1, 2) {
        let name = format!("h{index}-{suffix}");
        maker.fuel = FUEL / 4;
        let value = maker.with(&[("a", Number), ("b", Number)], |maker| {
            maker.body(Number, DEPTH - 1)
        });
        let _ = writeln!(text, "(define ({name} a b) {value})");
        maker.scope.procedures.push((name.clone(), 2));
        if maker.is_interaction {
            maker.scope.replaced.push(name);
        }
    }
    text
}

fn section(random: &mut Random, is_ordered: bool, is_interaction: bool) -> String {
    let suffix = random.name("");
    let name = format!("f-{suffix}");
    let mut candidates = vec![
        Thing::Output,
        Thing::Input,
        Thing::Vector,
        Thing::Text,
        Thing::Pairs,
        Thing::Bytes,
        Thing::Record,
        Thing::Parameter,
    ];
    if !is_interaction {
        candidates.push(Thing::Table);
    }
    let mut all: Vec<Thing> = Vec::new();
    for thing in candidates {
        if random.chance(55) {
            all.push(thing);
        }
    }
    let mut maker = Maker {
        random,
        scope: Scope::default(),
        is_ordered,
        is_interaction,
        is_closed: false,
        fuel: FUEL,
        suffix,
    };
    let mut text = definitions(&mut maker, &all);
    let (mut body, shown) = things(&mut maker, &all);
    maker.scope.things.extend(all);
    maker.scope.things.push(Thing::Console);
    maker.scope.may_jump = true;
    maker.fuel = FUEL;
    let kinds: [Kind; 2] = [maker.kind(), [Number, Text, List][maker.random.below(3)]];
    let made = maker.with(&[("a", Number), ("b", Number)], |maker| {
        let count = maker.random.between(1, 3);
        let effects: Vec<String> = (0..count)
            .map(|_| {
                let effect = maker.effect(DEPTH - 1);
                kept_on(maker, &effect)
            })
            .collect();
        let values = kinds.map(|kind| {
            let value = maker.expression(kind, DEPTH);
            kept_on(maker, &value)
        });
        (effects.join("\n  "), values)
    });
    let (effects, [one, other]) = made;
    let first = maker.call("list", &[one, other]);
    let shown = shown.join(" ");
    let _ = write!(
        body,
        "(define turns 0)\n(define kept (lambda (x) x))\n{effects}
         (let ((all {first})) (list all turns a b {shown}))"
    );
    let _ = writeln!(text, "(define ({name} a b) {body})");
    for _ in 0..2 {
        let (a, b) = (maker.random.below(4), maker.random.below(4));
        let _ = writeln!(text, "(show (lambda () ({name} {a} {b})))");
    }
    let told = format!("(told-{} ", maker.suffix);
    text.replace("(told ", &told)
}
