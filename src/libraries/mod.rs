//! Libraries with images of their own: found, checked, compiled, kept, run.
//!
//! A program of a file does not contain the libraries that it imports from files. Each of them is compiled to an image
//! of its own, which the cache keeps apart from the programs that import it. A library may also have been compiled to
//! a file (`cozen compile LIB.sld -o LIB.czo`), which is found where the text of the library is looked for.
//!
//! Who imports a library relies on its interface: on what its image's section `.cozen.interface` says. An image names
//! the libraries that it needs, each with the hash of the interface that it was compiled for.

mod compile;
mod found;
mod freeze;
mod frozen;
mod image_library;
mod of_compiler;
mod run;
mod store;

pub(crate) use compile::LibraryText;
pub(crate) use found::{find, warn};
pub(crate) use frozen::FrozenLibraries;
pub(crate) use image_library::{Needed, needed_by};
pub(crate) use store::{Libraries, Refusal, SharedLibraries};
