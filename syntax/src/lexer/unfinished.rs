//! What the end of a text cuts off, and what would end it.

use crate::string_escape::escaped_character;

/// A shorter token is lexed again.
const BYTES_MIN: usize = 8;

/// A token or a comment that the end of the text cuts off.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unfinished {
    pub(super) sort: Sort,
    /// Up to where it was searched for its end.
    pub(super) position: usize,
}

/// What ends it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sort {
    /// The end of the line.
    Line,
    /// As many `|#` as block comments are open.
    BlockComment { depth: usize },
    /// The quotation mark that began it, or a wrong escape.
    Quoted { quote: u8, escape: Escape },
    /// `=` or `#`, or what ends an atom.
    Label,
    /// A delimiter.
    Atom,
}

/// How far an escape has come between quotation marks.
#[derive(Clone, Copy, Debug)]
pub(super) enum Escape {
    /// There is none.
    None,
    /// The backslash was there.
    Begun,
    /// `\x` and these digits, if any.
    Scalar(Option<u32>),
    /// A backslash and blanks.
    Blanks,
}

impl Unfinished {
    /// What begins at `start` in a text, where something does, and goes on up to its end. A line that names an
    /// interpreter begins there, perhaps.
    pub(super) fn at(text: &str, start: usize, names_interpreter: bool) -> Option<Self> {
        let text = &text[start..];
        if text.len() < BYTES_MIN {
            return None;
        }
        let escape = Escape::None;
        let (sort, opening_bytes) = match *text.as_bytes() {
            [b';', ..] => (Sort::Line, 1),
            [b'#', b'|', ..] => (Sort::BlockComment { depth: 1 }, 2),
            [b'#', b'!', ..] if names_interpreter => (Sort::Line, 2),
            [b'#', b'0'..=b'9', ..] => (Sort::Label, 1),
            [b'#', b'\\', ..] => {
                let character = text[2..].chars().next();
                (Sort::Atom, 2 + character.map_or(0, char::len_utf8))
            }
            [quote @ (b'"' | b'|'), ..] => (Sort::Quoted { quote, escape }, 1),
            [b'#', ..] => (Sort::Atom, 1),
            _ => (Sort::Atom, 0),
        };
        let position = start + opening_bytes;
        Some(Self { sort, position })
    }
}

impl Escape {
    /// What it is after the next character; `None` after the closing quotation mark, and where it is wrong.
    pub(super) fn after(self, next: char) -> Option<Self> {
        match (self, next) {
            (Self::None, '\\') => Some(Self::Begun),
            (Self::Begun, 'x' | 'X') => Some(Self::Scalar(None)),
            (Self::Begun | Self::Blanks, ' ' | '\t') => Some(Self::Blanks),
            (Self::Begun | Self::Blanks, '\n' | '\r') => Some(Self::None),
            (Self::Begun, letter) => escaped_character(letter).map(|_| Self::None),
            (Self::None | Self::Blanks, _) => None,
            (Self::Scalar(code), ';') => code.and_then(char::from_u32).map(|_| Self::None),
            (Self::Scalar(code), digit) => {
                let digit = digit.to_digit(16)?;
                let shifted = code.unwrap_or(0).saturating_mul(16);
                Some(Self::Scalar(Some(shifted.saturating_add(digit))))
            }
        }
    }
}
