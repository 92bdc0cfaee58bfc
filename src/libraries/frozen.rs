//! The libraries that a program was compiled with, for a thread that compiles the program once more.

use std::collections::HashMap;
use std::sync::Arc;

use compiler::expand::{CompiledLibraries, CompiledLibrary, LibraryRefused};

/// Interfaces by the names of libraries.
#[derive(Clone, Debug, Default)]
pub(crate) struct FrozenLibraries(Arc<HashMap<String, Frozen>>);

#[derive(Debug)]
struct Frozen {
    interface: Vec<u8>,
    hash: String,
    needed: Vec<String>,
}

impl FrozenLibraries {
    /// Those that are given.
    pub(super) fn new(libraries: impl Iterator<Item = CompiledLibrary>) -> Self {
        let libraries = libraries.map(|library| {
            let needed = library.needed.iter();
            let frozen = Frozen {
                interface: library.interface,
                hash: library.hash.to_string(),
                needed: needed.map(ToString::to_string).collect(),
            };
            (library.name.to_string(), frozen)
        });
        Self(Arc::new(libraries.collect()))
    }
}

impl CompiledLibraries for FrozenLibraries {
    fn library(&self, name: &str) -> Result<Option<CompiledLibrary>, LibraryRefused> {
        Ok(self.0.get(name).map(|frozen| CompiledLibrary {
            name: name.into(),
            interface: frozen.interface.clone(),
            hash: (*frozen.hash).into(),
            needed: frozen.needed.iter().map(|name| (**name).into()).collect(),
        }))
    }
}
