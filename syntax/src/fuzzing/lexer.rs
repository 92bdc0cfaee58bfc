//! Tokens come in order, lie in the text, and end. Errors do so too, and the lexer goes on behind
//! them.

use crate::{Lexer, Token, decode_source};

/// Checks one input.
///
/// # Panics
///
/// When something does not hold.
pub fn check(bytes: &[u8]) {
    let Ok(text) = decode_source(bytes) else {
        return;
    };
    let Ok(mut lexer) = Lexer::new(text) else {
        return;
    };
    // Each token and each error takes a character at least, but for the last ones.
    for _ in 0..=text.len() + 1 {
        let before = lexer.offset();
        let (is_end, span) = match lexer.next_token() {
            Ok((token, span)) => (token == Token::End, span),
            Err(error) => (false, error.span),
        };
        let place = (span.start as usize, span.end as usize);
        assert!(text.get(place.0..place.1).is_some(), "{place:?}");
        assert!(
            span.start >= before && span.end <= lexer.offset(),
            "{place:?}"
        );
        if is_end {
            let again = lexer.next_token().map(|(token, _)| token);
            assert_eq!(again, Ok(Token::End), "the end is the end");
            return;
        }
        assert!(lexer.offset() > before, "at {place:?} nothing was read");
    }
    panic!("tokens without end");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_are_tokens_and_errors_that_end(bytes in any::<Vec<u8>>()) {
            super::check(&bytes);
        }

        #[test]
        fn any_text_of_what_tokens_are_made_of_is_tokens_and_errors_that_end(
            text in r#"[()'`,@"|#;\\ \n.+\-0-9a-fxuλ!]{0,40}"#,
        ) {
            super::check(text.as_bytes());
        }
    }
}
