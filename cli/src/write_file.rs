//! Files that appear whole or not at all.

use std::fs::{self, Metadata, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use cozen::Error;

/// What a new file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileKind {
    /// Data.
    Plain,
    /// A program: who may read the file may run it.
    Executable,
}

/// Writes a file. A regular file appears whole or not at all.
///
/// # Errors
///
/// [`Error::Setup`] if the file is `source`, [`Error::File`] if it cannot be written.
pub(crate) fn write_from(
    source: &Path,
    output: &Path,
    bytes: &[u8],
    kind: FileKind,
) -> Result<(), Error> {
    if is_same_file(source, output) {
        return Err(Error::Setup(format!(
            "{} is the source: the output would take its place",
            output.display()
        )));
    }
    write(output, bytes, kind)
}

/// As [`write_from`], for an output that may take the place of its source.
///
/// # Errors
///
/// [`Error::File`].
pub(crate) fn write(output: &Path, bytes: &[u8], kind: FileKind) -> Result<(), Error> {
    write_whole(output, bytes, kind).map_err(|error| Error::File {
        path: output.display().to_string(),
        error,
    })
}

/// Whether two names lead to one file. A device may be both read and written.
fn is_same_file(a: &Path, b: &Path) -> bool {
    let identity = |path: &Path| {
        let metadata = fs::metadata(path).ok().filter(Metadata::is_file)?;
        Some((metadata.dev(), metadata.ino()))
    };
    identity(a).is_some_and(|a| identity(b) == Some(a))
}

fn write_whole(output: &Path, bytes: &[u8], kind: FileKind) -> io::Result<()> {
    // What a link leads to is replaced, not the link; and a device is written to.
    let output = &fs::canonicalize(output).unwrap_or_else(|_| output.to_owned());
    if fs::metadata(output).is_ok_and(|metadata| !metadata.is_file()) {
        return fs::write(output, bytes);
    }
    let mut temporary = output.as_os_str().to_owned();
    temporary.push(format!(".{}.tmp", std::process::id()));
    let temporary = PathBuf::from(temporary);
    let written = write_new(&temporary, bytes, kind).and_then(|()| fs::rename(&temporary, output));
    if written.is_err() {
        // The error that matters is the first one.
        let _ = fs::remove_file(&temporary);
    }
    written
}

fn write_new(path: &Path, bytes: &[u8], kind: FileKind) -> io::Result<()> {
    fs::write(path, bytes)?;
    if kind == FileKind::Plain {
        return Ok(());
    }
    let mode = fs::metadata(path)?.permissions().mode();
    // Each bit for reading gets the bit for running beside it.
    fs::set_permissions(path, Permissions::from_mode(mode | (mode & 0o444) >> 2))
}
