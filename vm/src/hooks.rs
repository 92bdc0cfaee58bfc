//! The hook of the machine for the compiler.

use std::rc::Rc;

use loader::TrustedImage;
use syntax::{Data, DatumId};
use thiserror::Error;

/// Which of the compiler's environments is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnvironmentNumber(pub u32);

impl EnvironmentNumber {
    /// The number, as an index.
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// The environment of an index.
    pub(crate) fn from_index(index: usize) -> Self {
        Self(u32::try_from(index).expect("numbers of environments have 32 bits"))
    }
}

/// A form of a text that is evaluated form by form ([`abi::form_text`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormText {
    /// The text, with what separates it from the form before.
    pub text: String,
    /// How many line feeds stand before the text in its file.
    pub line: u32,
    /// How many characters stand before the text in its line.
    pub column: u32,
    /// Whether letters in symbols are folded where the text starts.
    pub folds_case: bool,
}

/// The compiler, as `eval` and `load` need it.
pub trait Frontend {
    /// Called before the other methods: learns which bodies of libraries have run to their end, by the globals that
    /// they define there. `is_defined` says whether the global with this key has a value. Answers keys of globals that
    /// no image to come refers to.
    fn settle_libraries(&mut self, is_defined: &dyn Fn(&str) -> bool) -> Vec<Rc<str>>;

    /// About how many bytes of memory it takes to compile each part of a datum.
    fn part_bytes(&self) -> usize;

    /// About how many bytes of memory are kept between compilations for what programs have defined.
    fn retained_bytes(&self) -> usize;

    /// An image whose entry evaluates `datum`. That is to take no more than about `memory_bytes` of memory.
    ///
    /// # Errors
    ///
    /// [`FrontendError`]: it does not compile.
    fn compile_datum(
        &mut self,
        data: &Data,
        datum: DatumId,
        environment: EnvironmentNumber,
        memory_bytes: usize,
    ) -> Result<TrustedImage<'static>, FrontendError>;

    /// An image whose entry runs all forms of the file at `path`, up to the first mistake in one of them, unless that
    /// is the first form. That is to take no more than about `memory_bytes` of memory.
    ///
    /// # Errors
    ///
    /// [`FrontendError`]: it cannot be read, or does not compile.
    fn compile_file(
        &mut self,
        path: &str,
        environment: EnvironmentNumber,
        memory_bytes: usize,
    ) -> Result<TrustedImage<'static>, FrontendError>;

    /// An image whose entry runs some of these forms in the interaction environment, from the first one on, and how
    /// many these are. The forms follow one another in the text called `name`. That is to take no more than about
    /// `memory_bytes` of memory.
    ///
    /// # Errors
    ///
    /// [`FrontendError`]: the first form does not compile.
    fn compile_next(
        &mut self,
        name: &str,
        forms: &[FormText],
        memory_bytes: usize,
    ) -> Result<(TrustedImage<'static>, usize), FrontendError>;

    /// An environment: for a list of import sets one that holds what they provide, for `import` the one in which
    /// libraries are imported to load them, for anything else the interaction environment. `None` if a library of a
    /// set is not loaded. That is to take no more than about `memory_bytes` of memory.
    ///
    /// # Errors
    ///
    /// [`FrontendError`]: a set is malformed.
    fn environment(
        &mut self,
        data: &Data,
        datum: DatumId,
        memory_bytes: usize,
    ) -> Result<Option<EnvironmentNumber>, FrontendError>;

    /// Nothing is evaluated any more in an environment that [`Self::environment`] gave, unless it gives this
    /// environment again. Called while the heap is collected.
    fn forget_environment(&mut self, environment: EnvironmentNumber);
}

/// Why a text was not compiled.
#[derive(Clone, Debug, Default, Error, PartialEq, Eq)]
#[error("{file}:{line}:{column}: {message}")]
pub struct FrontendError {
    /// Whether the file could not even be read.
    pub is_unreadable: bool,
    /// Whether it takes more memory than it may.
    pub is_memory_short: bool,
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
