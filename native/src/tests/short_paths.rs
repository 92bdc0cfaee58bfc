//! Each short path is taken for the operands that it is meant for, on one side of its guard, and
//! left to a stub on the other side.

use abi::native::Stub;
use abi::object_layout::string;
use abi::tag::{self, Header, Kind, TAG_OBJECT, TAG_PAIR};

use super::execute::{End, Memory, execute};
use super::function;

/// What `primitive` does with these words.
pub(super) fn run(primitive: &str, words: &[u64], memory: &mut Memory) -> End {
    let operands: Vec<String> = (0..words.len())
        .map(|number| format!("v{number}"))
        .collect();
    let operands = operands.join(" ");
    let names = vec!["\"x\""; words.len()].join(" ");
    let (count, result) = (words.len(), words.len());
    let text = format!(
        "(procedure \"f\" {count} 0 #f 0 ({names}) (block b0 ({operands})
          (let v{result} (primitive {primitive} {operands}))
          (return v{result})))"
    );
    execute(&function(&text), words, memory)
}

/// The short path gives `result`.
#[track_caller]
fn taken(primitive: &str, words: &[u64], result: u64) {
    let end = run(primitive, words, &mut Memory::new());
    assert_eq!(end, End::Returned(result), "{primitive} of {words:x?}");
}

/// The stub is called.
#[track_caller]
fn left(primitive: &str, words: &[u64]) {
    let end = run(primitive, words, &mut Memory::new());
    let stubs = [Stub::Primitive1, Stub::Primitive2, Stub::Primitive3];
    assert_eq!(
        end,
        End::Called(stubs[words.len() - 1]),
        "{primitive} of {words:x?}"
    );
}

pub(super) fn fixnum(value: i64) -> u64 {
    tag::fixnum(value).expect("a small number")
}

pub(super) fn flonum(value: f64) -> u64 {
    tag::flonum(value).expect("no extreme number")
}

const TRUE: u64 = tag::TRUE;
const FALSE: u64 = tag::FALSE;

#[test]
fn predicates_of_characters_take_all_of_ascii_and_leave_the_rest() {
    type Holds = fn(&char) -> bool;
    let predicates: [(&str, Holds); 5] = [
        ("char-alphabetic?", char::is_ascii_alphabetic),
        ("char-numeric?", char::is_ascii_digit),
        ("char-whitespace?", |c| matches!(c, ' ' | '\t'..='\r')),
        ("char-upper-case?", char::is_ascii_uppercase),
        ("char-lower-case?", char::is_ascii_lowercase),
    ];
    for (name, holds) in predicates {
        for c in '\0'..='\x7f' {
            taken(name, &[tag::character(c)], tag::boolean(holds(&c)));
        }
        for c in ['\u{80}', '\u{100}', '\u{180}', '\u{10000}', '\u{10ffff}'] {
            left(name, &[tag::character(c)]);
        }
        for word in [fixnum(0), fixnum(97), TRUE, tag::NULL, tag::EOF] {
            left(name, &[word]);
        }
    }
}

#[test]
fn case_of_characters_takes_all_of_ascii_and_leaves_the_rest() {
    for c in '\0'..='\x7f' {
        let [up, down] = [c.to_ascii_uppercase(), c.to_ascii_lowercase()];
        taken("char-upcase", &[tag::character(c)], tag::character(up));
        taken("char-downcase", &[tag::character(c)], tag::character(down));
    }
    for name in ["char-upcase", "char-downcase"] {
        for word in [
            tag::character('\u{80}'),
            tag::character('\u{100}'),
            fixnum(97),
            FALSE,
        ] {
            left(name, &[word]);
        }
    }
}

/// A string of two units of `unit_bytes`, and where they are.
fn make_string(memory: &mut Memory, flags: u64, unit_bytes: u64) -> (u64, u64) {
    let kind = if unit_bytes == 1 {
        Kind::Units8
    } else {
        Kind::Units32
    };
    let units = memory.object(&[Header::new(kind, 2 * unit_bytes).word(), 0]);
    let header = Header::new(Kind::String, string::WORDS).word() | flags;
    let string = memory.object(&[header, units | TAG_OBJECT, fixnum(2), FALSE]);
    (string | TAG_OBJECT, units + 8)
}

