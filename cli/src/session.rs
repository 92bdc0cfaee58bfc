//! What the subcommands that run something share: a runtime as the options say, and how it ends.

use std::mem::ManuallyDrop;
use std::path::Path;

use cozen::{CompilerReport, Error, Jit, Retention, Runtime, RuntimeBuilder, TrustedImage};

use crate::arguments::Options;
use crate::source_lines::SourceLines;
use crate::status::Status;
use crate::{allocator, ending, environment, interrupt, output, statistics};

/// A runtime as the options say, in which `(command-line)` is `words`.
pub(crate) fn runtime(
    options: &Options,
    words: Vec<String>,
) -> Result<ManuallyDrop<Runtime>, Error> {
    build(builder(options)?, words)
}

/// As [`builder`], for a program that is compiled from its text: it may get native code while it runs.
pub(crate) fn source_builder(options: &Options) -> Result<RuntimeBuilder, Error> {
    let jit = match environment::jit()? {
        _ if options.tier.is_some() => Jit::Off,
        Some(jit) => jit,
        None if environment::tier()?.is_some() => Jit::Off,
        None => options.jit.unwrap_or(Jit::On),
    };
    Ok(builder(options)?.jit(jit))
}

/// A runtime in which `(command-line)` is `words`, and which Ctrl-C interrupts. The process ends with the runtime,
/// and the system takes back all memory at once: nothing is gained by taking the runtime apart first.
pub(crate) fn build(
    builder: RuntimeBuilder,
    words: Vec<String>,
) -> Result<ManuallyDrop<Runtime>, Error> {
    let runtime = builder.command_line(words).build()?;
    interrupt::install(runtime.interrupt());
    Ok(ManuallyDrop::new(runtime))
}

/// What the options say about a runtime.
///
/// # Errors
///
/// The environment, which is asked where they say nothing, names no tier.
pub(crate) fn builder(options: &Options) -> Result<RuntimeBuilder, Error> {
    let mut builder = Runtime::builder()
        .read_images(options.no_mmap)
        .level(options.level)
        .check_facts(options.check_facts || environment::check_facts()?)
        .unbound_names(options.unbound_names)
        .time_passes(options.time_passes)
        .compiler_reports(reports(options));
    if let Some(directory) = &options.image_directory {
        builder = builder.keep_images(directory);
    }
    if let Some(bytes) = options.heap_bytes_max {
        allocator::keep_little(bytes);
        builder = builder.heap_bytes_max(bytes);
    }
    if let Some(bytes) = options.stack_bytes_max {
        builder = builder.stack_bytes_max(bytes);
    }
    if let Some(zeal) = options.zeal {
        builder = builder.zeal(zeal);
    }
    let tier = match options.tier {
        Some(tier) => Some(tier),
        None => environment::tier()?,
    };
    if let Some(tier) = tier {
        builder = builder.tier(tier);
    }
    if let Some(pass) = &options.dump_after {
        builder = builder.dump_after(pass);
    }
    if let Some(count) = options.rewrites_max {
        builder = builder.stop_after_rewrite(count);
    }
    if options.trust {
        // SAFETY: whoever gives the option vouches for the images, as for any program.
        builder = unsafe { builder.trust_library_images() };
    }
    for directory in &options.library_paths {
        builder = builder.library_path(directory);
    }
    Ok(builder)
}

/// Who prints what the compiler says.
fn reports(
    options: &Options,
) -> impl Fn(&CompilerReport<'_>) -> Result<(), Error> + Send + Sync + 'static {
    let verbose = options.verbose;
    move |report| match report {
        CompilerReport::Cache(_) if !verbose => Ok(()),
        report => output::print_report(report),
    }
}

/// The words of `(command-line)`: the file, then its arguments.
pub(crate) fn command_line(file: &Path, arguments: &[String]) -> Vec<String> {
    let mut words = vec![file.display().to_string()];
    words.extend_from_slice(arguments);
    words
}

/// Runs the image of a program to its end.
pub(crate) fn run(
    options: &Options,
    runtime: &mut Runtime,
    image: &TrustedImage<'_>,
    file: &Path,
) -> Status {
    let name = file.display().to_string();
    let done = if runtime.interrupt().is_requested() {
        // Ctrl-C came while the program was compiled.
        Err(Error::Interrupted {
            backtrace: Vec::new(),
        })
    } else {
        runtime.enter(|scheme| scheme.run_image(image, &name, Retention::Reached))
    };
    finish(options, runtime, done, &mut SourceLines::default())
}

/// Flushes ports, reports, prints the statistics; the exit status.
pub(crate) fn finish(
    options: &Options,
    runtime: &mut Runtime,
    done: Result<(), Error>,
    sources: &mut SourceLines,
) -> Status {
    let status = ending::finish(runtime, done, sources);
    if options.gc_statistics {
        statistics::print(runtime);
    }
    status
}
