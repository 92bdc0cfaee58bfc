//! The part of the command line about executables, and tools for images.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use cozen::SourcePrefix;
use cozen::link::Debug;
use lexopt::prelude::Long;

use crate::build_options::BuildOptions;
use crate::command::Command;

/// The commands that take a file, or the numbers of processes.
const TOOLS: [&str; 8] = [
    "build", "strip", "size", "readelf", "verify", "pagemap", "smaps", "images",
];

/// Whether a word names one of the tools.
pub(crate) fn is_tool(word: &OsStr) -> bool {
    TOOLS.iter().any(|&tool| word == tool)
}

/// Whether `-o` means something to a command.
pub(crate) const fn writes_file(command: &Command) -> bool {
    matches!(
        command,
        Command::Compile { .. }
            | Command::Build { .. }
            | Command::Strip { .. }
            | Command::PageMap { .. }
    )
}

/// The tool of this name, for what the words say.
///
/// # Errors
///
/// There are too few words, or too many, or one is no number of a process.
pub(crate) fn command(
    tool: &OsStr,
    words: impl Iterator<Item = OsString>,
    output: Option<PathBuf>,
) -> Result<Command, lexopt::Error> {
    let mut words = words.peekable();
    let Some(first) = words.peek().map(PathBuf::from) else {
        let wanted = match tool.to_str() {
            Some("smaps" | "images") => "the number of a process",
            _ => "a file",
        };
        return Err(format!("{}: expected {wanted}", tool.display()).into());
    };
    match tool.to_str() {
        Some("smaps") => return Ok(Command::Smaps(processes(words)?)),
        Some("images") => return Ok(Command::Images(processes(words)?)),
        _ => {}
    }
    if let Some(word) = words.nth(1) {
        let (word, tool) = (word.display(), tool.display());
        return Err(format!("unexpected argument {word} after {tool}").into());
    }
    let file = first;
    Ok(match tool.to_str() {
        Some("build") => Command::Build { file, output },
        Some("strip") => Command::Strip { file, output },
        Some("size") => Command::Size { file },
        Some("readelf") => Command::ReadElf { file },
        Some("verify") => Command::Verify { file },
        _ => Command::PageMap { file, output },
    })
}

/// Numbers of processes.
fn processes(words: impl Iterator<Item = OsString>) -> Result<Vec<u32>, lexopt::Error> {
    let number = |word: OsString| {
        let number = word.to_str().and_then(|text| text.parse().ok());
        let found = word.display();
        number.ok_or_else(|| format!("expected the number of a process, found {found}").into())
    };
    words.map(number).collect()
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
        "source-prefix" => options.source_prefix = Some(source_prefix(parser.value()?)?),
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

fn source_prefix(value: OsString) -> Result<SourcePrefix, lexopt::Error> {
    let value = value
        .into_string()
        .map_err(lexopt::Error::NonUnicodeValue)?;
    let Some((here, in_images)) = value.split_once('=') else {
        return Err(format!("--source-prefix: expected OLD=NEW, found {value}").into());
    };
    Ok(SourcePrefix {
        here: here.to_owned(),
        in_images: in_images.to_owned(),
    })
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
