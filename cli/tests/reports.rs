//! The programs of `tests/reports` print what the files beside them hold. Each program was written for faults that
//! users of other Schemes reported.

#[path = "support/cozen_command.rs"]
mod cozen_command;
#[path = "support/scheme_files.rs"]
mod scheme_files;

use std::fs;
use std::path::Path;

use cozen_command::cozen_command;
use scheme_files::scheme_files;

/// Some programs write files: each run has a folder of its own.
fn assert_reports_are_answered(folder: &str, options: &[&str]) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder);
    fs::create_dir_all(&folder).expect("cargo gives a folder");
    let mut files = scheme_files("tests/reports");
    files.retain(|file| {
        !file
            .parent()
            .is_some_and(|parent| parent.ends_with("included"))
    });
    assert!(files.len() > 100, "{} programs", files.len());
    for file in files {
        let output = cozen_command(options, &file)
            .current_dir(&folder)
            .output()
            .expect("cozen starts");
        let errors = String::from_utf8_lossy(&output.stderr);
        let name = file.display();
        assert!(output.status.success(), "{name}: {errors}");
        let wanted = fs::read(file.with_extension("out"));
        let wanted = wanted.expect("what a program prints stands beside it");
        let wanted = String::from_utf8_lossy(&wanted);
        let found = String::from_utf8_lossy(&output.stdout);
        assert_eq!(found, wanted, "{name}: {errors}");
    }
}

#[test]
fn reports_are_answered_by_bytecode() {
    assert_reports_are_answered("reports-bytecode", &[]);
}

#[test]
fn reports_are_answered_by_native_code() {
    assert_reports_are_answered("reports-native", &["--native"]);
}

#[test]
fn reports_are_answered_without_optimization() {
    assert_reports_are_answered("reports-plain", &["-O0"]);
}
