//! The hook of the machine for the compiler.

use loader::TrustedImage;
use syntax::{Data, DatumId};
use thiserror::Error;

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
    /// Whether an interrupt has ended the compilation, which is taken then.
    pub is_interrupted: bool,
    /// What was found and what was expected.
    pub message: String,
    /// The file, or what stands for it.
    pub file: String,
    /// From 1; 0 if unknown.
    pub line: u32,
    /// From 1; 0 if unknown.
    pub column: u32,
}
