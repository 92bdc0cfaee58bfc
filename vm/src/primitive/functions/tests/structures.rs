//! Pairs, lists, vectors, bytevectors, equivalence, tables.

use abi::object_layout::table::STALE;
use gc::{CollectReason, Outcome, Scope};

use super::super as f;
use super::expect;
use crate::object::Object;
use crate::print::{Style, to_text};
use crate::testing::{answer, call, data, mutator, show};
use crate::value::Value;

#[test]
fn lists_are_made_taken_apart_and_searched() {
    expect(&[
        (f::list, "1 2 3", "(1 2 3)"),
        (f::list, "", "()"),
        (f::cons_star, "1 2 (3)", "(1 2 3)"),
        (f::cons_star, "1", "1"),
        (f::length, "(a b c)", "3"),
        (f::append2, "(a b) (c)", "(a b c)"),
        (f::append2, "() c", "c"),
        (f::append2, "(a) b", "(a . b)"),
        (f::reverse, "(a (b) c)", "(c (b) a)"),
        (f::list_tail, "(a b c) 2", "(c)"),
        (f::list_tail, "(a b . c) 2", "c"),
        (f::list_ref, "(a b c) 2", "c"),
        (f::list_ref, "#0=(a b . #0#) 5", "b"),
        (f::list_copy, "(1 2 . 3)", "(1 2 . 3)"),
        (f::memq, "c (a b c d)", "(c d)"),
        (f::memq, "x (a b)", "#f"),
        (f::memv, "101 (100 101 102)", "(101 102)"),
        (f::memv, "1e300 (1.0 1e300)", "(1e300)"),
        (f::member, "(a) (b (a) c)", "((a) c)"),
        (f::assq, "b ((a 1) (b 2))", "(b 2)"),
        (f::assv, "5 ((2 3) (5 7))", "(5 7)"),
        (f::assoc, "\"b\" ((\"a\" . 1) (\"b\" . 2))", "(\"b\" . 2)"),
        (f::is_list, "(a b)", "#t"),
        (f::is_list, "(a . b)", "#f"),
        (f::is_list, "#0=(a . #0#)", "#f"),
    ]);
}

#[test]
fn what_is_no_list_is_refused() {
    expect(&[
        (
            f::length,
            "(a . b)",
            "<wrong-type: length, 1, list, (a . b)>",
        ),
        (
            f::length,
            "#0=(a . #0#)",
            "<wrong-type: length, 1, list, #0=(a . #0#)>",
        ),
        (f::append2, "x ()", "<wrong-type: append, 1, list, x>"),
        (f::memq, "x (a . b)", "<wrong-type: memq, 2, list, (a . b)>"),
        (
            f::assq,
            "x (a)",
            "<wrong-type: assq, 2, association list, (a)>",
        ),
        (
            f::list_tail,
            "(a b) 3",
            "<out-of-range: list-tail, 2, 3, 0, 2>",
        ),
        (
            f::list_ref,
            "(a b) 2",
            "<out-of-range: list-ref, 2, 2, 0, 1>",
        ),
        (
            f::list_ref,
            "(a b) -1",
            "<wrong-type: list-ref, 2, exact nonnegative integer, -1>",
        ),
    ]);
}

#[test]
fn vectors_are_made_copied_and_filled() {
    expect(&[
        (f::make_vector, "2 x", "#(x x)"),
        (f::vector, "1 2", "#(1 2)"),
        (f::vector_copy, "#(1 2 3) 1 3", "#(2 3)"),
        (f::vector_append, "#(1) #() #(2 3)", "#(1 2 3)"),
        (f::vector_to_list, "#(1 2 3) 1 2", "(2)"),
        (f::list_to_vector, "(1 2)", "#(1 2)"),
        (f::string_to_vector, "\"abλ\" 1 3", "#(#\\b #\\λ)"),
        (f::vector_to_string, "#(#\\b #\\λ) 0 2", "\"bλ\""),
        (f::bytevector, "1 255", "#u8(1 255)"),
        (
            f::bytevector,
            "1 256",
            "<out-of-range: bytevector, 2, 256, 0, 255>",
        ),
        (f::make_bytevector, "2 7", "#u8(7 7)"),
        (f::bytevector_copy, "#u8(1 2 3) 1 3", "#u8(2 3)"),
        (f::bytevector_append, "#u8(1) #u8(2 3)", "#u8(1 2 3)"),
        (
            f::vector_copy,
            "#(1 2) 2 1",
            "<out-of-range: vector-copy, 2, 2, 0, 1>",
        ),
        (
            f::vector_copy,
            "#(1 2) 0 3",
            "<out-of-range: vector-copy, 3, 3, 0, 2>",
        ),
        (
            f::make_vector,
            "-1 x",
            "<out-of-range: make-vector, 1, -1, 0, 1099511627776>",
        ),
    ]);
}

