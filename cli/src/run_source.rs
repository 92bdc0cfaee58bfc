//! `cozen FILE` and `cozen -`.

use std::io::{ErrorKind, Read as _};
use std::path::Path;

use cozen::Error;

use crate::arguments::{COMMANDS, Options};
use crate::cache;
use crate::run_image::run_bytes;
use crate::session::{build, builder, command_line, run, runtime};
use crate::status::Status;

/// What stands for standard input in place of a file's name.
const STANDARD_INPUT: &str = "-";

/// Compiles a source file, or what standard input holds, and runs the image. A file that is an image is run.
pub(crate) fn run_source(
    options: &Options,
    file: &Path,
    arguments: &[String],
) -> Result<Status, Error> {
    if file == Path::new(STANDARD_INPUT) {
        let text = standard_input()?;
        let mut runtime = runtime(options, command_line(file, arguments))?;
        let image = runtime.compile_text(&text, "stdin")?;
        return Ok(run(options, &mut runtime, &image, Path::new("stdin")));
    }
    let builder = builder(options)?;
    let program = builder.program(file, cache::programs(options));
    let program = program.map_err(|error| explain(error, file))?;
    if program.is_image() {
        return run_bytes(options, file, program.bytes().into(), arguments);
    }
    let builder = builder.native_library(program.has_native_code());
    let mut runtime = build(builder, command_line(file, arguments))?;
    let image = runtime.compile_program(program)?;
    Ok(run(options, &mut runtime, &image, file))
}

fn standard_input() -> Result<String, Error> {
    let mut bytes = Vec::new();
    let read = std::io::stdin().read_to_end(&mut bytes);
    read.map_err(|error| Error::File {
        path: "standard input".to_owned(),
        error,
    })?;
    cozen::decode_text(&bytes, "stdin")
}

/// Says of a word that is the name of no file, and looks like a command, that it is neither.
fn explain(error: Error, file: &Path) -> Error {
    let is_missing =
        matches!(&error, Error::File { error, .. } if error.kind() == ErrorKind::NotFound);
    let word = file.to_string_lossy();
    if is_missing && word.chars().all(|c| c.is_ascii_alphabetic() || c == '-') {
        return Error::Setup(format!(
            "{word} is neither a file nor a command: {COMMANDS}"
        ));
    }
    error
}
