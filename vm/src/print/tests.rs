//! Tests of the printer.

use super::{Style, to_text};
use crate::testing::{data, mutator};
use crate::value::Value;

fn written(text: &str, style: Style) -> String {
    let m = mutator();
    to_text(&m, data(&m, text)[0], style)
}

#[test]
fn what_is_written_is_what_was_read() {
    for text in [
        "()",
        "#t",
        "#f",
        "(a b . c)",
        "(1 (2 #(3 \"four\" #\\5) #u8(6 7)) . 8)",
        "|with space|",
        "||",
        "\"a\\n\\\"b\\\\\"",
        "#\\space",
        "'(a `(b ,c ,@d))",
        "(quote a b)",
        "(1.5 -0.0 +inf.0 1/2 12345678901234567890 1+2i)",
        "#0=(a . #0#)",
        "#0=#(1 #0# #1=(b #1#))",
        "(#0=(a . #0#) . #1=(b . #1#))",
        "#0=(quote #0#)",
    ] {
        let expected = text.replace("#0=(quote #0#)", "#0='#0#");
        assert_eq!(written(text, Style::Write), expected);
    }
}

#[test]
fn unquoted_symbols_that_begin_with_at_are_not_abbreviated() {
    for (text, expected) in [
        ("(unquote @a)", "(unquote @a)"),
        ("(unquote @)", "(unquote @)"),
        ("(unquote |@ a|)", "(unquote |@ a|)"),
        ("(unquote a@)", ",a@"),
        ("(unquote (@a))", ",(@a)"),
        ("(unquote-splicing @a)", ",@@a"),
        ("(quote @a)", "'@a"),
    ] {
        assert_eq!(written(text, Style::Write), expected);
        assert_eq!(written(expected, Style::Write), expected);
    }
}

#[test]
fn sharing_shows_where_it_is_asked_for() {
    let text = "(#0=(a) #0# \"s\")";
    assert_eq!(written(text, Style::Write), "((a) (a) \"s\")");
    assert_eq!(written(text, Style::WriteShared), text);
    assert_eq!(written(text, Style::Display), "((a) (a) s)");
    assert_eq!(
        written("#0=(x #\\y . #0#)", Style::Display),
        "#0=(x y . #0#)"
    );
}

#[test]
fn cycles_of_long_lists_are_found() {
    let numbers = "1 (2 3) ".repeat(5000);
    for text in [
        format!("({})", numbers.trim_end()),
        format!("({numbers}. x)"),
        format!("#0=({numbers}. #0#)"),
        format!("({numbers}#0=(a . #0#) b)"),
        format!("({numbers}b . #0=(a . #0#))"),
        format!("#0=({numbers}#0#)"),
        format!("({numbers}. #0=#(a #0#))"),
    ] {
        assert_eq!(written(&text, Style::Write), text);
    }
}

#[test]
fn deep_and_widely_shared_structures_are_written() {
    let m = mutator();
    let deep = (0..200_000).fold(Value::NULL, |inside, _| m.cons(inside, Value::NULL));
    assert_eq!(to_text(&m, deep, Style::Write).len(), 2 * 200_000 + 2);
    let shared = (0..100).fold(Value::NULL, |inside, _| m.cons(inside, inside));
    assert!(to_text(&m, shared, Style::WriteShared).len() < 5000);
}
