//! Programs of this repository print the same on every level of optimization.

#[path = "support/cozen_command.rs"]
mod cozen_command;
#[path = "support/in_parallel.rs"]
mod in_parallel;
#[path = "support/scheme_files.rs"]
mod scheme_files;

use std::path::{Path, PathBuf};

use cozen_command::cozen_command;
use in_parallel::in_parallel;
use scheme_files::scheme_files;

/// Programs of `benches/programs` that take no more than a second without optimization in a debug build.
const SMALL_BENCHES: &[&str] = &["bignums.scm", "closures.scm", "records.scm", "strings.scm"];

/// What a program prints on a level, and whether it ends well.
fn printed(level: &str, file: &Path) -> (String, bool) {
    let output = cozen_command(&[level], file)
        .output()
        .expect("cozen starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (text, output.status.success())
}

fn assert_levels_agree(files: &[PathBuf]) {
    assert!(!files.is_empty());
    in_parallel(files, |file| {
        let wanted = printed("-O2", file);
        assert!(wanted.1, "{} fails", file.display());
        for level in ["-O0", "-O1"] {
            assert_eq!(printed(level, file), wanted, "{level} {}", file.display());
        }
    });
}

#[test]
fn the_checks_of_the_report_print_the_same_on_all_levels() {
    let mut files = scheme_files("tests/scheme");
    files.retain(|file| !file.ends_with("prelude.scm"));
    assert_levels_agree(&files);
}

#[test]
fn examples_print_the_same_on_all_levels() {
    assert_levels_agree(&scheme_files("examples"));
}

#[test]
fn small_benches_print_the_same_on_all_levels() {
    let mut files = scheme_files("benches/programs");
    files.retain(|file| SMALL_BENCHES.iter().any(|name| file.ends_with(name)));
    assert_eq!(files.len(), SMALL_BENCHES.len());
    assert_levels_agree(&files);
}
