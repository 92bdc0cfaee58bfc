//! Text to tokens (R7RS 7.1.1).

use std::borrow::Cow;

use crate::character_class::{fold_case, is_delimiter, is_symbol_character, is_whitespace};
use crate::error::{SyntaxError, SyntaxErrorKind};
use crate::number::{NumberError, parse};
use crate::span::Span;
use crate::string_escape::{escaped_character, named_character};
use crate::token::{Abbreviation, Token};

type Result<T> = std::result::Result<T, SyntaxError>;

/// Cuts a text into tokens. The text is at most 4 GiB long.
#[derive(Clone, Debug)]
pub struct Lexer<'text> {
    text: &'text str,
    position: usize,
    fold_case: bool,
    reached_end: bool,
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
            fold_case: false,
            reached_end: false,
        })
    }

    /// Whether symbols and character names are folded to lower case from here on.
    pub fn folds_case(&self) -> bool {
        self.fold_case
    }

    /// Says whether symbols and character names are folded to lower case from here on.
    pub fn set_fold_case(&mut self, fold_case: bool) {
        self.fold_case = fold_case;
    }

    /// Offset in bytes of what was not read yet.
    pub fn offset(&self) -> u32 {
        offset(self.position)
    }

    /// Whether the end of the text decided what a token since the last call is: with more text
    /// it might be another.
    pub fn take_reached_end(&mut self) -> bool {
        std::mem::take(&mut self.reached_end)
    }

    /// The next token and where it stands; [`Token::End`] for ever at the end.
    ///
    /// # Errors
    ///
    /// What is wrong with the token. The lexer then stands after it.
    pub fn next_token(&mut self) -> Result<(Token<'text>, Span)> {
        self.skip_atmosphere()?;
        let start = self.position;
        let Some(character) = self.peek() else {
            return Ok((Token::End, self.span_from(start)));
        };
        let token = match character {
            '(' => self.single(Token::OpenList),
            ')' => self.single(Token::Close),
            '\'' => self.single(Token::Abbreviation(Abbreviation::Quote)),
            '`' => self.single(Token::Abbreviation(Abbreviation::Quasiquote)),
            ',' => self.unquote(),
            '"' => Token::String(self.quoted('"', "a string", "`\"`")?),
            '|' => self.barred_symbol()?,
            '#' => self.hash()?,
            _ if is_symbol_character(character) => self.symbol_or_number()?,
            _ => {
                self.position += character.len_utf8();
                let kind = SyntaxErrorKind::UnexpectedCharacter { character };
                return Err(self.error_from(start, kind));
            }
        };
        Ok((token, self.span_from(start)))
    }

    fn rest(&self) -> &'text str {
        &self.text[self.position..]
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

    fn take(&mut self, expected: char) -> bool {
        let found = self.peek() == Some(expected);
        self.position += if found { expected.len_utf8() } else { 0 };
        found
    }

    fn single(&mut self, token: Token<'text>) -> Token<'text> {
        self.position += 1;
        token
    }

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

    /// Skips white space, comments (but `#;`, the parser's) and directives.
    fn skip_atmosphere(&mut self) -> Result<()> {
        loop {
            let start = self.position;
            match self.peek() {
                Some(character) if is_whitespace(character) => {
                    self.position += character.len_utf8();
                }
                Some(';') => self.skip_line(),
                Some('#') if self.rest().starts_with("#|") => self.skip_block_comment()?,
                Some('#') if start == 0 && self.starts_with_interpreter() => self.skip_line(),
                Some('#') if self.rest().starts_with("#!") => self.directive()?,
                _ => return Ok(()),
            }
        }
    }

    /// The first line of a script names its interpreter.
    fn starts_with_interpreter(&self) -> bool {
        self.text.starts_with("#!/") || self.text.starts_with("#! /")
    }

    fn skip_line(&mut self) {
        let rest = self.rest();
        let length = rest.find(['\n', '\r']).unwrap_or(rest.len());
        self.position += length;
        self.reached_end |= length == rest.len();
    }

    fn skip_block_comment(&mut self) -> Result<()> {
        let start = self.position;
        self.position += 2;
        let mut depth: usize = 1;
        while depth > 0 {
            let Some(length) = self.rest().find(['|', '#']) else {
                self.position = self.text.len();
                return Err(self.incomplete(start, 2, "a block comment", "`|#`"));
            };
            self.position += length;
            if self.rest().starts_with("|#") {
                depth -= 1;
                self.position += 2;
            } else if self.rest().starts_with("#|") {
                depth += 1;
                self.position += 2;
            } else {
                self.position += 1;
            }
        }
        Ok(())
    }

    fn directive(&mut self) -> Result<()> {
        let start = self.position;
        let text = self.atom();
        match text.to_ascii_lowercase().as_str() {
            "#!fold-case" => self.fold_case = true,
            "#!no-fold-case" => self.fold_case = false,
            _ => {
                let kind = SyntaxErrorKind::UnknownDirective { text: text.into() };
                return Err(self.error_from(start, kind));
            }
        }
        Ok(())
    }

    fn unquote(&mut self) -> Token<'text> {
        self.position += 1;
        let abbreviation = if self.take('@') {
            Abbreviation::UnquoteSplicing
        } else {
            Abbreviation::Unquote
        };
        Token::Abbreviation(abbreviation)
    }

    /// Takes everything up to the next delimiter.
    fn atom(&mut self) -> &'text str {
        let rest = self.rest();
        let length = rest.find(is_delimiter).unwrap_or(rest.len());
        self.position += length;
        self.reached_end |= length == rest.len();
        &rest[..length]
    }

    fn symbol_or_number(&mut self) -> Result<Token<'text>> {
        let start = self.position;
        let text = self.atom();
        if text == "." {
            return Ok(Token::Dot);
        }
        if matches!(
            text.as_bytes().first(),
            Some(b'0'..=b'9' | b'+' | b'-' | b'.')
        ) {
            match parse::parse(text, 10) {
                Ok(number) => return Ok(Token::Number(number)),
                Err(NumberError::NotANumber) => {}
                Err(reason) => return Err(self.invalid_number(start, text, reason)),
            }
        }
        if let Some((length, character)) = text
            .char_indices()
            .find(|&(_, character)| !is_symbol_character(character))
        {
            let at = start + length;
            let span = Span::new(offset(at), offset(at + character.len_utf8()));
            return Err(SyntaxError::new(
                span,
                SyntaxErrorKind::UnexpectedCharacter { character },
            ));
        }
        Ok(Token::Symbol(self.folded(Cow::Borrowed(text))))
    }

    fn folded(&self, name: Cow<'text, str>) -> Cow<'text, str> {
        let is_folded = || {
            name.bytes()
                .all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase())
        };
        if self.fold_case && !is_folded() {
            Cow::Owned(fold_case(&name))
        } else {
            name
        }
    }

    fn invalid_number(&self, start: usize, text: &str, reason: NumberError) -> SyntaxError {
        self.error_from(
            start,
            SyntaxErrorKind::InvalidNumber {
                text: text.into(),
                reason,
            },
        )
    }

    fn barred_symbol(&mut self) -> Result<Token<'text>> {
        let name = self.quoted('|', "a symbol", "`|`")?;
        Ok(Token::Symbol(self.folded(name)))
    }

    fn hash(&mut self) -> Result<Token<'text>> {
        let start = self.position;
        let rest = self.rest();
        for (prefix, token) in [
            ("#(", Token::OpenVector),
            ("#;", Token::DatumComment),
            ("#u8(", Token::OpenBytevector),
            ("#U8(", Token::OpenBytevector),
        ] {
            if rest.starts_with(prefix) {
                self.position += prefix.len();
                return Ok(token);
            }
        }
        match rest.as_bytes().get(1) {
            None => {
                self.position += 1;
                Err(self.incomplete(start, 1, "a token that starts with `#`", "the rest of it"))
            }
            Some(b'\\') => self.character(),
            Some(b'0'..=b'9') => self.label(),
            Some(_) => self.hash_atom(),
        }
    }

    /// `#t` and its like, and numbers with prefixes.
    fn hash_atom(&mut self) -> Result<Token<'text>> {
        let start = self.position;
        self.position += 1;
        self.atom();
        let text = &self.text[start..self.position];
        match text.to_ascii_lowercase().as_str() {
            "#t" | "#true" => return Ok(Token::Boolean(true)),
            "#f" | "#false" => return Ok(Token::Boolean(false)),
            _ => {}
        }
        let second = text.as_bytes().get(1).map_or(0, u8::to_ascii_lowercase);
        if b"eibodx".contains(&second) {
            return match parse::parse(text, 10) {
                Ok(number) => Ok(Token::Number(number)),
                Err(reason) => Err(self.invalid_number(start, text, reason)),
            };
        }
        Err(self.error_from(start, SyntaxErrorKind::UnknownHash { text: text.into() }))
    }

    /// `#0=` or `#0#`.
    fn label(&mut self) -> Result<Token<'text>> {
        let start = self.position;
        self.position += 1;
        let length = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        let digits = &self.rest()[..length];
        self.position += length;
        let label: Option<u64> = digits.parse().ok();
        let is_definition = self.peek() == Some('=');
        if !is_definition && self.peek() != Some('#') {
            self.atom();
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

    fn character(&mut self) -> Result<Token<'text>> {
        let start = self.position;
        self.position += 2;
        let Some(first) = self.next() else {
            return Err(self.incomplete(start, 2, "a character", "a character after `#\\`"));
        };
        if !is_delimiter(first) {
            self.atom();
        }
        let name = &self.text[start + 2..self.position];
        if name.len() == first.len_utf8() {
            return Ok(Token::Character(first));
        }
        if matches!(first, 'x' | 'X') && name[1..].bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return self.scalar(start, &name[1..]).map(Token::Character);
        }
        let known = if self.fold_case {
            named_character(&fold_case(name))
        } else {
            named_character(name)
        };
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
    fn quoted(
        &mut self,
        quote: char,
        inside: &'static str,
        expected: &'static str,
    ) -> Result<Cow<'text, str>> {
        let start = self.position;
        self.position += 1;
        let mut value = Cow::Borrowed("");
        loop {
            let rest = self.rest();
            let Some(length) = rest.find([quote, '\\', '\r']) else {
                self.position = self.text.len();
                return Err(self.incomplete(start, 1, inside, expected));
            };
            value += &rest[..length];
            self.position += length;
            if self.take(quote) {
                return Ok(value);
            }
            if self.take('\r') {
                // R7RS 6.7: any line ending in a literal is a newline.
                self.take('\n');
                value += "\n";
            } else if let Some(escape) = self.escape((start, inside, expected))? {
                value.to_mut().push(escape);
            }
        }
    }

    /// Reads the escape that stands next; `None` for an escaped line end.
    ///
    /// `open` is what the escape stands in: its start, its name, and what would close it.
    fn escape(&mut self, open: (usize, &'static str, &'static str)) -> Result<Option<char>> {
        let start = self.position;
        let (literal_start, inside, expected) = open;
        self.position += 1;
        let Some(letter) = self.next() else {
            return Err(self.incomplete(literal_start, 1, inside, expected));
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
            if self.take(';') {
                return self.scalar(start, &rest[..length]).map(Some);
            }
            if self.peek().is_none() {
                return Err(self.incomplete(literal_start, 1, inside, expected));
            }
        } else if matches!(letter, ' ' | '\t' | '\n' | '\r') {
            self.position -= 1;
            if self.escaped_line_end() {
                return Ok(None);
            }
            if self.peek().is_none() {
                return Err(self.incomplete(literal_start, 1, inside, expected));
            }
        }
        let kind = SyntaxErrorKind::UnknownEscape { character: letter };
        Err(self.error_from(start, kind))
    }

    /// Takes blanks, one line end, and blanks.
    fn escaped_line_end(&mut self) -> bool {
        self.skip_blanks();
        let returned = self.take('\r');
        let fed = self.take('\n');
        self.skip_blanks();
        returned || fed
    }

    fn skip_blanks(&mut self) {
        while self.take(' ') || self.take('\t') {}
    }
}

/// A position as an offset: the constructor refused texts for which it would not fit.
fn offset(position: usize) -> u32 {
    u32::try_from(position).expect("a lexer's text is at most 4 GiB long")
}

#[cfg(test)]
mod tests;
