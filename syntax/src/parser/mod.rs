//! Tokens to data: events for a [`DatumBuilder`].

use std::collections::HashSet;

use crate::builder::{DatumBuilder, Leaf};
use crate::error::{SyntaxError, SyntaxErrorKind};
use crate::lexer::Lexer;
use crate::number::{Integer, Number};
use crate::span::Span;
use crate::token::{Abbreviation, Token};

type Result<T> = std::result::Result<T, SyntaxError>;

/// Reads one datum after another from a text.
///
/// Something that gets its text in pieces, such as a port, parses what it has. If the answer
/// is [incomplete](SyntaxError::is_incomplete), or [`reached_end`](Self::reached_end) says that the
/// end of the text decided the answer, and more text is to be had, it parses again with more.
#[derive(Clone, Debug)]
pub struct Parser<'text> {
    text: &'text str,
    /// Is `None` while the text is too large to read.
    lexer: Option<Lexer<'text>>,
    reached_end: bool,
    frames: Vec<Frame>,
    labels: HashSet<u64>,
}

/// A datum that is not complete, and what opened it.
#[derive(Clone, Debug)]
struct Frame {
    /// The token that opened it.
    span: Span,
    kind: FrameKind,
}

#[derive(Clone, Debug)]
enum FrameKind {
    List { count: usize, tail: Tail },
    Vector { count: usize },
    Bytevector { bytes: Vec<u8> },
    Abbreviation,
    DatumComment,
    Label(u64),
}

/// How far a list is with what follows its dot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tail {
    NoDot,
    Expected,
    Complete,
}

impl<'text> Parser<'text> {
    /// A parser at the start of `text`.
    pub fn new(text: &'text str) -> Self {
        Self {
            text,
            lexer: Lexer::new(text).ok(),
            reached_end: false,
            frames: Vec::new(),
            labels: HashSet::new(),
        }
    }

    /// Offset in bytes after what was read so far.
    pub fn offset(&self) -> u32 {
        self.lexer.as_ref().map_or(0, Lexer::offset)
    }

    /// Whether the last answer of [`next_datum`](Self::next_datum) may change when more text
    /// follows: it ends where the text ends and is no parenthesis or quotation mark.
    pub fn reached_end(&self) -> bool {
        self.reached_end
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
        self.frames.clear();
        self.labels.clear();
        self.reached_end = false;
        builder.start();
        loop {
            let (token, span) = self.next_token()?;
            if token == Token::End {
                return match self.frames.last() {
                    None => Ok(None),
                    Some(frame) => Err(frame.incomplete()),
                };
            }
            if self.token(&token, span, builder)? {
                return Ok(Some(builder.finish()));
            }
        }
    }

    fn next_token(&mut self) -> Result<(Token<'text>, Span)> {
        let Some(lexer) = &mut self.lexer else {
            let kind = SyntaxErrorKind::TooLarge {
                bytes: self.text.len(),
            };
            return Err(SyntaxError::new(Span::default(), kind));
        };
        let token = lexer.next_token();
        self.reached_end = lexer.take_reached_end();
        token
    }

    /// Handles one token; answers whether it completed a datum at top level.
    fn token<B: DatumBuilder>(
        &mut self,
        token: &Token<'_>,
        span: Span,
        builder: &mut B,
    ) -> Result<bool> {
        self.expect_room(token, span)?;
        let leaf = match token {
            Token::OpenList => {
                return Ok(self.open(
                    span,
                    FrameKind::List {
                        count: 0,
                        tail: Tail::NoDot,
                    },
                ));
            }
            Token::OpenVector => return Ok(self.open(span, FrameKind::Vector { count: 0 })),
            Token::OpenBytevector => {
                return Ok(self.open(span, FrameKind::Bytevector { bytes: Vec::new() }));
            }
            Token::DatumComment => return Ok(self.open(span, FrameKind::DatumComment)),
            Token::Abbreviation(abbreviation) => {
                return Ok(self.abbreviation(*abbreviation, span, builder));
            }
            Token::LabelDefinition(label) => {
                return self.define_label(*label, span, builder);
            }
            Token::Dot => return self.dot(span),
            Token::Close => return self.close(span, builder),
            Token::LabelReference(label) => {
                self.check_reference(*label, span)?;
                builder.reference_label(*label, span);
                return Ok(self.complete(span, builder));
            }
            Token::End => return Ok(false),
            Token::Boolean(value) => Leaf::Boolean(*value),
            Token::Character(value) => Leaf::Character(*value),
            Token::Number(value) => Leaf::Number(value),
            Token::String(value) => Leaf::String(value),
            Token::Symbol(name) => Leaf::Symbol(name),
        };
        if let Some(Frame {
            kind: FrameKind::Bytevector { bytes },
            ..
        }) = self.frames.last_mut()
        {
            bytes.push(byte(leaf, span)?);
            return Ok(false);
        }
        builder.leaf(leaf, span);
        Ok(self.complete(span, builder))
    }

    /// Refuses what may not begin here: a second datum after a dot, compounds in bytevectors.
    fn expect_room(&self, token: &Token<'_>, span: Span) -> Result<()> {
        let kind = match (self.frames.last().map(|frame| &frame.kind), token) {
            (_, Token::Close | Token::Dot | Token::DatumComment) => return Ok(()),
            (
                Some(FrameKind::List {
                    tail: Tail::Complete,
                    ..
                }),
                _,
            ) => SyntaxErrorKind::ExpectedClose,
            (
                Some(FrameKind::Bytevector { .. }),
                Token::OpenList
                | Token::OpenVector
                | Token::OpenBytevector
                | Token::Abbreviation(_)
                | Token::LabelDefinition(_)
                | Token::LabelReference(_),
            ) => SyntaxErrorKind::NotAByte,
            _ => return Ok(()),
        };
        Err(SyntaxError::new(span, kind))
    }

