//! Standard output, where a failed write is an error, and standard error.

use std::io::Write as _;

use cozen::{CompilerReport, Error};
use rustix::event::{self, PollFd, PollFlags, Timespec};

/// What messages call standard output.
const STANDARD_OUTPUT: &str = "standard output";

/// Writes `text` and flushes.
pub(crate) fn print(text: &str) -> Result<(), Error> {
    let mut output = std::io::stdout().lock();
    let written = output
        .write_all(text.as_bytes())
        .and_then(|()| output.flush());
    written.map_err(|error| Error::File {
        path: STANDARD_OUTPUT.to_owned(),
        error,
    })
}

/// Whether standard output is a pipe that nobody reads any more.
pub(crate) fn is_closed() -> bool {
    let output = std::io::stdout();
    let mut descriptors = [PollFd::new(&output, PollFlags::empty())];
    let at_once = Timespec::default();
    event::poll(&mut descriptors, Some(&at_once)).is_ok()
        && descriptors[0].revents().contains(PollFlags::ERR)
}

/// Writes `text` and a line end to standard error. Nobody can be told that this fails.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Writes `text` and a line end, and flushes.
pub(crate) fn print_line(text: &str) -> Result<(), Error> {
    print(&format!("{text}\n"))
}

/// Prints what the compiler was asked to say: programs to standard output, all else to standard error.
pub(crate) fn print_report(report: &CompilerReport<'_>) -> Result<(), Error> {
    match report {
        CompilerReport::Program(text) => print_line(text)?,
        CompilerReport::Warning(warning) => complain(&warning.to_string()),
        CompilerReport::Times { name, table } => {
            complain(&format!("time by phase, {name}\n{}", table.trim_end()));
        }
        CompilerReport::Rewrites { count, last_by } => {
            let pass = last_by.unwrap_or("no pass");
            complain(&format!("cozen: {count} rewrites, the last by {pass}"));
        }
        CompilerReport::Cache(news) => complain(&format!("cozen: cache: {news}")),
        _ => {}
    }
    Ok(())
}
