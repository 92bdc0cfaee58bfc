//! The laws of the lattice of types, and of tests, words and operations on types.
//!
//! A new kind gets its place in `each_kind`.

use abi::primitive::Primitive;
use abi::tag;
use abi::type_test::TypeTest;

use super::infer::{excluding, narrow, refine_by_failed_test, refine_by_word};
use super::kinds::Kinds;
use super::lattice::Type;
use super::laws::{BINARY, contains};
use super::range::Range;
use super::transfer::{of_binary, of_unary};
use crate::ssa::ir::Truth;

/// One of each thing that a type tells apart.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Thing {
    Flonum,
    Integer(i128),
    Of(Kinds),
}

fn each_kind() -> Vec<Kinds> {
    vec![
        Kinds::RATIO,
        Kinds::COMPLEX,
        Kinds::PAIR,
        Kinds::NULL,
        Kinds::FALSE,
        Kinds::TRUE,
        Kinds::CHARACTER,
        Kinds::SYMBOL,
        Kinds::STRING,
        Kinds::VECTOR,
        Kinds::BYTEVECTOR,
        Kinds::PROCEDURE,
        Kinds::RECORD,
        Kinds::BOX,
        Kinds::UNBOUND,
        Kinds::OTHER,
    ]
}

fn things() -> Vec<Thing> {
    let fixnum = Range::FIXNUM;
    let integers = [
        0,
        1,
        -1,
        4,
        fixnum.low,
        fixnum.high,
        fixnum.low - 1,
        1 << 100,
    ];
    let integers = integers.into_iter().map(Thing::Integer);
    let kinds = each_kind().into_iter().map(Thing::Of);
    integers.chain(kinds).chain([Thing::Flonum]).collect()
}

fn has(known: Type, thing: Thing) -> bool {
    match thing {
        Thing::Flonum => known.flonum,
        Thing::Integer(integer) => known.integer.is_some_and(|range| contains(range, integer)),
        Thing::Of(kind) => kind.is_within(known.kinds),
    }
}

/// Types of all sorts.
fn types() -> Vec<Type> {
    let ranges = [
        None,
        Some(Range::only(0)),
        Some(Range::new(-1, 4)),
        Some(Range::FIXNUM),
        Some(Range::new(0, 1 << 100)),
        Some(Range::ALL),
    ];
    let kinds = [
        Kinds::NONE,
        Kinds::RATIO,
        Kinds::RATIO | Kinds::COMPLEX,
        Kinds::PAIR | Kinds::NULL,
        Kinds::FALSE,
        Kinds::FALSE | Kinds::TRUE | Kinds::UNBOUND,
        Kinds::OTHER,
        Kinds::ALL,
    ];
    let mut types = Vec::new();
    for flonum in [false, true] {
        for integer in ranges {
            types.extend(kinds.iter().map(|&kinds| Type {
                flonum,
                integer,
                kinds,
            }));
        }
    }
    types
}

#[test]
fn every_kind_is_in_the_list() {
    let all = each_kind().into_iter().fold(Kinds::NONE, |a, b| a | b);
    assert_eq!(all, Kinds::ALL);
}

#[test]
fn types_are_a_lattice() {
    let types = types();
    for &a in &types {
        assert_eq!((a.join(a), a.meet(a)), (a, a));
        assert_eq!((a.join(Type::NONE), a.meet(Type::ANY)), (a, a));
        for &b in &types {
            assert_eq!((a.join(b), a.meet(b)), (b.join(a), b.meet(a)));
            assert_eq!((a.join(a.meet(b)), a.meet(a.join(b))), (a, a));
            assert_eq!(a.is_within(b), a.meet(b) == a);
            for &c in &types {
                assert_eq!(a.join(b).join(c), a.join(b.join(c)));
                assert_eq!(a.meet(b).meet(c), a.meet(b.meet(c)));
            }
        }
    }
}

#[test]
fn meets_and_joins_of_types_have_the_members_that_they_say() {
    for &a in &types() {
        for &b in &types() {
            for &thing in &things() {
                let (in_a, in_b) = (has(a, thing), has(b, thing));
                assert!(!(in_a || in_b) || has(a.join(b), thing));
                assert_eq!(in_a && in_b, has(a.meet(b), thing), "{a:?} {b:?} {thing:?}");
            }
        }
    }
}