    fn open(&mut self, span: Span, kind: FrameKind) -> bool {
        self.frames.push(Frame { span, kind });
        false
    }

    fn abbreviation<B: DatumBuilder>(
        &mut self,
        abbreviation: Abbreviation,
        span: Span,
        builder: &mut B,
    ) -> bool {
        builder.leaf(Leaf::Symbol(abbreviation.symbol()), span);
        self.open(span, FrameKind::Abbreviation)
    }

    fn define_label<B: DatumBuilder>(
        &mut self,
        label: u64,
        span: Span,
        builder: &mut B,
    ) -> Result<bool> {
        if !self.labels.insert(label) {
            return Err(SyntaxError::new(
                span,
                SyntaxErrorKind::DuplicateLabel { label },
            ));
        }
        builder.reserve_label(label, span);
        Ok(self.open(span, FrameKind::Label(label)))
    }

    fn check_reference(&self, label: u64, span: Span) -> Result<()> {
        if !self.labels.contains(&label) {
            return Err(SyntaxError::new(
                span,
                SyntaxErrorKind::UndefinedLabel { label },
            ));
        }
        let enclosing = self
            .frames
            .iter()
            .rev()
            .map_while(|frame| match frame.kind {
                FrameKind::Label(label) => Some(label),
                _ => None,
            });
        for defined in enclosing {
            if defined == label {
                return Err(SyntaxError::new(span, SyntaxErrorKind::SelfLabel { label }));
            }
        }
        Ok(())
    }

    fn dot(&mut self, span: Span) -> Result<bool> {
        match self.frames.last_mut().map(|frame| &mut frame.kind) {
            Some(FrameKind::List {
                count: 1..,
                tail: tail @ Tail::NoDot,
            }) => {
                *tail = Tail::Expected;
                Ok(false)
            }
            _ => Err(SyntaxError::new(span, SyntaxErrorKind::UnexpectedDot)),
        }
    }

    fn close<B: DatumBuilder>(&mut self, span: Span, builder: &mut B) -> Result<bool> {
        let unexpected = |expected| {
            Err(SyntaxError::new(
                span,
                SyntaxErrorKind::UnexpectedClose { expected },
            ))
        };
        let Some(frame) = self.frames.pop() else {
            return unexpected("a datum");
        };
        let whole = frame.span.to(span);
        match frame.kind {
            FrameKind::List {
                tail: Tail::Expected,
                ..
            } => {
                return unexpected("a datum after `.`");
            }
            FrameKind::List { count, tail } => {
                builder.list(count, tail == Tail::Complete, whole);
            }
            FrameKind::Vector { count } => builder.vector(count, whole),
            FrameKind::Bytevector { bytes } => builder.leaf(Leaf::Bytevector(&bytes), whole),
            FrameKind::Abbreviation | FrameKind::Label(_) => {
                return unexpected("a datum after the prefix");
            }
            FrameKind::DatumComment => return unexpected("a datum after `#;`"),
        }
        Ok(self.complete(whole, builder))
    }

    /// The datum on top of the builder's stack is complete: hands it to what encloses it. Answers
    /// whether nothing does.
    fn complete<B: DatumBuilder>(&mut self, span: Span, builder: &mut B) -> bool {
        let mut span = span;
        while let Some(frame) = self.frames.last_mut() {
            match &mut frame.kind {
                FrameKind::List {
                    tail: tail @ Tail::Expected,
                    ..
                } => *tail = Tail::Complete,
                FrameKind::List { count, .. } | FrameKind::Vector { count } => *count += 1,
                FrameKind::Bytevector { .. } => {}
                FrameKind::Abbreviation => {
                    span = frame.span.to(span);
                    builder.list(2, false, span);
                    self.frames.pop();
                    continue;
                }
                FrameKind::Label(label) => {
                    span = frame.span.to(span);
                    builder.define_label(*label);
                    self.frames.pop();
                    continue;
                }
                FrameKind::DatumComment => {
                    builder.discard();
                    self.frames.pop();
                }
            }
            return false;
        }
        true
    }
}

impl Frame {
    /// The text ended in this.
    fn incomplete(&self) -> SyntaxError {
        let (inside, expected) = match self.kind {
            FrameKind::List {
                tail: Tail::Expected,
                ..
            } => ("a list", "a datum after `.`"),
            FrameKind::List { .. } => ("a list", "`)`"),
            FrameKind::Vector { .. } => ("a vector", "`)`"),
            FrameKind::Bytevector { .. } => ("a bytevector", "`)`"),
            FrameKind::Abbreviation => ("a quotation", "a datum after the prefix"),
            FrameKind::DatumComment => ("a comment", "a datum after `#;`"),
            FrameKind::Label(_) => ("a labelled datum", "a datum after the label"),
        };
        SyntaxError::new(self.span, SyntaxErrorKind::Incomplete { inside, expected })
    }
}

fn byte(leaf: Leaf<'_>, span: Span) -> Result<u8> {
    let value = match leaf {
        Leaf::Number(Number::Integer(Integer::Small(value))) => u8::try_from(*value).ok(),
        _ => None,
    };
    value.ok_or_else(|| SyntaxError::new(span, SyntaxErrorKind::NotAByte))
}

#[cfg(test)]
mod tests;
