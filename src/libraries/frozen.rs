//! The libraries that a program was compiled with, as data for a thread that compiles the program once more.

use std::collections::HashMap;
use std::sync::Arc;

use loader::TrustedImage;

/// Libraries by their names.
#[derive(Clone, Debug, Default)]
pub(crate) struct FrozenLibraries(pub(super) Arc<HashMap<String, Frozen>>);

/// A library with an image of its own.
#[derive(Debug)]
pub(super) struct Frozen {
    pub(super) interface: Vec<u8>,
    pub(super) hash: String,
    /// Names and hashes.
    pub(super) needed: Vec<(String, String)>,
    pub(super) image: Arc<TrustedImage<'static>>,
    pub(super) has_text: bool,
    pub(super) shown: String,
}
