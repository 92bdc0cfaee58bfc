//! The output that a program says it prints.

use std::fs;
use std::path::Path;

/// What the `;; expect:` lines of a program say.
pub(crate) fn expected_output(file: &Path) -> String {
    let text = fs::read_to_string(file).expect("a readable program");
    let lines: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix(";; expect: "))
        .collect();
    let file = file.display();
    assert!(!lines.is_empty(), "{file}: no `;; expect:` line");
    lines.join("\n") + "\n"
}
