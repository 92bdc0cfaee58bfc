//! Reads and writes of objects take a short path, and leave it to a stub one step beyond.
//!
//! A read or a write of an object of the right kind, with an index within, calls nothing. One step
//! beyond, it calls a stub. Writes past the barrier are tried from and to every sort of place.

use abi::native::{Stub, chunk_kind};
use abi::object_layout::string;
use abi::tag::{self, Header, Kind, TAG_OBJECT, TAG_PAIR};

use super::execute::{End, Memory, execute};
use super::function;
use super::short_paths::{fixnum, flonum, run};

fn stub(operands: usize) -> End {
    End::Called(
        [
            Stub::Primitive1,
            Stub::Primitive2,
            Stub::Primitive3,
            Stub::PrimitiveMany,
        ][operands - 1],
    )
}

/// An object: `flags`, `kind` and size in its header, then `words`.
fn object(memory: &mut Memory, kind: Kind, size: u64, flags: u64, words: &[u64]) -> u64 {
    let header = Header::new(kind, size).word() | flags;
    memory.object(&[&[header], words].concat()) | TAG_OBJECT
}

/// Words that are no index into two elements or three.
fn no_indices() -> [u64; 9] {
    [
        fixnum(3),
        fixnum(-1),
        fixnum(tag::FIXNUM_MIN),
        fixnum(tag::FIXNUM_MAX),
        fixnum(1 << 32),
        flonum(0.0),
        flonum(1.0),
        tag::FALSE,
        tag::character('\0'),
    ]
}

/// `reader` of `operands` after an object takes those of `kind`, and leaves words and other objects.
fn takes_only(reader: &str, kind: Kind, operands: &[u64]) {
    let others = Kind::ALL.iter().copied().filter(|&other| other != kind);
    for other in others.filter(|&other| other != Kind::Forward) {
        let mut memory = Memory::new();
        let given = object(&mut memory, other, 3, 0, &[0, 0, 0]);
        let end = run(reader, &[&[given], operands].concat(), &mut memory);
        assert_eq!(end, stub(1 + operands.len()), "{reader} of {other:?}");
    }
    let mut memory = Memory::new();
    let pair = memory.object(&[0, 0]) | TAG_PAIR;
    for given in [pair, fixnum(8), flonum(1.0), tag::NULL, tag::FALSE] {
        let end = run(reader, &[&[given], operands].concat(), &mut memory);
        assert_eq!(end, stub(1 + operands.len()), "{reader} of {given:x}");
    }
}

#[test]
fn elements_and_lengths_of_vectors_and_bytevectors_are_read_in_bounds() {
    for flags in [0, tag::FLAG_LITERAL] {
        let mut memory = Memory::new();
        let elements = [4, 5, 6].map(fixnum);
        let vector = object(&mut memory, Kind::Vector, 3, flags, &elements);
        let bytes = object(&mut memory, Kind::Bytevector, 3, flags, &[0x00_ff80]);
        for (index, element, byte) in [(0, 4, 0x80), (1, 5, 0xff), (2, 6, 0)] {
            let index = fixnum(index);
            let found = run("vector-ref", &[vector, index], &mut memory);
            assert_eq!(found, End::Returned(fixnum(element)));
            let found = run("bytevector-u8-ref", &[bytes, index], &mut memory);
            assert_eq!(found, End::Returned(fixnum(byte)));
        }
        for index in no_indices() {
            for (name, object) in [("vector-ref", vector), ("bytevector-u8-ref", bytes)] {
                let end = run(name, &[object, index], &mut memory);
                assert_eq!(end, stub(2), "{name} {index:x}");
            }
        }
        for (name, object) in [("vector-length", vector), ("bytevector-length", bytes)] {
            assert_eq!(run(name, &[object], &mut memory), End::Returned(fixnum(3)));
        }
    }
    takes_only("vector-ref", Kind::Vector, &[fixnum(0)]);
    takes_only("bytevector-u8-ref", Kind::Bytevector, &[fixnum(0)]);
    takes_only("vector-length", Kind::Vector, &[]);
    takes_only("bytevector-length", Kind::Bytevector, &[]);
}

