//! Makes libraries known that have images of their own.

use std::rc::Rc;

use abi::interface::end_key;

use super::compiled_library::{CompiledLibrary, LibraryRefused};
use super::expander::Expander;
use super::failure::Result;
use super::macro_origin::InterfaceId;
use super::name::Name;
use super::registry::{Exports, LibraryRegistry};
use super::syntax::SyntaxId;
use crate::core::ir::NeededLibrary;

impl Expander<'_> {
    /// The exports of a library with an image of its own, if there is one. Images run before the unit. So where the
    /// body of a library that was expanded into the unit does something, those behind it are expanded into the unit,
    /// too: bodies run in the order of imports.
    pub(super) fn compiled_library(
        &mut self,
        name: &Rc<str>,
        id: SyntaxId,
    ) -> Result<Option<Exports>> {
        let Some(libraries) = self.registry.compiled_libraries() else {
            return Ok(None);
        };
        match libraries.library(name) {
            Ok(Some(library)) if self.has_effects && library.has_text => Ok(None),
            Ok(Some(library)) => {
                let exports = self.adopt(&library, id)?;
                self.adopt_needed(&library, id)?;
                self.need_adopted(&library.name);
                Ok(Some(exports))
            }
            Ok(None) => Ok(None),
            Err(LibraryRefused::Open) => {
                Err(self.failure(id, format!("library {name} imports itself")))
            }
            Err(LibraryRefused::Known) => {
                Err(self.failure(id, format!("library {name} has no image")))
            }
        }
    }

    /// Notes that the unit needs a library with an image of its own, also if another one has brought it along: the
    /// unit relies on its interface.
    pub(super) fn need_adopted(&mut self, name: &str) {
        let libraries = &mut self.program.libraries;
        let is_noted = libraries.iter().any(|known| *known.name == *name);
        if !is_noted && let Some((name, hash)) = self.adopted.get_key_value(name) {
            libraries.push(NeededLibrary {
                name: Rc::clone(name),
                hash: Rc::clone(hash),
            });
        }
    }

    /// Makes a library known that has an image of its own.
    fn adopt(&mut self, library: &CompiledLibrary, id: SyntaxId) -> Result<Exports> {
        let interface = self.interface_of(library, id, &mut Vec::new())?;
        let name = &library.name;
        let before = self.registry.imported_library(name).cloned();
        self.registry.unit_libraries.push((Rc::clone(name), before));
        let exports = self.registry.exports_of(interface, name);
        self.registry.keys_of_image(name);
        self.registry
            .set_pending_library(name, &exports, end_key(name).into());
        self.adopted
            .insert(Rc::clone(name), Rc::clone(&library.hash));
        Ok(exports)
    }

    /// Makes those libraries known that `library` needs: their bodies run, too.
    fn adopt_needed(&mut self, library: &CompiledLibrary, id: SyntaxId) -> Result<()> {
        let Some(libraries) = self.registry.compiled_libraries() else {
            return Ok(());
        };
        let mut pending = library.needed.clone();
        while let Some(name) = pending.pop() {
            if self.adopted.contains_key(&name) {
                continue;
            }
            if self.registry.imported_library(&name).is_some() {
                let library = &library.name;
                let message = format!(
                    "the image of library {library} needs {name}, which is expanded into what imports both"
                );
                return Err(self.failure(id, message));
            }
            if let Ok(Some(needed)) = libraries.library(&name) {
                self.adopt(&needed, id)?;
                pending.extend(needed.needed);
            }
        }
        Ok(())
    }

    /// The interface of a library, behind those of libraries whose macros it mentions.
    /// `around` are libraries whose interfaces mention macros of it.
    fn interface_of(
        &mut self,
        library: &CompiledLibrary,
        id: SyntaxId,
        around: &mut Vec<Rc<str>>,
    ) -> Result<InterfaceId> {
        let interfaces = &self.registry.interfaces;
        if let Some(known) = interfaces.of_library(&library.name, &library.hash) {
            return Ok(known);
        }
        around.push(Rc::clone(&library.name));
        let Some(contents) = abi::interface::Interface::parse(&library.interface) else {
            let message = format!("the image of library {} has no interface", library.name);
            return Err(self.failure(id, message));
        };
        for foreign in contents.foreign_macros() {
            let interfaces = &self.registry.interfaces;
            let is_known = foreign.library.is_empty()
                || interfaces
                    .of_library(foreign.library, foreign.hash)
                    .is_some();
            if is_known {
                continue;
            }
            let libraries = self.registry.compiled_libraries();
            let other = libraries.map(|libraries| libraries.library(foreign.library));
            match other {
                Some(Ok(Some(other)))
                    if *other.hash == *foreign.hash && !around.contains(&other.name) =>
                {
                    self.interface_of(&other, id, around)?;
                }
                _ => {
                    let [name, other] = [&*library.name, foreign.library];
                    let message = format!("the image of library {name} is for another {other}");
                    return Err(self.failure(id, message));
                }
            }
        }
        around.pop();
        let bytes = library.interface.clone();
        let LibraryRegistry { interfaces, .. } = &mut *self.registry;
        Ok(interfaces.add(&library.name, &library.hash, bytes))
    }
}

impl LibraryRegistry {
    /// What a library exports by an interface.
    fn exports_of(&mut self, interface: InterfaceId, name: &str) -> Exports {
        let Self {
            names, interfaces, ..
        } = self;
        let exports = interfaces.exports(interface, name).unwrap_or_default();
        let exports = exports.into_iter();
        let exports = exports.map(|(name, denotation)| (names.symbol(name), denotation));
        exports.collect::<Vec<(Name, _)>>().into()
    }
}
