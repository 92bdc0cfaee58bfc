//! The program that this executable carries.

use std::env;
use std::mem::ManuallyDrop;

use cozen::{EmbeddedProgram, Error, Retention, Runtime, RuntimeBuilder};

use crate::ending::finish;
use crate::source_lines::SourceLines;
use crate::status::Status;
use crate::{allocator, interrupt};

/// Runs the program, in a runtime that `build` makes, with all arguments of the command line.
pub(crate) fn run(
    program: &EmbeddedProgram,
    build: impl FnOnce(RuntimeBuilder) -> Result<Runtime, Error>,
) -> Result<Status, Error> {
    if let Some(bytes) = program.heap_bytes_max() {
        allocator::keep_little(bytes);
    }
    let words = env::args_os().map(|word| word.to_string_lossy().into_owned());
    let words: Vec<String> = words.collect();
    let name = words.first().cloned().unwrap_or_default();
    // The process ends with the runtime, and the system takes back all memory at once.
    let mut runtime = ManuallyDrop::new(build(
        RuntimeBuilder::of_program(program).command_line(words),
    )?);
    interrupt::install(runtime.interrupt());
    let image = program.image();
    let done = runtime.enter(|scheme| scheme.run_image(image, &name, Retention::Reached));
    Ok(finish(&mut runtime, done, &mut SourceLines::default()))
}
