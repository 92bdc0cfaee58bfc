//! The answers of analyses about primitives, as a table, and tests of borders of these answers.
//!
//! A change of a row shows in `golden.txt`. Other tests show that the rows are true: `laws.rs` and
//! `tests/rewrites`. This test shows that the rows are as precise as they were.

use std::fmt::Write as _;

use abi::primitive::Primitive;
use abi::type_test::TypeTest;

use super::infer::{
    GROWTHS_FREE, GROWTHS_MAX, excluding, likely_bounds, refine_by_comparison,
    refine_by_failed_test, widen,
};
use super::kinds::Kinds;
use super::lattice::Type;
use super::laws::BINARY;
use super::range::Range;
use super::requirements::{cannot_raise, each_requirement, each_requirement_of_condition};
use super::signatures::{self, Growing};
use super::transfer::{of_binary, of_unary};
use crate::id::Id;
use crate::ssa::ir::{Comparison, Condition, Operation, ProcedureId, RawUnary, Truth, ValueId};
use crate::ssa::parse::parse;

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
    let operands = vec![ValueId::new(0), ValueId::new(1), ValueId::new(2)];
    for &primitive in Primitive::ALL {
        let operation = Operation::Primitive(primitive, operands.clone());
        let mut required = [Type::ANY; 3];
        each_requirement(&operation, |value, is| required[value.index()] = is);
        let returns = cannot_raise(&operation, |value| required[value.index()]);
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
    for growths in 1..=free {
        assert_eq!(to(-1, 1, growths), Range::new(-1, 1));
    }
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

#[test]
fn what_grows_between_procedures_goes_to_the_next_bound_and_then_on_without_end() {
    let (fixnum, old) = (Range::FIXNUM, Range::new(10, 20));
    let to = |(low, high), growths| signatures::widen(old, Range::new(low, high), growths);
    for growths in 1..=signatures::GROWTHS_FREE {
        assert_eq!(to((9, 21), growths), Range::new(9, 21));
    }
    for (new, (low, high)) in [
        ((9, 20), (0, 20)),
        ((0, 20), (0, 20)),
        ((-1, 20), (fixnum.low, 20)),
        ((fixnum.low, 20), (fixnum.low, 20)),
        ((fixnum.low - 1, 20), (i128::MIN, 20)),
        ((10, 21), (10, 0xff)),
        ((10, 0xff), (10, 0xff)),
        ((10, 0x100), (10, fixnum.high)),
        ((10, fixnum.high), (10, fixnum.high)),
        ((10, fixnum.high + 1), (10, i128::MAX)),
        ((9, 21), (0, 0xff)),
    ] {
        for growths in [signatures::GROWTHS_FREE + 1, signatures::GROWTHS_MAX] {
            assert_eq!(to(new, growths), Range::new(low, high), "{new:?} {growths}");
        }
    }
    let endless = signatures::GROWTHS_MAX + 1;
    assert_eq!(to((9, 20), endless), Range::at_most(20));
    assert_eq!(to((10, 21), endless), Range::at_least(10));
    // Bounds are the next ones on either side.
    let bounded = signatures::GROWTHS_FREE + 1;
    let above = signatures::widen(Range::only(300), Range::new(299, 300), bounded);
    assert_eq!(above, Range::new(0xff, 300));
    let below = signatures::widen(Range::only(-9), Range::new(-9, -8), bounded);
    assert_eq!(below, Range::new(-9, 0));
}

#[test]
fn only_ranges_count_as_growths_and_only_what_is_new_grows() {
    let mut growing = Growing {
        of: Type::NONE,
        growths: 0,
    };
    let integer = |value: u8| Type::integer(Range::only(value.into()));
    assert!(growing.grow(integer(0)) && !growing.grow(integer(0)));
    for kinds in [Kinds::PAIR, Kinds::NULL, Kinds::BOX, Kinds::SYMBOL] {
        assert!(growing.grow(Type::of_kinds(kinds)));
    }
    for high in 1..=signatures::GROWTHS_FREE {
        assert!(growing.grow(integer(high)));
        assert_eq!(growing.of.integer, Some(Range::new(0, high.into())));
    }
    assert!(growing.grow(integer(signatures::GROWTHS_FREE + 1)));
    assert_eq!(growing.of.integer, Some(Range::new(0, 0xff)));
    assert!(!growing.grow(integer(0xff)));
}

#[test]
fn bounds_are_likely_at_constants_and_beside_them() {
    let text = format!(
        "(procedure \"f\" 1 0 #f 0 (\"x\")
           (block b0 (v0) (let v1 (fixnum 40)) (let v2 (word {}))
             (branch (compare-small < v0 7) (b1) (b1)))
           (block b1 () (return v1)))",
        abi::tag::NULL as i64
    );
    let unit = parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let (fixnum, word) = (Range::FIXNUM, Range::I64);
    let mut wanted = vec![word.low, fixnum.low, 0, 6, 7, 8, 39, 40, 41, 0xff];
    wanted.extend([fixnum.high, word.high, Range::U64.high]);
    assert_eq!(
        likely_bounds(&unit.procedures[ProcedureId::ENTRY], &unit),
        wanted
    );
}

#[test]
fn where_nothing_is_left_the_type_stays() {
    let (truth, five) = (Type::of_kinds(Kinds::FALSE), Type::integer(Range::only(5)));
    assert_eq!(excluding(truth, Kinds::FALSE), truth);
    assert_eq!(
        refine_by_failed_test(Type::FLONUM, TypeTest::Flonum),
        Type::FLONUM
    );
    for relation in [Comparison::Less, Comparison::Greater] {
        assert_eq!(
            refine_by_comparison(five, relation, five, Truth::Holds),
            five
        );
    }
}

