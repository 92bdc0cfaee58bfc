//! What the end of a text cuts off: when more text has come, only that is searched for the end of the token.
//!
//! A text that comes in pieces, however small, is so looked at a fixed number of times. The search decides nothing: it
//! answers whether the lexer may find more at the token's beginning than before, a mistake too.

use super::Lexer;
use crate::character_class::is_delimiter;
use crate::error::Result;
use crate::string_escape::escaped_character;
use crate::supervisor::{Supervisor, check_at};

/// A shorter token is lexed again.
const BYTES_MIN: usize = 8;

/// A token or a comment that the end of the text cuts off.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unfinished {
    sort: Sort,
    /// Up to where it was searched for its end.
    position: usize,
}

/// What ends it.
#[derive(Clone, Copy, Debug)]
enum Sort {
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
enum Escape {
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
    /// What begins at `start`, where something does, and goes on up to the end of the text.
    fn at(lexer: &Lexer<'_>, start: usize) -> Option<Self> {
        let text = &lexer.text[start..];
        if text.len() < BYTES_MIN {
            return None;
        }
        let escape = Escape::None;
        let (sort, opening_bytes) = match *text.as_bytes() {
            [b';', ..] => (Sort::Line, 1),
            [b'#', b'|', ..] => (Sort::BlockComment { depth: 1 }, 2),
            [b'#', b'!', ..] if start == 0 && lexer.starts_with_interpreter() => (Sort::Line, 2),
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

impl Lexer<'_> {
    /// The end of the text may have cut off the last token: goes back to where it begins.
    pub(crate) fn go_back(&mut self) {
        self.go_to(self.start);
        self.unfinished = Unfinished::at(self, self.position);
    }

    /// Whether the text may decide what the last token is, if it was cut off before.
    ///
    /// # Errors
    ///
    /// What the supervisor says.
    pub(crate) fn may_decide(&mut self, supervisor: &dyn Supervisor) -> Result<bool> {
        let Some(mut unfinished) = self.unfinished.take() else {
            return Ok(true);
        };
        let start = self.mark();
        self.position = unfinished.position;
        let found = self.search(&mut unfinished.sort, supervisor);
        unfinished.position = self.position;
        self.go_to(start);
        let found = found?;
        if !found {
            self.unfinished = Some(unfinished);
        }
        Ok(found)
    }

    /// The text that a token was cut off by is the last one.
    pub(crate) fn forget_unfinished(&mut self) {
        self.unfinished = None;
    }

    /// Goes to the end of what is unfinished, or of the text; whether it is the former.
    fn search(&mut self, sort: &mut Sort, supervisor: &dyn Supervisor) -> Result<bool> {
        match sort {
            Sort::Line => self.find_line_end(supervisor),
            Sort::BlockComment { depth } => self.find_block_end(depth, supervisor),
            Sort::Quoted { quote, escape } => self.find_quote(*quote, escape, supervisor),
            Sort::Label => {
                let digits = self.rest().bytes().take_while(u8::is_ascii_digit);
                self.position += digits.count();
                match self.byte() {
                    None => return Ok(false),
                    Some(b'=' | b'#') => return Ok(true),
                    Some(_) => *sort = Sort::Atom,
                }
                self.find_delimiter(supervisor)
            }
            Sort::Atom => self.find_delimiter(supervisor),
        }
    }

    fn find_delimiter(&mut self, supervisor: &dyn Supervisor) -> Result<bool> {
        self.atom(supervisor)?;
        Ok(self.peek().is_some_and(is_delimiter))
    }

    fn find_quote(
        &mut self,
        quote: u8,
        escape: &mut Escape,
        supervisor: &dyn Supervisor,
    ) -> Result<bool> {
        let mut steps = 0;
        loop {
            steps += 1;
            self.pass_on(check_at(supervisor, steps))?;
            if let Escape::None = escape {
                let is_special = |byte| byte == quote || byte == b'\\';
                let Some(length) = self.bytes_before(is_special, supervisor)? else {
                    self.position = self.text.len();
                    return Ok(false);
                };
                self.position += length;
            }
            let Some(next) = self.next() else {
                return Ok(false);
            };
            match escape.after(next) {
                Some(after) => *escape = after,
                None => return Ok(true),
            }
        }
    }
}

impl Escape {
    /// What it is after the next character; `None` after the closing quotation mark, and where it is wrong.
    fn after(self, next: char) -> Option<Self> {
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
