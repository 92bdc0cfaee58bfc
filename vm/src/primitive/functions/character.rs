//! Characters (R7RS 6.6), by Unicode.

use super::{Answer, check};
use crate::arguments::Args;
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

/// What `character` is folded to: characters that differ only in case become the same ones.
pub(super) fn fold(character: char) -> impl Iterator<Item = char> {
    // Folding by way of upper case unifies `ς` with `σ`; the dotless i, whose upper case is that of
    // the dotted one, is the exception (Unicode, `CaseFolding.txt`).
    let is_dotless = character == 'ı';
    let folded = character.to_uppercase().flat_map(char::to_lowercase);
    is_dotless
        .then_some(character)
        .into_iter()
        .chain(folded.filter(move |_| !is_dotless))
}

fn map<'m>(args: Args<'m>, who: &'static str, map: impl FnOnce(char) -> char) -> Answer<'m> {
    Ok(Value::character(map(check::character(args, 0, who)?)))
}

fn test<'m>(args: Args<'m>, who: &'static str, test: impl FnOnce(char) -> bool) -> Answer<'m> {
    Ok(Value::boolean(test(check::character(args, 0, who)?)))
}

pub(crate) fn char_upcase<'m>(_m: &'m Mutator<'_>, args: Args<'m>) -> Answer<'m> {
    map(args, "char-upcase", |character| {
        simple(character, character.to_uppercase())
    })
}

pub(crate) fn char_downcase<'m>(_m: &'m Mutator<'_>, args: Args<'m>) -> Answer<'m> {
    map(args, "char-downcase", |character| {
        simple(character, character.to_lowercase())
    })
}

pub(crate) fn char_foldcase<'m>(_m: &'m Mutator<'_>, args: Args<'m>) -> Answer<'m> {
    map(args, "char-foldcase", |character| {
        simple(character, fold(character))
    })
}

pub(crate) fn is_char_alphabetic<'m>(_m: &'m Mutator<'_>, args: Args<'m>) -> Answer<'m> {
    test(args, "char-alphabetic?", char::is_alphabetic)
}

pub(crate) fn is_char_numeric<'m>(_m: &'m Mutator<'_>, args: Args<'m>) -> Answer<'m> {
    test(args, "char-numeric?", |character| {
        decimal_digit(character).is_some()
    })
}

pub(crate) fn is_char_whitespace<'m>(_m: &'m Mutator<'_>, args: Args<'m>) -> Answer<'m> {
    test(args, "char-whitespace?", char::is_whitespace)
}

pub(crate) fn is_char_upper_case<'m>(_m: &'m Mutator<'_>, args: Args<'m>) -> Answer<'m> {
    test(args, "char-upper-case?", char::is_uppercase)
}

pub(crate) fn is_char_lower_case<'m>(_m: &'m Mutator<'_>, args: Args<'m>) -> Answer<'m> {
    test(args, "char-lower-case?", char::is_lowercase)
}

pub(crate) fn digit_value<'m>(_m: &'m Mutator<'_>, args: Args<'m>) -> Answer<'m> {
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
    }
}
