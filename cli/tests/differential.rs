//! The same programs print the same under other Schemes. Schemes that are not installed are
//! skipped.

#[path = "support/cozen_command.rs"]
mod cozen_command;
#[path = "support/scheme_files.rs"]
mod scheme_files;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output};

use cozen_command::cozen_command;
use scheme_files::scheme_files;

/// Guile reads the report's programs as they are. `None` if it is not installed.
fn guile(file: &Path) -> Option<Output> {
    let mut command = Command::new("guile");
    command.args(["--no-auto-compile", "-s"]).arg(file);
    command.output().ok()
}

/// Chez has no libraries of the report, but knows at its top level what the programs use: it gets them
/// without their first line, the import. `None` if it is not installed.
fn chez(file: &Path) -> Option<Output> {
    let text = fs::read_to_string(file).expect("a readable program");
    let (_, body) = text.split_once('\n').expect("the first line is the import");
    let name = file.file_name().expect("programs have names").display();
    let copy: PathBuf = std::env::temp_dir().join(format!("cozen-{}-{name}", std::process::id()));
    fs::write(&copy, body).expect("a writable temporary directory");
    let output = Command::new("chezscheme")
        .arg("--script")
        .arg(&copy)
        .output();
    fs::remove_file(&copy).expect("it was just written");
    output.ok()
}

fn printed(output: &Output) -> (String, ExitStatus) {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (text, output.status)
}

fn assert_agrees_with(peer: fn(&Path) -> Option<Output>) {
    let files = scheme_files("tests/differential");
    assert!(!files.is_empty());
    for file in files {
        let Some(theirs) = peer(&file) else { return };
        let ours = cozen_command(&[], &file).output().expect("cozen starts");
        let errors = String::from_utf8_lossy(&ours.stderr);
        assert_eq!(
            printed(&ours),
            printed(&theirs),
            "{}: {errors}",
            file.display()
        );
    }
}

#[test]
fn programs_print_what_they_print_under_guile() {
    assert_agrees_with(guile);
}

#[test]
fn programs_print_what_they_print_under_chez() {
    assert_agrees_with(chez);
}
