//! Escapes in strings and symbols, names of characters: writing and reading.

use std::fmt::{Result, Write};

use crate::character_class::{KEYWORD_PREFIX, is_symbol_character};
use crate::number::{NumberError, parse};

/// R7RS 6.6: characters with names.
const NAMED_CHARACTERS: [(char, &str); 9] = [
    ('\u{7}', "alarm"),
    ('\u{8}', "backspace"),
    ('\u{7f}', "delete"),
    ('\u{1b}', "escape"),
    ('\n', "newline"),
    ('\0', "null"),
    ('\r', "return"),
    (' ', "space"),
    ('\t', "tab"),
];

/// Names of R6RS 4.2.6, and of Chez Scheme and Guile.
const OTHER_NAMES: [(char, &str); 9] = [
    ('\u{1b}', "altmode"),
    ('\u{1b}', "esc"),
    ('\n', "linefeed"),
    ('\n', "nl"),
    ('\0', "nul"),
    ('\u{c}', "page"),
    ('\u{7f}', "rubout"),
    ('\u{b}', "vt"),
    ('\u{b}', "vtab"),
];

/// The name of `character` if it has one in R7RS 6.6, such as `space`.
pub fn character_name(character: char) -> Option<&'static str> {
    NAMED_CHARACTERS
        .iter()
        .find(|entry| entry.0 == character)
        .map(|entry| entry.1)
}

/// The character that `name` (what follows `#\`, of two or more characters) means.
pub(crate) fn named_character(name: &str) -> Option<char> {
    let mut entries = NAMED_CHARACTERS.iter().chain(&OTHER_NAMES);
    entries.find(|entry| entry.1 == name).map(|entry| entry.0)
}

/// The character that a backslash and `letter` mean in a string or between bars.
pub(crate) fn escaped_character(letter: char) -> Option<char> {
    match letter {
        'a' => Some('\u{7}'),
        'b' => Some('\u{8}'),
        't' => Some('\t'),
        'n' => Some('\n'),
        'r' => Some('\r'),
        '"' | '\\' | '|' => Some(letter),
        _ => None,
    }
}

/// Writes `character` as `write` does: `#\a`, `#\space`, `#\x7f`.
///
/// # Errors
///
/// Those of `out`.
pub fn write_character(character: char, out: &mut impl Write) -> Result {
    match character_name(character) {
        Some(name) => write!(out, "#\\{name}"),
        None if needs_code(character) => write!(out, "#\\x{:x}", u32::from(character)),
        None => write!(out, "#\\{character}"),
    }
}

/// Writes `text` as a string literal with quotes and escapes.
///
/// # Errors
///
/// Those of `out`.
pub fn write_string(text: &str, out: &mut impl Write) -> Result {
    write_string_of(text.chars(), out)
}

/// As [`write_string`], for a text of these characters.
///
/// # Errors
///
/// Those of `out`.
pub fn write_string_of(mut characters: impl Iterator<Item = char>, out: &mut impl Write) -> Result {
    write_between(&mut characters, '"', out)
}

/// Writes the symbol `name`, between bars where it would be read as something else.
///
/// # Errors
///
/// Those of `out`.
pub fn write_symbol(name: &str, out: &mut impl Write) -> Result {
    if reads_as_symbol(name) {
        out.write_str(name)
    } else {
        write_between(&mut name.chars(), '|', out)
    }
}

fn reads_as_symbol(name: &str) -> bool {
    /// Of a longer name that starts like a number, nobody asks whether it is one.
    const NUMBER_BYTES_MAX: usize = 1 << 12;
    let begins_well = match name.as_bytes().first() {
        Some(b'#') => name.starts_with(KEYWORD_PREFIX) && name.len() > KEYWORD_PREFIX.len(),
        None => false,
        Some(b'0'..=b'9' | b'+' | b'-' | b'.') => {
            name != "."
                && name.len() <= NUMBER_BYTES_MAX
                && !begins_like_infinity(name)
                && parse::parse(name, 10) == Err(NumberError::NotANumber)
        }
        Some(_) => true,
    };
    begins_well && name.chars().all(is_symbol_character)
}

/// `+nan.0abc` is an identifier (R7RS 7.1.1), but readers are known that take the first six letters for
/// a number.
fn begins_like_infinity(name: &str) -> bool {
    let word = name.as_bytes().get(1..6).unwrap_or_default();
    word.eq_ignore_ascii_case(b"inf.0") || word.eq_ignore_ascii_case(b"nan.0")
}

fn write_between(
    characters: &mut impl Iterator<Item = char>,
    quote: char,
    out: &mut impl Write,
) -> Result {
    out.write_char(quote)?;
    for character in characters {
        match character {
            '\n' => out.write_str("\\n")?,
            '\t' => out.write_str("\\t")?,
            '\r' => out.write_str("\\r")?,
            '\u{7}' => out.write_str("\\a")?,
            '\u{8}' => out.write_str("\\b")?,
            '\\' => out.write_str("\\\\")?,
            _ if character == quote => write!(out, "\\{quote}")?,
            _ if needs_code(character) => write!(out, "\\x{:x};", u32::from(character))?,
            _ => out.write_char(character)?,
        }
    }
    out.write_char(quote)
}

/// Whether nobody could see which character this is.
fn needs_code(character: char) -> bool {
    character.is_control()
        || character.is_whitespace() && character != ' '
        || matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symbol(name: &str) -> String {
        let mut out = String::new();
        write_symbol(name, &mut out).unwrap();
        out
    }

    #[test]
    fn symbols_get_bars_only_when_they_need_them() {
        for plain in [
            "a",
            "list->vector",
            "+",
            "-",
            "...",
            "->x",
            "1+",
            "-1+",
            "+a",
            "λ",
            "Hello",
        ] {
            assert_eq!(symbol(plain), plain);
        }
        assert_eq!(symbol(""), "||");
        assert_eq!(symbol("."), "|.|");
        assert_eq!(symbol("a b"), "|a b|");
        assert_eq!(symbol("1"), "|1|");
        assert_eq!(symbol("+i"), "|+i|");
        assert_eq!(symbol("1/0"), "|1/0|");
        assert_eq!(symbol("+NaN.0abc"), "|+NaN.0abc|");
        assert_eq!(symbol("#f"), "|#f|");
        assert_eq!(symbol("a|b\\\n"), "|a\\|b\\\\\\n|");
        assert_eq!(symbol("a\u{1}"), "|a\\x1;|");
    }

    #[test]
    fn strings_are_escaped() {
        let mut out = String::new();
        write_string("a\"b\\c|\n\t\u{7f}λ", &mut out).unwrap();
        assert_eq!(out, "\"a\\\"b\\\\c|\\n\\t\\x7f;λ\"");
    }

    #[test]
    fn characters_have_names_or_codes() {
        let write = |character| {
            let mut out = String::new();
            write_character(character, &mut out).unwrap();
            out
        };
        assert_eq!(write('a'), "#\\a");
        assert_eq!(write(' '), "#\\space");
        assert_eq!(write('\0'), "#\\null");
        assert_eq!(write('\u{1}'), "#\\x1");
        assert_eq!(write('('), "#\\(");
    }
}
