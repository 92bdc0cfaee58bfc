//! Errors for people, and exit statuses.

use std::collections::HashMap;
use std::fs;
use std::process::ExitCode;

use cozen::{BacktraceFrame, Error, PlacedMessage};

use crate::output::{self, STANDARD_OUTPUT, complain};

/// A program that does not compile, or that raised.
pub(crate) const STATUS_FAILED: u8 = 1;
/// A command line, file or image that cannot be used.
pub(crate) const STATUS_UNUSABLE: u8 = 2;

/// A program that SIGINT ended, as shells say it.
const STATUS_INTERRUPTED: u8 = 128 + 2;
/// A program that SIGPIPE ended, as shells say it.
const STATUS_CLOSED_PIPE: u8 = 128 + 13;

/// How many frames of a backtrace are shown.
const FRAMES_MAX: usize = 20;

/// Prints `error` to standard error, with lines of `sources`; the exit status that goes with it.
pub(crate) fn report(error: &Error, sources: &mut SourceLines) -> ExitCode {
    if is_about_output(error) && output::is_closed() {
        return ExitCode::from(STATUS_CLOSED_PIPE);
    }
    match error {
        Error::Exit(status) => return exit_code(*status),
        Error::Raised(raised) => {
            let frames = &raised.backtrace;
            // The place that people want is in their own text, where there is one.
            let is_own = |frame: &&BacktraceFrame| frame.line > 0 && !is_library(frame);
            let own = frames.iter().find(is_own);
            complain(&with_place(&raised.report, own.or(frames.first()), sources));
            print_backtrace(frames);
            if raised.kind.as_deref() == Some("interrupted") {
                return ExitCode::from(STATUS_INTERRUPTED);
            }
        }
        Error::Syntax(diagnostics) => {
            for diagnostic in diagnostics {
                complain(&diagnostic.to_string());
            }
        }
        Error::Interrupted => {
            complain(&format!("cozen: {error}"));
            return ExitCode::from(STATUS_INTERRUPTED);
        }
        other => {
            complain(&format!("cozen: {}", other.with_causes()));
            return ExitCode::from(STATUS_UNUSABLE);
        }
    }
    ExitCode::from(STATUS_FAILED)
}

/// Whether a write to standard output may have failed.
fn is_about_output(error: &Error) -> bool {
    match error {
        Error::Raised(raised) => {
            raised.kind.as_deref() == Some("file-error") && raised.report.contains(STANDARD_OUTPUT)
        }
        Error::File { path, .. } => path == STANDARD_OUTPUT,
        // That a port could not be flushed.
        Error::Host(message) => message.starts_with(STANDARD_OUTPUT),
        _ => false,
    }
}

/// Whether a frame is of the Scheme library, whose files `build.rs` names so.
fn is_library(frame: &BacktraceFrame) -> bool {
    frame.file.starts_with("(cozen)/")
}

/// The low byte of a status, as the system would take it.
pub(crate) fn exit_code(status: i32) -> ExitCode {
    ExitCode::from(status.to_le_bytes()[0])
}

/// The report behind its place, with the source line where the file is still there.
fn with_place(report: &str, place: Option<&BacktraceFrame>, sources: &mut SourceLines) -> String {
    let Some(place) = place.filter(|place| place.line > 0) else {
        return format!("cozen: {report}");
    };
    let placed = PlacedMessage {
        file: &place.file,
        line: place.line,
        column: place.column,
        width: 1,
        source_line: sources.line(&place.file, place.line),
        message: report,
    };
    placed.to_string()
}

fn print_backtrace(frames: &[BacktraceFrame]) {
    if frames.is_empty() {
        return;
    }
    complain("backtrace, innermost first:");
    for (index, frame) in frames.iter().take(FRAMES_MAX).enumerate() {
        let procedure = match frame.procedure.as_str() {
            "" if index + 1 == frames.len() => "(toplevel)",
            "" => "(anonymous)",
            name => name,
        };
        if frame.line > 0 {
            complain(&format!(
                "  {procedure} at {}:{}:{}",
                frame.file, frame.line, frame.column
            ));
        } else {
            complain(&format!("  {procedure}"));
        }
    }
    if frames.len() > FRAMES_MAX {
        complain(&format!("  … and {} more", frames.len() - FRAMES_MAX));
    }
}

/// Lines of source files, read when they are asked for.
#[derive(Debug, Default)]
pub(crate) struct SourceLines {
    files: HashMap<String, Option<Vec<String>>>,
}

impl SourceLines {
    /// Adds the text of something that is no file.
    pub(crate) fn remember(&mut self, name: &str, text: &str) {
        let lines = text.lines().map(str::to_owned).collect();
        self.files.insert(name.to_owned(), Some(lines));
    }

    /// The text of a line, from 1; `None` if the file or the line is not there.
    pub(crate) fn line(&mut self, file: &str, line: u32) -> Option<&str> {
        let lines = self.files.entry(file.to_owned()).or_insert_with(|| {
            let text = fs::read_to_string(file).ok()?;
            Some(text.lines().map(str::to_owned).collect())
        });
        let index = (line as usize).checked_sub(1)?;
        lines.as_ref()?.get(index).map(String::as_str)
    }
}
