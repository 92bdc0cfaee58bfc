//! What a command line asks for.

use std::path::PathBuf;

/// What to do.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) enum Command {
    /// Read, evaluate, print.
    #[default]
    Repl,
    /// Run a source file with arguments.
    RunSource {
        file: PathBuf,
        arguments: Vec<String>,
    },
    /// Evaluate expressions.
    Evaluate { expressions: Vec<String> },
    /// Write an image.
    Compile {
        file: PathBuf,
        output: Option<PathBuf>,
    },
    /// Write an executable.
    Build {
        file: PathBuf,
        output: Option<PathBuf>,
    },
    /// Print what the bytes of an image are for.
    Size { file: PathBuf },
    /// Print headers, sections and tables of an image.
    ReadElf { file: PathBuf },
    /// Check an image.
    Verify { file: PathBuf },
    /// Show the pages of an ELF file.
    PageMap {
        file: PathBuf,
        output: Option<PathBuf>,
    },
    /// Print what the memory of processes is for.
    Smaps(Vec<u32>),
    /// Print the images of processes.
    Images(Vec<u32>),
    /// Write an image without names and lines.
    Strip {
        file: PathBuf,
        output: Option<PathBuf>,
    },
    /// Run an image with arguments.
    RunImage {
        file: PathBuf,
        arguments: Vec<String>,
    },
    /// Print the instructions of an image.
    Disassemble { file: PathBuf },
    /// See to the compiled programs that are kept.
    Cache(CacheCommand),
    /// Print how to use this.
    Help,
    /// Print the version.
    Version,
}

/// What to do with the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CacheCommand {
    List,
    Clear,
    Verify,
}
