//! Golden tests of Core passes: a program as text goes in, and the text of the result comes out, on
//! one line.

use super::ir::Program;
use super::{Stage, parse, verify};

/// What `pass` makes of a program that is well formed; what comes out is at `stage`.
pub(crate) fn after(pass: fn(Program) -> Program, stage: Stage, text: &str) -> String {
    let program = pass(parse(text).unwrap());
    let errors = verify(&program, stage);
    assert!(errors.is_empty(), "{errors:?} in {}", program.to_text());
    flat(&program)
}

/// The text of a program on one line.
pub(crate) fn flat(program: &Program) -> String {
    let text = program.to_text();
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}