/// Whether a thing passes a test, where that is the same for all of its kind.
fn passes(test: TypeTest, thing: Thing) -> Option<bool> {
    Some(match (test, thing) {
        (TypeTest::Number | TypeTest::Real, Thing::Flonum | Thing::Integer(_))
        | (TypeTest::ExactInteger | TypeTest::ExactRational, Thing::Integer(_))
        | (TypeTest::Flonum, Thing::Flonum) => true,
        (TypeTest::Fixnum, Thing::Integer(integer)) => contains(Range::FIXNUM, integer),
        (_, Thing::Flonum | Thing::Integer(_)) => false,
        (_, Thing::Of(kind)) if kind == Kinds::OTHER => {
            return (!Kinds::that_pass(test).meets(Kinds::OTHER)).then_some(false);
        }
        (_, Thing::Of(kind)) => kind.is_within(Kinds::that_pass(test)),
    })
}

#[test]
fn tests_leave_what_passes_and_what_fails() {
    for known in types() {
        for &test in TypeTest::ALL {
            let (passed, failed) = (
                narrow(known, Type::that_passes(test)),
                refine_by_failed_test(known, test),
            );
            for thing in things().into_iter().filter(|&thing| has(known, thing)) {
                let outcome = passes(test, thing);
                assert!(
                    outcome == Some(false) || has(passed, thing),
                    "{known:?} {test:?} {thing:?}"
                );
                assert!(
                    outcome == Some(true) || has(failed, thing),
                    "{known:?} {test:?} {thing:?}"
                );
            }
        }
    }
}

#[test]
fn words_leave_what_they_are_and_what_they_are_not() {
    let fixnum = |value: i64| tag::fixnum(value).expect("a fixnum");
    let words = [
        (tag::NULL, Thing::Of(Kinds::NULL)),
        (tag::FALSE, Thing::Of(Kinds::FALSE)),
        (tag::TRUE, Thing::Of(Kinds::TRUE)),
        (tag::UNBOUND, Thing::Of(Kinds::UNBOUND)),
        (fixnum(0), Thing::Integer(0)),
        (fixnum(-1), Thing::Integer(-1)),
        (fixnum(4), Thing::Integer(4)),
    ];
    let vague = [tag::EOF, tag::UNSPECIFIED, tag::character('x')];
    for known in types() {
        for (word, is) in words {
            for thing in things().into_iter().filter(|&thing| has(known, thing)) {
                let truth = Truth::of(thing == is);
                assert!(
                    has(refine_by_word(known, word, truth), thing),
                    "{known:?} {thing:?}"
                );
            }
        }
        for word in vague {
            // Others of the kind are not the word.
            let left = refine_by_word(known, word, Truth::Fails);
            assert!(
                things()
                    .into_iter()
                    .all(|thing| !has(known, thing) || has(left, thing))
            );
        }
        let left = excluding(known, Kinds::FALSE);
        let things = things()
            .into_iter()
            .filter(|&thing| thing != Thing::Of(Kinds::FALSE));
        assert!(
            things
                .into_iter()
                .all(|thing| !has(known, thing) || has(left, thing))
        );
    }
}

#[test]
fn results_of_mixed_types_grow_with_their_operands() {
    let types = types();
    let count = types.len();
    let pairs = (0..count * count).map(|pair| (pair / count, pair % count));
    let wider: Vec<(usize, usize)> = pairs
        .clone()
        .filter(|&(a, wide)| types[a].is_within(types[wide]))
        .collect();
    for &primitive in Primitive::ALL {
        let results: Vec<Type> = types.iter().map(|&a| of_unary(primitive, a)).collect();
        for &(a, wide) in &wider {
            assert!(
                results[a].is_within(results[wide]),
                "{primitive:?} {:?} {:?}",
                types[a],
                types[wide]
            );
        }
    }
    for &(primitive, _) in BINARY {
        let results = pairs
            .clone()
            .map(|(a, b)| of_binary(primitive, types[a], types[b]));
        let results: Vec<Type> = results.collect();
        let of = |a: usize, b: usize| results[a * count + b];
        for &(a, wide) in &wider {
            for b in 0..count {
                assert!(
                    of(a, b).is_within(of(wide, b)) && of(b, a).is_within(of(b, wide)),
                    "{primitive:?} {:?} {:?} {:?}",
                    types[a],
                    types[wide],
                    types[b]
                );
            }
        }
    }
}
