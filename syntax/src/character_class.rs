//! Which characters separate tokens, and which may stand in symbols.

/// Whether `character` separates tokens without meaning anything itself.
pub(crate) fn is_whitespace(character: char) -> bool {
    character.is_whitespace()
}

/// Whether a token that needs a delimiter ends before `character` (R7RS 7.1.1, and the prefixes
/// and brackets, which no symbol contains).
pub(crate) fn is_delimiter(character: char) -> bool {
    match character {
        '(' | ')' | '"' | ';' | '|' | '\'' | '`' | ',' | '[' | ']' | '{' | '}' => true,
        _ => is_whitespace(character),
    }
}

/// Whether `character` may stand in a symbol without bars.
///
/// Beyond ASCII everything but separators and control characters may: that includes the letters and
/// marks that R7RS 2.1 names, and symbols such as arrows and mathematical operators.
pub(crate) fn is_symbol_character(character: char) -> bool {
    if character.is_ascii() {
        character.is_ascii_alphanumeric() || "!$%&*+-./:<=>?@^_~#".contains(character)
    } else {
        !is_whitespace(character) && !character.is_control()
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
    fn folding_is_to_lower_case() {
        assert_eq!(fold_case("AbΣΑΣ"), "abσασ");
    }
}
