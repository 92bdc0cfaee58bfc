//! The command line, on a file of this repository.

use std::path::Path;
use std::process::Command;

/// `cozen OPTION… FILE`, in the root of the repository.
pub(crate) fn cozen_command(options: &[&str], file: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cozen"));
    command
        .args(options)
        .arg(file)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    command
}
