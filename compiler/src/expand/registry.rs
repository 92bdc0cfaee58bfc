//! The knowledge that stays between compilations: libraries, environments, names.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::rc::Rc;

use abi::primitive::Primitive;
use abi::written_name::WrittenName;

use super::compiled_library::CompiledLibraries;
use super::definition_text::DefinitionText;
use super::denotation::{CoreForm, Denotation, Mutability, TopVariable};
use super::environments::Environments;
use super::global_keys::GlobalKeys;
use super::interface::Interfaces;
use super::library_source::LibrarySource;
use super::macro_evaluator::MacroEvaluator;
use super::name::{Name, NameKind, Names, TopId};
use super::source::SourceText;
use super::source_files::{SourceFiles, SystemFiles};
use super::top_environment::{TopEnvironment, TopKind};
use super::tops::Tops;
use crate::id::Id as _;
use crate::options::UnboundNames;

/// The name of the library of all core forms.
pub(crate) const CORE_LIBRARY: &str = "(cozen core)";
/// The name of the library of all primitives.
pub(crate) const PRIMITIVES_LIBRARY: &str = "(cozen primitives)";

/// Known libraries with their exports, and the environments of evaluated forms.
#[derive(Debug)]
pub struct LibraryRegistry {
    pub(crate) names: Names,
    pub(super) tops: Tops,
    pub(super) libraries: HashMap<Rc<str>, Library>,
    /// Folders in which `(a b)` is looked for as `a/b.sld`.
    search_paths: Vec<PathBuf>,
    /// Where the text of `a/b.sld` is looked for before the folders.
    text_source: Option<Rc<dyn LibrarySource>>,
    /// Libraries with images of their own, while units are expanded that may need them.
    compiled_libraries: Option<Rc<dyn CompiledLibraries>>,
    /// What reads files.
    files: Rc<dyn SourceFiles>,
    pub(super) environments: Environments,
    /// What runs procedures of macros.
    evaluator: Option<Rc<dyn MacroEvaluator>>,
    /// The definitions of interactions, by the keys of their globals.
    pub(super) kept_definitions: HashMap<Rc<str>, DefinitionText>,
    /// About how many bytes they take.
    pub(super) kept_definition_bytes: usize,
    /// An environment in which the names of core forms mean these.
    pub(super) core_top: Option<TopId>,
    pub(super) is_interaction_ready: bool,
    pub(crate) unbound_names: UnboundNames,
    units: u32,
    /// How often an environment or a library may have changed.
    pub(crate) changes: u64,
    /// What is kept for the environments before these: so many, and about so many bytes.
    counted: Cell<Counted>,
    /// Whether the libraries being expanded are those of the runtime itself, whose globals have
    /// plain names as keys.
    pub(crate) is_boot: bool,
    /// Whether each unit is an image by itself: no other unit refers to its variables.
    pub(crate) is_alone: bool,
    /// What there was before the unit being expanded, or the last one that was.
    unit_start: UnitStart,
    /// The libraries that the unit being expanded defines, or the last one that was, and what had their
    /// names before.
    pub(crate) unit_libraries: Vec<(Rc<str>, Option<Library>)>,
    /// Libraries whose bodies have not run as far as is known, and the global that each defines at its end.
    pending: Vec<(Rc<str>, Rc<str>)>,
    /// Those of them whose bodies are to run, or run, in the run that goes on.
    in_run: Vec<Rc<str>>,
    /// What those of them define at their ends whose runs are over.
    failed: HashSet<Rc<str>>,
    /// Keys of globals that libraries define.
    pub(super) keys: GlobalKeys,
    /// What interfaces say of compiled libraries.
    pub(crate) interfaces: Interfaces,
}

/// What there was before a unit.
#[derive(Clone, Copy, Debug, Default)]
struct UnitStart {
    changes: u64,
    tops: usize,
    /// How many macros of the runtime had been loaded.
    macros: usize,
    symbols: usize,
    aliases: usize,
}

/// What was counted of the environments.
#[derive(Clone, Copy, Debug, Default)]
struct Counted {
    tops: usize,
    bytes: usize,
}

/// About how many bytes a top-level environment takes, each of its bindings, and each name or key.
pub(super) const TOP_BYTES: usize = 256;
pub(super) const BINDING_BYTES: usize = 96;
const NAME_BYTES: usize = 96;

/// What a library provides, in the order of its export declarations.
pub(crate) type Exports = Rc<[(Name, Denotation)]>;

