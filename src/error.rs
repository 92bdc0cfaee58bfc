//! The errors of the embedding interface.

use std::error::Error as _;

#[cfg(feature = "compiler")]
use compiler::diagnostic::Diagnostic;
use loader::LoadError;
use vm::VmBuildError;

use crate::handle::Handle;

/// An error of the embedding interface. Its text says what failed, [`source`](std::error::Error::source) why;
/// [`Error::with_causes`] says both.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Text that does not compile.
    #[cfg(feature = "compiler")]
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Syntax(Vec<Diagnostic>),
    /// An interrupt has ended a compilation.
    #[cfg(feature = "compiler")]
    #[error("the compilation was interrupted")]
    Interrupted,
    /// An image was refused.
    #[error("{name} is refused")]
    Load {
        /// The image's name.
        name: String,
        /// Why.
        #[source]
        error: LoadError,
    },
    /// A file could not be read or written.
    #[error("{path} cannot be used")]
    File {
        /// The file's name.
        path: String,
        /// Why.
        #[source]
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
    /// A panic has cut a run of this runtime short: it cannot be used any more.
    #[error("a panic has cut a run of this runtime short: it cannot be used any more")]
    Broken,
    /// The runtime could not be set up.
    #[error("{0}")]
    Setup(String),
    /// The system has no memory for a runtime.
    #[error(transparent)]
    Memory(#[from] VmBuildError),
    /// An error of a host procedure's own.
    #[error("{0}")]
    Host(String),
}

impl Error {
    /// The text of this error, and of what caused it.
    pub fn with_causes(&self) -> String {
        let mut text = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }
}

/// What is known of an object that was raised.
#[derive(Debug, thiserror::Error)]
#[error("{report}")]
pub struct Raised {
    /// The message and the irritants, as people read them.
    pub report: String,
    /// The object.
    pub object: Handle,
    /// Where it was raised, innermost first.
    pub backtrace: Vec<BacktraceFrame>,
    /// The kind of the condition, such as `wrong-type`, `interrupted`, `heap-exhausted` or, for what `error`
    /// makes, `error`; `None` for other objects.
    pub kind: Option<String>,
}

/// A call that had not returned when an object was raised, and the place where it stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BacktraceFrame {
    /// The procedure; empty if it has no name.
    pub procedure: String,
    /// The source file; empty if it is not known.
    pub file: String,
    /// From 1; 0 if it is not known.
    pub line: u32,
    /// From 1; 0 if it is not known.
    pub column: u32,
}

impl From<vm::SourcePlace> for BacktraceFrame {
    fn from(place: vm::SourcePlace) -> Self {
        Self {
            procedure: place.name.unwrap_or_default(),
            file: place.file.unwrap_or_default(),
            line: place.line,
            column: place.column,
        }
    }
}
