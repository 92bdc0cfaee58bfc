//! Runs Scheme files of this repository with the command line.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The `.scm` files in `directory`, a path from the root of the repository, and below it, sorted.
#[expect(clippy::allow_attributes, reason = "what a test uses differs")]
#[allow(dead_code, reason = "some tests have programs of their own")]
pub(crate) fn scheme_files(directory: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    add_files(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join(directory),
        &mut files,
    );
    files.sort();
    files
}

#[expect(clippy::allow_attributes, reason = "what a test uses differs")]
#[allow(dead_code, reason = "see `scheme_files`")]
fn add_files(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("a readable directory") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            add_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "scm") {
            files.push(path);
        }
    }
}

/// What the `;; expect:` lines of a program say that it prints.
#[expect(clippy::allow_attributes, reason = "what a test uses differs")]
#[allow(dead_code, reason = "see `scheme_files`")]
pub(crate) fn expected(file: &Path) -> String {
    let text = fs::read_to_string(file).expect("a readable program");
    let lines: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix(";; expect: "))
        .collect();
    let file = file.display();
    assert!(!lines.is_empty(), "{file}: no `;; expect:` line");
    lines.join("\n") + "\n"
}

/// What `cozen OPTION… FILE` does.
#[expect(
    clippy::allow_attributes,
    reason = "which of the two a test uses differs"
)]
#[allow(dead_code, reason = "some tests choose tiers")]
pub(crate) fn cozen(options: &[&str], file: &Path) -> Output {
    command(options, file).output().expect("cozen starts")
}

/// The same with `COZEN_TIER` and the seed of its coin.
#[expect(
    clippy::allow_attributes,
    reason = "which of the two a test uses differs"
)]
#[allow(dead_code, reason = "some tests leave the tier alone")]
pub(crate) fn cozen_in_tier(tier: &str, seed: &str, options: &[&str], file: &Path) -> Output {
    command(options, file)
        .env("COZEN_TIER", tier)
        .env("COZEN_TIER_SEED", seed)
        .output()
        .expect("cozen starts")
}

fn command(options: &[&str], file: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cozen"));
    command
        .args(options)
        .arg(file)
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}
