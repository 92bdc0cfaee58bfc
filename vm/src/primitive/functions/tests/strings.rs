//! Strings and symbols.

use super::super as f;
use super::expect;
use crate::print::{Style, to_text};
use crate::testing::{call, data, mutator, show};
use crate::value::Value;

#[test]
fn strings_are_made_and_taken_apart() {
    expect(&[
        (f::make_string, "3 #\\x", "\"xxx\""),
        (f::make_string, "2 #\\λ", "\"λλ\""),
        (f::string, "#\\a #\\λ", "\"aλ\""),
        (f::string, "#\\a 1", "<wrong-type: string, 2, character, 1>"),
        (f::substring, "\"aλb\" 1 3", "\"λb\""),
        (
            f::substring,
            "\"aλb\" 2 4",
            "<out-of-range: substring, 3, 4, 0, 3>",
        ),
        (f::string_append, "\"ab\" \"\" \"λ\"", "\"abλ\""),
        (f::string_append, "", "\"\""),
        (f::string_to_list, "\"aλb\" 1 3", "(#\\λ #\\b)"),
        (f::list_to_string, "(#\\a #\\λ)", "\"aλ\""),
        (
            f::list_to_string,
            "(1)",
            "<wrong-type: list->string, 1, list of characters, (1)>",
        ),
        (f::string_to_utf8, "\"aλ\" 0 2", "#u8(97 206 187)"),
        (f::utf8_to_string, "#u8(97 206 187) 0 3", "\"aλ\""),
        (
            f::utf8_to_string,
            "#u8(206) 0 1",
            "<wrong-type: utf8->string, 1, bytevector of UTF-8 text, #u8(206)>",
        ),
        (f::string_search, "\"abracadabra\" \"abra\" 1", "7"),
        (f::string_search, "\"aaab\" \"aab\" 0", "1"),
        (f::string_search, "\"abc\" \"d\" 0", "#f"),
        (f::string_search, "\"abc\" \"\" 2", "2"),
        (f::string_to_symbol, "\"hello world\"", "|hello world|"),
        (f::symbol_to_string, "|a b|", "\"a b\""),
    ]);
}

#[test]
fn comparison_and_case_follow_unicode() {
    expect(&[
        (f::string_equal, "\"aλ\" \"aλ\"", "#t"),
        (f::string_equal, "\"a\" \"b\"", "#f"),
        (f::string_less, "\"ab\" \"abc\"", "#t"),
        (f::string_less, "\"b\" \"abc\"", "#f"),
        (f::string_ci_equal, "\"Straße\" \"STRASSE\"", "#t"),
        (f::string_ci_equal, "\"ΧΑΟΣ\" \"χαος\"", "#t"),
        (f::string_ci_less, "\"A\" \"b\"", "#t"),
        (f::string_upcase, "\"Straße\"", "\"STRASSE\""),
        (f::string_downcase, "\"ΧΑΟΣ ΧΑΟΣΑ\"", "\"χαος χαοσα\""),
        (f::string_foldcase, "\"ΧΑΟΣ\"", "\"χαοσ\""),
    ]);
}

#[test]
fn strings_widen_when_they_must() {
    let m = mutator();
    let string = call(
        &m,
        f::make_string,
        &[Value::count(3), Value::character('a')],
    )
    .unwrap();
    let hash = call(&m, f::string_hash, &[string]).unwrap();
    assert_eq!(
        hash,
        call(&m, f::string_hash, &[data(&m, "\"aaa\"")[0]]).unwrap()
    );
    call(
        &m,
        f::string_set,
        &[string, Value::count(1), Value::character('λ')],
    )
    .unwrap();
    assert_eq!(to_text(&m, string, Style::Write), "\"aλa\"");
    assert_ne!(hash, call(&m, f::string_hash, &[string]).unwrap());
    assert_eq!(
        show(
            &m,
            &call(
                &m,
                f::string_set,
                &[string, Value::count(3), Value::character('b')]
            )
        ),
        "<out-of-range: string-set!, 2, 3, 0, 2>"
    );
    let ends = [Value::count(1), Value::count(3)];
    call(
        &m,
        f::string_fill,
        &[string, Value::character('é'), ends[0], ends[1]],
    )
    .unwrap();
    assert_eq!(to_text(&m, string, Style::Write), "\"aéé\"");
}

#[test]
fn overlapping_copies_read_before_they_write() {
    let m = mutator();
    for (arguments, expected) in [("1 0 3", "11235"), ("0 1 4", "23445"), ("2 2 5", "12345")] {
        let string = data(&m, "\"12345\"")[0];
        let range = data(&m, arguments);
        let all = [string, range[0], string, range[1], range[2]];
        call(&m, f::string_copy_to, &all).unwrap();
        assert_eq!(to_text(&m, string, Style::Display), expected);
    }
    let narrow = data(&m, "\"abc\"")[0];
    let wide = data(&m, "\"xλy\"")[0];
    let range = [Value::count(0), Value::count(2)];
    call(
        &m,
        f::string_copy_to,
        &[narrow, Value::count(1), wide, range[0], range[1]],
    )
    .unwrap();
    assert_eq!(to_text(&m, narrow, Style::Display), "axλ");
}

#[test]
fn literals_are_not_changed() {
    let m = mutator();
    let name = call(&m, f::symbol_to_string, &[m.intern("name")]).unwrap();
    let change = call(
        &m,
        f::string_set,
        &[name, Value::count(0), Value::character('b')],
    );
    assert_eq!(show(&m, &change), "<immutable: string-set!, \"name\">");
}

#[test]
fn generated_symbols_are_like_no_other() {
    let m = mutator();
    let generated = call(&m, f::generate_symbol, &[data(&m, "\"g\"")[0]]).unwrap();
    assert_ne!(generated, m.intern("g"));
    assert_eq!(to_text(&m, generated, Style::Write), "g");
}
