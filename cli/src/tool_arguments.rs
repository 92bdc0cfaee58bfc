//! The part of the command line about executables, and tools for images.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use cozen::link::Debug;
use lexopt::prelude::Long;

use crate::build_options::BuildOptions;
use crate::command::Command;

/// Whether a word names one of the tools.
pub(crate) fn is_tool(word: &OsStr) -> bool {
    word == "build" || word == "strip"
}

/// Whether `-o` means something to a command.
pub(crate) const fn writes_file(command: &Command) -> bool {
    matches!(
        command,
        Command::Compile { .. } | Command::Build { .. } | Command::Strip { .. }
    )
}

/// The tool of this name, for a file.
pub(crate) fn command(tool: &OsString, file: PathBuf, output: Option<PathBuf>) -> Command {
    if tool == "build" {
        Command::Build { file, output }
    } else {
        Command::Strip { file, output }
    }
}

/// An option of the tools.
///
/// # Errors
///
/// There is none of this name, or its value is wrong.
pub(crate) fn add_option(
    options: &mut BuildOptions,
    name: &str,
    parser: &mut lexopt::Parser,
) -> Result<(), lexopt::Error> {
    match name {
        "with-compiler" => choose(&mut options.compiler, true)?,
        "without-compiler" => choose(&mut options.compiler, false)?,
        "runtime" => options.runtime = Some(parser.value()?.into()),
        "debug" => options.debug = Some(debug(&parser.value()?)?),
        _ => return Err(Long(name).unexpected()),
    }
    Ok(())
}

fn choose(chosen: &mut Option<bool>, choice: bool) -> Result<(), lexopt::Error> {
    match chosen.replace(choice) {
        Some(before) if before != choice => {
            Err("--with-compiler and --without-compiler contradict each other".into())
        }
        _ => Ok(()),
    }
}

fn debug(value: &OsStr) -> Result<Debug, lexopt::Error> {
    match value.to_str() {
        Some("none") => Ok(Debug::None),
        Some("lines") => Ok(Debug::Lines),
        Some("full") => Ok(Debug::Full),
        _ => {
            let found = value.display();
            Err(format!("--debug: expected none, lines or full, found {found}").into())
        }
    }
}
