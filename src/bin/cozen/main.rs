//! The command line `cozen`: parses arguments, dispatches, maps errors to exit statuses.
//!
//! The status is the one that the program asked for. It is 1 for a program that does not compile or
//! that raised, and 2 for a command line, file or image that cannot be used.

mod arguments;
mod compile;
mod disassemble;
mod interrupt;
mod output;
mod repl;
mod report;
mod run;
mod statistics;

use std::num::NonZeroU32;
use std::process::ExitCode;

use arguments::{Arguments, Command, Options};
use cozen::{Runtime, RuntimeBuilder};

fn main() -> ExitCode {
    let arguments = match arguments::parse(std::env::args_os().skip(1)) {
        Ok(arguments) => arguments,
        Err(error) => {
            output::complain(&format!("cozen: {error}\n(cozen --help says more)"));
            return ExitCode::from(report::STATUS_UNUSABLE);
        }
    };
    match dispatch(&arguments) {
        Ok(status) => status,
        Err(error) => report::report(&error, &mut report::SourceLines::default()),
    }
}

fn dispatch(arguments: &Arguments) -> Result<ExitCode, cozen::Error> {
    let options = &arguments.options;
    match &arguments.command {
        Command::Help => {
            output::print(arguments::USAGE)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Version => {
            output::print_line(concat!("cozen ", env!("CARGO_PKG_VERSION")))?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Repl => repl::repl(options),
        Command::RunSource { file, arguments } => run::run_source(options, file, arguments),
        Command::RunImage { file, arguments } => run::run_image(options, file, arguments),
        Command::Evaluate { expressions } => run::evaluate(options, expressions),
        Command::Compile { file, output } => compile::compile(options, file, output.as_deref()),
        Command::Disassemble { file } => disassemble::disassemble(options, file),
    }
}

/// A runtime as the options say, in which `(command-line)` is `words`.
fn runtime(options: &Options, words: Vec<String>) -> Result<Runtime, cozen::Error> {
    build(builder(options), words)
}

fn build(builder: RuntimeBuilder, words: Vec<String>) -> Result<Runtime, cozen::Error> {
    let runtime = builder.command_line(words).build()?;
    interrupt::install(runtime.interrupt());
    Ok(runtime)
}

fn builder(options: &Options) -> RuntimeBuilder {
    let mut builder = Runtime::builder()
        .read_images(options.no_mmap)
        .level(options.level)
        .check_facts(options.check_facts)
        .time_passes(options.time_passes);
    if let Some(directory) = &options.image_directory {
        builder = builder.keep_images(directory);
    }
    if let Some(bytes) = options.heap_bytes_max {
        builder = builder.heap_bytes_max(bytes);
    }
    if let Some(bytes) = options.stack_bytes_max {
        builder = builder.stack_bytes_max(bytes);
    }
    if let Some(every) = options.zeal_every.and_then(NonZeroU32::new) {
        builder = builder.zeal(every);
    }
    if let Some(tier) = options.tier {
        builder = builder.tier(tier);
    }
    if let Some(pass) = &options.dump_after {
        builder = builder.dump_after(pass);
    }
    if let Some(count) = options.rewrites_max {
        builder = builder.stop_after_rewrite(count);
    }
    for directory in &options.library_paths {
        builder = builder.library_path(directory);
    }
    builder
}
