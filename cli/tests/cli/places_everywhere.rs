//! The programs of `tests/places` fail. Standard error says what the files beside them hold, byte for byte: at every
//! level, in bytecode, in native code, and where a coin chooses each procedure's tier. Lines and columns of the library
//! are written `L:C`.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::{err, text};

const LEVELS: [&str; 3] = ["-O0", "-O1", "-O2"];
/// The tier, and the seed of the coin.
const TIERS: [(&str, &str); 4] = [
    ("bytecode", "0"),
    ("native", "0"),
    ("mixed", "1"),
    ("mixed", "2"),
];
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/places");

/// Replaces lines and columns in files of the library: other changes move them.
fn without_library_lines(message: &str) -> String {
    let mut parts = message.split(".sld:");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let behind =
            part.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == ':');
        text.push_str(".sld:L:C");
        text.push_str(behind);
    }
    text
}

/// Standard error of a program in `folder`, which fails.
fn message(folder: &Path, program: &str, level: &str, (tier, seed): (&str, &str)) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_cozen"))
        .args([level, program])
        .env("COZEN_TIER", tier)
        .env("COZEN_TIER_SEED", seed)
        .current_dir(folder)
        .output()
        .expect("cozen starts");
    assert_eq!(output.status.code(), Some(1), "{program}: {}", err(&output));
    without_library_lines(&err(&output))
}

fn assert_says_everywhere(folder: &Path, program: &str, wanted: &str) {
    for level in LEVELS {
        for tier in TIERS {
            let found = message(folder, program, level, tier);
            assert_eq!(found, wanted, "{program}, {level}, {tier:?}");
        }
    }
}

#[test]
fn errors_say_the_same_at_every_level_and_in_every_tier() {
    let folder = Path::new(FOLDER);
    let entries = fs::read_dir(folder).expect("the folder of the programs");
    let paths = entries.map(|entry| entry.expect("a file").path());
    let mut programs: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|end| end == "scm"))
        .collect();
    programs.sort();
    assert!(programs.len() > 40, "{} programs", programs.len());
    for program in programs {
        let wanted = fs::read_to_string(program.with_extension("err"));
        let wanted = wanted.expect("what a program says stands beside it");
        let name = program.file_name().expect("a file has a name");
        assert_says_everywhere(folder, text(Path::new(name)), &wanted);
    }
}

#[test]
fn a_case_lambda_of_many_clauses_says_how_many_arguments_it_takes() {
    let scratch = super::Scratch::new("many-clauses");
    let mut clauses = String::new();
    let mut formals = String::new();
    for count in 0..257 {
        writeln!(clauses, "(({formals}) {count})").expect("strings take all");
        write!(formals, "a{count} ").expect("strings take all");
    }
    let program = format!(
        "(import (scheme base) (scheme case-lambda))
(define (f g) (list (apply g (make-list 258 1))))
(list (f (case-lambda
{clauses})))"
    );
    scratch.file("program.scm", &program);
    let found = message(&scratch.0, "program.scm", "-O0", TIERS[0]);
    let first = "program.scm:2:21: expected 0 to 256 arguments, found 258\n";
    assert!(found.starts_with(first), "{found}");
    assert_says_everywhere(&scratch.0, "program.scm", &found);
}