#[test]
fn characters_of_strings_are_read_in_bounds_from_units_of_both_widths() {
    for flags in [0, tag::FLAG_LITERAL] {
        let mut memory = Memory::new();
        let narrow = object(&mut memory, Kind::Units8, 2, flags, &[0xff41]);
        let wide = object(
            &mut memory,
            Kind::Units32,
            8,
            flags,
            &[0x10_ffff << 32 | 0x100],
        );
        let mut string = |units| {
            let words = [units, fixnum(2), tag::FALSE];
            object(&mut memory, Kind::String, string::WORDS, flags, &words)
        };
        let (narrow, wide) = (string(narrow), string(wide));
        for (given, first, second) in [(narrow, 'A', '\u{ff}'), (wide, '\u{100}', '\u{10ffff}')] {
            for (index, c) in [(0, first), (1, second)] {
                let end = run("string-ref", &[given, fixnum(index)], &mut memory);
                assert_eq!(end, End::Returned(tag::character(c)));
            }
            for index in no_indices().into_iter().chain([fixnum(2)]) {
                let end = run("string-ref", &[given, index], &mut memory);
                assert_eq!(end, stub(2), "{index:x}");
            }
            let length = run("string-length", &[given], &mut memory);
            assert_eq!(length, End::Returned(fixnum(2)));
        }
    }
    takes_only("string-ref", Kind::String, &[fixnum(0)]);
    takes_only("string-length", Kind::String, &[]);
}

#[test]
fn pairs_and_boxes_are_read_where_they_are() {
    let mut memory = Memory::new();
    let pair = memory.object(&[fixnum(1), fixnum(2)]) | TAG_PAIR;
    assert_eq!(run("car", &[pair], &mut memory), End::Returned(fixnum(1)));
    assert_eq!(run("cdr", &[pair], &mut memory), End::Returned(fixnum(2)));
    let boxed = object(&mut memory, Kind::Box, 1, 0, &[fixnum(7)]);
    for name in ["car", "cdr"] {
        for word in [boxed, tag::NULL, fixnum(0), flonum(1.0), tag::FALSE] {
            assert_eq!(run(name, &[word], &mut memory), stub(1), "{name} {word:x}");
        }
    }
    assert_eq!(
        run("%box-ref", &[boxed], &mut memory),
        End::Returned(fixnum(7))
    );
    takes_only("%box-ref", Kind::Box, &[]);
}

/// `%record-ref` or `%record-set!` of field 1, with these words for record, type and value.
fn run_on_field(primitive: &str, words: &[u64], memory: &mut Memory) -> End {
    let (names, parameters, value) = match words.len() {
        2 => ("\"r\" \"t\"", "v0 v1", ""),
        _ => ("\"r\" \"t\" \"x\"", "v0 v1 v2", "v2"),
    };
    let text = format!(
        "(procedure \"f\" {} 0 #f 0 ({names}) (block b0 ({parameters})
          (let v3 (fixnum 1))
          (let v4 (primitive {primitive} v0 v1 v3 {value}))
          (return v4)))",
        words.len()
    );
    execute(&function(&text), words, memory)
}

#[test]
fn fields_are_read_of_records_of_the_very_type_that_have_them() {
    let mut memory = Memory::new();
    let [wanted, other] =
        [0, 1].map(|_| object(&mut memory, Kind::Record, 5, 0, &[0, 0, 0, tag::FALSE, 0]));
    let fields = [wanted, fixnum(5), fixnum(6)];
    let record = object(&mut memory, Kind::Record, 3, 0, &fields);
    let short = object(&mut memory, Kind::Record, 2, 0, &fields[..2]);
    let end = run_on_field("%record-ref", &[record, wanted], &mut memory);
    assert_eq!(end, End::Returned(fixnum(6)));
    let vector = object(&mut memory, Kind::Vector, 3, 0, &fields);
    for (given, kind) in [
        (record, other),
        (short, wanted),
        (vector, wanted),
        (tag::FALSE, wanted),
        (fixnum(1), wanted),
        (flonum(1.0), wanted),
    ] {
        let end = run_on_field("%record-ref", &[given, kind], &mut memory);
        assert_eq!(end, stub(3), "{given:x} {kind:x}");
    }
}

