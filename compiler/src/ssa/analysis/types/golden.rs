//! What analyses say of primitives, as a table: a change of a row shows in `golden.txt`.
//!
//! That the rows are true is for `laws.rs` and `tests/rewrites` to say. That they are as precise as they were is
//! what this test holds.

use std::fmt::Write as _;

use abi::primitive::Primitive;
use abi::type_test::TypeTest;

use super::infer::{GROWTHS_FREE, GROWTHS_MAX, widen};
use super::kinds::Kinds;
use super::lattice::Type;
use super::laws::BINARY;
use super::range::Range;
use super::requirements::{cannot_raise, each_requirement};
use super::transfer::{of_binary, of_unary};
use crate::ssa::ir::{Operation, ValueId};

const NAMES: [(Kinds, &str); 16] = [
    (Kinds::RATIO, "ratio"),
    (Kinds::COMPLEX, "complex"),
    (Kinds::PAIR, "pair"),
    (Kinds::NULL, "null"),
    (Kinds::FALSE, "false"),
    (Kinds::TRUE, "true"),
    (Kinds::CHARACTER, "character"),
    (Kinds::SYMBOL, "symbol"),
    (Kinds::STRING, "string"),
    (Kinds::VECTOR, "vector"),
    (Kinds::BYTEVECTOR, "bytevector"),
    (Kinds::PROCEDURE, "procedure"),
    (Kinds::RECORD, "record"),
    (Kinds::BOX, "box"),
    (Kinds::UNBOUND, "unbound"),
    (Kinds::OTHER, "other"),
];

fn text_of(known: Type) -> String {
    match known {
        Type::ANY => return "any".to_owned(),
        Type::NONE => return "none".to_owned(),
        Type::REAL => return "real".to_owned(),
        _ if known == Type::number() => return "number".to_owned(),
        _ => {}
    }
    let mut parts = Vec::new();
    if known.flonum {
        parts.push("flonum".to_owned());
    }
    if let Some(range) = known.integer {
        parts.push(match range {
            Range::ALL => "integer".to_owned(),
            Range::FIXNUM => "fixnum".to_owned(),
            Range::LENGTH => "length".to_owned(),
            _ => format!("{}..{}", end(range.low), end(range.high)),
        });
    }
    let names = NAMES.iter().filter(|(kind, _)| kind.is_within(known.kinds));
    parts.extend(names.map(|(_, name)| (*name).to_owned()));
    parts.join("|")
}

fn end(bound: i128) -> String {
    match bound {
        i128::MIN | i128::MAX => String::new(),
        _ => bound.to_string(),
    }
}

/// Types of operands.
fn operands() -> Vec<Type> {
    vec![
        Type::integer(Range::only(5)),
        Type::integer(Range::only(-3)),
        Type::integer(Range::new(0, 200)),
        Type::integer(Range::new(-3, 9)),
        Type::integer(Range::at_least(0)),
        Type::integer(Range::at_most(-1)),
        Type::integer(Range::ALL),
        Type::FLONUM,
        Type::of_kinds(Kinds::RATIO),
        Type::of_kinds(Kinds::COMPLEX),
        Type::of_kinds(Kinds::PAIR),
        Type::REAL,
        Type::ANY,
        Type::NONE,
    ]
}

fn add_requirements(text: &mut String) {
    let operands = vec![ValueId(0), ValueId(1), ValueId(2)];
    for &primitive in Primitive::ALL {
        let operation = Operation::Primitive(primitive, operands.clone());
        let mut required = [Type::ANY; 3];
        each_requirement(&operation, |value, is| required[value.0 as usize] = is);
        let returns = cannot_raise(&operation, |value| required[value.0 as usize]);
        if required != [Type::ANY; 3] || returns {
            let required = required.map(text_of).join(", ");
            let returns = if returns { "; returns" } else { "" };
            let _ = writeln!(text, "{primitive:?} takes {required}{returns}");
        }
    }
    for &test in TypeTest::ALL {
        let _ = writeln!(text, "{test:?}: {}", text_of(Type::that_passes(test)));
    }
}

fn add_results(text: &mut String) {
    for &primitive in Primitive::ALL {
        let known = of_unary(primitive, Type::ANY);
        let of = |operand: &Type| {
            let found = of_unary(primitive, *operand);
            let differs = found != known && !operand.is_none();
            differs.then(|| format!("; {} of {}", text_of(found), text_of(*operand)))
        };
        let others: String = operands().iter().filter_map(of).collect();
        if known != Type::ANY || !others.is_empty() {
            let _ = writeln!(text, "{primitive:?} gives {}{others}", text_of(known));
        }
    }
    let binary = BINARY.iter().map(|(primitive, _)| *primitive);
    for primitive in binary.chain([Primitive::Atan2, Primitive::Cons]) {
        for first in operands() {
            let results = operands();
            let results = results
                .iter()
                .map(|second| text_of(of_binary(primitive, first, *second)));
            let results: Vec<String> = results.collect();
            let first = text_of(first);
            let _ = writeln!(text, "{primitive:?} of {first}: {}", results.join(", "));
        }
    }
}

#[test]
fn what_is_said_of_primitives_is_what_was_said_before() {
    let mut text = String::new();
    add_requirements(&mut text);
    add_results(&mut text);
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/src/ssa/analysis/types/golden.txt"
    );
    let wanted = std::fs::read_to_string(path).expect("a file beside this one");
    assert!(text == wanted, "golden.txt should be\n{text}");
}

#[test]
fn what_grows_goes_to_the_next_bound_and_then_on_without_end() {
    let bounds = [-10, 0, 10];
    let old = Range::new(0, 0);
    let to = |low, high, growths| widen(&bounds, old, Range::new(low, high), growths);
    let (free, bounded, endless) = (GROWTHS_FREE, GROWTHS_FREE + 1, GROWTHS_MAX + 1);
    assert_eq!(to(-1, 1, free), Range::new(-1, 1));
    for growths in [bounded, GROWTHS_MAX] {
        assert_eq!(to(0, 1, growths), Range::new(0, 10));
        assert_eq!(to(0, 10, growths), Range::new(0, 10));
        assert_eq!(to(0, 11, growths), Range::at_least(0));
        assert_eq!(to(-1, 0, growths), Range::new(-10, 0));
        assert_eq!(to(-10, 0, growths), Range::new(-10, 0));
        assert_eq!(to(-11, 0, growths), Range::at_most(0));
    }
    assert_eq!(to(0, 1, endless), Range::at_least(0));
    assert_eq!(to(-1, 0, endless), Range::at_most(0));
    // A bound that did not grow stays, at no likely bound too.
    let old = Range::new(-5, 5);
    assert_eq!(
        widen(&bounds, old, Range::new(-5, 6), bounded),
        Range::new(-5, 10)
    );
    assert_eq!(
        widen(&bounds, old, Range::new(-6, 5), bounded),
        Range::new(-10, 5)
    );
}
