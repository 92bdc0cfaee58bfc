//! How a run ends.

use cozen::{Error, Runtime};

use crate::report;
use crate::source_lines::SourceLines;
use crate::status::Status;

/// Flushes ports, and reports; the exit status.
pub(crate) fn finish(
    runtime: &mut Runtime,
    done: Result<(), Error>,
    sources: &mut SourceLines,
) -> Status {
    let flushed = runtime.flush();
    match done.and(flushed) {
        Ok(()) => Status::SUCCESS,
        Err(Error::Exit(status)) => report::exit_code(status),
        Err(error) => report::report(&error, sources),
    }
}
