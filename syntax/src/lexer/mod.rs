//! Text to tokens (R7RS 7.1.1).

mod hash;
mod literal;
mod search;
mod unfinished;

use std::borrow::Cow;

use unfinished::Unfinished;

use crate::character_class::{
    BEYOND_ASCII, DELIMITER, KEYWORD_PREFIX, STRANGE, UPPER_CASE, WHITESPACE, class_of, fold_case,
    is_delimiter, is_symbol_character, is_whitespace,
};
use crate::error::{Result, SyntaxError, SyntaxErrorKind};
use crate::number::{NumberError, parse};
use crate::span::Span;
use crate::supervisor::{PIECE_BYTES, Stop, Supervisor, Unsupervised, check_at};
use crate::token::{Abbreviation, Bracket, Token};

/// Cuts a text into tokens. The text is at most 4 GiB long.
#[derive(Clone, Debug)]
pub struct Lexer<'text> {
    text: &'text str,
    position: usize,
    modes: Modes,
    reached_end: bool,
    /// Where the last token or comment begins.
    start: Mark,
    unfinished: Option<Unfinished>,
}

/// What directives have said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Modes {
    fold_case: bool,
    /// Whether `name:` is the keyword `#:name`.
    keyword_suffix: bool,
}

/// A lexer without its text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PausedLexer {
    mark: Mark,
    unfinished: Option<Unfinished>,
}

/// A place where a [`Lexer`] stood.
#[derive(Clone, Copy, Debug, Default)]
struct Mark {
    position: usize,
    modes: Modes,
}

impl<'text> Lexer<'text> {
    /// A lexer at the start of `text`.
    ///
    /// # Errors
    ///
    /// [`SyntaxErrorKind::TooLarge`].
    pub fn new(text: &'text str) -> Result<Self> {
        if u32::try_from(text.len()).is_err() {
            let kind = SyntaxErrorKind::TooLarge { bytes: text.len() };
            return Err(SyntaxError::new(Span::default(), kind));
        }
        Ok(Self {
            text,
            position: 0,
            modes: Modes::default(),
            reached_end: false,
            start: Mark::default(),
            unfinished: None,
        })
    }

    /// Whether symbols and character names are folded to lower case from here on.
    pub fn folds_case(&self) -> bool {
        self.modes.fold_case
    }

    /// Says whether symbols and character names are folded to lower case from here on.
    pub fn set_fold_case(&mut self, fold_case: bool) {
        self.modes.fold_case = fold_case;
    }

    /// Offset in bytes of what was not read yet.
    pub fn offset(&self) -> u32 {
        offset(self.position)
    }

    /// Whether the end of the text decided what a token since the last call is: with more text
    /// it might be another.
    #[inline]
    pub fn take_reached_end(&mut self) -> bool {
        std::mem::take(&mut self.reached_end)
    }

    /// What is to be kept until there is more text.
    pub(crate) fn pause(&self) -> PausedLexer {
        PausedLexer {
            mark: self.mark(),
            unfinished: self.unfinished,
        }
    }

    /// Goes to where a lexer stood on this text, or on one that this text begins with.
    pub(crate) fn resume(&mut self, paused: PausedLexer) {
        self.go_to(paused.mark);
        self.unfinished = paused.unfinished;
    }

    /// Where the lexer stands, to come back to.
    #[inline]
    fn mark(&self) -> Mark {
        Mark {
            position: self.position,
            modes: self.modes,
        }
    }

    fn go_to(&mut self, mark: Mark) {
        self.position = mark.position;
        self.modes = mark.modes;
        self.reached_end = false;
    }

    /// The next token and where it stands; [`Token::End`] for ever at the end.
    ///
    /// # Errors
    ///
    /// What is wrong with the token. The lexer then stands after it.
    pub fn next_token(&mut self) -> Result<(Token<'text>, Span)> {
        self.next_supervised_token(&Unsupervised)
    }

