//! Libraries that were compiled to images of their own, as who imports them sees them.

use std::rc::Rc;

/// A library with an image of its own.
#[derive(Clone, Debug)]
pub struct CompiledLibrary {
    /// Its name, as it is written.
    pub name: Rc<str>,
    /// The contents of the section `.cozen.interface` of its image.
    pub interface: Vec<u8>,
    /// The hash of these, as text.
    pub hash: Rc<str>,
    /// The libraries that its image needs.
    pub needed: Vec<Rc<str>>,
    /// Whether its text is there, too.
    pub has_text: bool,
}

/// Whether libraries without images of their own may be expanded into a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OtherLibraries {
    /// They may.
    Welcome,
    /// They may not: the unit is to be the image of one library.
    Refused,
    /// One was to be, and has ended the expansion.
    Wanted,
}

/// Why a library has no image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LibraryRefused {
    /// Its image is being made: it imports itself.
    Open,
    /// For a reason that the embedder knows.
    Known,
}

/// Has libraries with images of their own.
pub trait CompiledLibraries: std::fmt::Debug {
    /// The library `name`. `None` if there is no such library, or it is to be expanded into the unit that imports it.
    ///
    /// # Errors
    ///
    /// The expansion ends.
    fn library(&self, name: &str) -> Result<Option<CompiledLibrary>, LibraryRefused>;
}
