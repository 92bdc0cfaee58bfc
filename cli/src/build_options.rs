//! What `cozen build` and other tools are asked for.

use std::path::PathBuf;

use cozen::SourcePrefix;
use cozen::link::Debug;

/// What `cozen build` is asked for besides the program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct BuildOptions {
    /// Whether the executable has a compiler; without a word, if the program uses one.
    pub(crate) compiler: Option<bool>,
    /// The executable that is to carry the program.
    pub(crate) runtime: Option<PathBuf>,
    /// What source files are called in images.
    pub(crate) source_prefix: Option<SourcePrefix>,
    /// What is kept of the information about texts.
    pub(crate) debug: Option<Debug>,
}
