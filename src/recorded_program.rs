//! What the cache of programs needs of the compiler: what an image was made from, and programs that were compiled
//! before.

use std::rc::Rc;

use compiler::diagnostic::Diagnostic;
use compiler::expand::SourceText;
use loader::TrustedImage;
use syntax::Unsupervised;

use crate::allowance::Allowance;
use crate::error::Error;
use crate::frontend::Frontend;
use crate::recorded_files::{Dependency, Notes, UnexpandedProgram};

/// An image, and what it was made from.
#[derive(Debug)]
pub(crate) struct Recorded {
    pub(crate) image: TrustedImage<'static>,
    pub(crate) dependencies: Vec<Dependency>,
    /// Something that was read cannot be read again, as a pipe.
    pub(crate) has_pipe: bool,
    pub(crate) warnings: Vec<Diagnostic>,
}

impl Frontend {
    /// As [`Self::compile_source`], with what the image was made from.
    pub(crate) fn compile_recorded(
        &mut self,
        source: &SourceText,
        memory_bytes: usize,
    ) -> Result<Recorded, Error> {
        self.check_options()?;
        let mut allowance = Allowance::new(&source.name, memory_bytes);
        self.files.start();
        let program = self.expand_source(source, &mut allowance);
        let notes = self.files.stop();
        let mut program = program?;
        let warnings = program.warnings.clone();
        self.add_libraries(&mut program)?;
        let Notes {
            dependencies,
            files,
            has_pipe,
        } = notes;
        Ok(Recorded {
            image: self.finish_program(program, source, files, &mut allowance)?,
            dependencies,
            has_pipe,
            warnings,
        })
    }

    /// Says that the image of a program comes to run that was made before. The program is expanded when something
    /// else is to be compiled: what it defines is known then.
    pub(crate) fn expand_later(&mut self, program: UnexpandedProgram) {
        self.unexpanded = Some(program);
    }

    /// Learns what the program defines whose image was made before.
    pub(crate) fn expand_earlier_program(&mut self) {
        let Some(UnexpandedProgram { source, files }) = self.unexpanded.take() else {
            return;
        };
        let supervisor = std::mem::replace(&mut self.supervisor, Rc::new(Unsupervised));
        let mut allowance = Allowance::unlimited(&source.name);
        let recorded = Rc::clone(&self.files);
        let expanded = recorded.showing(files, || self.expand_source(&source, &mut allowance));
        expanded.expect("a program that was compiled before is still right");
        self.supervisor = supervisor;
        self.hold_globals();
    }
}
