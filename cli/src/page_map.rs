//! `cozen pagemap FILE`: a picture of the pages of an ELF file.

use std::fs::{File, Metadata};
use std::io::{self, IsTerminal as _};
use std::os::unix::fs::FileTypeExt as _;
use std::path::Path;

use cozen::Error;
use cozen::inspect::PageMap;
use memmap2::Mmap;

use crate::output;
use crate::status::Status;
use crate::write_file::{FileKind, write_from};

/// Shows the pages of a file: on standard output, or in a picture, whose name says what it is.
pub(crate) fn page_map(file: &Path, output: Option<&Path>) -> Result<Status, Error> {
    let encode = output.map(encoder).transpose()?;
    let mapped = map(file)?;
    let map = PageMap::parse(&mapped);
    let map = map.map_err(|error| Error::Setup(format!("{}: {error}", file.display())))?;
    let name = file
        .file_name()
        .unwrap_or(file.as_os_str())
        .to_string_lossy();
    let Some((encode, output)) = encode.zip(output) else {
        output::print(&map.text(&name, io::stdout().is_terminal()))?;
        return Ok(Status::SUCCESS);
    };
    write_from(file, output, &encode(&map, &name), FileKind::Plain)?;
    Ok(Status::SUCCESS)
}

/// What makes the file of a picture.
type Encoder = fn(&PageMap, &str) -> Vec<u8>;

fn encoder(output: &Path) -> Result<Encoder, Error> {
    let extension = output.extension().map(std::ffi::OsStr::to_ascii_lowercase);
    match extension.as_deref().and_then(std::ffi::OsStr::to_str) {
        Some("svg") => Ok(|map, name| map.svg(name).into_bytes()),
        Some("png") => Ok(PageMap::png),
        _ => Err(Error::Setup(format!(
            "-o {}: a picture is called .svg or .png",
            output.display()
        ))),
    }
}

/// Maps a file.
fn map(path: &Path) -> Result<Mmap, Error> {
    let failed = |error| Error::File {
        path: path.display().to_string(),
        error,
    };
    let metadata = path.metadata().map_err(failed)?;
    if let Some(kind) = no_file(&metadata) {
        return Err(failed(io::Error::other(format!(
            "it is {kind}, and no file"
        ))));
    }
    let file = File::open(path).map_err(failed)?;
    // SAFETY: the bytes are read as bytes alone. Who changes the file meanwhile gets a picture of neither state, and
    // who cuts it off ends this process, which has nothing else to do.
    unsafe { Mmap::map(&file) }.map_err(failed)
}

/// What something is that cannot be mapped.
fn no_file(metadata: &Metadata) -> Option<&'static str> {
    let kind = metadata.file_type();
    if kind.is_dir() {
        Some("a directory")
    } else if kind.is_fifo() {
        Some("a pipe")
    } else if kind.is_socket() {
        Some("a socket")
    } else if kind.is_block_device() || kind.is_char_device() {
        Some("a device")
    } else {
        None
    }
}
