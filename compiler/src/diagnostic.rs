//! A mistake in a source text, reported for people: place, message, notes, and the line of the
//! text.

use std::fmt;

use crate::internal_error::INTERNAL;

/// Of a longer source line, a part is shown.
const EXCERPT_CHARACTERS_MAX: usize = 120;

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

impl fmt::Display for Diagnostic {
    /// `file:line:column: message`, the source line with the place marked, the notes.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 {
            write!(formatter, "{}: {}", self.file, self.message)?;
        } else {
            let Self {
                file, line, column, ..
            } = self;
            write!(formatter, "{file}:{line}:{column}: {}", self.message)?;
            let number = line.to_string();
            let margin = " ".repeat(number.len());
            let (excerpt, marker) = self.excerpt();
            write!(formatter, "\n {number} | {excerpt}\n {margin} | {marker}")?;
        }
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

    /// The source line, or the part of a long one around the place; and carets for the line under it.
    /// Tabs stay tabs there, so that the carets stand right under any tab width.
    fn excerpt(&self) -> (String, String) {
        let before = self.column.saturating_sub(1) as usize;
        let skipped = if before < EXCERPT_CHARACTERS_MAX {
            0
        } else {
            before - EXCERPT_CHARACTERS_MAX / 2
        };
        let characters = self.source_line.chars().skip(skipped);
        let excerpt: String = characters.take(EXCERPT_CHARACTERS_MAX).collect();
        let indent = excerpt.chars().take(before - skipped);
        let mut marker: String = indent
            .map(|character| if character == '\t' { '\t' } else { ' ' })
            .collect();
        let room = excerpt.chars().count().saturating_sub(before - skipped);
        let carets = (self.width as usize).min(room).max(1);
        marker.extend(std::iter::repeat_n('^', carets));
        (excerpt, marker)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_the_line_and_marks_the_place() {
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

    #[test]
    fn shows_the_part_of_a_long_line_that_matters() {
        let mut diagnostic = Diagnostic {
            file: "a.scm".into(),
            line: 1,
            column: 1_001,
            width: 3_000,
            source_line: format!("{}here{}", "λ".repeat(1_000), "-".repeat(1_000)),
            message: "long".to_owned(),
            notes: Vec::new(),
        };
        let (excerpt, marker) = diagnostic.excerpt();
        let (before, after) = (excerpt.trim_end_matches(['-']), marker.trim_start());
        assert_eq!(before, format!("{}here", "λ".repeat(60)));
        assert_eq!((excerpt.chars().count(), marker.len()), (120, 120));
        assert_eq!(after, "^".repeat(60));
        diagnostic.column = u32::MAX;
        assert_eq!(diagnostic.excerpt().1, "^", "a place behind the end");
    }

    #[test]
    fn says_only_the_file_where_there_is_no_line() {
        let diagnostic = Diagnostic {
            file: "eval".into(),
            line: 0,
            column: 0,
            width: 1,
            source_line: String::new(),
            message: "unbound variable `x`".to_owned(),
            notes: Vec::new(),
        };
        assert_eq!(diagnostic.to_string(), "eval: unbound variable `x`");
    }
}
