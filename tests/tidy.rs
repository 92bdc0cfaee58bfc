//! House rules that rustc and clippy cannot check. Runs with the ordinary tests.

use std::fs;
use std::path::{Path, PathBuf};

/// A file above this many lines (tests included) wants splitting along a seam in its subject.
const FILE_LINES_MAX: usize = 600;

/// Which workspace crates the crate in each folder may name under `[dependencies]`. A strict DAG. The command
/// line sees no part but the library `cozen`, which joins them.
const MAY_DEPEND_ON: &[(&str, &[&str])] = &[
    ("gc", &[]),
    ("abi", &[]),
    ("syntax", &[]),
    ("loader", &["gc", "abi"]),
    ("vm", &["gc", "abi", "loader", "syntax"]),
    ("compiler", &["abi", "syntax"]),
    ("native", &["abi", "compiler", "syntax"]),
    ("cli", &[]),
];

/// What only the crate in this folder depends on.
const DEPENDENCIES_OF_ONE: &[(&str, &[&str])] = &[
    (
        "cli",
        &["iced-x86", "lexopt", "libc", "memmap2", "signal-hook"],
    ),
    ("native", &["cranelift-codegen", "cranelift-frontend"]),
];

/// Crates that must not contain unsafe code at all.
const UNSAFE_FREE: &[&str] = &["abi", "syntax", "compiler", "native"];

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

/// A line that is longer than this is not seen whole in two windows side by side.
const LINE_COLUMNS_MAX: usize = 120;

/// Files with longer lines, and why.
const WIDE: &[(&str, &str)] = &[
    ("abi/src/isa/table.rs", "a row of the table is one line"),
    ("abi/src/primitive.rs", "a row of the table is one line"),
    (
        "compiler/src/ssa/pass/check_facts.rs",
        "a message in a golden text is one line",
    ),
    (
        "tests/scheme/portable/srfi-64.scm",
        "a text that is expected is one string",
    ),
    (
        "tests/scheme/portable/srfi-166.scm",
        "a text that is expected is one string",
    ),
];

/// The kinds of files that people read.
const KINDS: [&str; 5] = ["rs", "md", "scm", "sld", "py"];