#[test]
fn code_points_are_characters_outside_of_the_surrogates() {
    for code in [0, 0x41, 0xff, 0x100, 0xd7ff, 0xe000, 0x1_0000, 0x10_ffff] {
        let character = tag::character(char::from_u32(code).expect("a character"));
        let code = fixnum(i64::from(code));
        let mut memory = Memory::new();
        assert_eq!(
            run("integer->char", &[code], &mut memory),
            End::Returned(character)
        );
        assert_eq!(
            run("char->integer", &[character], &mut memory),
            End::Returned(code)
        );
    }
    let codes = [
        0xd800,
        0xdfff,
        0x11_0000,
        -1,
        tag::FIXNUM_MIN,
        tag::FIXNUM_MAX,
    ];
    let mut memory = Memory::new();
    for word in codes
        .map(fixnum)
        .into_iter()
        .chain([flonum(65.0), tag::FALSE])
    {
        let end = run("integer->char", &[word], &mut memory);
        assert_eq!(end, stub(1), "{word:x}");
    }
    for word in [fixnum(65), flonum(65.0), tag::FALSE, tag::NULL, tag::EOF] {
        let end = run("char->integer", &[word], &mut memory);
        assert_eq!(end, stub(1), "{word:x}");
    }
}

#[test]
fn bytes_are_written_in_bounds_to_what_is_no_literal() {
    let set = |index: u64, value: u64, flags: u64| {
        let mut memory = Memory::new();
        let bytes = object(&mut memory, Kind::Bytevector, 3, flags, &[0]);
        let end = run("bytevector-u8-set!", &[bytes, index, value], &mut memory);
        (end, memory.load(bytes - TAG_OBJECT + 8, 4))
    };
    for (value, index) in [(0, 0), (1, 1), (255, 2), (128, 0)] {
        let (end, bytes) = set(fixnum(index), fixnum(value), 0);
        assert!(matches!(end, End::Returned(_)), "{end:?}");
        assert_eq!(bytes, value.cast_unsigned() << (8 * index));
        assert_eq!(
            set(fixnum(index), fixnum(value), tag::FLAG_LITERAL),
            (stub(3), 0)
        );
    }
    for index in no_indices() {
        assert_eq!(set(index, fixnum(1), 0), (stub(3), 0), "{index:x}");
    }
    for value in [
        fixnum(256),
        fixnum(-1),
        flonum(1.0),
        tag::FALSE,
        tag::character('a'),
    ] {
        assert_eq!(set(fixnum(0), value, 0), (stub(3), 0), "{value:x}");
    }
    takes_only(
        "bytevector-u8-set!",
        Kind::Bytevector,
        &[fixnum(0), fixnum(0)],
    );
}

/// Where objects are: the names and kinds of chunks.
const PLACES: [(&str, u8); 5] = [
    ("nursery", chunk_kind::NURSERY),
    ("old", chunk_kind::OLD),
    ("young large", chunk_kind::LARGE_YOUNG),
    ("old large", 6),
    ("image", 8),
];

