//! Strings: comparison and case (R7RS 6.7).

use std::cmp::Ordering;

use syntax::{Stop, Supervisor};

use super::character::fold;
use super::check;
use crate::arguments::Args;
use crate::error::PrimitiveResult;
use crate::mutator::Mutator;
use crate::object::string::StringObject;
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

/// How many characters are mapped at once, if the text can be cut after them.
const PIECE: usize = 1 << 14;

/// A string mapped piece by piece by the full mappings: `ß` becomes `SS`, and a sigma at the end of a word the final
/// one. A text is cut between two characters that `may_cut` lets pass.
fn mapped<'m>(
    m: &'m Mutator<'_>,
    args: Args<'m>,
    who: &'static str,
    may_cut: impl Fn(char) -> bool,
    map: impl Fn(&str) -> String,
) -> PrimitiveResult<'m> {
    let string = check::string(args, 0, who)?;
    let length = string.length();
    if length <= PIECE {
        let text = map(&string.to_text(m)?);
        return Ok(StringObject::from_text(m, &text)?.value());
    }
    let mut text = String::new();
    let mut start = 0;
    while start < length {
        let mut end = length.min(start + PIECE);
        while end < length && !(may_cut(string.get(end - 1)) && may_cut(string.get(end))) {
            end += 1;
            m.check_at(end)?;
        }
        let piece = map(&string.text_in(m, start..end)?);
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
    Ok(StringObject::from_text(m, &text)?.value())
}

pub(crate) fn string_upcase<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    mapped(m, args, "string-upcase", |_| true, str::to_uppercase)
}

pub(crate) fn string_downcase<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let who = "string-downcase";
    mapped(m, args, who, ends_context, str::to_lowercase)
}

pub(crate) fn string_foldcase<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let fold_all = |text: &str| text.chars().flat_map(fold).collect();
    mapped(m, args, "string-foldcase", |_| true, fold_all)
}

/// Whether no sigma looks beyond this character to find out whether it is final (Unicode 3.13, `Final_Sigma`). The
/// answer may be false for characters of which this would be true.
fn ends_context(character: char) -> bool {
    const SIGMA: char = 'Σ';
    if character.is_ascii() {
        return character.is_ascii_alphanumeric() || character == ' ';
    }
    // A letter that counts makes the sigma after it final, and a character that is skipped does not.
    let word = String::from_iter([character, SIGMA]);
    character != SIGMA && word.to_lowercase().ends_with('ς')
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
}
