//! Standard output, where a failed write is an error, and standard error.

use std::io::Write as _;

use cozen::{CompilerReport, Error};

/// Writes `text` and flushes.
pub(crate) fn print(text: &str) -> Result<(), Error> {
    let mut output = std::io::stdout().lock();
    let written = output
        .write_all(text.as_bytes())
        .and_then(|()| output.flush());
    written.map_err(|error| Error::File {
        path: "standard output".to_owned(),
        error,
    })
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
        CompilerReport::Times { name, table } => {
            complain(&format!("time by phase, {name}\n{}", table.trim_end()));
        }
        CompilerReport::Rewrites { count, last_by } => {
            let pass = last_by.unwrap_or("no pass");
            complain(&format!("cozen: {count} rewrites, the last by {pass}"));
        }
        _ => {}
    }
    Ok(())
}
