//! The libraries that a program was compiled with, for a thread that compiles the program once more.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use loader::TrustedImage;

use super::image_library::{ImageLibrary, Needed};
use super::store::Libraries;

/// Libraries by their names.
#[derive(Clone, Debug, Default)]
pub(crate) struct FrozenLibraries(Arc<HashMap<String, Frozen>>);

/// As [`ImageLibrary`].
#[derive(Debug)]
struct Frozen {
    interface: Vec<u8>,
    hash: String,
    /// Names and hashes.
    needed: Vec<(String, String)>,
    image: Arc<TrustedImage<'static>>,
    has_text: bool,
    shown: String,
}

impl FrozenLibraries {
    /// Those that are given.
    pub(super) fn new<'a>(libraries: impl Iterator<Item = &'a ImageLibrary>) -> Self {
        let libraries = libraries.map(|library| {
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
        Self(Arc::new(libraries.collect()))
    }

    /// The libraries as a compiler on this thread asks for them: these, and no others.
    pub(crate) fn thawed(&self) -> Rc<Libraries> {
        let Self(libraries) = self;
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
        Rc::new(Libraries::of(libraries))
    }
}