    /// As [`Self::next_token`], where a token may be long.
    pub(crate) fn next_supervised_token(
        &mut self,
        supervisor: &dyn Supervisor,
    ) -> Result<(Token<'text>, Span)> {
        self.skip_atmosphere(supervisor)?;
        let start = self.position;
        let Some(byte) = self.byte() else {
            return Ok((Token::End, self.span_from(start)));
        };
        // The usual tokens are made where the caller wants them: moving them costs more.
        let token = match byte {
            b'(' => return Ok(self.single(Token::OpenList(Bracket::Round))),
            b')' => return Ok(self.single(Token::Close(Bracket::Round))),
            b'[' => return Ok(self.single(Token::OpenList(Bracket::Square))),
            b']' => return Ok(self.single(Token::Close(Bracket::Square))),
            b'\'' => return Ok(self.single(Token::Abbreviation(Abbreviation::Quote))),
            b'`' => return Ok(self.single(Token::Abbreviation(Abbreviation::Quasiquote))),
            b',' => self.unquote(),
            b'"' => Token::String(self.quoted(b'"', "a string", "`\"`", supervisor)?),
            b'|' => self.barred_symbol(supervisor)?,
            b'#' => self.hash(supervisor)?,
            _ if class_of(byte) & (DELIMITER | STRANGE | BEYOND_ASCII) == 0 => {
                return self.symbol_or_number(supervisor);
            }
            _ => return self.unusual(supervisor),
        };
        Ok((token, self.span_from(start)))
    }

    /// A token that begins beyond ASCII, or with what no token begins with.
    fn unusual(&mut self, supervisor: &dyn Supervisor) -> Result<(Token<'text>, Span)> {
        let start = self.position;
        match self.next() {
            Some(character) if !is_symbol_character(character) => {
                let kind = SyntaxErrorKind::UnexpectedCharacter { character };
                Err(self.error_from(start, kind))
            }
            _ => {
                self.position = start;
                self.symbol_or_number(supervisor)
            }
        }
    }

