//! Strings: comparison and case (R7RS 6.7).

use std::cmp::Ordering;
use std::ops::Range;

use syntax::{Stop, Supervisor};

use super::character::fold;
use super::check;
use crate::arguments::Args;
use crate::error::PrimitiveResult;
use crate::mutator::Mutator;
use crate::object::string::{StringObject, measure_text, string_bytes};
use crate::value::Value;

fn two<'m>(
    args: Args<'m>,
    who: &'static str,
) -> PrimitiveResult<'m, (StringObject<'m>, StringObject<'m>)> {
    Ok((check::string(args, 0, who)?, check::string(args, 1, who)?))
}

/// The order of two sequences of characters.
///
/// # Errors
///
/// [`Stop::Interrupted`].
fn compare(
    m: &Mutator<'_>,
    mut a: impl Iterator<Item = char>,
    mut b: impl Iterator<Item = char>,
) -> Result<Ordering, Stop> {
    for index in 0.. {
        m.check_at(index)?;
        let (a, b) = (a.next(), b.next());
        if a.is_none() || a != b {
            return Ok(a.cmp(&b));
        }
    }
    unreachable!("strings end")
}

pub(crate) fn string_equal<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let (a, b) = two(args, "string=?")?;
    Ok(Value::boolean(a.is_equal(m, b)?))
}

pub(crate) fn string_less<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let (a, b) = two(args, "string<?")?;
    let order = compare(m, a.all(), b.all())?;
    Ok(Value::boolean(order == Ordering::Less))
}

fn compare_folded<'m>(
    m: &'m Mutator<'_>,
    args: Args<'m>,
    who: &'static str,
) -> PrimitiveResult<'m, Ordering> {
    let (a, b) = two(args, who)?;
    let folded = |string: StringObject<'m>| string.all().flat_map(fold);
    Ok(compare(m, folded(a), folded(b))?)
}

pub(crate) fn string_ci_equal<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let order = compare_folded(m, args, "string-ci=?")?;
    Ok(Value::boolean(order == Ordering::Equal))
}

pub(crate) fn string_ci_less<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let order = compare_folded(m, args, "string-ci<?")?;
    Ok(Value::boolean(order == Ordering::Less))
}

/// How many characters are mapped at once.
const PIECE: usize = 1 << 14;

/// A string mapped piece by piece by the full mappings: `ß` becomes `SS`, and a sigma at the end of a word the final
/// one. `map` is given a piece, and where that stands in the string.
fn mapped<'m>(
    m: &'m Mutator<'_>,
    string: StringObject<'m>,
    map: impl Fn(&str, Range<usize>) -> Result<String, Stop>,
) -> PrimitiveResult<'m> {
    let length = string.length();
    if length <= PIECE {
        let text = map(&string.to_text(m)?, 0..length)?;
        return Ok(StringObject::from_text(m, &text)?.value());
    }
    let mut text = String::new();
    let mut start = 0;
    while start < length {
        let end = length.min(start + PIECE);
        let piece = map(&string.text_in(m, start..end)?, start..end)?;
        if text.capacity() - text.len() < piece.len() {
            // What there is stays until it is copied.
            let bytes = (text.len() + piece.len())
                .max(2 * text.capacity())
                .max(length);
            m.announce(text.len() + bytes)?;
            text.reserve_exact(bytes - text.len());
        }
        text.push_str(&piece);
        start = end;
        m.check()?;
    }
    let (length, width) = measure_text(m, &text)?;
    // The text stays until there is a string.
    m.announce(text.capacity() + string_bytes(length, width))?;
    Ok(StringObject::of_measured(m, &text, length, width)?.value())
}

pub(crate) fn string_upcase<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let string = check::string(args, 0, "string-upcase")?;
    mapped(m, string, |piece, _| Ok(piece.to_uppercase()))
}

pub(crate) fn string_downcase<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let string = check::string(args, 0, "string-downcase")?;
    mapped(m, string, |piece, range| {
        if !piece.contains(SIGMA) {
            return Ok(piece.to_lowercase());
        }
        let mut lower = String::with_capacity(piece.len());
        for (place, character) in range.zip(piece.chars()) {
            if character == SIGMA {
                lower.push(lower_sigma(m, string, place)?);
            } else {
                lower.extend(character.to_lowercase());
            }
        }
        Ok(lower)
    })
}

