//! The command line `cozen`: parses arguments, dispatches, maps errors to exit statuses.
//!
//! Statuses: what the program asked for; 1 for a program that does not compile or that raised; 2 for a
//! command line, file or image that cannot be used; 130 for a program that Ctrl-C ended, 141 for one whose
//! output nobody reads any more, as shells show the signals SIGINT and SIGPIPE.

// Where the C library hands the arguments to the standard library, `process` begins.
#![cfg_attr(all(not(test), target_os = "linux", target_env = "gnu"), no_main)]

mod allocator;
mod arguments;
mod build;
mod build_options;
mod cache;
mod command;
mod compile;
mod describe;
mod disassemble;
mod embedded;
mod ending;
mod environment;
mod evaluate;
mod interrupt;
mod output;
mod page_map;
#[cfg(all(not(test), target_os = "linux", target_env = "gnu"))]
mod process;
mod process_memory;
mod repl;
mod report;
mod run_image;
mod run_source;
mod session;
mod source_lines;
mod stack;
mod statistics;
mod status;
mod strip;
mod tool_arguments;
mod write_file;

use arguments::{Arguments, Command};
use cozen::{EmbeddedProgram, Error, RuntimeBuilder};
use status::Status;

#[cfg(any(test, not(all(target_os = "linux", target_env = "gnu"))))]
fn main() {
    stack::with_room(run).exit()
}

fn run() -> Status {
    let program = match EmbeddedProgram::of_executable() {
        Ok(None) => return command_line(),
        Ok(Some(program)) => embedded::run(&program, RuntimeBuilder::build),
        Err(error) => Err(error),
    };
    program.unwrap_or_else(|error| reported(&error))
}

/// Does what the command line says.
fn command_line() -> Status {
    plant_panic();
    let arguments = match arguments::parse(std::env::args_os().skip(1)) {
        Ok(arguments) => arguments,
        Err(error) => {
            output::complain(&format!("cozen: {error}\n(cozen --help says more)"));
            return Status::from(report::STATUS_UNUSABLE);
        }
    };
    dispatch(&arguments).unwrap_or_else(|error| reported(&error))
}

fn reported(error: &Error) -> Status {
    report::report(error, &mut source_lines::SourceLines::default())
}

/// Lets a test of a debug build plant a panic in the compiler.
fn plant_panic() {
    if cfg!(debug_assertions)
        && let Ok(phase) = std::env::var("COZEN_PLANT_PANIC")
    {
        cozen::plant_panic(phase);
    }
}

fn dispatch(arguments: &Arguments) -> Result<Status, Error> {
    let options = &arguments.options;
    match &arguments.command {
        Command::Help => {
            output::print(arguments::USAGE)?;
            Ok(Status::SUCCESS)
        }
        Command::Version => {
            output::print_line(concat!("cozen ", env!("CARGO_PKG_VERSION")))?;
            Ok(Status::SUCCESS)
        }
        Command::Repl => repl::repl(options),
        Command::RunSource { file, arguments } => run_source::run_source(options, file, arguments),
        Command::RunImage { file, arguments } => {
            run_source::run_image_file(options, file, arguments)
        }
        Command::Evaluate { expressions } => evaluate::evaluate(options, expressions),
        Command::Compile { file, output } => compile::compile(options, file, output.as_deref()),
        Command::Build { file, output } => build::build(options, file, output.as_deref()),
        Command::Strip { file, output } => strip::strip(options, file, output.as_deref()),
        Command::Size { file } => describe::size(options, file),
        Command::ReadElf { file } => describe::read_elf(options, file),
        Command::Verify { file } => describe::verify(file),
        Command::PageMap { file, output } => page_map::page_map(file, output.as_deref()),
        Command::Smaps(processes) => process_memory::smaps(processes),
        Command::Images(processes) => process_memory::images(processes),
        Command::Cache(command) => cache::cache(options, *command),
        Command::Disassemble { file } => disassemble::disassemble(options, file),
    }
}
