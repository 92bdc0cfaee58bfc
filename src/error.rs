//! The errors of the embedding interface.

use compiler::diagnostic::Diagnostic;
use thiserror::Error;

use crate::handle::Handle;

/// An error of the embedding interface.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// Text that does not compile.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Syntax(Vec<Diagnostic>),
    /// An image was refused.
    #[error("{name}: {error}")]
    Load {
        /// The image's name.
        name: String,
        /// Why.
        error: loader::LoadError,
    },
    /// A file could not be read or written.
    #[error("{path}: {error}")]
    File {
        /// The file's name.
        path: String,
        /// Why.
        error: std::io::Error,
    },
    /// A Scheme object was raised and nobody handled it.
    #[error("{0}")]
    Raised(Box<Raised>),
    /// The program asked to exit with this status.
    #[error("the program exited with status {0}")]
    Exit(i32),
    /// A continuation outside this run was invoked: a host procedure passes this on at once.
    #[error("a continuation outside this call was invoked")]
    Escape,
    /// A value is not of the type asked for.
    #[error("expected {expected}, found {found}")]
    Conversion {
        /// What was asked for.
        expected: &'static str,
        /// The value, as `write` shows it.
        found: String,
    },
    /// A host procedure was given too few arguments.
    #[error("argument {index} was not given ({count} were)")]
    MissingArgument {
        /// Zero-based.
        index: usize,
        /// How many were given.
        count: usize,
    },
    /// No global variable of the interaction environment has this name.
    #[error("unbound variable: {0}")]
    Unbound(String),
    /// A handle of another runtime.
    #[error("the handle belongs to another runtime")]
    ForeignHandle,
    /// The runtime could not be set up.
    #[error("{0}")]
    Setup(String),
    /// An error of a host procedure's own.
    #[error("{0}")]
    Host(String),
}

/// What is known of an object that was raised.
#[derive(Debug, Error)]
#[error("{report}")]
pub struct Raised {
    /// The message and the irritants, as people read them.
    pub report: String,
    /// The object.
    pub object: Handle,
    /// Where it was raised, innermost first.
    pub backtrace: Vec<Place>,
}

/// A place in a program, for backtraces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The procedure; empty if it has no name.
    pub procedure: String,
    /// The source file; empty if it is not known.
    pub file: String,
    /// From 1; 0 if it is not known.
    pub line: u32,
    /// From 1; 0 if it is not known.
    pub column: u32,
}

impl From<vm::Place> for Place {
    fn from(place: vm::Place) -> Self {
        Self {
            procedure: place.name.unwrap_or_default(),
            file: place.file.unwrap_or_default(),
            line: place.line,
            column: place.column,
        }
    }
}
