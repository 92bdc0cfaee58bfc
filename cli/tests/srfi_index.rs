//! The libraries of SRFIs and of R7RS-large against the table of their names, `tests/srfi/index.txt`.

#[path = "support/cozen_command.rs"]
mod cozen_command;

use std::path::Path;

use cozen_command::cozen_command;

#[test]
fn libraries_export_the_names_of_their_srfis() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/srfi/check.scm");
    let output = cozen_command(&[], &script).output().expect("cozen starts");
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}{errors}");
    assert!(text.ends_with(" 0 failures\n"), "{text}{errors}");
}
