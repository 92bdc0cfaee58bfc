//! The mistakes in a source text, and their places.

use crate::number::NumberError;
use crate::span::Span;
use crate::supervisor::Stop;

/// A mistake in a source text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct SyntaxError {
    /// The text that is wrong; of [`SyntaxErrorKind::Incomplete`], what was left open.
    pub span: Span,
    /// What is wrong.
    pub kind: SyntaxErrorKind,
}

/// What readers of text answer.
pub(crate) type Result<T> = std::result::Result<T, SyntaxError>;

impl SyntaxError {
    pub(crate) fn new(span: Span, kind: SyntaxErrorKind) -> Self {
        Self { span, kind }
    }

    /// Whether more text at the end could make this right: a prompt or a port can ask for it.
    pub fn is_incomplete(&self) -> bool {
        matches!(self.kind, SyntaxErrorKind::Incomplete { .. })
    }
}

/// What is wrong at a [`SyntaxError`]'s span.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SyntaxErrorKind {
    /// The text ends inside something.
    #[error("unexpected end of input in {inside}, expected {expected}")]
    Incomplete {
        /// What is open.
        inside: &'static str,
        /// What would close it.
        expected: &'static str,
    },
    /// The text was not read to its end.
    #[error("{0}")]
    Stopped(Stop),
    /// Offsets are 32 bits wide.
    #[error("source text of {bytes} bytes, at most {} are supported", u32::MAX)]
    TooLarge {
        /// Length of the text.
        bytes: usize,
    },
    /// The bytes are no text.
    #[error("expected UTF-8 text, found byte {byte:#04x}")]
    InvalidUtf8 {
        /// The first byte that cannot stand where it does.
        byte: u8,
    },
    /// A closing parenthesis where nothing is open, or after a prefix that wants a datum.
    #[error("unexpected `{found}`, expected {expected}")]
    UnexpectedClose {
        /// The parenthesis.
        found: &'static str,
        /// What may stand here.
        expected: &'static str,
    },
    /// A closing parenthesis of another kind than the one that opened the list.
    #[error("expected `{expected}`, which closes `{opened}`, found `{found}`")]
    WrongClose {
        /// What stands there.
        found: &'static str,
        /// What opened the list.
        opened: &'static str,
        /// What would close it.
        expected: &'static str,
    },
    /// A dot that is not before the last datum of a list.
    #[error("unexpected `.`: it may only stand before the last datum of a list")]
    UnexpectedDot,
    /// More than one datum after a dot.
    #[error("expected `)` after the datum that follows `.`, found another datum")]
    ExpectedClose,
    /// A character that no datum begins with or contains.
    #[error("unexpected character {character:?}")]
    UnexpectedCharacter {
        /// The character.
        character: char,
    },
    /// `#` and something that R7RS does not know.
    #[error(
        "unknown syntax `{text}`, expected one of #t #f #\\ #( #u8( #; #| #: #!fold-case or a number"
    )]
    UnknownHash {
        /// The token.
        text: Box<str>,
    },
    /// `#!` and something that is neither a directive nor a constant.
    #[error(
        "unknown directive `{text}`, expected one of #!fold-case #!no-fold-case #!r6rs #!r7rs \
        #!keyword-suffix #!no-keyword-suffix #!eof #!default #!unspecific #!optional #!rest #!key"
    )]
    UnknownDirective {
        /// The token.
        text: Box<str>,
    },
    /// `#\` and a name that no character has.
    #[error(
        "unknown character name `{name}`, expected one character, a name such as `space`, or `x` and hexadecimal digits"
    )]
    UnknownCharacterName {
        /// What follows `#\`.
        name: Box<str>,
    },
    /// A hexadecimal code that is no Unicode scalar value.
    #[error(
        "`{digits}` is no Unicode scalar value, expected hexadecimal digits up to 10FFFF outside D800-DFFF"
    )]
    InvalidScalar {
        /// The digits.
        digits: Box<str>,
    },
    /// A backslash in a string or symbol before a character that has no meaning there.
    #[error(
        "unknown escape `\\{character}`, expected one of a b t n r \" \\ | x or the end of the line"
    )]
    UnknownEscape {
        /// The character after the backslash.
        character: char,
    },
    /// A token that begins like a number and has no value.
    #[error("invalid number `{text}`: {reason}")]
    InvalidNumber {
        /// The token.
        text: Box<str>,
        /// What is wrong with it.
        reason: NumberError,
    },
    /// An element of a bytevector that is no exact integer from 0 to 255.
    #[error("expected an exact integer from 0 to 255 in a bytevector")]
    NotAByte,
    /// A datum label with too large a number.
    #[error("datum label `{text}` is too large")]
    LabelTooLarge {
        /// The token.
        text: Box<str>,
    },
    /// `#n#` where no `#n=` came before.
    #[error("datum label #{label}# is not defined before its use")]
    UndefinedLabel {
        /// The label.
        label: u64,
    },
    /// Two `#n=` in one datum.
    #[error("datum label #{label}= is defined twice in one datum")]
    DuplicateLabel {
        /// The label.
        label: u64,
    },
    /// `#n=#n#`.
    #[error("datum label #{label}= stands for itself")]
    SelfLabel {
        /// The label.
        label: u64,
    },
}

/// The text that `bytes` encode.
///
/// # Errors
///
/// [`SyntaxErrorKind::InvalidUtf8`] at the first byte that is wrong, and
/// [`SyntaxErrorKind::TooLarge`].
pub fn decode_source(bytes: &[u8]) -> Result<&str> {
    if u32::try_from(bytes.len()).is_err() {
        let kind = SyntaxErrorKind::TooLarge { bytes: bytes.len() };
        return Err(SyntaxError::new(Span::default(), kind));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let offset = error.valid_up_to();
        let start = u32::try_from(offset).unwrap_or(u32::MAX);
        let byte = bytes.get(offset).copied().unwrap_or_default();
        let span = Span::new(start, start.saturating_add(1));
        SyntaxError::new(span, SyntaxErrorKind::InvalidUtf8 { byte })
    })?;
    Ok(text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text))
}

/// Editors of some systems begin a file of UTF-8 with this.
const BYTE_ORDER_MARK: char = '\u{feff}';

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn source_bytes_must_be_utf8() {
        assert_eq!(decode_source("(λ)".as_bytes()), Ok("(λ)"));
        assert_eq!(decode_source("\u{feff}(a)".as_bytes()), Ok("(a)"));
        let error = decode_source(b"ab\xffc").unwrap_err();
        assert_eq!(error.span, Span::new(2, 3));
        assert_eq!(error.to_string(), "expected UTF-8 text, found byte 0xff");
    }
}
