//! What the cache of programs needs of the compiler: what an image was made from, and programs that were compiled
//! before.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use compiler::diagnostic::Diagnostic;
use compiler::expand::{LibraryRegistry, SourceText};
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
    /// What was read cannot be read again as it was: see [`Notes::is_unrepeatable`].
    pub(crate) is_unrepeatable: bool,
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
            is_unrepeatable,
            ..
        } = notes;
        Ok(Recorded {
            image: self.finish_program(program, source, files, &mut allowance)?,
            dependencies,
            is_unrepeatable,
            warnings,
        })
    }

    /// Says that the image of a program comes to run that was made before. The program is expanded when something
    /// else is to be compiled: what it defines is known then.
    pub(crate) fn expand_later(&mut self, program: UnexpandedProgram) {
        self.unexpanded = Some(program);
    }

    /// Learns what the program defines whose image was made before.
    ///
    /// # Errors
    ///
    /// [`Error::Interrupted`]. Or the program cannot be expanded as it was then: procedures of its macros take more
    /// than the limits allow now. Then whatever is to be compiled ends so.
    pub(crate) fn expand_earlier_program(&mut self) -> Result<(), Error> {
        if let Some(program) = self.unexpanded.take() {
            match self.expand_once_more(&program) {
                Ok(()) => {}
                Err(error @ Error::Interrupted { .. }) => {
                    self.unexpanded = Some(program);
                    return Err(error);
                }
                Err(error) => {
                    let (name, error) = (&program.source.name, error.with_causes());
                    self.unexpandable = Some(format!(
                        "{name}, which was compiled before, cannot be expanded once more: {error}"
                    ));
                }
            }
        }
        match &self.unexpandable {
            None => Ok(()),
            Some(reason) => Err(Error::Setup(reason.clone())),
        }
    }

    fn expand_once_more(&mut self, program: &UnexpandedProgram) -> Result<(), Error> {
        let UnexpandedProgram { source, files } = program;
        let supervisor = std::mem::replace(&mut self.supervisor, Rc::new(Unsupervised));
        let mut allowance = Allowance::unlimited(&source.name);
        let recorded = Rc::clone(&self.files);
        let expanded = recorded.showing(Arc::clone(files), || {
            self.expand_source(source, &mut allowance)
        });
        self.supervisor = supervisor;
        self.hold_globals();
        if let (1.., Some(registry)) = (self.runs, &mut self.registry) {
            registry.begin_run();
        }
        expanded.map(drop)
    }

    /// As [`Self::expand_earlier_program`]. If that fails, whatever is compiled next tells.
    pub(crate) fn learn_earlier_program(&mut self) {
        let _ = self.expand_earlier_program();
    }

    /// The variables of the interaction environment that the embedder has defined. `None` if programs or forms were
    /// compiled, or came to run: they may have defined anything.
    pub(crate) fn declared_before_all(&self) -> Option<&BTreeSet<Rc<str>>> {
        let is_first = !self.has_expanded && self.unexpanded.is_none();
        is_first.then_some(&self.declared)
    }

    /// Whether the embedder has defined variables of the interaction environment.
    pub(crate) fn has_declared(&self) -> bool {
        !self.declared.is_empty()
    }

    /// What was compiled begins to run: until it ends, nobody loads its libraries once more. What is to be given to
    /// [`Self::end_run`].
    pub(crate) fn begin_run(&mut self) -> OuterRun {
        self.runs += 1;
        let libraries = self.registry.as_mut().map(LibraryRegistry::begin_run);
        OuterRun {
            libraries: libraries.unwrap_or_default(),
        }
    }

    /// The run is over that began within `outer`.
    pub(crate) fn end_run(&mut self, outer: OuterRun) {
        self.runs -= 1;
        if let Some(registry) = &mut self.registry {
            registry.end_run(outer.libraries);
        }
    }
}

/// What ran when a run began.
#[derive(Debug)]
pub(crate) struct OuterRun {
    libraries: Vec<Rc<str>>,
}