/// A memory with a container in one place and values in all: what is in words, and one of each place.
fn barrier_cases(
    container: usize,
    make: impl Fn(&mut Memory) -> u64,
) -> (Memory, u64, Vec<(&'static str, u64)>) {
    let mut memory = Memory::new();
    let mut made = 0;
    let mut values = vec![
        ("fixnum", fixnum(1)),
        ("flonum", flonum(1.0)),
        ("false", tag::FALSE),
        ("null", tag::NULL),
        ("character", tag::character('a')),
    ];
    for (place, (name, kind)) in PLACES.into_iter().enumerate() {
        memory.go_to_chunk(0x30 + place as u64, kind);
        if place == container {
            made = make(&mut memory);
        }
        values.push((name, memory.object(&[0, 0]) | TAG_PAIR));
        values.push((name, object(&mut memory, Kind::Box, 1, 0, &[0])));
    }
    (memory, made, values)
}

/// Writes into containers in every place take what the collector need not know of, and leave the rest.
/// Those without a header that says whether they are literals are written to where none is.
fn past_the_barrier(
    make: impl Fn(&mut Memory) -> u64,
    offset: u64,
    has_header: bool,
    write: impl Fn(u64, u64, &mut Memory) -> End,
    operands: usize,
) {
    for (place, (container, kind)) in PLACES.into_iter().enumerate() {
        let (mut memory, object, values) = barrier_cases(place, &make);
        let is_nursery = kind == chunk_kind::NURSERY;
        for (name, value) in values {
            let is_young = ["nursery", "young large"].contains(&name);
            let may_write = has_header || is_nursery || kind == chunk_kind::OLD;
            let end = write(object, value, &mut memory);
            let found = memory.load((object & !tag::TAG_MASK) + offset, 8);
            if may_write && (is_nursery || !is_young) {
                assert!(
                    matches!(end, End::Returned(_)),
                    "{name} into {container}: {end:?}"
                );
                assert_eq!(found, value, "{name} into {container}");
            } else {
                assert_eq!(end, stub(operands), "{name} into {container}");
                assert_ne!(found, value, "{name} into {container}");
            }
        }
    }
}

#[test]
fn stores_are_left_to_the_stub_only_where_an_old_object_gets_a_young_one() {
    let vector = |memory: &mut Memory| object(memory, Kind::Vector, 2, 0, &[0, 0]);
    let write = |object, value, memory: &mut Memory| {
        run("vector-set!", &[object, fixnum(1), value], memory)
    };
    past_the_barrier(vector, 16, true, write, 3);
    let boxed = |memory: &mut Memory| object(memory, Kind::Box, 1, 0, &[0]);
    let write = |object, value, memory: &mut Memory| run("%box-set!", &[object, value], memory);
    past_the_barrier(boxed, 8, true, write, 2);
    let record = |memory: &mut Memory| {
        object(
            memory,
            Kind::Record,
            3,
            0,
            &[tag::NULL, fixnum(1), fixnum(2)],
        )
    };
    let write = |object, value, memory: &mut Memory| {
        run_on_field("%record-set!", &[object, tag::NULL, value], memory)
    };
    past_the_barrier(record, 24, true, write, 4);
}

#[test]
fn pairs_are_written_where_no_literal_is() {
    let pair = |memory: &mut Memory| memory.object(&[0, 0]) | TAG_PAIR;
    for (name, offset) in [("set-car!", 0), ("set-cdr!", 8)] {
        let write = |object, value, memory: &mut Memory| run(name, &[object, value], memory);
        past_the_barrier(pair, offset, false, write, 2);
        let mut memory = Memory::new();
        let boxed = object(&mut memory, Kind::Box, 1, 0, &[0]);
        for word in [boxed, tag::NULL, fixnum(0), tag::FALSE] {
            let end = run(name, &[word, fixnum(1)], &mut memory);
            assert_eq!(end, stub(2), "{name} {word:x}");
        }
    }
}

#[test]
fn elements_are_written_in_bounds_to_what_is_no_literal() {
    let set = |index: u64, flags: u64| {
        let mut memory = Memory::new();
        let vector = object(&mut memory, Kind::Vector, 3, flags, &[0, 0, 0]);
        let end = run("vector-set!", &[vector, index, fixnum(9)], &mut memory);
        let words = [8, 16, 24].map(|at| memory.load(vector - TAG_OBJECT + at, 8));
        (end, words)
    };
    for index in 0..3 {
        let (end, words) = set(fixnum(index), 0);
        assert!(matches!(end, End::Returned(_)), "{end:?}");
        let wanted = [0, 1, 2].map(|place| if place == index { fixnum(9) } else { 0 });
        assert_eq!(words, wanted);
        assert_eq!(set(fixnum(index), tag::FLAG_LITERAL), (stub(3), [0; 3]));
    }
    for index in no_indices() {
        assert_eq!(set(index, 0), (stub(3), [0; 3]), "{index:x}");
    }
    takes_only("vector-set!", Kind::Vector, &[fixnum(0), fixnum(9)]);
    takes_only("%box-set!", Kind::Box, &[fixnum(9)]);
}
