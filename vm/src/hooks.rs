//! The hooks of the machine: the compiler, and the procedures of the embedder.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use gc::Handle as RootedWord;
use loader::TrustedImage;
use syntax::{Data, DatumId};
use thiserror::Error;

use crate::error::Condition;
use crate::mutator::Mutator;
use crate::place::Place;

/// The compiler, as `eval` and `load` need it.
pub trait Frontend {
    /// An image whose entry evaluates `datum`.
    ///
    /// # Errors
    ///
    /// [`FrontendError`]: it does not compile.
    fn compile_datum(
        &mut self,
        data: &Data,
        datum: DatumId,
        environment: u32,
    ) -> Result<TrustedImage<'static>, FrontendError>;

    /// An image whose entry runs all forms of the file at `path`.
    ///
    /// # Errors
    ///
    /// [`FrontendError`]: it cannot be read, or does not compile.
    fn compile_file(
        &mut self,
        path: &str,
        environment: u32,
    ) -> Result<TrustedImage<'static>, FrontendError>;

    /// The number of an environment: for a list of import sets, or `#t` for the interaction
    /// environment.
    ///
    /// # Errors
    ///
    /// [`FrontendError`]: there is no such library.
    fn environment(&mut self, data: &Data, datum: DatumId) -> Result<u32, FrontendError>;
}

/// Why a text was not compiled.
#[derive(Clone, Debug, Default, Error, PartialEq, Eq)]
#[error("{file}:{line}:{column}: {message}")]
pub struct FrontendError {
    /// Whether the file could not even be read.
    pub is_unreadable: bool,
    /// What was found and what was expected.
    pub message: String,
    /// The file, or what stands for it.
    pub file: String,
    /// From 1; 0 if unknown.
    pub line: u32,
    /// From 1; 0 if unknown.
    pub column: u32,
}

/// A procedure of the embedder. It reads [`Mutator::argument`] and calls [`Mutator::set_result`].
pub type HostClosure = Box<dyn FnMut(&mut Mutator<'_>) -> Result<(), HostError>>;

/// A procedure of the embedder, as the machine keeps it.
pub(crate) type HostProcedure = Rc<RefCell<HostClosure>>;

/// Why a host procedure has no result.
#[derive(Debug)]
pub enum HostError {
    /// A panic has cut a run short: nothing goes on.
    Broken,
    /// An inner run was left for a continuation of an outer one: to be passed on at once.
    Escape,
    /// All runs end with this status.
    Exit(i32),
    /// The machine raises this object.
    Raise(Handle),
    /// The machine raises an error with this message.
    Message(String),
    /// The machine raises this condition.
    Condition(Condition<'static>),
    /// All runs end: nothing handled this object.
    Uncaught {
        /// The object.
        object: Handle,
        /// Where it was raised, innermost first.
        places: Vec<Place>,
    },
}

/// A rooted value: kept alive, and up to date, until it is dropped.
#[derive(Clone, Debug)]
pub struct Handle {
    pub(crate) rooted: RootedWord,
    pub(crate) owner: Arc<()>,
}
