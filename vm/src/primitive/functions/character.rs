//! Characters (R7RS 6.6), by Unicode.

use super::check;
use crate::arguments::Args;
use crate::error::PrimitiveResult;
use crate::mutator::Mutator;
use crate::value::Value;

/// The digits zero of all scripts with decimal digits; the other nine follow each (Unicode 16,
/// `UnicodeData.txt`, general category Nd).
const DIGIT_ZEROS: &[u32] = &[
    0x0030, 0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6,
    0x0d66, 0x0de6, 0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80,
    0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0,
    0xff10, 0x104a0, 0x10d30, 0x10d40, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450,
    0x114d0, 0x11650, 0x116c0, 0x116d0, 0x116da, 0x11730, 0x118e0, 0x11950, 0x11bf0, 0x11c50,
    0x11d50, 0x11da0, 0x11f50, 0x16130, 0x16a60, 0x16ac0, 0x16b50, 0x16d70, 0x1ccf0, 0x1d7ce,
    0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e4f0, 0x1e5f1, 0x1e950, 0x1fbf0,
];

/// The value of a decimal digit of any script.
fn decimal_digit(character: char) -> Option<u32> {
    let code = u32::from(character);
    let after = DIGIT_ZEROS.partition_point(|&zero| zero <= code);
    let value = code - DIGIT_ZEROS.get(after.checked_sub(1)?)?;
    (value <= 9).then_some(value)
}

/// The only item of `mapped`, or else `character`: the simple mapping, where it differs from the
/// full one.
fn simple(character: char, mut mapped: impl Iterator<Item = char>) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(only), None) => only,
        _ => character,
    }
}

/// The simple upper case. Where the full one is several characters, Greek has a single one with a small
/// iota (`UnicodeData.txt`).
fn upper(character: char) -> char {
    let distance = match character {
        '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => 8,
        '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => 9,
        _ => return simple(character, character.to_uppercase()),
    };
    char::from_u32(u32::from(character) + distance).unwrap_or(character)
}

/// The simple lower case.
fn lower(character: char) -> char {
    match character {
        'İ' => 'i',
        _ => simple(character, character.to_lowercase()),
    }
}

/// Whether `character` is one whose folding is not that by way of upper case to lower case (Unicode,
/// `CaseFolding.txt`), and is the same one, simple or full: the dotless i, whose upper case is that of the
/// dotted one, and Cherokee, which is folded to upper case.
fn odd_folding(character: char) -> Option<char> {
    match character {
        'ı' => Some(character),
        'Ꭰ'..='Ᏽ' | 'ᏸ'..='ᏽ' | 'ꭰ'..='ꮿ' => Some(upper(character)),
        _ => None,
    }
}

/// What `character` is folded to: characters that differ only in case become the same ones.
pub(super) fn fold(character: char) -> impl Iterator<Item = char> {
    let odd = odd_folding(character);
    // The capital sharp s has itself as upper case, but is folded as the small one is.
    let start = if character == 'ẞ' { 'ß' } else { character };
    // Folding by way of upper case unifies `ς` with `σ`.
    let folded = start.to_uppercase().flat_map(char::to_lowercase);
    let folded = folded.filter(move |_| odd.is_none());
    odd.into_iter().chain(folded)
}

/// The simple folding, to one character.
fn simple_fold(character: char) -> char {
    odd_folding(character).unwrap_or_else(|| {
        let upper = upper(character);
        simple(upper, upper.to_lowercase())
    })
}

fn map<'m>(
    args: Args<'m>,
    who: &'static str,
    map: impl FnOnce(char) -> char,
) -> PrimitiveResult<'m> {
    Ok(Value::character(map(check::character(args, 0, who)?)))
}

fn test<'m>(
    args: Args<'m>,
    who: &'static str,
    test: impl FnOnce(char) -> bool,
) -> PrimitiveResult<'m> {
    Ok(Value::boolean(test(check::character(args, 0, who)?)))
}

pub(crate) fn char_upcase<'m>(_m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    map(args, "char-upcase", upper)
}

pub(crate) fn char_downcase<'m>(_m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    map(args, "char-downcase", lower)
}

pub(crate) fn char_foldcase<'m>(_m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    map(args, "char-foldcase", simple_fold)
}

pub(crate) fn is_char_alphabetic<'m>(_m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    test(args, "char-alphabetic?", char::is_alphabetic)
}

pub(crate) fn is_char_numeric<'m>(_m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    test(args, "char-numeric?", |character| {
        decimal_digit(character).is_some()
    })
}

pub(crate) fn is_char_whitespace<'m>(_m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    test(args, "char-whitespace?", char::is_whitespace)
}

pub(crate) fn is_char_upper_case<'m>(_m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    test(args, "char-upper-case?", char::is_uppercase)
}

pub(crate) fn is_char_lower_case<'m>(_m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    test(args, "char-lower-case?", char::is_lowercase)
}

pub(crate) fn digit_value<'m>(_m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let digit = decimal_digit(check::character(args, 0, "digit-value")?);
    Ok(digit.map_or(Value::FALSE, |digit| Value::count(digit as usize)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_all_scripts_have_values() {
        assert_eq!(decimal_digit('7'), Some(7));
        assert_eq!(decimal_digit('٣'), Some(3));
        assert_eq!(decimal_digit('௦'), Some(0));
        assert_eq!(decimal_digit('𝟡'), Some(9));
        assert_eq!(decimal_digit('a'), None);
        assert_eq!(decimal_digit('½'), None);
        assert_eq!(decimal_digit('\0'), None);
        assert!(DIGIT_ZEROS.is_sorted());
        assert!(
            DIGIT_ZEROS
                .iter()
                .all(|&zero| char::from_u32(zero).unwrap().is_numeric())
        );
    }

    #[test]
    fn folding_makes_no_difference_of_case() {
        let fold_text = |text: &str| text.chars().flat_map(fold).collect::<String>();
        assert_eq!(fold_text("Straße"), "strasse");
        assert_eq!(fold_text("ΧΑΟΣ"), fold_text("χαος"));
        assert_eq!(fold_text("ı"), "ı");
        assert_eq!(simple('ß', 'ß'.to_uppercase()), 'ß');
        assert_eq!(simple('λ', 'λ'.to_uppercase()), 'Λ');
        assert_eq!(fold_text("GROẞ"), fold_text("groß"));
        assert_eq!(fold_text("ꭰᏸ"), "ᎠᏰ");
        assert_eq!(fold_text("İ"), "i\u{307}");
    }

    #[test]
    fn simple_mappings_are_those_of_unicode_data() {
        let all = |map: fn(char) -> char, text: &str| text.chars().map(map).collect::<String>();
        assert_eq!(all(upper, "ᾀᾧᾳῃῳßŉΐλ"), "ᾈᾯᾼῌῼßŉΐΛ");
        assert_eq!(all(lower, "İᾈᾼẞΛ"), "iᾀᾳßλ");
        assert_eq!(all(simple_fold, "ᾈᾼẞİıꭰᎠᏸςΛ"), "ᾀᾳßİıᎠᎠᏰσλ");
    }

    #[test]
    fn characters_that_differ_in_case_have_one_simple_folding() {
        for character in '\0'..=char::MAX {
            let folded = simple_fold(character);
            assert_eq!(simple_fold(folded), folded, "{character:?}");
            if !matches!(character, 'ı' | 'İ') {
                assert_eq!(simple_fold(upper(character)), folded, "{character:?}");
                assert_eq!(simple_fold(lower(character)), folded, "{character:?}");
            }
        }
    }
}
