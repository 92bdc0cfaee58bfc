//! What interfaces say of compiled libraries, and the macros of them that were met so far.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use abi::interface::{self, ForeignMacro, MacroNumber, Meaning};

use super::denotation::{CoreForm, Denotation, Macro, Mutability, TopVariable};
use super::macro_origin::{InterfaceId, MacroOrigin};
use crate::id_map::IdMap;

/// Separates the symbol of an alias from the number that makes it unique.
pub(crate) const ALIAS_MARK: char = '\u{1}';

/// The interfaces of a registry: contents of sections `.cozen.interface`, which [`abi::interface`] describes. The
/// first is that of the runtime. Each of the others is that of a library with an image of its own.
#[derive(Debug)]
pub(crate) struct Interfaces {
    all: Vec<Interface>,
    /// Those of libraries with images of their own.
    by_library: HashMap<Rc<str>, InterfaceId>,
    /// How many macros were expanded so far; each has an environment in the registry.
    loaded_count: usize,
}

#[derive(Debug, Default)]
struct Interface {
    bytes: Cow<'static, [u8]>,
    /// The library that it is of; empty for the runtime.
    library: Rc<str>,
    /// The hash of `bytes`, as text.
    hash: Rc<str>,
    /// The macros that were met so far: each is one object.
    macros: RefCell<IdMap<MacroNumber, Rc<Macro>>>,
}

impl Interface {
    fn contents(&self) -> interface::Interface<'_> {
        interface::Interface::parse(&self.bytes).unwrap_or(interface::Interface::EMPTY)
    }
}

impl Default for Interfaces {
    fn default() -> Self {
        Self::new(Cow::Borrowed(&[]))
    }
}

impl Interfaces {
    /// That of the runtime alone. What is damaged in `bytes` is as if it were not there.
    pub(crate) fn new(bytes: Cow<'static, [u8]>) -> Self {
        Self {
            all: vec![Interface {
                bytes,
                ..Interface::default()
            }],
            by_library: HashMap::new(),
            loaded_count: 0,
        }
    }

    /// Adds that of a library with an image of its own. Libraries whose macros it mentions were added before.
    pub(crate) fn add(&mut self, library: &Rc<str>, hash: &Rc<str>, bytes: Vec<u8>) -> InterfaceId {
        let id = InterfaceId::new(self.all.len());
        self.all.push(Interface {
            bytes: bytes.into(),
            library: Rc::clone(library),
            hash: Rc::clone(hash),
            ..Interface::default()
        });
        self.by_library.insert(Rc::clone(library), id);
        id
    }

    /// That of a library with an image of its own, if its hash is this one.
    pub(crate) fn of_library(&self, library: &str, hash: &str) -> Option<InterfaceId> {
        let id = *self.by_library.get(library)?;
        (*self.all[id.index()].hash == *hash).then_some(id)
    }

    /// The library whose interface this is; empty for the runtime.
    pub(crate) fn library_of(&self, id: InterfaceId) -> &Rc<str> {
        &self.all[id.index()].library
    }

