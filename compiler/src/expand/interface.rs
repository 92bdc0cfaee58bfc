//! What an interface says of compiled libraries, and the macros of it that were met so far.

use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

use abi::interface::{self, MacroNumber, Meaning};

use super::denotation::{CoreForm, Denotation, Macro, Mutability, TopVariable};
use crate::id_map::IdMap;

/// Separates the symbol of an alias from the number that makes it unique.
pub(crate) const ALIAS_MARK: char = '\u{1}';

/// The interface of a registry: the contents of the section `.cozen.interface`, which [`abi::interface`] describes.
#[derive(Debug, Default)]
pub(crate) struct Interface {
    bytes: Cow<'static, [u8]>,
    /// The macros that were met so far: each is one object.
    macros: RefCell<IdMap<MacroNumber, Rc<Macro>>>,
    /// How many macros were expanded so far; each has an environment in the registry.
    loaded_count: usize,
}

impl Interface {
    /// What is damaged in `bytes` is as if it were not there.
    pub(crate) fn new(bytes: Cow<'static, [u8]>) -> Self {
        Self {
            bytes,
            ..Self::default()
        }
    }

    fn contents(&self) -> interface::Interface<'_> {
        interface::Interface::parse(&self.bytes).unwrap_or(interface::Interface::EMPTY)
    }

    /// Whether no compiled libraries are known.
    pub(crate) fn is_empty(&self) -> bool {
        self.contents().is_empty()
    }

    pub(crate) fn has_library(&self, name: &str) -> bool {
        self.contents().library(name).is_some()
    }

    /// The names of all libraries, sorted.
    pub(crate) fn library_names(&self) -> impl Iterator<Item = String> {
        self.contents().library_names().map(str::to_owned)
    }

    /// What a library exports, sorted by name.
    pub(crate) fn library(&self, name: &str) -> Option<Vec<(&str, Denotation)>> {
        let bindings = self.contents().library(name)?.iter();
        let bindings =
            bindings.filter_map(|(name, meaning)| Some((name, self.denotation(meaning)?)));
        Some(bindings.collect())
    }

    /// What the export `name` of a library means.
    pub(crate) fn export(&self, library: &str, name: &str) -> Option<Denotation> {
        self.denotation(self.contents().library(library)?.find(name)?)
    }

    /// Whether the global `key` holds a procedure that [returns itself](crate::core::returning).
    pub(crate) fn returns_itself(&self, key: &str) -> bool {
        self.contents().returns_itself(key)
    }

    /// The macro with a number.
    pub(crate) fn macro_definition(
        &self,
        number: MacroNumber,
    ) -> Option<interface::MacroDefinition<'_>> {
        self.contents().macro_definition(number)
    }

    /// What a name of the interface means.
    pub(crate) fn denotation(&self, meaning: Meaning<&str>) -> Option<Denotation> {
        Some(match meaning {
            Meaning::Constant(key) => global(key, Mutability::Immutable),
            Meaning::Variable(key) => global(key, Mutability::Mutable),
            Meaning::Core(name) => {
                let form = CoreForm::ALL.iter().find(|form| form.name() == name);
                Denotation::Core(*form?)
            }
            Meaning::Macro(number) => Denotation::Macro(self.met(number)?),
        })
    }

    fn met(&self, number: MacroNumber) -> Option<Rc<Macro>> {
        let mut macros = self.macros.borrow_mut();
        if let Some(known) = macros.get(&number) {
            return Some(Rc::clone(known));
        }
        let name = self.macro_definition(number)?.name.into();
        let definition = Rc::new(Macro::of_interface(name, number));
        macros.insert(number, Rc::clone(&definition));
        Some(definition)
    }

    /// Calls `visit` with each macro that was met so far, in no order.
    pub(crate) fn each_met(&self, visit: impl FnMut(&Rc<Macro>)) {
        self.macros.borrow().values().for_each(visit);
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
