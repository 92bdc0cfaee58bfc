//! Reading never panics, errors lie in the text, and a datum that was read can be written and read
//! again. Text in pieces is read like the whole text.

use crate::{Data, DataBuilder, Parser, Progress, SyntaxError, TextPart, decode_source};

/// One reading of a text: the data, written, each with the offset where it ends and whether case is
/// folded there; and the mistake that ended it, with the offset where the parser stood.
type Reading = (Vec<(String, u32, bool)>, Option<(SyntaxError, u32)>);

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
    check_whole(text);
    check_pieces(text);
}

/// Reads a text that ends at each of `ends` in turn.
fn read_pieces(text: &str, ends: impl Iterator<Item = usize>) -> Reading {
    let mut data = Data::new();
    let mut builder = DataBuilder::new(&mut data);
    let mut paused = Parser::new("").pause();
    let mut forms = Vec::new();
    let mut mistake = None;
    'text: for end in ends {
        let mut parser = paused.resume(&text[..end]);
        loop {
            match parser.next_in_part(&mut builder, TextPart::up_to(end, text.len())) {
                Ok(Progress::Datum(form)) => {
                    forms.push((form, parser.offset(), parser.folds_case()));
                }
                Ok(Progress::End | Progress::Undecided) => break,
                Err(error) => {
                    mistake = Some((error, parser.offset()));
                    break 'text;
                }
            }
        }
        paused = parser.pause();
    }
    let written = forms
        .into_iter()
        .map(|(form, offset, fold_case)| (data.to_text(form), offset, fold_case));
    (written.collect(), mistake)
}

/// Text in pieces, however short, is read as the whole is.
fn check_pieces(text: &str) {
    // Each piece may begin the last token anew.
    const BYTES_MAX: usize = 4096;
    if text.len() > BYTES_MAX {
        return;
    }
    let whole = read_pieces(text, std::iter::once(text.len()));
    for piece_bytes in [1, 3, 10] {
        let ends = (0..text.len())
            .step_by(piece_bytes)
            .filter(|&end| text.is_char_boundary(end))
            .chain([text.len()]);
        assert_eq!(read_pieces(text, ends), whole, "{text:?} by {piece_bytes}");
    }
}

fn check_whole(text: &str) {
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
