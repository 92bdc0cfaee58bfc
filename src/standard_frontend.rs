//! The compiler as all of this library uses it: macros may be procedures.

use std::path::PathBuf;

use compiler::options::Options;

use crate::frontend::Frontend;
use crate::libraries;
use crate::macro_evaluator::MachineEvaluator;
use crate::macro_settings::MakeEvaluator;

impl Frontend {
    /// A compiler that also looks for libraries in `library_paths`.
    pub fn standard(library_paths: Vec<PathBuf>, options: Options) -> Self {
        let maker = MakeEvaluator(MachineEvaluator::make);
        let frontend = Self::without_machine(library_paths, options).with_evaluator(maker);
        frontend.libraries.find_by(libraries::find);
        frontend
    }
}
