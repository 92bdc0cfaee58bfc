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

/// The source text that `bytes` encode in UTF-8. `name` is for messages.
///
/// # Errors
///
/// [`Error::Syntax`]: the first byte that is wrong, with its place.
pub fn decode_text(bytes: &[u8], name: &str) -> Result<String, Error> {
    let source = SourceText::decode(name, bytes);
    let source = source.map_err(|mistake| Error::Syntax(vec![*mistake]))?;
    Ok((*source.text).to_owned())
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