#[test]
fn string_set_takes_characters_of_a_byte_and_leaves_the_rest() {
    let set = |index: u64, value: u64, unit_bytes: u64, flags: u64| {
        let mut memory = Memory::new();
        let (string, units) = make_string(&mut memory, flags, unit_bytes);
        let end = run("string-set!", &[string, index, value], &mut memory);
        (end, memory.load(units, 2))
    };
    let stub = (End::Called(Stub::Primitive3), 0);
    let quick = |units| (End::Returned(tag::UNSPECIFIED), units);
    for (c, byte) in [
        ('\0', 0),
        ('a', 0x61),
        ('\x7f', 0x7f),
        ('\u{80}', 0x80),
        ('\u{ff}', 0xff),
    ] {
        assert_eq!(
            set(fixnum(0), tag::character(c), 1, 0),
            quick(byte),
            "{c:?}"
        );
        assert_eq!(
            set(fixnum(1), tag::character(c), 1, 0),
            quick(byte << 8),
            "{c:?}"
        );
        assert_eq!(set(fixnum(0), tag::character(c), 4, 0), stub, "wide units");
        let literal = tag::FLAG_LITERAL;
        assert_eq!(
            set(fixnum(0), tag::character(c), 1, literal),
            stub,
            "a literal"
        );
    }
    for c in ['\u{100}', '\u{101}', '\u{1ff}', '\u{10000}', '\u{10ffff}'] {
        assert_eq!(set(fixnum(0), tag::character(c), 1, 0), stub, "{c:?}");
    }
    for index in [
        fixnum(2),
        fixnum(-1),
        fixnum(i64::from(u32::MAX)),
        FALSE,
        flonum(1.0),
    ] {
        assert_eq!(set(index, tag::character('a'), 1, 0), stub, "{index:x}");
    }
    assert_eq!(set(fixnum(0), fixnum(97), 1, 0), stub, "no character");
}

#[test]
fn parity_takes_fixnums_alone() {
    for value in [0, 1, 2, -1, -2, tag::FIXNUM_MIN, tag::FIXNUM_MAX] {
        taken("odd?", &[fixnum(value)], tag::boolean(value % 2 != 0));
        taken("even?", &[fixnum(value)], tag::boolean(value % 2 == 0));
    }
    for word in [flonum(1.0), FALSE, tag::character('a')] {
        left("odd?", &[word]);
        left("even?", &[word]);
    }
}

/// An object of `kind` without contents that matter.
fn object(memory: &mut Memory, kind: Kind) -> u64 {
    memory.object(&[Header::new(kind, 1).word(), 0]) | TAG_OBJECT
}

#[test]
fn equivalence_asks_only_about_objects_that_may_be_alike() {
    let words = [
        fixnum(1),
        fixnum(2),
        flonum(1.0),
        flonum(0.0),
        flonum(-0.0),
        FALSE,
        tag::NULL,
    ];
    for (row, &a) in words.iter().enumerate() {
        for (column, &b) in words.iter().enumerate() {
            taken("eqv?", &[a, b], tag::boolean(row == column));
            taken("equal?", &[a, b], tag::boolean(row == column));
        }
    }
    let kinds = [Kind::Flonum, Kind::Bignum, Kind::Ratnum, Kind::Compnum];
    let others = [
        Kind::Symbol,
        Kind::Vector,
        Kind::String,
        Kind::Record,
        Kind::Closure,
    ];
    for kind in kinds.into_iter().chain(others) {
        let mut memory = Memory::new();
        let [a, b] = [object(&mut memory, kind), object(&mut memory, kind)];
        let stub = End::Called(Stub::Primitive2);
        let differ = End::Returned(FALSE);
        let alike = |asks| if asks { stub } else { differ };
        assert_eq!(
            run("eqv?", &[a, b], &mut memory),
            alike(kinds.contains(&kind)),
            "{kind:?}"
        );
        assert_eq!(
            run("equal?", &[a, b], &mut memory),
            alike(kind != Kind::Symbol),
            "{kind:?}"
        );
        assert_eq!(run("eqv?", &[a, a], &mut memory), End::Returned(TRUE));
        assert_eq!(run("equal?", &[a, fixnum(1)], &mut memory), differ);
    }
    let mut memory = Memory::new();
    let [a, b] = [0, 1].map(|_| memory.object(&[0, 0]) | TAG_PAIR);
    assert_eq!(run("eqv?", &[a, b], &mut memory), End::Returned(FALSE));
    assert_eq!(
        run("equal?", &[a, b], &mut memory),
        End::Called(Stub::Primitive2)
    );
}

fn list(memory: &mut Memory, elements: &[u64], end: u64) -> u64 {
    let cons = |rest, &element: &u64| memory.object(&[element, rest]) | TAG_PAIR;
    elements.iter().rev().fold(end, cons)
}