    fn runtime(&self) -> interface::Interface<'_> {
        self.all[InterfaceId::RUNTIME.index()].contents()
    }

    /// Whether no compiled libraries of the runtime are known.
    pub(crate) fn is_empty(&self) -> bool {
        self.runtime().is_empty()
    }

    pub(crate) fn has_library(&self, name: &str) -> bool {
        self.runtime().library(name).is_some()
    }

    /// The names of all libraries of the runtime, sorted.
    pub(crate) fn library_names(&self) -> impl Iterator<Item = String> {
        self.runtime().library_names().map(str::to_owned)
    }

    /// What a library of the runtime exports, sorted by name.
    pub(crate) fn library(&self, name: &str) -> Option<Vec<(&str, Denotation)>> {
        self.exports(InterfaceId::RUNTIME, name)
    }

    /// What a library exports by an interface, sorted by name.
    pub(crate) fn exports(&self, id: InterfaceId, name: &str) -> Option<Vec<(&str, Denotation)>> {
        let bindings = self.all[id.index()].contents().library(name)?.iter();
        let bindings =
            bindings.filter_map(|(name, meaning)| Some((name, self.denotation(id, meaning)?)));
        Some(bindings.collect())
    }

    /// What the export `name` of a library of the runtime means.
    pub(crate) fn export(&self, library: &str, name: &str) -> Option<Denotation> {
        let meaning = self.runtime().library(library)?.find(name)?;
        self.denotation(InterfaceId::RUNTIME, meaning)
    }

    /// Whether the global `key` holds a procedure that [returns itself](crate::core::returning).
    pub(crate) fn returns_itself(&self, key: &str) -> bool {
        self.all
            .iter()
            .any(|each| each.contents().returns_itself(key))
    }

    /// A macro.
    pub(crate) fn macro_definition(
        &self,
        origin: MacroOrigin,
    ) -> Option<interface::MacroDefinition<'_>> {
        let interface = &self.all[origin.interface.index()];
        interface.contents().macro_definition(origin.number)
    }

    /// What an interface of another library says of a macro.
    pub(crate) fn as_foreign(&self, origin: MacroOrigin) -> ForeignMacro<'_> {
        let interface = &self.all[origin.interface.index()];
        ForeignMacro {
            library: &interface.library,
            hash: &interface.hash,
            number: origin.number,
        }
    }

    /// What a name of an interface means.
    pub(crate) fn denotation(&self, id: InterfaceId, meaning: Meaning<&str>) -> Option<Denotation> {
        Some(match meaning {
            Meaning::Constant(key) => global(key, Mutability::Immutable),
            Meaning::Variable(key) => global(key, Mutability::Mutable),
            Meaning::Core(name) => {
                let form = CoreForm::ALL.iter().find(|form| form.name() == name);
                Denotation::Core(*form?)
            }
            Meaning::Macro(number) => Denotation::Macro(self.met(self.origin(id, number)?)?),
        })
    }

    /// Where a macro that an interface mentions is defined.
    fn origin(&self, id: InterfaceId, number: MacroNumber) -> Option<MacroOrigin> {
        let Some(foreign) = self.all[id.index()].contents().foreign_macro(number) else {
            let interface = id;
            return Some(MacroOrigin { interface, number });
        };
        let interface = match foreign.library {
            "" => InterfaceId::RUNTIME,
            library => self.of_library(library, foreign.hash)?,
        };
        let number = foreign.number;
        Some(MacroOrigin { interface, number })
    }

    fn met(&self, origin: MacroOrigin) -> Option<Rc<Macro>> {
        let mut macros = self.all[origin.interface.index()].macros.borrow_mut();
        if let Some(known) = macros.get(&origin.number) {
            return Some(Rc::clone(known));
        }
        let definition = self.macro_definition(origin)?;
        let definition =
            Macro::of_interface(definition.name.into(), origin, definition.is_parameter);
        let definition = Rc::new(definition);
        macros.insert(origin.number, Rc::clone(&definition));
        Some(definition)
    }

    /// Calls `visit` with each macro that was met so far, in no order.
    pub(crate) fn each_met(&self, mut visit: impl FnMut(&Rc<Macro>)) {
        for interface in &self.all {
            interface.macros.borrow().values().for_each(&mut visit);
        }
    }

    /// How many macros were expanded so far; each has an environment in the registry.
    pub(crate) fn loaded_count(&self) -> usize {
        self.loaded_count
    }

    /// Notes that one more macro has its environment.
    pub(crate) fn count_loaded(&mut self) {
        self.loaded_count += 1;
    }
}

fn global(key: &str, mutability: Mutability) -> Denotation {
    Denotation::Top(Rc::new(TopVariable::global(key.into(), mutability)))
}
