//! Type tests of native code answer for words of every tag and objects of every kind, and call nothing.

use abi::tag::{self, Header, Kind, TAG_OBJECT, TAG_PAIR};
use abi::type_test::TypeTest;

use super::execute::{End, Memory, execute};
use super::function;
use super::short_paths::{fixnum, flonum};

/// What a word is, as far as type tests go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Fixnum,
    Flonum,
    Character,
    Pair,
    /// One of the words that stand for themselves.
    Special(u64),
    Object(Kind),
}

/// Whether what is of this sort passes: written out again, from what the tests say of themselves.
fn passes(test: TypeTest, sort: Sort) -> bool {
    let is = |kind| sort == Sort::Object(kind);
    let is_flonum = sort == Sort::Flonum || is(Kind::Flonum);
    let is_integer = sort == Sort::Fixnum || is(Kind::Bignum);
    match test {
        TypeTest::Null => sort == Sort::Special(tag::NULL),
        TypeTest::Eof => sort == Sort::Special(tag::EOF),
        TypeTest::Default => sort == Sort::Special(tag::DEFAULT),
        TypeTest::Unbound => sort == Sort::Special(tag::UNBOUND),
        TypeTest::Boolean => matches!(sort, Sort::Special(tag::TRUE | tag::FALSE)),
        TypeTest::Pair => sort == Sort::Pair,
        TypeTest::Character => sort == Sort::Character,
        TypeTest::Fixnum => sort == Sort::Fixnum,
        TypeTest::Flonum => is_flonum,
        TypeTest::ExactInteger => is_integer,
        TypeTest::ExactRational => is_integer || is(Kind::Ratnum),
        TypeTest::Real => is_integer || is(Kind::Ratnum) || is_flonum,
        TypeTest::Number => is_integer || is(Kind::Ratnum) || is_flonum || is(Kind::Compnum),
        TypeTest::Symbol => is(Kind::Symbol),
        TypeTest::String => is(Kind::String),
        TypeTest::Vector => is(Kind::Vector),
        TypeTest::Bytevector => is(Kind::Bytevector),
        TypeTest::Procedure => is(Kind::Closure),
        TypeTest::Record => is(Kind::Record),
        TypeTest::Port => is(Kind::Port),
        TypeTest::WeakPair => is(Kind::WeakPair),
        TypeTest::Table => is(Kind::Table),
        TypeTest::Box => is(Kind::Box),
        TypeTest::Guardian => is(Kind::Guardian),
        TypeTest::Ephemeron => is(Kind::Ephemeron),
    }
}

/// Words of every sort, borders of their ranges among them.
fn samples(memory: &mut Memory) -> Vec<(Sort, u64)> {
    let specials = [
        tag::TRUE,
        tag::FALSE,
        tag::NULL,
        tag::EOF,
        tag::DEFAULT,
        tag::UNBOUND,
        tag::UNSPECIFIED,
    ];
    let mut all: Vec<(Sort, u64)> = specials
        .into_iter()
        .map(|word| (Sort::Special(word), word))
        .collect();
    for value in [0, 1, -1, tag::FIXNUM_MIN, tag::FIXNUM_MAX] {
        all.push((Sort::Fixnum, fixnum(value)));
    }
    for value in [0.0, -0.0, 1.0, -1.5, 1e70, 1e-70, -1e70] {
        all.push((Sort::Flonum, flonum(value)));
    }
    for value in ['\0', 'a', '\u{ff}', '\u{100}', '\u{10ffff}'] {
        all.push((Sort::Character, tag::character(value)));
    }
    all.push((Sort::Pair, memory.object(&[0, 0]) | TAG_PAIR));
    for &kind in Kind::ALL.iter().filter(|&&kind| kind != Kind::Forward) {
        for flags in [0, tag::FLAG_LITERAL] {
            let header = Header::new(kind, 1).word() | flags;
            let object = memory.object(&[header, 0]) | TAG_OBJECT;
            all.push((Sort::Object(kind), object));
        }
    }
    all
}

#[test]
fn every_type_test_knows_every_sort_of_word() {
    let mut memory = Memory::new();
    let samples = samples(&mut memory);
    for &test in TypeTest::ALL {
        let name = test.name();
        let function = function(&format!(
            "(procedure \"f\" 1 0 #f 0 (\"x\")
              (block b0 (v0) (branch (type {name} v0) (b1) (b2)))
              (block b1 () (let v1 (word {})) (return v1))
              (block b2 () (let v2 (word {})) (return v2)))",
            tag::TRUE,
            tag::FALSE
        ));
        for &(sort, word) in &samples {
            let end = execute(&function, &[word], &mut memory);
            let wanted = tag::boolean(passes(test, sort));
            assert_eq!(end, End::Returned(wanted), "{name} of {sort:?} {word:x}");
        }
    }
}
