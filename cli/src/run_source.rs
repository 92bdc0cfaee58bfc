//! `cozen FILE`, `cozen -` and `cozen run IMAGE`.

use std::io::{ErrorKind, Read as _};
use std::path::Path;

use cozen::{Error, Program};

use crate::arguments::{COMMANDS, Options};
use crate::cache;
use crate::output;
use crate::run_image::run_image;
use crate::session::{build, command_line, run, source_builder};
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
        let program = Program::of_bytes("stdin", standard_input()?);
        let mut runtime = build(source_builder(options)?, command_line(file, arguments))?;
        let image = runtime.compile_program(program)?;
        return Ok(run(options, &mut runtime, &image, Path::new("stdin")));
    }
    let builder = source_builder(options)?;
    let program = builder.program(file, cache::programs(options));
    let program = program.map_err(|error| explain(error, file))?;
    if program.is_image() {
        return run_image_or_source(options, file, program.bytes(), arguments);
    }
    let builder = builder.native_library(program.has_native_code());
    let mut runtime = build(builder, command_line(file, arguments))?;
    let image = runtime.compile_program(program)?;
    Ok(run(options, &mut runtime, &image, file))
}

/// Runs the image in a file.
pub(crate) fn run_image_file(
    options: &Options,
    file: &Path,
    arguments: &[String],
) -> Result<Status, Error> {
    run_image_or_source(options, file, &cozen::read_file(file)?, arguments)
}

/// Runs an image; one of another version cannot be run, but perhaps its source.
fn run_image_or_source(
    options: &Options,
    file: &Path,
    image: &[u8],
    arguments: &[String],
) -> Result<Status, Error> {
    let Some(source) = cozen::source_of_other_version(image, file) else {
        return run_image(options, file, image.into(), arguments);
    };
    if options.verbose {
        let (file, source) = (file.display(), source.display());
        output::complain(&format!(
            "cozen: {file} was made by another version of cozen: its source {source} is run"
        ));
    }
    run_source(options, &source, arguments)
}

fn standard_input() -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let read = std::io::stdin().read_to_end(&mut bytes);
    read.map_err(|error| Error::File {
        path: "standard input".to_owned(),
        error,
    })?;
    Ok(bytes)
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
