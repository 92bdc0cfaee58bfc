//! The expander, seen through Core's text form.

mod budget;
mod environments;
mod forms;
mod give_back;
mod hygiene;
mod in_turn;
mod libraries;
mod live_objects;
mod macros;
mod mistakes;

use super::{LibraryRegistry, SourceText, expand_program};
use crate::core::ir::Program;
use crate::core::{Stage, verify};
use crate::diagnostic::Diagnostic;

/// What every test program may use.
const IMPORT: &str = "(import (cozen core) (cozen primitives))";

/// The Core of a program that may use core forms and primitives.
fn core(text: &str) -> String {
    let program = expand(&format!("{IMPORT} {text}")).expect("the program is right");
    program.to_text()
}

fn expand(text: &str) -> Result<Program, Vec<Diagnostic>> {
    expand_with(&mut LibraryRegistry::new(), text)
}

fn expand_with(registry: &mut LibraryRegistry, text: &str) -> Result<Program, Vec<Diagnostic>> {
    let program = expand_program(registry, &SourceText::new("test.scm", text))?;
    assert_eq!(verify(&program, Stage::Expanded), []);
    Ok(program)
}
