//! House rules that rustc and clippy cannot check. Runs with the ordinary tests.

use std::fs;
use std::path::{Path, PathBuf};

/// A file above this many lines (tests included) wants splitting along a seam in its subject.
const FILE_LINES_MAX: usize = 600;

/// Which workspace crates each crate may name under `[dependencies]`. A strict DAG.
const MAY_DEPEND_ON: &[(&str, &[&str])] = &[
    ("gc", &[]),
    ("abi", &[]),
    ("syntax", &[]),
    ("loader", &["gc", "abi"]),
    ("vm", &["gc", "abi", "loader", "syntax"]),
    ("compiler", &["abi", "syntax"]),
];

/// Crates that must not contain unsafe code at all.
const UNSAFE_FREE: &[&str] = &["abi", "syntax", "compiler"];

/// What has an id in the compiler: a plain number of that name says less.
const HAVE_IDS: &[&str] = &[
    "procedure",
    "callee",
    "caller",
    "block",
    "value",
    "cell",
    "constant",
    "symbol",
    "expr",
    "variable",
    "lambda",
    "label",
    "literal",
    "global",
    "binding",
    "group",
    "map",
];

/// Paths of tests and of what they are made with: these name things by the numbers in texts.
const TEST_PARTS: &[&str] = &["/tests", "/interpret/", "/random"];

#[test]
fn files_are_small_and_say_what_they_hold() {
    let mut problems = Vec::new();
    for path in rust_files(Path::new(env!("CARGO_MANIFEST_DIR"))) {
        let text = fs::read_to_string(&path).expect("readable file");
        let line_count = text.lines().count();
        if line_count > FILE_LINES_MAX {
            problems.push(format!("{}: {line_count} lines", path.display()));
        }
        if !text.starts_with("//! ") {
            problems.push(format!("{}: no `//!` summary on line 1", path.display()));
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
}

#[test]
fn crates_depend_only_downwards() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for &(name, allowed) in MAY_DEPEND_ON {
        let manifest = fs::read_to_string(root.join(name).join("Cargo.toml"))
            .expect("every crate of the table exists");
        for &(other, _) in MAY_DEPEND_ON {
            let depends = dependency_names(&manifest).any(|dependency| dependency == other);
            assert!(
                !depends || allowed.contains(&other),
                "{name} must not depend on {other}"
            );
        }
    }
}

#[test]
fn crates_without_unsafe_code_forbid_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in UNSAFE_FREE {
        let library = fs::read_to_string(root.join(name).join("src/lib.rs")).expect("a crate");
        assert!(
            library.contains("#![forbid(unsafe_code)]"),
            "{name} must forbid unsafe code"
        );
    }
}

#[test]
fn only_its_own_table_accepts_an_id() {
    let mut problems = Vec::new();
    let compiler = Path::new(env!("CARGO_MANIFEST_DIR")).join("compiler/src");
    for path in rust_files(&compiler) {
        let text = fs::read_to_string(&path).expect("readable file");
        let is_test = TEST_PARTS
            .iter()
            .any(|part| path.to_string_lossy().contains(part));
        for (number, line) in text.lines().enumerate() {
            let opens_its_number = line.contains(".0 as usize]");
            let shows_its_number = line.contains("Id(pub ");
            if opens_its_number || shows_its_number || (!is_test && names_a_plain_number(line)) {
                problems.push(format!("{}:{}: {line}", path.display(), number + 1));
            }
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
}

/// Whether something that has an id is declared as a number: `procedure: u32`.
fn names_a_plain_number(line: &str) -> bool {
    [": u32", ": usize", ": Option<u32>", ": Option<usize>"]
        .iter()
        .any(|kind| {
            line.match_indices(kind).any(|(end, _)| {
                let after = line[end + kind.len()..].chars().next();
                let name =
                    line[..end].rsplit(|letter: char| !letter.is_alphanumeric() && letter != '_');
                let name = name.into_iter().next().unwrap_or_default();
                after.is_none_or(|letter| !letter.is_alphanumeric()) && HAVE_IDS.contains(&name)
            })
        })
}

fn dependency_names(manifest: &str) -> impl Iterator<Item = &str> {
    manifest
        .lines()
        .skip_while(|line| *line != "[dependencies]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split(['.', '=', ' ']).next())
}

fn rust_files(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).expect("readable directory") {
        let path = entry.expect("readable entry").path();
        let skipped = path.ends_with("target") || path.ends_with(".git");
        if path.is_dir() && !skipped {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}
