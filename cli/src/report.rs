//! Errors for people, and exit statuses.

use std::io::ErrorKind;

use cozen::inspect::procedure::{LIBRARY_FOLDER, TOP_LEVEL};
use cozen::{BacktraceFrame, Error, PlacedMessage, TextError};

use crate::output::{self, complain};
use crate::source_lines::SourceLines;
use crate::status::Status;

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
pub(crate) fn report(error: &Error, sources: &mut SourceLines) -> Status {
    if is_about_closed_pipe(error) && output::is_closed() {
        return Status::from(STATUS_CLOSED_PIPE);
    }
    match error {
        Error::Exit(status) => return exit_code(*status),
        Error::Raised(raised) => {
            let frames = Frames::of(&raised.backtrace);
            let text = raised.text.as_ref();
            complain(&with_place(&raised.report, text, frames.blamed(), sources));
            frames.print();
        }
        Error::Interrupted { backtrace } => {
            let frames = Frames::of(backtrace);
            complain(&with_place(
                &error.to_string(),
                None,
                frames.blamed(),
                sources,
            ));
            frames.print();
            return Status::from(STATUS_INTERRUPTED);
        }
        Error::Syntax(diagnostics) => {
            for diagnostic in diagnostics {
                complain(&diagnostic.to_string());
            }
        }
        other => {
            complain(&format!("cozen: {}", other.with_causes()));
            return Status::from(STATUS_UNUSABLE);
        }
    }
    Status::from(STATUS_FAILED)
}

/// Whether the error is that nobody reads what was written.
fn is_about_closed_pipe(error: &Error) -> bool {
    match error {
        Error::Raised(raised) => raised.kind.as_deref() == Some("closed-pipe"),
        Error::File { error, .. } | Error::Output { error, .. } => {
            error.kind() == ErrorKind::BrokenPipe
        }
        _ => false,
    }
}

/// Whether a frame is of the Scheme library.
fn is_library(frame: &BacktraceFrame) -> bool {
    frame.file.starts_with(LIBRARY_FOLDER)
}

/// The low byte of a status, as the system would take it.
pub(crate) fn exit_code(status: i32) -> Status {
    Status::from(status.to_le_bytes()[0])
}

/// The report behind its place, with the source line where the file is still there. What is wrong in a text has its
/// place there.
fn with_place(
    report: &str,
    text: Option<&TextError>,
    blamed: Option<&BacktraceFrame>,
    sources: &mut SourceLines,
) -> String {
    let (file, line, column, message) = match (text, blamed) {
        (Some(text), _) => (&text.file, text.line, text.column, text.message.as_str()),
        (None, Some(frame)) => (&frame.file, frame.line, frame.column, report),
        (None, None) => return format!("cozen: {report}"),
    };
    let source_line = sources.line(file, line);
    let width = match (text, source_line) {
        (Some(_), Some(line)) => cozen::mistake_width(line, column),
        _ => 1,
    };
    let placed = PlacedMessage {
        file,
        line,
        column,
        width: u32::try_from(width).unwrap_or(u32::MAX),
        source_line,
        message,
    };
    placed.to_string()
}

/// The frames of a backtrace: those that people can do something about come first.
struct Frames<'frames> {
    /// From the innermost frame of the program on, with those of the library that it was called by; all, if no frame is
    /// the program's.
    own: &'frames [BacktraceFrame],
    /// What that frame has called in the library.
    inside: &'frames [BacktraceFrame],
}

impl<'frames> Frames<'frames> {
    fn of(frames: &'frames [BacktraceFrame]) -> Self {
        let is_own = |frame: &BacktraceFrame| !is_library(frame);
        let first = frames.iter().position(is_own).unwrap_or_default();
        let (inside, own) = frames.split_at(first);
        Self { own, inside }
    }

    /// The frame that the error is shown at: never one of the library.
    fn blamed(&self) -> Option<&'frames BacktraceFrame> {
        let is_placed = |frame: &&BacktraceFrame| frame.line > 0 && !is_library(frame);
        self.own.iter().find(is_placed)
    }

    fn print(&self) {
        if self.own.is_empty() {
            return;
        }
        complain("backtrace, innermost first:");
        print_frames(self.own);
        if !self.inside.is_empty() {
            complain("inside the library, innermost first:");
            print_frames(self.inside);
        }
    }
}

fn print_frames(frames: &[BacktraceFrame]) {
    for (index, frame) in frames.iter().take(FRAMES_MAX).enumerate() {
        // Where places are known, procedures have names, and only the entry of a unit has none.
        let is_entry = frame.line > 0 || index + 1 == frames.len();
        let procedure = match frame.procedure.as_str() {
            "" if is_entry => TOP_LEVEL,
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
