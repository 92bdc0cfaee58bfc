//! Reading never panics, errors lie in the text, and what is read can be written and read again.

use crate::{Data, DataBuilder, Parser, decode_source};

/// Checks one input.
///
/// # Panics
///
/// When something does not hold.
pub fn check(bytes: &[u8]) {
    if let Ok(text) = decode_source(bytes) {
        check_text(text);
    }
}

/// As [`check`], for what is text already.
///
/// # Panics
///
/// When something does not hold.
pub fn check_text(text: &str) {
    let mut data = Data::new();
    let mut parser = Parser::new(text);
    let mut forms = Vec::new();
    let mut builder = DataBuilder::new(&mut data);
    loop {
        let before = parser.offset();
        match parser.next_datum(&mut builder) {
            Ok(Some(form)) => {
                assert!(parser.offset() > before, "reading makes progress");
                forms.push(form);
            }
            Ok(None) => break,
            Err(error) => {
                let (start, end) = (error.span.start as usize, error.span.end as usize);
                assert!(text.get(start..end).is_some(), "{error} at {start}..{end}");
                return;
            }
        }
    }
    for form in forms {
        let written = data.to_text(form);
        let (again, forms_again) = Data::parse(&written).expect("what is written can be read");
        assert_eq!(forms_again.len(), 1, "{written}");
        assert!(data.equal(form, &again, forms_again[0]), "{written}");
        assert_eq!(again.to_text(forms_again[0]), written);
    }
}
