//! Places in source text: byte ranges, and the lines and columns people speak of.

/// A range of a source text, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

impl Span {
    /// The range from `start` to before `end`.
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The smallest span that holds `self` and `other`.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// The part of `text` that this span covers; empty where it does not fit.
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize)
            .unwrap_or("")
    }
}

/// A position as people count: both start at one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl std::fmt::Display for LineColumn {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}:{}", self.line, self.column)
    }
}

/// Leads from byte offsets of one text to lines and columns.
///
/// Lines end at a line feed; a carriage return before it belongs to no line's text.
#[derive(Clone, Debug)]
pub struct LineIndex<'text> {
    text: &'text str,
    /// Offset of each line's first byte.
    starts: Vec<u32>,
}

impl<'text> LineIndex<'text> {
    /// Finds the lines of `text`. What lies beyond 4 GiB counts as part of the last line.
    pub fn new(text: &'text str) -> Self {
        let after_line_feed = text
            .bytes()
            .enumerate()
            .filter(|&(_, byte)| byte == b'\n')
            .filter_map(|(offset, _)| u32::try_from(offset + 1).ok());
        Self {
            text,
            starts: std::iter::once(0).chain(after_line_feed).collect(),
        }
    }

    /// How many lines there are: at least one.
    pub fn line_count(&self) -> usize {
        self.starts.len()
    }

    /// Line and column of the byte at `offset`. An offset past the end means the end.
    pub fn line_column(&self, offset: u32) -> LineColumn {
        let line_index = self
            .starts
            .partition_point(|&start| start <= offset)
            .saturating_sub(1);
        let start = self.starts[line_index] as usize;
        let before = self
            .text
            .as_bytes()
            .get(start..(offset as usize).min(self.text.len()))
            .unwrap_or_default();
        let column_index = before.iter().filter(|&&byte| byte & 0xc0 != 0x80).count();
        LineColumn {
            line: saturate(line_index + 1),
            column: saturate(column_index + 1),
        }
    }

    /// The text of a line (from 1) without its end; `None` if there is no such line.
    pub fn line_text(&self, line: u32) -> Option<&'text str> {
        let line_index = (line as usize).checked_sub(1)?;
        let start = *self.starts.get(line_index)? as usize;
        let end = match self.starts.get(line_index + 1) {
            Some(&next) => next as usize - 1,
            None => self.text.len(),
        };
        let line = self.text.get(start..end)?;
        Some(line.strip_suffix('\r').unwrap_or(line))
    }
}

fn saturate(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_not_bytes() {
        let text = "a\nλx y\r\n";
        let index = LineIndex::new(text);
        assert_eq!(index.line_column(0), LineColumn { line: 1, column: 1 });
        let y = u32::try_from(text.find('y').unwrap()).unwrap();
        assert_eq!(index.line_column(y), LineColumn { line: 2, column: 4 });
        assert_eq!(index.line_column(99), LineColumn { line: 3, column: 1 });
        assert_eq!(index.line_column(u32::MAX).to_string(), "3:1");
    }

    #[test]
    fn line_texts_have_no_line_ends() {
        let index = LineIndex::new("one\r\ntwo\n");
        assert_eq!(index.line_count(), 3);
        assert_eq!(index.line_text(1), Some("one"));
        assert_eq!(index.line_text(2), Some("two"));
        assert_eq!(index.line_text(3), Some(""));
        assert_eq!(index.line_text(0), None);
        assert_eq!(index.line_text(4), None);
    }

    #[test]
    fn spans_join() {
        assert_eq!(Span::new(4, 6).to(Span::new(1, 5)), Span::new(1, 6));
        assert_eq!(Span::new(1, 3).of("abcd"), "bc");
        assert_eq!(Span::new(1, 30).of("abcd"), "");
    }
}
