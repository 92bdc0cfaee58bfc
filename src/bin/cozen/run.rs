//! `cozen FILE`, `cozen run IMAGE`, `cozen -e EXPR`.

use std::path::Path;
use std::process::ExitCode;

use cozen::{Error, Retention, Runtime, TrustedImage};

use crate::arguments::Options;
use crate::report::SourceLines;
use crate::{build, builder, output, report, runtime, statistics};

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

/// Runs an image.
pub(crate) fn run_image(
    options: &Options,
    file: &Path,
    arguments: &[String],
) -> Result<ExitCode, Error> {
    let image = cozen::read_file(file)?;
    let builder = builder(options).native_library(cozen::has_native_code(&image));
    // SAFETY: whoever runs the command vouches for the file that it names, as for any program.
    let image = unsafe { TrustedImage::vouch(image) };
    let mut runtime = build(builder, command_line(file, arguments))?;
    Ok(run(options, &mut runtime, &image, file))
}

/// Evaluates expressions and prints the value of the last one, if it is not unspecified.
pub(crate) fn evaluate(options: &Options, expressions: &[String]) -> Result<ExitCode, Error> {
    let mut runtime = runtime(options, vec!["cozen".to_owned()])?;
    let mut sources = SourceLines::default();
    let done = runtime.enter(|scheme| {
        for (index, expression) in expressions.iter().enumerate() {
            let name = if index == 0 {
                "-e".to_owned()
            } else {
                format!("-e#{}", index + 1)
            };
            sources.remember(&name, expression);
            scheme.run_text(expression, &name)?;
        }
        let value = scheme.value();
        if value.is_unspecified() {
            return Ok(());
        }
        output::print_line(&scheme.heap().written(value))
    });
    Ok(finish(options, &mut runtime, done, &mut sources))
}

fn run(
    options: &Options,
    runtime: &mut Runtime,
    image: &TrustedImage<'_>,
    file: &Path,
) -> ExitCode {
    let name = file.display().to_string();
    let done = runtime.enter(|scheme| scheme.run_image(image, &name, Retention::Reached));
    finish(options, runtime, done, &mut SourceLines::default())
}

/// Flushes ports, reports, prints the statistics; the exit status.
fn finish(
    options: &Options,
    runtime: &mut Runtime,
    done: Result<(), Error>,
    sources: &mut SourceLines,
) -> ExitCode {
    let flushed = runtime.flush();
    let status = match done.and(flushed) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Error::Exit(status)) => report::exit_code(status),
        Err(error) => report::report(&error, sources),
    };
    if options.gc_statistics {
        statistics::print(runtime);
    }
    status
}

fn command_line(file: &Path, arguments: &[String]) -> Vec<String> {
    let mut words = vec![file.display().to_string()];
    words.extend_from_slice(arguments);
    words
}
