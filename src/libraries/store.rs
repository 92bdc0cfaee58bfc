//! The libraries with images of their own that a compiler has looked for.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use compiler::diagnostic::Diagnostic;
use compiler::expand::{CompiledLibraries, CompiledLibrary, LibraryRefused};
use compiler::options::Options;

use super::frozen::FrozenLibraries;
use super::image_library::{ImageLibrary, Needed};
use crate::cache::ProgramCache;
use crate::compiler_report::Listener;
use crate::error::Error;
use crate::jit::Jit;
use crate::macro_limits::MacroLimits;

/// How libraries are looked for and compiled.
#[derive(Clone, Debug)]
pub(crate) struct LibrarySettings {
    pub(crate) library_paths: Vec<PathBuf>,
    pub(crate) options: Options,
    pub(crate) macro_limits: MacroLimits,
    pub(crate) interrupt: Option<gc::Interrupt>,
    pub(crate) jit: Jit,
    pub(crate) listener: Listener,
    /// Where images are kept.
    pub(crate) cache: Option<Arc<ProgramCache>>,
    /// Whether images in files are trusted, native code and all.
    pub(crate) trusts_files: bool,
}

/// What is known of a library.
#[derive(Debug)]
enum Known {
    /// Its image is being made.
    Open,
    /// It has one.
    Ready(Rc<ImageLibrary>),
    /// It has none: units that import it contain it.
    None,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The image of the library is being made.
    Open,
    /// A mistake in the library, or in one that it imports; or something has ended the compilation.
    Error(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// Looks for a library. A pointer leads there, so that a runtime without compiler contains none of it.
pub(crate) type Find =
    fn(&Rc<Libraries>, &str, &LibrarySettings) -> Result<Option<Rc<ImageLibrary>>, Refusal>;

/// Libraries with images of their own: each is looked for once.
#[derive(Debug, Default)]
pub(crate) struct Libraries {
    settings: RefCell<Option<LibrarySettings>>,
    /// Nothing is found without.
    find: Cell<Option<Find>>,
    known: RefCell<HashMap<String, Known>>,
    /// What has ended the expansion that asked for a library.
    error: RefCell<Option<Error>>,
    /// What the compilation of a library may take, in bytes.
    memory_bytes: Cell<usize>,
}

impl Libraries {
    /// These libraries, and no others.
    pub(super) fn of(libraries: impl Iterator<Item = ImageLibrary>) -> Self {
        let known = libraries.map(|library| {
            let library = Rc::new(library);
            (library.name.to_string(), Known::Ready(library))
        });
        Self {
            known: RefCell::new(known.collect()),
            ..Self::default()
        }
    }

    /// Says who looks for libraries.
    pub(crate) fn find_by(&self, find: Find) {
        self.find.set(Some(find));
    }

    /// Says how libraries are looked for.
    pub(crate) fn set(&self, settings: LibrarySettings) {
        self.settings.replace(Some(settings));
    }

    pub(crate) fn settings(&self) -> Option<LibrarySettings> {
        self.settings.borrow().clone()
    }

    /// Says how many bytes the compilation of a library may take.
    pub(crate) fn set_memory_bytes(&self, bytes: usize) {
        self.memory_bytes.set(bytes);
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.memory_bytes.get()
    }

    /// The library of this name, if it has an image, or can get one.
    pub(crate) fn resolve(
        self: &Rc<Self>,
        name: &str,
    ) -> Result<Option<Rc<ImageLibrary>>, Refusal> {
        match self.known.borrow().get(name) {
            Some(Known::Ready(library)) => return Ok(Some(Rc::clone(library))),
            Some(Known::None) => return Ok(None),
            Some(Known::Open) => return Err(Refusal::Open),
            None => {}
        }
        let (Some(find), Some(settings)) = (self.find.get(), self.settings()) else {
            return Ok(None);
        };
        self.know(name, Known::Open);
        let found = find(self, name, &settings);
        match &found {
            Ok(Some(library)) => self.know(name, Known::Ready(Rc::clone(library))),
            Ok(None) => self.know(name, Known::None),
            Err(_) => {
                self.known.borrow_mut().remove(name);
            }
        }
        found
    }

    /// A library that was found before.
    pub(crate) fn found(&self, name: &str) -> Option<Rc<ImageLibrary>> {
        match self.known.borrow().get(name)? {
            Known::Ready(library) => Some(Rc::clone(library)),
            Known::Open | Known::None => None,
        }
    }

    /// The library that defines the global `key`, if it was found before.
    pub(crate) fn of_key(&self, key: &str) -> Option<Rc<ImageLibrary>> {
        let known = self.known.borrow();
        let found = known.iter().find(|(name, known)| {
            let rest = key.strip_prefix(name.as_str());
            matches!(known, Known::Ready(_)) && rest.is_some_and(|rest| rest.contains('#'))
        });
        match found {
            Some((_, Known::Ready(library))) => Some(Rc::clone(library)),
            _ => None,
        }
    }

    fn know(&self, name: &str, known: Known) {
        self.known.borrow_mut().insert(name.to_owned(), known);
    }

    /// Whether all of these are there, with the interfaces that they are needed with.
    pub(crate) fn are_there(self: &Rc<Self>, needed: &[Needed]) -> Result<bool, Refusal> {
        for each in needed {
            let library = self.resolve(&each.name)?;
            if library.is_none_or(|library| library.hash != each.hash) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// All libraries that these need, and they themselves, in the order in which their bodies run.
    pub(crate) fn in_order(&self, needed: &[Needed]) -> Vec<Rc<ImageLibrary>> {
        let mut ordered = Vec::new();
        let mut seen = HashSet::new();
        let found = |needed: &[Needed]| {
            let found = needed
                .iter()
                .rev()
                .filter_map(|each| self.found(&each.name));
            found.collect::<Vec<_>>()
        };
        let mut pending: Vec<(Rc<ImageLibrary>, bool)> = Vec::new();
        pending.extend(found(needed).into_iter().map(|library| (library, false)));
        while let Some((library, is_behind)) = pending.pop() {
            if is_behind {
                ordered.push(library);
            } else if seen.insert(Rc::clone(&library.name)) {
                let before = found(&library.needed);
                pending.push((library, true));
                pending.extend(before.into_iter().map(|library| (library, false)));
            }
        }
        ordered
    }

    /// What the compiler said of these libraries, and of those that they need.
    pub(crate) fn warnings(&self, needed: &[Needed]) -> Vec<Diagnostic> {
        let libraries = self.in_order(needed).into_iter();
        libraries
            .flat_map(|library| library.warnings.clone())
            .collect()
    }

    /// All that were found, for another thread.
    pub(crate) fn freeze(&self) -> FrozenLibraries {
        let known = self.known.borrow();
        FrozenLibraries::new(known.values().filter_map(|known| match known {
            Known::Ready(library) => Some(&**library),
            Known::Open | Known::None => None,
        }))
    }

    /// What has ended the last expansion, if it was about a library.
    pub(crate) fn take_error(&self) -> Option<Error> {
        self.error.take()
    }
}

/// The libraries, as the expander asks for them.
#[derive(Debug)]
pub(crate) struct SharedLibraries(pub(crate) Rc<Libraries>);

impl CompiledLibraries for SharedLibraries {
    fn library(&self, name: &str) -> Result<Option<CompiledLibrary>, LibraryRefused> {
        let Self(libraries) = self;
        match libraries.resolve(name) {
            Ok(found) => Ok(found.map(|library| library.for_importers())),
            Err(Refusal::Open) => Err(LibraryRefused::Open),
            Err(Refusal::Error(error)) => {
                libraries.error.replace(Some(error));
                Err(LibraryRefused::Known)
            }
        }
    }
}
