//! How the expander reads the files that a text imports and includes.

use std::fmt::Debug;
use std::io;
use std::path::Path;

/// Reads files. Whoever keeps what was compiled learns here what it was made from.
pub trait SourceFiles: Debug {
    /// The bytes of a file.
    ///
    /// # Errors
    ///
    /// It is not there, or cannot be read.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// Whether there is a file with this name.
    fn is_file(&self, path: &Path) -> bool;
}

/// The files of the system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemFiles;

impl SourceFiles for SystemFiles {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        std::fs::read(path)
    }

    fn is_file(&self, path: &Path) -> bool {
        path.is_file()
    }
}
