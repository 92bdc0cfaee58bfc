//! Characters, strings, and other tokens with quotes and escapes.

use std::borrow::Cow;

use super::Lexer;
use crate::character_class::{fold_case, is_delimiter};
use crate::error::{Result, SyntaxError, SyntaxErrorKind};
use crate::string_escape::{escaped_character, named_character};
use crate::supervisor::{Supervisor, check_at};
use crate::token::Token;

/// A literal that has begun.
#[derive(Clone, Copy)]
struct OpenLiteral {
    start: usize,
    /// Its name.
    inside: &'static str,
    /// What would close it.
    expected: &'static str,
}

impl<'text> Lexer<'text> {
    pub(super) fn character(&mut self, supervisor: &dyn Supervisor) -> Result<Token<'text>> {
        let start = self.position;
        self.position += 2;
        let Some(first) = self.next() else {
            return Err(self.incomplete(start, 2, "a character", "a character after `#\\`"));
        };
        if !is_delimiter(first) {
            self.atom(supervisor)?;
        }
        let name = &self.text[start + 2..self.position];
        if name.len() == first.len_utf8() {
            return Ok(Token::Character(first));
        }
        if matches!(first, 'x' | 'X') && name[1..].bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return self.scalar(start, &name[1..]).map(Token::Character);
        }
        let known = named_character(name).or_else(|| named_character(&fold_case(name)));
        known.map(Token::Character).ok_or_else(|| {
            self.error_from(
                start,
                SyntaxErrorKind::UnknownCharacterName { name: name.into() },
            )
        })
    }

    /// The character whose code is `digits`, for a token or an escape that began at `start`.
    fn scalar(&self, start: usize, digits: &str) -> Result<char> {
        u32::from_str_radix(digits, 16)
            .ok()
            .and_then(char::from_u32)
            .ok_or_else(|| {
                self.error_from(
                    start,
                    SyntaxErrorKind::InvalidScalar {
                        digits: digits.into(),
                    },
                )
            })
    }

    /// The value of what stands between two `quote`s, the first of which is next.
    pub(super) fn quoted(
        &mut self,
        quote: u8,
        inside: &'static str,
        expected: &'static str,
        supervisor: &dyn Supervisor,
    ) -> Result<Cow<'text, str>> {
        let open = OpenLiteral {
            start: self.position,
            inside,
            expected,
        };
        self.position += 1;
        let mut value = Cow::Borrowed("");
        let mut pieces = 0;
        loop {
            pieces += 1;
            self.pass_on(check_at(supervisor, pieces))?;
            let is_special = |byte| byte == quote || matches!(byte, b'\\' | b'\r');
            let Some(length) = self.bytes_before(is_special, supervisor)? else {
                self.position = self.text.len();
                return Err(self.unclosed(open));
            };
            value += &self.rest()[..length];
            self.position += length;
            if self.take(quote) {
                return Ok(value);
            }
            if self.take(b'\r') {
                // R7RS 6.7: any line ending in a string is a newline. Between bars (R7RS 7.1.1) it is itself.
                if quote == b'"' {
                    self.take(b'\n');
                    value += "\n";
                } else {
                    value += "\r";
                }
            } else if let Some(escape) = self.escape(open)? {
                value.to_mut().push(escape);
            }
        }
    }

    /// Reads the escape that stands next; `None` for an escaped line end.
    fn escape(&mut self, open: OpenLiteral) -> Result<Option<char>> {
        let start = self.position;
        self.position += 1;
        let Some(letter) = self.next() else {
            return Err(self.unclosed(open));
        };
        if let Some(character) = escaped_character(letter) {
            return Ok(Some(character));
        }
        if letter == 'x' || letter == 'X' {
            let rest = self.rest();
            let length = rest
                .find(|c: char| !c.is_ascii_hexdigit())
                .unwrap_or(rest.len());
            self.position += length;
            if self.take(b';') {
                return self.scalar(start, &rest[..length]).map(Some);
            }
            if self.peek().is_none() {
                return Err(self.unclosed(open));
            }
        } else if matches!(letter, ' ' | '\t' | '\n' | '\r') {
            self.position -= 1;
            if self.escaped_line_end() {
                return Ok(None);
            }
            if self.peek().is_none() {
                return Err(self.unclosed(open));
            }
        }
        let kind = SyntaxErrorKind::UnknownEscape { character: letter };
        Err(self.error_from(start, kind))
    }

    /// The text ends inside a literal.
    fn unclosed(&mut self, open: OpenLiteral) -> SyntaxError {
        self.incomplete(open.start, 1, open.inside, open.expected)
    }

    /// Takes blanks, one line end, and blanks.
    fn escaped_line_end(&mut self) -> bool {
        self.skip_blanks();
        let returned = self.take(b'\r');
        let fed = self.take(b'\n');
        self.skip_blanks();
        returned || fed
    }

    fn skip_blanks(&mut self) {
        while self.take(b' ') || self.take(b'\t') {}
    }
}
