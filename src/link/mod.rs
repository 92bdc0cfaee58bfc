//! What becomes of images that are made: files without what tools read, and executables that carry a program.
//!
//! ```text
//! image ─ strip ─► image without debug information
//! executable with a slot + image (+ library) ─ Executable::write ─► executable that runs the program
//! ```
//!
//! Everything here goes from bytes to bytes, and the same input gives the same bytes.

mod elf_file;
mod error;
mod executable;
mod strip;
mod uses_compiler;

pub use error::LinkError;
pub use executable::{Executable, ExecutableKind};
pub use strip::{Debug, strip};
pub use uses_compiler::{globals_of, uses_compiler};