#[derive(Clone, Debug)]
pub(crate) enum Library {
    /// Its body is being expanded.
    Open,
    Ready(Exports, Run),
}

/// Whether the body of a library was run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Run {
    /// To its end, or it has none.
    Done,
    /// Not as far as is known. At its end it defines the global with this key.
    Pending(Rc<str>),
}

impl Default for LibraryRegistry {
    fn default() -> Self {
        Self::new()
    }
}

impl LibraryRegistry {
    /// A registry that knows `(cozen core)` and `(cozen primitives)`.
    pub fn new() -> Self {
        let mut registry = Self::vacant();
        let interaction = registry.add_top(TopKind::Interaction {
            prefix: "user".into(),
        });
        registry.environments.add_lasting(interaction);
        registry
    }

    /// What stands in the place of a registry that is lent.
    pub(super) fn vacant() -> Self {
        Self {
            names: Names::default(),
            tops: Tops::default(),
            libraries: HashMap::new(),
            search_paths: Vec::new(),
            text_source: None,
            compiled_libraries: None,
            files: Rc::new(SystemFiles),
            environments: Environments::default(),
            evaluator: None,
            core_top: None,
            kept_definitions: HashMap::new(),
            kept_definition_bytes: 0,
            is_interaction_ready: false,
            unbound_names: UnboundNames::Refused,
            units: 0,
            changes: 0,
            counted: Cell::default(),
            is_boot: false,
            is_alone: false,
            unit_start: UnitStart::default(),
            unit_libraries: Vec::new(),
            pending: Vec::new(),
            in_run: Vec::new(),
            failed: HashSet::new(),
            keys: GlobalKeys::default(),
            interfaces: Interfaces::default(),
        }
    }

    /// A registry that knows the libraries of an interface: the contents of the section `.cozen.interface`. What is
    /// damaged in them is as if it were not there.
    pub fn from_interface(interface: impl Into<Cow<'static, [u8]>>) -> Self {
        let mut registry = Self::new();
        registry.interfaces = Interfaces::new(interface.into());
        registry
    }

    /// Says that what is expanded becomes images that are run elsewhere, each by itself. Their libraries are
    /// known to nobody else, and libraries of one name in two images stay apart in the runtime that runs both.
    pub fn make_images(&mut self) {
        self.is_alone = true;
    }

    /// Says what becomes of names that are not bound.
    pub fn set_unbound_names(&mut self, unbound_names: UnboundNames) {
        self.unbound_names = unbound_names;
    }

    /// Adds a folder in which the source of library `(a b)` is looked for as `a/b.sld`, after those
    /// added before.
    pub fn add_search_path(&mut self, folder: PathBuf) {
        self.search_paths.push(folder);
    }

    /// Takes the texts of libraries from `source` where it has them, before it looks in folders.
    pub fn set_library_source(&mut self, source: Rc<dyn LibrarySource>) {
        self.text_source = Some(source);
    }

    /// Takes libraries from `libraries`, which have images of their own, where units may need them from here on.
    pub fn set_compiled_libraries(&mut self, libraries: Option<Rc<dyn CompiledLibraries>>) {
        self.compiled_libraries = libraries;
    }

    /// Libraries with images of their own.
    pub(crate) fn compiled_libraries(&self) -> Option<Rc<dyn CompiledLibraries>> {
        self.compiled_libraries.clone()
    }

    /// Reads files by `files` from here on.
    pub fn set_source_files(&mut self, files: Rc<dyn SourceFiles>) {
        self.files = files;
    }

    /// Lets `evaluator` run procedures of macros from here on.
    pub fn set_macro_evaluator(&mut self, evaluator: Rc<dyn MacroEvaluator>) {
        self.evaluator = Some(evaluator);
    }

    /// What runs procedures of macros.
    pub(crate) fn macro_evaluator(&self) -> Option<Rc<dyn MacroEvaluator>> {
        self.evaluator.clone()
    }

    /// Whether there is an environment with this number.
    pub(crate) fn has_top(&self, top: TopId) -> bool {
        self.tops.contains(top)
    }

    /// What reads files.
    pub(crate) fn files(&self) -> &dyn SourceFiles {
        &*self.files
    }

    /// The text of `file`, which is a path such as `srfi/1.sld`, from the source of libraries.
    pub(crate) fn library_text(&self, file: &str) -> Option<SourceText> {
        self.text_source.as_ref()?.library(file)
    }

