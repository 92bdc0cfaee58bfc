//! Runs an image that was read.

use std::borrow::Cow;
use std::path::Path;

use cozen::{Error, TrustedImage};

use crate::arguments::Options;
use crate::session::{build, builder, command_line, run};
use crate::status::Status;

/// Runs the image that was read from `file`.
pub(crate) fn run_image(
    options: &Options,
    file: &Path,
    image: Cow<'_, [u8]>,
    arguments: &[String],
) -> Result<Status, Error> {
    let builder = builder(options)?.native_library(cozen::has_native_code(&image));
    // SAFETY: whoever runs the command vouches for the file that it names, as for any program.
    let image = unsafe { TrustedImage::vouch(image) };
    let mut runtime = build(builder, command_line(file, arguments))?;
    Ok(run(options, &mut runtime, &image, file))
}
