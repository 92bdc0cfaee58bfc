//! The programs of `tests/places` fail. Standard error says what the files beside them hold, byte for byte: at every
//! level, in bytecode, in native code, and where a coin chooses each procedure's tier. Lines and columns of the library
//! are written `L:C`.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::everywhere::message_everywhere;
use super::text;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/places");

/// Where this variable of the environment is set, the files are written anew. They are read before they are committed.
const UPDATE: &str = "COZEN_UPDATE_PLACES";

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
        let name = program.file_name().expect("a file has a name");
        let found = message_everywhere(folder, text(Path::new(name)));
        let found = without_library_lines(&found);
        let file = program.with_extension("err");
        if std::env::var_os(UPDATE).is_some() {
            fs::write(&file, &found).expect("the folder can be written");
        }
        let wanted = fs::read_to_string(&file);
        let wanted = wanted.expect("what a program says stands beside it");
        assert_eq!(found, wanted, "{name:?}");
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
    let found = message_everywhere(&scratch.0, "program.scm");
    let first = "program.scm:2:21: expected 0 to 256 arguments, found 258\n";
    assert!(found.starts_with(first), "{found}");
}