    pub(crate) fn search_paths(&self) -> &[PathBuf] {
        &self.search_paths
    }

    /// A number for a new unit.
    pub(crate) fn next_unit(&mut self) -> u32 {
        self.units += 1;
        self.units
    }

    /// About how many bytes are kept for names, environments and libraries.
    pub fn retained_bytes(&self) -> usize {
        let mut counted = self.counted.get();
        if counted.tops > self.tops.len() {
            counted = Counted::default();
        }
        for top in self.tops.iter_from(counted.tops) {
            if !top.is_of_sets() {
                counted.bytes += TOP_BYTES + top.binding_count() * BINDING_BYTES;
            }
        }
        counted.tops = self.tops.len();
        self.counted.set(counted);
        let interaction = self.top(TopId::FIRST).binding_count() * BINDING_BYTES;
        let keys = self.keys.len() * NAME_BYTES;
        let environments = self.environments.bytes() + self.kept_definition_bytes;
        counted.bytes + interaction + environments + keys + self.names.retained_bytes()
    }

    /// Counts anew what is kept for environments.
    pub(super) fn recount(&mut self) {
        self.counted.take();
    }

    pub(crate) fn add_top(&mut self, kind: TopKind) -> TopId {
        self.changes += 1;
        self.tops.push(TopEnvironment::new(kind))
    }

    pub(crate) fn top(&self, top: TopId) -> &TopEnvironment {
        &self.tops[top]
    }

    /// What a name means in a top-level environment.
    pub(crate) fn find(&self, top: TopId, name: Name) -> Option<Denotation> {
        let bound = self.top(top).find(name);
        let bound = bound.or_else(|| self.provided(top, name));
        bound.cloned().or_else(|| {
            let mut inherited = self.top(top).inherited().iter();
            inherited.find_map(|library| self.export(library, name))
        })
    }

    /// What import sets provide as `name` in an environment that is made of them.
    fn provided(&self, top: TopId, name: Name) -> Option<&Denotation> {
        match name.kind() {
            NameKind::Symbol(_) => self.top(top).provided(self.names.text(name)),
            NameKind::Alias(_) => None,
        }
    }

    /// Whether the name is bound by an import, so that nothing there may assign it.
    pub(crate) fn is_import(&self, top: TopId, name: Name) -> bool {
        self.top(top).is_import(name) || self.provided(top, name).is_some()
    }

    /// Whether an environment binds `name` only because it inherits one of the libraries `extra`.
    pub(crate) fn is_inherited_as_extra(&self, top: TopId, name: Name, extra: &[&str]) -> bool {
        let environment = self.top(top);
        if environment.find(name).is_some() {
            return false;
        }
        let mut inherited = environment.inherited().iter();
        let first = inherited.find(|library| self.export(library, name).is_some());
        first.is_some_and(|library| extra.contains(&&**library))
    }

    /// What a library that can be imported without looking for its source exports as `name`. Those of the runtime
    /// keep their meaning where others take their names.
    fn export(&self, library: &str, name: Name) -> Option<Denotation> {
        if library == CORE_LIBRARY
            && let NameKind::Symbol(_) = name.kind()
        {
            let form = CoreForm::from_name(self.names.text(name));
            return form.map(Denotation::Core);
        }
        if let NameKind::Symbol(_) = name.kind()
            && let Some(denotation) = self.interfaces.export(library, self.names.text(name))
        {
            return Some(denotation);
        }
        let Library::Ready(exports, _) = self.libraries.get(library)? else {
            return None;
        };
        let mut exports = exports.iter();
        let (_, denotation) = exports.find(|&&(export, _)| export == name)?;
        Some(denotation.clone())
    }

    pub(crate) fn top_mut(&mut self, top: TopId) -> &mut TopEnvironment {
        self.changes += 1;
        &mut self.tops[top]
    }

    /// The library with this environment is expanded. From now on only macros that it defines look for names
    /// there: if it has none, what is bound there is forgotten.
    pub(crate) fn close_top(&mut self, top: TopId) {
        self.top_mut(top).set_whole();
        let is_own = |bound: &Denotation| match bound {
            Denotation::Macro(definition) => {
                let body = definition.body();
                body.is_some_and(|body| body.environment.top == top)
            }
            _ => false,
        };
        let is_kept = self.is_boot || self.top(top).is_kept();
        if !is_kept && !self.top(top).bound().any(is_own) {
            self.top_mut(top).forget();
        }
    }

