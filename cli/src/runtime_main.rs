//! The executable `cozen-runtime`: what `cozen build` puts programs into that need no compiler. The linker leaves out
//! the compiler, which nothing here names.

// Where the C library hands the arguments to the standard library, `process` begins.
#![cfg_attr(all(not(test), target_os = "linux", target_env = "gnu"), no_main)]

mod allocator;
mod embedded;
mod ending;
#[expect(dead_code, reason = "`cozen` waits at its prompt, too")]
mod interrupt;
#[expect(dead_code, reason = "`cozen` prints more")]
mod output;
#[cfg(all(not(test), target_os = "linux", target_env = "gnu"))]
mod process;
mod report;
#[expect(dead_code, reason = "`cozen` also shows lines of what is no file")]
mod source_lines;
mod stack;
mod status;

use cozen::{EmbeddedProgram, Error};
use source_lines::SourceLines;
use status::Status;

#[cfg(any(test, not(all(target_os = "linux", target_env = "gnu"))))]
fn main() {
    stack::with_room(run).exit()
}

fn run() -> Status {
    match program() {
        Ok(status) => status,
        Err(error) => report::report(&error, &mut SourceLines::default()),
    }
}

fn program() -> Result<Status, Error> {
    let Some(program) = EmbeddedProgram::of_runtime()? else {
        let text = "this executable carries no program: `cozen build` makes executables of it";
        return Err(Error::Setup(text.to_owned()));
    };
    embedded::run(&program, |builder| builder.build_without_compiler(&program))
}
