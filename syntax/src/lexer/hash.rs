//! Tokens and directives that begin with `#`.

use std::borrow::Cow;

use super::Lexer;
use crate::character_class::{KEYWORD_PREFIX, fold_case};
use crate::error::{Result, SyntaxErrorKind};
use crate::number::parse;
use crate::supervisor::Supervisor;
use crate::token::{Abbreviation, Constant, Token};

impl<'text> Lexer<'text> {
    /// Whether a directive was there; a constant stays.
    pub(super) fn directive(&mut self, supervisor: &dyn Supervisor) -> Result<bool> {
        let start = self.position;
        let (text, _) = self.atom(supervisor)?;
        // A slash that follows would make it the name of an interpreter.
        self.reached_end |= self.text == "#! ";
        let lower = text.to_ascii_lowercase();
        match lower.as_str() {
            "#!fold-case" => self.modes.fold_case = true,
            "#!no-fold-case" => self.modes.fold_case = false,
            "#!keyword-suffix" | "#!srfi-88" => self.modes.keyword_suffix = true,
            "#!no-keyword-suffix" => self.modes.keyword_suffix = false,
            // They say which report the text follows.
            "#!r6rs" | "#!r7rs" | "#!chezscheme" => {}
            _ if constant(&lower).is_some() => {
                self.position = start;
                return Ok(false);
            }
            _ => {
                let kind = SyntaxErrorKind::UnknownDirective { text: text.into() };
                return Err(self.error_from(start, kind));
            }
        }
        Ok(true)
    }

    pub(super) fn hash(&mut self, supervisor: &dyn Supervisor) -> Result<Token<'text>> {
        let start = self.position;
        let (length, token) = match self.text.as_bytes()[start + 1..] {
            [b'(', ..] => (2, Token::OpenVector),
            [b';', ..] => (2, Token::DatumComment),
            [b'u' | b'U', b'8', b'(', ..] => (4, Token::OpenBytevector),
            [b'\\', ..] => return self.character(supervisor),
            [b'0'..=b'9', ..] => return self.label(supervisor),
            [b'\'', ..] => (2, Token::Abbreviation(Abbreviation::Syntax)),
            [b'`', ..] => (2, Token::Abbreviation(Abbreviation::Quasisyntax)),
            [b',', b'@', ..] => (3, Token::Abbreviation(Abbreviation::UnsyntaxSplicing)),
            [b',', ref rest @ ..] => {
                self.reached_end |= rest.is_empty();
                (2, Token::Abbreviation(Abbreviation::Unsyntax))
            }
            [b':', ..] => return self.keyword(supervisor),
            [_, ..] => return self.hash_atom(supervisor),
            [] => {
                self.position += 1;
                let expected = "the rest of it";
                return Err(self.incomplete(start, 1, "a token that starts with `#`", expected));
            }
        };
        self.position += length;
        Ok(token)
    }

    /// `#:name`: a symbol that begins so, and that stands for itself. The name may stand between bars.
    fn keyword(&mut self, supervisor: &dyn Supervisor) -> Result<Token<'text>> {
        let start = self.position;
        self.position += 2;
        if self.byte() == Some(b'|') {
            let name = self.quoted(b'|', "a keyword", "`|`", supervisor)?;
            return Ok(Token::Symbol(Cow::Owned(format!("{KEYWORD_PREFIX}{name}"))));
        }
        let (name, _) = self.atom(supervisor)?;
        self.check_symbol(start + 2, name, supervisor)?;
        let text = &self.text[start..self.position];
        if name.is_empty() {
            return Err(self.error_from(start, SyntaxErrorKind::UnknownHash { text: text.into() }));
        }
        Ok(Token::Symbol(if self.modes.fold_case {
            Cow::Owned(fold_case(text))
        } else {
            Cow::Borrowed(text)
        }))
    }

    /// `#t` and its like, and numbers with prefixes.
    fn hash_atom(&mut self, supervisor: &dyn Supervisor) -> Result<Token<'text>> {
        let start = self.position;
        self.position += 1;
        self.atom(supervisor)?;
        let text = &self.text[start..self.position];
        match text.to_ascii_lowercase().as_str() {
            "#t" | "#true" => return Ok(Token::Boolean(true)),
            "#f" | "#false" => return Ok(Token::Boolean(false)),
            lower => {
                if let Some(constant) = constant(lower) {
                    return Ok(Token::Constant(constant));
                }
            }
        }
        let second = text.as_bytes().get(1).map_or(0, u8::to_ascii_lowercase);
        if b"eibodx".contains(&second) {
            return match parse::parse_supervised(text, 10, supervisor) {
                Ok(number) => Ok(Token::Number(number)),
                Err(reason) => Err(self.invalid_number(start, text, reason)),
            };
        }
        Err(self.error_from(start, SyntaxErrorKind::UnknownHash { text: text.into() }))
    }

    /// `#0=` or `#0#`.
    fn label(&mut self, supervisor: &dyn Supervisor) -> Result<Token<'text>> {
        let start = self.position;
        self.position += 1;
        let length = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        let digits = &self.rest()[..length];
        self.position += length;
        let label: Option<u64> = digits.parse().ok();
        let is_definition = self.byte() == Some(b'=');
        if !is_definition && self.byte() != Some(b'#') {
            self.atom(supervisor)?;
            let text = self.text[start..self.position].into();
            return Err(self.error_from(start, SyntaxErrorKind::UnknownHash { text }));
        }
        self.position += 1;
        match label {
            Some(label) if is_definition => Ok(Token::LabelDefinition(label)),
            Some(label) => Ok(Token::LabelReference(label)),
            None => {
                let text = self.text[start..self.position].into();
                Err(self.error_from(start, SyntaxErrorKind::LabelTooLarge { text }))
            }
        }
    }
}

/// The constant with this text.
pub(super) fn constant(text: &str) -> Option<Constant> {
    if text == "#!unspecified" || text == "#!void" {
        return Some(Constant::Unspecific);
    }
    let mut all = Constant::ALL.into_iter();
    all.find(|constant| constant.text() == text)
}
