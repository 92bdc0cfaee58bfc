//! Tests of the printer.

use std::cell::Cell;

use abi::tag::Kind;
use syntax::{Stop, Supervisor};

use super::labels::{Labelled, Labels};
use super::{Style, to_abridged_text, to_text, to_text_supervised};
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

/// Counts questions, and remembers how many bytes were asked for at once.
#[derive(Debug, Default)]
struct Counting {
    checks: Cell<usize>,
    bytes: Cell<usize>,
    bytes_max: Option<usize>,
}

impl Supervisor for Counting {
    fn check(&self) -> Result<(), Stop> {
        self.checks.set(self.checks.get() + 1);
        Ok(())
    }

    fn reserve(&self, bytes: usize) -> Result<(), Stop> {
        self.bytes.set(self.bytes.get().max(bytes));
        match self.bytes_max {
            Some(bytes_max) if bytes > bytes_max => Err(Stop::Full { bytes }),
            _ => Ok(()),
        }
    }
}

#[test]
fn the_search_for_cycles_asks_as_it_goes_whatever_stands_before_a_long_vector() {
    let m = mutator();
    let numbers = (0..100_000).map(|_| Value::ZERO);
    let vector = m.allocate_values(Kind::Vector, 400_000, Value::ZERO);
    let list = m.list(numbers.chain([vector.value()]));
    let counting = Counting::default();
    Labels::find(&m, list, Labelled::Cycles, &counting).unwrap();
    assert!(counting.checks.get() > 100, "{counting:?}");
}

#[test]
fn a_text_is_announced_before_it_grows() {
    const LENGTH: usize = 1_000_000;
    let m = mutator();
    for unit in ["a", "λ", "𝟡", "\u{1}"] {
        let string = m.string(&unit.repeat(LENGTH));
        for style in [Style::Display, Style::Write] {
            let counting = Counting::default();
            let text = to_text_supervised(&m, string, style, &counting).unwrap();
            assert!(counting.bytes.get() >= text.len(), "{unit} {counting:?}");
            let narrow = Counting {
                bytes_max: Some(text.len() / 2),
                ..Counting::default()
            };
            let answer = to_text_supervised(&m, string, style, &narrow);
            assert!(matches!(answer, Err(Stop::Full { .. })), "{unit}");
        }
    }
}

#[test]
fn abridged_texts_are_short_whatever_the_value() {
    const BYTES_MAX: usize = 10_000;
    let m = mutator();
    let shared = (0..60).fold(Value::NULL, |part, _| m.cons(part, part));
    let elements = (0..1_000_000).map(|_| Value::ZERO);
    let vector = m.allocate_values(Kind::Vector, 8_000_000, Value::ZERO);
    let long = m.string(&"λ".repeat(1_000_000));
    for value in [shared, m.list(elements), vector.value(), long] {
        for style in [Style::Display, Style::Write] {
            let text = to_abridged_text(&m, value, style);
            assert!(
                text.len() < BYTES_MAX && text.ends_with('…'),
                "{}",
                text.len()
            );
        }
    }
    for text in ["(a \"b\" #0=(c . #0#))", "\"λ\"", "12345678901234567890"] {
        let value = data(&m, text)[0];
        assert_eq!(
            to_abridged_text(&m, value, Style::Write),
            written(text, Style::Write)
        );
    }
}
