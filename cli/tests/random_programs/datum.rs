//! Scheme text as a tree, which is generated, evaluated, reduced and printed.

use std::fmt;
use std::rc::Rc;

/// A datum. A symbol's mark is zero where a program's text has the symbol, and otherwise names the
/// expansion of a macro that brought the symbol in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Datum {
    Symbol(Rc<str>, u32),
    /// A number, boolean, character or string, as written.
    Literal(Rc<str>),
    List(Vec<Datum>),
    /// `(a b . c)`: at least one element, and the tail.
    Dotted(Vec<Datum>, Box<Datum>),
    Vector(Vec<Datum>),
}

impl Datum {
    pub(crate) fn symbol(name: &str) -> Self {
        Self::Symbol(name.into(), 0)
    }

    pub(crate) fn is_symbol(&self, wanted: &str) -> bool {
        matches!(self, Self::Symbol(name, _) if &**name == wanted)
    }

    pub(crate) fn children(&self) -> &[Self] {
        match self {
            Self::List(items) | Self::Vector(items) | Self::Dotted(items, _) => items,
            _ => &[],
        }
    }

    /// The parts of the list that this is, if it starts with the symbol `name`.
    pub(crate) fn form(&self, name: &str) -> Option<&[Self]> {
        match self {
            Self::List(items) if items.first().is_some_and(|head| head.is_symbol(name)) => {
                Some(&items[1..])
            }
            _ => None,
        }
    }
}

impl fmt::Display for Datum {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let items = |out: &mut fmt::Formatter<'_>, items: &[Self]| {
            for (index, item) in items.iter().enumerate() {
                let space = if index == 0 { "" } else { " " };
                write!(out, "{space}{item}")?;
            }
            Ok(())
        };
        match self {
            Self::Symbol(text, _) | Self::Literal(text) => out.write_str(text),
            Self::List(list) => {
                out.write_str("(")?;
                items(out, list)?;
                out.write_str(")")
            }
            Self::Dotted(list, tail) => {
                out.write_str("(")?;
                items(out, list)?;
                write!(out, " . {tail})")
            }
            Self::Vector(list) => {
                out.write_str("#(")?;
                items(out, list)?;
                out.write_str(")")
            }
        }
    }
}

/// The data of a text that a generator made.
pub(crate) fn parse(text: &str) -> Vec<Datum> {
    let mut rest = text;
    let mut data = Vec::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return data;
        }
        data.push(datum(&mut rest, text));
    }
}

fn datum(rest: &mut &str, whole: &str) -> Datum {
    *rest = rest.trim_start();
    for (prefix, name) in [
        ("'", "quote"),
        ("`", "quasiquote"),
        (",@", "unquote-splicing"),
        (",", "unquote"),
    ] {
        if let Some(after) = rest.strip_prefix(prefix) {
            *rest = after;
            return Datum::List(vec![Datum::symbol(name), datum(rest, whole)]);
        }
    }
    if let Some(after) = rest.strip_prefix("#(") {
        *rest = after;
        let Datum::List(items) = list(rest, whole) else {
            panic!("a vector has no tail: {whole}");
        };
        return Datum::Vector(items);
    }
    if let Some(after) = rest.strip_prefix('(') {
        *rest = after;
        return list(rest, whole);
    }
    atom(rest, whole)
}

fn list(rest: &mut &str, whole: &str) -> Datum {
    let mut items = Vec::new();
    loop {
        *rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix(')') {
            *rest = after;
            return Datum::List(items);
        }
        if let Some(after) = rest.strip_prefix(". ") {
            *rest = after;
            let tail = datum(rest, whole);
            *rest = rest.trim_start().strip_prefix(')').expect("one tail");
            return Datum::Dotted(items, Box::new(tail));
        }
        assert!(!rest.is_empty(), "a list is not closed: {whole}");
        items.push(datum(rest, whole));
    }
}

/// How long a string literal is up to its end, in bytes.
fn string_length(content: &str) -> usize {
    let mut is_escaped = false;
    let is_end = |(_, character): &(usize, char)| {
        let was_escaped = is_escaped;
        is_escaped = *character == '\\' && !was_escaped;
        *character == '"' && !was_escaped
    };
    let end = content.char_indices().find(is_end);
    end.expect("strings end").0
}

fn atom(rest: &mut &str, whole: &str) -> Datum {
    let end = if let Some(content) = rest.strip_prefix('"') {
        string_length(content) + 2
    } else {
        let named = rest
            .strip_prefix("#\\")
            .and_then(|name| name.chars().next());
        let skipped = named.map_or(0, |first| 2 + first.len_utf8());
        let is_end = |c: char| c.is_whitespace() || "()\"'`,".contains(c);
        rest[skipped..]
            .find(is_end)
            .map_or(rest.len(), |index| index + skipped)
    };
    let (text, after) = rest.split_at(end);
    assert!(!text.is_empty(), "no datum at {rest:?} in {whole}");
    *rest = after;
    let mut characters = text.chars();
    let (first, second) = (characters.next(), characters.next());
    let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let is_literal = match first {
        Some('#' | '"') => true,
        Some('+' | '-') => is_digit(second) || text.ends_with("nan.0") || text.ends_with("inf.0"),
        _ => is_digit(first),
    };
    if is_literal {
        Datum::Literal(text.into())
    } else {
        Datum::symbol(text)
    }
}
