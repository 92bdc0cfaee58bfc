//! `cozen strip IMAGE`: an image without names and lines.

use std::path::Path;

use cozen::Error;
use cozen::link::{self, Debug, LinkError};

use crate::arguments::Options;
use crate::status::Status;
use crate::write_file::{FileKind, write};

/// Removes from an image what tools read, to `output` or in its place.
pub(crate) fn strip(
    options: &Options,
    file: &Path,
    output: Option<&Path>,
) -> Result<Status, Error> {
    let image = cozen::read_file(file)?;
    let debug = options.build.debug.unwrap_or(Debug::None);
    let stripped = stripped(file, &image, debug)?;
    write(output.unwrap_or(file), &stripped, FileKind::Plain)?;
    Ok(Status::SUCCESS)
}

/// The image, which is or will be in `file`, with as much information about its text as `debug` says.
pub(crate) fn stripped(file: &Path, image: &[u8], debug: Debug) -> Result<Vec<u8>, Error> {
    link::strip(image, debug).map_err(|error| refused(file, error))
}

fn refused(file: &Path, error: LinkError) -> Error {
    let name = file.display().to_string();
    match error {
        LinkError::Image(error) => Error::Load { name, error },
        error => Error::Setup(format!("{name}: {error}")),
    }
}
