//! From the text of a library to an image of its own.

use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use abi::fingerprint::FINGERPRINT;
use abi::image::section;
use abi::library_record::{self, MadeFrom};
use compiler::core::ir::NeededLibrary;
use compiler::diagnostic::Diagnostic;
use compiler::expand::{self, CompiledLibraries, Separate, SeparateLibrary, SourceText};
use loader::TrustedImage;

use crate::allowance::Allowance;
use crate::boot;
use crate::cache::{Digest, Digester};
use crate::error::Error;
use crate::frontend::Frontend;
use crate::jit::{NativePart, Work};
use crate::recorded_files::{Dependency, Found, KeptFiles, Notes};

/// What became of a library that was to have an image of its own.
#[derive(Debug)]
pub(crate) enum Separately {
    /// It has one.
    Compiled(Box<CompiledApart>),
    /// It can only be expanded into the units that import it, because of this.
    Together(String),
}

/// The image of a library, as it was just compiled.
#[derive(Debug)]
pub(crate) struct CompiledApart {
    pub(crate) name: Rc<str>,
    pub(crate) image: TrustedImage<'static>,
    /// What expansion read besides the text.
    pub(crate) dependencies: Vec<Dependency>,
    /// Something that was read cannot be read again.
    pub(crate) is_unrepeatable: bool,
    pub(crate) warnings: Vec<Diagnostic>,
    /// Native code for the image.
    pub(crate) work: Option<Work>,
}

/// The text of a library.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LibraryText<'a> {
    /// The library's name.
    pub(crate) name: &'a str,
    pub(crate) source: &'a SourceText,
}

/// A library as it was just expanded.
struct ExpandedApart {
    library: Box<SeparateLibrary>,
    notes: Notes,
}

impl Frontend {
    /// The image of the one library in `source`, which is to be called `name` where that is known.
    ///
    /// # Errors
    ///
    /// As [`Self::compile_program`].
    pub(crate) fn compile_separately(
        &mut self,
        source: &SourceText,
        name: Option<&str>,
        libraries: Rc<dyn CompiledLibraries>,
        memory_bytes: usize,
    ) -> Result<Separately, Error> {
        self.check_options()?;
        let mut allowance = Allowance::new(&source.name, memory_bytes);
        let expanded = self.expand_separately(source, name, libraries, &mut allowance)?;
        let ExpandedApart { library, notes } = match expanded {
            Ok(expanded) => expanded,
            Err(reason) => return Ok(Separately::Together(reason)),
        };
        let SeparateLibrary {
            name,
            mut program,
            interface,
            unbound,
        } = *library;
        let Notes {
            dependencies,
            files,
            is_unrepeatable,
            ..
        } = notes;
        let made_from = made_from(&name, source, &dependencies, &unbound);
        program.records = vec![
            (section::INTERFACE, interface),
            (section::IMPORTS, imports(&program.libraries)),
            (section::MADE_FROM, made_from),
        ];
        let warnings = program.warnings.clone();
        let image = self.finish_program(program, source, files, &mut allowance)?;
        let mut work = self.native_work.take();
        if let Some(Work::PutOff(work)) = &mut work {
            work.library = Some(name.to_string());
        }
        Ok(Separately::Compiled(Box::new(CompiledApart {
            name,
            image,
            dependencies,
            is_unrepeatable,
            warnings,
            work,
        })))
    }

    /// The library, or why it can have no image of its own.
    fn expand_separately(
        &mut self,
        source: &SourceText,
        name: Option<&str>,
        libraries: Rc<dyn CompiledLibraries>,
        allowance: &mut Allowance<'_>,
    ) -> Result<Result<ExpandedApart, String>, Error> {
        self.files.start();
        let expanded = self.expand_with(Some(libraries), allowance, |registry| {
            expand::expand_separately(registry, source, name)
        });
        let notes = self.files.stop();
        Ok(match expanded {
            Ok(Separate::Library(library)) => Ok(ExpandedApart { library, notes }),
            Ok(Separate::Together(reason)) => {
                // Who expands the library once more reads them once more.
                self.libraries.pipes.give_back(notes);
                Err(reason)
            }
            Err(error) => {
                self.libraries.pipes.give_back(notes);
                return Err(error);
            }
        })
    }

    /// The native part of the image of a library, as [`Self::compile_parts`] makes that of a program.
    pub(crate) fn compile_library_part(
        &mut self,
        text: LibraryText<'_>,
        files: Arc<KeptFiles>,
        libraries: Rc<dyn CompiledLibraries>,
        memory_bytes: usize,
    ) -> Result<Option<TrustedImage<'static>>, Error> {
        let LibraryText { name, source } = text;
        let mut allowance = Allowance::new(&source.name, memory_bytes);
        let recorded = Rc::clone(&self.files);
        let expanded = recorded.showing(files, || {
            self.expand_separately(source, Some(name), libraries, &mut allowance)
        })?;
        let Ok(ExpandedApart { library, .. }) = expanded else {
            return Ok(None);
        };
        match self.finish_apart(library.program, &mut allowance, None)?.1 {
            NativePart::Made(part) => Ok(Some(part)),
            NativePart::PutOff | NativePart::None => Ok(None),
        }
    }
}

/// The contents of the section `.cozen.imports`.
pub(crate) fn imports(libraries: &[NeededLibrary]) -> Vec<u8> {
    let libraries = libraries.iter();
    library_record::encode_imports(libraries.map(|each| (&*each.name, &*each.hash)))
}

/// The contents of the section `.cozen.made-from`.
fn made_from(
    library: &str,
    source: &SourceText,
    dependencies: &[Dependency],
    unbound: &[Rc<str>],
) -> Vec<u8> {
    let folder = source.folder();
    let own_name = Path::new(&*source.name).file_name();
    let own_name = own_name.map_or_else(String::new, |name| name.display().to_string());
    let mut files = vec![(own_name, Digest::of(source.text.as_bytes()).to_string())];
    for dependency in dependencies {
        let Found::Contents(digest) = dependency.found else {
            continue;
        };
        let path = &dependency.path;
        let path = path
            .strip_prefix(folder)
            .unwrap_or(path)
            .display()
            .to_string();
        files.push((path, digest.to_string()));
    }
    let files = files.iter();
    library_record::encode_made_from(&MadeFrom {
        library,
        compiler: &compiler_of_files(),
        unbound: unbound.iter().map(|name| &**name).collect(),
        files: files.map(|(path, hash)| (&**path, &**hash)).collect(),
    })
}

/// How many bytes of the image of the runtime's libraries are looked at: its header with the hash of its contents.
const COMPARED_BYTES: usize = 512;

/// Identifies the compiler that made an image in a file: the version, what images say, and the libraries of the
/// runtime as they were compiled.
pub(crate) fn compiler_of_files() -> String {
    let mut compiler = Digester::default();
    compiler.add(env!("CARGO_PKG_VERSION").as_bytes());
    compiler.add(&FINGERPRINT.to_le_bytes());
    compiler.add(&boot::bytecode()[..COMPARED_BYTES]);
    compiler.finish().to_string()
}
