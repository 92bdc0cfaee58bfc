//! What a compiler does with libraries that have images of their own.

use std::rc::Rc;
use std::sync::Arc;

use abi::image::section;
use compiler::core::ir::Program;
use compiler::expand::{CompiledLibraries, SourceText};
use compiler::options::Tier;
use loader::TrustedImage;

use super::compile::{Separately, imports};
use super::found::warn;
use super::image_library::Needed;
use super::store::{Libraries, LibrarySettings, SharedLibraries};
use crate::cache::ProgramCache;
use crate::error::Error;
use crate::frontend::Frontend;

impl Frontend {
    /// Says whether images of libraries in files are trusted, native code and all.
    pub(crate) fn with_trusted_files(mut self, trusts_files: bool) -> Self {
        self.trusts_files = trusts_files;
        self
    }

    /// From here on, programs import libraries that have images of their own, and `cache` keeps these.
    pub(crate) fn separate(&mut self, cache: Option<Arc<ProgramCache>>) {
        let options = &self.options;
        // Who looks at what passes do looks at all of a program.
        let is_watched =
            options.dump_after.is_some() || options.rewrites_max.is_some() || options.time_passes;
        // Who wants native code from the start wants the best.
        self.separates = !is_watched && options.tier == Tier::Bytecode;
        self.set_library_settings(cache);
    }

    fn set_library_settings(&self, cache: Option<Arc<ProgramCache>>) {
        self.libraries.set(LibrarySettings {
            library_paths: self.library_paths.clone(),
            options: self.options.clone(),
            macro_limits: self.macro_limits,
            interrupt: self.interrupt.clone(),
            jit: self.jit,
            listener: self.listener.clone(),
            cache,
            trusts_files: self.trusts_files,
        });
    }

    /// The libraries with images of their own. Where none was looked for yet, they are now.
    pub(crate) fn ready_libraries(&self) -> Rc<Libraries> {
        if self.libraries.settings().is_none() {
            self.set_library_settings(None);
            self.libraries.set_memory_bytes(usize::MAX);
        }
        Rc::clone(&self.libraries)
    }

    /// What the expander asks for libraries, if programs import any with images of their own.
    pub(crate) fn compiled_libraries(
        &self,
        memory_bytes: usize,
    ) -> Option<Rc<dyn CompiledLibraries>> {
        self.libraries.set_memory_bytes(memory_bytes);
        self.separates.then(|| {
            let libraries: Rc<dyn CompiledLibraries> =
                Rc::new(SharedLibraries(Rc::clone(&self.libraries)));
            libraries
        })
    }

    /// Notes in a program which libraries its image needs, and tells what the compiler said of them.
    pub(crate) fn add_libraries(&self, program: &mut Program) -> Result<(), Error> {
        if program.libraries.is_empty() {
            return Ok(());
        }
        let needed: Vec<Needed> = (program.libraries.iter())
            .map(|library| Needed {
                name: Rc::clone(&library.name),
                hash: Rc::clone(&library.hash),
            })
            .collect();
        let section = (section::IMPORTS, imports(&program.libraries));
        program.records.push(section);
        warn(&self.listener, &self.libraries.warnings(&needed))
    }

    /// The image of the one library that `source` defines, for a file.
    pub(crate) fn compile_library(
        &mut self,
        source: &SourceText,
    ) -> Result<TrustedImage<'static>, Error> {
        let libraries = Rc::new(SharedLibraries(self.ready_libraries()));
        match self.compile_separately(source, None, libraries, usize::MAX)? {
            Separately::Compiled(compiled) => {
                warn(&self.listener, &compiled.warnings)?;
                Ok(compiled.image)
            }
            Separately::Together(reason) => Err(Error::Inseparable {
                file: source.name.to_string(),
                reason,
            }),
        }
    }
}
