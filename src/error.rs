//! The errors of the embedding interface.

use std::error::Error as _;

#[cfg(feature = "compiler")]
use compiler::diagnostic::Diagnostic;
use loader::LoadError;
use vm::{VerifyError, VmBuildError};

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
    /// An image was refused.
    #[error("{name} is refused")]
    Load {
        /// The image's name.
        name: String,
        /// Why.
        #[source]
        error: LoadError,
    },
    /// An image from anywhere was not proved to be safe: see [`verify_image`](crate::verify_image).
    #[error("{name} is refused")]
    Verify {
        /// The image's name.
        name: String,
        /// Why.
        #[source]
        error: VerifyError,
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
    /// [`Interrupt::request`](crate::Interrupt::request) ended the call, or a compilation. A host procedure passes
    /// this on, or any other error: then the call that it is part of ends so, too.
    #[error("interrupted")]
    Interrupted {
        /// Where the program stood, innermost first.
        backtrace: Vec<BacktraceFrame>,
    },
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
    /// A library has no image that is right for who needs it.
    #[error("{file}: library {library}: {reason}")]
    Library {
        /// The file that needs the library, or has its image.
        file: String,
        /// The name of the library.
        library: String,
        /// What is wrong.
        reason: String,
    },
    /// A library can have no image of its own.
    #[error("{file}: the library has no image of its own: {reason}")]
    Inseparable {
        /// The file of its text.
        file: String,
        /// Why.
        reason: String,
    },
    /// A text for a runtime that has no compiler.
    #[error("this runtime has no compiler: it runs images alone")]
    NoCompiler,
    /// The runtime could not be set up.
    #[error("{0}")]
    Setup(String),
    /// The system has no memory for a runtime.
    #[error(transparent)]
    Memory(#[from] VmBuildError),
    /// The heap's limit leaves no room for a value of the embedder.
    #[error("the limit of the heap leaves no room for {needed_bytes} bytes")]
    HeapExhausted {
        /// What the value takes.
        needed_bytes: usize,
    },
    /// The heap's limit leaves too little to compile a text.
    #[error(
        "{name}: to compile it takes more than the {left_bytes} bytes that the limit of the heap leaves"
    )]
    CompilationExhausted {
        /// The file, or what stands for it.
        name: String,
        /// How many bytes are left.
        left_bytes: usize,
    },
    /// What a program wrote to a port is lost.
    #[error("{port} cannot be written")]
    Output {
        /// The port's name: that of its file.
        port: String,
        /// Why.
        #[source]
        error: std::io::Error,
    },
    /// An error of a host procedure's own.
    #[error("{0}")]
    Host(String),
}

impl Error {
    /// That an image is refused, which messages call `name`.
    pub fn refused_image(name: &str, error: VerifyError) -> Self {
        let name = name.to_owned();
        match error {
            VerifyError::Load(error) => Self::Load { name, error },
            error => Self::Verify { name, error },
        }
    }

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
    /// The object; a string with the message where the machine could not go on, and no handler was asked.
    pub object: Handle,
    /// Where it was raised, innermost first.
    pub backtrace: Vec<BacktraceFrame>,
    /// What is wrong in a text, if the object is a condition about a text that was read or compiled. The report tells
    /// the same in one line.
    pub text: Option<TextError>,
    /// The kind of the condition, such as `wrong-type`, `heap-exhausted` or, for what `error`
    /// makes, `error`; `None` for other objects.
    pub kind: Option<String>,
}

/// What is wrong in a text that the program read or compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextError {
    /// What is wrong.
    pub message: String,
    /// The name of the text: of a file, its path.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1.
    pub column: u32,
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

/// The name of the place is the message.
impl From<vm::SourcePlace> for TextError {
    fn from(place: vm::SourcePlace) -> Self {
        Self {
            message: place.name.unwrap_or_default(),
            file: place.file.unwrap_or_default(),
            line: place.line,
            column: place.column,
        }
    }
}
