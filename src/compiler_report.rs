//! What the compiler says besides the image, for an embedder who asks.

use std::fmt;
use std::sync::Arc;

use compiler::diagnostic::Diagnostic;

use crate::error::Error;

/// Something that the compiler was asked to say about a program.
#[derive(Debug)]
#[non_exhaustive]
pub enum CompilerReport<'a> {
    /// The program as text after the pass that [`crate::RuntimeBuilder::dump_after`] names.
    Program(&'a str),
    /// Something doubtful about a text that was compiled nevertheless.
    Warning(&'a Diagnostic),
    /// What became of a look into the cache, or of an attempt to put a program there.
    Cache(&'a str),
    /// How long each phase took: [`crate::RuntimeBuilder::time_passes`].
    Times {
        /// What messages call the program.
        name: &'a str,
        /// A line for each phase.
        table: &'a str,
    },
    /// How far [`crate::RuntimeBuilder::stop_after_rewrite`] let the compiler go.
    Rewrites {
        /// How many rewrites were done.
        count: u64,
        /// The pass that did the last of them, if there was one.
        last_by: Option<&'a str>,
    },
}

type Listen = dyn Fn(&CompilerReport<'_>) -> Result<(), Error> + Send + Sync;

/// Who is told; nobody at first.
#[derive(Clone, Default)]
pub(crate) struct Listener(Option<Arc<Listen>>);

impl Listener {
    pub(crate) fn new(
        listen: impl Fn(&CompilerReport<'_>) -> Result<(), Error> + Send + Sync + 'static,
    ) -> Self {
        Self(Some(Arc::new(listen)))
    }

    /// Tells.
    ///
    /// # Errors
    ///
    /// What the listener answers.
    pub(crate) fn tell(&self, report: &CompilerReport<'_>) -> Result<(), Error> {
        self.0.as_ref().map_or(Ok(()), |listen| listen(report))
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("Listener")
            .field(&self.0.is_some())
            .finish()
    }
}