#[test]
fn lines_end_before_column_120() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut problems = Vec::new();
    for path in KINDS.map(|kind| files_of_kind(root, kind)).concat() {
        let name = path.strip_prefix(root).expect("a file of this repository");
        if WIDE.iter().any(|(wide, _)| name == Path::new(wide)) {
            continue;
        }
        let text = fs::read_to_string(&path).expect("readable file");
        for (number, line) in (1..).zip(text.lines()) {
            let columns = line.chars().count();
            if columns > LINE_COLUMNS_MAX {
                problems.push(format!("{}:{number}: {columns} columns", name.display()));
            }
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
fn command_lines_and_code_generators_burden_no_other_crate() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = MAY_DEPEND_ON.iter().map(|&(name, _)| name).chain(["."]);
    for folder in folders {
        let path = root.join(folder).join("Cargo.toml");
        let manifest = fs::read_to_string(&path).expect("every crate of the table exists");
        for (owner, owned) in DEPENDENCIES_OF_ONE {
            let found = dependency_names(&manifest).find(|name| owned.contains(name));
            assert!(
                found.is_none() || folder == *owner,
                "{folder} depends on {found:?}"
            );
        }
    }
}

/// What no library does unasked: it looks at no environment variable, and writes to no standard stream.
const OF_PROCESSES: &[&str] = &[
    "std::env",
    "env::var",
    "print!(",
    "println!(",
    "eprint!(",
    "eprintln!(",
    "dbg!(",
    "stdin()",
    "stdout()",
    "stderr()",
];

/// Files of libraries that may contain one of these, and why.
const ASKED: &[(&str, &str)] = &[(
    "vm/src/primitive/functions/system.rs",
    "`get-environment-variable` is the program's own request",
)];

#[test]
fn libraries_read_no_environment_and_write_to_no_standard_stream() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let libraries = MAY_DEPEND_ON.iter().map(|&(name, _)| root.join(name));
    let libraries = libraries.filter(|folder| !folder.ends_with("cli"));
    let mut problems = Vec::new();
    for folder in libraries.chain([root.to_owned()]) {
        for path in rust_files(&folder.join("src")) {
            let name = path.strip_prefix(root).expect("a file of this repository");
            let is_asked = ASKED.iter().any(|(asked, _)| name == Path::new(asked));
            if is_asked || is_test(name) {
                continue;
            }
            let text = fs::read_to_string(&path).expect("readable file");
            // Tests stand at the end of a file.
            let code = text.split("#[cfg(test)]\nmod tests {").next();
            for line in code.into_iter().flat_map(str::lines) {
                let line = line.split("//").next().unwrap_or_default();
                if OF_PROCESSES.iter().any(|word| line.contains(word)) {
                    problems.push(format!("{}: {}", name.display(), line.trim()));
                }
            }
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
}

/// Whether a file holds tests.
fn is_test(name: &Path) -> bool {
    name.ends_with("tests.rs") || name.components().any(|part| part.as_os_str() == "tests")
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
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["compiler/src", "native/src"].map(|folder| root.join(folder));
    for path in folders.iter().flat_map(|folder| rust_files(folder)) {
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

/// What a SAFETY comment may not say: that something was said elsewhere is no proof.
const NO_PROOFS: &[&str] = &["as above", "passed on"];

/// In a safe function nothing is promised: what its callers do proves nothing.
const NO_PROOF_IN_SAFE_CODE: &str = "caller";

#[test]
fn safety_comments_prove_what_they_claim() {
    let mut problems = Vec::new();
    for path in rust_files(Path::new(env!("CARGO_MANIFEST_DIR"))) {
        let text = fs::read_to_string(&path).expect("readable file");
        let found = flawed_safety_comments(&text);
        problems.extend(found.map(|comment| format!("{}: {comment}", path.display())));
    }
    assert!(problems.is_empty(), "{problems:#?}");
}

#[test]
fn a_safe_function_that_rests_on_its_callers_is_found() {
    // Written such that this file has no such comment.
    let plant = |function: &str, comment: &str| {
        let text = format!(
            "{function} {{\n    // {}: {comment}\n    body()\n}}\n",
            "SAFETY"
        );
        flawed_safety_comments(&text).count()
    };
    let (safe, promising) = ("pub fn load()", "pub(crate) const unsafe fn load()");
    let across_lines = "the address is\n    // one that callers have checked.";
    for resting_on_callers in ["callers pass a word of theirs.", across_lines] {
        assert_eq!(plant(safe, resting_on_callers), 1, "{resting_on_callers}");
        assert_eq!(
            plant(promising, resting_on_callers),
            0,
            "{resting_on_callers}"
        );
    }
    for no_proof in [
        "as above.",
        "As above; an aligned word.",
        "passed on to whoever calls.",
    ] {
        assert_eq!(plant(safe, no_proof), 1, "{no_proof}");
        assert_eq!(plant(promising, no_proof), 1, "{no_proof}");
    }
    for proof in [
        "the word was just written.",
        "by the contract of this function.",
    ] {
        assert_eq!(plant(safe, proof), 0, "{proof}");
    }
}

/// The SAFETY comments of a file that prove nothing, with their lines.
fn flawed_safety_comments(text: &str) -> impl Iterator<Item = String> {
    let mut flawed = Vec::new();
    let mut is_promised = false;
    let mut lines = (1..).zip(text.lines()).peekable();
    while let Some((number, line)) = lines.next() {
        let code = line.trim_start();
        if let Some((qualifiers, _)) = code.split_once("fn ")
            && qualifiers.split(' ').all(is_function_qualifier)
        {
            is_promised = qualifiers.split(' ').any(|word| word == "unsafe");
        }
        let Some(start) = code.find("// SAFETY") else {
            continue;
        };
        let mut comment = code[start..].to_owned();
        while let Some((_, next)) = lines.next_if(|(_, next)| next.trim_start().starts_with("//")) {
            comment.push_str(next.trim_start().trim_start_matches('/'));
        }
        let lower = comment.to_lowercase();
        let is_flawed = NO_PROOFS.iter().any(|phrase| lower.contains(phrase))
            || !is_promised && lower.contains(NO_PROOF_IN_SAFE_CODE);
        if is_flawed {
            flawed.push(format!("{number}: {comment}"));
        }
    }
    flawed.into_iter()
}

fn is_function_qualifier(word: &str) -> bool {
    matches!(word, "" | "const" | "unsafe" | "extern" | "async")
        || word.starts_with("pub")
        || word.starts_with('"')
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
    files_of_kind(directory, "rs")
}

/// The files below a folder whose names have this extension, in order.
fn files_of_kind(directory: &Path, kind: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).expect("readable directory") {
        let path = entry.expect("readable entry").path();
        let skipped = path.ends_with("target") || path.ends_with(".git");
        if path.is_dir() && !skipped {
            files.extend(files_of_kind(&path, kind));
        } else if path.extension().is_some_and(|extension| extension == kind) {
            files.push(path);
        }
    }
    files.sort();
    files
}