    fn rest(&self) -> &'text str {
        &self.text[self.position..]
    }

    /// The next byte; at the end notes that the end was seen.
    #[inline]
    fn byte(&mut self) -> Option<u8> {
        let next = self.text.as_bytes().get(self.position).copied();
        self.reached_end |= next.is_none();
        next
    }

    /// The next character; at the end notes that the end was seen.
    fn peek(&mut self) -> Option<char> {
        let next = self.rest().chars().next();
        self.reached_end |= next.is_none();
        next
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek();
        self.position += next.map_or(0, char::len_utf8);
        next
    }

    fn take(&mut self, expected: u8) -> bool {
        debug_assert!(expected.is_ascii(), "one byte is one character");
        let found = self.byte() == Some(expected);
        self.position += usize::from(found);
        found
    }

    /// How many bytes there are before the next one that is `wanted`; `None` if there is none.
    #[inline]
    fn bytes_before(
        &self,
        wanted: impl Fn(u8) -> bool,
        supervisor: &dyn Supervisor,
    ) -> Result<Option<usize>> {
        let rest = &self.text.as_bytes()[self.position..];
        for (index, piece) in rest.chunks(PIECE_BYTES).enumerate() {
            self.pass_on(check_at(supervisor, index * PIECE_BYTES))?;
            if let Some(length) = piece.iter().position(|&byte| wanted(byte)) {
                return Ok(Some(index * PIECE_BYTES + length));
            }
        }
        Ok(None)
    }

    /// What a supervisor said, as an error where the lexer stands.
    #[inline]
    fn pass_on(&self, answer: std::result::Result<(), Stop>) -> Result<()> {
        answer.map_err(|stop| self.error_from(self.position, SyntaxErrorKind::Stopped(stop)))
    }

    #[inline]
    fn single(&mut self, token: Token<'text>) -> (Token<'text>, Span) {
        let start = self.position;
        self.position += 1;
        (token, self.span_from(start))
    }

    #[inline]
    fn span_from(&self, start: usize) -> Span {
        Span::new(offset(start), offset(self.position))
    }

    fn error_from(&self, start: usize, kind: SyntaxErrorKind) -> SyntaxError {
        SyntaxError::new(self.span_from(start), kind)
    }

    /// The text ended in what began at `start` with `opening_bytes`.
    fn incomplete(
        &mut self,
        start: usize,
        opening_bytes: usize,
        inside: &'static str,
        expected: &'static str,
    ) -> SyntaxError {
        self.reached_end = true;
        let span = Span::new(
            offset(start),
            offset((start + opening_bytes).min(self.text.len())),
        );
        SyntaxError::new(span, SyntaxErrorKind::Incomplete { inside, expected })
    }

    /// Skips white space, comments (but `#;`, the parser's) and directives. The token begins behind them, or with a
    /// comment or directive that the end of the text cuts off.
    #[inline]
    fn skip_atmosphere(&mut self, supervisor: &dyn Supervisor) -> Result<()> {
        let mut skipped = 0;
        let mut is_cut = false;
        while !is_cut && let Some(byte) = self.byte() {
            if class_of(byte) & WHITESPACE != 0 {
                self.position += 1;
            } else if byte == b';' {
                self.start = self.mark();
                self.skip_line(supervisor)?;
                is_cut = self.reached_end;
            } else if byte != b'#' && byte.is_ascii()
                || !self.skip_unusual_atmosphere(supervisor)?
            {
                break;
            } else {
                is_cut = self.reached_end;
            }
            skipped += 1;
            self.pass_on(check_at(supervisor, skipped))?;
        }
        if !is_cut {
            self.start = self.mark();
        }
        Ok(())
    }

    /// Skips a comment or directive that starts with `#`, or a space beyond ASCII; whether one was
    /// there.
    fn skip_unusual_atmosphere(&mut self, supervisor: &dyn Supervisor) -> Result<bool> {
        self.start = self.mark();
        match self.peek() {
            Some('#') => match self.text.as_bytes().get(self.position + 1) {
                Some(b'|') => self.skip_block_comment(supervisor)?,
                Some(b'!') if self.position == 0 && self.starts_with_interpreter() => {
                    self.skip_line(supervisor)?;
                }
                Some(b'!') => return self.directive(supervisor),
                _ => return Ok(false),
            },
            Some(character) if is_whitespace(character) => {
                self.position += character.len_utf8();
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The first line of a script names its interpreter.
    fn starts_with_interpreter(&self) -> bool {
        self.text.starts_with("#!/") || self.text.starts_with("#! /")
    }

    fn skip_line(&mut self, supervisor: &dyn Supervisor) -> Result<()> {
        self.reached_end |= !self.find_line_end(supervisor)?;
        Ok(())
    }

    /// Goes to the end of the line or of the text; whether it is the former.
    fn find_line_end(&mut self, supervisor: &dyn Supervisor) -> Result<bool> {
        let length = self.bytes_before(|byte| matches!(byte, b'\n' | b'\r'), supervisor)?;
        self.position = length.map_or(self.text.len(), |length| self.position + length);
        Ok(length.is_some())
    }

    fn skip_block_comment(&mut self, supervisor: &dyn Supervisor) -> Result<()> {
        let start = self.position;
        self.position += 2;
        let mut depth = 1;
        if self.find_block_end(&mut depth, supervisor)? {
            return Ok(());
        }
        self.position = self.text.len();
        Err(self.incomplete(start, 2, "a block comment", "`|#`"))
    }

    /// Goes behind the end of so many block comments, and is the answer whether the text has it. Else it has `depth` of
    /// them where the lexer stands then, one byte in front of the text's end at most.
    fn find_block_end(&mut self, depth: &mut usize, supervisor: &dyn Supervisor) -> Result<bool> {
        let mut marks = 0;
        while *depth > 0 {
            marks += 1;
            self.pass_on(check_at(supervisor, marks))?;
            let next_mark = self.bytes_before(|byte| matches!(byte, b'|' | b'#'), supervisor)?;
            let Some(length) = next_mark else {
                self.position = self.text.len();
                return Ok(false);
            };
            self.position += length;
            match self.rest().as_bytes() {
                [_] => return Ok(false),
                [b'|', b'#', ..] => {
                    *depth -= 1;
                    self.position += 2;
                }
                [b'#', b'|', ..] => {
                    *depth += 1;
                    self.position += 2;
                }
                _ => self.position += 1,
            }
        }
        Ok(true)
    }

    fn unquote(&mut self) -> Token<'text> {
        self.position += 1;
        let abbreviation = if self.take(b'@') {
            Abbreviation::UnquoteSplicing
        } else {
            Abbreviation::Unquote
        };
        Token::Abbreviation(abbreviation)
    }

    /// Takes everything up to the next delimiter; with it come the classes that its bytes have.
    #[inline]
    fn atom(&mut self, supervisor: &dyn Supervisor) -> Result<(&'text str, u8)> {
        let start = self.position;
        let bytes = self.text.as_bytes();
        let mut position = start;
        let mut classes = 0;
        let mut check_position = start + PIECE_BYTES;
        while let Some(&byte) = bytes.get(position) {
            if position >= check_position {
                self.pass_on(supervisor.check())?;
                check_position = position + PIECE_BYTES;
            }
            let class = class_of(byte);
            if class & DELIMITER != 0 {
                break;
            }
            position += match class & BEYOND_ASCII {
                0 => 1,
                _ => match self.text[position..].chars().next() {
                    Some(character) if !is_delimiter(character) => character.len_utf8(),
                    _ => break,
                },
            };
            classes |= class;
        }
        self.position = position;
        self.reached_end |= position == bytes.len();
        Ok((&self.text[start..position], classes))
    }

    fn symbol_or_number(&mut self, supervisor: &dyn Supervisor) -> Result<(Token<'text>, Span)> {
        // Each answer is complete where it is made, see `next_token`.
        let start = self.position;
        let (text, classes) = self.atom(supervisor)?;
        if matches!(
            text.as_bytes().first(),
            Some(b'0'..=b'9' | b'+' | b'-' | b'.')
        ) {
            if text == "." {
                return Ok((Token::Dot, self.span_from(start)));
            }
            match parse::parse_supervised(text, 10, supervisor) {
                Ok(number) => return Ok((Token::Number(number), self.span_from(start))),
                Err(NumberError::NotANumber) => {}
                Err(reason) => return Err(self.invalid_number(start, text, reason)),
            }
        }
        if classes & (STRANGE | BEYOND_ASCII) != 0 {
            self.check_symbol(start, text, supervisor)?;
        }
        if self.modes != Modes::default() {
            return Ok(self.symbol_in_modes(start, text, classes));
        }
        Ok((Token::Symbol(Cow::Borrowed(text)), self.span_from(start)))
    }

    /// Refuses a symbol that begins at `start`, with characters that stand in none.
    #[cold]
    fn check_symbol(&self, start: usize, text: &str, supervisor: &dyn Supervisor) -> Result<()> {
        for (index, (length, character)) in text.char_indices().enumerate() {
            self.pass_on(check_at(supervisor, index))?;
            if !is_symbol_character(character) {
                let at = start + length;
                let span = Span::new(offset(at), offset(at + character.len_utf8()));
                let kind = SyntaxErrorKind::UnexpectedCharacter { character };
                return Err(SyntaxError::new(span, kind));
            }
        }
        Ok(())
    }

    /// A symbol or keyword after directives.
    #[cold]
    fn symbol_in_modes(&self, start: usize, text: &'text str, classes: u8) -> (Token<'text>, Span) {
        let mut name = Cow::Borrowed(text);
        if self.modes.fold_case && classes & (UPPER_CASE | BEYOND_ASCII) != 0 {
            name = Cow::Owned(fold_case(text));
        }
        if self.modes.keyword_suffix
            && let Some(keyword) = name.strip_suffix(':').filter(|keyword| !keyword.is_empty())
        {
            name = Cow::Owned(format!("{KEYWORD_PREFIX}{keyword}"));
        }
        (Token::Symbol(name), self.span_from(start))
    }

    fn invalid_number(&self, start: usize, text: &str, reason: NumberError) -> SyntaxError {
        if let NumberError::Stopped(stop) = reason {
            return self.error_from(start, SyntaxErrorKind::Stopped(stop));
        }
        self.error_from(
            start,
            SyntaxErrorKind::InvalidNumber {
                text: text.into(),
                reason,
            },
        )
    }

    fn barred_symbol(&mut self, supervisor: &dyn Supervisor) -> Result<Token<'text>> {
        let name = self.quoted(b'|', "a symbol", "`|`", supervisor)?;
        Ok(Token::Symbol(name))
    }
}

/// A position as an offset: the constructor refused texts for which it would not fit.
fn offset(position: usize) -> u32 {
    u32::try_from(position).expect("a lexer's text is at most 4 GiB long")
}

#[cfg(test)]
mod tests;
