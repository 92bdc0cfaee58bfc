//! `cozen FILE`, `cozen run IMAGE`, `cozen -e EXPR`.

use std::path::Path;
use std::process::ExitCode;

use cozen::{Error, Runtime};

use crate::arguments::Options;
use crate::{report, runtime, statistics};

/// Compiles a source file and runs the image.
pub(crate) fn run_source(
    options: &Options,
    file: &Path,
    arguments: &[String],
) -> Result<ExitCode, Error> {
    let mut runtime = runtime(options, command_line(file, arguments))?;
    let image = runtime.compile_file(file)?;
    run(options, &mut runtime, &image, file)
}

/// Runs an image.
pub(crate) fn run_image(
    options: &Options,
    file: &Path,
    arguments: &[String],
) -> Result<ExitCode, Error> {
    let image = std::fs::read(file).map_err(|error| Error::File {
        path: file.display().to_string(),
        error,
    })?;
    let mut runtime = runtime(options, command_line(file, arguments))?;
    run(options, &mut runtime, &image, file)
}

/// Evaluates expressions and prints the value of the last one, if it is not unspecified.
pub(crate) fn evaluate(options: &Options, expressions: &[String]) -> Result<ExitCode, Error> {
    let mut runtime = runtime(options, vec!["cozen".to_owned()])?;
    let done = runtime.enter(|scheme| {
        for expression in expressions {
            scheme.run_text(expression, "-e")?;
        }
        let value = scheme.value();
        if !value.is_unspecified() {
            println!("{}", scheme.heap().written(value));
        }
        Ok(())
    });
    finish(options, &mut runtime, done)
}

fn run(
    options: &Options,
    runtime: &mut Runtime,
    image: &[u8],
    file: &Path,
) -> Result<ExitCode, Error> {
    let name = file.display().to_string();
    let done = runtime.enter(|scheme| scheme.run_image(image, &name, false));
    finish(options, runtime, done)
}

/// Flushes ports, reports, prints the statistics; the exit status.
fn finish(
    options: &Options,
    runtime: &mut Runtime,
    done: Result<(), Error>,
) -> Result<ExitCode, Error> {
    runtime.enter(|scheme| scheme.flush());
    let status = match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Error::Exit(status)) => report::exit_code(status),
        Err(error) => report::report(&error),
    };
    if options.gc_statistics {
        statistics::print(runtime);
    }
    Ok(status)
}

fn command_line(file: &Path, arguments: &[String]) -> Vec<String> {
    let mut words = vec![file.display().to_string()];
    words.extend_from_slice(arguments);
    words
}
