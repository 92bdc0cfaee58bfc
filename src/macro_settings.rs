//! How the machine that runs procedures of macros is to be made: data that the compiler passes on.

use std::fmt::{self, Debug};
use std::path::PathBuf;
use std::rc::Rc;

use compiler::expand::MacroEvaluator;
use compiler::options::Options;
use gc::Zeal;

/// What the machine that runs procedures of macros may take: as much as the program's own machine.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct MacroLimits {
    pub(crate) heap_bytes_max: Option<usize>,
    pub(crate) stack_bytes_max: Option<usize>,
    pub(crate) zeal: Option<Zeal>,
}

/// What an evaluator is made of.
#[derive(Debug)]
pub(crate) struct MacroSettings {
    pub(crate) limits: MacroLimits,
    pub(crate) library_paths: Vec<PathBuf>,
    pub(crate) options: Options,
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
