//! Lines of source files, for reports of errors.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _};

/// The lines of a longer file are read each for itself.
const KEPT_FILE_BYTES_MAX: u64 = 1 << 20;
/// A line further behind than this is not looked for.
const SCANNED_BYTES_MAX: u64 = 64 << 20;
/// Of a longer line, the start is read.
const LINE_BYTES_MAX: usize = 1 << 20;

/// Lines of source files, read when they are asked for. Files may have grown out of all proportion, or be no files:
/// only so much of them is read.
#[derive(Debug, Default)]
pub(crate) struct SourceLines {
    /// Whole texts; `None` for files that are not read whole.
    texts: HashMap<String, Option<Vec<String>>>,
    /// The line that was read last by itself.
    line: Option<String>,
}

impl SourceLines {
    /// Adds the text of something that is no file.
    pub(crate) fn remember(&mut self, name: &str, text: &str) {
        self.texts.insert(name.to_owned(), Some(lines_of(text)));
    }

    /// The text of a line, from 1; `None` if the file or the line is not there.
    pub(crate) fn line(&mut self, file: &str, line: u32) -> Option<&str> {
        let index = (line as usize).checked_sub(1)?;
        let text = self.texts.entry(file.to_owned());
        if let Some(lines) = text.or_insert_with(|| short_text(file)) {
            return lines.get(index).map(String::as_str);
        }
        self.line = line_of_file(file, index);
        self.line.as_deref()
    }
}

fn lines_of(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

/// The lines of a short file.
fn short_text(file: &str) -> Option<Vec<String>> {
    let metadata = fs::metadata(file).ok()?;
    if !metadata.is_file() || metadata.len() > KEPT_FILE_BYTES_MAX {
        return None;
    }
    fs::read_to_string(file).ok().map(|text| lines_of(&text))
}

/// A line of a file, from 0, or the start of a long one.
fn line_of_file(file: &str, index: usize) -> Option<String> {
    if !fs::metadata(file).ok()?.is_file() {
        return None;
    }
    let mut text = BufReader::new(File::open(file).ok()?).take(SCANNED_BYTES_MAX);
    for _ in 0..index {
        text.skip_until(b'\n').ok().filter(|&bytes| bytes > 0)?;
    }
    let mut line = Vec::new();
    text.take(LINE_BYTES_MAX as u64)
        .read_until(b'\n', &mut line)
        .ok()?;
    let line = String::from_utf8_lossy(&line);
    line.lines().next().map(str::to_owned)
}