    /// How many environments there are.
    pub(crate) fn top_count(&self) -> usize {
        self.tops.len()
    }

    /// Forgets the environments after the first `count`, to which nothing refers any more.
    pub(crate) fn truncate_tops(&mut self, count: usize) {
        self.tops.truncate(count);
    }

    /// A library that has been imported, or defined, before.
    pub(crate) fn imported_library(&self, name: &str) -> Option<&Library> {
        self.libraries.get(name)
    }

    pub(crate) fn set_library(&mut self, name: Rc<str>, library: Library) {
        self.changes += 1;
        self.environments.forget_sets_with(&name);
        self.libraries.insert(name, library);
    }

    /// Answers what had the name before.
    pub(crate) fn replace_library(&mut self, name: &Rc<str>, library: Library) -> Option<Library> {
        self.changes += 1;
        self.environments.forget_sets_with(name);
        self.libraries.insert(Rc::clone(name), library)
    }

    pub(crate) fn remove_library(&mut self, name: &str) {
        self.libraries.remove(name);
    }

    /// A unit begins.
    pub(crate) fn begin_unit(&mut self) {
        self.unit_libraries.clear();
        self.unit_start = UnitStart {
            changes: self.changes,
            tops: self.tops.len(),
            macros: self.interfaces.loaded_count(),
            symbols: self.names.symbol_count(),
            aliases: self.names.alias_count(),
        };
    }

    /// Forgets the libraries that the last unit was to define: it will not run. Importing them again expands
    /// them again, or finds what had their names before. Also forgets the names that the unit alone has used.
    pub fn forget_last_unit(&mut self) {
        let start = self.unit_start;
        if self.changes == start.changes && self.interfaces.loaded_count() == start.macros {
            self.names.truncate_symbols(start.symbols);
            self.names.truncate_aliases(start.aliases);
        }
        self.forget_private_tops(start.tops);
        for (name, before) in std::mem::take(&mut self.unit_libraries).into_iter().rev() {
            self.environments.forget_sets_with(&name);
            match before {
                Some(library) => self.libraries.insert(name, library),
                None => self.libraries.remove(&name),
            };
        }
        let is_ready = |_: &Rc<str>, library: &mut Library| matches!(library, Library::Ready(..));
        self.libraries.retain(is_ready);
        self.forget_pending();
        self.is_boot = false;
    }

    /// Forgets libraries whose names others have taken before their bodies had run.
    pub(super) fn forget_pending(&mut self) {
        let libraries = &self.libraries;
        self.pending.retain(|(name, key)| {
            let library = libraries.get(name);
            matches!(library, Some(Library::Ready(_, Run::Pending(other))) if other == key)
        });
    }

    /// Forgets what is bound in environments after the first `count` that nothing refers to any more.
    fn forget_private_tops(&mut self, count: usize) {
        for top in self.tops.ids_from(count) {
            if self.tops[top].is_private() {
                self.tops[top].forget();
                if top.index() < self.counted.get().tops {
                    self.counted.set(Counted::default());
                }
            }
        }
    }

    /// Learns which bodies of libraries have run to their end: those whose global `is_defined`. The others failed, or
    /// did not run yet: units to come do not rely on them. Answers keys of globals to which no unit to come refers:
    /// those of libraries whose names others have taken.
    pub fn settle_libraries(&mut self, is_defined: impl Fn(&str) -> bool) -> Vec<Rc<str>> {
        let pending = std::mem::take(&mut self.pending);
        let (done, pending): (Vec<_>, Vec<_>) =
            pending.into_iter().partition(|(_, key)| is_defined(key));
        self.pending = pending;
        for (name, key) in done {
            if let Some(Library::Ready(_, run)) = self.libraries.get_mut(&name)
                && *run == Run::Pending(key)
            {
                *run = Run::Done;
            }
        }
        self.give_back()
    }

    /// The library of this name is whole but for its run, which will define the global `key`.
    pub(crate) fn set_pending_library(&mut self, name: &Rc<str>, exports: &Exports, key: Rc<str>) {
        self.pending.push((Rc::clone(name), Rc::clone(&key)));
        let library = Library::Ready(Rc::clone(exports), Run::Pending(key));
        self.set_library(Rc::clone(name), library);
    }