#[test]
fn overlapping_copies_read_before_they_write() {
    let m = mutator();
    for (arguments, expected) in [
        ("1 0 3", "#(1 1 2 3 5)"),
        ("0 1 4", "#(2 3 4 4 5)"),
        ("2 2 5", "#(1 2 3 4 5)"),
    ] {
        let vector = data(&m, "#(1 2 3 4 5)")[0];
        let range = data(&m, arguments);
        let all = [vector, range[0], vector, range[1], range[2]];
        call(&m, f::vector_copy_to, &all).unwrap();
        assert_eq!(to_text(&m, vector, Style::Write), expected);
        let bytes = data(&m, "#u8(1 2 3 4 5)")[0];
        call(
            &m,
            f::bytevector_copy_to,
            &[bytes, range[0], bytes, range[1], range[2]],
        )
        .unwrap();
        assert_eq!(
            to_text(&m, bytes, Style::Write),
            expected.replace("#(", "#u8(")
        );
    }
    let cases = "#(1 2) 1 #(3 4) 0 2";
    let refused = "<out-of-range: vector-copy!, 2, 1, 0, 0>";
    assert_eq!(answer(&m, f::vector_copy_to, cases), refused);
}

#[test]
fn equivalence_compares_numbers_by_value_and_structures_by_parts() {
    expect(&[
        (
            f::is_eqv,
            "100000000000000000000 100000000000000000000",
            "#t",
        ),
        (f::is_eqv, "1e300 1e300", "#t"),
        (f::is_eqv, "1 1.0", "#f"),
        (f::is_eqv, "0.0 -0.0", "#f"),
        (f::is_eqv, "+nan.0 +nan.0", "#t"),
        (f::is_eqv, "1/2 1/2", "#t"),
        (f::is_eqv, "\"a\" \"a\"", "#f"),
        (f::is_eqv, "() ()", "#t"),
        (f::is_equal, "(a #(b \"c\") 1.5) (a #(b \"c\") 1.5)", "#t"),
        (f::is_equal, "(a #(b \"c\")) (a #(b \"d\"))", "#f"),
        (f::is_equal, "#u8(1 2) #u8(1 2)", "#t"),
        (f::is_equal, "#(1 2) #(1 2 3)", "#f"),
        (f::is_equal, "#0=(a b . #0#) #0=(a b . #0#)", "#t"),
        (f::is_equal, "#0=(a b . #0#) #0=(a b a b . #0#)", "#t"),
        (f::is_equal, "#0=(a b . #0#) #0=(a b a c . #0#)", "#f"),
        (f::is_equal, "#0=(#0# . #0#) #0=(#0# . #0#)", "#t"),
        (f::is_equal, "#0=#(1 #0#) #0=#(1 #0#)", "#t"),
    ]);
}

#[test]
fn deep_and_widely_shared_structures_are_compared_soon() {
    let m = mutator();
    let deep = || (0..1_000_000).fold(Value::NULL, |inside, _| m.cons(inside, Value::NULL));
    let shared = || (0..200).fold(Value::NULL, |inside, _| m.cons(inside, inside));
    assert_eq!(show(&m, &call(&m, f::is_equal, &[deep(), deep()])), "#t");
    assert_eq!(
        show(&m, &call(&m, f::is_equal, &[shared(), shared()])),
        "#t"
    );
}

#[test]
fn what_stands_behind_a_long_part_counts_for_hashes() {
    let m = mutator();
    let zeros = "0 ".repeat(100);
    let shapes: [fn(&str, usize) -> String; 5] = [
        |zeros, number| format!("#(#({zeros}) {number})"),
        |zeros, number| format!("(({zeros}) {number})"),
        |zeros, number| format!("(#({zeros}) . {number})"),
        |zeros, number| format!("#({zeros} {number})"),
        |zeros, number| format!("#({number} {zeros})"),
    ];
    for shape in shapes {
        let hash = |number| answer(&m, f::equal_hash, &shape(&zeros, number));
        let hashes: std::collections::BTreeSet<String> = (0..100).map(hash).collect();
        assert_eq!(hashes.len(), 100, "{}", shape("0 ...", 1));
    }
}

#[test]
fn each_element_of_a_vector_of_a_thousand_counts_for_its_hash() {
    let m = mutator();
    let [zero, one, size] = [0, 1, 1000].map(Value::count);
    let vector = call(&m, f::make_vector, &[size, zero]).unwrap();
    let fill = |value, place| {
        let arguments = [vector, value, Value::count(place), Value::count(place + 1)];
        call(&m, f::vector_fill, &arguments).unwrap();
    };
    let hashes: std::collections::BTreeSet<String> = (0..1000)
        .map(|place| {
            fill(one, place);
            let hash = call(&m, f::equal_hash, &[vector]);
            fill(zero, place);
            show(&m, &hash)
        })
        .collect();
    assert_eq!(hashes.len(), 1000);
}

