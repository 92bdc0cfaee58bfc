//! `cozen FILE`.

use std::path::Path;
use std::process::ExitCode;

use cozen::Error;

use crate::arguments::Options;
use crate::session::{command_line, run, runtime};

/// Compiles a source file and runs the image.
pub(crate) fn run_source(
    options: &Options,
    file: &Path,
    arguments: &[String],
) -> Result<ExitCode, Error> {
    let mut runtime = runtime(options, command_line(file, arguments))?;
    let image = runtime.compile_file(file)?;
    Ok(run(options, &mut runtime, &image, file))
}
