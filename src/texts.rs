//! Source texts, before a compiler has them: read, decoded, cut into forms.

use std::path::Path;

use compiler::diagnostic::Diagnostic;
use compiler::expand::SourceText;
use syntax::{Data, DataBuilder, Parser, SyntaxError};

use crate::error::Error;
use crate::files::read_file;

/// The text of each form of `text` before its end or its first mistake, or `None` if the last one goes on.
pub fn read_forms(text: &str) -> Option<Vec<String>> {
    let mut data = Data::new();
    let mut forms = Vec::new();
    let mut parser = Parser::new(text);
    let mut builder = DataBuilder::new(&mut data);
    loop {
        match parser.next_datum(&mut builder) {
            Ok(Some(form)) => forms.push(form),
            Err(error) if error.is_incomplete() => return None,
            Ok(None) | Err(_) => break,
        }
    }
    let texts = forms.iter().map(|&form| data.span(form).of(text));
    Some(texts.map(str::to_owned).collect())
}

pub(crate) fn malformed(text: &str, name: &str, error: &SyntaxError) -> Diagnostic {
    let index = syntax::LineIndex::new(text);
    let place = index.line_column(error.span.start);
    Diagnostic {
        file: name.into(),
        line: place.line,
        column: place.column,
        width: 1,
        source_line: index.line_text(place.line).unwrap_or_default().into(),
        message: error.to_string(),
        notes: Vec::new(),
    }
}

/// How many characters of a line a mistake covers that begins in a column (from 1): those of the datum there, or of
/// what is no datum. At least 1.
pub fn mistake_width(line: &str, column: u32) -> usize {
    let before = (column as usize).saturating_sub(1);
    let start = line.char_indices().nth(before);
    let text = start.map_or("", |(start, _)| &line[start..]);
    let mut data = Data::new();
    let mut parser = Parser::new(text);
    let end = match parser.next_datum(&mut DataBuilder::new(&mut data)) {
        Ok(_) => parser.offset(),
        Err(error) if error.span.start == 0 => error.span.end,
        // What begins there ends in another line.
        Err(error) if error.is_incomplete() => text.len() as u32,
        Err(_) => 0,
    };
    let covered = text.get(..end as usize).unwrap_or_default();
    covered.trim_end().chars().count().max(1)
}

pub(crate) fn read_source(file: &Path) -> Result<SourceText, Error> {
    let path = file.display().to_string();
    let bytes = read_file(file)?;
    let source = SourceText::decode(&path, &bytes);
    let source = source.map_err(|mistake| Error::Syntax(vec![*mistake]))?;
    Ok(source.in_file(file))
}

/// Whether a text begins with the definition of a library, and has nothing but such definitions.
pub(crate) fn is_library(source: &SourceText) -> bool {
    let mut data = Data::new();
    let mut parser = Parser::new(&source.text);
    let mut count = 0;
    loop {
        let form = match parser.next_datum(&mut DataBuilder::new(&mut data)) {
            Ok(Some(form)) => form,
            Ok(None) => return count > 0,
            Err(_) => return false,
        };
        let head = data.proper_list(form).unwrap_or_default();
        let head = head.first().and_then(|&head| data.as_symbol(head));
        if head != Some("define-library") {
            return false;
        }
        count += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::mistake_width;

    #[test]
    fn a_mistake_is_as_wide_as_the_datum_or_token_that_begins_there() {
        let widths = [
            ("(if) (car 1)", 1, 4),
            ("(if) (car 1)", 6, 7),
            ("  (foo #<bar>)", 8, 6),
            ("(λ λλ)", 4, 2),
            ("(display (car '())", 1, 1),
            ("(a", 3, 1),
            ("", 7, 1),
        ];
        for (line, column, width) in widths {
            assert_eq!(mistake_width(line, column), width, "{line} {column}");
        }
    }
}