#[test]
fn ranges_lose_a_bound_and_meet_and_multiply() {
    let range = Range::new(0, 5);
    assert_eq!(range.without(0), Range::new(1, 5));
    assert_eq!(range.without(5), Range::new(0, 4));
    assert_eq!(range.without(3), range);
    assert_eq!(Range::only(5).without(5), Range::only(5));
    assert_eq!(Range::only(1).meet(Range::only(2)), None);
    let times = |a: Range, b: Range| a.of_corners(b, i128::checked_mul);
    assert_eq!(times(range, Range::new(-1, 2)), Range::new(-5, 10));
    // Infinite bounds decide nothing.
    assert_eq!(times(Range::at_least(0), Range::only(1)), Range::ALL);
    assert_eq!(times(Range::only(1), Range::at_least(0)), Range::ALL);
}

#[test]
fn doubles_stand_for_flonums_and_finite_integers() {
    assert!(Type::FLONUM.has_doubles());
    assert!(Type::integer(Range::FIXNUM).has_doubles());
    assert!(!Type::integer(Range::ALL).has_doubles());
    assert!(!Type::NONE.has_doubles() && !Type::REAL.has_doubles());
}

#[test]
fn raw_operations_require_what_they_unbox() {
    for (unary, wanted) in [
        (RawUnary::UnboxF64, Type::FLONUM),
        (RawUnary::RealToF64, Type::REAL),
        (RawUnary::UnboxI64, Type::integer(Range::I64)),
        (RawUnary::UnboxU64, Type::integer(Range::U64)),
    ] {
        let mut told = Vec::new();
        let operation = Operation::Raw1(unary, ValueId::new(3));
        each_requirement(&operation, |value, is| told.push((value, is)));
        assert_eq!(told, [(ValueId::new(3), wanted)]);
    }
    let sum = Operation::AddSmall(ValueId::new(3), 1);
    let mut told = Vec::new();
    each_requirement(&sum, |value, is| told.push((value, is)));
    assert_eq!(told, [(ValueId::new(3), Type::number())]);
    assert!(cannot_raise(&sum, |_| Type::REAL) && !cannot_raise(&sum, |_| Type::ANY));
    // What may be anything is not told of.
    let cons = Operation::Primitive(Primitive::Cons, vec![ValueId::new(0), ValueId::new(1)]);
    each_requirement(&cons, |value, _| panic!("{value:?}"));
    let car = Operation::Primitive(Primitive::Car, vec![ValueId::new(0)]);
    assert!(cannot_raise(&car, |_| Type::of_kinds(Kinds::PAIR)));
    assert!(!cannot_raise(&car, |_| Type::ANY));
    // What nothing is known of yet may be anything.
    assert!(!cannot_raise(&car, |_| Type::NONE));
    assert!(!cannot_raise(&Operation::Poll, |_| Type::ANY));
}

#[test]
fn comparisons_require_numbers_and_all_but_equality_real_ones() {
    let (a, b) = (ValueId::new(0), ValueId::new(1));
    for (relation, wanted) in [
        (Comparison::Equal, Type::number()),
        (Comparison::Less, Type::REAL),
        (Comparison::GreaterEqual, Type::REAL),
    ] {
        let told_by = |condition: &Condition| {
            let mut told = Vec::new();
            each_requirement_of_condition(condition, |value, is| told.push((value, is)));
            told
        };
        let both = told_by(&Condition::Compare(relation, a, b));
        assert_eq!(both, [(a, wanted), (b, wanted)]);
        let small = told_by(&Condition::CompareSmall(relation, a, 7));
        assert_eq!(small, [(a, wanted)]);
        assert_eq!(told_by(&Condition::CompareU64(relation, a, b)), []);
    }
}

/// Operands right at the borders of the cases that a result tells apart.
#[test]
fn shifts_and_divisions_are_precise_up_to_their_borders() {
    let shift = Primitive::ArithmeticShift;
    let (endless, word) = (Range::at_least(5), Range::new(5, 200));
    for (primitive, a, b, wanted) in [
        (shift, word, Range::new(-3, 0), Range::new(0, 200)),
        (shift, word, Range::new(-3, 1), Range::ALL),
        (shift, Range::new(-1, 200), Range::new(-3, 0), Range::ALL),
        (shift, endless, Range::only(1), Range::at_least(0)),
        (shift, word, Range::only(0), word),
        (shift, word, Range::only(-1), Range::new(2, 100)),
        (
            Primitive::Modulo,
            Range::ALL,
            Range::new(1, 8),
            Range::new(0, 7),
        ),
        (Primitive::Modulo, Range::ALL, Range::new(0, 8), Range::ALL),
        (
            Primitive::Remainder,
            word,
            Range::new(1, 8),
            Range::new(0, 7),
        ),
        (
            Primitive::Remainder,
            Range::ALL,
            Range::new(1, 8),
            Range::new(-7, 7),
        ),
        (
            Primitive::Quotient,
            word,
            Range::new(1, 8),
            Range::new(0, 200),
        ),
        (Primitive::Quotient, word, Range::new(0, 8), Range::ALL),
    ] {
        let found = of_binary(primitive, Type::integer(a), Type::integer(b));
        assert_eq!(found, Type::integer(wanted), "{primitive:?} {a:?} {b:?}");
    }
}
