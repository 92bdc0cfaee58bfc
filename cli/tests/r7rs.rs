//! The promises of the report and the libraries: the checks written in Scheme, in `tests/scheme`.

#[path = "support/cozen_command.rs"]
mod cozen_command;
#[path = "support/scheme_files.rs"]
mod scheme_files;

use cozen_command::cozen_command;
use scheme_files::scheme_files;

/// Runs every program: each prints its failed checks and a summary, and exits with 1 if there were any.
fn assert_all_checks_pass(options: &[&str]) {
    let mut failures = Vec::new();
    for file in scheme_files("tests/scheme") {
        if file.ends_with("prelude.scm") {
            continue;
        }
        let output = cozen_command(options, &file)
            .output()
            .expect("cozen starts");
        let text = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() || !text.ends_with("checks passed\n") {
            let errors = String::from_utf8_lossy(&output.stderr);
            failures.push(format!(
                "{}: {}\n{text}{errors}",
                file.display(),
                output.status
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn all_checks_pass() {
    assert_all_checks_pass(&[]);
}

#[test]
fn all_checks_pass_with_images_that_were_read() {
    assert_all_checks_pass(&["--no-mmap"]);
}