    /// Units that were expanded begin to run. While they do, no other unit expands their libraries once more. What is
    /// to be given to [`Self::end_run`].
    pub fn begin_run(&mut self) -> Vec<Rc<str>> {
        let outer = self.in_run.clone();
        let new = (self.pending.iter()).filter(|(_, key)| !self.failed.contains(key));
        self.in_run.extend(new.map(|(name, _)| Rc::clone(name)));
        outer
    }

    /// The run is over that began within that of `outer`. Bodies that have not run to their ends never will.
    pub fn end_run(&mut self, outer: Vec<Rc<str>>) {
        self.in_run = outer;
        self.failed = self.pending.iter().map(|(_, key)| Rc::clone(key)).collect();
    }

    /// Whether the body of the library is to run, or runs, in the run that goes on.
    pub(crate) fn is_in_run(&self, name: &str) -> bool {
        self.in_run.iter().any(|known| **known == *name)
    }

    /// Whether a unit before this one was to define the library, and its run has not come to the end.
    pub(crate) fn is_unfinished(&self, name: &str) -> bool {
        let is_of_unit = self.unit_libraries.iter().any(|(own, _)| **own == *name);
        let library = self.libraries.get(name);
        !is_of_unit && matches!(library, Some(Library::Ready(_, Run::Pending(_))))
    }

    /// Whether the library can be imported without looking for its source.
    pub(crate) fn knows_library(&self, name: &str) -> bool {
        matches!(name, CORE_LIBRARY | PRIMITIVES_LIBRARY)
            || self.libraries.contains_key(name) && !self.is_unfinished(name)
            || self.interfaces.has_library(name)
    }

    /// Whether only the libraries of the runtime may import it: primitives trust their callers, and those
    /// libraries were compiled before.
    pub(crate) fn is_internal(&self, name: &str) -> bool {
        name == PRIMITIVES_LIBRARY && !self.interfaces.is_empty()
    }

    /// The core forms.
    pub(crate) fn core_forms(&mut self) -> Exports {
        let forms = CoreForm::ALL.iter().map(|&form| {
            let name = self.names.symbol(form.name());
            (name, Denotation::Core(form))
        });
        forms.collect()
    }

    /// The primitives, and the procedures whose calls become primitives of other names: the boot
    /// library defines those by calls of themselves, so that errors name them.
    pub(crate) fn primitives(&mut self) -> Exports {
        let primitives = Primitive::ALL.iter().map(|primitive| primitive.name());
        let others = WrittenName::names().filter(|name| Primitive::from_name(name).is_none());
        let names = primitives.chain(others).map(|name| {
            let variable = TopVariable::global(name.into(), Mutability::Immutable);
            let name = self.names.symbol(name);
            (name, Denotation::Top(Rc::new(variable)))
        });
        names.collect()
    }

    // Keys of globals.

    /// The key of the global that `name` is in an interaction environment: `prefix:symbol`. The number of
    /// an alias stands before the first colon, where nothing comes from symbols that users write.
    pub(crate) fn interaction_key(&self, top: TopId, name: Name) -> Rc<str> {
        let text = self.names.text(name);
        let prefix: &str = match self.top(top).kind() {
            TopKind::Interaction { prefix } => prefix,
            TopKind::Program | TopKind::Library(_) => "",
        };
        match name.kind() {
            NameKind::Symbol(_) => format!("{prefix}:{text}").into(),
            NameKind::Alias(index) => format!("{prefix}~{index}:{text}").into(),
        }
    }

    /// A key, used by nothing else, for the global that `name` is in a library.
    pub(crate) fn library_key(&mut self, library: &str, name: Name) -> Rc<str> {
        let text = Rc::clone(self.names.text(name));
        let is_symbol = matches!(name.kind(), NameKind::Symbol(_));
        if self.is_boot && is_symbol && self.keys.take(&text) {
            return text;
        }
        self.keys.take_new(library, &text)
    }

    /// A key, used by nothing else, for the global that a library defines at the end of its run: that of a variable
    /// without a name.
    pub(crate) fn end_key(&mut self, library: &str) -> Rc<str> {
        self.keys.take_new(library, "")
    }

    /// Says that images with the globals so far may come to run at any time: their keys are kept for good.
    pub fn hold_globals(&mut self) {
        self.keys.hold();
    }

    /// An image defines the globals of the library `name`: no other library gets their keys.
    pub(crate) fn keys_of_image(&mut self, name: &Rc<str>) {
        self.keys.leave_to_image(name);
    }

    /// Whether a library defines the global `key`.
    pub(crate) fn defines_key(&self, key: &str) -> bool {
        self.keys.contains(key)
    }
}
