//! Images kept as files and mapped from there, so that `perf` and debuggers find their symbols.
//!
//! An image usually lies in memory that no file name leads to. A kept image is the file
//! `PROCESS-NUMBER-NAME.czo` of a directory. The file `PROCESS.gdb` beside it has a line for each
//! kept image, which tells `gdb` where the image lies. Somebody who may write these files may
//! change the code that runs. So kept images are for developers.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use gc::Address;

use crate::error::LoadError;

/// How much of an image's name goes into the file's.
const NAME_CHARACTERS_MAX: usize = 40;

/// Numbers the kept images of the process.
static COUNT: AtomicU32 = AtomicU32::new(0);

/// An image's file.
#[derive(Debug)]
pub(crate) struct KeptFile {
    path: PathBuf,
    file: File,
}

impl KeptFile {
    /// Writes the image called `name` to `directory`.
    pub(crate) fn write(directory: &Path, name: &str, image: &[u8]) -> Result<Self, LoadError> {
        let stem = Path::new(name).file_stem().unwrap_or_default();
        let name: String = stem
            .to_string_lossy()
            .chars()
            .map(|letter| {
                if letter.is_alphanumeric() {
                    letter
                } else {
                    '-'
                }
            })
            .take(NAME_CHARACTERS_MAX)
            .collect();
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let file = format!("{}-{number}-{name}.czo", std::process::id());
        // Debuggers and `perf` may run elsewhere.
        let path = std::path::absolute(directory)
            .map_err(|error| system(&error))?
            .join(file);
        let mut options = OpenOptions::new();
        let mut file = options
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(&path)
            .map_err(|error| system(&error))?;
        file.write_all(image).map_err(|error| system(&error))?;
        Ok(Self { path, file })
    }

    /// What to map.
    pub(crate) fn descriptor(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }

    /// Tells debuggers that the image starts at `address`.
    pub(crate) fn announce(&self, address: Address) -> Result<(), LoadError> {
        let script = format!("{}.gdb", std::process::id());
        let mut options = OpenOptions::new();
        let mut script = options
            .append(true)
            .create(true)
            .open(self.path.with_file_name(script))
            .map_err(|error| system(&error))?;
        let line = format!(
            "add-symbol-file {} -o {:#x}\n",
            self.path.display(),
            address.raw()
        );
        script
            .write_all(line.as_bytes())
            .map_err(|error| system(&error))
    }
}

fn system(error: &std::io::Error) -> LoadError {
    LoadError::System {
        operation: "keeping an image as a file",
        code: error.raw_os_error().unwrap_or_default(),
    }
}
