//! Tokens to data: events for a [`DatumBuilder`].

mod nesting;

use nesting::Nesting;

use crate::builder::DatumBuilder;
use crate::error::{Result, SyntaxError, SyntaxErrorKind};
use crate::lexer::{Lexer, PausedLexer};
use crate::span::Span;
use crate::token::Token;

/// The supervisor is asked once in so many tokens.
const TOKENS_BETWEEN_CHECKS: u32 = 1 << 12;

/// Reads one datum after another from a text.
///
/// Something that gets its text in pieces, such as a port, parses what it has, by
/// [`next_in_part`](Self::next_in_part). If what follows would decide, it
/// [pauses](Self::pause) and goes on with more text, where the parser stands.
#[derive(Clone, Debug)]
pub struct Parser<'text> {
    text: &'text str,
    /// Is `None` while the text is too large to read.
    lexer: Option<Lexer<'text>>,
    nesting: Nesting,
    /// Whether a datum has begun, of which more text is to come.
    is_inside: bool,
}

/// A parser without its text.
#[derive(Clone, Debug)]
pub struct PausedParser {
    lexer: Option<PausedLexer>,
    nesting: Nesting,
    is_inside: bool,
}

/// Which part of a text a parser has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextPart {
    /// More text may follow.
    Beginning,
    /// The text, whole, or its end.
    Last,
}

/// How far a parser came with the beginning of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress<D> {
    /// A datum is complete, whatever follows.
    Datum(D),
    /// Only white space and comments are left.
    End,
    /// Text that follows decides.
    Undecided,
}

impl TextPart {
    /// The part of a text of `bytes` that ends at `end`.
    pub const fn up_to(end: usize, bytes: usize) -> Self {
        if end == bytes {
            Self::Last
        } else {
            Self::Beginning
        }
    }
}

impl PausedParser {
    /// The parser, on a text that starts with the one that it was paused with.
    pub fn resume(self, text: &str) -> Parser<'_> {
        let mut lexer = Lexer::new(text).ok();
        if let (Some(lexer), Some(paused)) = (&mut lexer, self.lexer) {
            lexer.resume(paused);
        }
        Parser {
            text,
            lexer,
            nesting: self.nesting,
            is_inside: self.is_inside,
        }
    }
}

impl<'text> Parser<'text> {
    /// A parser at the start of `text`.
    pub fn new(text: &'text str) -> Self {
        Self {
            text,
            lexer: Lexer::new(text).ok(),
            nesting: Nesting::default(),
            is_inside: false,
        }
    }

    /// What is to be kept until there is more text.
    pub fn pause(self) -> PausedParser {
        PausedParser {
            lexer: self.lexer.as_ref().map(Lexer::pause),
            nesting: self.nesting,
            is_inside: self.is_inside,
        }
    }

    /// Offset in bytes after what was read so far.
    pub fn offset(&self) -> u32 {
        self.lexer.as_ref().map_or(0, Lexer::offset)
    }

    /// Whether `#!fold-case` holds for what follows.
    pub fn folds_case(&self) -> bool {
        self.lexer.as_ref().is_some_and(Lexer::folds_case)
    }

    /// Says whether what follows is read as after `#!fold-case`.
    pub fn set_fold_case(&mut self, fold_case: bool) {
        if let Some(lexer) = &mut self.lexer {
            lexer.set_fold_case(fold_case);
        }
    }

    /// Reads the next datum; `None` when only white space and comments are left.
    ///
    /// # Errors
    ///
    /// The first mistake in the text, after which the parser stands somewhere inside the datum.
    pub fn next_datum<B: DatumBuilder>(&mut self, builder: &mut B) -> Result<Option<B::Datum>> {
        match self.next_in_part(builder, TextPart::Last)? {
            Progress::Datum(datum) => Ok(Some(datum)),
            Progress::End | Progress::Undecided => Ok(None),
        }
    }

    /// Reads the next datum, or goes on with one that was undecided, with the same `builder`.
    ///
    /// Unless the part is the last, more text may follow, and a token that ends where the text does, and is no
    /// parenthesis or quotation mark, is not decided: the parser stands in front of it then.
    ///
    /// # Errors
    ///
    /// As of [`next_datum`](Self::next_datum): those that no text that follows could mend.
    pub fn next_in_part<B: DatumBuilder>(
        &mut self,
        builder: &mut B,
        part: TextPart,
    ) -> Result<Progress<B::Datum>> {
        let Some(lexer) = &mut self.lexer else {
            let bytes = self.text.len();
            let kind = SyntaxErrorKind::TooLarge { bytes };
            return Err(SyntaxError::new(Span::default(), kind));
        };
        match part {
            TextPart::Beginning if !lexer.may_decide(builder.supervisor())? => {
                return Ok(Progress::Undecided);
            }
            TextPart::Beginning => {}
            TextPart::Last => lexer.forget_unfinished(),
        }
        if !std::mem::take(&mut self.is_inside) {
            self.nesting.clear();
            builder.start();
        }
        let mut tokens = 0;
        loop {
            tokens += 1;
            if tokens % TOKENS_BETWEEN_CHECKS == 0 {
                let held = builder.parser_holds(self.nesting.held_bytes());
                if let Err(stop) = held.and_then(|()| builder.supervisor().check()) {
                    let offset = lexer.offset();
                    let kind = SyntaxErrorKind::Stopped(stop);
                    return Err(SyntaxError::new(Span::new(offset, offset), kind));
                }
            }
            let token = lexer.next_supervised_token(builder.supervisor());
            let is_undecided = lexer.take_reached_end() && part != TextPart::Last;
            if is_undecided && !is_stopped(&token) {
                lexer.go_back();
                self.is_inside = true;
                return Ok(Progress::Undecided);
            }
            match &token {
                // Tokens are looked at where they are: moving them costs more.
                Ok((Token::End, _)) => return self.nesting.end().map(|()| Progress::End),
                Ok((token, span)) => {
                    if self.nesting.token(token, *span, builder)? {
                        return Ok(Progress::Datum(builder.finish()));
                    }
                }
                Err(_) => token.map(drop)?,
            }
        }
    }
}

/// Whether a supervisor has stopped the reading of a token. What it said was said once.
fn is_stopped<T>(token: &Result<T>) -> bool {
    let error = token.as_ref().err();
    error.is_some_and(|error| matches!(error.kind, SyntaxErrorKind::Stopped(_)))
}

#[cfg(test)]
mod tests;
