//! The libraries with images of their own that a compiler has looked for.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use compiler::diagnostic::Diagnostic;
use compiler::expand::{CompiledLibraries, CompiledLibrary, LibraryRefused};
use compiler::options::Options;

use super::image_library::{ImageLibrary, Needed};
use crate::cache::ProgramCache;
use crate::compiler_report::Listener;
use crate::error::Error;
use crate::jit::Jit;
use crate::macro_limits::MacroLimits;
use crate::recorded_files::Pipes;

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
    /// Too many libraries wait for each other: this one is to be asked for again, behind
    /// [`Libraries::wanted`].
    Deep,
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
    /// What was read of pipes in vain.
    pub(crate) pipes: Pipes,
    /// How many libraries are being looked for, each for the one before.
    depth: Cell<u32>,
    /// The library that one more would have been looked for.
    wanted: RefCell<Option<String>>,
}

/// So many libraries are looked for at the same time. Each takes a part of the thread's stack.
const DEPTH_MAX: u32 = 16;

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
        if let Some(known) = self.known(name) {
            return known;
        }
        match self.depth.get() {
            0 => self.resolve_in_turn(name),
            DEPTH_MAX => {
                self.wanted.replace(Some(name.to_owned()));
                Err(Refusal::Deep)
            }
            _ => self.look_for(name),
        }
    }

    fn known(&self, name: &str) -> Option<Result<Option<Rc<ImageLibrary>>, Refusal>> {
        Some(match self.known.borrow().get(name)? {
            Known::Ready(library) => Ok(Some(Rc::clone(library))),
            Known::None => Ok(None),
            Known::Open => Err(Refusal::Open),
        })
    }

    /// Where libraries import each other too deep for the stack, looks for the innermost one that was met, and then
    /// for the outer one again.
    fn resolve_in_turn(self: &Rc<Self>, name: &str) -> Result<Option<Rc<ImageLibrary>>, Refusal> {
        let mut waiting = vec![name.to_owned()];
        loop {
            let next = waiting.last().expect("the loop ends with the last").clone();
            match self.look_for(&next) {
                Err(Refusal::Deep) => {
                    // Who imports it under the one that is looked for next imports itself.
                    self.know(&next, Known::Open);
                    let wanted = self.wanted.take();
                    waiting.push(wanted.expect("who refuses says what is wanted"));
                }
                Ok(found) => {
                    waiting.pop();
                    if waiting.is_empty() {
                        return Ok(found);
                    }
                }
                Err(refusal) => {
                    let mut known = self.known.borrow_mut();
                    for name in &waiting {
                        known.remove(name);
                    }
                    return Err(refusal);
                }
            }
        }
    }

    fn look_for(self: &Rc<Self>, name: &str) -> Result<Option<Rc<ImageLibrary>>, Refusal> {
        let (Some(find), Some(settings)) = (self.find.get(), self.settings()) else {
            return Ok(None);
        };
        self.know(name, Known::Open);
        let found = {
            let _deeper = Deeper::new(&self.depth);
            find(self, name, &settings)
        };
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

    /// All that were found.
    pub(super) fn all_found(&self) -> Vec<Rc<ImageLibrary>> {
        let known = self.known.borrow();
        let found = known.values().filter_map(|known| match known {
            Known::Ready(library) => Some(Rc::clone(library)),
            Known::Open | Known::None => None,
        });
        found.collect()
    }

    /// Whether the last expansion has ended because a library is to be looked for first.
    pub(super) fn is_too_deep(&self) -> bool {
        self.wanted.borrow().is_some()
    }

    /// What has ended the last expansion, if it was about a library.
    pub(crate) fn take_error(&self) -> Option<Error> {
        self.error.take()
    }
}

/// One library more is being looked for, until this is dropped: also if a panic unwinds.
struct Deeper<'a>(&'a Cell<u32>);

impl<'a> Deeper<'a> {
    fn new(depth: &'a Cell<u32>) -> Self {
        depth.set(depth.get() + 1);
        Self(depth)
    }
}

impl Drop for Deeper<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
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
            Err(Refusal::Deep) => Err(LibraryRefused::Known),
            Err(Refusal::Error(error)) => {
                libraries.error.replace(Some(error));
                Err(LibraryRefused::Known)
            }
        }
    }
}
