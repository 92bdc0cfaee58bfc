//! A library with an image of its own, ready to be imported and to run.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use abi::image::section;
use abi::library_record;
use compiler::diagnostic::Diagnostic;
use compiler::expand::CompiledLibrary;
use loader::TrustedImage;

use crate::cache::Digest;
use crate::jit::Work;

/// A library that an image needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Needed {
    /// Its name.
    pub(crate) name: Rc<str>,
    /// The hash of the interface that the image was compiled for.
    pub(crate) hash: Rc<str>,
}

/// A library with an image of its own.
#[derive(Debug)]
pub(crate) struct ImageLibrary {
    pub(crate) name: Rc<str>,
    pub(crate) interface: Vec<u8>,
    /// The hash of the interface.
    pub(crate) hash: Rc<str>,
    /// The libraries that it needs, in the order in which their bodies run.
    pub(crate) needed: Vec<Needed>,
    pub(crate) image: Arc<TrustedImage<'static>>,
    /// Whether its text is there, too.
    pub(crate) has_text: bool,
    /// Whether another compilation would find what this one has found.
    pub(crate) is_repeatable: bool,
    /// What messages call it.
    pub(crate) shown: String,
    pub(crate) warnings: Vec<Diagnostic>,
    /// Native code for it, until it runs.
    pub(crate) work: RefCell<Option<Work>>,
}

impl ImageLibrary {
    /// As who needs it says.
    pub(crate) fn as_needed(&self) -> Needed {
        Needed {
            name: Rc::clone(&self.name),
            hash: Rc::clone(&self.hash),
        }
    }

    /// As who imports it sees it.
    pub(crate) fn for_importers(&self) -> CompiledLibrary {
        let needed = self.needed.iter();
        CompiledLibrary {
            name: Rc::clone(&self.name),
            interface: self.interface.clone(),
            hash: Rc::clone(&self.hash),
            needed: needed.map(|each| Rc::clone(&each.name)).collect(),
            has_text: self.has_text,
        }
    }

    /// Of an image that has an interface. `None` if it has none, or what it needs is damaged.
    pub(crate) fn new(name: &str, image: TrustedImage<'static>, shown: String) -> Option<Self> {
        let interface = section_of(image.bytes(), section::INTERFACE)?.to_owned();
        let needed = needed_by(image.bytes())?;
        Some(Self {
            name: name.into(),
            hash: Digest::of(&interface).to_string().into(),
            interface,
            needed,
            image: Arc::new(image),
            has_text: true,
            is_repeatable: true,
            shown,
            warnings: Vec::new(),
            work: RefCell::default(),
        })
    }
}

/// The libraries that an image needs. `None` if its section about them is damaged.
pub(crate) fn needed_by(image: &[u8]) -> Option<Vec<Needed>> {
    let Some(imports) = section_of(image, section::IMPORTS) else {
        return Some(Vec::new());
    };
    let imports = library_record::decode_imports(imports)?.into_iter();
    let needed = imports.map(|(name, hash)| Needed {
        name: name.into(),
        hash: hash.into(),
    });
    Some(needed.collect())
}

/// The contents of a section that is in no segment.
pub(super) fn section_of<'file>(image: &'file [u8], name: &str) -> Option<&'file [u8]> {
    loader::unloaded_section(image, name).ok().flatten()
}
