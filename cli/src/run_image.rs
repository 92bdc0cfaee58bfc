//! Runs an image that was read.

use std::borrow::Cow;
use std::path::Path;

use cozen::{Error, TrustedImage};

use crate::arguments::Options;
use crate::output;
use crate::session::{build, builder, command_line, run};
use crate::status::Status;

/// Runs the image that was read from `file`.
pub(crate) fn run_image(
    options: &Options,
    file: &Path,
    image: Cow<'_, [u8]>,
    arguments: &[String],
) -> Result<Status, Error> {
    let has_native_code = cozen::has_native_code(&image);
    let builder = builder(options)?.native_library(options.trust && has_native_code);
    let image = if options.trust {
        // SAFETY: whoever gives the option vouches for the file, as for any program.
        unsafe { TrustedImage::vouch(image) }
    } else {
        cozen::verify_image(image, &file.display().to_string())?
    };
    if options.verbose && image.is_bytecode_only() && has_native_code {
        let file = file.display();
        output::complain(&format!(
            "cozen: {file} runs as bytecode: its native code, which nobody can verify, takes --trust"
        ));
    }
    let mut runtime = build(builder, command_line(file, arguments))?;
    Ok(run(options, &mut runtime, &image, file))
}
