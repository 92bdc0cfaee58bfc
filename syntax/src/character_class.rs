//! Which characters separate tokens, and which may stand in symbols.

/// What a keyword's name begins with: keywords are symbols that stand for themselves.
pub const KEYWORD_PREFIX: &str = "#:";

/// Bits of what [`class_of`] answers: white space.
pub(crate) const WHITESPACE: u8 = 1;
/// A token that needs a delimiter ends before it.
pub(crate) const DELIMITER: u8 = 2;
/// In ASCII, no delimiter, and stands in no symbol without bars.
pub(crate) const STRANGE: u8 = 4;
/// In ASCII, changed by [`fold_case`].
pub(crate) const UPPER_CASE: u8 = 8;
/// A part of a character beyond ASCII, of which only the whole character says what it is.
pub(crate) const BEYOND_ASCII: u8 = 16;

/// What a byte of UTF-8 is: the bits above, of which a plain character of symbols has none.
#[inline(always)]
pub(crate) fn class_of(byte: u8) -> u8 {
    CLASSES[usize::from(byte)]
}

const CLASSES: [u8; 256] = {
    let mut classes = [BEYOND_ASCII; 256];
    let mut byte: u8 = 0;
    while byte.is_ascii() {
        let character = byte as char;
        classes[byte as usize] = if is_whitespace(character) {
            WHITESPACE | DELIMITER
        } else if is_delimiter(character) {
            DELIMITER
        } else if !is_symbol_character(character) {
            STRANGE
        } else if byte.is_ascii_uppercase() {
            UPPER_CASE
        } else {
            0
        };
        byte += 1;
    }
    classes
};

/// Whether `character` separates tokens without meaning anything itself.
pub(crate) const fn is_whitespace(character: char) -> bool {
    character.is_whitespace()
}

/// Whether a token that needs a delimiter ends before `character` (R7RS 7.1.1, and the prefixes
/// and brackets, which no symbol contains).
pub(crate) const fn is_delimiter(character: char) -> bool {
    match character {
        '(' | ')' | '"' | ';' | '|' | '\'' | '`' | ',' | '[' | ']' | '{' | '}' => true,
        _ => is_whitespace(character),
    }
}

/// Whether `character` may stand in a symbol without bars.
///
/// Beyond ASCII everything but separators and control characters may: that includes the letters and
/// marks that R7RS 2.1 names, and symbols such as arrows and mathematical operators.
pub(crate) const fn is_symbol_character(character: char) -> bool {
    match character {
        '!' | '$' | '%' | '&' | '*' | '+' | '-' | '.' | '/' | ':' | '<' | '=' | '>' | '?' | '@'
        | '^' | '_' | '~' | '#' => true,
        _ if character.is_ascii() => character.is_ascii_alphanumeric(),
        // Of Unicode, exactly the characters U+0000 to U+001F and U+007F to U+009F are controls.
        _ => !is_whitespace(character) && character as u32 > 0x9f,
    }
}

/// `text` with every character in lower case, as `#!fold-case` asks.
///
/// Simple lower case, character by character: a final sigma is folded like any other.
pub(crate) fn fold_case(text: &str) -> String {
    text.chars()
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'ς' { 'σ' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters_never_stand_in_symbols() {
        for character in ('\0'..='\u{3000}').filter(|&c| is_delimiter(c)) {
            assert!(!is_symbol_character(character), "{character:?}");
        }
    }

    #[test]
    fn unicode_letters_and_operators_stand_in_symbols() {
        assert!("λ→∀é漢".chars().all(is_symbol_character));
        assert!(!is_symbol_character('\u{a0}'));
        assert!(!is_symbol_character('\u{7f}'));
        assert!(!is_symbol_character('\\'));
    }

    #[test]
    fn control_characters_stand_in_no_symbols() {
        for character in ('\0'..=char::MAX).filter(|c| c.is_control()) {
            assert!(!is_symbol_character(character), "{character:?}");
        }
    }

    #[test]
    fn classes_of_bytes_say_what_their_characters_are() {
        for byte in 0..=u8::MAX {
            let (class, character) = (class_of(byte), char::from(byte));
            if byte.is_ascii() {
                assert_eq!(class & WHITESPACE != 0, is_whitespace(character));
                assert_eq!(class & DELIMITER != 0, is_delimiter(character));
                let stands_in_symbols = class & (DELIMITER | STRANGE) == 0;
                assert_eq!(stands_in_symbols, is_symbol_character(character));
                let folds = fold_case(&character.to_string()) != character.to_string();
                assert_eq!(class & UPPER_CASE != 0, folds);
            }
            assert_eq!(class & BEYOND_ASCII != 0, !byte.is_ascii());
        }
    }

    #[test]
    fn folding_is_to_lower_case() {
        assert_eq!(fold_case("AbΣΑΣ"), "abσασ");
    }
}