#[test]
fn equal_values_have_equal_hashes() {
    let m = mutator();
    for text in [
        "(a \"b\" #(1.5 2/3) #u8(1))",
        "100000000000000000000",
        "1e300",
        "\"λ\"",
    ] {
        let text = &format!("{text} {text}");
        let values = data(&m, text);
        let hash = |value| call(&m, f::equal_hash, &[value]).unwrap();
        assert_eq!(hash(values[0]), hash(values[1]), "{text}");
        assert!(hash(values[0]).is_fixnum());
    }
}

#[test]
fn tables_find_what_was_put_there() {
    let m = mutator();
    let table = call(&m, f::make_table, &[]).unwrap();
    let keys: Vec<Value<'_>> = (0..1000)
        .map(|index| {
            if index % 2 == 0 {
                Value::count(index)
            } else {
                m.cons(table, table)
            }
        })
        .collect();
    let get = |key| call(&m, f::table_ref, &[table, key, Value::FALSE]).unwrap();
    for (index, &key) in keys.iter().enumerate() {
        call(&m, f::table_set, &[table, key, Value::count(index)]).unwrap();
    }
    assert!(
        keys.iter()
            .enumerate()
            .all(|(index, &key)| get(key) == Value::count(index))
    );
    for &key in keys.iter().step_by(3) {
        call(&m, f::table_delete, &[table, key]).unwrap();
    }
    for (index, &key) in keys.iter().enumerate() {
        let expected = if index % 3 == 0 {
            Value::FALSE
        } else {
            Value::count(index)
        };
        assert_eq!(get(key), expected);
    }
    assert_eq!(
        call(&m, f::table_count, &[table]).unwrap(),
        Value::count(666)
    );
    let entries = call(&m, f::table_entries, &[table]).unwrap();
    assert_eq!(m.elements(entries).count(), 666);
    for left in (0..666).rev() {
        let entry = call(&m, f::table_entry, &[table]).unwrap();
        let (key, value) = m.pair(entry).expect("there is an entry");
        assert_eq!(get(key), value);
        call(&m, f::table_delete, &[table, key]).unwrap();
        assert_eq!(get(key), Value::FALSE);
        assert_eq!(
            call(&m, f::table_count, &[table]).unwrap(),
            Value::count(left)
        );
    }
    assert_eq!(call(&m, f::table_entry, &[table]).unwrap(), Value::FALSE);
    assert_eq!(
        answer(&m, f::table_count, "x"),
        "<wrong-type: table-count, 1, table, x>"
    );
}

#[test]
fn stale_tables_find_new_places() {
    let m = mutator();
    let table = call(&m, f::make_table, &[]).unwrap();
    for index in 0..100 {
        call(
            &m,
            f::table_set,
            &[table, Value::count(index), Value::count(index)],
        )
        .unwrap();
    }
    m.set_field(Object::of(table).unwrap(), STALE, Value::TRUE);
    for index in 0..100 {
        let found = call(
            &m,
            f::table_ref,
            &[table, Value::count(index), Value::FALSE],
        );
        assert_eq!(found.unwrap(), Value::count(index));
    }
}

#[test]
fn tables_find_keys_that_collections_have_moved() {
    let mut m = mutator();
    let table = call(&m, f::make_table, &[]).unwrap();
    // The register is a root: the table, then its keys.
    m.set_winders(m.cons(table, Value::NULL));
    for round in 0..6 {
        let (table, mut keys) = m.pair(m.winders()).unwrap();
        for index in 0..100 {
            // A fresh pair that knows its own value.
            let number = Value::count(round * 100 + index);
            let key = m.cons(number, Value::NULL);
            call(&m, f::table_set, &[table, key, number]).unwrap();
            keys = m.cons(key, keys);
        }
        m.set_winders(m.cons(table, keys));
        let scope = if round % 2 == 0 {
            Scope::Minor
        } else {
            Scope::Full
        };
        let outcome = m.collect_for(CollectReason::Forced(scope));
        assert_eq!(outcome, Outcome::Done);
        let (table, keys) = m.pair(m.winders()).unwrap();
        assert_eq!(m.elements(keys).count(), (round + 1) * 100);
        for key in m.elements(keys) {
            let found = call(&m, f::table_ref, &[table, key, Value::FALSE]).unwrap();
            assert_eq!(Some(found), m.pair(key).map(|(number, _)| number));
        }
    }
}

#[test]
fn ports_go_on_after_collections() {
    let mut m = mutator();
    let port = call(&m, f::open_output_string, &[]).unwrap();
    m.set_winders(port);
    for round in 0..20 {
        let port = m.winders();
        call(&m, f::write, &[data(&m, "(some \"text\")")[0], port]).unwrap();
        let scope = if round % 2 == 0 {
            Scope::Minor
        } else {
            Scope::Full
        };
        let outcome = m.collect_for(CollectReason::Forced(scope));
        assert_eq!(outcome, Outcome::Done);
    }
    let text = call(&m, f::get_output_string, &[m.winders()]).unwrap();
    let expected = "(some \"text\")".repeat(20);
    assert_eq!(to_text(&m, text, Style::Display), expected);
}
