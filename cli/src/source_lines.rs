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
    texts: HashMap<String, Option<String>>,
    /// The line that was read last by itself.
    line: Option<String>,
}

impl SourceLines {
    /// Adds the text of something that is no file.
    pub(crate) fn remember(&mut self, name: &str, text: &str) {
        self.texts.insert(name.to_owned(), Some(text.to_owned()));
    }

    /// The text of a line, from 1; `None` if the file or the line is not there.
    pub(crate) fn line(&mut self, file: &str, line: u32) -> Option<&str> {
        let index = (line as usize).checked_sub(1)?;
        let text = self.texts.entry(file.to_owned());
        if let Some(text) = text.or_insert_with(|| short_text(file)) {
            return line_of_text(text, index);
        }
        self.line = line_of_file(file, index);
        self.line.as_deref()
    }
}

/// A line of a text, from 0.
fn line_of_text(text: &str, index: usize) -> Option<&str> {
    // Line ends of a part of the text are counted many at a time.
    const PART_BYTES: usize = 1 << 12;
    let is_end = |&&byte: &&u8| byte == b'\n';
    let (mut start, mut left) = (0, index);
    for part in text.as_bytes().chunks(PART_BYTES) {
        let ends = part.iter().filter(is_end).count();
        // The line may begin in this part.
        if left <= ends {
            break;
        }
        left -= ends;
        start += part.len();
    }
    let mut rest = &text.as_bytes()[start..];
    while left > 0 {
        let end = rest.iter().position(|&byte| byte == b'\n')?;
        rest = &rest[end + 1..];
        left -= 1;
    }
    text[text.len() - rest.len()..].lines().next()
}

/// The text of a short file.
fn short_text(file: &str) -> Option<String> {
    let metadata = fs::metadata(file).ok()?;
    if !metadata.is_file() || metadata.len() > KEPT_FILE_BYTES_MAX {
        return None;
    }
    fs::read_to_string(file).ok()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_of_a_text_is_found() {
        let long = "xy\n".repeat(5000) + "\u{3bb}\r\n\nlast";
        for text in ["", "\n", "a", "a\n", "a\n\nb\n", &long] {
            for (index, line) in text.lines().enumerate() {
                assert_eq!(line_of_text(text, index), Some(line), "{index}");
            }
            assert_eq!(line_of_text(text, text.lines().count()), None);
        }
    }
}
