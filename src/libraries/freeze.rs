//! From the libraries of a compiler to those of a compiler on another thread.

use std::rc::Rc;
use std::sync::Arc;

use super::frozen::{Frozen, FrozenLibraries};
use super::image_library::{ImageLibrary, Needed};
use super::store::Libraries;

impl Libraries {
    /// All that were found, for another thread.
    pub(crate) fn freeze(&self) -> FrozenLibraries {
        let libraries = self.all_found().into_iter().map(|library| {
            let needed = library.needed.iter();
            let frozen = Frozen {
                interface: library.interface.clone(),
                hash: library.hash.to_string(),
                needed: needed
                    .map(|each| (each.name.to_string(), each.hash.to_string()))
                    .collect(),
                image: Arc::clone(&library.image),
                has_text: library.has_text,
                shown: library.shown.clone(),
            };
            (library.name.to_string(), frozen)
        });
        FrozenLibraries(Arc::new(libraries.collect()))
    }

    /// The libraries as a compiler on this thread asks for them: these, and no others.
    pub(crate) fn thaw(frozen: &FrozenLibraries) -> Rc<Self> {
        let FrozenLibraries(libraries) = frozen;
        let libraries = libraries.iter().map(|(name, frozen)| {
            let needed = frozen.needed.iter().map(|(name, hash)| Needed {
                name: (**name).into(),
                hash: (**hash).into(),
            });
            ImageLibrary {
                name: (**name).into(),
                interface: frozen.interface.clone(),
                hash: (*frozen.hash).into(),
                needed: needed.collect(),
                image: Arc::clone(&frozen.image),
                has_text: frozen.has_text,
                is_repeatable: true,
                shown: frozen.shown.clone(),
                warnings: Vec::new(),
                work: None.into(),
            }
        });
        Rc::new(Self::of(libraries))
    }
}
