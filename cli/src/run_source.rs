//! `cozen FILE` and `cozen -`.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use cozen::Error;

use crate::arguments::{COMMANDS, Options};
use crate::run_image::run_image;
use crate::session::{command_line, run, source_runtime};
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
        let mut runtime = source_runtime(options, command_line(file, arguments))?;
        let image = runtime.compile_text(&text, "stdin")?;
        return Ok(run(options, &mut runtime, &image, Path::new("stdin")));
    }
    if is_elf(file) {
        return run_image(options, file, arguments);
    }
    let mut runtime = source_runtime(options, command_line(file, arguments))?;
    let image = runtime
        .compile_file(file)
        .map_err(|error| explain(error, file))?;
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

/// Whether the file starts as ELF files do. What cannot be read is no such file, nor what can be read once
/// only, as a pipe.
fn is_elf(file: &Path) -> bool {
    if !file.is_file() {
        return false;
    }
    let mut start = [0; 4];
    let read = File::open(file).and_then(|mut opened| opened.read_exact(&mut start));
    read.is_ok() && start == *b"\x7fELF"
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
