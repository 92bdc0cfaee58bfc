//! The open lists, vectors and abbreviations while a datum is read, and their changes by tokens.

use std::collections::HashSet;

use crate::builder::{DatumBuilder, Leaf, ListEnd};
use crate::error::{Result, SyntaxError, SyntaxErrorKind};
use crate::number::{Integer, Number};
use crate::span::Span;
use crate::token::{Abbreviation, Bracket, Token};

/// The data that are not complete, outermost first.
#[derive(Clone, Debug, Default)]
pub(super) struct Nesting {
    frames: Vec<Frame>,
    labels: HashSet<u64>,
    /// The elements of the bytevectors among the frames, one after the other.
    bytes: Vec<u8>,
}

/// A datum that is not complete, and what opened it.
#[derive(Clone, Copy, Debug)]
struct Frame {
    /// The token that opened it.
    span: Span,
    kind: FrameKind,
    /// What closes it, if it is a list, vector or bytevector.
    bracket: Bracket,
}

#[derive(Clone, Copy, Debug)]
enum FrameKind {
    List { count: usize, tail: Tail },
    Vector { count: usize },
    Bytevector { start: usize },
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

impl Nesting {
    /// Forgets everything: a new datum begins at top level.
    pub(super) fn clear(&mut self) {
        self.frames.clear();
        self.bytes.clear();
        // A set without memory of its own is cheap to keep, not to clear.
        if !self.labels.is_empty() {
            self.labels.clear();
        }
    }

    /// The memory that it takes, with the room that it grows into.
    pub(super) fn held_bytes(&self) -> usize {
        let frames = self.frames.capacity() * size_of::<Frame>();
        frames + self.labels.capacity() * 2 * size_of::<u64>() + self.bytes.capacity()
    }

    /// The text ends here.
    pub(super) fn end(&self) -> Result<()> {
        self.frames
            .last()
            .map_or(Ok(()), |frame| Err(frame.incomplete()))
    }

    /// Handles one token; answers whether it completed a datum at top level.
    #[inline]
    pub(super) fn token<B: DatumBuilder>(
        &mut self,
        token: &Token<'_>,
        span: Span,
        builder: &mut B,
    ) -> Result<bool> {
        match token {
            Token::OpenList(bracket) => {
                let tail = Tail::NoDot;
                self.open_compound(span, FrameKind::List { count: 0, tail }, *bracket)
            }
            Token::Close(bracket) => self.close(*bracket, span, builder),
            Token::Symbol(name) => self.leaf(Leaf::Symbol(name), span, builder),
            Token::Number(value) => self.leaf(Leaf::Number(value), span, builder),
            Token::String(value) => self.leaf(Leaf::String(value), span, builder),
            Token::Boolean(value) => self.leaf(Leaf::Boolean(*value), span, builder),
            Token::Constant(value) => self.leaf(Leaf::Constant(*value), span, builder),
            Token::Character(value) => self.leaf(Leaf::Character(*value), span, builder),
            Token::OpenVector => {
                self.open_compound(span, FrameKind::Vector { count: 0 }, Bracket::Round)
            }
            Token::OpenBytevector => {
                let start = self.bytes.len();
                self.open_compound(span, FrameKind::Bytevector { start }, Bracket::Round)
            }
            Token::DatumComment => Ok(self.open(span, FrameKind::DatumComment)),
            Token::Abbreviation(abbreviation) => self.abbreviation(*abbreviation, span, builder),
            Token::LabelDefinition(label) => self.define_label(*label, span, builder),
            Token::Dot => self.dot(span),
            Token::LabelReference(label) => self.reference_label(*label, span, builder),
            Token::End => Ok(false),
        }
    }

    /// A datum without parts, or a byte.
    #[inline]
    fn leaf<B: DatumBuilder>(
        &mut self,
        leaf: Leaf<'_>,
        span: Span,
        builder: &mut B,
    ) -> Result<bool> {
        let kind = self.frames.last_mut().map(|frame| &mut frame.kind);
        if let Some(FrameKind::List { count, tail }) = kind {
            match tail {
                Tail::NoDot => *count += 1,
                Tail::Expected => *tail = Tail::Complete,
                Tail::Complete => return Err(one_too_many(span)),
            }
            builder.leaf(leaf, span);
            return Ok(false);
        }
        if let Some(FrameKind::Bytevector { .. }) = kind {
            self.bytes.push(byte(leaf, span)?);
            return Ok(false);
        }
        builder.leaf(leaf, span);
        Ok(self.complete(span, builder))
    }

    /// Refuses what may not begin here: a second datum after a dot, compounds in bytevectors.
    #[inline]
    fn expect_room(&self, span: Span) -> Result<()> {
        match self.frames.last().map(|frame| frame.kind) {
            Some(FrameKind::List {
                tail: Tail::Complete,
                ..
            }) => Err(one_too_many(span)),
            Some(FrameKind::Bytevector { .. }) => {
                Err(SyntaxError::new(span, SyntaxErrorKind::NotAByte))
            }
            _ => Ok(()),
        }
    }

    #[inline]
    fn open(&mut self, span: Span, kind: FrameKind) -> bool {
        let bracket = Bracket::Round;
        self.frames.push(Frame {
            span,
            kind,
            bracket,
        });
        false
    }

    #[inline]
    fn open_compound(&mut self, span: Span, kind: FrameKind, bracket: Bracket) -> Result<bool> {
        self.expect_room(span)?;
        self.frames.push(Frame {
            span,
            kind,
            bracket,
        });
        Ok(false)
    }