#[test]
fn searches_end_at_the_lists_end() {
    let mut memory = Memory::new();
    let words = [1, 2, 3].map(fixnum);
    let proper = list(&mut memory, &words, tag::NULL);
    let dotted = list(&mut memory, &words, fixnum(4));
    let stub = End::Called(Stub::Primitive2);
    for name in ["memq", "memv", "%member"] {
        assert_eq!(
            run(name, &[fixnum(1), proper], &mut memory),
            End::Returned(proper),
            "{name}"
        );
        assert_eq!(
            run(name, &[fixnum(1), dotted], &mut memory),
            End::Returned(dotted),
            "{name}"
        );
        assert_eq!(
            run(name, &[fixnum(9), proper], &mut memory),
            End::Returned(FALSE),
            "{name}"
        );
        assert_eq!(run(name, &[fixnum(9), dotted], &mut memory), stub, "{name}");
        assert_eq!(
            run(name, &[fixnum(9), tag::NULL], &mut memory),
            End::Returned(FALSE)
        );
    }
    let entries = words.map(|word| memory.object(&[word, TRUE]) | TAG_PAIR);
    let table = list(&mut memory, &entries, tag::NULL);
    for name in ["assq", "assv", "%assoc"] {
        assert_eq!(
            run(name, &[fixnum(3), table], &mut memory),
            End::Returned(entries[2])
        );
        assert_eq!(
            run(name, &[fixnum(9), table], &mut memory),
            End::Returned(FALSE)
        );
        assert_eq!(
            run(name, &[fixnum(9), proper], &mut memory),
            stub,
            "{name}: no entry"
        );
    }
    let number = object(&mut memory, Kind::Bignum);
    for (name, asks) in [
        ("memq", false),
        ("memv", true),
        ("%member", true),
        ("%assoc", true),
    ] {
        let end = if asks { stub } else { End::Returned(FALSE) };
        let list = if name == "%assoc" { table } else { proper };
        assert_eq!(
            run(name, &[number, list], &mut memory),
            end,
            "{name} of a number"
        );
    }
}

#[test]
fn lengths_end_at_the_lists_end() {
    let mut memory = Memory::new();
    let words = [1, 2, 3].map(fixnum);
    let proper = list(&mut memory, &words, tag::NULL);
    let dotted = list(&mut memory, &words, fixnum(4));
    assert_eq!(
        run("length", &[proper], &mut memory),
        End::Returned(fixnum(3))
    );
    assert_eq!(
        run("length", &[tag::NULL], &mut memory),
        End::Returned(fixnum(0))
    );
    assert_eq!(
        run("length", &[dotted], &mut memory),
        End::Called(Stub::Primitive1)
    );
    let ring = memory.object(&[0, 0]) | TAG_PAIR;
    memory.store(ring - TAG_PAIR + 8, ring, 8);
    assert_eq!(
        run("length", &[ring], &mut memory),
        End::Called(Stub::Primitive1)
    );
    let stub = End::Called(Stub::Primitive2);
    assert_eq!(run("memq", &[fixnum(1), ring], &mut memory), stub);
}

#[test]
fn parts_of_complex_numbers_are_read_where_they_are() {
    let mut memory = Memory::new();
    let header = Header::new(Kind::Compnum, 2).word();
    let complex = memory.object(&[header, fixnum(3), fixnum(4)]) | TAG_OBJECT;
    assert_eq!(
        run("real-part", &[complex], &mut memory),
        End::Returned(fixnum(3))
    );
    assert_eq!(
        run("imag-part", &[complex], &mut memory),
        End::Returned(fixnum(4))
    );
    for word in [fixnum(1), flonum(1.0), object(&mut memory, Kind::Bignum)] {
        assert_eq!(
            run("real-part", &[word], &mut memory),
            End::Called(Stub::Primitive1)
        );
        assert_eq!(
            run("imag-part", &[word], &mut memory),
            End::Called(Stub::Primitive1)
        );
    }
}

#[test]
fn arithmetic_takes_fixnums_up_to_the_last_and_flonums_with_a_tag() {
    let (least, most) = (tag::FIXNUM_MIN, tag::FIXNUM_MAX);
    for (name, a, b, result) in [
        ("+", most - 1, 1, most),
        ("+", least + 1, -1, least),
        ("-", least + 1, 1, least),
        ("-", most - 1, -1, most),
        ("*", 1 << 30, 1 << 29, 1 << 59),
        ("*", 1 << 30, -(1 << 30), least),
        ("quotient", most, -1, -most),
        ("quotient", least, 2, least / 2),
        ("remainder", least, -1, 0),
        ("remainder", -7, 2, -1),
        ("modulo", -7, 2, 1),
        ("modulo", least, -1, 0),
        ("/", 12, 4, 3),
    ] {
        taken(name, &[fixnum(a), fixnum(b)], fixnum(result));
    }
    for (name, a, b) in [
        ("+", most, 1),
        ("+", least, -1),
        ("-", least, 1),
        ("-", 0, least),
        ("*", 1 << 30, 1 << 30),
        ("quotient", least, -1),
        ("quotient", 1, 0),
        ("remainder", 1, 0),
        ("modulo", 1, 0),
        ("/", 1, 0),
        ("/", 1, 2),
        ("/", least, -1),
    ] {
        left(name, &[fixnum(a), fixnum(b)]);
    }
    taken("+", &[flonum(1.5), flonum(2.0)], flonum(3.5));
    taken("-", &[flonum(1.5), flonum(1.5)], flonum(0.0));
    taken("*", &[flonum(-0.0), flonum(2.0)], flonum(-0.0));
    taken("/", &[flonum(1.0), flonum(-4.0)], flonum(-0.25));
    left("*", &[flonum(1e-70), flonum(1e-70)]);
    left("*", &[flonum(1e70), flonum(1e70)]);
    left("/", &[flonum(0.0), flonum(0.0)]);
    left("+", &[fixnum(1), flonum(1.0)]);
    left("+", &[FALSE, fixnum(1)]);
}
