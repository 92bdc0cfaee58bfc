//! The ways in which runs and host procedures end without a result.

use std::sync::Arc;

use gc::Handle as RootedWord;

use crate::error::Condition;

/// A rooted value: kept alive, and up to date, until it is dropped.
#[derive(Clone, Debug)]
pub struct Handle {
    pub(crate) rooted: RootedWord,
    pub(crate) owner: Arc<()>,
}

/// A place in source text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourcePlace {
    /// The procedure.
    pub name: Option<String>,
    /// The file.
    pub file: Option<String>,
    /// From 1; 0 if unknown.
    pub line: u32,
    /// From 1; 0 if unknown.
    pub column: u32,
}

/// Why a run has no result.
#[derive(Debug, thiserror::Error)]
pub enum VmError {
    /// Nothing handled what was raised.
    #[error("nothing handled what was raised")]
    Uncaught {
        /// What was raised.
        object: Handle,
        /// Where, innermost first.
        places: Vec<SourcePlace>,
    },
    /// The machine cannot go on, and no handler could: there is no library to make a condition, or no memory left.
    #[error("{message}")]
    Failed {
        /// What happened.
        message: String,
        /// Where, innermost first.
        places: Vec<SourcePlace>,
    },
    /// The program asked for its end, with this status.
    #[error("the program exited with status {0}")]
    Exit(i32),
    /// Who owns the machine interrupted it. No handler of the program was asked.
    #[error("interrupted")]
    Interrupted {
        /// Where, innermost first.
        places: Vec<SourcePlace>,
    },
    /// A continuation of an outer run was invoked: to be passed on at once.
    #[error("a continuation of an outer run was invoked")]
    Escape,
    /// A panic has cut a run of this machine short: see [`crate::Mutator::is_broken`].
    #[error("a panic has cut a run of this machine short")]
    Broken,
}

/// The limit of the heap leaves no room for so many bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the limit of the heap leaves no room for {needed_bytes} bytes")]
pub struct HeapExhausted {
    /// What was asked for.
    pub needed_bytes: usize,
}

/// Why a host procedure has no result.
#[derive(Debug)]
pub enum HostError {
    /// A panic has cut a run short: nothing goes on.
    Broken,
    /// An inner run was left for a continuation of an outer one: to be passed on at once.
    Escape,
    /// All runs end with this status.
    Exit(i32),
    /// All runs end: who owns the machine interrupted it.
    Interrupted {
        /// Where, innermost first.
        places: Vec<SourcePlace>,
    },
    /// The machine raises this object.
    Raise(Handle),
    /// The machine raises an error with this message.
    Message(String),
    /// The machine raises this condition.
    Condition(Condition<'static>),
    /// The machine raises the condition that the heap's limit leaves no room.
    HeapExhausted {
        /// For so many bytes.
        needed_bytes: usize,
    },
    /// All runs end: nothing handled this object.
    Uncaught {
        /// The object.
        object: Handle,
        /// Where it was raised, innermost first.
        places: Vec<SourcePlace>,
    },
}

impl HostError {
    /// Whether all runs end, or those up to the continuation of an escape.
    pub(crate) const fn ends_runs(&self) -> bool {
        match self {
            Self::Broken
            | Self::Escape
            | Self::Exit(_)
            | Self::Interrupted { .. }
            | Self::Uncaught { .. } => true,
            Self::Raise(_) | Self::Message(_) | Self::Condition(_) | Self::HeapExhausted { .. } => {
                false
            }
        }
    }
}

impl From<VmError> for HostError {
    fn from(error: VmError) -> Self {
        match error {
            VmError::Uncaught { object, .. } => Self::Raise(object),
            VmError::Failed { message, .. } => Self::Message(message),
            VmError::Exit(status) => Self::Exit(status),
            VmError::Interrupted { places } => Self::Interrupted { places },
            VmError::Escape => Self::Escape,
            VmError::Broken => Self::Broken,
        }
    }
}

impl From<Condition<'static>> for HostError {
    fn from(condition: Condition<'static>) -> Self {
        Self::Condition(condition)
    }
}
