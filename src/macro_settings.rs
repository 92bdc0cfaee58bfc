//! How the machine that runs procedures of macros is to be made: data that the compiler passes on.

use std::fmt::{self, Debug};
use std::path::PathBuf;
use std::rc::Rc;

use compiler::expand::MacroEvaluator;
use compiler::options::Options;

use crate::libraries::Libraries;
use crate::macro_limits::MacroLimits;
use crate::recorded_files::RecordedFiles;

/// What an evaluator is made of.
#[derive(Debug)]
pub(crate) struct MacroSettings {
    pub(crate) limits: MacroLimits,
    pub(crate) library_paths: Vec<PathBuf>,
    pub(crate) options: Options,
    /// Libraries with images of their own.
    pub(crate) libraries: Rc<Libraries>,
    /// What the compiler reads: learns of what procedures of macros look at.
    pub(crate) files: Rc<RecordedFiles>,
    /// Interrupts that end expansions.
    pub(crate) interrupt: Option<gc::Interrupt>,
}

/// Makes an evaluator. The machine is made when a macro needs it.
#[derive(Clone, Copy)]
pub(crate) struct MakeEvaluator(pub(crate) fn(MacroSettings) -> Rc<dyn MacroEvaluator>);

impl Debug for MakeEvaluator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("MakeEvaluator")
            .finish_non_exhaustive()
    }
}
