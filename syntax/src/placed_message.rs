//! Messages about a place in a text, as people read them.

use std::fmt;

/// Of a longer source line, a part is shown.
const EXCERPT_CHARACTERS_MAX: usize = 120;

/// A message about a place in a text. It is written so:
///
/// ```text
/// program.scm:12:8: if: expected 2 or 3 operands, found 0
///  12 | (begin (if))
///     |        ^^^^
/// ```
#[derive(Clone, Copy, Debug)]
pub struct PlacedMessage<'a> {
    /// The source file, as it was named.
    pub file: &'a str,
    /// Line, from 1; 0 if the message has no place in the file.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// How many characters of the line the message is about; at least 1.
    pub width: u32,
    /// The text of the line, without its end; `None` if the file is not there.
    pub source_line: Option<&'a str>,
    /// What there is to say.
    pub message: &'a str,
}

impl fmt::Display for PlacedMessage<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            line,
            column,
            message,
            ..
        } = self;
        if *line == 0 {
            return write!(formatter, "{file}: {message}");
        }
        write!(formatter, "{file}:{line}:{column}: {message}")?;
        let Some(source_line) = self.source_line else {
            return Ok(());
        };
        let number = line.to_string();
        let margin = " ".repeat(number.len());
        let Some((excerpt, marker)) = self.excerpt(source_line) else {
            return Ok(());
        };
        write!(formatter, "\n {number} | {excerpt}\n {margin} | {marker}")
    }
}

impl PlacedMessage<'_> {
    /// The source line, or the part of a long one around the place; and carets for the line under it.
    /// Tabs stay tabs there, so that the carets stand right under any tab width. `None` if the place is not there:
    /// only the start of a very long line may be given.
    fn excerpt(&self, source_line: &str) -> Option<(String, String)> {
        let before = self.column.saturating_sub(1) as usize;
        if source_line.chars().take(before).count() < before {
            return None;
        }
        let skipped = if before < EXCERPT_CHARACTERS_MAX {
            0
        } else {
            before - EXCERPT_CHARACTERS_MAX / 2
        };
        let characters = source_line.chars().skip(skipped);
        let excerpt: String = characters.take(EXCERPT_CHARACTERS_MAX).collect();
        let indent = excerpt.chars().take(before - skipped);
        let mut marker: String = indent
            .map(|character| if character == '\t' { '\t' } else { ' ' })
            .collect();
        let room = excerpt.chars().count().saturating_sub(before - skipped);
        let carets = (self.width as usize).min(room).max(1);
        marker.extend(std::iter::repeat_n('^', carets));
        Some((excerpt, marker))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MISTAKE: PlacedMessage<'_> = PlacedMessage {
        file: "a.scm",
        line: 12,
        column: 3,
        width: 4,
        source_line: Some("\t (if)"),
        message: "if: expected 2 or 3 operands, found 0",
    };

    #[test]
    fn shows_the_line_and_marks_the_place() {
        assert_eq!(
            MISTAKE.to_string(),
            "a.scm:12:3: if: expected 2 or 3 operands, found 0\n 12 | \t (if)\n    | \t ^^^^"
        );
    }

    #[test]
    fn says_only_the_place_where_the_text_is_not_there() {
        for source_line in [None, Some("a")] {
            let mistake = PlacedMessage {
                source_line,
                ..MISTAKE
            };
            assert_eq!(
                mistake.to_string(),
                "a.scm:12:3: if: expected 2 or 3 operands, found 0"
            );
        }
    }

    #[test]
    fn says_only_the_file_where_there_is_no_line() {
        let mistake = PlacedMessage { line: 0, ..MISTAKE };
        assert_eq!(
            mistake.to_string(),
            "a.scm: if: expected 2 or 3 operands, found 0"
        );
    }

    #[test]
    fn shows_the_part_of_a_long_line_that_matters() {
        let line = format!("{}here{}", "λ".repeat(1_000), "-".repeat(1_000));
        let mut mistake = PlacedMessage {
            column: 1_001,
            width: 3_000,
            ..MISTAKE
        };
        let (excerpt, marker) = mistake.excerpt(&line).expect("the place is there");
        let (before, after) = (excerpt.trim_end_matches(['-']), marker.trim_start());
        assert_eq!(before, format!("{}here", "λ".repeat(60)));
        assert_eq!((excerpt.chars().count(), marker.len()), (120, 120));
        assert_eq!(after, "^".repeat(60));
        mistake.column = u32::MAX;
        assert_eq!(mistake.excerpt(&line), None, "a place behind the end");
    }
}