pub(crate) fn string_foldcase<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let string = check::string(args, 0, "string-foldcase")?;
    mapped(m, string, |piece, _| {
        Ok(piece.chars().flat_map(fold).collect())
    })
}

const SIGMA: char = 'Σ';
const FINAL_SIGMA: char = 'ς';

/// The sigma at `place` in lower case: the final one behind a letter, unless a letter follows (Unicode 3.13,
/// `Final_Sigma`). The search on either side ends at another sigma at the latest: so all searches in a string together
/// look at each character twice.
fn lower_sigma(m: &Mutator<'_>, string: StringObject<'_>, place: usize) -> Result<char, Stop> {
    let is_behind_letter = meets_letter(m, string, (0..place).rev())?;
    let is_final = is_behind_letter && !meets_letter(m, string, place + 1..string.length())?;
    Ok(if is_final { FINAL_SIGMA } else { 'σ' })
}

/// Whether the first character at `places` that is not skipped is a letter with case.
fn meets_letter(
    m: &Mutator<'_>,
    string: StringObject<'_>,
    places: impl Iterator<Item = usize>,
) -> Result<bool, Stop> {
    for (index, place) in places.enumerate() {
        m.check_at(index)?;
        match BesideSigma::of(string.get(place)) {
            BesideSigma::Skipped => {}
            beside => return Ok(beside == BesideSigma::Letter),
        }
    }
    Ok(false)
}

/// What a character means for a sigma beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BesideSigma {
    /// The property `Case_Ignorable`: the sigma looks further.
    Skipped,
    /// The property `Cased`, and not the one before.
    Letter,
    Other,
}

impl BesideSigma {
    fn of(character: char) -> Self {
        if character.is_ascii() {
            return match character {
                '\'' | '.' | ':' | '^' | '`' => Self::Skipped,
                _ if character.is_ascii_alphabetic() => Self::Letter,
                _ => Self::Other,
            };
        }
        // The standard library knows the properties, and tells by what it makes of a sigma.
        let makes_final = |before: &[char]| {
            let word: String = before.iter().chain(&[SIGMA]).collect();
            word.to_lowercase().ends_with(FINAL_SIGMA)
        };
        if makes_final(&[character]) {
            Self::Letter
        } else if makes_final(&['A', character]) {
            Self::Skipped
        } else {
            Self::Other
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{call, mutator};

    #[test]
    fn long_texts_are_mapped_as_at_once() {
        let m = mutator();
        for unit in [
            "ΑΣ ",
            "ΑΣ",
            "Σ",
            "Σ.'a",
            "aΣ\u{301}",
            "straße ",
            "İx",
            "ǅ\u{2b0}Σ",
            "λ-Σ-",
            "中Σ",
            "λ.Σ",
            "Σ\u{301}.中",
        ] {
            let text = unit.repeat(3 * PIECE / unit.chars().count() + 7);
            let mapped = |leaf| {
                let mapped = call(&m, leaf, &[m.string(&text)]).unwrap();
                StringObject::of(mapped).unwrap().to_text(&m).unwrap()
            };
            assert!(mapped(string_upcase) == text.to_uppercase(), "{unit}");
            assert!(mapped(string_downcase) == text.to_lowercase(), "{unit}");
        }
    }

    #[test]
    fn what_is_beside_a_sigma_means_what_unicode_says() {
        for character in '\0'..=char::MAX {
            let beside = BesideSigma::of(character);
            let lower = |text: String| text.to_lowercase();
            let is_letter = beside == BesideSigma::Letter;
            assert_eq!(
                lower(format!("{character}Σ")).ends_with(FINAL_SIGMA),
                is_letter
            );
            assert_eq!(
                !lower(format!("AΣ{character}")).starts_with("aς"),
                is_letter
            );
            let is_skipped = lower(format!("A{character}Σ")).ends_with(FINAL_SIGMA) && !is_letter;
            assert_eq!(is_skipped, beside == BesideSigma::Skipped, "{character:?}");
        }
    }

    #[test]
    fn a_sigma_without_a_neighbour_that_counts_is_found_in_one_piece_after_the_other() {
        let m = mutator();
        for fill in ["-", ".", "中", "\u{301}"] {
            let text = format!("λ{}", fill.repeat(20 * PIECE));
            m.state().interrupted_question.set(10);
            let answer = call(&m, string_downcase, &[m.string(&text)]);
            assert!(answer.is_err(), "{fill}");
        }
    }
}