    fn abbreviation<B: DatumBuilder>(
        &mut self,
        abbreviation: Abbreviation,
        span: Span,
        builder: &mut B,
    ) -> Result<bool> {
        self.expect_room(span)?;
        builder.leaf(Leaf::Symbol(abbreviation.symbol()), span);
        Ok(self.open(span, FrameKind::Abbreviation))
    }

    fn define_label<B: DatumBuilder>(
        &mut self,
        label: u64,
        span: Span,
        builder: &mut B,
    ) -> Result<bool> {
        self.expect_room(span)?;
        if !self.labels.insert(label) {
            let kind = SyntaxErrorKind::DuplicateLabel { label };
            return Err(SyntaxError::new(span, kind));
        }
        builder.reserve_label(label, span);
        Ok(self.open(span, FrameKind::Label(label)))
    }

    fn reference_label<B: DatumBuilder>(
        &mut self,
        label: u64,
        span: Span,
        builder: &mut B,
    ) -> Result<bool> {
        self.expect_room(span)?;
        if !self.labels.contains(&label) {
            let kind = SyntaxErrorKind::UndefinedLabel { label };
            return Err(SyntaxError::new(span, kind));
        }
        let mut enclosing = self
            .frames
            .iter()
            .rev()
            .map_while(|frame| match frame.kind {
                FrameKind::Label(label) => Some(label),
                _ => None,
            });
        if enclosing.any(|defined| defined == label) {
            return Err(SyntaxError::new(span, SyntaxErrorKind::SelfLabel { label }));
        }
        builder.reference_label(label, span);
        Ok(self.complete(span, builder))
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

    #[inline]
    fn close<B: DatumBuilder>(
        &mut self,
        bracket: Bracket,
        span: Span,
        builder: &mut B,
    ) -> Result<bool> {
        let Some(frame) = self.frames.pop() else {
            return Err(unexpected_close(bracket, span, "a datum"));
        };
        if frame.bracket != bracket && frame.kind.is_compound() {
            return Err(wrong_close(frame.bracket, span));
        }
        let whole = frame.span.to(span);
        match frame.kind {
            FrameKind::List {
                tail: Tail::Expected,
                ..
            } => return Err(unexpected_close(bracket, span, "a datum after `.`")),
            FrameKind::List { count, tail } => {
                let end = match tail {
                    Tail::Complete => ListEnd::Tail,
                    _ => ListEnd::Closed,
                };
                builder.list(count, end, whole);
            }
            FrameKind::Vector { count } => builder.vector(count, whole),
            FrameKind::Bytevector { start } => {
                builder.leaf(Leaf::Bytevector(&self.bytes[start..]), whole);
                self.bytes.truncate(start);
            }
            FrameKind::Abbreviation | FrameKind::Label(_) => {
                return Err(unexpected_close(bracket, span, "a datum after the prefix"));
            }
            FrameKind::DatumComment => {
                return Err(unexpected_close(bracket, span, "a datum after `#;`"));
            }
        }
        Ok(self.complete(whole, builder))
    }

    /// The datum on top of the builder's stack is complete: hands it to what encloses it. Answers
    /// whether nothing does.
    #[inline]
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
                    builder.list(2, ListEnd::Closed, span);
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

impl FrameKind {
    /// Whether a bracket closes it.
    fn is_compound(self) -> bool {
        matches!(
            self,
            Self::List { .. } | Self::Vector { .. } | Self::Bytevector { .. }
        )
    }
}

impl Frame {
    /// The text ended in this.
    #[cold]
    fn incomplete(&self) -> SyntaxError {
        let (inside, expected) = match self.kind {
            FrameKind::List {
                tail: Tail::Expected,
                ..
            } => ("a list", "a datum after `.`"),
            FrameKind::List { .. } => match self.bracket {
                Bracket::Round => ("a list", "`)`"),
                Bracket::Square => ("a list", "`]`"),
            },
            FrameKind::Vector { .. } => ("a vector", "`)`"),
            FrameKind::Bytevector { .. } => ("a bytevector", "`)`"),
            FrameKind::Abbreviation => ("a quotation", "a datum after the prefix"),
            FrameKind::DatumComment => ("a comment", "a datum after `#;`"),
            FrameKind::Label(_) => ("a labelled datum", "a datum after the label"),
        };
        SyntaxError::new(self.span, SyntaxErrorKind::Incomplete { inside, expected })
    }
}

#[cold]
fn one_too_many(span: Span) -> SyntaxError {
    SyntaxError::new(span, SyntaxErrorKind::ExpectedClose)
}

#[cold]
fn unexpected_close(bracket: Bracket, span: Span, expected: &'static str) -> SyntaxError {
    let found = bracket.closing();
    SyntaxError::new(span, SyntaxErrorKind::UnexpectedClose { found, expected })
}

/// `opened` is open, and the other bracket would close it.
#[cold]
fn wrong_close(opened: Bracket, span: Span) -> SyntaxError {
    let found = match opened {
        Bracket::Round => Bracket::Square,
        Bracket::Square => Bracket::Round,
    };
    let kind = SyntaxErrorKind::WrongClose {
        found: found.closing(),
        opened: opened.opening(),
        expected: opened.closing(),
    };
    SyntaxError::new(span, kind)
}

fn byte(leaf: Leaf<'_>, span: Span) -> Result<u8> {
    let value = match leaf {
        Leaf::Number(Number::Integer(Integer::Small(value))) => u8::try_from(*value).ok(),
        _ => None,
    };
    value.ok_or_else(|| SyntaxError::new(span, SyntaxErrorKind::NotAByte))
}
