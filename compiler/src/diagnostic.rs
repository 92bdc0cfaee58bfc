//! A mistake in a source text, reported for people: place, message, notes, and the line of the
//! text.

use std::fmt;

use syntax::{PlacedMessage, Span};

use crate::internal_error::INTERNAL;

/// A mistake in a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The source file, as it was named.
    pub file: String,
    /// Line, from 1; 0 if the mistake has no place in a text.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// How many characters of the line the mistake covers; at least 1.
    pub width: u32,
    /// The text of the line, without its end.
    pub source_line: String,
    /// What was found and what was expected.
    pub message: String,
    /// More about it, one sentence each.
    pub notes: Vec<String>,
}

/// A place in a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'text> {
    /// What the text is called.
    pub(crate) file: &'text str,
    /// All of the text.
    pub(crate) text: &'text str,
    /// From 1; 0 if there is none.
    pub(crate) line: u32,
    /// In characters, from 1.
    pub(crate) column: u32,
    /// The bytes of the text.
    pub(crate) span: Span,
}

impl Place<'_> {
    /// What is wrong there.
    pub(crate) fn diagnostic(self, message: String, notes: Vec<String>) -> Diagnostic {
        let before = self.text.get(..self.span.start as usize);
        let before = before.filter(|_| self.line > 0).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        let source_line = self.text[line_start..].lines().next().unwrap_or_default();
        let width = self.span.of(self.text).lines().next();
        Diagnostic {
            file: self.file.into(),
            line: self.line,
            column: self.column,
            width: width.map_or(1, |text| text.chars().count() as u32).max(1),
            source_line: source_line.into(),
            message,
            notes,
        }
    }
}

impl fmt::Display for Diagnostic {
    /// `file:line:column: message`, the source line with the place marked, the notes.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let placed = PlacedMessage {
            file: &self.file,
            line: self.line,
            column: self.column,
            width: self.width,
            source_line: Some(&self.source_line),
            message: &self.message,
        };
        write!(formatter, "{placed}")?;
        for note in &self.notes {
            write!(formatter, "\n note: {note}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostic {}

impl Diagnostic {
    /// Whether it is a fault of the compiler, not a mistake in the program.
    pub fn is_internal(&self) -> bool {
        self.message.starts_with(INTERNAL)
    }

    /// A mistake that no text is to blame for.
    pub(crate) fn without_place(message: String, notes: Vec<String>) -> Self {
        Self {
            file: "cozen".into(),
            line: 0,
            column: 0,
            width: 1,
            source_line: String::new(),
            message,
            notes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_the_place_and_then_the_notes() {
        let diagnostic = Diagnostic {
            file: "a.scm".into(),
            line: 12,
            column: 3,
            width: 4,
            source_line: "\t (if)".into(),
            message: "if: expected 2 or 3 operands, found 0".to_owned(),
            notes: vec!["see R7RS 4.1.5".to_owned()],
        };
        assert_eq!(
            diagnostic.to_string(),
            "a.scm:12:3: if: expected 2 or 3 operands, found 0\n 12 | \t (if)\n    | \t ^^^^\n note: see R7RS 4.1.5"
        );
    }
}
