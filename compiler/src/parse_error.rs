//! Why a text is not a program in one of the compiler's own languages, Core and SSA.

use syntax::{Data, DatumId, SyntaxError};

/// Why a text is not Core, or not SSA.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParseError {
    /// It is not a sequence of data.
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
    /// A datum is not what its place asks for.
    #[error("expected {expected}, found {found}")]
    Unexpected {
        /// What is expected.
        expected: &'static str,
        /// The datum as text.
        found: String,
    },
}

impl ParseError {
    /// `found` stands where `expected` should.
    pub(crate) fn unexpected(data: &Data, found: DatumId, expected: &'static str) -> Self {
        Self::Unexpected {
            expected,
            found: data.to_text(found),
        }
    }
}
