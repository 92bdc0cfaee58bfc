//! Numbers: each in the one form that arithmetic gives it.

use abi::tag::{self, FLAG_NEGATIVE, Header, Kind};

use super::error::DataProblem;
use super::objects::Objects;

const fn other_form(what: &'static str) -> DataProblem {
    DataProblem::Number { what }
}

/// A bignum has no leading zeros, and is no fixnum.
pub(super) fn bignum(header: Header, payload: &[u8]) -> Result<(), DataProblem> {
    let limbs = payload.as_chunks::<8>().0;
    let limbs = limbs.get(..header.size() as usize).unwrap_or_default();
    let wrong = other_form("bignum");
    let highest = u64::from_le_bytes(*limbs.last().ok_or(wrong)?);
    let magnitude_min = tag::FIXNUM_MAX.unsigned_abs() + 1;
    let is_negative = header.has_flags(FLAG_NEGATIVE);
    let is_fixnum =
        limbs.len() == 1 && (highest < magnitude_min || is_negative && highest == magnitude_min);
    if highest == 0 || is_fixnum {
        return Err(wrong);
    }
    Ok(())
}

/// A boxed flonum cannot be self-tagged.
pub(super) fn flonum(payload: &[u8]) -> Result<(), DataProblem> {
    let bytes = payload.first_chunk().ok_or(other_form("flonum"))?;
    match tag::flonum(f64::from_le_bytes(*bytes)) {
        Some(_) => Err(other_form("flonum")),
        None => Ok(()),
    }
}

/// What a word is in an exact integer.
enum Integer {
    Fixnum(i64),
    Bignum { is_negative: bool },
}

fn integer(objects: &Objects<'_>, word: u64) -> Option<Integer> {
    if tag::is_fixnum(word) {
        return Some(Integer::Fixnum(tag::fixnum_value(word)));
    }
    let header = objects.find(word)?.header?;
    (header.kind() == Some(Kind::Bignum)).then(|| Integer::Bignum {
        is_negative: header.has_flags(FLAG_NEGATIVE),
    })
}

/// A fraction has an integer and a larger one than 1; if both are fixnums, they have no common divisor.
pub(super) fn ratnum(
    objects: &Objects<'_>,
    numerator: u64,
    denominator: u64,
) -> Result<(), DataProblem> {
    let wrong = other_form("fraction");
    let numerator = integer(objects, numerator).ok_or(wrong)?;
    let denominator = integer(objects, denominator).ok_or(wrong)?;
    let is_right = match (numerator, denominator) {
        (Integer::Fixnum(numerator), Integer::Fixnum(denominator)) => {
            numerator != 0
                && denominator > 1
                && greatest_divisor(numerator.unsigned_abs(), denominator.unsigned_abs()) == 1
        }
        (Integer::Fixnum(numerator), Integer::Bignum { is_negative }) => {
            numerator != 0 && !is_negative
        }
        (Integer::Bignum { .. }, Integer::Fixnum(denominator)) => denominator > 1,
        (Integer::Bignum { .. }, Integer::Bignum { is_negative }) => !is_negative,
    };
    if is_right { Ok(()) } else { Err(wrong) }
}

const fn greatest_divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// The parts of a complex number are real, and the imaginary one is no exact zero.
pub(super) fn compnum(objects: &Objects<'_>, real: u64, imaginary: u64) -> Result<(), DataProblem> {
    let is_real = |word| {
        tag::is_fixnum(word)
            || tag::is_self_tagged_flonum(word)
            || objects.find(word).is_some_and(|found| {
                let kind = found.header.and_then(Header::kind);
                matches!(kind, Some(Kind::Flonum | Kind::Bignum | Kind::Ratnum))
            })
    };
    if is_real(real) && is_real(imaginary) && imaginary != 0 {
        Ok(())
    } else {
        Err(other_form("complex number"))
    }
}
